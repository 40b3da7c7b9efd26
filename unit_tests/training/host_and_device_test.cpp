// Host and device are two places even where they share their memory: every kernel runs, and trainings and predictions
// of every kind end, while the host is kept out of device memory; and an epoch copies no more than it has to.

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <gsrgnn/kernels/fixed_sum.hpp>
#include <gsrgnn/models/gsr_stack.hpp>
#include <gsrgnn/training/trainer.hpp>
#include <set>
#include <sstream>

#include "support/execution_spaces.hpp"
#include "support/guarded_memory.hpp"
#include "support/host_kept_out.hpp"
#include "support/small_training.hpp"
#include "support/two_relations.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

using Exec = Kokkos::DefaultExecutionSpace;

/// A deck of every kind of model and every choice of kernels within it.
std::vector<Deck> decks_of_every_kind() {
  std::vector<Deck> decks;
  for (const auto kind : {ModelKind::gcn, ModelKind::sage, ModelKind::rev, ModelKind::gsr}) {
    for (const auto adjacency : {Adjacency::nets, Adjacency::expanded}) {
      Deck deck = small_deck();
      deck.model.kind = kind;
      deck.model.adjacency = adjacency;
      deck.train.epochs = 3;
      if (kind == ModelKind::gcn || kind == ModelKind::sage) deck.model.groups = 1;
      decks.push_back(deck);
      if (kind == ModelKind::gcn || kind == ModelKind::sage) continue;
      deck.model.dropout = 0.3;
      if (kind == ModelKind::rev) deck.model.groups = 4;
      deck.model.residual = Residual::dense;
      deck.keep = Keep::none;
      decks.push_back(deck);
    }
  }
  decks.back().train.loss = TrainingLoss::hot;
  decks.back().train.clip = 1e-3;
  return decks;
}

/// Models of GCells, sparse and dense, with a lattice alone and with nets.
std::vector<Deck> decks_of_gcells() {
  std::vector<Deck> decks;
  for (const auto relations : {RelationSet::lattice, RelationSet::nets_and_lattice}) {
    Deck deck = small_deck();
    deck.train.split_by = SplitUnit::tiles;
    deck.train.epochs = 3;
    deck.model.nodes = Nodes::gcells;
    deck.model.relation_set = relations;
    deck.model.flips = relations == RelationSet::lattice ? Flips::on : Flips::off;
    decks.push_back(deck);
    deck.model.kind = ModelKind::rev;
    decks.push_back(deck);
  }
  return decks;
}

/// With a net so long that it is added up in pieces.
Circuit circuit_with_a_long_net() {
  Circuit circuit = small_circuit();
  for (int cell = 0; cell < kNetPiece + 10; ++cell) circuit.net_cell.push_back(cell);
  circuit.net_offset.push_back(circuit.pins());
  return circuit;
}

/// The kernels of joint training alone.
void sum_gradients() {
  constexpr std::int64_t kMany = 10000;
  const Exec space;
  Arena<Exec> arena(200000);
  const auto value = arena.take<Vector<float, Exec>>(kMany);
  const auto sum = arena.take<Vector<std::int64_t, Exec>>(kMany);
  const auto beyond = arena.take<Vector<int, Exec>>(1);
  const std::vector<float> halves(kMany, 0.5F);
  upload(space, value, halves);
  add_to_fixed_sum(space, value, sum, 0, kMany, 1.0, beyond);
  read_fixed_sum(space, sum, 0, kMany, value);
  EXPECT_EQ(download(space, value), halves);
}

/// The kernels of models on several relations alone.
void pass_messages_on_two_relations(const Circuit& circuit) {
  using Graph = TwoRelations<float, Exec>;
  const Exec space;
  ModelShape shape;
  shape.features = static_cast<int>(circuit.features());
  shape.types = static_cast<int>(circuit.type_name.size());
  shape.layers = 1;
  shape.hidden = 32;
  shape.k = 4;
  shape.relations = 2;
  const CircuitCounts size = count(circuit);
  Arena<Exec> arena(std::size_t{1} << 24U);
  Graph graph(arena, size);
  GsrModel<float, std::uint8_t, Exec> model(arena, shape, size.cells, Graph::intermediate_rows(size),
                                            Purpose::training);
  set_relations(space, graph, circuit);
  model.inputs().set(space, circuit.feature, circuit.cell_type);
  model.forward(space, graph, Pass::training);
  model.backward(space, graph, [](int) {});
  EXPECT_FALSE(model.take_found_nan(space));
}

/// The labels of all kernels in the public headers, which are all that there are.
std::set<std::string> kernels_in_sources() {
  std::set<std::string> labels;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(GSRGNN_SCRIPTS "/../include/gsrgnn")) {
    if (!entry.is_regular_file()) continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const std::string source = text.str();
    for (const std::string start : {"\"gsrgnn::kernels::", "\"gsrgnn::models::"}) {
      for (auto at = source.find(start); at != std::string::npos; at = source.find(start, at + 1)) {
        const auto end = source.find('"', at + 1);
        labels.insert(source.substr(at + 1, end - at - 1));
      }
    }
  }
  return labels;
}

TEST(HostAndDeviceTest, TheHostKeepsOutOfDeviceMemoryInEveryKernelAndTraining) {
  std::set<std::string> launched;
  const Circuit circuit = circuit_with_a_long_net();
  std::vector<Deck> decks = decks_of_every_kind();
  for (const Deck& deck : decks_of_gcells()) decks.push_back(deck);
  for (const Deck& deck : decks) {
    SCOPED_TRACE(to_yaml(deck));
    HostKeptOut guard;
    TrainingState kept;
    const auto keep_state = [&](std::int64_t epoch, const std::function<TrainingState()>& state) {
      if (epoch != 2) return;
      kept = state();
      for (StateArray* array : {&kept.parameters, &kept.moment1, &kept.moment2, &kept.best_parameters}) {
        if (array->size() > 0) *array = StateArray(array->part(0));  // in memory, for the device's goes
      }
    };
    const TrainedRun run = train_one(deck, circuit, ReportProgress(), nullptr, keep_state);
    const TrainedRun resumed = train_one(deck, circuit, ReportProgress(), &kept);
    EXPECT_EQ(resumed.prediction, run.prediction);
    EXPECT_EQ(predict(run.model, circuit, "test").value, run.prediction);
    launched.insert(guard.kernels().begin(), guard.kernels().end());
  }
  {
    HostKeptOut guard;
    sum_gradients();
    pass_messages_on_two_relations(circuit);
    launched.insert(guard.kernels().begin(), guard.kernels().end());
  }
  const auto written = kernels_in_sources();
  // The one form or the other of a block's backward pass (gsr_backward_rows.hpp).
  const std::set<std::string> other_form =
      Tuning<Exec>::kHost ? std::set<std::string>{"gsrgnn::models::backward_values"}
                          : std::set<std::string>{"gsrgnn::kernels::join_net_pieces", "gsrgnn::models::backward_rows",
                                                  "gsrgnn::models::backward_rows_sum"};
  EXPECT_GT(written.size(), 30U) << "the sources were not read";
  for (const std::string& kernel : written) {
    EXPECT_EQ(launched.count(kernel), other_form.count(kernel) == 0 ? 1U : 0U) << kernel << " was not launched, or was";
  }
}

TEST(HostAndDeviceTest, AHostThatLooksIntoDeviceMemoryDies) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  constexpr std::size_t kMany = 100000;
  const auto look = [&](bool read) {
    HostKeptOut guard;
    const Exec space;
    const Arena<Exec> plan;
    Arena<Exec> arena(kMany);
    const auto view = arena.take<Vector<unsigned char, Exec>>(kMany);
    upload(space, view, std::vector<unsigned char>(kMany, 7));
    if (download(space, view)[kMany / 2] != 7) std::_Exit(2);
    volatile unsigned char* const place = view.data() + kMany / 2;
    if (read) {
      std::_Exit(*place == 7 ? 0 : 3);
    } else {
      *place = 1;
      std::_Exit(0);
    }
  };
  EXPECT_DEATH(look(true), "");
  EXPECT_DEATH(look(false), "");
}

TEST(HostAndDeviceTest, AnEpochCopiesItsOutputTwoLossesAndFlagsAndNothingElse) {
  const Circuit circuit = small_circuit_with_two_labels();
  const auto outputs = static_cast<std::int64_t>(circuit.label.size());
  for (const Deck& with : decks_of_every_kind()) {
    SCOPED_TRACE(to_yaml(with));
    const auto copies_of = [&](int epochs) {
      Deck deck = with;
      deck.train.epochs = epochs;
      HostKeptOut guard;
      train_one(deck, circuit);
      return std::pair(guard.to_host(), guard.to_device());
    };
    const auto [host2, device2] = copies_of(2);
    const auto [host5, device5] = copies_of(5);
    const int flags = with.model.kind == ModelKind::gsr ? 2 : 0;  // a NaN was met, a state was not exact
    // Of a clipped gradient the norm, of each block.
    const int norms = with.train.clip > 0 ? 2 + with.model.layers * with.model.groups : 0;
    EXPECT_EQ(host5.count - host2.count, 3 * (3 + flags + norms));
    EXPECT_EQ(host5.bytes - host2.bytes,
              3 * (4 * outputs + (2 + norms) * 8 * Tuning<Exec>::kRowChunks + std::int64_t{4} * flags));
    EXPECT_EQ(device5.count, device2.count);
    EXPECT_EQ(device5.bytes, device2.bytes);
    EXPECT_GT(device2.bytes, 0);
  }
}

}  // namespace
}  // namespace gsrgnn
