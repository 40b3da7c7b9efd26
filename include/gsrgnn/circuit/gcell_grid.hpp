#pragma once

/// The grid of GCells (global routing cells) that maps of a placement are made on.

#include <array>
#include <cstdint>
#include <vector>

namespace gsrgnn {

/// Microns, or whatever the unit is: no place is farther away, so that sums of distances stay finite.
constexpr double kFarthest = 1e12;

/// Columns and rows of GCells, which need not all be of one size: OpenROAD's last ones take what is left of the die.
struct GcellGrid {
  /// Borders of the columns (at x, [0]) and rows (at y, [1]) in the unit of positions, ascending; one more than there
  /// are GCells.
  std::array<std::vector<double>, 2> border;

  std::int64_t columns() const { return intervals(border[0]); }
  std::int64_t rows() const { return intervals(border[1]); }
  std::int64_t size() const { return columns() * rows(); }
  bool empty() const { return size() == 0; }

  /// The column, the row and the index (row * columns + column) of the GCell that holds a point. A point on a border
  /// belongs to the GCell on its right or above, a point outside the grid to the nearest GCell. The grid is not empty.
  std::int64_t column(double x) const;
  std::int64_t row(double y) const;
  std::int64_t at(double x, double y) const { return row(y) * columns() + column(x); }

 private:
  static std::int64_t intervals(const std::vector<double>& border) {
    return border.empty() ? 0 : static_cast<std::int64_t>(border.size()) - 1;
  }
};

/// The most GCells that a circuit may have, which has something in most of them: a file of some lines must not ask for
/// maps of gigabytes. 2^24 at most.
std::int64_t most_gcells(std::int64_t nets, std::int64_t pins);

/// A grid over the box {x1, y1, x2, y2} for designs that come without one: squares with a side of `step`, apart from
/// the last column and row, which take what is left (half a step to one and a half). Always one GCell at least.
/// Throws std::invalid_argument when the step is not positive or that makes more than 2^24 GCells.
GcellGrid make_grid(const std::array<double, 4>& box, double step);

}  // namespace gsrgnn
