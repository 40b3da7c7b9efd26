#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/circuit/gcell_values.hpp>

namespace gsrgnn {
namespace {

/// Five cells on 3 x 2 GCells, of which (2, 0) and (1, 1) have none.
Circuit five_cells() {
  Circuit circuit;
  circuit.type_name = {"A"};
  circuit.cell_type.assign(5, 0);
  circuit.position = {{0.5, 0.5}, {0.6, 0.2}, {1.5, 0.5}, {0.5, 1.5}, {2.5, 1.5}};
  circuit.box = {0, 0, 3, 2};
  circuit.placement.grid.border = {{{0, 1, 2, 3}, {0, 1, 2}}};
  return circuit;
}

TEST(GcellValues, AreMeansOverTheCellsInThem) {
  const GcellValues map = gcell_values(five_cells(), {1, 2, 5, 0, 5}, 1);
  ASSERT_EQ(map.value.size(), 6U);
  EXPECT_EQ(map.value[0], 1.5);
  EXPECT_EQ(map.value[1], 5);
  EXPECT_TRUE(std::isnan(map.value[2]));
  EXPECT_EQ(map.value[3], 0);
  EXPECT_TRUE(std::isnan(map.value[4]));
  EXPECT_EQ(map.value[5], 5);
  EXPECT_EQ(map.hottest(), (std::vector<std::int64_t>{1, 5, 0, 3}));
  EXPECT_EQ(cells_of_gcells(five_cells(), map.grid)[0], (std::vector<std::int32_t>{0, 1}));
}

TEST(GcellValues, OfTwoLabelsTheLargerCounts) {
  const GcellValues map = gcell_values(five_cells(), {1, 3, 2, 1, 0, 4, -1, -2, 7, 7}, 2);
  EXPECT_EQ(map.value[0], 2.5);
  EXPECT_EQ(map.value[1], 4);
  EXPECT_EQ(map.value[3], -1);
}

TEST(GcellValues, AThresholdHasItsShareAboveIt) {
  const GcellValues map = gcell_values(five_cells(), {1, 2, 6, 0, 5}, 1);
  EXPECT_EQ(threshold_of_share(map, 0.25), 6);
  EXPECT_EQ(threshold_of_share(map, 0.5), 5);
  EXPECT_EQ(threshold_of_share(map, 0.01), 6);  // one at least
  EXPECT_EQ(threshold_of_share(map, 1), 0);
}

}  // namespace
}  // namespace gsrgnn
