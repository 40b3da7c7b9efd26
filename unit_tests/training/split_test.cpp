#include <gtest/gtest.h>

#include <algorithm>
#include <gsrgnn/training/split.hpp>

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
