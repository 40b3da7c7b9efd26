#pragma once

/// A small network that chooses routes as a router does: for each edge of the nets' trees a softmax over its candidate
/// routes, by what the edge and its net are like and by what lies along each route, and a weight for the wire of each
/// route in either direction. What the routes deposit, and what a GCell holds around it, is a map of demand:
///
///   u = ReLU(ReLU(x W1 + b1) W2 + b2)
///   p = softmax over routes r of (u L + l)_r + <cost_r, c>,   w_r = exp((u D + d)_r)
///   demand_h(g) = s (sum over edges and routes of p_r w_r(h) share_r(g) + <local in 3 x 3 GCells, k_h> + k_h0)
///
/// and likewise v, where s, which is not learned by its gradient, brings wire to the size of what it is compared with.
/// It is learned from routed designs (training/learn_routes.hpp). All sums are made in one order.

#include <gsrgnn/circuit/route_candidates.hpp>
#include <gsrgnn/util/random.hpp>

namespace gsrgnn {

class SoftRoutes {
 public:
  /// How many parameters there are.
  static std::size_t size();
  /// Untrained: every route is as likely and counts once.
  static std::vector<float> initial(std::uint64_t seed, double scale = 1);

  /// `parameters`: as many as size(), which must live as long.
  SoftRoutes(const std::vector<float>& parameters, const RouteCandidates& candidates);

  /// Demand in each GCell, horizontal and vertical.
  using Maps = std::array<std::vector<double>, 2>;
  Maps maps() const;
  /// dL/dparameters from dL/dmaps.
  std::vector<double> gradient(const Maps& of_maps) const;

 private:
  const std::vector<float>& parameters_;
  const RouteCandidates& candidates_;
};

}  // namespace gsrgnn
