#pragma once

/// The order of cells and nets that the kernels like: neighbours in the placement are neighbours in memory.

#include <gsrgnn/circuit/circuit.hpp>

namespace gsrgnn {

/// Renumbers the cells along a Hilbert curve through their positions, the pins of each net by cell, and the nets by
/// their first cell (nets without cells last). circuit.original receives each cell's number before; a circuit that was
/// ordered already keeps the numbers it came with.
void order_by_placement(Circuit& circuit);

/// Rows of `columns` values a cell (or none), from the circuit's order into that of its source.
template <class T>
std::vector<T> in_original_order(const Circuit& circuit, const std::vector<T>& values, std::size_t columns) {
  if (circuit.original.empty() || values.empty()) return values;
  std::vector<T> result(values.size());
  for (std::size_t i = 0; i < circuit.original.size(); ++i) {
    for (std::size_t c = 0; c < columns; ++c) {
      result[static_cast<std::size_t>(circuit.original[i]) * columns + c] = values[i * columns + c];
    }
  }
  return result;
}

}  // namespace gsrgnn
