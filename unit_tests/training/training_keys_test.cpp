// Losses, clipping and early stopping: what they change of a training, and that it repeats and resumes to the bit.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/training/checkpoint.hpp>
#include <gsrgnn/training/memory_plan.hpp>

#include "support/files.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

constexpr TrainingLoss kLosses[] = {TrainingLoss::mse, TrainingLoss::mae, TrainingLoss::huber, TrainingLoss::hot};

Deck deck_with(TrainingLoss loss) {
  Deck deck = small_deck();
  deck.train.loss = loss;
  return deck;
}

/// Of standardised errors and labels of the training cells.
double plainly(TrainingLoss loss, double error, double height) {
  const double size = std::abs(error);
  if (loss == TrainingLoss::mae) return size;
  if (loss == TrainingLoss::huber) return size <= 1 ? size * size / 2 : size - 0.5;
  return size * size * (loss == TrainingLoss::hot ? 1 + std::max(height, 0.0) : 1);
}

TEST(TrainingKeys, EveryLossIsWhatItSaysAndGoesDown) {
  const Circuit circuit = small_circuit();
  for (const TrainingLoss loss : kLosses) {
    const Deck deck = deck_with(loss);
    const TrainedRun run = train_one(deck, circuit);
    double sum = 0, cells = 0;
    const Standardisation& unit = run.model.label;
    for (std::size_t i = 0; i < run.part.size(); ++i) {
      if (run.part[i] != static_cast<std::uint8_t>(Part::training)) continue;
      const double error = (static_cast<double>(run.prediction[i]) - circuit.label[i]) / unit.scale[0];
      sum += plainly(loss, error, (circuit.label[i] - unit.mean[0]) / unit.scale[0]);
      ++cells;
    }
    EXPECT_NEAR(sum / cells, run.loss[static_cast<std::size_t>(run.best_epoch)], 1e-4);
    EXPECT_LT(run.loss.back(), 0.8 * run.loss[0]);
    const TrainedRun again = train_one(deck, circuit);
    EXPECT_EQ(again.loss, run.loss);
    EXPECT_EQ(again.model.parameters, run.model.parameters);
  }
}

// With maps a model learns what a map leaves; what is hot is hot by the whole label.
TEST(TrainingKeys, HeightIsThatOfTheWholeLabel) {
  const Circuit circuit = small_circuit();
  Deck deck = deck_with(TrainingLoss::hot);
  deck.features = FeatureSet::maps;
  const TrainingCircuits circuits = one_circuit(deck, circuit, "test");
  const HeldCircuit& held = circuits.held.front();
  std::vector<bool> training;
  for (const auto part : held.part) training.push_back(part == static_cast<std::uint8_t>(Part::training));
  const auto heights = Standardisation::fit(circuit.label, 1, training).apply(circuit.label);
  ASSERT_EQ(held.weight.size(), heights.size());
  for (std::size_t i = 0; i < heights.size(); ++i) EXPECT_EQ(held.weight[i], 1 + std::max(heights[i], 0.0F));
  deck.train.loss = TrainingLoss::huber;
  EXPECT_TRUE(one_circuit(deck, circuit, "test").held.front().weight.empty());
}

TEST(TrainingKeys, HotCellsArePredictedBetterWhenTheyCountMore) {
  const Circuit circuit = small_circuit_with_two_labels();
  const auto weighted_error = [&](const TrainedRun& run) {
    double sum = 0;
    for (std::size_t i = 0; i < circuit.label.size(); ++i) {
      if (run.part[i / 2] != static_cast<std::uint8_t>(Part::training)) continue;
      const std::size_t o = i % 2;
      const double height = (circuit.label[i] - run.model.label.mean[o]) / run.model.label.scale[o];
      if (height < 1) continue;
      sum += std::pow((static_cast<double>(run.prediction[i]) - circuit.label[i]) / run.model.label.scale[o], 2);
    }
    return sum;
  };
  EXPECT_LT(weighted_error(train_one(deck_with(TrainingLoss::hot), circuit)),
            weighted_error(train_one(deck_with(TrainingLoss::mse), circuit)));
}

TEST(TrainingKeys, WeightsArePlanned) {
  const Circuit circuit = small_circuit();
  const auto planned = [&](TrainingLoss loss) {
    Deck deck = deck_with(loss);
    deck.keep = Keep::none;
    const MemoryUse use = validate_one(deck, circuit);
    EXPECT_EQ(use.planned, use.allocated);
    EXPECT_EQ(use.planned, MemoryPlan(deck.model, size_for_training(deck, circuit, "test")).planned());
    return use.planned;
  };
  EXPECT_GE(planned(TrainingLoss::hot), planned(TrainingLoss::mse) + 4 * circuit.cells());
  EXPECT_EQ(planned(TrainingLoss::huber), planned(TrainingLoss::mse));
}

TEST(TrainingKeys, ClippingBelowEveryGradientChangesTheTrainingAndAboveNothing) {
  const Circuit circuit = small_circuit();
  Deck deck = small_deck();
  deck.train.epochs = 8;
  const TrainedRun plain = train_one(deck, circuit);
  deck.train.clip = 1e20;
  EXPECT_EQ(train_one(deck, circuit).loss, plain.loss);
  deck.train.clip = 1e-9;  // so short that Adam's epsilon counts
  const TrainedRun clipped = train_one(deck, circuit);
  EXPECT_NE(clipped.loss.back(), plain.loss.back());
  EXPECT_GT(clipped.loss.back(), plain.loss.back());
  EXPECT_EQ(train_one(deck, circuit).model.parameters, clipped.model.parameters);
}

/// Ends before its epochs.
Deck impatient_deck() {
  Deck deck = small_deck();
  deck.train.epochs = 200;
  deck.train.learning_rate = 0.03;
  deck.train.patience = 6;
  return deck;
}

TEST(TrainingKeys, PatienceEndsATrainingAndChangesNothingBefore) {
  const Circuit circuit = small_circuit(200);
  Deck deck = impatient_deck();
  std::vector<TrainingProgress> reports;
  const TrainedRun run = train_one(deck, circuit, [&](const TrainingProgress& p) { reports.push_back(p); });
  const auto epochs = static_cast<std::int64_t>(run.loss.size()) - 1;
  ASSERT_LT(epochs, 200);
  EXPECT_EQ(epochs, run.best_epoch + 6);
  EXPECT_EQ(run.seconds.total.size(), static_cast<std::size_t>(epochs));
  for (const TrainingProgress& p : reports) EXPECT_EQ(p.last, p.epoch == epochs);
  deck.train.patience = 0;
  deck.train.epochs = static_cast<int>(epochs);
  const TrainedRun plain = train_one(deck, circuit);
  EXPECT_EQ(plain.loss, run.loss);
  EXPECT_EQ(plain.prediction, run.prediction);
  deck.train.patience = 200;  // more than there are
  EXPECT_EQ(train_one(deck, circuit).loss, run.loss);
}

// Warm-up, a schedule, patience, dropout, clipping and each loss: resumed at any epoch it is the training that was not
// disturbed.
TEST(TrainingKeys, ATrainingWithAllOfThemResumesAtEveryEpoch) {
  const Circuit circuit = small_circuit(150);
  TestFolder folder;
  const std::pair<TrainingLoss, Schedule> choices[] = {{TrainingLoss::mse, Schedule::cosine},
                                                       {TrainingLoss::mae, Schedule::step},
                                                       {TrainingLoss::huber, Schedule::cosine},
                                                       {TrainingLoss::hot, Schedule::step}};
  for (const auto& [loss, schedule] : choices) {
    Deck deck = impatient_deck();
    deck.train.loss = loss;
    deck.train.schedule = schedule;
    deck.train.epochs = 30;
    deck.train.warm_up = 4;
    deck.train.clip = 0.05;
    deck.model.dropout = 0.2;
    deck.output = folder.path("run.h5");
    const TrainedRun undisturbed = train_one(deck, circuit);
    const auto epochs = static_cast<std::int64_t>(undisturbed.loss.size()) - 1;
    const Checkpoints checkpoints(deck, circuit);
    for (std::int64_t epoch = 0; epoch <= epochs; ++epoch) {
      train_one(deck, circuit, ReportProgress(), nullptr, [&](std::int64_t at, const auto& state) {
        if (at == epoch) checkpoints.write(state());
      });
      std::string note;
      const auto state = checkpoints.read(note);
      ASSERT_TRUE(state) << note;
      const TrainedRun resumed = train_one(deck, circuit, ReportProgress(), &*state);
      EXPECT_EQ(resumed.loss, undisturbed.loss) << epoch;
      EXPECT_EQ(resumed.validation_pearson, undisturbed.validation_pearson) << epoch;
      EXPECT_EQ(resumed.prediction, undisturbed.prediction) << epoch;
      EXPECT_EQ(resumed.model.parameters, undisturbed.model.parameters) << epoch;
    }
  }
}

// What they are by default changes no name of a run.
TEST(TrainingKeys, GoWithoutSayingInOldDecks) {
  const std::string deck = to_yaml(Deck());
  for (const char* key : {"clip", "loss", "patience", "from", "body_rate", "from_share"}) {
    EXPECT_EQ(deck.find(std::string("  ") + key + ":"), std::string::npos) << key;
  }
}

}  // namespace
}  // namespace gsrgnn
