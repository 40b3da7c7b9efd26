#pragma once

/// What is in the way of a design's wires, and how much of the tracks it takes.

#include <array>
#include <cstdint>
#include <gsrgnn/circuit/def_reader.hpp>
#include <vector>

namespace gsrgnn {

/// Those of the DEF (wires of special nets, blockages of routing), and of its placed components, whether a net connects
/// them or not, the OBS and power pins that the LEF (may be null) gives their masters.
std::vector<DefDesign::Obstruction> all_obstructions(const DefDesign& design, const LefTechnology* lef);

/// The length of a layer's tracks at x (axis 0) or y (axis 1) that lies under obstructions, in each of the GCells with
/// these borders, row by row. Each piece of a track counts once, whatever lies on it; a track is under a box when its
/// line is, edges included. Throws InputError when the grid has more than 2^22 tracks.
std::vector<double> covered_tracks(const DefDesign& design, std::int32_t layer, std::size_t axis,
                                   const std::array<std::vector<std::int32_t>, 2>& border,
                                   const std::vector<DefDesign::Obstruction>& obstruction);

}  // namespace gsrgnn
