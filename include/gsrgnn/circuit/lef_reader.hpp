#pragma once

/// What a DEF leaves to its LEFs: which way each routing layer runs, which layers a via joins, how large the cells are
/// and where their pins lie.

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
  /// A pin's place: the middle of the box around the shapes of its first port, in microns from the cell's corner.
  struct Pin {
    std::string name;
    double x, y;
  };
  /// A box on a layer, in microns from the cell's corner.
  struct Shape {
    std::string layer;
    double left, bottom, right, top;
  };
  struct Macro {
    std::string name;
    double width = 0, height = 0;    ///< microns
    std::vector<Pin> pin;            ///< those that have shapes
    std::vector<Shape> obstruction;  ///< OBS, and the pins of power and ground; the boxes around polygons
  };
  std::string path;                                                      ///< the file, for messages
  std::vector<Layer> routing;                                            ///< the layers of TYPE ROUTING, lowest first
  std::unordered_map<std::string, std::vector<std::string>> via_layers;  ///< the layers of each fixed via, cut included
  std::vector<Macro> macro;                                              ///< cells, in the order of the files
};

/// Reads the routing layers, vias, and macros with their pins of LEFs (5.8), gzipped or not, and skips the rest. What a
/// later file says of a via or a macro that an earlier one has is left out.
/// Throws InputError at "FILE:LINE" when a file cannot be read, is cut off, or has neither a routing layer nor a macro.
LefTechnology read_lef(const std::vector<std::string>& paths);

}  // namespace gsrgnn
