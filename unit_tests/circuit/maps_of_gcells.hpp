#pragma once

/// Small grids of GCells, and comparing maps on them.

#include <gtest/gtest.h>

#include <algorithm>
#include <gsrgnn/circuit/gcell_grid.hpp>
#include <numeric>
#include <vector>

namespace gsrgnn::maps_of_gcells {

using Map = std::vector<double>;

inline void expect_map(const Map& map, const Map& expected) {
  ASSERT_EQ(map.size(), expected.size());
  const double most = *std::max_element(expected.begin(), expected.end());
  for (std::size_t i = 0; i < map.size(); ++i) EXPECT_NEAR(map[i], expected[i], 1e-11 * most) << "GCell " << i;
}

inline double sum(const Map& map) {
  return std::accumulate(map.begin(), map.end(), 0.0);
}

// Three by three GCells of 10 x 10.
inline GcellGrid three_by_three() {
  return make_grid({0, 0, 30, 30}, 10);
}

// As OpenROAD writes them: the last column and row are larger or smaller than the rest.
inline GcellGrid uneven() {
  return make_grid({-30, 10, 376, 263}, 12);
}

}  // namespace gsrgnn::maps_of_gcells
