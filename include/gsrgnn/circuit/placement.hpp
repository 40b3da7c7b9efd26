#pragma once

/// What a circuit keeps of its placement beside the cells' positions: all that maps are made from (placement_maps.hpp).
/// Lengths are in the unit of the positions. Any of it may be missing.

#include <array>
#include <cstdint>
#include <gsrgnn/circuit/gcell_grid.hpp>
#include <gsrgnn/circuit/orientation.hpp>
#include <gsrgnn/circuit/technology.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

struct Placement {
  /// What a cell's position is of its box.
  enum class Anchor : std::uint8_t { corner, centre };
  /// The tracks of a layer that run through each row of GCells (horizontally) and each column (vertically).
  struct Layer {
    std::string name;
    std::vector<float> row_tracks, column_tracks;
  };

  GcellGrid grid;            ///< empty: the source has none
  std::vector<Layer> layer;  ///< routing layers, lowest first
  std::vector<float> power;  ///< rows x columns: area of the wires of special nets / area of the GCell

  Anchor anchor = Anchor::corner;
  std::vector<std::array<float, 2>> size;  ///< N: width and height as placed; empty: by type, of the technology
  std::vector<Orientation> orientation;    ///< N; empty: all N

  std::vector<std::string> pin_name;  ///< names of cells' pins
  std::vector<std::int32_t> pin;      ///< P: which of them each pin is; empty: unknown
  /// P: from the middle of its cell, as placed, to each pin; empty: by its name, of the technology.
  std::vector<std::array<float, 2>> pin_offset;

  std::vector<std::int32_t> io_net;                ///< the net of each connection to a pin of the design
  std::vector<std::array<double, 2>> io_position;  ///< and where that is

  Technology technology;  ///< what the design and its LEFs tell

  bool empty() const {
    return grid.empty() && layer.empty() && size.empty() && orientation.empty() && pin.empty() && io_net.empty() &&
           technology.layer.empty() && technology.type.empty();
  }
};

}  // namespace gsrgnn
