#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <gsrgnn/circuit/net_tree.hpp>
#include <gsrgnn/circuit/wire_maps.hpp>
#include <vector>

namespace gsrgnn {
namespace {

using Point = std::array<double, 2>;

// Collects wires. The GCells that a wire ends in get its length at once; those it crosses are noted at the first and
// after the last, as half wires in whole numbers, and get theirs when all are known.
class WireSum {
 public:
  explicit WireSum(const GcellGrid& grid)
      : grid_(grid),
        columns_(grid.columns()),
        map_{std::vector<double>(grid.size()), std::vector<double>(grid.size())},
        crossing_{std::vector<std::int32_t>(grid.size()), std::vector<std::int32_t>(grid.size())} {}

  // The two routes with one bend, each with half the wire.
  void add(const TreeEdge& edge) {
    const std::int64_t column1 = grid_.column(edge.from[0]), column2 = grid_.column(edge.to[0]);
    const std::int64_t row1 = grid_.row(edge.from[1]), row2 = grid_.row(edge.to[1]);
    const bool right = edge.from[0] < edge.to[0], up = edge.from[1] < edge.to[1];
    const Span x =
        right ? Span{edge.from[0], edge.to[0], column1, column2} : Span{edge.to[0], edge.from[0], column2, column1};
    const Span y = up ? Span{edge.from[1], edge.to[1], row1, row2} : Span{edge.to[1], edge.from[1], row2, row1};
    for (const std::int64_t row : {row1, row2}) add_half(0, x, row * columns_, 1);
    for (const std::int64_t column : {column1, column2}) add_half(1, y, column, columns_);
  }

  WireMap take() {
    const std::int64_t rows = grid_.rows();
    std::vector<std::int32_t> through(columns_);  // half wires through each column's GCell of the row
    for (std::int64_t row = 0; row < rows; ++row) {
      const double height = grid_.border[1][row + 1] - grid_.border[1][row];
      std::int32_t along = 0;
      for (std::int64_t column = 0; column < columns_; ++column) {
        const std::int64_t i = row * columns_ + column;
        along += crossing_[0][i];
        through[column] += crossing_[1][i];
        map_[0][i] += 0.5 * along * (grid_.border[0][column + 1] - grid_.border[0][column]);
        map_[1][i] += 0.5 * through[column] * height;
      }
    }
    return {std::move(map_[0]), std::move(map_[1])};
  }

 private:
  struct Span {
    double from, to;
    std::int64_t first, last;  // the columns or rows of its ends
  };

  // GCell i of the span's line is at start + i * stride.
  void add_half(int axis, const Span& span, std::int64_t start, std::int64_t stride) {
    std::vector<double>& map = map_[axis];
    if (span.first == span.last) {
      map[start + span.first * stride] += 0.5 * (span.to - span.from);
      return;
    }
    const std::vector<double>& border = grid_.border[axis];
    map[start + span.first * stride] += 0.5 * (border[span.first + 1] - span.from);
    map[start + span.last * stride] += 0.5 * (span.to - border[span.last]);
    if (span.first + 1 == span.last) return;
    ++crossing_[axis][start + (span.first + 1) * stride];
    --crossing_[axis][start + span.last * stride];
  }

  const GcellGrid& grid_;
  std::int64_t columns_;
  std::array<std::vector<double>, 2> map_;  // horizontal, vertical wires
  std::array<std::vector<std::int32_t>, 2> crossing_;
};

// Calls visit(edges, tree) for the trees of each net that are asked for.
template <class Visit>
void for_each_tree(const NetPlaces& nets, bool spanning, bool steiner, Visit&& visit) {
  std::vector<Point> points;
  std::vector<TreeEdge> edges;
  for (std::int64_t net = 0; net < nets.nets(); ++net) {
    if (!nets.counts(net)) continue;
    points.assign(nets.place.begin() + nets.offset[net], nets.place.begin() + nets.offset[net + 1]);
    spanning_tree(points, edges);
    if (spanning) visit(edges, Tree::spanning);
    if (!steiner) continue;
    steiner_tree(edges);
    visit(edges, Tree::steiner);
  }
}

}  // namespace

WireMap demand_map(const GcellGrid& grid, const NetPlaces& nets, Tree tree) {
  WireSum sum(grid);
  for_each_tree(nets, tree == Tree::spanning, tree == Tree::steiner, [&](const auto& edges, Tree) {
    for (const TreeEdge& edge : edges) sum.add(edge);
  });
  return sum.take();
}

Demand demand_maps(const GcellGrid& grid, const NetPlaces& nets) {
  WireSum spanning(grid), steiner(grid);
  for_each_tree(nets, true, true, [&](const auto& edges, Tree tree) {
    for (const TreeEdge& edge : edges) (tree == Tree::spanning ? spanning : steiner).add(edge);
  });
  return {spanning.take(), steiner.take()};
}

std::vector<double> count_map(const GcellGrid& grid, const std::vector<Point>& places) {
  std::vector<double> map(grid.size());
  for (const auto& [x, y] : places) ++map[grid.at(x, y)];
  return map;
}

std::vector<double> area_map(const GcellGrid& grid, const std::vector<std::array<double, 4>>& boxes) {
  const auto& [x, y] = grid.border;
  const std::int64_t columns = grid.columns();
  std::vector<double> map(grid.size());
  const auto overlap = [](const std::vector<double>& border, std::int64_t i, double from, double to) {
    return std::max(0.0, std::min(border[i + 1], to) - std::max(border[i], from));
  };
  for (const auto& [x1, y1, x2, y2] : boxes) {
    const std::int64_t first = grid.column(x1), last = grid.column(x2), top = grid.row(y2);
    for (std::int64_t row = grid.row(y1); row <= top; ++row) {
      const double height = overlap(y, row, y1, y2);
      for (std::int64_t column = first; column <= last; ++column) {
        map[row * columns + column] += height * overlap(x, column, x1, x2);
      }
    }
  }
  for (std::int64_t row = 0; row < grid.rows(); ++row) {
    const double height = y[row + 1] - y[row];
    for (std::int64_t column = 0; column < columns; ++column) {
      map[row * columns + column] /= height * (x[column + 1] - x[column]);
    }
  }
  return map;
}

std::vector<double> smooth(const std::vector<double>& map, std::int64_t columns, std::int64_t rows, double width) {
  const std::int64_t reach = std::lround(4 * width);  // as scipy.ndimage.gaussian_filter has it
  if (reach <= 0) return map;
  std::vector<double> weight(reach + 1);
  for (std::int64_t i = 0; i <= reach; ++i) {
    weight[i] = std::exp(-0.5 * static_cast<double>(i * i) / (width * width));
  }
  // Divided by the weights that fall on the map, the sum over a row and that over a column each by its own: the filter
  // of ones, by which their product is to be divided, is a product of the two as well.
  const auto norm = [&](std::int64_t i, std::int64_t count) {
    double sum = 0;
    for (std::int64_t k = std::max<std::int64_t>(0, i - reach); k <= std::min(count - 1, i + reach); ++k) {
      sum += weight[std::abs(k - i)];
    }
    return 1 / sum;
  };
  std::vector<double> along(map.size()), line(columns + 2 * reach), scale(columns);
  for (std::int64_t column = 0; column < columns; ++column) scale[column] = norm(column, columns);
  for (std::int64_t row = 0; row < rows; ++row) {
    std::copy_n(map.begin() + row * columns, columns, line.begin() + reach);  // with zeros around it
    double* out = along.data() + row * columns;
    for (std::int64_t i = 0; i < columns; ++i) out[i] = weight[0] * line[reach + i];
    for (std::int64_t k = 1; k <= reach; ++k) {
      const double *left = line.data() + reach - k, *right = line.data() + reach + k;
      for (std::int64_t i = 0; i < columns; ++i) out[i] += weight[k] * (left[i] + right[i]);
    }
    for (std::int64_t i = 0; i < columns; ++i) out[i] *= scale[i];
  }
  std::vector<double> smoothed(map.size());
  for (std::int64_t row = 0; row < rows; ++row) {
    const double scale_row = norm(row, rows);
    double* out = smoothed.data() + row * columns;
    for (std::int64_t k = std::max<std::int64_t>(0, row - reach); k <= std::min(rows - 1, row + reach); ++k) {
      const double factor = scale_row * weight[std::abs(k - row)];
      const double* in = along.data() + k * columns;
      for (std::int64_t i = 0; i < columns; ++i) out[i] += factor * in[i];
    }
  }
  return smoothed;
}

}  // namespace gsrgnn
