#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/circuit/gcell_grid.hpp>
#include <gsrgnn/util/random.hpp>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "support/files.hpp"
#include "support/small_circuits.hpp"

namespace gsrgnn {
namespace {

// The last interval that starts at or before the coordinate.
std::int64_t slow_interval(const std::vector<double>& border, double coordinate) {
  std::int64_t i = 0;
  while (i + 2 < static_cast<std::int64_t>(border.size()) && border[i + 1] <= coordinate) ++i;
  return i;
}

TEST(GcellGrid, Sizes) {
  EXPECT_TRUE(GcellGrid{}.empty());
  EXPECT_EQ(GcellGrid{}.size(), 0);
  const GcellGrid one_border = {{std::vector<double>{5}, std::vector<double>{0, 1}}};
  EXPECT_TRUE(one_border.empty());
  const GcellGrid grid = {{std::vector<double>{0, 100, 200, 350}, std::vector<double>{-10, 0, 15}}};
  EXPECT_FALSE(grid.empty());
  EXPECT_EQ(grid.columns(), 3);
  EXPECT_EQ(grid.rows(), 2);
  EXPECT_EQ(grid.size(), 6);
}

TEST(GcellGrid, BordersBelongToTheRightAndAbove) {
  const GcellGrid grid = {{std::vector<double>{0, 100, 200, 350}, std::vector<double>{-10, 0, 15}}};
  EXPECT_EQ(grid.at(0, -10), 0);
  EXPECT_EQ(grid.at(99.9, -0.1), 0);
  EXPECT_EQ(grid.at(100, -0.1), 1);
  EXPECT_EQ(grid.at(99.9, 0), 3);
  EXPECT_EQ(grid.at(200, 0), 5);
  EXPECT_EQ(grid.at(350, 15), 5);
}

TEST(GcellGrid, OutsideIsTheNearest) {
  const GcellGrid grid = {{std::vector<double>{0, 100, 200, 350}, std::vector<double>{-10, 0, 15}}};
  constexpr double kFar = std::numeric_limits<double>::infinity();
  for (const double far : {1000.0, 1e300, kFar}) {
    EXPECT_EQ(grid.at(-far, -far), 0);
    EXPECT_EQ(grid.at(far, -far), 2);
    EXPECT_EQ(grid.at(150, far), 4);
  }
}

TEST(GcellGrid, FindsWhatALoopOverTheBordersFinds) {
  Random random(1);
  for (const double growth : {1.0, 1.01, 1.3}) {
    for (const double last : {0.01, 1.0, 1.9, 700.0}) {  // of all steps, how long the last one is
      GcellGrid grid;
      for (std::vector<double>& border : grid.border) {
        double step = 7.3;
        border = {-20.5};
        for (int i = 0; i < 40; ++i, step *= growth) border.push_back(border.back() + step * (i == 39 ? last : 1));
      }
      const std::vector<double>& border = grid.border[0];
      const double reach = border.back() - border.front();
      for (int times = 0; times < 200; ++times) {
        const double x = border.front() + reach * (1.2 * random.uniform() - 0.1);
        EXPECT_EQ(grid.column(x), slow_interval(border, x)) << x;
      }
      for (const double x : border) {
        for (const double near : {std::nextafter(x, -1e9), x, std::nextafter(x, 1e9)}) {
          EXPECT_EQ(grid.column(near), slow_interval(border, near)) << near;
          EXPECT_EQ(grid.row(near), slow_interval(border, near)) << near;
        }
      }
    }
  }
}

TEST(GcellGrid, MadeOverABox) {
  const GcellGrid grid = make_grid({10, 20, 34, 46}, 10);  // 2.4 columns and 2.6 rows
  EXPECT_EQ(grid.border[0], (std::vector<double>{10, 20, 34}));
  EXPECT_EQ(grid.border[1], (std::vector<double>{20, 30, 40, 46}));
  const GcellGrid point = make_grid({3, 4, 3, 4.2}, 2);
  EXPECT_EQ(point.border[0], (std::vector<double>{3, 5}));
  EXPECT_EQ(point.border[1], (std::vector<double>{4, 4.2}));
  EXPECT_EQ(point.size(), 1);
}

TEST(GcellGrid, StepsThatMakeNoGridAreRefused) {
  for (const double step : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), 1e-3}) {
    EXPECT_THROW(make_grid({0, 0, 5, 5}, step), std::invalid_argument) << step;
  }
}

// Two lines of a DEF can ask for sixteen million GCells, and maps of them for six gigabytes.
TEST(GcellGrid, SmallDesignsHaveFewGcells) {
  EXPECT_EQ(most_gcells(0, 0), 1 << 20);
  EXPECT_EQ(most_gcells(40000, 160000), (1 << 20) + 16 * 200000);
  EXPECT_EQ(most_gcells(std::int64_t{1} << 31, std::int64_t{1} << 33), 1 << 24);
  Circuit circuit = testing::awkward_circuit();
  for (auto& border : circuit.placement.grid.border) {
    border.resize(1102);
    std::iota(border.begin(), border.end(), 0.0);
  }
  testing::expect_message(testing::input_error([&] { validate(circuit, "c.h5"); }),
                          "c.h5: ", {"1101 x 1101 GCells", "at most 1048976"});
  for (auto& border : circuit.placement.grid.border) border.resize(1001);
  EXPECT_NO_THROW(validate(circuit, "c.h5"));
}

}  // namespace
}  // namespace gsrgnn
