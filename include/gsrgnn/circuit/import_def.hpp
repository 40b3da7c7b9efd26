#pragma once

/// From a DEF file to a circuit.

#include <gsrgnn/circuit/circuit.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

/// One label a cell, the mean of both directions, or two.
enum class CongestionLabel { average, separate };

struct DefImportOptions {
  std::string def;               ///< path
  std::vector<std::string> lef;  ///< paths of LEFs, of the technology and of the cells; may be empty
  CongestionLabel label = CongestionLabel::average;
};

/// Cells are the DEF's components that a net connects, in the order of the file; fillers, taps and decaps are none, for
/// nothing is routed to them. Nets are its NETS, also those that connect no cell; connections to the design's own pins
/// are kept for maps. Positions and the box are in microns. What was left out or assumed, and which way each layer was
/// taken to run, is in Circuit::note.
/// A routed DEF gives as label the utilisation of the GCell that holds the cell's placement point: "congestion", or
/// "congestion_horizontal" and "congestion_vertical". One without wires gives no label, and neither does one with a
/// wire on a layer that cannot be known (behind a via that neither the DEF nor a LEF defines). Throws InputError at
/// "FILE" or "FILE:LINE".
Circuit import_def(const DefImportOptions& options);

}  // namespace gsrgnn
