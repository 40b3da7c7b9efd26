#pragma once

/// From a Bookshelf design to a circuit.

#include <gsrgnn/circuit/design_formats.hpp>

namespace gsrgnn {

/// Cells are the nodes that a net connects, in the order of .nodes, but for terminal_NI ones and terminals without
/// area: those are pins of the design. The format knows no cell types: fixed nodes are one, and movable ones a type for
/// each size ("8x12"). The box is that of the rows. Grid and tracks are those of .route, without it square GCells of
/// `options.gcell`; with neither, the circuit has none (maps then make theirs). There are no routes.
ReadDesign read_bookshelf_design(const ImportOptions& options);

}  // namespace gsrgnn
