#pragma once

/// Neighbourhoods on the die as nets: which cells lie near each other, whether a net connects them or not.

#include <cstdint>
#include <gsrgnn/circuit/circuit.hpp>
#include <vector>

namespace gsrgnn {

/// The same cells, of one type and without features and labels, with bins for nets: for each GCell of
/// grid_of(circuit), row by row, the cells in it and in the up to eight around it, so that bins overlap. Those of fewer
/// than two cells are left out.
Circuit bin_circuit(const Circuit& circuit);

/// How many cells each of those bins has; none where cells have no positions.
std::vector<std::int64_t> bin_sizes(const Circuit& circuit);

}  // namespace gsrgnn
