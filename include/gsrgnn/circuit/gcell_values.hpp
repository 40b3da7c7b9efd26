#pragma once

/// What values of cells are over the GCells of their design: where it is hot.

#include <gsrgnn/circuit/circuit.hpp>
#include <vector>

namespace gsrgnn {

struct GcellValues {
  GcellGrid grid;             ///< grid_of(circuit)
  std::vector<double> value;  ///< rows x columns: the mean over the cells in it; not a number where there is none

  /// The GCells that have cells, the highest value first; of equal ones the lower index.
  std::vector<std::int64_t> hottest() const;
};

/// Of `columns` values a cell, N x columns; of two (horizontal and vertical) the larger counts.
GcellValues gcell_values(const Circuit& circuit, const std::vector<float>& values, std::size_t columns);

/// Of `columns` values a GCell, G x columns, likewise: no GCell is without.
GcellValues values_of_gcells(const Circuit& circuit, const std::vector<float>& values, std::size_t columns);

/// The cells in each GCell of the grid, as the circuit numbers them.
std::vector<std::vector<std::int32_t>> cells_of_gcells(const Circuit& circuit, const GcellGrid& grid);

/// Where to draw the line above which so much (0..1) of what is in GCells with cells is: the value of the last GCell
/// of that share, at least of the hottest one.
double threshold_of_share(const GcellValues& map, double share);

}  // namespace gsrgnn
