#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/training/random_streams.hpp>
#include <gsrgnn/training/split.hpp>
#include <gsrgnn/util/random.hpp>
#include <map>
#include <numeric>
#include <set>

#include "support/files.hpp"

namespace gsrgnn {
namespace {

constexpr double kUsual[3] = {0.8, 0.1, 0.1};

std::vector<std::int64_t> sizes(const std::vector<std::uint8_t>& part) {
  std::vector<std::int64_t> size(3, 0);
  for (const std::uint8_t p : part) ++size.at(p);
  return size;
}

TEST(Split, GivesEveryCellOnePartByTheShares) {
  EXPECT_EQ(sizes(split_cells(1000, kUsual, 0)), (std::vector<std::int64_t>{800, 100, 100}));
  EXPECT_EQ(sizes(split_cells(1004, kUsual, 0)), (std::vector<std::int64_t>{803, 100, 101}));
  EXPECT_EQ(sizes(split_cells(1006, kUsual, 0)), (std::vector<std::int64_t>{805, 101, 100}));
  EXPECT_EQ(sizes(split_cells(200, {0.7, 0.15, 0.15}, 3)), (std::vector<std::int64_t>{140, 30, 30}));
  EXPECT_EQ(sizes(split_cells(100, {0.2, 0.3, 0.5}, 3)), (std::vector<std::int64_t>{20, 30, 50}));
}

TEST(Split, DependsOnTheSeedAndNothingElse) {
  const auto split = split_cells(1000, kUsual, 7);
  EXPECT_EQ(split_cells(1000, kUsual, 7), split);
  EXPECT_NE(split_cells(1000, kUsual, 8), split);
  // Random: about 80 of each run of 100 cells are trained on, and two seeds agree on few test cells.
  for (int run = 0; run < 10; ++run) {
    const auto begin = split.begin() + 100 * run;
    EXPECT_NEAR(static_cast<double>(std::count(begin, begin + 100, 0)), 80, 16);
  }
  const auto other = split_cells(1000, kUsual, 8);
  int both = 0;
  for (std::size_t i = 0; i < 1000; ++i) both += split[i] == 2 && other[i] == 2 ? 1 : 0;
  EXPECT_LT(both, 30);
}

TEST(Split, IsPinned) {
  EXPECT_EQ(split_cells(20, {0.6, 0.2, 0.2}, 1),
            (std::vector<std::uint8_t>{2, 0, 2, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 2, 0, 2, 0}));
}

TEST(Split, EveryPartNeedsTwoCells) {
  EXPECT_EQ(sizes(split_cells(20, kUsual, 0)), (std::vector<std::int64_t>{16, 2, 2}));
  EXPECT_EQ(sizes(split_cells(6, {0.34, 0.33, 0.33}, 0)), (std::vector<std::int64_t>{2, 2, 2}));
  for (const std::int64_t cells : {1, 2, 5, 14}) {
    testing::expect_message(testing::input_error([&] { split_cells(cells, kUsual, 0); }),
                            "train.split: ", {std::to_string(cells) + " cells", "at least 2"});
  }
}

TEST(Split, TrainingCellsGiveAShareForValidation) {
  const auto part = split_training_cells(1000, 0.1, 3, "a.def");
  EXPECT_EQ(sizes(part), (std::vector<std::int64_t>{900, 100, 0}));
  EXPECT_EQ(split_training_cells(1000, 0.1, 3, "b.def"), part);
  EXPECT_NE(split_training_cells(1000, 0.1, 4, "a.def"), part);
  for (const std::int64_t cells : {1, 3, 14}) {
    testing::expect_message(testing::input_error([&] { split_training_cells(cells, 0.1, 0, "a.def"); }),
                            "a.def: ", {std::to_string(cells) + " cells", "circuits.validation"});
  }
}

/// Cells in a grid of GCells, more of them in some GCells than in others, in no order.
struct GcellCells {
  GcellCells(std::int64_t cells, std::int64_t columns, std::int64_t rows, std::uint64_t seed = 1) {
    Random random(seed);
    for (std::int64_t i = 0; i < cells; ++i) {
      const auto draw = [&](std::int64_t n) {
        return static_cast<std::int64_t>(random.uniform() * random.uniform() * static_cast<double>(n));
      };
      column.push_back(draw(columns));
      row.push_back(draw(rows));
    }
    gcell = units_of(SplitUnit::gcells, column, row, columns, rows);
    tile = units_of(SplitUnit::tiles, column, row, columns, rows);
  }
  std::vector<std::int64_t> column, row, gcell, tile;
};

std::int64_t largest(const std::vector<std::int64_t>& unit) {
  std::map<std::int64_t, std::int64_t> size;
  std::int64_t most = 0;
  for (const std::int64_t u : unit) most = std::max(most, ++size[u]);
  return most;
}

bool divides_a_unit(const std::vector<std::uint8_t>& part, const std::vector<std::int64_t>& unit) {
  std::map<std::int64_t, std::uint8_t> part_of;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part_of.emplace(unit[i], part[i]).first->second != part[i]) return true;
  }
  return false;
}

// As it was when there were only cells.
TEST(Split, OfSingleCellsIsTheCutPermutation) {
  for (const std::int64_t cells : {20, 101, 1000}) {
    for (const std::uint64_t seed : {0, 1, 99}) {
      const auto order = Random(seed, kSplitStream).permutation<std::int64_t>(static_cast<std::size_t>(cells));
      std::vector<std::uint8_t> three(order.size(), 2), two(order.size(), 0);
      const auto training = std::llround(0.7 * static_cast<double>(cells));
      const auto validation = std::llround(0.2 * static_cast<double>(cells));
      for (std::int64_t i = 0; i < cells; ++i) {
        const auto cell = static_cast<std::size_t>(order[static_cast<std::size_t>(i)]);
        if (i < training + validation) three[cell] = i < training ? 0 : 1;
        if (i < validation) two[cell] = 1;
      }
      EXPECT_EQ(split_cells(cells, {0.7, 0.2, 0.1}, seed), three);
      EXPECT_EQ(split_training_cells(cells, 0.2, seed, "a.def"), two);
      // Units of one cell each are no other thing.
      std::vector<std::int64_t> unit(order.size());
      std::iota(unit.begin(), unit.end(), 5);
      EXPECT_EQ(split_cells(cells, {0.7, 0.2, 0.1}, seed, unit), three);
      EXPECT_EQ(split_training_cells(cells, 0.2, seed, "a.def", unit), two);
    }
  }
}

TEST(Split, UnitsAreWholeAndMeetTheSharesWithinOne) {
  const GcellCells cells(5000, 40, 30);
  for (const auto& unit : {cells.gcell, cells.tile}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const auto part = split_cells(5000, kUsual, seed, unit);
      ASSERT_EQ(part.size(), 5000U);
      EXPECT_FALSE(divides_a_unit(part, unit));
      const auto size = sizes(part);
      EXPECT_NEAR(static_cast<double>(size[0]), 4000, static_cast<double>(largest(unit)));
      EXPECT_NEAR(static_cast<double>(size[1]), 500, static_cast<double>(largest(unit)));
      EXPECT_NEAR(static_cast<double>(size[2]), 500, static_cast<double>(largest(unit)));

      const auto training = split_training_cells(5000, 0.1, seed, "a.def", unit);
      EXPECT_FALSE(divides_a_unit(training, unit));
      EXPECT_NEAR(static_cast<double>(sizes(training)[1]), 500, static_cast<double>(largest(unit)));
      EXPECT_EQ(sizes(training)[2], 0);
    }
  }
  EXPECT_TRUE(divides_a_unit(split_cells(5000, kUsual, 0), cells.gcell));
}

TEST(Split, OfUnitsDependsOnTheSeedAndNotOnTheCellsOrder) {
  const GcellCells cells(3000, 40, 40);
  const auto part = split_cells(3000, kUsual, 7, cells.tile);
  EXPECT_EQ(split_cells(3000, kUsual, 7, cells.tile), part);
  EXPECT_NE(split_cells(3000, kUsual, 8, cells.tile), part);
  EXPECT_NE(split_training_cells(3000, 0.1, 8, "", cells.tile), split_training_cells(3000, 0.1, 7, "", cells.tile));
  auto unit = cells.tile;
  auto expected = part;
  std::reverse(unit.begin(), unit.end());
  std::reverse(expected.begin(), expected.end());
  EXPECT_EQ(split_cells(3000, kUsual, 7, unit), expected);
  // Nor do units without cells: only the order of the numbers counts.
  for (std::int64_t& u : unit) u = 3 * u - 17;
  EXPECT_EQ(split_cells(3000, kUsual, 7, unit), expected);
}

// The cut is where the cells come closest: by hand, of units in the order in which they come.
TEST(Split, CutsUnitsWhereTheyComeClosest) {
  const auto order = Random(4, kSplitStream).permutation<std::int64_t>(8);
  const std::vector<std::int64_t> sizes_in_order = {30, 10, 5, 12, 8, 15, 14, 6};  // 100: 30 40 45 57 65 80 94 100
  std::vector<std::int64_t> unit;
  std::vector<std::uint8_t> expected;
  const auto add = [&](const std::vector<std::uint8_t>& part_in_order) {
    expected.clear();
    unit.clear();
    for (std::size_t i = 0; i < 8; ++i) {
      for (std::int64_t cell = 0; cell < sizes_in_order[i]; ++cell) {
        unit.push_back(order[i]);
        expected.push_back(part_in_order[i]);
      }
    }
  };
  add({0, 0, 0, 0, 1, 1, 2, 2});  // 57 rather than 65; 80
  EXPECT_EQ(split_cells(100, {0.6, 0.2, 0.2}, 4, unit), expected);
  add({0, 0, 0, 0, 0, 0, 1, 2});  // 80; 94, the closest to 90
  EXPECT_EQ(split_cells(100, {0.8, 0.1, 0.1}, 4, unit), expected);
  add({0, 1, 2, 2, 2, 2, 2, 2});  // 30; 33 is closest to 30 too, which would leave nothing for the validation
  EXPECT_EQ(split_cells(100, {0.3, 0.03, 0.67}, 4, unit), expected);
  add({0, 0, 0, 0, 0, 0, 1, 2});  // 96 and 98 are closest to 94 and 100, which would leave nothing for the test
  EXPECT_EQ(split_cells(100, {0.96, 0.02, 0.02}, 4, unit), expected);
  add({1, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(split_training_cells(100, 0.1, 4, "a.def", unit), expected);
}

TEST(Split, TooFewUnitsAreAnError) {
  std::vector<std::int64_t> unit(300);
  for (std::size_t i = 0; i < unit.size(); ++i) unit[i] = static_cast<std::int64_t>(i % 3);
  testing::expect_message(testing::input_error([&] { split_cells(300, kUsual, 0, unit); }),
                          "train.split: ", {"3 tiles, with 300 cells", "use split_by: gcells or cells"});
  testing::expect_message(testing::input_error([&] { split_cells(300, kUsual, 0, unit, SplitUnit::gcells); }),
                          "train.split: ", {"3 gcells", "use split_by: cells"});
  EXPECT_EQ(sizes(split_cells(300, {0.4, 0.3, 0.3}, 0, unit)), (std::vector<std::int64_t>{100, 100, 100}));
  const std::vector<std::int64_t> one(300, 7), single = {0, 1, 2, 3, 3, 3};
  testing::expect_message(testing::input_error([&] { split_training_cells(300, 0.1, 0, "a.def", one); }),
                          "a.def: ", {"1 tile,", "gcells or cells"});
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (const std::int64_t size : sizes(split_cells(6, {0.34, 0.33, 0.33}, seed, {0, 0, 1, 1, 2, 2}))) {
      EXPECT_EQ(size, 2);
    }
    const auto part = split_training_cells(6, 0.2, seed, "a.def", single);
    EXPECT_GE(sizes(part)[0], 2);
    EXPECT_GE(sizes(part)[1], 2);
  }
}

TEST(Split, TilesAreBlocksOfGcells) {
  struct Grid {
    std::int64_t columns, rows, across, up;
  };
  for (const Grid& grid : {Grid{10, 10, 5, 5}, Grid{100, 100, 10, 10}, Grid{30, 30, 7, 7}, Grid{20, 20, 5, 5},
                           Grid{16, 16, 5, 5}, Grid{59, 59, 9, 9}, Grid{4, 4, 4, 4}, Grid{1, 1, 1, 1},
                           Grid{1, 90, 1, 22}, Grid{400, 4, 100, 1}, Grid{1000, 500, 14, 7}}) {
    std::vector<std::int64_t> column, row;
    for (std::int64_t r = 0; r < grid.rows; ++r) {
      for (std::int64_t c = 0; c < grid.columns; ++c) {
        column.push_back(c);
        row.push_back(r);
      }
    }
    const auto tile = tiles_of(column, row, grid.columns, grid.rows);
    struct Box {
      std::int64_t left, right, bottom, top, gcells;
    };
    std::map<std::int64_t, Box> boxes;
    for (std::size_t i = 0; i < tile.size(); ++i) {
      Box& box = boxes.emplace(tile[i], Box{column[i], column[i], row[i], row[i], 0}).first->second;
      box = {std::min(box.left, column[i]), std::max(box.right, column[i]), std::min(box.bottom, row[i]),
             std::max(box.top, row[i]), box.gcells + 1};
    }
    std::set<std::int64_t> widths, heights;
    for (const auto& [number, box] : boxes) {
      widths.insert(box.right - box.left + 1);
      heights.insert(box.top - box.bottom + 1);
      EXPECT_EQ((box.right - box.left + 1) * (box.top - box.bottom + 1), box.gcells);
    }
    EXPECT_EQ(static_cast<std::int64_t>(boxes.size()), grid.across * grid.up) << grid.columns << " x " << grid.rows;
    EXPECT_EQ(*widths.begin(), grid.columns / grid.across);
    EXPECT_EQ(*heights.begin(), grid.rows / grid.up);
    EXPECT_LE(*widths.rbegin() - *widths.begin(), 1);
    EXPECT_LE(*heights.rbegin() - *heights.begin(), 1);
  }
}

TEST(Split, UnitsOfCells) {
  const std::vector<std::int64_t> column = {0, 3, 9}, row = {0, 2, 9};
  EXPECT_TRUE(units_of(SplitUnit::cells, column, row, 10, 10).empty());
  EXPECT_EQ(units_of(SplitUnit::gcells, column, row, 10, 10), (std::vector<std::int64_t>{0, 23, 99}));
  EXPECT_EQ(units_of(SplitUnit::tiles, column, row, 10, 10), (std::vector<std::int64_t>{0, 6, 24}));
}

TEST(Split, SelectPicksAColumnOfAPart) {
  const std::vector<float> values = {1, 10, 2, 20, 3, 30, 4, 40};
  const std::vector<std::uint8_t> part = {2, 0, 1, 0};
  EXPECT_EQ(select(values, 2, 0, part, Part::training), (std::vector<double>{2, 4}));
  EXPECT_EQ(select(values, 2, 1, part, Part::training), (std::vector<double>{20, 40}));
  EXPECT_EQ(select(values, 2, 1, part, Part::validation), (std::vector<double>{30}));
  EXPECT_EQ(select(values, 2, 0, part, Part::test), (std::vector<double>{1}));
}

}  // namespace
}  // namespace gsrgnn
