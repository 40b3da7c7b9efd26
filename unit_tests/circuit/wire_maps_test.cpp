#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/net_tree.hpp>
#include <gsrgnn/circuit/wire_maps.hpp>
#include <gsrgnn/util/random.hpp>
#include <set>
#include <stdexcept>

#include "maps_of_gcells.hpp"

namespace gsrgnn {
namespace {

using namespace maps_of_gcells;

using Point = std::array<double, 2>;
constexpr double kLeast = 1.5;

NetPlaces nets_of(const std::vector<std::vector<Point>>& pins) {
  NetPlaces nets;
  nets.offset = {0};
  for (const std::vector<Point>& net : pins) {
    nets.place.insert(nets.place.end(), net.begin(), net.end());
    nets.offset.push_back(static_cast<std::int64_t>(nets.place.size()));
  }
  return nets;
}

// Nets from none to many pins, from one place to more than the grid; every third on whole coordinates, thus often on
// borders and in one place.
NetPlaces random_nets(const GcellGrid& grid, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::vector<Point>> nets(150);
  for (std::size_t net = 0; net < nets.size(); ++net) {
    const double reach = std::array<double, 4>{0, 8, 60, 450}[random.below(4)];
    const Point around = {grid.border[0].front() + 400 * random.uniform(),
                          grid.border[1].front() + 250 * random.uniform()};
    nets[net].resize(random.below(net % 10 == 0 ? 60 : 7));
    for (Point& pin : nets[net]) {
      for (int axis = 0; axis < 2; ++axis) {
        pin[axis] = around[axis] + reach * (random.uniform() - 0.5);
        if (net % 3 == 0) pin[axis] = std::round(pin[axis] / 4) * 4;
      }
    }
  }
  return nets_of(nets);
}

// Many GCells, a single one, few, and narrow ones: of boxes of many GCells some lie in one row.
std::vector<GcellGrid> grids() {
  const GcellGrid narrow = {{make_grid({0, 0, 300, 200}, 2.5).border[0], make_grid({0, 0, 300, 200}, 90).border[1]}};
  return {uneven(), make_grid({0, 0, 300, 200}, 400), make_grid({0, 0, 300, 200}, 90), narrow};
}

// What of [from, to] lies in one interval; the first and the last have no outer end.
double overlap(const Map& border, std::size_t i, double from, double to) {
  const double low = i == 0 ? std::min(from, border[0]) : border[i];
  const double high = i + 2 == border.size() ? std::max(to, border.back()) : border[i + 1];
  return std::max(0.0, std::min(high, to) - std::max(low, from));
}

// A loop over all GCells for each route of each edge.
WireMap slow_demand(const GcellGrid& grid, const NetPlaces& nets, Tree tree) {
  WireMap map{Map(grid.size()), Map(grid.size())};
  for (std::int64_t net = 0; net < nets.nets(); ++net) {
    if (!nets.counts(net)) continue;
    std::vector<Point> points(nets.place.begin() + nets.offset[net], nets.place.begin() + nets.offset[net + 1]);
    std::vector<TreeEdge> edges;
    spanning_tree(points, edges);
    if (tree == Tree::steiner) steiner_tree(edges);
    for (const TreeEdge& edge : edges) {
      const auto [left, right] = std::minmax(edge.from[0], edge.to[0]);
      const auto [low, high] = std::minmax(edge.from[1], edge.to[1]);
      for (std::int64_t i = 0; i < grid.size(); ++i) {
        const std::int64_t column = i % grid.columns(), row = i / grid.columns();
        for (const Point& end : {edge.from, edge.to}) {
          if (grid.row(end[1]) == row) map.horizontal[i] += overlap(grid.border[0], column, left, right) / 2;
          if (grid.column(end[0]) == column) map.vertical[i] += overlap(grid.border[1], row, low, high) / 2;
        }
      }
    }
  }
  return map;
}

struct Box {
  double x1, x2, y1, y2;
  std::int64_t pins;  // in distinct places
};

std::vector<Box> slow_boxes(const NetPlaces& nets) {
  std::vector<Box> boxes;
  for (std::int64_t net = 0; net < nets.nets(); ++net) {
    const std::set<Point> pins(nets.place.begin() + nets.offset[net], nets.place.begin() + nets.offset[net + 1]);
    Box box = {1e9, -1e9, 1e9, -1e9, static_cast<std::int64_t>(nets.counts(net) ? pins.size() : 0)};
    for (const auto& [x, y] : pins) {
      box = {std::min(box.x1, x), std::max(box.x2, x), std::min(box.y1, y), std::max(box.y2, y), box.pins};
    }
    boxes.push_back(box);
  }
  return boxes;
}

Rudy slow_rudy(const GcellGrid& grid, const NetPlaces& nets) {
  const WireMap none{Map(grid.size()), Map(grid.size())};
  Rudy rudy{none, none};
  for (Box box : slow_boxes(nets)) {
    if (box.pins < 2) continue;
    const bool is_short = grid.column(box.x1) == grid.column(box.x2) && grid.row(box.y1) == grid.row(box.y2);
    WireMap& map = is_short ? rudy.short_nets : rudy.long_nets;
    const double width = std::max(kLeast, box.x2 - box.x1), height = std::max(kLeast, box.y2 - box.y1);
    const double x = (box.x1 + box.x2) / 2, y = (box.y1 + box.y2) / 2, factor = rudy_factor(box.pins);
    for (std::int64_t i = 0; i < grid.size(); ++i) {
      const double share = overlap(grid.border[0], i % grid.columns(), x - width / 2, x + width / 2) / width *
                           overlap(grid.border[1], i / grid.columns(), y - height / 2, y + height / 2) / height;
      map.horizontal[i] += factor * width * share;
      map.vertical[i] += factor * height * share;
    }
  }
  return rudy;
}

TEST(WireMaps, DemandOfOneEdge) {
  const NetPlaces nets = nets_of({{{5, 5}, {27, 15}}});
  for (const Tree tree : {Tree::spanning, Tree::steiner}) {
    const WireMap map = demand_map(three_by_three(), nets, tree);
    expect_map(map.horizontal, {2.5, 5, 3.5, 2.5, 5, 3.5, 0, 0, 0});
    expect_map(map.vertical, {2.5, 0, 2.5, 2.5, 0, 2.5, 0, 0, 0});
  }
}

TEST(WireMaps, DemandOfThreePins) {
  // A trunk at x = 15 from y = 5 to 25, and a branch to x = 5 from (15, 15).
  const NetPlaces nets = nets_of({{{15, 5}, {15, 25}, {5, 15}}});
  const WireMap steiner = demand_map(three_by_three(), nets, Tree::steiner);
  expect_map(steiner.horizontal, {0, 0, 0, 5, 5, 0, 0, 0, 0});
  expect_map(steiner.vertical, {0, 5, 0, 0, 10, 0, 0, 5, 0});
  const WireMap spanning = demand_map(three_by_three(), nets, Tree::spanning);
  EXPECT_EQ(sum(spanning.horizontal) + sum(spanning.vertical), 40);
}

TEST(WireMaps, WiresOnBordersAndOutside) {
  const NetPlaces nets = nets_of({{{10, 10}, {20, 10}}, {{-5, 40}, {35, 40}}, {{30, -10}, {30, -4}}});
  const WireMap map = demand_map(three_by_three(), nets, Tree::spanning);
  expect_map(map.horizontal, {0, 0, 0, 0, 10, 0, 15, 10, 15});
  expect_map(map.vertical, {0, 0, 6, 0, 0, 0, 0, 0, 0});
}

TEST(WireMaps, NetsWithoutWire) {
  NetPlaces nets = nets_of({{}, {{5, 5}}, {{7, 7}, {7, 7}, {7, 7}}, {}});
  const auto expect_nothing = [&](const NetPlaces& some) {
    const Demand demand = demand_maps(three_by_three(), some);
    const Rudy boxes = rudy(three_by_three(), some, kLeast);
    for (const WireMap& map : {demand.spanning, demand.steiner, boxes.long_nets, boxes.short_nets, boxes.all()}) {
      EXPECT_EQ(map.horizontal, Map(9));
      EXPECT_EQ(map.vertical, Map(9));
    }
    EXPECT_EQ(pin_rudy(three_by_three(), some), Map(9));
  };
  expect_nothing(nets);
  expect_nothing({});
  nets = nets_of({{{5, 5}, {25, 15}}, {{5, 5}, {6, 6}}});
  nets.chosen = {false, false};
  expect_nothing(nets);
}

TEST(WireMaps, DemandAgreesWithALoopOverAllGcells) {
  for (const GcellGrid& grid : grids()) {
    NetPlaces nets = random_nets(grid, 1);
    for (int times = 0; times < 2; ++times) {
      const Demand both = demand_maps(grid, nets);
      for (const Tree tree : {Tree::spanning, Tree::steiner}) {
        const WireMap map = demand_map(grid, nets, tree), slow = slow_demand(grid, nets, tree);
        expect_map(map.horizontal, slow.horizontal);
        expect_map(map.vertical, slow.vertical);
        const WireMap& same = tree == Tree::spanning ? both.spanning : both.steiner;
        EXPECT_EQ(map.horizontal, same.horizontal);
        EXPECT_EQ(map.vertical, same.vertical);
      }
      nets.chosen.assign(nets.nets(), true);  // again with some nets left out
      for (std::int64_t net = 0; net < nets.nets(); net += 3) nets.chosen[net] = false;
    }
  }
}

TEST(WireMaps, DemandIsAsLongAsTheTrees) {
  const GcellGrid grid = uneven();
  const NetPlaces nets = random_nets(grid, 2);
  double length = 0;
  for (std::int64_t net = 0; net < nets.nets(); ++net) {
    std::vector<Point> points(nets.place.begin() + nets.offset[net], nets.place.begin() + nets.offset[net + 1]);
    std::vector<TreeEdge> edges;
    spanning_tree(points, edges);
    for (const auto& [from, to] : edges) length += std::abs(to[0] - from[0]) + std::abs(to[1] - from[1]);
  }
  const Demand demand = demand_maps(grid, nets);
  EXPECT_NEAR(sum(demand.spanning.horizontal) + sum(demand.spanning.vertical), length, 1e-10 * length);
  EXPECT_LT(sum(demand.steiner.horizontal) + sum(demand.steiner.vertical), 0.95 * length);
}

TEST(WireMaps, RudyOfTwoNets) {
  // One box of 20 x 10 over four GCells, and one without height in a single GCell.
  const Rudy map = rudy(three_by_three(), nets_of({{{5, 5}, {25, 15}}, {{1, 25}, {7, 25}}}), 2);
  expect_map(map.long_nets.horizontal, {2.5, 5, 2.5, 2.5, 5, 2.5, 0, 0, 0});
  expect_map(map.long_nets.vertical, {1.25, 2.5, 1.25, 1.25, 2.5, 1.25, 0, 0, 0});
  expect_map(map.short_nets.horizontal, {0, 0, 0, 0, 0, 0, 6, 0, 0});
  expect_map(map.short_nets.vertical, {0, 0, 0, 0, 0, 0, 2, 0, 0});
  expect_map(map.all().horizontal, {2.5, 5, 2.5, 2.5, 5, 2.5, 6, 0, 0});
  EXPECT_THROW(rudy(three_by_three(), {}, 0), std::invalid_argument);
}

TEST(WireMaps, RudyFactorGrowsWithThePins) {
  EXPECT_EQ(rudy_factor(2), 1);
  EXPECT_EQ(rudy_factor(3), 1);
  EXPECT_DOUBLE_EQ(rudy_factor(4), 0.94);
  EXPECT_DOUBLE_EQ(rudy_factor(20), 1.54);
  EXPECT_DOUBLE_EQ(rudy_factor(100), 4.25);
}

TEST(WireMaps, RudyAgreesWithALoopOverAllGcells) {
  for (const GcellGrid& grid : grids()) {
    for (const std::uint64_t seed : {3, 4}) {
      NetPlaces nets = random_nets(grid, seed);
      nets.chosen.assign(nets.nets(), true);
      for (std::int64_t net = 0; net < nets.nets(); net += 5) nets.chosen[net] = false;
      const Rudy map = rudy(grid, nets, kLeast), slow = slow_rudy(grid, nets);
      expect_map(map.long_nets.horizontal, slow.long_nets.horizontal);
      expect_map(map.long_nets.vertical, slow.long_nets.vertical);
      if (grid.size() > 1) {
        expect_map(map.short_nets.horizontal, slow.short_nets.horizontal);
        expect_map(map.short_nets.vertical, slow.short_nets.vertical);
      }
    }
  }
}

TEST(WireMaps, LargeBoxesLeaveNothingBehindTheirEnd) {
  const GcellGrid grid = make_grid({0, 0, 400, 400}, 10);
  Random random(5);
  std::vector<std::vector<Point>> pins(500);
  for (std::vector<Point>& net : pins) {
    const double x = 100 * random.uniform(), y = 100 * random.uniform();
    net = {{100 + x, 100 + y}, {200 + x, 200 + y}};
  }
  const WireMap map = rudy(grid, nets_of(pins), kLeast).all();
  double wire = 0;
  for (const std::vector<Point>& net : pins) wire += net[1][0] - net[0][0];
  EXPECT_NEAR(sum(map.horizontal), wire, 1e-11 * wire);
  for (std::int64_t i = 0; i < grid.size(); ++i) {
    const std::int64_t column = i % 40, row = i / 40;
    if (column < 10 || column >= 30 || row < 10 || row >= 30) {
      EXPECT_EQ(map.horizontal[i], 0);
      EXPECT_EQ(map.vertical[i], 0);
    }
  }
}

TEST(WireMaps, PinRudy) {
  // A box of two GCells by half of one, and a small one; a pin counts as often as it is there.
  const NetPlaces nets = nets_of({{{5, 5}, {25, 10}, {25, 10}}, {{21, 11}, {22, 12}}});
  expect_map(pin_rudy(three_by_three(), nets), {1.5, 0, 0, 0, 0, 2 * 1.5 + 2 * 2, 0, 0, 0});
  const GcellGrid grid = uneven();
  const double width = 406.0 / static_cast<double>(grid.columns()), height = 253.0 / static_cast<double>(grid.rows());
  const NetPlaces many = random_nets(grid, 6);
  const std::vector<Box> boxes = slow_boxes(many);
  Map slow(grid.size());
  for (std::int64_t net = 0; net < many.nets(); ++net) {
    const Box& box = boxes[net];
    if (box.pins < 2) continue;
    for (std::int64_t i = many.offset[net]; i < many.offset[net + 1]; ++i) {
      slow[grid.at(many.place[i][0], many.place[i][1])] +=
          std::min(1.0, width / (box.x2 - box.x1)) + std::min(1.0, height / (box.y2 - box.y1));
    }
  }
  expect_map(pin_rudy(grid, many), slow);
}

}  // namespace
}  // namespace gsrgnn
