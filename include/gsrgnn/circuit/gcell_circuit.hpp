#pragma once

/// A design seen as its GCells, where congestion lives: the nodes are the GCells, and nets connect those that hold
/// their pins.

#include <gsrgnn/circuit/circuit.hpp>

namespace gsrgnn {

/// A circuit whose cells are the GCells of grid_of(circuit), row by row, at their middles, all of one type, without
/// features and labels. Nets connect the GCells of their cells' positions, each once, in ascending order; those that
/// stay in one GCell are left out.
Circuit gcell_circuit(const Circuit& circuit);

}  // namespace gsrgnn
