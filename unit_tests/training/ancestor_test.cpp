// A training that starts from a model begins where that ended: weights, units, cell types by name.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/training/checkpoint.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/run_file.hpp>

#include "support/files.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class AncestorTest : public ::testing::Test {
 protected:
  AncestorTest() : circuit_(small_circuit(200)), deck_(small_deck()) {
    deck_.train.epochs = 6;
    first_ = train_one(deck_, circuit_);
    write_one(path("first.h5"), deck_, circuit_, first_);
    deck_.train.from = path("first.h5");
    deck_.output = path("second.h5");
  }
  std::string path(const std::string& name) const { return folder_.path(name); }
  /// Of one circuit, or as a joint training on it, whose updates are made another way, the model after `epochs` epochs.
  std::vector<float> parameters_after(int epochs, double body_rate, bool joint, double from_share = 0) const {
    Deck deck = deck_;
    deck.train.epochs = epochs;
    deck.train.body_rate = body_rate;
    deck.train.from_share = from_share;
    if (!joint) return train_one(deck, circuit_).model.parameters;
    write_circuit(circuit_, path("training.h5"));
    write_circuit(small_circuit(150, 30), path("test.h5"));
    deck.mode = Mode::joint;
    deck.circuits.training = {path("training.h5")};
    deck.circuits.test = {path("test.h5")};
    deck.train.split[0] = 0.9;
    deck.train.split[1] = 0.1;
    return train(Mpi::alone(), deck, open_circuits(Mpi::alone(), deck), ReportProgress()).model.parameters;
  }
  void expect_refused(const Deck& deck, const Circuit& circuit, const std::vector<std::string>& words) const {
    expect_message(input_error([&] { one_circuit(deck, circuit, "test"); }), deck.train.from + ": ", words);
  }

  TestFolder folder_;
  Circuit circuit_;
  Deck deck_;
  TrainedRun first_;
};

TEST_F(AncestorTest, BeginsWithTheModelsLossAndGoesOnFromThere) {
  const TrainedRun second = train_one(deck_, circuit_);
  EXPECT_EQ(second.loss[0], first_.loss[static_cast<std::size_t>(first_.best_epoch)]);
  EXPECT_LT(second.loss.back(), first_.loss.back());
  EXPECT_EQ(second.model.feature.mean, first_.model.feature.mean);
  EXPECT_EQ(second.model.label.scale, first_.model.label.scale);
}

// Of another circuit the model brings its units, whatever that circuit's are.
TEST_F(AncestorTest, SeesAnotherCircuitInItsOwnUnits) {
  Circuit other = small_circuit(300, 7);
  for (float& label : other.label) label = 3 * label + 1;
  const TrainingCircuits circuits = one_circuit(deck_, other, "test");
  EXPECT_EQ(circuits.model.feature.mean, first_.model.feature.mean);
  EXPECT_EQ(circuits.model.label.mean, first_.model.label.mean);
  const HeldCircuit& held = circuits.held.front();
  EXPECT_EQ(held.inputs.feature,
            first_.model.feature.apply(match(first_.model, other, held.nodes, held.eyes, "test").feature));
  EXPECT_GE(circuits.model.feature.most[2], first_.model.feature.most[2]);
}

TEST_F(AncestorTest, StartsFromTheMapThatTheModelStartedFrom) {
  Deck deck = small_deck();
  deck.features = FeatureSet::maps;
  deck.train.epochs = 3;
  const TrainedRun first = train_one(deck, circuit_);
  ASSERT_FALSE(first.model.start.empty());
  write_one(path("maps.h5"), deck, circuit_, first);
  deck.train.from = path("maps.h5");
  EXPECT_EQ(train_one(deck, circuit_).loss[0], first.loss[static_cast<std::size_t>(first.best_epoch)]);
  const TrainingCircuits other = one_circuit(deck, small_circuit(300, 7), "test");
  EXPECT_EQ(other.model.start.slope, first.model.start.slope);
  EXPECT_NE(other.best_map.slope, first.model.start.slope);
}

// The same cells under numbers in another order, and one type more: to the model that is the same circuit.
TEST_F(AncestorTest, FindsCellTypesByNameAndBeginsNewOnesAtZero) {
  Circuit other = circuit_;
  const auto types = static_cast<std::int32_t>(other.type_name.size());
  std::reverse(other.type_name.begin(), other.type_name.end());
  for (auto& type : other.cell_type) type = types - 1 - type;
  other.type_name.insert(other.type_name.begin(), "NEW");
  for (auto& type : other.cell_type) ++type;
  const TrainedRun second = train_one(deck_, other);
  EXPECT_EQ(second.loss[0], first_.loss[static_cast<std::size_t>(first_.best_epoch)]);

  const SavedModel start = one_circuit(deck_, other, "test").model;
  EXPECT_EQ(start.shape.types, types + 1);
  EXPECT_EQ(start.type_name.back(), "NEW");
  EXPECT_TRUE(std::equal(circuit_.type_name.begin(), circuit_.type_name.end(), start.type_name.begin()));
  const ModelParameters places(start.shape);
  const ParameterArray& rows = places.table.arrays[places.type_weight];
  for (int column = 0; column < rows.columns; ++column) {
    EXPECT_EQ(start.parameters[rows.at(types, column)], 0);
    EXPECT_NE(start.parameters[rows.at(0, column)], 0);
  }
}

TEST_F(AncestorTest, PlansTheMemoryOfItsTypesToo) {
  Circuit other = circuit_;
  for (std::string& name : other.type_name) name += "_of_another_library";
  const MemoryUse use = validate_one(deck_, other);
  EXPECT_EQ(use.planned, use.allocated);
  EXPECT_EQ(use.planned,
            MemoryPlan(deck_.model, size_for_training(deck_, other, "test"), MemoryPlan::kKeepAll).planned());
  EXPECT_GT(use.planned, MemoryPlan(deck_.model, size_for_training(small_deck(), other, "test")).planned());
}

TEST_F(AncestorTest, OfAJointTrainingHasTheTypesOfAllCircuits) {
  for (int i = 0; i < 2; ++i) {
    Circuit circuit = small_circuit(150, 20 + static_cast<std::uint64_t>(i));
    circuit.type_name[0] = fmt::format("ONLY_{}", i);
    write_circuit(circuit, path(fmt::format("c{}.h5", i)));
  }
  write_circuit(small_circuit(150, 30), path("test.h5"));
  deck_.mode = Mode::joint;
  deck_.circuits.training = {path("c0.h5"), path("c1.h5")};
  deck_.circuits.test = {path("test.h5")};
  deck_.train.epochs = 2;
  deck_.train.split[0] = 0.9;
  deck_.train.split[1] = 0.1;
  const TrainingCircuits circuits = open_circuits(Mpi::alone(), deck_);
  EXPECT_EQ(circuits.model.type_name.size(), circuit_.type_name.size() + 2);
  EXPECT_EQ(circuits.ancestor, content_hash(first_.model));
  const TrainedRun run = train(Mpi::alone(), deck_, circuits, ReportProgress());
  EXPECT_EQ(run.model.parameters.size(), circuits.model.parameters.size());
  EXPECT_NE(run.model.parameters, circuits.model.parameters);
}

// Adam's first step is the rate wherever there is a gradient, so that it shows each block's rate.
TEST_F(AncestorTest, TheBodyHasAShareOfTheRateAndTheReadoutAllOfIt) {
  const ModelParameters places(first_.model.shape);
  const auto readout = static_cast<std::size_t>(places.table.blocks.at(places.readout_block).first);
  const std::vector<float>& before = first_.model.parameters;
  for (const bool joint : {false, true}) {
    const auto whole = parameters_after(1, 1, joint), quarter = parameters_after(1, 0.25, joint);
    std::size_t moved = 0;
    for (std::size_t i = 0; i < readout; ++i) {
      const double step = static_cast<double>(whole[i]) - before[i];
      EXPECT_NEAR(static_cast<double>(quarter[i]) - before[i], step / 4, 1e-6);
      if (std::abs(step) > 1e-3) ++moved;
    }
    EXPECT_GT(moved, readout / 4);
    EXPECT_TRUE(std::equal(whole.begin() + static_cast<std::ptrdiff_t>(readout), whole.end(),
                           quarter.begin() + static_cast<std::ptrdiff_t>(readout)));
  }
}

TEST_F(AncestorTest, AFrozenBodyStaysToTheBitAndTheReadoutLearns) {
  const ModelParameters places(first_.model.shape);
  const auto readout = static_cast<std::ptrdiff_t>(places.table.blocks.at(places.readout_block).first);
  const std::vector<float>& before = first_.model.parameters;
  deck_.train.weight_decay = 0.1;
  for (const bool joint : {false, true}) {
    const auto after = parameters_after(5, 0, joint);
    EXPECT_TRUE(std::equal(before.begin(), before.begin() + readout, after.begin()));
    EXPECT_FALSE(std::equal(before.begin() + readout, before.end(), after.begin() + readout));
  }
  Deck deck = deck_;
  deck.train.body_rate = 0;
  const TrainedRun run = train_one(deck, circuit_);
  EXPECT_LT(run.loss.back(), run.loss.front());
  write_one(deck.output, deck, circuit_, run);
  const RunDescription told = describe_run(Hdf5Reader(deck.output));
  EXPECT_EQ(told.parameters.real("body_rate"), 0);
  EXPECT_EQ(told.ancestor, content_hash(first_.model));
}

TEST_F(AncestorTest, KeepsTheMeanOfBothWeightsByTheShare) {
  const std::vector<float>& before = first_.model.parameters;
  for (const bool joint : {false, true}) {
    const auto after = parameters_after(5, 1, joint), kept = parameters_after(5, 1, joint, 0.25);
    std::size_t between = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      EXPECT_NEAR(kept[i], 0.25 * static_cast<double>(before[i]) + 0.75 * static_cast<double>(after[i]), 1e-7);
      if (std::abs(static_cast<double>(kept[i]) - after[i]) > 1e-3) ++between;
    }
    EXPECT_GT(between, before.size() / 4);
    EXPECT_EQ(parameters_after(5, 0, joint, 0.5)[0], before[0]);  // what does not move is no other by a rounding
  }
}

// What is scored and written is of the weights that are kept; the curves are of the training.
TEST_F(AncestorTest, PredictsByTheWeightsThatAreKept) {
  const TrainedRun usual = train_one(deck_, circuit_);
  deck_.train.from_share = 0.5;
  const TrainedRun mean = train_one(deck_, circuit_);
  EXPECT_EQ(mean.loss, usual.loss);
  EXPECT_EQ(mean.best_epoch, usual.best_epoch);
  EXPECT_NE(mean.prediction, usual.prediction);
  EXPECT_NE(mean.test.front().pearson, usual.test.front().pearson);
  write_one(deck_.output, deck_, circuit_, mean);
  const Hdf5Reader file(deck_.output);
  EXPECT_EQ(predict(read_model(file), circuit_, "test").value, mean.prediction);
  EXPECT_EQ(describe_run(file).parameters.real("from_share"), 0.5);
}

TEST_F(AncestorTest, OneThatDoesNotFitIsRefusedByWhatDiffers) {
  Deck other = deck_;
  other.model.layers = 4;
  expect_refused(other, circuit_, {"its model.layers is 3", "the deck 4", "model.layers=3"});
  other = deck_;
  other.model.kind = ModelKind::sage;
  other.model.groups = 1;
  expect_refused(other, circuit_, {"its model.kind is gsr", "the deck sage"});
  other = deck_;
  other.model.dropout = 0.1;  // is of the training
  EXPECT_NO_THROW(one_circuit(other, circuit_, "test"));
  Circuit changed = circuit_;
  changed.label_unit = "something else";
  expect_refused(deck_, changed, {"predicts congestion", "something else"});
  changed = circuit_;
  changed.feature_name.back() = "strange";
  expect_refused(deck_, changed, {"needs what the deck's circuits do not have", circuit_.feature_name.back()});
  other = deck_;
  other.train.from = path("none.h5");
  expect_refused(other, circuit_, {"no such file"});
  write_circuit(circuit_, path("circuit.h5"));
  other.train.from = path("circuit.h5");
  expect_refused(other, circuit_, {"holds no model"});
}

TEST_F(AncestorTest, TheRunRecordsIt) {
  const TrainedRun second = train_one(deck_, circuit_);
  write_one(deck_.output, deck_, circuit_, second);
  const RunDescription run = describe_run(Hdf5Reader(deck_.output));
  EXPECT_EQ(run.ancestor, describe_run(Hdf5Reader(deck_.train.from)).model_hash);
  EXPECT_EQ(run.ancestor, content_hash(first_.model));
  EXPECT_EQ(run.parameters.text("from"), deck_.train.from);
  EXPECT_EQ(describe_run(Hdf5Reader(deck_.train.from)).ancestor, "");
}

TEST_F(AncestorTest, AResumedTrainingEndsTheSameAndNotFromAnother) {
  deck_.train.body_rate = 0.25;
  deck_.train.from_share = 0.5;
  const TrainedRun undisturbed = train_one(deck_, circuit_);
  const std::string hash = content_hash(first_.model);
  const Checkpoints checkpoints(deck_, circuit_.name, content_hash(circuit_), hash);
  for (const std::int64_t epoch : {0, 1, 4, 6}) {
    train_one(deck_, circuit_, ReportProgress(), nullptr, [&](std::int64_t at, const auto& state) {
      if (at == epoch) checkpoints.write(state());
    });
    std::string note;
    const auto state = checkpoints.read(note);
    ASSERT_TRUE(state) << note;
    const TrainedRun resumed = train_one(deck_, circuit_, ReportProgress(), &*state);
    EXPECT_EQ(resumed.loss, undisturbed.loss);
    EXPECT_EQ(resumed.model.parameters, undisturbed.model.parameters);
    EXPECT_EQ(resumed.prediction, undisturbed.prediction);
    expect_message(input_error([&] { Checkpoints(deck_, circuit_.name, content_hash(circuit_), "0123").read(note); }),
                   checkpoint_path(deck_.output), {"the model that it starts from has changed since"});
  }
}

}  // namespace
}  // namespace gsrgnn
