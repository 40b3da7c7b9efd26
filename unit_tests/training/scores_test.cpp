// Scores against their definitions written as plain loops over all pairs, and against hand values.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/training/scores.hpp>
#include <gsrgnn/training/trainer.hpp>
#include <gsrgnn/util/random.hpp>
#include <limits>

namespace gsrgnn {
namespace {

using Values = std::vector<double>;

/// tau-b: pairs ordered alike less pairs ordered otherwise, over the geometric mean of the pairs untied on each side.
double kendall_pair_by_pair(const Values& a, const Values& b) {
  double sum = 0, untied_a = 0, untied_b = 0;
  const auto sign = [](double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0; };
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double sa = sign(a[i] - a[j]), sb = sign(b[i] - b[j]);
      sum += sa * sb;
      untied_a += sa * sa;
      untied_b += sb * sb;
    }
  }
  return sum / std::sqrt(untied_a * untied_b);
}

/// The rank of a value: how many are smaller, and half of the others that are equal.
Values ranks_pair_by_pair(const Values& a) {
  Values ranks;
  for (const double x : a) {
    double rank = -0.5;
    for (const double y : a) rank += y < x ? 1.0 : y == x ? 0.5 : 0.0;
    ranks.push_back(rank);
  }
  return ranks;
}

/// (sum xy - n mx my) / ..., from differences of all pairs instead of means.
double pearson_pair_by_pair(const Values& a, const Values& b) {
  double aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      aa += (a[i] - a[j]) * (a[i] - a[j]);
      bb += (b[i] - b[j]) * (b[i] - b[j]);
      ab += (a[i] - a[j]) * (b[i] - b[j]);
    }
  }
  return ab / std::sqrt(aa * bb);
}

/// 1 - residual / total with the total from differences of all pairs.
double r2_pair_by_pair(const Values& prediction, const Values& label) {
  double residual = 0, total = 0;
  for (std::size_t i = 0; i < label.size(); ++i) {
    residual += std::pow(prediction[i] - label[i], 2);
    for (std::size_t j = 0; j < i; ++j) total += std::pow(label[i] - label[j], 2) / static_cast<double>(label.size());
  }
  return 1 - residual / total;
}

void expect_scores_pair_by_pair(const Values& a, const Values& b) {
  EXPECT_NEAR(pearson(a, b), pearson_pair_by_pair(a, b), 1e-12);
  EXPECT_NEAR(spearman(a, b), pearson_pair_by_pair(ranks_pair_by_pair(a), ranks_pair_by_pair(b)), 1e-12);
  EXPECT_NEAR(kendall(a, b), kendall_pair_by_pair(a, b), 1e-12);
  EXPECT_NEAR(r2(a, b), r2_pair_by_pair(a, b), 1e-10);
  const Scores all = score(a, b);
  EXPECT_EQ(all.pearson, pearson(a, b));
  EXPECT_EQ(all.spearman, spearman(a, b));
  EXPECT_EQ(all.kendall, kendall(a, b));
  EXPECT_EQ(all.r2, r2(a, b));
}

TEST(Scores, AgreeWithTheirDefinitions) {
  Random random(1);
  for (int trial = 0; trial < 100; ++trial) {
    const auto size = 5 + random.below(60);
    const auto levels = 2 + random.below(trial % 3 == 0 ? 4 : 1000);  // few: many ties, also on both sides
    Values a, b;
    for (std::uint64_t i = 0; i < size; ++i) {
      a.push_back(static_cast<double>(random.below(levels)));
      b.push_back(random.chance(1, 3) ? a.back() : static_cast<double>(random.below(levels)));
    }
    a.insert(a.end(), {-1, 2000, 3});
    b.insert(b.end(), {-1, 3000, 3});
    expect_scores_pair_by_pair(a, b);
  }
  Values a, b;
  for (int i = 0; i < 2000; ++i) {
    a.push_back(random.normal());
    b.push_back(0.5 * a.back() + random.normal());
  }
  expect_scores_pair_by_pair(a, b);
}

TEST(Scores, HandValues) {
  // One pair of (1,2) (2,4) (3,3) (4,1) (5,5): discordant are 12|..: (1,4) (2,3) (2,4) (3,4); tau = (6 - 4) / 10.
  const Values a = {1, 2, 3, 4, 5}, b = {2, 4, 3, 1, 5};
  EXPECT_DOUBLE_EQ(kendall(a, b), 0.2);
  EXPECT_DOUBLE_EQ(spearman(a, b), 1 - 6.0 * (1 + 4 + 0 + 9 + 0) / (5 * 24));
  EXPECT_DOUBLE_EQ(pearson(a, b), 0.3);
  EXPECT_DOUBLE_EQ(r2(a, b), 1 - 14.0 / 10);
  // Ties: a has one tied pair of six, b two, none of both. Concordant 3, discordant 0.
  const Values c = {1, 1, 2, 3}, d = {1, 2, 2, 2};
  EXPECT_DOUBLE_EQ(kendall(c, d), 2 / std::sqrt(5.0 * 3.0));
  EXPECT_DOUBLE_EQ(spearman({1, 2, 2, 3}, {1, 3, 2, 4}), 4.5 / std::sqrt(4.5 * 5));
  EXPECT_DOUBLE_EQ(r2({1, 2, 3}, {1, 2, 3}), 1);
  EXPECT_DOUBLE_EQ(r2({2, 2, 2}, {1, 2, 3}), 0);
}

TEST(Scores, PerfectAndInverseOrder) {
  Values up, cubes, down;
  for (int i = -50; i <= 50; ++i) {
    up.push_back(0.25 * i);
    cubes.push_back(i * i * i);
    down.push_back(7 - i);
  }
  EXPECT_DOUBLE_EQ(pearson(up, up), 1);
  EXPECT_DOUBLE_EQ(pearson(up, down), -1);
  EXPECT_LT(pearson(up, cubes), 0.95);
  EXPECT_DOUBLE_EQ(spearman(up, cubes), 1);
  EXPECT_DOUBLE_EQ(spearman(cubes, down), -1);
  EXPECT_DOUBLE_EQ(kendall(up, cubes), 1);
  EXPECT_DOUBLE_EQ(kendall(down, cubes), -1);
  EXPECT_DOUBLE_EQ(r2(up, up), 1);
}

TEST(Scores, AreUndefinedForAConstantSideAndForFewerThanTwo) {
  const Values varied = {1, 2, 3}, constant = {4, 4, 4};
  for (const auto& [a, b] : {std::pair{varied, constant}, {constant, varied}, {constant, constant}}) {
    EXPECT_TRUE(std::isnan(pearson(a, b)));
    EXPECT_TRUE(std::isnan(spearman(a, b)));
    EXPECT_TRUE(std::isnan(kendall(a, b)));
  }
  EXPECT_TRUE(std::isnan(r2(varied, constant)));
  EXPECT_TRUE(std::isnan(r2(constant, constant)));
  EXPECT_FALSE(std::isnan(r2(constant, varied)));
  for (const Values& few : {Values{}, Values{1}}) {
    const Scores none = score(few, few);
    for (const double value : {none.pearson, none.spearman, none.kendall, none.r2}) EXPECT_TRUE(std::isnan(value));
  }
  EXPECT_DOUBLE_EQ(kendall({1, 2}, {5, 3}), -1);
}

// 200,000 pairs: their products of counts do not fit 32 bits, and all pairs in O(n^2) would take minutes.
TEST(Scores, KendallOfManyPairs) {
  constexpr int kSize = 200000;
  Values a, b;
  for (int i = 0; i < kSize; ++i) {
    a.push_back(i);
    b.push_back(-i);
  }
  EXPECT_DOUBLE_EQ(kendall(a, b), -1);
  for (int i = 0; i < kSize; i += 2) std::swap(b[i], b[i + 1]);
  EXPECT_NEAR(kendall(a, b), -1 + 4 * (kSize / 2) / (double{kSize} * (kSize - 1)), 1e-12);
}

TEST(Scores, MeansOverLabels) {
  const Scores mean = mean_scores({{0.5, 0.25, 1, -1}, {1, 0.75, 0, 3}});
  EXPECT_DOUBLE_EQ(mean.pearson, 0.75);
  EXPECT_DOUBLE_EQ(mean.spearman, 0.5);
  EXPECT_DOUBLE_EQ(mean.kendall, 0.5);
  EXPECT_DOUBLE_EQ(mean.r2, 1);
}

TEST(Scores, MeansLeaveOutLabelsThatDoNotVary) {
  EXPECT_FALSE(varies({}));
  EXPECT_FALSE(varies({3, 3, 3}));
  EXPECT_TRUE(varies({3, 3, 4}));
  const double none = std::nan("");
  EXPECT_DOUBLE_EQ(mean_score({0.5, none}), 0.25);  // a constant prediction is worth 0
  EXPECT_TRUE(std::isnan(mean_score({none, none})));
  EXPECT_TRUE(std::isnan(mean_score({})));

  const Scores good = score({1, 2, 4}, {1, 2, 3}), constant_label = score({1, 2, 4}, {5, 5, 5});
  EXPECT_DOUBLE_EQ(mean_scores({good, constant_label}).pearson, good.pearson);
  EXPECT_DOUBLE_EQ(mean_scores({good, constant_label}).r2, good.r2);
  const Scores constant_prediction = score({2, 2, 2}, {1, 2, 3});
  EXPECT_DOUBLE_EQ(mean_scores({good, constant_prediction}).pearson, good.pearson / 2);
  EXPECT_DOUBLE_EQ(mean_scores({good, constant_prediction}).r2, good.r2 / 2 + constant_prediction.r2 / 2);
  EXPECT_TRUE(std::isnan(mean_scores({constant_label}).pearson));
}

}  // namespace
}  // namespace gsrgnn
