#pragma once

/// Random netlists, and the graph of a netlist as a dense matrix made in the most literal way.

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/util/random.hpp>

#include "support/host_matrix.hpp"

namespace gsrgnn::testing {

/// Nets of mostly 2 to 5 pins, every 16th of up to 40, on any cells but the last (which stays isolated if there are
/// several); about one pin in eight goes to the cell of the pin before it. Some nets are empty.
inline Circuit random_circuit(int cells, int nets, std::uint64_t seed) {
  Circuit c;
  c.name = "random";
  c.source = "test";
  c.type_name = {"CELL"};
  c.cell_type.assign(cells, 0);
  c.position.assign(cells, {0.0, 0.0});
  Random random(seed);
  for (int n = 0; n < nets; ++n) {
    const auto pins = static_cast<int>(n % 16 == 3   ? random.below(41)
                                       : n % 11 == 5 ? random.below(2)
                                                     : 2 + random.below(4));
    for (int p = 0; p < pins; ++p) {
      const bool again = p > 0 && random.chance(1, 8);
      c.net_cell.push_back(again ? c.net_cell.back() : static_cast<int>(random.below(cells > 1 ? cells - 1 : 1)));
    }
    c.net_offset.push_back(c.pins());
  }
  return c;
}

/// The same with nets about as long as one piece of a long net, and two, and several, among the others.
inline Circuit random_circuit_with_long_nets(int cells, std::uint64_t seed) {
  Circuit c = random_circuit(cells, 20, seed);
  Random random(seed + 1);
  for (const int pins : {kNetPiece - 1, kNetPiece, kNetPiece + 1, 3, 2 * kNetPiece, 2 * kNetPiece + 1, 2, 300}) {
    for (int p = 0; p < pins; ++p) c.net_cell.push_back(static_cast<int>(random.below(cells)));
    c.net_offset.push_back(c.pins());
  }
  return c;
}

/// A~ by its definition: one for each ordered pair of pins of a net that sit on different cells, and the self loops.
inline HostMatrix dense_adjacency(const Circuit& circuit) {
  HostMatrix a(circuit.cells(), circuit.cells());
  for (std::int64_t i = 0; i < circuit.cells(); ++i) a(i, i) = 1;
  for (std::int64_t n = 0; n < circuit.nets(); ++n) {
    for (std::int64_t p = circuit.net_offset[n]; p < circuit.net_offset[n + 1]; ++p) {
      for (std::int64_t q = circuit.net_offset[n]; q < circuit.net_offset[n + 1]; ++q) {
        if (circuit.net_cell[p] != circuit.net_cell[q]) a(circuit.net_cell[p], circuit.net_cell[q]) += 1;
      }
    }
  }
  return a;
}

inline std::vector<double> row_sums(const HostMatrix& a) {
  std::vector<double> sums(a.rows, 0.0);
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j < a.columns; ++j) sums[i] += a(i, j);
  }
  return sums;
}

}  // namespace gsrgnn::testing
