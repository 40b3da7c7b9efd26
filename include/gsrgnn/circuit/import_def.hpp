#pragma once

/// From a DEF file to a circuit.

#include <gsrgnn/circuit/circuit.hpp>
#include <string>

namespace gsrgnn {

/// One label a cell, the mean of both directions, or two.
enum class CongestionLabel { average, separate };

struct DefImportOptions {
  std::string def;  ///< path
  std::string lef;  ///< path of the technology LEF; may be empty, then layers run by their numbers
  CongestionLabel label = CongestionLabel::average;
};

/// Cells are the DEF's components and nets its NETS, both in the order of the file, also those without any connection.
/// Connections to the design's own pins are not part of the circuit. Positions and the box are in microns.
/// A routed DEF gives as label the utilisation of the GCell that holds the cell's placement point: "congestion", or
/// "congestion_horizontal" and "congestion_vertical". A DEF without wires gives no label.
/// Throws InputError at "FILE" or "FILE:LINE".
Circuit import_def(const DefImportOptions& options);

}  // namespace gsrgnn
