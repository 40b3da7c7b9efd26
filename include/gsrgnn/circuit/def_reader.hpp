#pragma once

/// A placed, and perhaps routed, design as a DEF (5.8) file tells it. All coordinates are in the file's database units.

#include <array>
#include <cstdint>
#include <gsrgnn/circuit/lef_reader.hpp>
#include <gsrgnn/circuit/orientation.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

/// Arrays of two are by axis: [0] is x, [1] is y.
struct DefDesign {
  struct Component {
    std::string name;     ///< as in the file: `\` escapes are kept
    std::int32_t master;  ///< index into `master`
    std::int32_t x, y;    ///< placement point: the lower left corner of the placed box
    Orientation orientation = Orientation::N;
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
  /// A via of a net's routing, and the layer of the wire that it was named on.
  struct Via {
    std::int32_t layer;  ///< index into `layer`
    std::int32_t x, y;
  };
  /// A connection of a net to a placed pin of the design.
  struct IoPin {
    std::int32_t net;
    std::int32_t x, y;
  };

  /// A box on a layer that signals have to go around.
  struct Obstruction {
    std::int32_t layer;               ///< index into `layer`
    std::array<std::int32_t, 4> box;  ///< left, bottom, right, top
  };

  std::string path;  ///< the file, for messages
  std::string name;
  std::int32_t units_per_micron = 0;
  std::array<std::int32_t, 4> die{0, 0, 0, 0};  ///< left, bottom, right, top of the (bounding box of the) die

  std::vector<std::string> layer;                       ///< the layers that TRACKS or wires name
  std::array<std::vector<Tracks>, 2> tracks;            ///< [0]: at x, for vertical wires; [1]: at y, for horizontal
  std::array<std::vector<std::int32_t>, 2> gcell_line;  ///< GCELLGRID lines, ascending, each once; may be empty

  std::vector<std::int32_t> row;  ///< y of the ROWs, in the order of the file

  std::vector<std::string> master;   ///< the masters of components, in order of appearance
  std::vector<Component> component;  ///< those that have a place
  std::int64_t unplaced = 0;         ///< how many have none and were left out, with their pins

  std::vector<std::string> net;             ///< M names
  std::vector<std::int64_t> net_offset{0};  ///< M + 1: net n has the pins net_offset[n] up to net_offset[n + 1]
  std::vector<std::int32_t> net_component;  ///< P: the component of each pin
  std::vector<std::int32_t> net_pin;        ///< P: which of its pins, an index into pin_name
  std::vector<std::string> pin_name;
  std::vector<IoPin> io;
  std::vector<Wire> wire;                          ///< the routing of all nets
  std::vector<std::int64_t> via_offset{0};         ///< M + 1: the vias of net n, as its pins above
  std::vector<Via> via;                            ///< of all nets
  std::vector<std::array<std::int32_t, 4>> power;  ///< boxes of the wires of special nets, but for rails of rows
  std::vector<Obstruction> obstruction;            ///< wires of special nets, rails too, and routing blockages
  std::string unknown_via;                         ///< one behind which a wire goes on to a layer nobody knows
  std::vector<std::string> note;                   ///< what was assumed where the file says nothing, or otherwise
};

/// Reads a DEF, gzipped or not: DESIGN, UNITS, DIEAREA, ROW, TRACKS, GCELLGRID, VIAS, COMPONENTS, PINS, BLOCKAGES,
/// SPECIALNETS and NETS; all other sections are skipped. `lef` (may be null) tells the layers of vias that the DEF does
/// not define; they matter only where a wire goes on behind a via, and so on another layer. Throws InputError at
/// "FILE:LINE" for a file that cannot be read, is no DEF, is cut off or contradicts itself, when more than half of the
/// components have no place, and for numbers beyond 32 bits.
DefDesign read_def(const std::string& path, const LefTechnology* lef = nullptr);

}  // namespace gsrgnn
