#pragma once

/// A placed design in the Bookshelf format (Caldwell, Kahng and Markov), as the placement contests ISPD 2005, 2006 and
/// 2011, DAC 2012 and their successors have it, and DREAMPlace reads and writes it:
///
///   .aux     RowBasedPlacement : the names of the other files, which lie in its folder
///   .nodes   NAME WIDTH HEIGHT [terminal | terminal_NI]
///   .nets    NetDegree : PINS [NAME], and for each pin NODE [I | O | B] [: X Y], from the middle of the node
///   .pl      NODE X Y : ORIENTATION [/FIXED | /FIXED_NI], of the lower left corner
///   .scl     rows (optional)
///   .route   the grid of the global router, and what each layer holds (optional)
///
/// Weights (.wts) and shapes (.shapes) are not read: a node counts as its box. Any of the files may be gzipped, by its
/// name in the .aux or beside it. Lengths are in the unit of the files, of which they do not tell.

#include <array>
#include <cstdint>
#include <gsrgnn/circuit/gcell_grid.hpp>
#include <gsrgnn/circuit/orientation.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

struct BookshelfDesign {
  /// terminal_NI nodes are pins of the design, which lie over cells.
  enum class Kind : std::uint8_t { movable, fixed, pin };
  struct Node {
    std::string name;
    double width, height;  ///< as drawn
    Kind kind;
    Orientation orientation = Orientation::N;
    double x = 0, y = 0;
  };
  /// What a layer holds: tracks through each GCell.
  struct Layer {
    double vertical = 0, horizontal = 0;
  };

  std::string path;  ///< of the .aux, for messages
  std::vector<Node> node;
  std::vector<std::int64_t> net_offset{0};       ///< M + 1: the pins of net n are net_offset[n] .. net_offset[n + 1]
  std::vector<std::int32_t> net_node;            ///< P
  std::vector<std::array<float, 2>> pin_offset;  ///< P: from the middle of the node as drawn
  std::array<double, 4> core{0, 0, 0, 0};        ///< left, bottom, right, top of the rows, or of all nodes without them
  GcellGrid grid;                                ///< of .route; may be empty
  std::vector<Layer> layer;                      ///< of .route, lowest first
};

/// Reads a design by its .aux. Throws InputError at "FILE" or "FILE:LINE" for files that are missing, damaged, cut off
/// (there are fewer entries than they announce) or of different designs, and when more than half of the nodes that may
/// move lie at one place: such a design is yet to be placed.
BookshelfDesign read_bookshelf(const std::string& path);

}  // namespace gsrgnn
