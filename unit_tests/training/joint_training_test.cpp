// Joint training by one rank: what it is, mathematically, and what it makes of circuits that do not belong together.
// Several ranks: unit_tests/cli/joint_command_test.cpp.

#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/kernels/adam.hpp>
#include <gsrgnn/kernels/loss.hpp>
#include <gsrgnn/models/any_model.hpp>
#include <gsrgnn/training/checkpoint.hpp>
#include <gsrgnn/training/learn_routes.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <numeric>
#include <set>

#include "support/files.hpp"
#include "support/mismatches.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;
using Exec = AnyModel::Exec;

class JointTrainingTest : public ::testing::Test {
 protected:
  JointTrainingTest() {
    for (int i = 0; i < 5; ++i) {
      Circuit circuit = small_circuit(150 + 50 * i, 10 + static_cast<std::uint64_t>(i));
      circuit.name = "design" + std::to_string(i);
      if (i == 2) {  // a net that message passing cuts into pieces
        for (int cell = 0; cell < 3 * kNetPiece / 2; ++cell) circuit.net_cell.push_back(cell);
        circuit.net_offset.push_back(circuit.pins());
      }
      write_circuit(circuit, path(i));
    }
    deck_ = small_deck();
    deck_.mode = Mode::joint;
    deck_.circuits.training = {path(0), path(1), path(2)};
    deck_.circuits.validation = {path(3)};
    deck_.circuits.test = {path(4)};
    deck_.train.epochs = 12;
    deck_.output = folder_.path("run.h5");
  }
  std::string path(int i) const { return folder_.path(fmt::format("c{}.h5", i)); }
  TrainingCircuits open() const { return open_circuits(alone_, deck_); }
  TrainedRun train() const {
    const TrainingCircuits circuits = open();
    return train_with_checkpoints(alone_, deck_, circuits, ReportProgress(), CheckpointOptions());
  }
  /// By a quarter of the training circuits' cells.
  void judge_by_cells() {
    deck_.circuits.validation.clear();
    deck_.train.split[0] = 0.75;
    deck_.train.split[1] = 0.25;
  }
  double first_loss(int batch) {
    deck_.train.batch = batch;
    deck_.model.dropout = 0;
    return train().loss.front();
  }
  void expect_refused(const std::string& place, const std::vector<std::string>& words) const {
    expect_message(input_error([&] { open(); }), place + ": ", words);
  }

  TestFolder folder_;
  Deck deck_;
  Mpi alone_ = Mpi::alone();
};

std::int64_t bytes_of_parts(const MemoryPlan& plan) {
  std::int64_t sum = 0;
  for (std::size_t part = 0; part < kMemoryParts; ++part) sum += plan.planned(static_cast<MemoryPart>(part));
  return sum;
}

/// Several circuits as one, without a connection between them.
Circuit side_by_side(const std::vector<Circuit>& circuits, const std::vector<std::string>& types) {
  Circuit all = circuits.front();
  all.net_offset = {0};
  for (auto* list : {&all.feature, &all.label}) list->clear();
  all.net_cell.clear();
  all.cell_type.clear();
  all.position.clear();
  all.original.clear();
  all.type_name = types;
  for (const Circuit& c : circuits) {
    const auto first = static_cast<std::int32_t>(all.cells());
    for (std::int64_t n = 0; n < c.nets(); ++n) {
      for (std::int64_t p = c.net_offset[n]; p < c.net_offset[n + 1]; ++p)
        all.net_cell.push_back(first + c.net_cell[p]);
      all.net_offset.push_back(all.pins());
    }
    all.feature.insert(all.feature.end(), c.feature.begin(), c.feature.end());
    all.label.insert(all.label.end(), c.label.begin(), c.label.end());
    all.position.insert(all.position.end(), c.position.begin(), c.position.end());
    for (const std::int32_t type : c.cell_type) {
      const auto at = std::find(types.begin(), types.end(), c.type_name[type]) - types.begin();
      all.cell_type.push_back(static_cast<std::int32_t>(at));
    }
  }
  return all;
}

/// The losses of full-batch training on every cell of one circuit, before each of `epochs` updates and after the last.
std::vector<double> losses(const Deck& deck, const SavedModel& saved, const Circuit& circuit) {
  const Exec space;
  const CircuitCounts size = count(circuit);
  const auto outputs = static_cast<std::int64_t>(saved.label_name.size());
  Arena<Exec> plan;
  make_model({plan, plan, saved.shape, size, Purpose::training});
  Arena<Exec> arena(plan.used()), more(std::size_t{1} << 24U);
  const auto model = make_model({arena, arena, saved.shape, size, Purpose::training});
  const auto moment1 = more.take<Vector<float, Exec>>(model->table().size());
  const auto moment2 = more.take<Vector<float, Exec>>(model->table().size());
  const auto label = more.take<Matrix<float, Exec>>(size.cells, outputs);
  const auto part = more.take<Vector<std::uint8_t, Exec>>(size.cells);
  const auto partial = more.take<Vector<double, Exec>>(Tuning<Exec>::kRowChunks);
  const auto initial = model->table().initial_values(deck.train.seed, {"", 0, model->table().size()});
  upload(space, model->parameters(), std::vector<float>(initial.begin(), initial.end()));
  model->set_graph(space, circuit);
  model->inputs().set(space, saved.feature.apply(circuit.feature), circuit.cell_type);
  upload(space, label, saved.label.apply(circuit.label));
  std::vector<double> losses;
  const double values = static_cast<double>(size.cells * outputs);
  AdamOptions options;
  options.learning_rate = deck.train.learning_rate;
  for (int epoch = 0;; ++epoch) {
    model->forward(space, Pass::evaluation);
    losses.push_back(squared_error(space, model->output(), label, part, 0, partial) / values);
    if (epoch == deck.train.epochs) return losses;
    squared_error_gradient(space, model->output(), label, part, 0, values, model->output_gradient());
    model->backward(space, [&](int block) {
      const ParameterBlock& range = model->table().blocks[static_cast<std::size_t>(block)];
      adam_update(space, options, epoch + 1, model->parameters(), moment1, moment2, model->gradient(), range.first,
                  range.count);
    });
  }
}

// Gradients summed over circuits are the gradient of the circuits side by side.
TEST_F(JointTrainingTest, IsTrainingOnAllCircuitsSideBySide) {
  for (const ModelKind kind : {ModelKind::gsr, ModelKind::rev, ModelKind::sage, ModelKind::gcn}) {
    for (const Adjacency adjacency : {Adjacency::nets, Adjacency::expanded}) {
      SCOPED_TRACE(::testing::Message() << name_of(kind) << " " << static_cast<int>(adjacency));
      deck_.model.kind = kind;
      deck_.model.groups = kind == ModelKind::gsr || kind == ModelKind::rev ? 2 : 1;
      deck_.model.adjacency = adjacency;
      const TrainingCircuits circuits = open();
      std::vector<Circuit> training;
      for (int i = 0; i < 3; ++i) training.push_back(read_circuit(path(i)));
      const Circuit whole = side_by_side(training, circuits.model.type_name);
      SavedModel saved = circuits.model;
      const auto feature = Standardisation::fit(whole.feature, whole.feature_name.size());
      const auto label = Standardisation::fit(whole.label, whole.label_name.size());
      for (std::size_t f = 0; f < feature.mean.size(); ++f) {
        EXPECT_NEAR(saved.feature.mean[f], feature.mean[f], 1e-9 * (1 + std::abs(feature.mean[f])));
        EXPECT_NEAR(saved.feature.scale[f], feature.scale[f], 1e-9 * feature.scale[f]);
      }
      EXPECT_NEAR(saved.label.mean[0], label.mean[0], 1e-9);
      EXPECT_NEAR(saved.label.scale[0], label.scale[0], 1e-9);
      const auto expected = losses(deck_, saved, whole);
      const auto joint = train();
      ASSERT_EQ(joint.loss.size(), expected.size());
      for (std::size_t e = 0; e < expected.size(); ++e) {
        // Roundings are in other places, and GS-Op lets a near tie fall the other way.
        EXPECT_NEAR(joint.loss[e], expected[e], (kind == ModelKind::gsr ? 3e-3 : 2e-4) * expected[e]) << e;
      }
      EXPECT_LT(joint.loss.back(), 0.9 * joint.loss.front());
    }
  }
}

class JointScores : public JointTrainingTest, public ::testing::WithParamInterface<FeatureSet> {};
INSTANTIATE_TEST_SUITE_P(Features, JointScores, ::testing::Values(FeatureSet::paper, FeatureSet::maps));

TEST_P(JointScores, AreThoseOfPredictions) {
  deck_.features = GetParam();
  deck_.circuits.test = {path(4), path(1)};
  deck_.circuits.training = {path(0), path(2)};
  const TrainedRun joint = train();
  const TrainedRun& run = joint;
  ASSERT_EQ(run.designs.size(), 5U);
  EXPECT_EQ(run.name, "design4+design1");
  double pearson = 0;
  std::size_t at = 0;
  for (std::size_t d = 2; d < 5; ++d) {
    const DesignResult& design = run.designs[d];
    EXPECT_EQ(design.part, d == 2 ? Part::validation : Part::test);
    const Circuit circuit = read_circuit(design.path);
    EXPECT_EQ(design.name, circuit.name);
    const auto predicted = predict(run.model, circuit, design.path).value;
    std::vector<double> a, b;
    for (std::size_t i = 0; i < predicted.size(); ++i, ++at) {
      a.push_back(predicted[i]);
      b.push_back(circuit.label[i]);
      EXPECT_EQ(joint.held_out.design[at], static_cast<std::int64_t>(d));
      EXPECT_EQ(joint.held_out.split[at], static_cast<std::uint8_t>(design.part));
    }
    const Scores scores = score(a, b);
    EXPECT_NEAR(design.scores.pearson, scores.pearson, 1e-6);
    EXPECT_NEAR(design.scores.kendall, scores.kendall, 1e-3);  // float ties of the standardised labels
    EXPECT_NEAR(design.scores.r2, scores.r2, 1e-4);
    for (const Baseline which : {Baseline::best_map, Baseline::linear_fit}) {
      EXPECT_TRUE(std::isfinite(design.of(which).pearson));
      EXPECT_NE(design.of(which).pearson, design.scores.pearson);
    }
    EXPECT_TRUE(std::isnan(design.of(Baseline::neighbours).pearson));  // on another die
    if (design.part == Part::test) pearson += scores.pearson / 2;
  }
  EXPECT_EQ(joint.held_out.split.size(), at);
  EXPECT_NEAR(mean_scores(run.test).pearson, pearson, 1e-6);
  EXPECT_EQ(mean_scores(run.validation).pearson, run.designs[2].scores.pearson);
  EXPECT_EQ(run.validation_pearson[static_cast<std::size_t>(run.best_epoch)], run.designs[2].scores.pearson);
  EXPECT_EQ(run.best_epoch, std::max_element(run.validation_pearson.begin() + 1, run.validation_pearson.end()) -
                                run.validation_pearson.begin());
  EXPECT_TRUE(std::isnan(run.designs[0].scores.pearson));
  EXPECT_EQ(run.memory.planned, run.memory.allocated);
  EXPECT_EQ(run.counts.cells, read_circuit(path(0)).cells() + read_circuit(path(2)).cells());
}

// Without validation circuits a share of the cells chooses the epoch, and is not trained on.
TEST_F(JointTrainingTest, CellsOfTheTrainingCircuitsCanValidate) {
  judge_by_cells();
  const TrainingCircuits circuits = open();
  for (const HeldCircuit& held : circuits.held) {
    const auto validation = std::count(held.part.begin(), held.part.end(), static_cast<std::uint8_t>(Part::validation));
    const TrainingDesign& design = circuits.designs[held.design];
    const bool training = design.part == Part::training;
    EXPECT_EQ(validation, training ? std::llround(0.25 * static_cast<double>(held.circuit->cells())) : 0);
    if (training) {
      EXPECT_EQ(design.training_cells, held.circuit->cells() - validation);
    }
  }
  const TrainedRun joint = train();
  EXPECT_TRUE(std::isfinite(joint.validation_loss.back()));
  EXPECT_EQ(joint.held_out.split.size(), static_cast<std::size_t>(read_circuit(path(4)).cells()));
  EXPECT_NEAR(mean_scores(joint.validation).pearson,
              joint.validation_pearson[static_cast<std::size_t>(joint.best_epoch)], 1e-12);
}

// A design whose label is the same everywhere is learned from, and judges nothing.
TEST_F(JointTrainingTest, DesignsWithoutCongestionJudgeNothing) {
  const TrainedRun before = train();
  Circuit calm = small_circuit(100, 99);
  calm.name = "calm";
  std::fill(calm.label.begin(), calm.label.end(), 0.0F);
  write_circuit(calm, folder_.path("calm.h5"));
  deck_.circuits.validation.push_back(folder_.path("calm.h5"));
  const TrainedRun with = train();
  EXPECT_EQ(with.validation_pearson, before.validation_pearson);
  EXPECT_EQ(with.best_epoch, before.best_epoch);
  deck_.circuits.validation.pop_back();
  deck_.circuits.test.push_back(folder_.path("calm.h5"));
  const TrainedRun tested = train();
  EXPECT_NEAR(mean_scores(tested.test).pearson, mean_scores(before.test).pearson, 1e-12);
  ASSERT_EQ(tested.designs.size(), 6U);
  EXPECT_TRUE(std::isnan(tested.designs[5].scores.pearson));
}

TEST_F(JointTrainingTest, BatchesAreThoseOfTheSeed) {
  deck_.train.batch = 2;
  const TrainingCircuits circuits = open();
  EXPECT_EQ(circuits.batches, 2);
  std::vector<int> sizes(2, 0);
  for (int i = 0; i < 3; ++i) ++sizes[static_cast<std::size_t>(circuits.designs[static_cast<std::size_t>(i)].batch)];
  EXPECT_EQ(sizes, (std::vector<int>{2, 1}));
  deck_.model.dropout = 0.2;
  const auto once = train(), again = train();
  EXPECT_EQ(once.loss, again.loss);
  EXPECT_EQ(once.held_out.value, again.held_out.value);
  deck_.train.batch = 0;
  EXPECT_NE(train().loss, once.loss);
}

// The model's memory is shared by the circuits of a rank: less than with a model each.
TEST_F(JointTrainingTest, CircuitsShareTheWorkspace) {
  deck_.model.layers = 40;
  deck_.keep = Keep::none;
  const auto all = validate_training(alone_, deck_, open()).planned;
  EXPECT_EQ(all, MemoryPlan(open()).planned());
  deck_.circuits.training = {path(2)};
  const auto largest = MemoryPlan(open()).planned();
  EXPECT_LT(all, largest + largest / 5);
}

// Each keeps as many layers as fit the memory that the largest needs anyway; the result is the same.
TEST_F(JointTrainingTest, CircuitsKeepLayersInTheWorkspaceTheyShare) {
  deck_.train.batch = 1;
  deck_.model.layers = 10;
  deck_.keep = Keep::none;
  const TrainedRun none = train();
  deck_.keep = Keep::fit;
  deck_.memory_limit = none.memory.planned + 10000;
  const MemoryPlan plan(open(), keep_within(deck_, deck_.memory_limit));
  EXPECT_LE(plan.planned(), deck_.memory_limit);
  std::set<int> kept;
  for (const SizedCircuit& circuit : plan.circuits()) kept.insert(circuit.kept_layers);
  EXPECT_GT(kept.size(), 1U) << "all the same";
  for (const Keep keep : {Keep::fit, Keep::all}) {
    deck_.keep = keep;
    if (keep == Keep::all) deck_.memory_limit = 0;
    const TrainedRun run = train();
    EXPECT_EQ(run.memory.allocated == plan.planned(), keep == Keep::fit);
    EXPECT_EQ(run.loss, none.loss);
    EXPECT_EQ(run.model.parameters, none.model.parameters);
    EXPECT_EQ(run.held_out.value, none.held_out.value);
  }
}

/// How often a model made outputs while it lives.
class ForwardPasses {
 public:
  ForwardPasses() : before_(Kokkos::Tools::Experimental::get_callbacks()) {
    count = 0;
    Kokkos::Tools::Experimental::set_begin_parallel_for_callback(on_kernel);
  }
  ~ForwardPasses() { Kokkos::Tools::Experimental::set_callbacks(before_); }
  ForwardPasses(const ForwardPasses&) = delete;
  ForwardPasses& operator=(const ForwardPasses&) = delete;
  static int count;

 private:
  static void on_kernel(const char* label, const std::uint32_t /*device*/, std::uint64_t* /*id*/) {
    if (std::string(label) == "gsrgnn::models::readout_linear") ++count;
  }
  Kokkos::Tools::Experimental::EventSet before_;
};
int ForwardPasses::count = 0;

// Besides the passes that train there are those that choose the epoch, unless these are the same.
TEST_F(JointTrainingTest, AnEpochHasNoPassesForTheTrainingLoss) {
  const auto passes_an_epoch = [&] {
    const auto passes = [&](int epochs) {
      deck_.train.epochs = epochs;
      const TrainingCircuits circuits = open();
      const ForwardPasses counted;
      gsrgnn::train(alone_, deck_, circuits, ReportProgress());
      return counted.count;
    };
    const int two = passes(2);
    return (passes(5) - two) / 3.0;
  };
  for (const int batch : {0, 1}) {
    deck_.train.batch = batch;
    EXPECT_EQ(passes_an_epoch(), 3 + 1) << "three circuits that train and one that judges";
  }
  judge_by_cells();
  EXPECT_EQ(passes_an_epoch(), 3 + 3) << "between two epochs the three circuits judge";
  deck_.train.batch = 0;
  EXPECT_EQ(passes_an_epoch(), 3) << "what judges is what trains";
  deck_.model.dropout = 0.1;
  EXPECT_EQ(passes_an_epoch(), 3 + 3);
}

// Models that stand still show of what the loss is.
TEST_F(JointTrainingTest, TheLossIsThatOfThePassesThatTrain) {
  deck_.train.epochs = 3;
  deck_.train.learning_rate = 0;
  const auto losses_of = [&](int batch, double dropout) {
    deck_.train.batch = batch;
    deck_.model.dropout = dropout;
    const TrainedRun run = train();
    EXPECT_EQ(std::set<double>(run.validation_loss.begin(), run.validation_loss.end()).size(), 1U);
    return run.loss;
  };
  const auto all = losses_of(0, 0);
  EXPECT_EQ(all, std::vector<double>(4, all.front()));
  EXPECT_EQ(losses_of(1, 0), all);
  const auto dropped = losses_of(1, 0.3);
  EXPECT_EQ(std::set<double>(dropped.begin(), dropped.end()).size(), 4U) << "each under its own dropout";
  deck_.train.learning_rate = 0.002;
  EXPECT_EQ(first_loss(0), all.front());
  EXPECT_NE(first_loss(1), all.front()) << "a circuit's loss is that before its own update";
}

// The shared memory is not larger for more circuits, and what they bring there is all that they are.
TEST_F(JointTrainingTest, CircuitsThatDoNotFitTakeTurns) {
  deck_.train.epochs = 4;
  deck_.keep = Keep::none;
  struct Case {
    Nodes nodes;
    RelationSet relations;
    Flips flips;
    TrainingLoss loss;
  };
  for (const Case& of : {Case{Nodes::cells, RelationSet::nets, Flips::off, TrainingLoss::mse},
                         Case{Nodes::cells, RelationSet::nets_and_bins, Flips::off, TrainingLoss::hot},
                         Case{Nodes::gcells, RelationSet::nets_and_lattice, Flips::on, TrainingLoss::mse}}) {
    for (const int batch : {0, 1}) {
      SCOPED_TRACE(::testing::Message() << static_cast<int>(of.relations) << " " << batch);
      deck_.model.nodes = of.nodes;
      deck_.model.relation_set = of.relations;
      deck_.model.flips = of.flips;
      deck_.train.loss = of.loss;
      deck_.train.batch = batch;
      deck_.memory_limit = 0;
      const TrainedRun all_there = train();
      EXPECT_FALSE(MemoryPlan(open(), MemoryPlan::kKeepNone, all_there.memory.planned).streams());

      const MemoryPlan plan(open(), MemoryPlan::kKeepNone, all_there.memory.planned - 1);
      EXPECT_TRUE(plan.streams());
      EXPECT_LT(plan.planned(), all_there.memory.planned);
      deck_.memory_limit = plan.planned();
      const TrainedRun in_turns = train();
      EXPECT_EQ(in_turns.memory.planned, plan.planned());
      EXPECT_EQ(in_turns.memory.allocated, plan.planned());
      EXPECT_EQ(in_turns.loss, all_there.loss);
      EXPECT_EQ(in_turns.validation_pearson, all_there.validation_pearson);
      EXPECT_EQ(in_turns.model.parameters, all_there.model.parameters);
      EXPECT_EQ(in_turns.held_out.value, all_there.held_out.value);

      --deck_.memory_limit;
      try {
        train();
        ADD_FAILURE() << "it fitted";
      } catch (const RunError& error) {
        EXPECT_NE(std::string(error.what()).find("do not fit the memory limit"), std::string::npos) << error.what();
      }
    }
  }
}

TEST_F(JointTrainingTest, MemoryThatCircuitsLeaveByTakingTurnsKeepsLayers) {
  deck_.model.layers = 10;
  const std::int64_t together = MemoryPlan(open()).planned();
  const MemoryPlan none(open(), MemoryPlan::kKeepNone, together - 1);
  const MemoryPlan some(open(), together - 1, together - 1);
  EXPECT_TRUE(some.streams());
  EXPECT_GT(some.kept_layers(), 0);
  EXPECT_GT(some.planned(), none.planned());
  EXPECT_LT(some.planned(), together);
  EXPECT_EQ(bytes_of_parts(some), some.planned());
}

TEST_F(JointTrainingTest, GoesOnFromItsStateAtEveryEpoch) {
  deck_.train.epochs = 4;
  deck_.keep = Keep::none;
  const auto check = [&] {
    CheckpointOptions options;
    options.say = [](const std::string&) {};
    deck_.memory_limit = 0;
    const TrainedRun undisturbed = train_with_checkpoints(alone_, deck_, open(), ReportProgress(), options);
    for (int at = 0; at < deck_.train.epochs; ++at) {
      options.resume = false;
      int epochs = 0;
      options.stop = [&] { return epochs++ == at ? "enough" : ""; };
      EXPECT_THROW(train_with_checkpoints(alone_, deck_, open(), ReportProgress(), options), Stopped);
      options.stop = nullptr;
      options.resume = true;
      deck_.memory_limit = undisturbed.memory.planned - at % 2;  // and with less than all circuits need
      const TrainedRun resumed = train_with_checkpoints(alone_, deck_, open(), ReportProgress(), options);
      EXPECT_EQ(resumed.memory.planned < undisturbed.memory.planned, at % 2 == 1);
      EXPECT_EQ(resumed.loss, undisturbed.loss) << at;
      EXPECT_EQ(resumed.validation_loss, undisturbed.validation_loss) << at;
      EXPECT_EQ(resumed.model.parameters, undisturbed.model.parameters) << at;
      EXPECT_EQ(resumed.held_out.value, undisturbed.held_out.value) << at;
    }
  };
  check();
  deck_.train.batch = 1;
  deck_.model.dropout = 0.2;
  check();
  judge_by_cells();
  check();
  deck_.train.batch = 0;
  deck_.model.dropout = 0;
  check();
}

TEST_F(JointTrainingTest, GoesOnFromItsStateBitForBit) {
  deck_.train.batch = 1;
  deck_.model.dropout = 0.2;
  const TrainingCircuits circuits = open();
  CheckpointOptions options;
  options.say = [](const std::string&) {};
  const TrainedRun undisturbed = train_with_checkpoints(alone_, deck_, circuits, ReportProgress(), options);
  int epochs = 0;
  options.stop = [&] { return ++epochs == 6 ? "enough" : ""; };
  EXPECT_THROW(train_with_checkpoints(alone_, deck_, circuits, ReportProgress(), options), Stopped);
  options.stop = nullptr;
  options.resume = true;
  std::vector<std::int64_t> reported;
  const TrainedRun resumed = train_with_checkpoints(
      alone_, deck_, circuits, [&](const TrainingProgress& p) { reported.push_back(p.epoch); }, options);
  EXPECT_EQ(reported.front(), 5);
  EXPECT_EQ(resumed.loss, undisturbed.loss);
  EXPECT_EQ(resumed.model.parameters, undisturbed.model.parameters);
  EXPECT_EQ(resumed.held_out.value, undisturbed.held_out.value);
  // Another circuit under the same name.
  write_circuit(small_circuit(160, 99), path(1));
  expect_message(input_error([&] { train_with_checkpoints(alone_, deck_, open(), ReportProgress(), options); }),
                 checkpoint_path(deck_.output), {"its circuit has changed since"});
}

TEST_F(JointTrainingTest, WeightsDecayWhenTheDeckSaysSo) {
  const auto norm = [&](double decay) {
    deck_.train.weight_decay = decay;
    double sum = 0;
    for (const float value : train().model.parameters) sum += static_cast<double>(value) * value;
    return sum;
  };
  EXPECT_LT(norm(10), 0.9 * norm(0));
}

// The eighth of a rate in the first update is that rate.
TEST_F(JointTrainingTest, TheLearningRateRisesByTheUpdate) {
  deck_.train.epochs = 1;
  deck_.train.batch = 0;
  deck_.train.learning_rate = 0.008;
  deck_.train.warm_up = 8;
  const auto risen = train().model.parameters;
  deck_.train.warm_up = 0;
  deck_.train.learning_rate = 0.001;
  EXPECT_EQ(train().model.parameters, risen);
}

TEST_F(JointTrainingTest, DivergenceIsFound) {
  deck_.train.learning_rate = 1000;
  EXPECT_THROW(train(), RunError);
}

TEST_F(JointTrainingTest, CellTypesAreThoseOfAllTrainingCircuits) {
  Circuit circuit = read_circuit(path(1));
  circuit.type_name.front() = "ONLY_HERE";
  write_circuit(circuit, path(1));
  circuit = read_circuit(path(4));
  circuit.type_name.front() = "ONLY_IN_THE_TEST";
  write_circuit(circuit, path(4));
  const TrainingCircuits circuits = open();
  const auto& types = circuits.model.type_name;
  EXPECT_TRUE(std::is_sorted(types.begin(), types.end()));
  EXPECT_EQ(std::count(types.begin(), types.end(), "ONLY_HERE"), 1);
  EXPECT_EQ(std::count(types.begin(), types.end(), "ONLY_IN_THE_TEST"), 0);
  for (const HeldCircuit& held : circuits.held) {
    for (std::size_t i = 0; i < held.inputs.type.size(); ++i) {
      const std::string& name = held.circuit->type_name[static_cast<std::size_t>(held.circuit->cell_type[i])];
      const int row = held.inputs.type[i];
      EXPECT_EQ(row < 0 ? "ONLY_IN_THE_TEST" : types[static_cast<std::size_t>(row)], name);
    }
  }
}

TEST_F(JointTrainingTest, CircuitsThatDoNotBelongTogetherAreRefused) {
  const Circuit good = read_circuit(path(1));
  const auto with = [&](const auto& change) {
    Circuit circuit = good;
    change(circuit);
    write_circuit(circuit, path(1));
  };
  with([](Circuit& c) { c.label_name.clear(), c.label.clear(); });
  expect_refused(path(1), {"no label", "predict"});
  with([](Circuit& c) { c.label_name = {"other"}; });
  expect_refused(path(1), {"other", "import all circuits alike"});
  with([](Circuit& c) { c.label_unit = "furlongs"; });
  expect_refused(path(1), {"furlongs"});
  with([](Circuit& c) { c.feature_name.back() = "another"; });
  expect_refused(path(1), {"has no feature"});
  write_circuit(read_circuit(path(4)), path(1));
  expect_refused(path(4), {"is the same circuit as " + path(1)});
  std::filesystem::remove(path(1));
  expect_refused(path(1), {"no such file"});
  write_circuit(good, path(1));
  for (int i = 0; i < 3; ++i) {
    Circuit constant = read_circuit(path(i));
    constant.label.assign(constant.label.size(), 0.5F);
    write_circuit(constant, path(i));
  }
  expect_refused("circuits.training", {"0.5 in every training cell"});
}

// What is learned of others is what would be learned if there were only those.
TEST_F(JointTrainingTest, RoutesOfOthersAreLearnedFromTheOthers) {
  deck_.train.split_by = SplitUnit::tiles;
  deck_.circuits.training = {path(0), path(1), path(2), path(3)};
  deck_.circuits.validation = {path(4)};
  deck_.circuits.test.clear();
  const TrainingCircuits all = open();
  const auto of_others = RouteLearner(alone_, deck_, all).of_others();
  ASSERT_EQ(of_others.size(), 5U);
  EXPECT_TRUE(of_others[4].empty());
  EXPECT_EQ(of_others[0], of_others[3]) << "the first of three parts has two circuits";
  deck_.circuits.training = {path(0), path(2), path(3)};
  EXPECT_EQ(of_others[1], RouteLearner(alone_, deck_, open()).of_all());
  deck_.circuits.training = {path(1), path(2)};
  EXPECT_EQ(of_others[0], RouteLearner(alone_, deck_, open()).of_all());
}

TEST(Deal, LongestFirstToTheRankWithTheLeast) {
  std::vector<double> load(3, 0.0);
  EXPECT_EQ(deal({5, 1, 4, 3, 3}, load), (std::vector<int>{0, 1, 1, 2, 2}));
  EXPECT_EQ(load, (std::vector<double>{5, 5, 6}));
  // Within a batch by what the batch has, then by all.
  EXPECT_EQ(deal({2, 2, 2, 2}, load), (std::vector<int>{0, 1, 2, 0}));
  std::vector<double> one(1, 0.0);
  EXPECT_EQ(deal({1, 2, 3}, one), (std::vector<int>{0, 0, 0}));
}

}  // namespace
}  // namespace gsrgnn
