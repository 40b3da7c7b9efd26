// Candidates of routes by hand, and the network that chooses among them against central differences.

#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/circuit/soft_routes.hpp>
#include <map>
#include <numeric>

namespace gsrgnn {
namespace {

/// Four columns and three rows of GCells with sides of 10; cells without size, so that pins are where cells are.
Circuit with_nets(const std::vector<std::vector<std::array<double, 2>>>& nets) {
  Circuit c;
  c.name = "routes";
  c.source = "test";
  c.box = {0, 0, 40, 30};
  c.placement.grid = make_grid(c.box, 10);
  c.type_name = {"INV"};
  for (const auto& net : nets) {
    for (const auto& place : net) {
      c.net_cell.push_back(static_cast<std::int32_t>(c.position.size()));
      c.position.push_back(place);
      c.cell_type.push_back(0);
    }
    c.net_offset.push_back(static_cast<std::int64_t>(c.net_cell.size()));
  }
  return c;
}

RouteCandidates candidates_of(const Circuit& circuit) {
  return route_candidates(circuit, circuit.placement.technology, placement_maps(circuit, circuit.placement.technology));
}

/// Wire of a route in one direction, by GCell, in GCells (there are no tracks: the capacity is the side).
std::map<int, double> wire_of(const RouteCandidates& c, std::size_t direction, int route) {
  std::map<int, double> wire;
  const RouteCandidates::Wire& all = c.wire[direction];
  for (auto i = all.offset[route]; i < all.offset[route + 1]; ++i) {
    wire[all.gcell[i]] += static_cast<double>(all.share[i]);
  }
  return wire;
}
using Wires = std::map<int, double>;

void expect_near(const Wires& have, const Wires& want) {
  ASSERT_EQ(have.size(), want.size());
  for (const auto& [gcell, length] : want) EXPECT_NEAR(have.at(gcell), length, 1e-6) << gcell;
}

TEST(RouteCandidates, AnEdgeHasTwoRoutesOfOneBendAndTwoOfTwo) {
  const RouteCandidates c = candidates_of(with_nets({{{5, 5}, {25, 22}}}));
  ASSERT_EQ(c.edges(), 1);
  expect_near(wire_of(c, 0, 0), {{0, 0.5}, {1, 1}, {2, 0.5}});   // along y = 5
  expect_near(wire_of(c, 1, 0), {{2, 0.5}, {6, 1}, {10, 0.2}});  // then up at x = 25
  expect_near(wire_of(c, 0, 1), {{8, 0.5}, {9, 1}, {10, 0.5}});  // along y = 22
  expect_near(wire_of(c, 1, 1), {{0, 0.5}, {4, 1}, {8, 0.2}});   // after going up at x = 5
  expect_near(wire_of(c, 0, 2), {{0, 0.5}, {1, 0.5}, {9, 0.5}, {10, 0.5}});
  expect_near(wire_of(c, 1, 2), {{1, 0.5}, {5, 1}, {9, 0.2}});  // up half way, at x = 15
  expect_near(wire_of(c, 0, 3), {{4, 0.5}, {5, 1}, {6, 0.5}});  // along the middle, y = 13.5
  expect_near(wire_of(c, 1, 3), {{0, 0.5}, {4, 0.35}, {6, 0.65}, {10, 0.2}});
}

TEST(RouteCandidates, WhatStaysInAGcellHasNoChoice) {
  const RouteCandidates c = candidates_of(with_nets({{{1, 2}, {7, 5}}, {{12, 3}}}));
  EXPECT_EQ(c.edges(), 0);
  EXPECT_NEAR(static_cast<double>(c.local[4]), 0.6, 1e-6);
  EXPECT_NEAR(static_cast<double>(c.local[5]), 0.3, 1e-6);
}

TEST(RouteCandidates, RoutesOfAnEdgeAreOfOneLength) {
  const Circuit circuit = generate({500, 0, 1});
  const RouteCandidates c = candidates_of(circuit);
  ASSERT_GT(c.edges(), 100);
  const auto length = [](const Wires& wire) {
    return std::accumulate(wire.begin(), wire.end(), 0.0, [](double sum, const auto& one) { return sum + one.second; });
  };
  for (int e = 0; e < 100; ++e) {
    for (int r = 1; r < RouteCandidates::kRoutes; ++r) {
      EXPECT_NEAR(length(wire_of(c, 0, 4 * e)), length(wire_of(c, 0, 4 * e + r)), 1e-4);
      EXPECT_NEAR(length(wire_of(c, 1, 4 * e)), length(wire_of(c, 1, 4 * e + r)), 1e-4);
    }
  }
}

std::vector<float> anywhere(std::uint64_t seed) {
  std::vector<float> parameters = SoftRoutes::initial(seed);
  Random random(seed + 1);
  for (float& value : parameters) value += static_cast<float>(0.1 * random.normal());
  return parameters;
}

TEST(SoftRoutes, UntrainedTakesEveryRouteAlike) {
  const Circuit circuit = with_nets({{{5, 5}, {25, 22}}});
  const RouteCandidates c = candidates_of(circuit);
  const auto parameters = SoftRoutes::initial(1);
  const auto maps = SoftRoutes(parameters, c).maps();
  Wires horizontal;
  for (int r = 0; r < 4; ++r) {
    for (const auto& [gcell, length] : wire_of(c, 0, r)) horizontal[gcell] += length / 4;
  }
  for (int g = 0; g < 12; ++g) EXPECT_NEAR(maps[0][g], horizontal.count(g) > 0 ? horizontal[g] : 0, 1e-6) << g;
}

TEST(SoftRoutes, GradientEqualsCentralDifferences) {
  const Circuit circuit = generate({200, 0, 3});
  const RouteCandidates c = candidates_of(circuit);
  ASSERT_GT(c.edges(), 300) << "more than one chunk of edges";
  auto parameters = anywhere(2);
  Random random(5);
  SoftRoutes::Maps weight;
  for (auto& map : weight) {
    for (std::int64_t g = 0; g < c.gcells(); ++g) map.push_back(random.normal());
  }
  const auto loss = [&] {
    const auto maps = SoftRoutes(parameters, c).maps();
    double sum = 0;
    for (std::size_t d = 0; d < 2; ++d) {
      sum += std::inner_product(maps[d].begin(), maps[d].end(), weight[d].begin(), 0.0);
    }
    return sum;
  };
  const auto gradient = SoftRoutes(parameters, c).gradient(weight);
  ASSERT_EQ(gradient.size(), SoftRoutes::size());
  double largest = 0;
  for (const double value : gradient) largest = std::max(largest, std::abs(value));
  EXPECT_EQ(gradient.back(), 0) << "the scale is not learned";
  // Some of the large arrays, and all of those that come last: biases, costs, the window.
  for (std::size_t i = 0; i + 1 < parameters.size(); i += i < 1900 ? 11 : 1) {
    const float keep = parameters[i], h = 4e-3F;
    parameters[i] = keep + h;
    const double up = loss();
    parameters[i] = keep - h;
    const double down = loss();
    parameters[i] = keep;
    // Of functions in float whose ReLUs have kinks.
    EXPECT_NEAR(gradient[i], (up - down) / (2 * static_cast<double>(h)), 5e-3 * largest + 2e-2 * std::abs(gradient[i]))
        << "parameter " << i;
  }
}

TEST(SoftRoutes, MapsOfRoutesAreThereOnceTheyAreLearned) {
  const Circuit circuit = generate({200, 0, 3});
  Technology technology = circuit.placement.technology;
  const auto before = placement_maps(circuit, technology).map.size();
  technology.routes = anywhere(4);
  const auto maps = placement_maps(circuit, technology);
  ASSERT_EQ(maps.map.size(), before + 2);
  EXPECT_EQ(maps.map[before].name, "routes_h");
  EXPECT_EQ(maps.map[before + 1].name, "routes_v");
  const auto feature = cell_features(circuit, technology, {"routes_h~1.5", "routes"}, "test");
  EXPECT_EQ(feature.size(), 400U);
  EXPECT_THROW(cell_features(circuit, circuit.placement.technology, {"routes_h"}, "test"), std::exception);
}

}  // namespace
}  // namespace gsrgnn
