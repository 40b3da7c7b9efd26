// A design as its GCells, by hand.

#include <gtest/gtest.h>

#include <gsrgnn/circuit/gcell_circuit.hpp>
#include <gsrgnn/circuit/placement_maps.hpp>

namespace gsrgnn {
namespace {

/// Three columns and two rows of GCells with sides of 10; four cells in three of them.
Circuit four_cells() {
  Circuit c;
  c.name = "four";
  c.source = "test";
  c.box = {0, 0, 30, 20};
  c.placement.grid = make_grid(c.box, 10);
  c.position = {{1, 1}, {2, 9}, {25, 3}, {15, 15}};  // GCells 0, 0, 2 and 4
  c.type_name = {"INV"};
  c.cell_type = {0, 0, 0, 0};
  c.feature_name = {"a"};
  c.feature = {1, 3, 5, 7};
  const std::vector<std::vector<std::int32_t>> nets = {{0, 1}, {2, 0, 1}, {3, 2, 3}, {}, {1}, {0, 2, 3}};
  for (const auto& net : nets) {
    c.net_cell.insert(c.net_cell.end(), net.begin(), net.end());
    c.net_offset.push_back(static_cast<std::int64_t>(c.net_cell.size()));
  }
  return c;
}

TEST(GcellCircuit, NodesAreAllGcells) {
  const Circuit gcells = gcell_circuit(four_cells());
  EXPECT_NO_THROW(validate(gcells, "test"));
  ASSERT_EQ(gcells.cells(), 6);
  EXPECT_EQ(gcells.position.front(), (std::array<double, 2>{5, 5}));
  EXPECT_EQ(gcells.position[4], (std::array<double, 2>{15, 15}));
  EXPECT_EQ(gcells.placement.grid.columns(), 3);
  EXPECT_EQ(gcells.placement.grid.rows(), 2);
}

TEST(GcellCircuit, NetsConnectTheGcellsOfTheirPinsOnce) {
  const Circuit gcells = gcell_circuit(four_cells());
  EXPECT_EQ(gcells.net_offset, (std::vector<std::int64_t>{0, 2, 4, 7}));
  EXPECT_EQ(gcells.net_cell, (std::vector<std::int32_t>{0, 2, 2, 4, 0, 2, 4}));
}

TEST(GcellCircuit, FeaturesAreMeansOverTheCellsOfAGcell) {
  const Circuit circuit = four_cells();
  const auto feature = gcell_features(circuit, circuit.placement.technology, {"a"}, "test");
  EXPECT_EQ(feature, (std::vector<float>{2, 4, 5, 4, 7, 4}));  // where no cell is, that over all cells
}

TEST(GcellCircuit, MapsAreWhatTheyAre) {
  const Circuit circuit = four_cells();
  const auto maps = placement_maps(circuit, circuit.placement.technology);
  const auto feature = gcell_features(circuit, circuit.placement.technology, {"pins", "demand"}, "test");
  ASSERT_EQ(feature.size(), 12U);
  const auto named = [&](const std::string& name) {
    for (const PlacementMap& map : maps.map) {
      if (map.name == name) return map.value;
    }
    return std::vector<double>();
  };
  for (std::size_t g = 0; g < 6; ++g) {
    EXPECT_FLOAT_EQ(feature[2 * g], static_cast<float>(named("pins")[g]));
    EXPECT_FLOAT_EQ(feature[2 * g + 1], static_cast<float>((named("demand_h")[g] + named("demand_v")[g]) / 2));
  }
}

}  // namespace
}  // namespace gsrgnn
