#pragma once

/// The formats of designs that are one file, or begin with one: a reader and a row each. All else is the same for all:
/// labels, features, order of the cells.

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/circuit/import_options.hpp>
#include <optional>
#include <string>
#include <vector>

namespace gsrgnn {

/// What a design's routes take of the capacity of each GCell of its circuit's grid, row by row.
struct RoutingMaps {
  std::vector<double> horizontal, vertical;
  std::string unit;
};

/// What a reader makes of a design: a circuit without features and labels, its cells in the order of the source.
struct ReadDesign {
  Circuit circuit;
  std::optional<RoutingMaps> routing;  ///< none: it has no routes, or they cannot be told
};

struct DesignFormat {
  const char* name;       ///< of the subcommand of `gsrgnn import`
  const char* extension;  ///< of files, in any case; ".gz" may follow
  const char* title;      ///< what a user calls it
  const char* further;    ///< what else its import can be given, for help
  bool takes_routes;      ///< LEFs and a route guide
  ReadDesign (*read)(const ImportOptions& options);
};

const std::vector<DesignFormat>& design_formats();
/// By the file's name; null: no design's.
const DesignFormat* design_format(const std::string& path);

/// A whole circuit, its cells in the order of the source. Throws InputError at "FILE" or "FILE:LINE".
Circuit import_design(const DesignFormat& format, const ImportOptions& options);

}  // namespace gsrgnn
