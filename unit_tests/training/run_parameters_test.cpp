// What a run was made with is read from its deck, whatever that deck leaves out.

#include <gtest/gtest.h>

#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/training/run_parameters.hpp>

#include "support/files.hpp"

namespace gsrgnn {
namespace {

using testing::expect_message;
using testing::input_error;

TEST(RunParameters, AreThoseOfTheDeck) {
  Deck deck;
  deck.model.layers = 7;
  deck.model.hidden = 48;
  deck.model.k = 5;
  deck.model.residual = Residual::dense;
  deck.model.adjacency = Adjacency::expanded;
  deck.train.epochs = 9;
  deck.train.learning_rate = 0.0625;
  deck.train.seed = 123456789012;
  deck.train.split[0] = 0.7;
  deck.train.split[1] = 0.2;
  const RunParameters p = read_run_parameters(to_yaml(deck), "test");
  EXPECT_EQ(p.text("kind"), "gsr");
  EXPECT_EQ(p.whole("layers"), 7);
  EXPECT_EQ(p.whole("hidden"), 48);
  EXPECT_EQ(p.whole("groups"), 2);
  EXPECT_EQ(p.whole("k"), 5);
  EXPECT_EQ(p.text("residual"), "dense");
  EXPECT_EQ(p.text("adjacency"), "expanded");
  EXPECT_EQ(p.real("dropout"), 0);
  EXPECT_EQ(p.whole("epochs"), 9);
  EXPECT_EQ(p.real("learning_rate"), 0.0625);
  EXPECT_EQ(p.whole("seed"), 123456789012);
  EXPECT_EQ(p.text("split"), "0.7/0.2/0.1");
  EXPECT_EQ(p.text("mode"), "independent");
  EXPECT_EQ(p.whole("batch"), 0);
}

TEST(RunParameters, OfJointTrainings) {
  Deck deck;
  deck.mode = Mode::joint;
  deck.circuits.training = {"a.def"};
  deck.circuits.test = {"some/where.def", "b.h5"};
  deck.train.batch = 4;
  const RunParameters p = read_run_parameters(to_yaml(deck), "test");
  EXPECT_EQ(p.text("mode"), "joint");
  EXPECT_EQ(p.whole("batch"), 4);
  EXPECT_EQ(circuit_of_deck(to_yaml(deck)), "where+b");
}

TEST(RunParameters, OtherModelsHaveOtherKeys) {
  Deck deck;
  deck.model.kind = ModelKind::rev;
  deck.model.groups = 4;
  deck.model.dropout = 0.125;
  const RunParameters rev = read_run_parameters(to_yaml(deck), "test");
  EXPECT_EQ(rev.text("kind"), "rev");
  EXPECT_EQ(rev.whole("groups"), 4);
  EXPECT_EQ(rev.real("dropout"), 0.125);
  EXPECT_EQ(rev.whole("k"), 0);
  EXPECT_EQ(rev.text("residual"), "");
  deck.model.kind = ModelKind::gcn;
  const RunParameters gcn = read_run_parameters(to_yaml(deck), "test");
  EXPECT_EQ(gcn.text("kind"), "gcn");
  EXPECT_EQ(gcn.whole("groups"), 0);
  EXPECT_EQ(gcn.real("dropout"), 0);
}

TEST(RunParameters, KeysMayBeAbsentOrUnknown) {
  const RunParameters p =
      read_run_parameters("model: {kind: rev, layers: 3, dropout: 0.25, new_key: [1, 2]}\nfuture: 1\n", "test");
  EXPECT_EQ(p.text("kind"), "rev");
  EXPECT_EQ(p.whole("layers"), 3);
  EXPECT_EQ(p.real("dropout"), 0.25);
  EXPECT_EQ(p.whole("k"), 0);
  EXPECT_EQ(p.text("residual"), "");
  EXPECT_EQ(p.whole("seed"), 0);
  EXPECT_EQ(read_run_parameters("{}", "test").text("kind"), "");
}

TEST(RunParameters, WhatIsNoDeckIsAnError) {
  for (const char* text : {"", "words", "model: [", "model: {k: many}"}) {
    expect_message(input_error([&] { read_run_parameters(text, "run.h5:/deck"); }), "run.h5:/deck: ", {"not a deck"});
  }
}

TEST(RunParameters, ACircuitHasANameBeforeItIsOpened) {
  EXPECT_EQ(circuit_of_deck("circuit: some/where/fir.route.def\n"), "fir.route");
  EXPECT_EQ(circuit_of_deck("circuit: {generate: {like: 356-R}}\n"), "generated like 356-R");
  EXPECT_EQ(circuit_of_deck("circuit: {generate: {cells: 200, edges: 0}}\n"), "generated cells 200");
  for (const char* text : {"", "words", "circuit: [", "circuit: [1]", "circuit: {generate: 3}", "model: {}"}) {
    EXPECT_EQ(circuit_of_deck(text), "") << text;
  }
}

}  // namespace
}  // namespace gsrgnn
