// Whole trainings on the emulated device, bit for bit the same in every order of lanes: one circuit's, whose nodes are
// GCells on nets and a lattice, and a joint one. The library's trainer is built for its default execution space; here
// its sources are compiled once more, for the emulated device, and with two kinds of models.

#include <gtest/gtest.h>

#include <Kokkos_Core.hpp>

namespace Kokkos {
using EmulatedExecutionSpace = gsrgnn::testing::EmulatedDevice;
}  // namespace Kokkos
#define DefaultExecutionSpace EmulatedExecutionSpace

#include "models/model_on_graph.hpp"
#include "training/memory_plan.cpp"
#include "training/saved_model.cpp"
#include "training/scoring.cpp"
#include "training/trainer.cpp"
#include "training/training_bench.cpp"
#include "training/update.cpp"

#undef DefaultExecutionSpace

#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/models/gsr_stack.hpp>
#include <gsrgnn/models/plain_stack.hpp>

#include "support/device/lanes.hpp"
#include "support/files.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {

static_assert(std::is_same_v<AnyModel::Exec, testing::EmulatedDevice>);

std::unique_ptr<AnyModel> make_model(const ModelRequest& request) {
  using Nets = NetGraph<float, Exec>;
  using NetsAndLattice = Relations<Nets, Lattice<float, Exec>>;
  using Gsr = GsrModel<float, std::uint8_t, Exec>;
  const bool gsr = request.shape.kind == ModelKind::gsr;
  switch (request.shape.relation_set) {
    case RelationSet::nets:
      if (gsr) return std::make_unique<ModelOnGraph<Gsr, Nets>>(request);
      return std::make_unique<ModelOnGraph<SageModel<float, Exec>, Nets>>(request);
    default:
      return std::make_unique<ModelOnGraph<Gsr, NetsAndLattice>>(request);
  }
}

namespace {

using namespace testing;
using device::Order;

/// Trains in every order. Two epochs, in each of which the loss goes down.
void train_in_every_order(const Mpi& mpi, const Deck& deck, const TrainingCircuits& circuits) {
  std::vector<TrainedRun> runs;
  for (const Order order : {Order::ascending, Order::descending, Order::random}) {
    const device::InOrder in_order(order, 5);
    runs.push_back(train(mpi, deck, circuits, ReportProgress()));
  }
  for (const TrainedRun& run : runs) {
    EXPECT_EQ(run.loss, runs[0].loss);
    EXPECT_EQ(run.validation_pearson, runs[0].validation_pearson);
    EXPECT_EQ(run.prediction, runs[0].prediction);
    EXPECT_EQ(run.held_out.value, runs[0].held_out.value);
    EXPECT_EQ(run.model.parameters, runs[0].model.parameters);
  }
  ASSERT_EQ(runs[0].loss.size(), 3U);
  EXPECT_LT(runs[0].loss[1], runs[0].loss[0]);
  EXPECT_LT(runs[0].loss[2], runs[0].loss[1]);
}

/// A width of 8 a group.
Deck device_deck() {
  Deck deck = small_deck();
  deck.model.layers = 2;
  deck.model.hidden = 16;
  deck.model.k = 3;
  deck.train.epochs = 2;
  return deck;
}

TEST(DeviceTraining, OfGcellsOnNetsAndALattice) {
  const Circuit circuit = small_circuit(100);
  Deck deck = device_deck();
  deck.train.split_by = SplitUnit::tiles;
  deck.model.nodes = Nodes::gcells;
  deck.model.relation_set = RelationSet::nets_and_lattice;
  deck.model.flips = Flips::on;
  deck.train.loss = TrainingLoss::huber;
  deck.train.clip = 1;
  train_in_every_order(Mpi::alone(), deck, one_circuit(deck, circuit, "test"));
}

/// Of two circuits, judged by a third.
class JointDeck {
 public:
  explicit JointDeck(const ModelKind kind) : deck(device_deck()) {
    deck.mode = Mode::joint;
    deck.output = folder_.path("run.h5");
    for (const std::string name : {"a", "b", "validation", "test"}) {
      Circuit circuit = small_circuit(80 + static_cast<std::int64_t>(name.size()), name.back());
      circuit.name = name;
      write_circuit(circuit, folder_.path(name + ".h5"));
    }
    deck.circuits.training = {folder_.path("a.h5"), folder_.path("b.h5")};
    deck.circuits.validation = {folder_.path("validation.h5")};
    deck.circuits.test = {folder_.path("test.h5")};
    deck.model.kind = kind;
    if (kind == ModelKind::gsr) {
      deck.model.dropout = 0.1;
    } else {
      deck.model.hidden = 8;
      deck.model.groups = 1;
    }
  }

 private:
  TestFolder folder_;

 public:
  Deck deck;
};

TEST(DeviceTraining, Joint) {
  for (const ModelKind kind : {ModelKind::gsr, ModelKind::sage}) {
    const JointDeck joint(kind);
    const Mpi mpi = Mpi::alone();
    train_in_every_order(mpi, joint.deck, open_circuits(mpi, joint.deck));
  }
}

// One circuit is on the device, and the next on its way.
TEST(DeviceTraining, JointOfCircuitsThatTakeTurns) {
  JointDeck joint(ModelKind::gsr);
  joint.deck.model.hidden = 8;  // so that circuits count beside the model
  joint.deck.keep = Keep::none;
  const Mpi mpi = Mpi::alone();
  const TrainingCircuits circuits = open_circuits(mpi, joint.deck);
  const TrainedRun all_there = train(mpi, joint.deck, circuits, ReportProgress());
  joint.deck.memory_limit = all_there.memory.planned - 1;
  const TrainedRun in_turns = train(mpi, joint.deck, circuits, ReportProgress());
  const MemoryPlan plan(circuits, MemoryPlan::kKeepNone, joint.deck.memory_limit);
  EXPECT_TRUE(plan.streams());
  EXPECT_EQ(in_turns.memory.allocated, plan.planned());
  EXPECT_EQ(in_turns.loss, all_there.loss);
  EXPECT_EQ(in_turns.model.parameters, all_there.model.parameters);
  EXPECT_EQ(in_turns.held_out.value, all_there.held_out.value);
}

// Sums of gradients go through the host, from rank to rank.
TEST(DeviceTraining, JointByTwoRanks) {
  const Mpi mpi;
  if (mpi.size() == 1) GTEST_SKIP() << "mpirun starts it once more";
  const JointDeck joint(ModelKind::gsr);
  const TrainedRun together = train(mpi, joint.deck, open_circuits(mpi, joint.deck), ReportProgress());
  const Mpi alone = Mpi::alone();
  const TrainedRun one = train(alone, joint.deck, open_circuits(alone, joint.deck), ReportProgress());
  EXPECT_EQ(together.loss, one.loss);
  EXPECT_EQ(together.model.parameters, one.model.parameters);
}

}  // namespace
}  // namespace gsrgnn
