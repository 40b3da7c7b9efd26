// Trainings whose nodes are GCells: what cells read, what the loss is of, flips, learned routes, and mistakes.

#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/circuit/gcell_circuit.hpp>
#include <gsrgnn/circuit/gcell_values.hpp>
#include <gsrgnn/circuit/soft_routes.hpp>
#include <gsrgnn/training/learn_routes.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/run_file.hpp>

#include "support/files.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

Deck gcell_deck() {
  Deck deck = small_deck();
  deck.train.split_by = SplitUnit::tiles;
  deck.train.epochs = 5;
  deck.model.nodes = Nodes::gcells;
  return deck;
}
Deck lattice_deck() {
  Deck deck = gcell_deck();
  deck.model.relation_set = RelationSet::lattice;
  return deck;
}

TEST(GcellTraining, CellsReadTheirGcell) {
  const Circuit circuit = small_circuit();
  const TrainedRun run = train_one(gcell_deck(), circuit);
  const Prediction prediction = predict(run.model, circuit, "test");
  EXPECT_EQ(prediction.value, run.prediction);
  const GcellGrid grid = grid_of(circuit);
  ASSERT_EQ(static_cast<std::int64_t>(prediction.gcells.size()), grid.size());
  for (std::size_t i = 0; i < prediction.value.size(); ++i) {
    EXPECT_EQ(prediction.value[i],
              prediction.gcells[static_cast<std::size_t>(grid.at(circuit.position[i][0], circuit.position[i][1]))]);
  }
}

// The loss is one over cells: that of GCells with the numbers of their cells as weights, but for what cells of one
// GCell differ by, which no model of GCells can learn.
TEST(GcellTraining, TheLossIsOverCells) {
  Circuit circuit = small_circuit();
  const GcellValues means = gcell_values(circuit, circuit.label, 1);
  for (std::int64_t i = 0; i < circuit.cells(); ++i) {
    circuit.label[i] = static_cast<float>(means.value[means.grid.at(circuit.position[i][0], circuit.position[i][1])]);
  }
  const Deck deck = lattice_deck();
  const TrainedRun run = train_one(deck, circuit);
  const auto predicted = run.model.label.apply(run.prediction), label = run.model.label.apply(circuit.label);
  double sum = 0, cells = 0;
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (run.part[i] != static_cast<std::uint8_t>(Part::training)) continue;
    sum += std::pow(static_cast<double>(predicted[i]) - static_cast<double>(label[i]), 2);
    ++cells;
  }
  EXPECT_NEAR(run.loss[static_cast<std::size_t>(run.best_epoch)], sum / cells, 1e-4 * (sum / cells));
}

TEST(GcellTraining, IsPlannedToTheByte) {
  const Circuit circuit = small_circuit();
  Deck deck = lattice_deck();
  deck.keep = Keep::none;
  for (const auto kind : {ModelKind::gsr, ModelKind::res, ModelKind::rev, ModelKind::sage}) {
    deck.model.kind = kind;
    deck.model.groups = traits_of(kind).least_groups;
    for (const auto relations : {RelationSet::nets, RelationSet::lattice, RelationSet::nets_and_lattice}) {
      deck.model.relation_set = relations;
      const MemoryUse use = validate_one(deck, circuit);
      EXPECT_EQ(use.planned, use.allocated);
      EXPECT_EQ(use.planned, MemoryPlan(deck.model, size_for_training(deck, circuit, "test")).planned());
    }
  }
}

TEST(GcellTraining, BinsOfCellsArePlannedToTheByteAndLearned) {
  const Circuit circuit = small_circuit();
  for (const auto kind : {ModelKind::gsr, ModelKind::res, ModelKind::rev, ModelKind::sage}) {
    Deck deck = small_deck();
    deck.keep = Keep::none;
    deck.train.epochs = 20;
    deck.model.kind = kind;
    deck.model.groups = traits_of(kind).least_groups;
    deck.model.relation_set = RelationSet::nets_and_bins;
    const MemoryUse use = validate_one(deck, circuit);
    EXPECT_EQ(use.planned, use.allocated);
    EXPECT_EQ(use.planned, MemoryPlan(deck.model, size_for_training(deck, circuit, "test")).planned());
    const TrainedRun run = train_one(deck, circuit);
    EXPECT_LT(run.loss.back(), 0.5 * run.loss.front()) << name_of(kind);
    EXPECT_EQ(predict(run.model, circuit, "test").value, run.prediction) << name_of(kind);
  }
}

TEST(GcellTraining, AModelOfFlipsPredictsTheSameOfAFlippedDie) {
  Deck deck = lattice_deck();
  deck.model.flips = Flips::on;
  Circuit circuit = small_circuit();
  const GcellGrid grid = grid_of(circuit);
  const Circuit gcells = gcell_circuit(circuit);
  for (auto& place : circuit.position) place = gcells.position[static_cast<std::size_t>(grid.at(place[0], place[1]))];
  const TrainedRun run = train_one(deck, circuit);
  // The same die seen in a mirror: its GCells' features are where they were, seen from the other side.
  Circuit mirrored = circuit;
  mirrored.placement.grid = grid;
  std::vector<double>& border = mirrored.placement.grid.border[0];
  std::reverse(border.begin(), border.end());
  for (double& x : border) x = circuit.box[0] + circuit.box[2] - x;
  for (auto& place : mirrored.position) place[0] = circuit.box[0] + circuit.box[2] - place[0];
  const auto value = predict(run.model, circuit, "test").value, other = predict(run.model, mirrored, "test").value;
  for (std::size_t i = 0; i < value.size(); ++i) {
    EXPECT_NEAR(value[i], other[i], 1e-4 * (1 + std::abs(value[i]))) << "cell " << i;
  }
}

// Dense or sparse, reversible or not: of the same label all learn most on the lattice.
TEST(GcellTraining, EveryKindWithALatticeLearns) {
  const Circuit circuit = small_circuit();
  for (const auto kind : {ModelKind::gsr, ModelKind::res, ModelKind::rev, ModelKind::sage}) {
    Deck deck = lattice_deck();
    deck.model.kind = kind;
    deck.model.groups = traits_of(kind).least_groups;
    deck.train.epochs = 20;
    const TrainedRun run = train_one(deck, circuit);
    EXPECT_LT(run.loss.back(), 0.5 * run.loss.front()) << name_of(kind);
  }
}

TEST(GcellTraining, ASavedModelKnowsItsNodes) {
  const TestFolder folder;
  Deck deck = lattice_deck();
  deck.model.flips = Flips::on;
  deck.features = FeatureSet::routes;
  const Circuit circuit = small_circuit();
  const TrainedRun run = train_one(deck, circuit);
  write_one(folder.path("run.h5"), deck, circuit, run);
  const SavedModel model = read_model(Hdf5Reader(folder.path("run.h5")));
  EXPECT_EQ(model.shape.nodes, Nodes::gcells);
  EXPECT_EQ(model.shape.relation_set, RelationSet::lattice);
  EXPECT_EQ(model.technology.routes, run.model.technology.routes);
  const auto value = predict(model, circuit, "test").value;
  for (std::size_t i = 0; i < value.size(); ++i) EXPECT_NEAR(value[i], run.prediction[i], 1e-5F);
}

TEST(LearnedRoutes, TellMoreThanRoutesThatAreAllAlike) {
  const Circuit circuit = small_circuit(1000);
  Deck deck = gcell_deck();
  deck.features = FeatureSet::maps;
  const TrainingCircuits circuits = one_circuit(deck, circuit, "test");
  const auto learned = RouteLearner(Mpi::alone(), deck, circuits).of_all();
  EXPECT_EQ(learned, RouteLearner(Mpi::alone(), deck, circuits).of_all()) << "bit for bit";
  const Technology& technology = circuits.model.technology;
  const auto maps = placement_maps(circuit, technology);
  const RouteCandidates candidates = route_candidates(circuit, technology, maps);
  const auto label = gcell_values(circuit, circuit.label, 1).value;
  const auto pearson_of = [&](const std::vector<float>& parameters) {
    const auto routes = SoftRoutes(parameters, candidates).maps();
    std::vector<double> demand, known;
    for (std::size_t g = 0; g < label.size(); ++g) {
      if (std::isnan(label[g])) continue;
      demand.push_back(routes[0][g] + routes[1][g]);
      known.push_back(label[g]);
    }
    return pearson(demand, known);
  };
  const double before = pearson_of(SoftRoutes::initial(1)), after = pearson_of(learned);
  EXPECT_GT(after, before + 0.05);
  EXPECT_GT(after, 0.85);
}

// A label that a map tells to the last digit, and one that only routes chosen otherwise than by chance tell.
TEST(LearnedRoutes, StayUntrainedWhereAMapTellsMore) {
  Circuit circuit = small_circuit(1000);
  Deck deck = gcell_deck();
  deck.features = FeatureSet::routes;
  const Technology& technology = circuit.placement.technology;
  const auto label_by = [&](const std::vector<double>& map) {
    const GcellGrid grid = grid_of(circuit);
    for (std::int64_t i = 0; i < circuit.cells(); ++i) {
      circuit.label[i] = static_cast<float>(map[grid.at(circuit.position[i][0], circuit.position[i][1])]);
    }
  };
  const auto maps = placement_maps(circuit, technology);
  const auto demand =
      std::find_if(maps.map.begin(), maps.map.end(), [](const auto& m) { return m.name == "demand_h"; });
  ASSERT_NE(demand, maps.map.end());
  label_by(demand->value);
  const TrainingCircuits by_map = one_circuit(deck, circuit, "test");
  EXPECT_FALSE(by_map.routes_hold);
  EXPECT_EQ(by_map.model.technology.routes, RouteLearner(Mpi::alone(), deck, by_map).untrained());

  std::vector<float> router = SoftRoutes::initial(1);
  Random random(3);
  for (float& parameter : router) parameter += static_cast<float>(0.4 * random.normal());
  router.back() = 1;  // the scale
  label_by(SoftRoutes(router, route_candidates(circuit, technology, maps)).maps()[0]);
  const TrainingCircuits by_routes = one_circuit(deck, circuit, "test");
  EXPECT_TRUE(by_routes.routes_hold);
  EXPECT_EQ(by_routes.model.technology.routes, RouteLearner(Mpi::alone(), deck, by_routes).of_all());
  EXPECT_TRUE(RouteLearner(Mpi::alone(), deck, by_routes).of_others().front().empty()) << "there are no others";
}

TEST(GcellTraining, DecksThatMakeNoSenseAreRefused) {
  const auto refused = [](const std::string& deck, const std::string& hint) {
    try {
      parse_deck(deck, "deck.yaml");
      FAIL() << deck;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(hint), std::string::npos) << error.what();
    }
  };
  refused("model: {relations: lattice}", "use model.nodes: gcells");
  refused("model: {nodes: gcells, relations: nets+bins}\ntrain: {split_by: tiles}", "use model.nodes: cells");
  refused("model: {relations: nets+bins, adjacency: expanded}", "use model.adjacency: nets");
  refused("model: {relations: nets+bins, flips: on}", "use model.relations: lattice");
  refused("model: {nodes: gcells, relations: nets+lattice, adjacency: expanded}\ntrain: {split_by: tiles}",
          "use model.adjacency: nets");
  refused("model: {nodes: gcells, flips: on}", "use model.relations: lattice");
  refused("model: {nodes: gcells}\ntrain: {split_by: cells}", "use train.split_by: tiles");
  EXPECT_NO_THROW(
      parse_deck("model: {nodes: gcells, relations: nets+lattice, flips: on}\ntrain: {split_by: tiles}", "deck.yaml"));
}

}  // namespace
}  // namespace gsrgnn
