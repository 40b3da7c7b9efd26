#include <array>
#include <cmath>

#include "circuit/netlist_generator.hpp"

namespace gsrgnn::generator {
namespace {

/// Nets of 1, 2, ..., 20 pins, as often as in the two CircuitNet designs; more than half have two.
constexpr std::array<int, 20> kSmallNets = {150, 5650, 2150, 740, 480, 210, 120, 80, 60, 35,
                                            25,  25,   20,   20,  18,  10,  20,  12, 8,  7};
constexpr std::int64_t kWidestSmall = 20;
constexpr std::size_t kMostLargeNets = 64;

std::int64_t edges_of(std::int64_t pins) {
  return pins * (pins - 1);
}

/// Sets the size of a net, and the sum of all nets' edges with it.
void resize(std::int64_t& net, std::int64_t size, std::int64_t& edges) {
  edges += edges_of(size) - edges_of(net);
  net = size;
}

/// Makes nets from the first on middle ones until the budget is used up.
void widen(std::vector<std::int64_t>& sizes, std::int64_t edges, std::int64_t cells, std::int64_t budget,
           std::int64_t widest, Random& random) {
  // The more edges a cell, the flatter the tail: from s^-3 (45 edges a cell, as in 7157) to s^-1 (90 and more).
  const std::int64_t flat = std::clamp<std::int64_t>(budget / cells - 45, 0, 45);
  constexpr std::int64_t kSteepSum = 1084, kFlatSum = 1'560'000;  // sums over 21..100 of 10^6 s^-3 and of 10^6 s^-1
  constexpr std::int64_t kScale = 1'000'000'000'000;
  std::vector<std::int64_t> weights;
  for (std::int64_t s = kWidestSmall + 1; s <= widest; ++s) {
    weights.push_back(flat * kScale / s / kFlatSum + (45 - flat) * kScale / (s * s * s) / kSteepSum);
  }
  const Lottery middle(kWidestSmall + 1, weights);
  for (std::size_t i = 0; i < sizes.size() && edges < budget; ++i) {
    const std::int64_t size = std::min(middle.draw(random), net_of_edges(budget - edges + edges_of(sizes[i])));
    if (size <= sizes[i]) return;
    resize(sizes[i], size, edges);
  }
}

}  // namespace

std::int64_t net_of_edges(std::int64_t edges) {
  auto pins = static_cast<std::int64_t>(std::sqrt(static_cast<double>(edges))) + 1;
  while (pins > 1 && edges_of(pins) > edges) --pins;
  return pins;
}

std::int64_t edges_of_local_nets(std::int64_t cells, std::int64_t edges) {
  const std::int64_t usual = std::max(36 * cells + (edges - 42 * cells) * 2 / 33, edges * 27 / 100);
  return std::min({edges * 24 / 25, usual, 100 * cells});
}

std::vector<std::int64_t> local_net_sizes(std::int64_t cells, std::int64_t drivers, std::int64_t budget,
                                          Random& random) {
  const std::int64_t widest = std::max<std::int64_t>(2, cells / 4);
  const Lottery small(1, {kSmallNets.begin(), kSmallNets.end()});
  std::vector<std::int64_t> sizes(drivers, 0);
  std::int64_t edges = 0;
  for (auto& size : sizes) resize(size, std::min(small.draw(random), widest), edges);
  for (std::int64_t bound = kWidestSmall - 1; edges > budget && bound >= 2; --bound) {
    for (auto& size : sizes) resize(size, std::min(size, bound), edges);
  }
  for (auto size = sizes.rbegin(); edges > budget && size != sizes.rend(); ++size) resize(*size, 0, edges);
  if (widest > kWidestSmall) widen(sizes, edges, cells, budget, std::min(kWidestMiddle, widest), random);
  return sizes;
}

std::vector<std::int64_t> large_net_sizes(std::int64_t edges, std::int64_t widest) {
  std::array<double, kMostLargeNets> share{};
  for (std::size_t j = 0; j < share.size(); ++j) {
    const double root = std::sqrt(static_cast<double>(j + 1));
    share[j] = 1 / (root * std::sqrt(root));
  }
  const auto sizes_below = [&](std::int64_t largest) {
    std::vector<std::int64_t> sizes;
    for (const double part : share) {
      const auto size = static_cast<std::int64_t>(static_cast<double>(largest) * part);
      if (size <= kWidestMiddle) break;
      sizes.push_back(size);
    }
    return sizes;
  };
  const auto total = [&](const std::vector<std::int64_t>& sizes) {
    std::int64_t sum = 0;
    for (const std::int64_t size : sizes) sum += edges_of(size);
    return sum;
  };
  std::int64_t low = 0, high = std::min(widest, net_of_edges(edges)) + 1;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (total(sizes_below(middle)) <= edges ? low : high) = middle;
  }
  std::vector<std::int64_t> sizes = sizes_below(low);
  for (edges -= total(sizes); edges >= 2; edges -= edges_of(sizes.back())) {
    sizes.push_back(std::min(widest, net_of_edges(edges)));
  }
  return sizes;
}

}  // namespace gsrgnn::generator
