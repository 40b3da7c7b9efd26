#pragma once

/// What is asked of the import of a design, whatever its format (design_formats.hpp).

#include <string>
#include <utility>
#include <vector>

namespace gsrgnn {

/// One label a cell, the mean of both directions, or two.
enum class CongestionLabel { average, separate };

// What a label is made from, where it is no file.
constexpr const char* kWireLabel = "wire";          ///< the routes: wire length / track capacity
constexpr const char* kOverflowLabel = "overflow";  ///< likewise / what power, blockages and macros leave of it
constexpr const char* kRudyLabel = "rudy";          ///< RUDY of the placement (wire_maps.hpp) / track capacity

struct ImportOptions {
  std::string design;            ///< path
  std::vector<std::string> lef;  ///< of a DEF: paths of LEFs, of the technology and of the cells
  CongestionLabel combine = CongestionLabel::average;
  /// One of the names above, or one or two files of maps (map_reader.hpp): one of both directions, or a horizontal and
  /// a vertical one. None: "wire", where there are routes.
  std::vector<std::string> label = {};
  /// Of a DEF: a route guide, whose routes count instead of the design's own (guide_reader.hpp).
  std::string guide = {};
  /// Further features: name, and file of a map.
  std::vector<std::pair<std::string, std::string>> feature_maps = {};
  double gcell = 0;  ///< > 0: a grid of square GCells of that side is made, in the unit of the positions
};

}  // namespace gsrgnn
