#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/net_tree.hpp>
#include <gsrgnn/circuit/route_candidates.hpp>
#include <gsrgnn/circuit/wire_maps.hpp>

#include "circuit/track_capacity.hpp"

namespace gsrgnn {
namespace {

using Point = std::array<double, 2>;

// What keeps the numbers near 1.
constexpr double kManyPins = 10, kLongRoute = 5;  // pins a GCell, GCells
constexpr double kNearby = 1;                     // GCells: what a router sees of the demand beside a route

const std::vector<double>& map_named(const PlacementMaps& maps, const char* name) {
  return std::find_if(maps.map.begin(), maps.map.end(), [&](const PlacementMap& map) { return map.name == name; })
      ->value;
}

class Candidates {
 public:
  Candidates(const Circuit& circuit, const Technology& technology, const PlacementMaps& maps)
      : grid_(maps.grid),
        side_{side(0), side(1)},
        inner_{std::vector<double>(gcells(), 0.0), std::vector<double>(gcells(), 0.0)} {
    const TrackCapacity capacity(circuit, technology, grid_);
    capacity_ = {capacity.share(std::vector<double>(gcells(), 1.0), LayerRole::horizontal),
                 capacity.share(std::vector<double>(gcells(), 1.0), LayerRole::vertical)};
    std::vector<double> power = map_named(maps, "power");
    for (double& share : power) share = std::min(share, 1.0);
    for (const int axis : {0, 1}) {
      const auto& demand = map_named(maps, axis == 0 ? "steiner_h" : "steiner_v");
      costs_[axis] = {demand, smooth(demand, grid_.columns(), grid_.rows(), kNearby), power};
    }
    all_.columns = grid_.columns();
    all_.rows = grid_.rows();
  }

  void add_net(std::vector<TreeEdge>& edges, std::int64_t pins, bool io) {
    Point low = edges.front().from, high = low, length = {0, 0};
    for (TreeEdge& edge : edges) {
      if (edge.to[0] < edge.from[0]) std::swap(edge.from, edge.to);
      for (const int axis : {0, 1}) {
        low[axis] = std::min({low[axis], edge.from[axis], edge.to[axis]});
        high[axis] = std::max({high[axis], edge.from[axis], edge.to[axis]});
        length[axis] += std::abs(edge.to[axis] - edge.from[axis]) / side_[axis];
      }
    }
    const double width = (high[0] - low[0]) / side_[0], height = (high[1] - low[1]) / side_[1];
    const std::array<double, 8> of_net = {std::log1p(static_cast<double>(pins)),
                                          io ? 1.0 : 0.0,
                                          std::log1p(width),
                                          std::log1p(height),
                                          std::log1p(length[0]),
                                          std::log1p(length[1]),
                                          std::log1p(std::min(width, height)),
                                          std::abs(width - height) / (width + height + 1)};
    for (const TreeEdge& edge : edges) add_edge(edge, of_net);
  }

  RouteCandidates take(const PlacementMaps& maps) {
    const auto &pins = map_named(maps, "pins"), &cells = map_named(maps, "cells"), &io = map_named(maps, "io"),
               &power = map_named(maps, "power");
    for (std::size_t g = 0; g < gcells(); ++g) {
      for (const double value : {pins[g] / kManyPins, cells[g], io[g] / kManyPins, power[g],
                                 inner_[0][g] * capacity_[0][g], inner_[1][g] * capacity_[1][g]}) {
        all_.local.push_back(static_cast<float>(value));
      }
    }
    return std::move(all_);
  }

 private:
  std::size_t gcells() const { return static_cast<std::size_t>(grid_.size()); }
  double side(std::size_t axis) const {
    const std::vector<double>& border = grid_.border[axis];
    return (border.back() - border.front()) / static_cast<double>(border.size() - 1);
  }

  void add_edge(const TreeEdge& edge, const std::array<double, 8>& of_net) {
    const auto [xa, ya] = edge.from;
    const auto [xb, yb] = edge.to;
    if (grid_.at(xa, ya) == grid_.at(xb, yb)) {
      inner_[0][static_cast<std::size_t>(grid_.at(xa, ya))] += xb - xa;
      inner_[1][static_cast<std::size_t>(grid_.at(xa, ya))] += std::abs(yb - ya);
      return;
    }
    const double dx = (xb - xa) / side_[0], dy = std::abs(yb - ya) / side_[1];
    const double slope = yb > ya ? 1 : yb < ya ? -1 : 0;
    for (const double value : {slope, std::log1p(dx), std::log1p(dy), dx > 0.1 ? slope : 0.0, dx < 0.3 ? 1.0 : 0.0,
                               dy < 0.3 ? 1.0 : 0.0, std::log1p(dx + dy)}) {
      all_.feature.push_back(static_cast<float>(value));
    }
    for (const double value : of_net) all_.feature.push_back(static_cast<float>(value));
    const double xm = (xa + xb) / 2, ym = (ya + yb) / 2;
    route({{{xa, xb, ya}}}, {{{ya, yb, xb}}});
    route({{{xa, xb, yb}}}, {{{ya, yb, xa}}});
    route({{{xa, xm, ya}, {xm, xb, yb}}}, {{{ya, yb, xm}}});
    route({{{xa, xb, ym}}}, {{{ya, ym, xa}, {ym, yb, xb}}});
  }

  /// A straight piece of wire from one coordinate to another, at the third across.
  struct Piece {
    double from, to, across;
  };
  void route(const std::vector<Piece>& horizontal, const std::vector<Piece>& vertical) {
    std::array<double, RouteCandidates::kCosts> cost{};
    for (const Piece& piece : horizontal) add(0, piece, cost);
    for (const Piece& piece : vertical) add(1, piece, cost);
    for (const double sum : cost) all_.cost.push_back(static_cast<float>(sum / kLongRoute));
    for (RouteCandidates::Wire& wire : all_.wire) wire.offset.push_back(static_cast<std::int64_t>(wire.gcell.size()));
  }

  void add(std::size_t axis, const Piece& piece, std::array<double, RouteCandidates::kCosts>& cost) {
    const auto [low, high] = std::minmax(piece.from, piece.to);
    if (!(low < high)) return;
    const auto along = [&](double at) { return axis == 0 ? grid_.column(at) : grid_.row(at); };
    const std::int64_t across = axis == 0 ? grid_.row(piece.across) : grid_.column(piece.across);
    const std::int64_t first = along(low), last = along(high);
    const std::vector<double>& border = grid_.border[axis];
    for (std::int64_t i = first; i <= last; ++i) {
      const double from = i == first ? low : border[static_cast<std::size_t>(i)];
      const double to = i == last ? high : border[static_cast<std::size_t>(i) + 1];
      if (!(from < to)) continue;
      const auto gcell =
          static_cast<std::size_t>(axis == 0 ? across * grid_.columns() + i : i * grid_.columns() + across);
      all_.wire[axis].gcell.push_back(static_cast<std::int32_t>(gcell));
      all_.wire[axis].share.push_back(static_cast<float>((to - from) * capacity_[axis][gcell]));
      for (std::size_t c = 0; c < 3; ++c) cost[3 * axis + c] += (to - from) / side_[axis] * costs_[axis][c][gcell];
    }
  }

  const GcellGrid& grid_;
  std::array<double, 2> side_;                               // of a mean GCell
  std::array<std::vector<double>, 2> capacity_, inner_;      // share of unit length; wire that stays within a GCell
  std::array<std::array<std::vector<double>, 3>, 2> costs_;  // maps that routes are summed over
  RouteCandidates all_;
};

}  // namespace

RouteCandidates route_candidates(const Circuit& circuit, const Technology& technology, const PlacementMaps& maps) {
  Candidates candidates(circuit, technology, maps);
  const PinPlaces pins = pin_places(circuit, technology);
  std::vector<Point> points;
  std::vector<TreeEdge> edges;
  for (std::int64_t net = 0; net < circuit.nets(); ++net) {
    const std::int64_t first = pins.offset[net], last = pins.offset[net + 1];
    points.assign(pins.place.begin() + first, pins.place.begin() + last);
    spanning_tree(points, edges);
    if (edges.empty()) continue;
    steiner_tree(edges);
    const bool io = last - first > circuit.net_offset[net + 1] - circuit.net_offset[net];
    candidates.add_net(edges, last - first, io);
  }
  return candidates.take(maps);
}

}  // namespace gsrgnn
