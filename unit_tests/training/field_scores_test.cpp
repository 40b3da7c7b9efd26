// The scores of congestion maps against plain loops and values by hand.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/training/field_scores.hpp>
#include <gsrgnn/util/random.hpp>

#include "support/files.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using Values = std::vector<double>;

constexpr double kNone = FieldScores::kNone;

Values random_map(std::size_t size, std::uint64_t seed) {
  Random random(seed);
  Values values(size);
  for (double& value : values) value = random.uniform();
  return values;
}

void expect_near(const FieldScores& a, const FieldScores& b, double tolerance = 1e-10) {
  for (const FieldScoreField& field : kFieldScoreFields) {
    const double one = a.*field.value, other = b.*field.value;  // of few GCells the hottest .5 % are one, and have none
    EXPECT_TRUE(std::abs(one - other) <= tolerance * (1 + std::abs(one)) || (std::isnan(one) && std::isnan(other)))
        << field.name << ": " << one << " and " << other;
  }
}

TEST(FieldScores, OfTheTruthAreTheBest) {
  const Values map = random_map(40 * 30, 1);
  const FieldScores scores = field_scores(40, map, map);
  for (const FieldScoreField& field : kFieldScoreFields) {
    const bool error = std::string(field.name).find("nrmse") != std::string::npos;
    EXPECT_NEAR(scores.*field.value, error ? 0 : 1, 1e-12) << field.name;
  }
}

TEST(FieldScores, NrmseIsOverTheRangeOfTheLabelAndOfTheShare) {
  Values label, prediction;
  for (int i = 0; i < 1000; ++i) {
    label.push_back(i);
    prediction.push_back(i + (i >= 995 ? 8 : i >= 990 ? 4 : 2));
  }
  const FieldScores scores = field_scores(50, prediction, label);
  EXPECT_NEAR(scores.nrmse, std::sqrt((5 * 64 + 5 * 16 + 990 * 4) / 1000.0) / 999, 1e-12);
  EXPECT_NEAR(scores.peak_nrmse_05, 8.0 / 4, 1e-12);
  EXPECT_NEAR(scores.peak_nrmse_1, std::sqrt((64 + 16) / 2.0) / 9, 1e-12);
  EXPECT_NEAR(scores.peak_nrmse_2, std::sqrt((5 * 64 + 5 * 16 + 10 * 4) / 20.0) / 19, 1e-12);
  EXPECT_NEAR(scores.peak_nrmse_5, std::sqrt((5 * 64 + 5 * 16 + 40 * 4) / 50.0) / 49, 1e-12);
}

TEST(FieldScores, TheWorstTenthIsHitAsOftenAsItIsFound) {
  Values label(100), prediction(100);
  for (int i = 0; i < 100; ++i) label[i] = prediction[i] = i;
  for (int i = 96; i < 100; ++i) std::swap(prediction[i], prediction[i - 50]);  // four of ten are missed
  EXPECT_NEAR(field_scores(10, prediction, label).hit_rate, 0.6, 1e-12);
}

TEST(FieldScores, RocAucIsThatOfAllPairs) {
  const Values label = random_map(400, 2);
  Values prediction = random_map(400, 3);
  for (std::size_t i = 0; i < 400; ++i) prediction[i] = std::round(10 * (prediction[i] + label[i]));  // many are equal
  Values sorted = label;
  std::sort(sorted.begin(), sorted.end());
  const double hot = sorted[360];
  double won = 0;
  for (std::size_t i = 0; i < 400; ++i) {
    for (std::size_t j = 0; j < 400; ++j) {
      if (label[i] < hot || label[j] >= hot) continue;
      won += prediction[i] > prediction[j] ? 1 : prediction[i] == prediction[j] ? 0.5 : 0;
    }
  }
  EXPECT_NEAR(field_scores(20, prediction, label).roc_auc, won / (40.0 * 360), 1e-12);
}

// One window, by the formula of Wang et al.: in a map of 11 x 11 in which only the middle has a whole one, by that
// alone.
TEST(FieldScores, SsimIsThatOfTheFormula) {
  Values a = random_map(121, 4), b = random_map(121, 5);
  b[0] = 0;
  b[1] = 1;  // the label's range
  Values weight(121);
  double all = 0;
  const auto window_at = [&](int row, int column) {
    double mean_a = 0, mean_b = 0, var_a = 0, var_b = 0, cov = 0;
    all = 0;
    for (int g = 0; g < 121; ++g) {
      const int y = g / 11 - row, x = g % 11 - column;
      weight[g] = std::abs(x) > 5 || std::abs(y) > 5 ? 0 : std::exp(-(x * x + y * y) / (2 * 2.25));
      all += weight[g];
    }
    for (int g = 0; g < 121; ++g) {
      mean_a += weight[g] / all * a[g];
      mean_b += weight[g] / all * b[g];
    }
    for (int g = 0; g < 121; ++g) {
      var_a += weight[g] / all * (a[g] - mean_a) * (a[g] - mean_a);
      var_b += weight[g] / all * (b[g] - mean_b) * (b[g] - mean_b);
      cov += weight[g] / all * (a[g] - mean_a) * (b[g] - mean_b);
    }
    return (2 * mean_a * mean_b + 1e-4) * (2 * cov + 9e-4) /
           ((mean_a * mean_a + mean_b * mean_b + 1e-4) * (var_a + var_b + 9e-4));
  };
  double sum = 0;
  for (int g = 0; g < 121; ++g) sum += window_at(g / 11, g % 11);
  EXPECT_NEAR(field_scores(11, a, b).ssim, sum / 121, 1e-12);
}

TEST(FieldScores, DoNotDependOnTheUnit) {
  const Values label = random_map(600, 6), prediction = random_map(600, 7);
  Values label_2 = label, prediction_2 = prediction;
  for (Values* values : {&label_2, &prediction_2}) {
    for (double& value : *values) value = 3 * value - 40;
  }
  expect_near(field_scores(30, prediction, label), field_scores(30, prediction_2, label_2));
}

TEST(FieldScores, LeaveOutGcellsWithoutCells) {
  // A map of which the right half is empty is one of half the columns.
  const Values label = random_map(20 * 10, 8), prediction = random_map(20 * 10, 9);
  Values wide_label(400, kNone), wide_prediction(400, kNone);
  for (std::size_t row = 0; row < 10; ++row) {
    for (std::size_t column = 0; column < 20; ++column) {
      wide_label[40 * row + column] = label[20 * row + column];
      wide_prediction[40 * row + column] = prediction[20 * row + column];
    }
  }
  expect_near(field_scores(40, wide_prediction, wide_label), field_scores(20, prediction, label));
}

TEST(FieldScores, OfALabelThatDoesNotVaryThereAreNone) {
  const FieldScores scores = field_scores(10, random_map(100, 1), Values(100, 0.5));
  for (const FieldScoreField& field : kFieldScoreFields) EXPECT_TRUE(std::isnan(scores.*field.value)) << field.name;
  EXPECT_TRUE(std::isnan(field_scores(1, {1}, {1}).nrmse));
  FieldScores one, other;
  one.ssim = 0.5;
  other.ssim = 0.7;
  other.nrmse = 0.1;
  const FieldScores mean = mean_field_scores({one, other});
  EXPECT_NEAR(mean.ssim, 0.6, 1e-15);
  EXPECT_EQ(mean.nrmse, 0.1);
  EXPECT_TRUE(std::isnan(mean.hit_rate));
}

// Of cells: means over those of a GCell that are asked for, and over the labels.
TEST(FieldScores, OfCellsAreThoseOfTheirGcells) {
  const Circuit circuit = testing::small_circuit(2000);
  std::vector<float> prediction = circuit.label;
  std::vector<bool> use(prediction.size(), true);
  Random random(11);
  for (std::size_t i = 0; i < prediction.size(); ++i) {
    if (random.uniform() < 0.5) continue;
    use[i] = false;
    prediction[i] = 1e9F;
  }
  const FieldScores scores = field_scores(circuit, 1, prediction, circuit.label, use);
  EXPECT_EQ(scores.nrmse, 0);
  EXPECT_NEAR(scores.ssim, 1, 1e-9);
  std::vector<float> twice, twice_label;
  for (std::size_t i = 0; i < prediction.size(); ++i) {
    twice.insert(twice.end(), {circuit.label[i], -circuit.label[i]});
    twice_label.insert(twice_label.end(), 2, circuit.label[i]);
  }
  EXPECT_NEAR(field_scores(circuit, 2, twice, twice_label, std::vector<bool>(use.size(), true)).roc_auc, 0.5, 1e-9);
}

// A run has them of its test cells, and a prediction of all.
TEST(FieldScores, AreThoseOfTheRunsTestCells) {
  const Circuit circuit = testing::small_circuit(600);
  Deck deck = testing::small_deck();
  deck.train.epochs = 4;
  const TrainedRun run = testing::train_one(deck, circuit);
  std::vector<bool> test;
  for (const auto part : run.part) test.push_back(part == static_cast<std::uint8_t>(Part::test));
  const FieldScores expected = field_scores(circuit, 1, run.prediction, circuit.label, test);
  expect_near(run.worth.field, expected, 1e-5);
  testing::TestFolder folder;
  testing::write_one(folder.path("run.h5"), deck, circuit, run);
  const FieldScores read = describe_run(Hdf5Reader(folder.path("run.h5"))).worth.field;
  expect_near(read, run.worth.field, 0);
}

}  // namespace
}  // namespace gsrgnn
