// Decks that would crash a reader, keep it busy for ever or mean something else than they seem to.

#include <gtest/gtest.h>

#include <chrono>
#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/training/run_parameters.hpp>

#include "support/files.hpp"

namespace gsrgnn {
namespace {

using testing::expect_message;
using testing::input_error;
using testing::TestFolder;

class HostileDeck : public ::testing::Test {
 protected:
  Deck read(const std::string& text, const std::vector<std::string>& overrides = {}) {
    path_ = folder_.write("deck.yaml", text);
    return read_deck(path_, overrides);
  }
  /// Within seconds, however long the text. `line` 0: the message names the file alone.
  void expect_refused(const std::string& text, int line, const std::vector<std::string>& words) {
    SCOPED_TRACE(text.substr(0, 100));
    const auto start = std::chrono::steady_clock::now();
    const std::string message = input_error([&] { read(text); });
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(testing::kSanitized ? 30 : 10));
    expect_message(message, line > 0 ? fmt::format("{}:{}: ", path_, line) : path_ + ": ", words);
  }

  TestFolder folder_;
  std::string path_;
};

std::string doubling(int times) {
  std::string text = "m0: &a0 {a: 1, b: 1}\n";
  for (int i = 1; i <= times; ++i) text += fmt::format("m{}: &a{} {{a: *a{}, b: *a{}}}\n", i, i, i - 1, i - 1);
  return text;
}

TEST_F(HostileDeck, AnAnchorThatContainsItselfIsRefused) {
  expect_refused("model: &m {x: *m}\n", 1, {"not valid YAML", "an anchor contains itself"});
  expect_refused("train:\n  a: &a\n  - [1, {b: *a}]\n", 3, {"an anchor contains itself"});
  expect_message(input_error([&] { read("", {"sweep.k=&a [*a]"}); }), "sweep.k=&a [*a]: ", {"contains itself"});
  // In a run file.
  expect_message(input_error([] { parse_deck("model: &m {x: *m}\n", "run.h5:/deck"); }),
                 "run.h5:/deck:1: ", {"contains itself"});
  expect_message(input_error([] { read_run_parameters("model: &m {kind: *m}\n", "run.h5:/deck"); }),
                 "run.h5:/deck: ", {"contains itself"});
  EXPECT_EQ(circuit_of_deck("circuit: &m {generate: *m}\n"), "");
}

TEST_F(HostileDeck, AliasesDoNotMultiply) {
  expect_refused(doubling(30), 11, {"aliases make more of it than a deck can be"});
  // Few of them are what they stand for.
  EXPECT_EQ(read("model: {layers: &n 4, hidden: *n, k: 2}\n").model.hidden, 4);
  expect_refused("m: [" + doubling(0).substr(4, 20) + "]\n", 1, {"unknown key 'm'"});
}

TEST_F(HostileDeck, SizeAndDepthHaveLimits) {
  std::string keys;
  for (int i = 0; i < 200000; ++i) keys += fmt::format("k{}: {}\n", i, i);
  expect_refused(keys, 150000, {"more values than a deck can have"});
  expect_refused(std::string(100000, '['), 1, {"not valid YAML", "too deep"});
  expect_refused("# " + std::string(17000000, '.'), 0, {"longer than a deck can be"});
}

TEST_F(HostileDeck, ADeckIsOneDocument) {
  expect_refused("model: {k: 4}\n---\nmodel: {k: 2}\n", 2, {"a second document begins"});
  EXPECT_EQ(read("---\nmodel: {k: 4}\n...\n").model.k, 4);
  EXPECT_EQ(read("%YAML 1.2\n---\nmodel: {k: 4}\n").model.k, 4);
}

// What follows NUL would be no part of a file's name.
TEST_F(HostileDeck, NoTextHoldsNul) {
  expect_refused("\noutput: \"precious.txt\\0.h5\"\n", 2, {"holds NUL"});
  expect_refused(std::string("model: {k: 4}\noutput: a\0b.h5\n", 29), 2, {"holds NUL"});
  expect_message(input_error([&] { read("", {"output=\"a\\0.h5\""}); }), "output=", {"holds NUL"});
}

// A run file's deck would name another circuit.
TEST_F(HostileDeck, EveryTextIsUtf8) {
  expect_refused("\ncircuit: b\xfclow.def\n", 2, {"not UTF-8"});
  expect_refused("model: {\xff: 4}\n", 1, {"not UTF-8"});
  expect_refused("output: \"\\uffff.h5\"\n", 1, {"not UTF-8"});
  expect_message(input_error([&] { read("", {"output=b\xfc.h5"}); }), "output=", {"not UTF-8"});
  EXPECT_EQ(read("output: b\xc3\xbc\xe2\x82\xac.h5  # \xfc\n").output, "b\xc3\xbc\xe2\x82\xac.h5");
}

TEST_F(HostileDeck, NumbersAreDecimal) {
  EXPECT_EQ(read("train: {epochs: 0100, seed: 008, learning_rate: 00.5}\n").train.epochs, 100);
  EXPECT_EQ(read("train: {seed: 008}\n").train.seed, 8U);
  EXPECT_EQ(read("", {"train.epochs=0100"}).train.epochs, 100);
  EXPECT_EQ(read("", {"train.epochs=+7"}).train.epochs, 7);
  EXPECT_EQ(read("train: {learning_rate: 00.5}\n").train.learning_rate, 0.5);
  EXPECT_EQ(read("train: {learning_rate: .5, split: [.5, 0.25, 2.5e-1]}\n").train.split[2], 0.25);
  for (const char* number : {"0x10", "1e2", "1.0", "1_000", "0b1", "'1 '", "--1", "+-1", "inf"}) {
    expect_refused(fmt::format("train:\n  epochs: {}\n", number), 2, {"'train.epochs' is '", "whole number"});
  }
  for (const char* number : {"0x1p3", ".inf", ".nan", "inf", "nan", "1,5"}) {
    expect_refused(fmt::format("train:\n  learning_rate: '{}'\n", number), 2, {"'train.learning_rate' is '"});
  }
}

TEST_F(HostileDeck, BlocksOfAModelHaveALimit) {
  expect_refused("model:\n  kind: rev\n  hidden: 65536\n  groups: 65536\n  layers: 4\n", 5,
                 {"model.layers (4) times model.groups (65536)", "at most 3 layers, or fewer groups"});
  EXPECT_EQ(read("model: {kind: rev, hidden: 65536, groups: 65536, layers: 3}\n").model.groups, 65536);
  EXPECT_EQ(read("model: {layers: 100000}\n").model.layers, kMostLayers);
}

}  // namespace
}  // namespace gsrgnn
