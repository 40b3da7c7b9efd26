#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/gcell_grid.hpp>
#include <stdexcept>

namespace gsrgnn {
namespace {

constexpr std::int64_t kMostGcells = 1 << 24;

// Index of the interval [border[i], border[i + 1]) that holds the coordinate; the first and the last have no outer end.
std::int64_t interval(const std::vector<double>& border, double coordinate) {
  const std::int64_t last = static_cast<std::int64_t>(border.size()) - 2;
  // Where it would be if all were of one size, which most grids are to within one interval.
  const double guess = (coordinate - border.front()) * static_cast<double>(last + 1) / (border.back() - border.front());
  if (!(guess > 0)) return 0;
  std::int64_t i = guess < static_cast<double>(last) ? static_cast<std::int64_t>(guess) : last;
  if (i < last && coordinate >= border[i + 1]) ++i;
  if (i > 0 && coordinate < border[i]) --i;
  if ((i == 0 || coordinate >= border[i]) && (i == last || coordinate < border[i + 1])) return i;
  return std::upper_bound(border.begin() + 1, border.end() - 1, coordinate) - border.begin() - 1;
}

std::vector<double> steps(double from, double to, double step) {
  const auto count = static_cast<std::int64_t>(std::max(1.0, std::round((to - from) / step)));
  std::vector<double> border(count + 1);
  for (std::int64_t i = 0; i < count; ++i) border[i] = from + static_cast<double>(i) * step;
  border[count] = to > from ? to : from + step;
  return border;
}

}  // namespace

std::int64_t GcellGrid::column(double x) const {
  return interval(border[0], x);
}
std::int64_t GcellGrid::row(double y) const {
  return interval(border[1], y);
}

std::int64_t most_gcells(std::int64_t nets, std::int64_t pins) {
  constexpr std::int64_t kAlways = 1 << 20;
  return std::min(kMostGcells, kAlways + 16 * (nets + pins));
}

GcellGrid make_grid(const std::array<double, 4>& box, double step) {
  const double columns = std::max(1.0, (box[2] - box[0]) / step), rows = std::max(1.0, (box[3] - box[1]) / step);
  if (!(step > 0 && columns * rows <= static_cast<double>(kMostGcells))) {
    throw std::invalid_argument(
        fmt::format("gsrgnn: GCells of {} over {} x {}: a positive step is needed, and at most {} GCells", step,
                    box[2] - box[0], box[3] - box[1], kMostGcells));
  }
  return {{steps(box[0], box[2], step), steps(box[1], box[3], step)}};
}

}  // namespace gsrgnn
