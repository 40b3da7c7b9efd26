#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <gsrgnn/circuit/wire_maps.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

namespace gsrgnn {
namespace {

using Point = std::array<double, 2>;

// Boxes over fewer GCells are added GCell by GCell.
constexpr std::int64_t kFewGcells = 64;

// One side of a box, with the columns or rows of its ends.
struct Range {
  double from, to;
  std::int64_t first, last;

  std::int64_t count() const { return last - first + 1; }
  // What lies in one of its columns or rows.
  double part(const std::vector<double>& border, std::int64_t i) const {
    return (i == last ? to : border[i + 1]) - (i == first ? from : border[i]);
  }
};

// A range as three runs of columns or rows that it covers to the same share: its first, those within, its last.
struct Runs {
  std::array<std::int32_t, 4> end;
  std::array<double, 3> share;

  Runs(const Range& range, const std::vector<double>& border) {
    const auto cover = [&](std::int64_t i) { return range.part(border, i) / (border[i + 1] - border[i]); };
    const auto first = static_cast<std::int32_t>(range.first), last = static_cast<std::int32_t>(range.last);
    end = {first, first + 1, std::max(first + 1, last), last + 1};
    share = {cover(first), 1, first == last ? 0 : cover(last)};
  }
};

// Collects boxes with evenly spread wire, in a time that does not depend on how large they are.
class BoxSum {
 public:
  explicit BoxSum(const GcellGrid& grid)
      : grid_(grid), map_{std::vector<double>(grid.size()), std::vector<double>(grid.size())} {}

  // `density`: length of horizontal and of vertical wire an area.
  void add(const Range& x, const Range& y, const std::array<double, 2>& density) {
    if (x.count() * y.count() >= kFewGcells) {
      large_.push_back({Runs(x, grid_.border[0]), Runs(y, grid_.border[1]), density});
      return;
    }
    for (std::int64_t row = y.first; row <= y.last; ++row) {
      const double height = y.part(grid_.border[1], row);
      for (std::int64_t column = x.first; column <= x.last; ++column) {
        const double area = height * x.part(grid_.border[0], column);
        map_[0][row * grid_.columns() + column] += density[0] * area;
        map_[1][row * grid_.columns() + column] += density[1] * area;
      }
    }
  }

  WireMap take() {
    if (!large_.empty()) add_large();
    return {std::move(map_[0]), std::move(map_[1])};
  }

 private:
  struct Box {
    Runs x, y;
    std::array<double, 2> density;
  };

  // Large boxes, by differences: noted where densities change, at 16 corners of each box, and summed up over columns
  // and rows. Densities are whole numbers of a unit so small that sums just do not overflow: nothing of a box is left
  // behind its end.
  void add_large() {
    const std::int64_t columns = grid_.columns(), rows = grid_.rows(), stride = columns + 1;
    std::array<double, 2> total = {0, 0};
    for (const Box& box : large_) {
      const auto most = [](const Runs& runs) { return *std::max_element(runs.share.begin(), runs.share.end()); };
      for (int i = 0; i < 2; ++i) total[i] += box.density[i] * most(box.x) * most(box.y);
    }
    const std::array<int, 2> exponent = {58 - std::ilogb(total[0]), 58 - std::ilogb(total[1])};
    const std::array<double, 2> scale = {std::ldexp(1, exponent[0]), std::ldexp(1, exponent[1])};
    std::vector<std::array<std::int64_t, 2>> change((columns + 1) * (rows + 1));
    for (const Box& box : large_) {
      for (int i = 0; i < 2; ++i) {
        std::array<std::int64_t, 4> below = {0, 0, 0, 0};  // the changes along the row of runs below
        for (int k = 0; k < 4; ++k) {
          std::int64_t left = 0;
          for (int l = 0; l < 4; ++l) {
            const double share = k < 3 && l < 3 ? box.y.share[k] * box.x.share[l] : 0;
            const auto units = static_cast<std::int64_t>(box.density[i] * share * scale[i]);
            change[box.y.end[k] * stride + box.x.end[l]][i] += units - left - below[l];
            below[l] = units - left;
            left = units;
          }
        }
      }
    }
    std::vector<std::array<std::int64_t, 2>> sum(columns);  // over each column up to the row
    for (std::int64_t row = 0; row < rows; ++row) {
      const double height = grid_.border[1][row + 1] - grid_.border[1][row];
      std::array<std::int64_t, 2> units = {0, 0};
      for (std::int64_t column = 0; column < columns; ++column) {
        const double area = height * (grid_.border[0][column + 1] - grid_.border[0][column]);
        for (int i = 0; i < 2; ++i) {
          sum[column][i] += change[row * stride + column][i];
          units[i] += sum[column][i];
          map_[i][row * columns + column] += static_cast<double>(units[i]) / scale[i] * area;
        }
      }
    }
  }

  const GcellGrid& grid_;
  std::array<std::vector<double>, 2> map_;  // horizontal, vertical wires
  std::vector<Box> large_;
};

// Calls visit(net, x1, x2, y1, y2) with the box of each net that counts and has two places at least.
template <class Visit>
void for_each_box(const NetPlaces& nets, Visit&& visit) {
  for (std::int64_t net = 0; net < nets.nets(); ++net) {
    const std::int64_t first = nets.offset[net], last = nets.offset[net + 1];
    if (last - first < 2 || !nets.counts(net)) continue;
    Point low = nets.place[first], high = low;
    for (std::int64_t i = first + 1; i < last; ++i) {
      for (int axis = 0; axis < 2; ++axis) {
        low[axis] = std::min(low[axis], nets.place[i][axis]);
        high[axis] = std::max(high[axis], nets.place[i][axis]);
      }
    }
    if (low != high) visit(net, low[0], high[0], low[1], high[1]);
  }
}

}  // namespace

double rudy_factor(std::int64_t distinct_pins) {
  const auto pins = static_cast<double>(distinct_pins);
  if (pins < 4) return 1;
  return pins < 45 ? 0.79 + 0.0375 * pins : 0.425 * std::sqrt(pins);
}

WireMap Rudy::all() const {
  WireMap sum = long_nets;
  for (std::size_t i = 0; i < sum.horizontal.size(); ++i) {
    sum.horizontal[i] += short_nets.horizontal[i];
    sum.vertical[i] += short_nets.vertical[i];
  }
  return sum;
}

Rudy rudy(const GcellGrid& grid, const NetPlaces& nets, double least) {
  if (!(least > 0)) throw std::invalid_argument("gsrgnn::rudy: boxes need a least side above 0");
  BoxSum long_nets(grid), short_nets(grid);
  std::vector<Point> places;
  const auto widen = [least](double& from, double& to) {
    if (to - from >= least) return;
    const double middle = (from + to) / 2;
    from = middle - least / 2;
    to = middle + least / 2;
  };
  for_each_box(nets, [&](std::int64_t net, double x1, double x2, double y1, double y2) {
    const bool is_short = grid.at(x1, y1) == grid.at(x2, y2);
    places.assign(nets.place.begin() + nets.offset[net], nets.place.begin() + nets.offset[net + 1]);
    if (places.size() > 3) {  // fewer have the same factor
      std::sort(places.begin(), places.end());
      places.erase(std::unique(places.begin(), places.end()), places.end());
    }
    widen(x1, x2);
    widen(y1, y2);
    const double factor = rudy_factor(static_cast<std::int64_t>(places.size()));
    (is_short ? short_nets : long_nets)
        .add({x1, x2, grid.column(x1), grid.column(x2)}, {y1, y2, grid.row(y1), grid.row(y2)},
             {factor / (y2 - y1), factor / (x2 - x1)});
  });
  return {long_nets.take(), short_nets.take()};
}

std::vector<double> pin_rudy(const GcellGrid& grid, const NetPlaces& nets) {
  const double width = (grid.border[0].back() - grid.border[0].front()) / static_cast<double>(grid.columns());
  const double height = (grid.border[1].back() - grid.border[1].front()) / static_cast<double>(grid.rows());
  std::vector<double> map(grid.size());
  for_each_box(nets, [&](std::int64_t net, double x1, double x2, double y1, double y2) {
    const double density = 1 / std::max(1.0, (x2 - x1) / width) + 1 / std::max(1.0, (y2 - y1) / height);
    for (std::int64_t i = nets.offset[net]; i < nets.offset[net + 1]; ++i) {
      map[grid.at(nets.place[i][0], nets.place[i][1])] += density;
    }
  });
  return map;
}

}  // namespace gsrgnn
