#pragma once

/// What takes room from signals before they are routed: the wires of special nets, and blockages.

#include <functional>
#include <gsrgnn/circuit/lefdef_tokens.hpp>

#include "circuit/def_points.hpp"

namespace gsrgnn {

/// Whether a wire is a rail along a row of cells (SHAPE FOLLOWPIN), which is under all cells alike.
using OnSpecialWire = std::function<void(std::string_view layer, const DefBox& box, bool rail)>;

/// Reads an entry of SPECIALNETS, from its name through its `;`, and tells the boxes of its wires in database units;
/// its vias are passed over.
void read_special_net(LefDefTokens& tokens, const OnSpecialWire& on_wire);

using OnBlockage = std::function<void(std::string_view layer, const DefBox& box)>;

/// Reads an entry of BLOCKAGES likewise, and tells the boxes where routing is blocked, those around polygons too.
void read_blockage(LefDefTokens& tokens, const OnBlockage& on_box);

}  // namespace gsrgnn
