// Trainings on maps of the placement: where the model starts from, what it keeps, and what stands beside its scores.

#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/training/baselines.hpp>

#include "support/files.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

Deck map_deck() {
  Deck deck = small_deck();
  deck.features = FeatureSet::maps;
  deck.train.split_by = SplitUnit::tiles;
  return deck;
}

std::vector<double> of_part(const std::vector<float>& values, const std::vector<std::uint8_t>& part, Part which) {
  return select(values, 1, 0, part, which);
}

TEST(MapFeatures, TheModelLearnsWhatItsStartLeaves) {
  const Circuit circuit = small_circuit(1200);
  const Deck deck = map_deck();
  const TrainingCircuits circuits = one_circuit(deck, circuit, "test");
  const HeldCircuit& held = circuits.held.front();
  EXPECT_EQ(circuits.model.feature_name, feature_names(circuit, FeatureSet::maps));
  ASSERT_EQ(circuits.model.start.map.size(), 1U);
  // Least squares by that map on the training cells.
  const auto at_cells = cell_features(circuit, circuit.placement.technology, circuits.model.start.map, "test");
  double n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (std::size_t i = 0; i < at_cells.size(); ++i) {
    if (held.part[i] != static_cast<std::uint8_t>(Part::training)) continue;
    const double a = static_cast<double>(at_cells[i]), b = static_cast<double>(circuit.label[i]);
    n += 1, x += a, y += b, xx += a * a, xy += a * b;
  }
  const double slope = (n * xy - x * y) / (n * xx - x * x);
  EXPECT_NEAR(circuits.model.start.slope[0], slope, 1e-6 * std::abs(slope));
  EXPECT_NEAR(circuits.model.start.intercept[0], (y - slope * x) / n, 1e-6);
  // What it leaves is in units of its deviation.
  double mean = 0, square = 0;
  for (std::size_t i = 0; i < held.label.size(); ++i) {
    if (held.part[i] != static_cast<std::uint8_t>(Part::training)) continue;
    const double left = static_cast<double>(held.label[i] - held.start[i]);
    mean += left / n;
    square += left * left / n;
  }
  EXPECT_NEAR(mean, 0, 1e-4);
  EXPECT_NEAR(square, 1, 1e-3);
  // Under features: paper there is none of it.
  const TrainingCircuits paper = one_circuit(small_deck(), circuit, "test");
  EXPECT_TRUE(paper.model.start.empty());
  EXPECT_TRUE(paper.held.front().start.empty());
  EXPECT_EQ(paper.model.feature_name, circuit.feature_name);
  EXPECT_FALSE(paper.held.front().best_map.empty());  // a baseline all the same
}

TEST(MapFeatures, PredictGivesWhatTheTrainingGave) {
  const TestFolder folder;
  for (const bool two : {false, true}) {
    const Circuit circuit = two ? small_circuit_with_two_labels() : small_circuit(1200);
    const Deck deck = map_deck();
    const TrainedRun run = train_one(deck, circuit);
    write_one(folder.path("run.h5"), deck, circuit, run);
    const SavedModel model = read_model(Hdf5Reader(folder.path("run.h5")));
    EXPECT_EQ(model.start.map, run.model.start.map);
    EXPECT_EQ(model.start.slope, run.model.start.slope);
    const Prediction prediction = predict(model, circuit, "test");
    ASSERT_EQ(prediction.value.size(), run.prediction.size());
    for (std::size_t i = 0; i < run.prediction.size(); ++i) {
      EXPECT_NEAR(prediction.value[i], run.prediction[i], 1e-4F * (1 + std::abs(run.prediction[i])));
    }
  }
}

TEST(MapFeatures, BaselinesAreScoredOnTheSameCells) {
  const TestFolder folder;
  const Circuit circuit = small_circuit(1200);
  const Deck deck = map_deck();
  const TrainedRun run = train_one(deck, circuit);
  const TrainingCircuits circuits = one_circuit(deck, circuit, "test");
  const HeldCircuit& held = circuits.held.front();
  const auto label = of_part(circuit.label, held.part, Part::test);
  const auto at_cells = cell_features(circuit, circuit.placement.technology, circuits.best_map.map, "test");
  EXPECT_NEAR(run.worth.of(Baseline::best_map).pearson,
              pearson(of_part(at_cells, held.part, Part::test), label) * (circuits.best_map.slope[0] < 0 ? -1 : 1),
              1e-5);
  std::vector<bool> training;
  for (const std::uint8_t part : held.part) training.push_back(part == static_cast<std::uint8_t>(Part::training));
  const auto near = nearest_neighbours(circuit.position, circuit.label, 1, training);
  EXPECT_NEAR(run.worth.of(Baseline::neighbours).pearson, pearson(of_part(near, held.part, Part::test), label), 1e-5);
  EXPECT_TRUE(std::isfinite(run.worth.of(Baseline::linear_fit).pearson));
  EXPECT_EQ(run.worth.scores.pearson, mean_scores(run.test).pearson);
  // Over GCells, by hand.
  const GcellGrid grid = grid_of(circuit);
  std::vector<double> sum_of_prediction(grid.size(), 0), sum_of_label(grid.size(), 0), cells(grid.size(), 0);
  for (std::size_t i = 0; i < held.part.size(); ++i) {
    if (held.part[i] != static_cast<std::uint8_t>(Part::test)) continue;
    const auto at = grid.at(circuit.position[i][0], circuit.position[i][1]);
    sum_of_prediction[at] += static_cast<double>(run.prediction[i]);
    sum_of_label[at] += static_cast<double>(circuit.label[i]);
    cells[at] += 1;
  }
  std::vector<double> predicted, known;
  for (std::size_t g = 0; g < cells.size(); ++g) {
    if (cells[g] == 0) continue;
    predicted.push_back(sum_of_prediction[g] / cells[g]);
    known.push_back(sum_of_label[g] / cells[g]);
  }
  EXPECT_NEAR(run.worth.gcells.pearson, pearson(predicted, known), 1e-5);
  // And in the file.
  write_one(folder.path("run.h5"), deck, circuit, run);
  const RunDescription described = describe_run(Hdf5Reader(folder.path("run.h5")));
  EXPECT_EQ(described.best_map, run.best_map.front());
  EXPECT_EQ(described.worth.gcells.pearson, run.worth.gcells.pearson);
  for (std::size_t b = 0; b < kBaselines; ++b) {
    EXPECT_EQ(described.worth.baseline[b].r2, run.worth.baseline[b].r2) << kBaselineFields[b].name;
  }
}

TEST(MapFeatures, NoGcellIsOnTwoSidesUnlessCellsAreSplit) {
  Circuit circuit = small_circuit(1200);
  order_by_placement(circuit);
  const GcellGrid grid = grid_of(circuit);
  for (const SplitUnit by : {SplitUnit::cells, SplitUnit::gcells, SplitUnit::tiles}) {
    Deck deck = map_deck();
    deck.train.split_by = by;
    const auto part = one_circuit(deck, circuit, "test").held.front().part;
    std::vector<int> sides(grid.size(), 0);
    for (std::size_t i = 0; i < part.size(); ++i) {
      sides[grid.at(circuit.position[i][0], circuit.position[i][1])] |= 1 << part[i];
    }
    const auto mixed = std::count_if(sides.begin(), sides.end(), [](int s) { return (s & (s - 1)) != 0; });
    EXPECT_EQ(mixed > 0, by == SplitUnit::cells) << kSplitUnitNames[static_cast<std::size_t>(by)];
  }
}

TEST(MapFeatures, GiveTheModelMoreThanTheCellsAlone) {
  const Circuit circuit = small_circuit(3000);
  Deck deck = map_deck();
  deck.train.epochs = 60;
  const TrainedRun with = train_one(deck, circuit);
  deck.features = FeatureSet::paper;
  const TrainedRun without = train_one(deck, circuit);
  EXPECT_GT(with.worth.scores.pearson, without.worth.scores.pearson + 0.05);
}

}  // namespace
}  // namespace gsrgnn
