#pragma once

/// How large cells are, and what they see of a map.

#include <array>
#include <cstdint>
#include <gsrgnn/circuit/circuit.hpp>
#include <vector>

namespace gsrgnn {

/// GCells beyond which a cell is large: it is seen as a box.
constexpr double kLargeCell = 2;

/// Width and height of each cell as placed: the placement's, else by its type of the technology; 0: unknown.
std::vector<std::array<double, 2>> cell_sizes(const Circuit& circuit, const Technology& technology);

/// {left, bottom, right, top} of a cell of that size.
std::array<double, 4> cell_box(const Circuit& circuit, std::size_t cell, const std::array<double, 2>& size);

/// Takes maps over a grid (row by row) to the cells: a cell has the value of the GCell that holds its position; one
/// that is wider or higher than kLargeCell GCells has the mean over its box.
class CellSampler {
 public:
  CellSampler(const Circuit& circuit, const Technology& technology, const GcellGrid& grid);
  std::vector<float> operator()(const std::vector<double>& map) const;
  /// N: left, bottom, right, top of the GCells that each cell sees, as columns and rows, both ends included.
  const std::vector<std::array<std::int64_t, 4>>& parts() const { return part_; }

 private:
  std::int64_t columns_;
  std::vector<std::array<std::int64_t, 4>> part_;
};

}  // namespace gsrgnn
