#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/training/baselines.hpp>
#include <gsrgnn/training/scores.hpp>
#include <gsrgnn/util/random.hpp>
#include <utility>

namespace gsrgnn {
namespace {

constexpr std::size_t kFeatures = 4, kLabels = 2;

/// Four columns, of which the third is constant, and two labels, which follow columns 1 and, downwards, 3.
struct Cells {
  explicit Cells(std::uint64_t seed, std::size_t count = 400, double noise = 0.5) {
    Random random(seed);
    for (std::size_t i = 0; i < count; ++i) {
      const double a = random.normal(), b = 3 + 2 * random.normal() + 0.5 * a, c = random.uniform();
      for (const double f : {a, b, 0.1, c}) feature.push_back(static_cast<float>(f));
      label.push_back(static_cast<float>(5 + 2 * b + noise * random.normal()));
      label.push_back(static_cast<float>(1 - 4 * c + 0.1 * a + noise * random.normal()));
      use.push_back(random.chance(2, 3));
    }
  }
  LineMoments moments() const { return LineMoments::of(feature, kFeatures, label, kLabels, use); }
  std::vector<double> used(const std::vector<float>& values, std::size_t columns, std::size_t column) const {
    std::vector<double> chosen;
    for (std::size_t i = 0; i < use.size(); ++i) {
      if (use[i]) chosen.push_back(static_cast<double>(values[i * columns + column]));
    }
    return chosen;
  }
  double pearson_of(std::size_t f, std::size_t o) const {
    return pearson(used(feature, kFeatures, f), used(label, kLabels, o));
  }
  std::vector<float> feature, label;
  std::vector<bool> use;
};

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// Slope and intercept of the line of least squares.
std::pair<double, double> line(const std::vector<double>& x, const std::vector<double>& y) {
  double xx = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean(x)) * (x[i] - mean(x));
    xy += (x[i] - mean(x)) * (y[i] - mean(y));
  }
  return {xy / xx, mean(y) - xy / xx * mean(x)};
}

/// N x O by the lines of a map.
std::vector<float> by_lines(const SingleMap& map, const std::vector<float>& feature) {
  std::vector<float> value;
  for (std::size_t i = 0; i < feature.size() / kFeatures; ++i) {
    for (std::size_t o = 0; o < kLabels; ++o) {
      const bool none = map.column[o] == SingleMap::kNone;
      const double at = none ? 0 : static_cast<double>(feature[i * kFeatures + map.column[o]]);
      value.push_back(static_cast<float>(map.slope[o] * at + map.intercept[o]));
    }
  }
  return value;
}

TEST(Baselines, TheSingleMapIsTheColumnThatTellsMost) {
  const Cells cells(1);
  const auto map = best_single_map({cells.moments()});
  EXPECT_EQ(map.column, (std::vector<std::size_t>{1, 3}));
  const auto value = by_lines(map, cells.feature);
  ASSERT_EQ(value.size(), cells.label.size());
  for (std::size_t o = 0; o < kLabels; ++o) {
    const std::size_t f = map.column[o];
    EXPECT_NEAR(map.pearson[o], cells.pearson_of(f, o), 1e-12);
    const auto [slope, intercept] = line(cells.used(cells.feature, kFeatures, f), cells.used(cells.label, kLabels, o));
    EXPECT_NEAR(map.slope[o], slope, 1e-12);
    EXPECT_NEAR(map.intercept[o], intercept, 1e-12);
    for (std::size_t i = 0; i < cells.use.size(); ++i) {
      const double expected = slope * static_cast<double>(cells.feature[i * kFeatures + f]) + intercept;
      EXPECT_NEAR(value[i * kLabels + o], expected, 1e-5);
    }
    // What a line is worth on what it was fitted to.
    EXPECT_NEAR(r2(cells.used(value, kLabels, o), cells.used(cells.label, kLabels, o)), std::pow(map.pearson[o], 2),
                1e-6);
  }
  EXPECT_LT(map.pearson[1], -0.8);
}

// Column 0 is the better one of all rows together, by the designs' means, but within them says nothing.
TEST(Baselines, DesignsCountAlikeWhateverTheirSizesAndMeans) {
  std::vector<LineMoments> designs;
  std::vector<double> first, second, y;
  double of_first = 0, of_second = 0;
  for (int d = 0; d < 3; ++d) {
    Random random(20 + static_cast<std::uint64_t>(d));
    std::vector<float> feature, label;
    std::vector<double> here[3];
    for (int i = 0; i < 30 * (d + 1); ++i) {
      const double b = random.normal();
      const float values[3] = {static_cast<float>(20 * d + random.normal()), static_cast<float>(b),
                               static_cast<float>(30 * d + b + random.normal())};
      feature.insert(feature.end(), {values[0], values[1]});
      label.push_back(values[2]);
      for (int c = 0; c < 3; ++c) here[c].push_back(static_cast<double>(values[c]));
    }
    of_first += pearson(here[0], here[2]) / 3;
    of_second += pearson(here[1], here[2]) / 3;
    first.insert(first.end(), here[0].begin(), here[0].end());
    second.insert(second.end(), here[1].begin(), here[1].end());
    y.insert(y.end(), here[2].begin(), here[2].end());
    designs.push_back(LineMoments::of(feature, 2, label, 1));
  }
  ASSERT_GT(std::abs(pearson(first, y)), std::abs(pearson(second, y)));
  ASSERT_LT(std::abs(of_first), std::abs(of_second));
  const auto map = best_single_map(designs);
  EXPECT_EQ(map.column, std::vector<std::size_t>{1});
  EXPECT_NEAR(map.pearson[0], of_second, 1e-12);
  const auto [slope, intercept] = line(second, y);
  EXPECT_NEAR(map.slope[0], slope, 1e-10);
  EXPECT_NEAR(map.intercept[0], intercept, 1e-10);
}

TEST(Baselines, MomentsOfPartsAddUp) {
  const Cells one(2, 300), two(3, 200);
  Cells both = one;
  both.feature.insert(both.feature.end(), two.feature.begin(), two.feature.end());
  both.label.insert(both.label.end(), two.label.begin(), two.label.end());
  both.use.insert(both.use.end(), two.use.begin(), two.use.end());
  LineMoments joined, none = LineMoments::of(one.feature, kFeatures, one.label, kLabels, std::vector<bool>(300, false));
  joined.join(none);
  joined.join(one.moments());
  joined.join(none);
  joined.join(two.moments());
  const auto whole = both.moments();
  EXPECT_EQ(joined.feature.count, whole.feature.count);
  EXPECT_EQ(joined.label.count, whole.label.count);
  for (std::size_t s = 0; s < whole.products.size(); ++s) EXPECT_NEAR(joined.products[s], whole.products[s], 1e-9) << s;
  for (std::size_t f = 0; f < kFeatures; ++f) EXPECT_NEAR(joined.feature.squares[f], whole.feature.squares[f], 1e-9);
}

TEST(Baselines, WhatIsConstantIsNoMap) {
  Cells cells(4);
  for (std::size_t i = 0; i < cells.use.size(); ++i) {
    for (const std::size_t f : {0, 1, 3}) cells.feature[i * kFeatures + f] = 0.7F;
    cells.label[i * kLabels + 1] = 0.3F;
  }
  auto map = best_single_map({cells.moments()});
  EXPECT_EQ(map.column, (std::vector<std::size_t>{SingleMap::kNone, SingleMap::kNone}));
  EXPECT_TRUE(std::isnan(map.pearson[0]));
  EXPECT_NEAR(by_lines(map, cells.feature)[0], mean(cells.used(cells.label, kLabels, 0)), 1e-5);
  EXPECT_FLOAT_EQ(by_lines(map, cells.feature)[1], 0.3F);
  EXPECT_TRUE(
      std::isnan(score(cells.used(by_lines(map, cells.feature), kLabels, 1), cells.used(cells.label, kLabels, 1)).r2));

  // In the first design nothing varies, in the second columns 1 and 3 are the same: the first is taken, and counts half
  // for a label that varies in both, in full for one that varies in one of them.
  Cells other(5);
  for (std::size_t i = 0; i < other.use.size(); ++i) {
    other.feature[i * kFeatures + 3] = other.feature[i * kFeatures + 1];
    other.label[i * kLabels + 1] = -other.feature[i * kFeatures + 1];
  }
  map = best_single_map({cells.moments(), other.moments()});
  EXPECT_EQ(map.column, (std::vector<std::size_t>{1, 1}));
  EXPECT_NEAR(map.pearson[0], other.pearson_of(1, 0) / 2, 1e-12);
  EXPECT_NEAR(map.pearson[1], -1, 1e-12);
  EXPECT_TRUE(best_single_map({}).column.empty());
}

using Points = std::vector<std::array<double, 2>>;

/// Every training cell looked at.
std::vector<float> plain_neighbours(const Points& position, const std::vector<float>& label, std::size_t labels,
                                    const std::vector<bool>& training, std::size_t neighbours) {
  std::vector<float> value;
  for (const auto& from : position) {
    std::vector<std::pair<double, std::size_t>> all;
    for (std::size_t j = 0; j < position.size(); ++j) {
      const double x = position[j][0] - from[0], y = position[j][1] - from[1];
      if (training[j]) all.emplace_back(x * x + y * y, j);
    }
    const std::size_t nearest = std::min(all.size(), neighbours);
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(nearest), all.end());
    all.resize(nearest);
    for (std::size_t o = 0; o < labels; ++o) {
      double sum = 0;
      for (const auto& [distance, j] : all) sum += static_cast<double>(label[j * labels + o]);
      value.push_back(static_cast<float>(sum / static_cast<double>(all.size())));
    }
  }
  return value;
}

TEST(Baselines, NearestNeighboursByHand) {
  const Points position = {{0, 0}, {1, 0}, {3, 0}, {10, 0}, {0.4, 0}, {-1, 0}};
  const std::vector<bool> training = {true, true, true, true, false, true};
  const std::vector<float> label = {1, 10, 2, 20, 4, 40, 8, 80, 100, 100, 16, 160};
  const auto one = nearest_neighbours(position, label, 2, training, 1);
  EXPECT_EQ(one, (std::vector<float>{1, 10, 2, 20, 4, 40, 8, 80, 1, 10, 16, 160}));
  const auto two = nearest_neighbours(position, label, 2, training, 2);
  EXPECT_EQ(two[8], 1.5F);
  EXPECT_EQ(two[0], 1.5F);  // itself, and of two at distance 1 the first
  const auto five = nearest_neighbours(position, label, 2, training, 7);
  EXPECT_EQ(five[8], 31.F / 5);
  EXPECT_EQ(five[9], 310.F / 5);
  EXPECT_EQ(nearest_neighbours(position, label, 2, training)[8], 19.F / 3);  // 0.4, 0.6, and 1.4 before 2.6
  EXPECT_TRUE(std::isnan(nearest_neighbours(position, label, 2, std::vector<bool>(6, false))[3]));
  EXPECT_TRUE(nearest_neighbours({}, {}, 2, {}).empty());
}

// Anywhere; on a lattice, where many are equally near; in heaps at a few places; in two heaps far apart; on a line.
TEST(Baselines, NearestNeighboursAreExact) {
  for (const int kind : {0, 1, 2, 3, 4}) {
    Random random(30 + static_cast<std::uint64_t>(kind));
    Points position;
    std::vector<float> label;
    std::vector<bool> training;
    for (int i = 0; i < 350; ++i) {
      const double x = random.uniform(), y = random.uniform();
      const auto whole = [](double value) { return std::floor(value); };
      if (kind == 0) position.push_back({1000 * x, 300 * y});
      if (kind == 1) position.push_back({whole(25 * x), whole(25 * y)});
      if (kind == 2) position.push_back({whole(3 * x), whole(2 * y)});
      if (kind == 3) position.push_back({i == 0 ? 1e9 : x, i == 0 ? -1e9 : y});
      if (kind == 4) position.push_back({5, whole(300 * y)});
      label.push_back(static_cast<float>(random.normal()));
      label.push_back(static_cast<float>(random.normal()));
      training.push_back(random.chance(3, 4));
    }
    for (const int neighbours : {1, 3, 10}) {
      EXPECT_EQ(nearest_neighbours(position, label, 2, training, neighbours),
                plain_neighbours(position, label, 2, training, static_cast<std::size_t>(neighbours)))
          << kind << " " << neighbours;
    }
  }
}

}  // namespace
}  // namespace gsrgnn
