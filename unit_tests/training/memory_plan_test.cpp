// The plan of a training's memory: what is planned is what is allocated, and what is said to fit is the most that does.

#include <gtest/gtest.h>

#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/trainer.hpp>
#include <gsrgnn/util/text.hpp>
#include <set>

#include "support/files.hpp"
#include "support/small_circuits.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

/// Decks of every kind of model, in both forms of the graph.
std::vector<Deck> decks_of_all_kinds() {
  std::vector<Deck> decks;
  const auto add = [&](ModelKind kind, int groups, Residual residual, double dropout) {
    for (const Adjacency adjacency : {Adjacency::nets, Adjacency::expanded}) {
      Deck deck = small_deck();
      deck.model.kind = kind;
      deck.model.groups = groups;
      deck.model.residual = residual;
      deck.model.dropout = dropout;
      deck.model.adjacency = adjacency;
      decks.push_back(deck);
    }
  };
  add(ModelKind::gcn, 1, Residual::sparse, 0);
  add(ModelKind::sage, 1, Residual::sparse, 0);
  add(ModelKind::res, 1, Residual::sparse, 0.3);
  for (const double dropout : {0.0, 0.3}) {
    add(ModelKind::rev, 2, Residual::sparse, dropout);
    add(ModelKind::rev, 4, Residual::sparse, dropout);
    add(ModelKind::gsr, 2, Residual::sparse, dropout);
    add(ModelKind::gsr, 2, Residual::dense, dropout);
  }
  return decks;
}

std::string describe(const Deck& deck) {
  return to_yaml(deck);
}

MemoryPlan plan_of(const Deck& deck, const Circuit& circuit, std::int64_t keep_within = MemoryPlan::kKeepNone) {
  return MemoryPlan(deck.model, size_for_training(deck, circuit, "test"), keep_within);
}

std::int64_t sum_of_parts(const MemoryPlan& plan) {
  std::int64_t sum = 0;
  for (std::size_t part = 0; part < kMemoryParts; ++part) sum += plan.planned(static_cast<MemoryPart>(part));
  return sum;
}

TEST(MemoryPlan, IsWhatEveryTrainingAllocates) {
  for (const Circuit& circuit : {small_circuit(200), small_circuit_with_two_labels()}) {
    for (Deck deck : decks_of_all_kinds()) {
      SCOPED_TRACE(describe(deck));
      deck.train.epochs = 2;
      for (const auto& [keep, within] :
           {std::pair(Keep::none, MemoryPlan::kKeepNone), {Keep::all, MemoryPlan::kKeepAll}}) {
        deck.keep = keep;
        const MemoryPlan plan = plan_of(deck, circuit, within);
        const MemoryUse used = train_one(deck, circuit).memory;
        EXPECT_EQ(used.planned, plan.planned());
        EXPECT_EQ(used.allocated, plan.planned());
        EXPECT_EQ(sum_of_parts(plan), plan.planned());
        EXPECT_EQ(plan.planned(), keep == Keep::all ? plan.planned_keeping_all() : plan.planned_keeping_none());
      }
    }
  }
}

TEST(MemoryPlan, SaysWhereTheBytesGo) {
  const Circuit circuit = small_circuit(1000);
  Deck deck = small_deck();
  deck.model.layers = 10;
  deck.model.hidden = 128;
  deck.model.k = 16;
  const MemoryPlan plan = plan_of(deck, circuit);
  // As the paper has it: a value of 4 bytes and an index of 1, for each of k in each row and layer.
  EXPECT_NEAR(plan.planned(MemoryPart::activations), 10 * 1000 * 16 * (4 + 1), 512);
  EXPECT_EQ(plan.planned(MemoryPart::adam), 2 * plan.planned(MemoryPart::parameters));
  EXPECT_EQ(plan.planned(MemoryPart::best), plan.planned(MemoryPart::parameters));
  EXPECT_EQ(plan.planned(MemoryPart::embedding), 2 * 1000 * 128 * 4);
  EXPECT_EQ(plan.planned(MemoryPart::dropout), 0);
  EXPECT_NEAR(plan.planned(MemoryPart::graph), 4 * (2 * circuit.pins() + circuit.nets() + 3 * circuit.cells()),
              6 * 256);

  deck.model.dropout = 0.5;
  EXPECT_NEAR(plan_of(deck, circuit).planned(MemoryPart::dropout), 2 * 1000 * 128, 512);
  deck.model.adjacency = Adjacency::expanded;
  EXPECT_NEAR(plan_of(deck, circuit).planned(MemoryPart::graph), 4 * (count(circuit).edges + 2 * circuit.cells()),
              1024);
  deck.model.kind = ModelKind::rev;
  EXPECT_EQ(plan_of(deck, circuit).planned(MemoryPart::activations), 0);
  deck.model.kind = ModelKind::sage;
  deck.model.groups = 1;
  EXPECT_EQ(plan_of(deck, circuit).planned(MemoryPart::activations), 10 * 1000 * 128 * 4);
}

/// The largest value from 1 to `most` whose plan is within the limit, by trying all; 0: none.
template <class Set>
int try_all(const Deck& deck, const Circuit& circuit, std::int64_t limit, int most, const Set& set) {
  int fits = 0;
  for (int value = 1; value <= most; ++value) {
    Deck other = deck;
    set(other.model, value);
    if (plan_of(other, circuit).planned() <= limit) fits = value;
  }
  return fits;
}

// Limits just at a plan, just below one, and between, of circuits so small that rounding hides most of what k adds.
TEST(MemoryPlan, TheMostThatFitsIsTheMost) {
  for (const Circuit& circuit : {small_circuit(150), awkward_circuit()}) {
    for (const Deck& deck : decks_of_all_kinds()) {
      SCOPED_TRACE(describe(deck));
      const MemoryPlan plan = plan_of(deck, circuit);
      for (const int layers : {1, 2, 7, 20}) {
        Deck other = deck;
        other.model.layers = layers;
        const std::int64_t limit = plan_of(other, circuit).planned();
        for (const std::int64_t around : {limit - 1, limit, limit + 1, limit + 3000}) {
          EXPECT_EQ(plan.most_layers(around),
                    try_all(deck, circuit, around, 40, [](ModelSettings& m, int value) { m.layers = value; }));
        }
      }
      if (!traits_of(deck.model.kind).k) {
        EXPECT_EQ(plan.most_k(plan.planned()), std::nullopt);
        continue;
      }
      for (const int k : {1, 3, 10, 16}) {
        Deck other = deck;
        other.model.k = k;
        const std::int64_t limit = plan_of(other, circuit).planned();
        for (const std::int64_t around : {limit - 1, limit, limit + 100, limit + 5000}) {
          EXPECT_EQ(plan.most_k(around), try_all(deck, circuit, around, deck.model.hidden / deck.model.groups,
                                                 [](ModelSettings& m, int value) { m.k = value; }));
        }
      }
    }
  }
}

TEST(MemoryPlan, TheMostIsWhatADeckCanAskFor) {
  const MemoryPlan plan = plan_of(small_deck(), awkward_circuit());
  EXPECT_EQ(plan.most_layers(std::int64_t{1} << 60U), kMostLayers);
  EXPECT_EQ(plan.most_k(std::int64_t{1} << 60U), 16);
  EXPECT_EQ(plan.most_layers(1), 0);
  EXPECT_EQ(plan.most_k(1), 0);
}

std::string refusal(const Deck& deck, const Circuit& circuit) {
  try {
    train_one(deck, circuit);
  } catch (const RunError& error) {
    return error.what();
  }
  return "";
}

TEST(MemoryPlan, ATrainingKeepsToTheLimit) {
  const Circuit circuit = small_circuit(200);
  Deck deck = small_deck();
  deck.model.layers = 8;
  deck.train.epochs = 1;
  const MemoryPlan plan = plan_of(deck, circuit);
  deck.memory_limit = plan.planned();
  EXPECT_EQ(refusal(deck, circuit), "");
  EXPECT_EQ(train_one(deck, circuit).memory.allocated, plan.planned());

  deck.memory_limit = plan.planned() - 1;
  const std::string message = refusal(deck, circuit);
  for (const std::string& words :
       {fmt::format("{} bytes", with_commas(plan.planned())), std::string("do not fit the memory limit of"),
        fmt::format("{} bytes", with_commas(deck.memory_limit)),
        fmt::format("with k 4 up to {} layers do", plan.most_layers(deck.memory_limit)),
        fmt::format("with 8 layers a k up to {} does", *plan.most_k(deck.memory_limit))}) {
    EXPECT_NE(message.find(words), std::string::npos) << words << " in: " << message;
  }
  EXPECT_LT(plan.most_layers(deck.memory_limit), 8);

  deck.memory_limit = 1000;
  EXPECT_NE(refusal(deck, circuit).find("fewer layers or a smaller k would not do either"), std::string::npos);
  deck.model.kind = ModelKind::rev;
  EXPECT_NE(refusal(deck, circuit).find("fewer layers would not do either, a smaller model.hidden might"),
            std::string::npos);
  deck.memory_limit = plan_of(deck, circuit).planned() - 1;
  EXPECT_NE(refusal(deck, circuit).find("; up to 7 layers do"), std::string::npos) << refusal(deck, circuit);
}

// Limits between the two ends: each layer costs the same, and what is kept is the most that fits.
TEST(MemoryPlan, KeepsAsManyLayersAsFit) {
  const Circuit circuit = small_circuit(200);
  for (const Residual residual : {Residual::sparse, Residual::dense}) {
    Deck deck = small_deck();
    deck.model.layers = 8;
    deck.model.residual = residual;
    deck.train.epochs = 1;
    const std::int64_t none = plan_of(deck, circuit).planned_keeping_none();
    const std::int64_t all = plan_of(deck, circuit).planned_keeping_all();
    // As the paper's CBSR, or the values of both blocks.
    EXPECT_NEAR(all - none, (residual == Residual::sparse ? 7 * (4 + 1) : 7 * (4 + 4)) * 200 * 4, 1024);
    std::set<int> kept;
    for (int sixteenth = -1; sixteenth <= 17; ++sixteenth) {
      deck.memory_limit = none + (all - none) * sixteenth / 16;
      const MemoryPlan plan = plan_of(deck, circuit, keep_within(deck, deck.memory_limit));
      kept.insert(plan.kept_layers());
      if (sixteenth < 0) {
        EXPECT_EQ(plan.planned(), none);
        continue;
      }
      EXPECT_LE(plan.planned(), deck.memory_limit);
      EXPECT_EQ(train_one(deck, circuit).memory.allocated, plan.planned());
      if (plan.kept_layers() < 8) {
        EXPECT_GT(plan.planned() + (all - none) / 7, deck.memory_limit - 1024);
      }
    }
    EXPECT_EQ(*kept.begin(), 0);
    EXPECT_EQ(*kept.rbegin(), 8);
    EXPECT_GE(kept.size(), 7U);
  }
}

TEST(MemoryPlan, OfWhatIsFreeLayersAreKeptWithinAHalf) {
  Deck deck = small_deck();
  EXPECT_EQ(keep_within(deck, 1000), 500);
  deck.memory_limit = 1000;
  EXPECT_EQ(keep_within(deck, 1000), 1000);
  deck.keep = Keep::none;
  EXPECT_EQ(keep_within(deck, 1000), MemoryPlan::kKeepNone);
  deck.keep = Keep::all;
  EXPECT_EQ(keep_within(deck, 1000), MemoryPlan::kKeepAll);
}

TEST(MemoryPlan, WhatHasToKeepAllAndDoesNotFitIsToldSo) {
  const Circuit circuit = small_circuit(200);
  Deck deck = small_deck();
  deck.train.epochs = 1;
  deck.keep = Keep::all;
  const MemoryPlan plan = plan_of(deck, circuit, MemoryPlan::kKeepAll);
  deck.memory_limit = plan.planned() - 1;
  EXPECT_NE(refusal(deck, circuit).find("; with keep: fit it does"), std::string::npos) << refusal(deck, circuit);
  deck.keep = Keep::fit;
  EXPECT_EQ(refusal(deck, circuit), "");
  deck.keep = Keep::all;
  deck.memory_limit = plan.planned_keeping_none() - 1;
  EXPECT_NE(
      refusal(deck, circuit).find(fmt::format("with k 4 up to {} layers do", plan.most_layers(deck.memory_limit))),
      std::string::npos)
      << refusal(deck, circuit);
}

TEST(MemoryPlan, WithoutALimitItIsWhatTheDeviceHas) {
  Deck deck = small_deck();
  EXPECT_GT(memory_limit(Mpi::alone(), deck), 0);
  deck.memory_limit = 12345;
  EXPECT_EQ(memory_limit(Mpi::alone(), deck), 12345);
}

TEST(MemoryPlan, ACircuitWithoutLabelsHasNone) {
  Circuit circuit = small_circuit(200);
  circuit.label.clear();
  circuit.label_name.clear();
  expect_message(input_error([&] { size_for_training(small_deck(), circuit, "c.h5"); }), "c.h5: ", {"no label"});
}

}  // namespace
}  // namespace gsrgnn
