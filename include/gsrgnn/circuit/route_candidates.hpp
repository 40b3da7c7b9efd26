#pragma once

/// The routes that a router may choose for the edges of nets' trees, and what there is to choose by.
///
/// An edge of a Steiner tree between two GCells has four candidates: its two L's (one bend), and the two Z's that bend
/// half way. What stays within one GCell has no choice, and counts as wire there.

#include <array>
#include <cstdint>
#include <gsrgnn/circuit/placement_maps.hpp>
#include <vector>

namespace gsrgnn {

struct RouteCandidates {
  static constexpr int kRoutes = 4;
  /// Of an edge: its slope's sign, how long, wide and high it is, whether it is straight; and of its net, how many pins
  /// it has, whether pins of the design are among them, its box and the length of its tree. Lengths in GCells, as
  /// log(1 + .).
  static constexpr int kFeatures = 15;
  /// Along a route, as sums over the GCells it passes: demand (steiner_h where it runs horizontally, steiner_v else),
  /// the same smoothed, and power; for the horizontal parts, then for the vertical ones.
  static constexpr int kCosts = 6;
  /// Of a GCell: pins, cells, io, power, and the wire that stays within it, horizontal and vertical.
  static constexpr int kLocal = 6;

  /// The wire of routes in one direction: that of route r of edge e is in gcell[i], share[i] (length / capacity) for i
  /// from offset[kRoutes e + r] on.
  struct Wire {
    std::vector<std::int64_t> offset{0};
    std::vector<std::int32_t> gcell;
    std::vector<float> share;
  };

  std::int64_t columns = 0, rows = 0;
  std::array<Wire, 2> wire;    ///< horizontal, vertical
  std::vector<float> feature;  ///< edges x kFeatures
  std::vector<float> cost;     ///< edges x kRoutes x kCosts
  std::vector<float> local;    ///< rows x columns x kLocal

  std::int64_t edges() const { return static_cast<std::int64_t>(feature.size()) / kFeatures; }
  std::int64_t gcells() const { return columns * rows; }
};

/// `maps`: placement_maps() of the same.
RouteCandidates route_candidates(const Circuit& circuit, const Technology& technology, const PlacementMaps& maps);

}  // namespace gsrgnn
