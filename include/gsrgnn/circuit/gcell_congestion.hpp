#pragma once

/// The congestion of a routed design: for each GCell, how much of its routing tracks the wires take.

#include <array>
#include <cstdint>
#include <gsrgnn/circuit/def_reader.hpp>
#include <gsrgnn/circuit/lef_reader.hpp>
#include <vector>

namespace gsrgnn {

/// The GCell grid of a design, with its utilisation in both directions. Arrays of two are by axis, [0] x and [1] y.
struct GcellCongestion {
  /// Borders of the columns (at x) and rows (at y) in database units, ascending; one more than there are GCells.
  std::array<std::vector<std::int32_t>, 2> border;
  /// Routed wire length / track capacity (no unit) of each GCell on horizontal and on vertical layers, row by row.
  std::vector<double> horizontal, vertical;

  std::int64_t columns() const { return static_cast<std::int64_t>(border[0].size()) - 1; }
  std::int64_t rows() const { return static_cast<std::int64_t>(border[1].size()) - 1; }
  /// Index of the GCell that holds a point. A point on a border belongs to the GCell on its right or above, a point
  /// outside the grid to the nearest GCell.
  std::int64_t at(std::int32_t x, std::int32_t y) const;
};

/// Utilisation of the GCells of a routed design.
///
/// The grid is that of GCELLGRID, closed at the edges of the die where it ends inside the die (as OpenROAD writes it).
/// The horizontal capacity of a GCell is the number of tracks through it, over all horizontal layers, times its width;
/// its demand is the length of all wires in it on those layers, wrong-way ones too. Vertical likewise. Where there is
/// no capacity the utilisation is 0.
///
/// Layers run as `lef` says. Without one (null) they run by the number at the end of their name: odd ones
/// horizontally, even ones vertically. The lowest layer, which serves the pins of cells, is left out (with a LEF its
/// first routing layer, else the numbers 0 and 1).
///
/// Throws InputError, naming the file, when there is no grid or no track, or wires lie on a layer without direction.
GcellCongestion gcell_congestion(const DefDesign& design, const LefTechnology* lef = nullptr);

}  // namespace gsrgnn
