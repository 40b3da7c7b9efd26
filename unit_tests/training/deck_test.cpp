// Every key of the deck, every way to give it, and the line and hint of every mistake.

#include <gtest/gtest.h>

#include <gsrgnn/training/deck.hpp>

#include "support/files.hpp"

namespace gsrgnn {
namespace {

using testing::expect_message;
using testing::input_error;
using testing::TestFolder;

class DeckTest : public ::testing::Test {
 protected:
  Deck read(const std::string& text, const std::vector<std::string>& overrides = {}) {
    path_ = folder_.write("deck.yaml", text);
    return read_deck(path_, overrides);
  }
  /// `line` 0: the message names the file alone; -1: any line.
  void expect_refused(const std::string& text, int line, const std::vector<std::string>& words) {
    SCOPED_TRACE(text);
    const std::string message = input_error([&] { read(text); });
    const std::string place = line > 0 ? fmt::format("{}:{}: ", path_, line) : path_ + (line == 0 ? ": " : ":");
    expect_message(message, place, words);
  }
  void expect_override_refused(const std::string& override, const std::vector<std::string>& words,
                               const std::string& text = "model: {k: 4}\n") {
    SCOPED_TRACE(override);
    expect_message(input_error([&] { read(text, {override}); }), override + ": ", words);
  }

  TestFolder folder_;
  std::string path_;
};

void expect_equal(const Deck& a, const Deck& b) {
  for_each_key(
      [](const DeckKey& key, const auto& /*rule*/, const auto& of_a, const auto& of_b) {
        if constexpr (std::is_array_v<std::remove_reference_t<decltype(of_a)>>) {
          EXPECT_TRUE(std::equal(std::begin(of_a), std::end(of_a), std::begin(of_b))) << key.path();
        } else {
          EXPECT_TRUE(of_a == of_b) << key.path();
        }
      },
      a, b);
  EXPECT_EQ(a.circuits.training, b.circuits.training);
  EXPECT_EQ(a.circuits.validation, b.circuits.validation);
  EXPECT_EQ(a.circuits.test, b.circuits.test);
  EXPECT_EQ(a.circuit, b.circuit);
  const auto generated = [](const GeneratorSpec& g) { return std::tie(g.cells, g.edges, g.seed, g.like, g.graph); };
  EXPECT_TRUE(generated(a.generate) == generated(b.generate));
  EXPECT_EQ(a.output, b.output);
}

TEST_F(DeckTest, NothingGivenMeansDefaults) {
  Deck expected;
  expected.output = "runs/deck.h5";
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "{}", "model:\ntrain:\ncircuit:\noutput:\n",
                           "model: {}\ntrain: {}\ncircuit: {generate: {}}\n", "model: {k: , layers: ~}\n"}) {
    SCOPED_TRACE(text);
    expect_equal(read(text), expected);
  }
  EXPECT_TRUE(expected.circuit.empty());
  EXPECT_EQ(expected.model.kind, ModelKind::gsr);
  EXPECT_EQ(expected.model.layers, 12);
  EXPECT_EQ(expected.model.hidden, 64);
  EXPECT_EQ(expected.model.groups, 2);
  EXPECT_EQ(expected.model.k, 8);
  EXPECT_EQ(expected.model.residual, Residual::sparse);
  EXPECT_EQ(expected.model.adjacency, Adjacency::nets);
  EXPECT_EQ(expected.train.epochs, 120);
  EXPECT_EQ(expected.train.learning_rate, 2e-3);
  EXPECT_EQ(expected.train.seed, 0U);
  EXPECT_EQ(expected.generate.cells, 2000);
  EXPECT_EQ(expected.generate.edges, 0);
}

TEST_F(DeckTest, EveryKeyIsRead) {
  const Deck deck = read(R"(
circuit:
  generate: {cells: 321, edges: 4567, seed: 89}
model:
  kind: gsr
  layers: 3
  hidden: 48
  groups: 2
  k: 5
  residual: dense
  adjacency: expanded
train:
  epochs: 7
  learning_rate: 1.5e-4
  schedule: cosine
  warm_up: 2
  seed: 12345678901
  split: [0.7, 0.2, 0.1]
output: some where/run.h5
)");
  EXPECT_TRUE(deck.circuit.empty());
  EXPECT_EQ(deck.generate.cells, 321);
  EXPECT_EQ(deck.generate.edges, 4567);
  EXPECT_EQ(deck.generate.seed, 89U);
  EXPECT_EQ(deck.model.kind, ModelKind::gsr);
  EXPECT_EQ(deck.model.layers, 3);
  EXPECT_EQ(deck.model.hidden, 48);
  EXPECT_EQ(deck.model.groups, 2);
  EXPECT_EQ(deck.model.k, 5);
  EXPECT_EQ(deck.model.residual, Residual::dense);
  EXPECT_EQ(deck.model.adjacency, Adjacency::expanded);
  EXPECT_EQ(deck.train.epochs, 7);
  EXPECT_EQ(deck.train.learning_rate, 1.5e-4);
  EXPECT_EQ(deck.train.schedule, Schedule::cosine);
  EXPECT_EQ(deck.train.warm_up, 2);
  EXPECT_EQ(deck.train.seed, 12345678901U);
  EXPECT_EQ(deck.train.split[0], 0.7);
  EXPECT_EQ(deck.train.split[1], 0.2);
  EXPECT_EQ(deck.train.split[2], 0.1);
  EXPECT_EQ(deck.output, "some where/run.h5");
  EXPECT_EQ(read("circuit: a b/fir.def\n").circuit, "a b/fir.def");
  const Deck named = read("circuit: {generate: {like: 356-R, graph: barabasi_albert}}\n");
  EXPECT_EQ(named.generate.like, "356-R");
  EXPECT_EQ(named.generate.graph, GeneratedGraph::barabasi_albert);
  EXPECT_EQ(read("model: {layers: 0, k: 1}\n").model.layers, 0);
  EXPECT_EQ(read("model: {k: 32}\n").model.k, 32);  // as wide as a group
}

TEST_F(DeckTest, CheckpointsAreNoPartOfTheRun) {
  const Deck usual = read("");
  EXPECT_EQ(usual.checkpoint.epochs, 0);
  EXPECT_EQ(usual.checkpoint.minutes, 10);
  const Deck deck = read("train: {checkpoint: {epochs: 50, minutes: 0.5}}\n");
  EXPECT_EQ(deck.checkpoint.epochs, 50);
  EXPECT_EQ(deck.checkpoint.minutes, 0.5);
  EXPECT_EQ(deck_identity(deck), deck_identity(usual));
  EXPECT_EQ(to_yaml(deck), to_yaml(usual));
  expect_refused("train: {checkpoint: {epoch: 5}}\n", 1,
                 {"unknown key 'train.checkpoint.epoch'", "did you mean 'epochs'"});
  expect_refused("train: {checkpoint: 5}\n", 1, {"'train.checkpoint' must be a mapping"});
  expect_refused("train:\n  checkpoint: {minutes: -1}\n", 2, {"'train.checkpoint.minutes' is '-1'"});
}

TEST_F(DeckTest, TheMemoryLimitIsNoPartOfTheRun) {
  const Deck usual = read("");
  EXPECT_EQ(usual.memory_limit, 0);
  EXPECT_EQ(read("memory_limit: 600MB\n").memory_limit, 600000000);
  EXPECT_EQ(read("memory_limit: 1.5 GiB\n").memory_limit, 1610612736);
  EXPECT_EQ(read("memory_limit: 123456789\n").memory_limit, 123456789);
  EXPECT_EQ(read("memory_limit:\n").memory_limit, 0);
  const Deck deck = read("memory_limit: 1GB\n", {"memory_limit=2GB"});
  EXPECT_EQ(deck.memory_limit, 2000000000);
  EXPECT_EQ(deck_identity(deck), deck_identity(usual));
  EXPECT_EQ(to_yaml(deck), to_yaml(usual));
  for (const char* wrong : {"600M", "0", "-1GB", "much", "1GB 2GB"}) {
    expect_refused(fmt::format("model: {{k: 4}}\nmemory_limit: {}\n", wrong), 2,
                   {fmt::format("'memory_limit' is '{}', which is no size", wrong), "600MB, 1.5GiB"});
  }
  expect_refused("memory_limit: [1GB]\n", 1, {"'memory_limit' must be a text"});
}

TEST_F(DeckTest, WhatIsKeptIsNoPartOfTheRun) {
  const Deck usual = read("");
  EXPECT_EQ(usual.keep, Keep::fit);
  EXPECT_EQ(read("keep: all\n").keep, Keep::all);
  const Deck deck = read("keep: fit\n", {"keep=none"});
  EXPECT_EQ(deck.keep, Keep::none);
  EXPECT_EQ(deck_identity(deck), deck_identity(usual));
  EXPECT_EQ(to_yaml(deck), to_yaml(usual));
  expect_refused("keep: half\n", 1, {"'half' is not a value of 'keep'", "fit, all, none"});
}

TEST_F(DeckTest, EveryKindHasKeysOfItsOwn) {
  const std::string all = "model: {kind: KIND, hidden: 30, groups: GROUPS, k: 15, residual: dense, dropout: 0.25}\n";
  const auto of = [&](const std::string& kind, const std::string& groups) {
    std::string text = all;
    text.replace(text.find("KIND"), 4, kind);
    text.replace(text.find("GROUPS"), 6, groups);
    return read(text);
  };
  const Deck rev = of("rev", "5"), gsr = of("gsr", "2"), gcn = of("gcn", "7"), sage = of("sage", "2");
  EXPECT_EQ(rev.model.kind, ModelKind::rev);
  EXPECT_EQ(rev.model.groups, 5);
  EXPECT_EQ(rev.model.dropout, 0.25);
  EXPECT_EQ(gsr.model.kind, ModelKind::gsr);
  EXPECT_EQ(gsr.model.k, 15);
  EXPECT_EQ(gsr.model.residual, Residual::dense);
  EXPECT_EQ(gsr.model.dropout, 0.25);
  EXPECT_EQ(gcn.model.dropout, 0);
  EXPECT_EQ(gcn.model.kind, ModelKind::gcn);
  EXPECT_EQ(sage.model.kind, ModelKind::sage);
  EXPECT_EQ(sage.model.groups, 1);
  EXPECT_EQ(gcn.model.groups, 1);
  const auto resolved = [](const Deck& deck) {
    const std::string yaml = to_yaml(deck);
    std::string keys;
    for (const char* key : {"groups", "k", "residual", "dropout"}) {
      if (yaml.find(std::string("  ") + key + ":") != std::string::npos) keys += std::string(key) + " ";
    }
    return keys;
  };
  EXPECT_EQ(resolved(rev), "groups dropout ");
  EXPECT_EQ(resolved(gsr), "groups k residual dropout ");
  EXPECT_EQ(resolved(gcn), "");
  EXPECT_EQ(resolved(sage), "");
  for (const Deck& deck : {rev, gsr, gcn, sage}) expect_equal(read(to_yaml(deck)), deck);
  EXPECT_EQ(read("model: {kind: rev, hidden: 4, k: 8}\n").model.hidden, 4) << "k is gsr's";
}

TEST_F(DeckTest, OverridesReplaceWhatTheDeckSays) {
  const std::string text = "circuit: fir.def\nmodel: {k: 4, layers: 3}\ntrain:\n  seed: 5\n";
  const Deck plain = read(text);
  Deck expected = plain;
  expected.model.k = 16;
  expect_equal(read(text, {"model.k=16"}), expected);
  expected.train.epochs = 9;
  expected.train.learning_rate = 0.5;
  expected.output = "x=y.h5";
  expect_equal(read(text, {"model.k=16", "train.epochs=9", "train.learning_rate=.5", "output=x=y.h5"}), expected);
  EXPECT_EQ(read(text, {"model.k=16", "model.k=2"}).model.k, 2);  // the last one counts
  EXPECT_EQ(read(text, {"model.residual=dense"}).model.residual, Residual::dense);
  EXPECT_EQ(read(text, {"train.split=[0.5, 0.25, 0.25]"}).train.split[1], 0.25);
  EXPECT_EQ(read(text, {"circuit=uart.def"}).circuit, "uart.def");
  EXPECT_EQ(read("", {"model.layers=5"}).model.layers, 5);
  EXPECT_EQ(read("train:\n", {"train.seed=5"}).train.seed, 5U);

  const Deck section = read(text, {"model={hidden: 32, k: 3}"});  // a whole section
  EXPECT_EQ(section.model.hidden, 32);
  EXPECT_EQ(section.model.k, 3);
  EXPECT_EQ(section.model.layers, Deck().model.layers);

  const Deck generated = read(text, {"circuit.generate.cells=77"});  // instead of the file
  EXPECT_TRUE(generated.circuit.empty());
  EXPECT_EQ(generated.generate.cells, 77);
  const Deck grown = read("circuit:\n  generate: {cells: 50, seed: 3}\n", {"circuit.generate.cells=77"});
  EXPECT_EQ(grown.generate.cells, 77);
  EXPECT_EQ(grown.generate.seed, 3U);
  EXPECT_EQ(read("circuit: {generate: {cells: 50}}\n", {"circuit=a.def"}).circuit, "a.def");
}

TEST_F(DeckTest, MisspeltKeysNameTheNearest) {
  expect_refused("model:\n  kind: gsr\n  layer: 5\n", 3, {"unknown key 'model.layer'", "did you mean 'layers'"});
  expect_refused("model: {K: 5}\n", 1, {"'model.K'", "'k'"});
  expect_refused("model:\n  residaul: dense\n", 2, {"'model.residaul'", "'residual'"});
  expect_refused("train:\n  learning-rate: 1\n", 2, {"'train.learning-rate'", "'learning_rate'"});
  expect_refused("trian:\n  seed: 1\n", 1, {"'trian'", "'train'"});
  expect_refused("# one\n# two\n\nout: x\n", 4, {"'out'", "'output'"});
  expect_refused("circuit:\n  generated: {}\n", 2, {"'circuit.generated'", "'generate'"});
  expect_refused("circuit:\n  generate:\n    seed: 1\n    cell: 7\n", 4, {"'circuit.generate.cell'", "'cells'"});
  expect_override_refused("model.layer=5", {"'model.layer'", "'layers'"});
  expect_override_refused("circuit.generate.edge=5", {"'circuit.generate.edge'", "'edges'"});
  expect_override_refused("seeds=5", {"unknown key 'seeds'"});
}

TEST_F(DeckTest, WrongValuesAreNamedWithTheirRange) {
  expect_refused("model:\n  layers: many\n", 2, {"'model.layers' is 'many'", "whole number from 0"});
  expect_refused("model:\n  layers: -1\n", 2, {"'model.layers' is '-1'", "from 0"});
  expect_refused("model:\n  layers: 1.5\n", 2, {"'model.layers' is '1.5'"});
  expect_refused("model:\n  layers: 3 4\n", 2, {"'3 4'"});
  expect_refused("model:\n  layers: [3]\n", 2, {"'model.layers' is not a single value"});
  expect_refused("model:\n  layers: {a: 3}\n", 2, {"not a single value"});
  expect_refused("model:\n  k: 0\n", 2, {"'model.k' is '0'", "from 1"});
  expect_refused("model:\n  hidden: 1\n", 2, {"'model.hidden' is '1'", "from 2"});
  expect_refused("model:\n  hidden: 99999999999\n", 2, {"'model.hidden' is '99999999999'"});
  expect_refused("model:\n  kind: gnn\n", 2, {"'gnn' is not a value of 'model.kind'", "gcn, sage, rev, gsr, res"});
  expect_refused("model:\n  kind: [gsr]\n", 2, {"'model.kind'", "text"});
  expect_refused("model:\n  residual: spares\n", 2, {"'spares'", "sparse, dense"});
  expect_refused("model:\n  adjacency: edges\n", 2, {"'edges'", "nets, expanded"});
  expect_refused("train:\n  epochs: 0\n", 2, {"'train.epochs' is '0'", "from 1"});
  expect_refused("train:\n  epochs: 1e3\n", 2, {"'train.epochs' is '1e3'"});
  expect_refused("train:\n  learning_rate: 0\n", 2, {"'train.learning_rate' is '0'"});
  expect_refused("train:\n  learning_rate: -1e-3\n", 2, {"'-1e-3'"});
  expect_refused("train:\n  learning_rate: .nan\n", 2, {"'.nan'"});
  expect_refused("train:\n  learning_rate: .inf\n", 2, {"'.inf'"});
  expect_refused("train:\n  learning_rate: fast\n", 2, {"'fast'", "a number"});
  expect_refused("train:\n  seed: -1\n", 2, {"'train.seed' is '-1'"});
  expect_refused("train:\n  seed: 99999999999999999999999\n", 2, {"'train.seed'"});
  for (const char* split : {"0.8", "[0.8, 0.2]", "[0.8, 0.1, 0.2]", "[0.8, 0.3, -0.1]", "[1, 0, 0]", "[a, b, c]",
                            "[0.8, 0.1, .nan]", "[0.25, 0.25, 0.25, 0.25]", "{training: 0.8}"}) {
    expect_refused(fmt::format("train:\n  seed: 1\n  split: {}\n", split), 3, {"'train.split'", "[0.8, 0.1, 0.1]"});
  }
  expect_refused("circuit:\n  generate:\n    cells: 1\n", 3, {"'circuit.generate.cells' is '1'", "from 2"});
  expect_refused("circuit:\n  generate:\n    edges: -5\n", 3, {"'circuit.generate.edges'"});
  expect_refused("circuit: [a, b]\n", 1, {"'circuit'"});
  expect_refused("circuit: \"\"\n", 1, {"'circuit'", "text"});
  expect_refused("circuit:\n  generate: 500\n", 2, {"'circuit.generate' must be a mapping"});
  expect_refused("output: [a]\n", 1, {"'output'", "text"});
  expect_refused("model: gsr\n", 1, {"'model' must be a mapping"});
  expect_refused("\n\ntrain:\n- epochs\n", 4, {"'train' must be a mapping"});
  expect_override_refused("model.layers=deep", {"'model.layers' is 'deep'", "whole number"});
  expect_override_refused("train.split=[1]", {"'train.split'"});
  expect_override_refused("model=5", {"'model' must be a mapping"});
  expect_override_refused("model={layers: deep}", {"'model.layers' is 'deep'"});
  expect_override_refused("model.k=[", {"not valid YAML"});
}

TEST_F(DeckTest, SizesHaveToFitEachOther) {
  expect_refused("model:\n  hidden: 16\n  k: 9\n", 3,
                 {"model.k (9)", "width of a group (8)", "at most 8", "larger model.hidden"});
  expect_refused("model:\n  hidden: 65\n", 2, {"model.hidden (65)", "not divisible", "model.groups (2)", "64 or 66"});
  expect_refused("model:\n  groups: 4\n", 2, {"model.groups is 4", "2 groups"});
  expect_refused("model:\n  kind: rev\n  groups: 1\n", 3, {"model.groups is 1", "2 groups or more"});
  expect_refused("model:\n  kind: rev\n  groups: 7\n  hidden: 64\n", 4,
                 {"model.hidden (64)", "model.groups (7)", "63 or 70"});
  expect_refused("model:\n  kind: rev\n  dropout: 1\n", 3, {"'model.dropout' is '1'", "from 0 to 0.99"});
  expect_override_refused("model.k=33", {"model.k (33)", "width of a group (32)"});
  expect_override_refused("model.hidden=7", {"model.hidden (7)", "6 or 8"});
}

// From scratch there is no body that could stay as it is.
TEST_F(DeckTest, ABodyHasARateOfItsOwnOnlyWhereOneIsGiven) {
  expect_refused("train:\n  seed: 1\n  body_rate: 0\n", 3, {"'train.body_rate'", "train.from"});
  expect_refused("train:\n  from_share: 0.5\n", 2, {"'train.from_share'", "train.from"});
  expect_refused("train:\n  from: a.h5\n  from_share: 2\n", 3, {"'train.from_share' is '2'", "from 0 to 1"});
  EXPECT_EQ(read("train: {from: a.h5, from_share: 0.5}\n").train.from_share, 0.5);
  expect_refused("train:\n  from: a.h5\n  body_rate: 1.5\n", 3, {"'train.body_rate' is '1.5'", "from 0 to 1"});
  expect_refused("train:\n  from: a.h5\n  body_rate: -1\n", 3, {"'train.body_rate' is '-1'"});
  EXPECT_EQ(read("train: {from: a.h5, body_rate: 0.1}\n").train.body_rate, 0.1);
  EXPECT_EQ(read("train: {body_rate: 1}\n").train.body_rate, 1);
}

// The key at fault has its default value: nothing in the deck can be pointed at but the deck itself.
TEST_F(DeckTest, DefaultsHaveToFitToo) {
  expect_refused("model:\n  hidden: 8\n", 0, {"model.k (8)", "width of a group (4)", "at most 4"});
  EXPECT_EQ(read("", {"model.k=8", "model.hidden=16"}).model.hidden, 16);
  const std::string message = input_error([&] { read("", {"model.hidden=8"}); });
  expect_message(message, path_, {"model.k (8)", "at most 4"});
}

TEST_F(DeckTest, KeysMayBeGivenOnce) {
  expect_refused("model:\n  k: 4\n  layers: 2\n  k: 5\n", 4, {"'model.k' is given twice", "keep one"});
  expect_refused("model: {k: 4}\ntrain: {}\nmodel: {k: 4}\n", 3, {"'model' is given twice"});
  expect_refused("circuit:\n  generate:\n    seed: 1\n    seed: 1\n", 4, {"'circuit.generate.seed' is given twice"});
}

TEST_F(DeckTest, WhatIsNotADeckIsRefused) {
  expect_refused("model: {k: 4\ntrain:\n", 2, {"not valid YAML"});
  expect_refused("model:\n\tk: 4\n", 2, {"not valid YAML"});
  expect_refused("a: b: c\n", 1, {"not valid YAML"});
  expect_refused("just a text\n", 0, {"mapping"});
  expect_refused("- model\n- train\n", 0, {"mapping"});
  expect_refused(std::string("\x89HDF\r\n\x1a\n\0\0\0\0", 12), -1, {});
  expect_refused("[a, b]: 5\n", 1, {});
  expect_refused("model:\n  [a, b]: 5\n", 2, {});
  expect_refused(std::string(100000, '['), 1, {"not valid YAML"});
  const std::string missing = folder_.path("missing.yaml");
  expect_message(input_error([&] { read_deck(missing, {}); }), missing + ": ", {"no such file"});
  expect_message(input_error([&] { read_deck(folder_.path(), {}); }), folder_.path() + ": ", {"folder"});
}

TEST_F(DeckTest, WhatIsNotAnOverrideIsRefused) {
  expect_override_refused("model.k", {"section.key=value"});
  expect_override_refused("=5", {"section.key=value"});
  expect_override_refused("model..k=5", {"unknown key"});
  expect_override_refused(".model.k=5", {"unknown key"});
  expect_override_refused("model.k.more=5", {"'model.k'"});
  // A variable that was not set, a comment, a null: not what the program would take by itself.
  for (const char* nothing : {"model.k=", "model.k=#4", "model.k=null"}) {
    expect_override_refused(nothing, {"gives no value", "model.k=VALUE"});
  }
}

TEST_F(DeckTest, AnOverrideChangesNoOtherKey) {
  const std::string text = "model: {layers: &n 4, hidden: *n, k: 2}\ntrain: &t {epochs: *n, seed: 1}\n";
  EXPECT_EQ(read(text).model.hidden, 4);
  EXPECT_EQ(read(text).train.epochs, 4);
  const Deck deck = read(text, {"model.layers=16"});
  EXPECT_EQ(deck.model.layers, 16);
  EXPECT_EQ(deck.model.hidden, 4);
  EXPECT_EQ(deck.train.epochs, 4);
  expect_refused("model: &m {layers: 4}\ntrain: *m\n", -1, {"train.layers"});  // a copy of the section
}

TEST_F(DeckTest, TheResolvedDeckReadsBackTheSame) {
  const std::vector<std::string> texts = {
      "",
      "circuit: fir.def\n",
      "circuit: {generate: {like: 356-R, graph: barabasi_albert, seed: 5}}\n",
      "circuit:\n  generate: {cells: 321, edges: 4567, seed: 9223372036854775807}\n"
      "model: {layers: 3, hidden: 48, k: 5, residual: dense, adjacency: expanded}\n"
      "train: {epochs: 7, learning_rate: 0.1, seed: 18, split: [0.3333333333333333, 0.3333333333333334, "
      "0.3333333333333333]}\noutput: a.h5\n",
      "circuit: '#odd: name, \"with\" [all]'\noutput: ' & * '\ntrain: {learning_rate: 1e-12}\n",
      "circuit: 'null'\noutput: '1e5'\ntrain: {learning_rate: 0.30000000000000004}\n",
      "circuit: \"two\\nlines\"\n",
      "train: {schedule: cosine, warm_up: 3}\n",
      "model: {kind: gcn, layers: 2}\n",
      "model: {kind: sage, adjacency: expanded}\n",
      "model: {kind: rev, groups: 4, dropout: 0.1}\n",
      "mode: joint\ncircuits: {training: [a.def, '#b'], test: [c.h5]}\ntrain: {batch: 3, split: [0.75, 0.25]}\n",
      "mode: joint\ncircuits: {training: [a], validation: [b, d], test: [c]}\n"};
  for (const std::string& text : texts) {
    SCOPED_TRACE(text);
    const Deck deck = read(text);
    const std::string yaml = to_yaml(deck);
    SCOPED_TRACE(yaml);
    const Deck back = read(yaml);
    expect_equal(back, deck);
    EXPECT_EQ(to_yaml(back), yaml);
    for (const char* key :
         {"circuit", "kind:", "layers:", "hidden:", "adjacency:", "epochs:", "learning_rate:", "seed:", "output:"}) {
      EXPECT_NE(yaml.find(key), std::string::npos) << key;
    }
    EXPECT_EQ(yaml.find("split:") == std::string::npos, !deck.circuits.validation.empty());
    EXPECT_EQ(yaml.find("mode:") == std::string::npos, deck.mode == Mode::independent);
    EXPECT_EQ(yaml.find("batch:") == std::string::npos, deck.mode == Mode::independent);
  }
}

// The text that a run file holds.
TEST_F(DeckTest, ResolvedDecksAreReadFromTheirText) {
  const Deck deck = read("model: {k: 3}\ncircuit: a.def\noutput: x.h5\n");
  expect_equal(parse_deck(to_yaml(deck), "text"), deck);
  expect_message(input_error([&] { parse_deck("model:\n  kk: 3\n", "run.h5:/deck"); }), "run.h5:/deck:2: ", {"'k'"});
}

TEST_F(DeckTest, AJointDeckListsItsCircuits) {
  const Deck deck =
      read("mode: joint\ncircuits:\n  training: [a.def, b.h5]\n  test:\n    - c.def\ntrain: {batch: 2}\n");
  EXPECT_EQ(deck.mode, Mode::joint);
  EXPECT_EQ(deck.circuits.training, (std::vector<std::string>{"a.def", "b.h5"}));
  EXPECT_EQ(deck.circuits.test, std::vector<std::string>{"c.def"});
  EXPECT_TRUE(deck.circuits.validation.empty());
  EXPECT_EQ(deck.train.batch, 2);
  EXPECT_EQ(deck.train.split[0], 0.9);
  EXPECT_EQ(deck.train.split[1], 0.1);
  const Deck other = read("mode: joint\ncircuits: {training: [a], test: [c]}\n",
                          {"circuits.validation=[d.def]", "circuits.test=[e.def,f.def]"});
  EXPECT_EQ(other.circuits.validation, std::vector<std::string>{"d.def"});
  EXPECT_EQ(other.circuits.test, (std::vector<std::string>{"e.def", "f.def"}));
  EXPECT_EQ(other.train.batch, 0);
  EXPECT_EQ(read("mode: independent\ncircuit: a.def\ntrain: {batch: 5}\n").train.batch, 0);
}

TEST_F(DeckTest, JointDecksWithMistakesAreRefused) {
  const std::string head = "mode: joint\ncircuits:\n";
  expect_refused("mode: joined\n", 1, {"'joined'", "independent, joint"});
  expect_refused("mode: joint\n", 0, {"circuits.training", "circuits: {training: [a.def, b.def], test: [c.def]}"});
  expect_refused(head + "  training: [a.def]\n", 0, {"circuits.test"});
  expect_refused(head + "  training: []\n  test: [b]\n", 3, {"'circuits.training'"});
  expect_refused(head + "  training: [a]\n  tests: [b]\n", 4, {"'circuits.tests'", "did you mean 'test'"});
  expect_refused(head + "  training: a.def\n  test: [b]\n", 3, {"is not a list", "training: [first.def"});
  expect_refused(head + "  training: [{generate: {cells: 9}}]\n  test: [b]\n", 3, {"not a file's name", "generate"});
  expect_refused(head + "  training: [a.def, b.def]\n  test: [./a.def]\n", 4, {"'./a.def' is named twice"});
  expect_refused(head + "  training: [a]\n  test: [b]\ncircuit: c.def\n", 5, {"no 'circuit'", "'circuits'"});
  expect_refused("circuits: {training: [a], test: [b]}\n", 1, {"joint", "mode: joint"});
  const std::string good = head + "  training: [a]\n  test: [b]\n";
  expect_refused(good + "train:\n  split: [0.8, 0.1, 0.1]\n", 6, {"two shares", "[0.9, 0.1]"});
  expect_refused(good + "  validation: [c]\ntrain:\n  split: [0.9, 0.1]\n", 7, {"whole circuits", "leave it out"});
  expect_refused(good + "train: {batch: -1}\n", 5, {"'train.batch'"});
}

TEST_F(DeckTest, ASweepIsNotADeck) {
  expect_refused("model: {}\nsweep:\n  k: [4]\n", 2, {"sweep", "use gsrgnn sweep"});
  expect_override_refused("sweep.k=[4]", {"use gsrgnn sweep"});
}

}  // namespace
}  // namespace gsrgnn
