#pragma once

/// A placed, and perhaps routed, design as a DEF (5.8) file tells it. All coordinates are in the file's database units.

#include <array>
#include <cstdint>
#include <gsrgnn/circuit/lef_reader.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

/// Arrays of two are by axis: [0] is x, [1] is y.
struct DefDesign {
  struct Component {
    std::string name;     ///< as in the file: `\` escapes are kept
    std::int32_t master;  ///< index into `master`
    std::int32_t x, y;    ///< placement point
  };
  /// Tracks at start, start + step, ..., `count` of them, on one layer.
  struct Tracks {
    std::int32_t layer;  ///< index into `layer`
    std::int32_t start, count, step;
  };
  /// A piece of wire on one layer, horizontal or vertical, of some length.
  struct Wire {
    std::int32_t layer;  ///< index into `layer`
    std::int32_t x1, y1, x2, y2;
  };

  std::string path;  ///< the file, for messages
  std::string name;
  std::int32_t units_per_micron = 0;
  std::array<std::int32_t, 4> die{0, 0, 0, 0};  ///< left, bottom, right, top of the (bounding box of the) die

  std::vector<std::string> layer;                       ///< the layers that TRACKS or wires name
  std::array<std::vector<Tracks>, 2> tracks;            ///< [0]: at x, for vertical wires; [1]: at y, for horizontal
  std::array<std::vector<std::int32_t>, 2> gcell_line;  ///< GCELLGRID lines, ascending, each once; may be empty

  std::vector<std::string> master;  ///< the masters of components, in order of appearance
  std::vector<Component> component;

  // Connections of nets to the design's own pins are left out.
  std::vector<std::string> net;             ///< M names
  std::vector<std::int64_t> net_offset{0};  ///< M + 1: net n has the pins net_offset[n] up to net_offset[n + 1]
  std::vector<std::int32_t> net_component;  ///< P: the component of each pin
  std::vector<Wire> wire;                   ///< the routing of all nets
};

/// Reads DESIGN, UNITS, DIEAREA, TRACKS, GCELLGRID, VIAS, COMPONENTS and NETS and skips all other sections.
/// `lef` (may be null) tells the layers of vias that the DEF does not define itself; they matter only where a wire
/// goes on behind a via, and so on another layer.
/// Throws InputError at "FILE:LINE" for a file that cannot be read, is no DEF, is cut off or contradicts itself, for a
/// component without a place, and for numbers beyond 32 bits.
DefDesign read_def(const std::string& path, const LefTechnology* lef = nullptr);

}  // namespace gsrgnn
