#pragma once

/// Route guides: where a global router means to route each net, before the detailed router does. As OpenROAD's
/// write_guides and the ISPD 2018 and 2019 contests have them, in database units:
///
///   NET
///   (
///   x0 y0 x1 y1 LAYER
///   ...
///   )
///
/// A box is made of whole GCells: those that a piece of the route passes through on a layer.

#include <array>
#include <cstdint>
#include <gsrgnn/circuit/def_reader.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

/// Replaces the wires of the design by those that a guide stands for, so that a label is made of it as of wires. A
/// route goes from the middle of a GCell to the middle of the next, and so each box counts as one wire on its layer,
/// from the middle of its first GCell to the middle of its last: along its longer side (counted in GCells), and in the
/// middle one of the rows or columns that it leaves open. A box of one GCell is a via or the way to a pin, and no wire.
///
/// `border` are those of the columns and rows of GCells; `note` gets a line when the guide names nets that the
/// design has not. Throws InputError at "FILE:LINE" for a file that is none, a net named twice, a layer that
/// the design has not, and a box that does not lie on the GCells, and at FILE when a tenth of the nets are not the
/// design's.
void route_by_guide(const std::string& path, const std::array<std::vector<std::int32_t>, 2>& border, DefDesign& design,
                    std::vector<std::string>& note);

}  // namespace gsrgnn
