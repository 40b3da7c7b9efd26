#pragma once

/// The congestion of a routed design: for each GCell, how much of its routing tracks the wires take.

#include <array>
#include <cstdint>
#include <gsrgnn/circuit/def_reader.hpp>
#include <gsrgnn/circuit/technology.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

/// The GCell grid of a design, with its utilisation in both directions. Arrays of two are by axis, [0] x and [1] y.
struct GcellCongestion {
  /// Borders of the columns (at x) and rows (at y) in database units, ascending; one more than there are GCells.
  std::array<std::vector<std::int32_t>, 2> border;
  /// Routed wire length / track capacity (no unit) of each GCell on horizontal and on vertical layers, row by row.
  std::vector<double> horizontal, vertical;

  std::int64_t columns() const { return static_cast<std::int64_t>(border[0].size()) - 1; }
  std::int64_t rows() const { return static_cast<std::int64_t>(border[1].size()) - 1; }
};

/// Borders of the columns and rows of the design's GCells in database units: GCELLGRID, closed at the edges of the die
/// where it ends inside the die (as OpenROAD writes it). Where there is none a grid is made as OpenROAD makes it,
/// square GCells of 15 tracks of the third layer, or of two rows of cells where there are no tracks, and where a side
/// of `gcell` microns is asked for, of that; `note` then gets a line. Throws InputError for more than most_gcells().
std::array<std::vector<std::int32_t>, 2> gcell_borders(const DefDesign& design,
                                                       const std::vector<Technology::Layer>& layers,
                                                       std::vector<std::string>& note, double gcell = 0);

/// The tracks that a layer has in each interval between borders, of those at x (axis 0) or at y (axis 1). A track on
/// the last border belongs to the last interval.
std::vector<double> tracks_between(const std::vector<std::int32_t>& border, const DefDesign& design,
                                   const std::string& layer, int axis);

/// Utilisation of the GCells of a routed design.
///
/// The horizontal capacity of a GCell is the number of tracks through it, over all horizontal layers, times its width;
/// its demand is the length of all wires in it on those layers, wrong-way ones too. Vertical likewise. Where there is
/// no capacity the utilisation is 0. Layers are what layer_roles() says of `layers`.
///
/// With `obstruction` the capacity is what these leave free (obstructions.hpp), as a router sees it: where nearly all
/// is taken, a track is taken to be left, so that wires there stand out.
///
/// Throws InputError, naming the file, when wires lie in a direction that has no track.
GcellCongestion gcell_congestion(const DefDesign& design, const std::vector<Technology::Layer>& layers,
                                 std::array<std::vector<std::int32_t>, 2> border,
                                 const std::vector<DefDesign::Obstruction>* obstruction = nullptr);

}  // namespace gsrgnn
