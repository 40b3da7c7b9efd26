#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/circuit/wire_maps.hpp>
#include <gsrgnn/util/random.hpp>

#include "maps_of_gcells.hpp"

// The maps of wire_maps.hpp that have no wires in them: places, areas, and what smooths all of them.

namespace gsrgnn {
namespace {

using namespace maps_of_gcells;

TEST(GcellMaps, CountsOfPlaces) {
  EXPECT_EQ(count_map(three_by_three(), {{5, 5}, {5, 5}, {10, 10}, {-9, 99}, {30, 30}}),
            (Map{2, 0, 0, 0, 1, 0, 1, 0, 1}));
  EXPECT_EQ(count_map(three_by_three(), {}), Map(9));
}

TEST(GcellMaps, AreaOfBoxes) {
  // One over four GCells, one that covers a GCell, one half outside, one wholly outside, one without area.
  const std::vector<std::array<double, 4>> boxes = {
      {5, 5, 15, 15}, {20, 20, 30, 30}, {-5, 0, 5, 5}, {40, 0, 50, 10}, {3, 3, 3, 9}};
  expect_map(area_map(three_by_three(), boxes), {0.5, 0.25, 0, 0.25, 0.25, 0, 0, 0, 1});
  const GcellGrid grid = uneven();
  expect_map(area_map(grid, {{-100, -100, 1000, 1000}}), Map(grid.size(), 1.0));
}

TEST(GcellMaps, SmoothingAConstantChangesNothing) {
  for (const double width : {0.0, 0.1, 0.7, 3.0, 20.0}) {
    expect_map(smooth(Map(35, 2.5), 7, 5, width), Map(35, 2.5));
    expect_map(smooth(Map(9, 2.5), 1, 9, width), Map(9, 2.5));
    expect_map(smooth(Map(1, 2.5), 1, 1, width), Map(1, 2.5));
  }
}

TEST(GcellMaps, SmoothingIsASumOverBothAxes) {
  Random random(7);
  const std::int64_t columns = 17, rows = 11;
  Map map(columns * rows);
  for (double& value : map) value = random.uniform();
  for (const double width : {0.7, 1.3, 2.0, 6.0}) {
    const auto reach = static_cast<std::int64_t>(4 * width + 0.5);
    Map slow;
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = 0; column < columns; ++column) {
        double value = 0, weights = 0;
        for (std::int64_t i = 0; i < columns * rows; ++i) {
          const std::int64_t x = i % columns - column, y = i / columns - row;
          if (std::abs(x) > reach || std::abs(y) > reach) continue;
          const double weight = std::exp(-static_cast<double>(x * x + y * y) / (2 * width * width));
          value += weight * map[i];
          weights += weight;
        }
        slow.push_back(value / weights);
      }
    }
    expect_map(smooth(map, columns, rows, width), slow);
  }
}

}  // namespace
}  // namespace gsrgnn
