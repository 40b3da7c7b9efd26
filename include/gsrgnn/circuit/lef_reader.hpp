#pragma once

/// What a routed DEF leaves to its technology LEF: which way each routing layer runs, and which layers a via joins.

#include <string>
#include <unordered_map>
#include <vector>

namespace gsrgnn {

enum class Direction { horizontal, vertical };

struct LefTechnology {
  struct Layer {
    std::string name;
    Direction direction;
  };
  std::string path;                                                      ///< the file, for messages
  std::vector<Layer> routing;                                            ///< the layers of TYPE ROUTING, lowest first
  std::unordered_map<std::string, std::vector<std::string>> via_layers;  ///< the layers of each fixed via, cut included
};

/// Reads the routing layers and vias of a LEF (5.8) and skips the rest: macros may follow or be missing.
/// Throws InputError at "FILE:LINE" when the file cannot be read, is cut off, or has no routing layer with a direction.
LefTechnology read_lef(const std::string& path);

}  // namespace gsrgnn
