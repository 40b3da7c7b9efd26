#pragma once

/// Generated circuits: placed, clustered netlists of any size of the paper's Table 1, with a congestion label.

#include <cstdint>

#include "gsrgnn/circuit/circuit.hpp"

namespace gsrgnn {

struct GeneratorSpec {
  std::int64_t cells = 2000;
  std::int64_t edges = 0;  ///< directed clique edges with multiplicity and one self loop a cell (the Table 1 count);
                           ///< 0: what nets of the usual sizes give, about 40 a cell
  std::uint64_t seed = 0;
};

/// A circuit of exactly spec.cells cells and of spec.edges edges (exactly; one fewer when spec.edges - spec.cells is
/// odd, which no netlist can give). The same spec gives the same circuit, bit for bit, on every machine.
///
/// Net sizes, pins a cell, locality and the share of edges that a few very large nets hold are fitted to CircuitNet's
/// 7157-zero-riscy-a and 9276-zero-riscy-b. The label, "congestion", is routing demand over capacity of the cell's
/// GCell, where every net spreads its wire length over the boxes that it spans; it has no noise added.
///
/// Throws InputError (place "generate") for sizes that cannot be generated.
Circuit generate(const GeneratorSpec& spec);

}  // namespace gsrgnn
