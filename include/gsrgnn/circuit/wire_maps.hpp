#pragma once

/// Maps of a placement on its GCells: how much wire its nets will need where, and where its pins and cells are.
///
/// A map has a value a GCell, row by row. Places are in the unit of the grid, which is not empty. What lies outside the
/// grid counts in the nearest GCell, so that the sum of a map of wire is the length of the wire.

#include <array>
#include <cstdint>
#include <gsrgnn/circuit/gcell_grid.hpp>
#include <vector>

namespace gsrgnn {

/// The pins of nets: those of net n are place[offset[n]], ..., place[offset[n + 1] - 1], each {x, y}. Nets with less
/// than two distinct places have no wire.
struct NetPlaces {
  std::vector<std::int64_t> offset;
  std::vector<std::array<double, 2>> place;
  /// Whether each net counts; empty: all do.
  std::vector<bool> chosen;

  std::int64_t nets() const { return offset.empty() ? 0 : static_cast<std::int64_t>(offset.size()) - 1; }
  bool counts(std::int64_t net) const { return chosen.empty() || chosen[net]; }
};

/// Lengths of wire in each GCell, in the unit of the grid.
struct WireMap {
  std::vector<double> horizontal, vertical;
};

enum class Tree { spanning, steiner };

/// The wire of the nets' trees (net_tree.hpp): half of each edge's wire runs along each of its two routes with one
/// bend.
WireMap demand_map(const GcellGrid& grid, const NetPlaces& nets, Tree tree);

/// Both kinds at once, which share the spanning trees.
struct Demand {
  WireMap spanning, steiner;
};
Demand demand_maps(const GcellGrid& grid, const NetPlaces& nets);

/// RUDY (Spindler and Johannes, DATE 2007): the half perimeter of each net's bounding box as wire that is spread evenly
/// over the box, times rudy_factor. A box narrower or lower than `least` (> 0, the unit of the grid; a wire's width)
/// is widened to it around its middle, and its wire with it. Throws std::invalid_argument when `least` is not positive.
///
/// A net is short when all its pins are in one GCell, long otherwise (CircuitNet's RUDY_short and RUDY_long; Chai et
/// al., Science China Information Sciences 65, 2022).
struct Rudy {
  WireMap long_nets, short_nets;
  WireMap all() const;
};
Rudy rudy(const GcellGrid& grid, const NetPlaces& nets, double least);

/// How many times half the perimeter of its box the wire of a net of so many pins is, about: 1 for up to three pins, a
/// line up to 44, and above as the root of the pins, as trees over random places grow.
double rudy_factor(std::int64_t distinct_pins);

/// Pin RUDY (CircuitNet's RUDY_pin): the sum of 1 / w + 1 / h over the pins in each GCell, with w x h the bounding box
/// of the pin's net in GCells of mean size, at least 1 x 1. Nets without wire are left out.
std::vector<double> pin_rudy(const GcellGrid& grid, const NetPlaces& nets);

/// The number of places {x, y} in each GCell.
std::vector<double> count_map(const GcellGrid& grid, const std::vector<std::array<double, 2>>& places);

/// The area that boxes {x1, y1, x2, y2} cover of each GCell, as a share of its own area. Boxes that overlap count
/// twice; what lies outside the grid does not count.
std::vector<double> area_map(const GcellGrid& grid, const std::vector<std::array<double, 4>>& boxes);

/// A map seen through a Gaussian with a standard deviation of `width` GCells, cut off at four of them. Near the edge
/// the weights of the GCells there are sum to 1 too. A width of 0 changes nothing.
std::vector<double> smooth(const std::vector<double>& map, std::int64_t columns, std::int64_t rows, double width);

}  // namespace gsrgnn
