#pragma once

/// From a DEF file to a circuit.

#include <gsrgnn/circuit/design_formats.hpp>

namespace gsrgnn {

/// Cells are the DEF's components that a net connects, in the order of the file; fillers, taps and decaps are none, for
/// nothing is routed to them. Nets are its NETS, also those that connect no cell; connections to the design's own pins
/// are kept for maps. Positions and the box are in microns. What was left out or assumed, and which way each layer was
/// taken to run, is in Circuit::note.
/// A routed DEF, or one with a route guide, tells the utilisation of its GCells (gcell_congestion.hpp). One without
/// wires does not, and neither does one with a wire on a layer that cannot be known (behind a via that neither the DEF
/// nor a LEF defines). Throws InputError at "FILE" or "FILE:LINE".
ReadDesign read_def_design(const ImportOptions& options);

/// The whole circuit, with its labels and features.
inline Circuit import_def(const ImportOptions& options) {
  return import_design(*design_format("*.def"), options);
}

}  // namespace gsrgnn
