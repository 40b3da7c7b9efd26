// The sweep deck: its product, its names, and the line and hint of every mistake.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <gsrgnn/campaign/sweep_deck.hpp>
#include <gsrgnn/training/cost_model.hpp>
#include <gsrgnn/util/hash.hpp>
#include <numeric>
#include <set>
#include <thread>

#include "support/files.hpp"

namespace gsrgnn {
namespace {

using testing::expect_message;
using testing::input_error;
using testing::TestFolder;

class SweepDeckTest : public ::testing::Test {
 protected:
  SweepDeck read(const std::string& text, const std::vector<std::string>& overrides = {}) {
    path_ = folder_.write("deck.yaml", text);
    return read_sweep_deck(path_, overrides);
  }
  /// The resolved decks of the runs, in their order.
  std::vector<Deck> decks(const std::string& text, const std::vector<std::string>& overrides = {}) {
    std::vector<Deck> decks;
    for (const SweepRun& run : read(text, overrides).runs) decks.push_back(parse_deck(run.identity, run.name));
    return decks;
  }
  /// `line` 0: the message names the file alone.
  void expect_refused(const std::string& text, int line, const std::vector<std::string>& words) {
    SCOPED_TRACE(text);
    const std::string message = input_error([&] { read(text); });
    expect_message(message, line > 0 ? fmt::format("{}:{}: ", path_, line) : path_ + ": ", words);
  }
  void expect_override_refused(const std::string& override, const std::vector<std::string>& words) {
    SCOPED_TRACE(override);
    expect_message(input_error([&] { read("sweep: {k: [4, 8]}\n", {override}); }), override + ": ", words);
  }

  TestFolder folder_;
  std::string path_;
};

TEST_F(SweepDeckTest, TheProductOfTheListsIsTheRuns) {
  const std::string text =
      "circuit: a.def\nmodel: {hidden: 32, k: 2}\ntrain: {epochs: 9}\n"
      "sweep:\n  layers: [10, 20, 30]\n  model.k: [4, 8]\n  train.seed: [5]\n";
  const auto runs = decks(text);
  ASSERT_EQ(runs.size(), 6U);
  for (std::size_t i = 0; i < 6; ++i) {  // the last list varies fastest
    EXPECT_EQ(runs[i].model.layers, 10 * (1 + static_cast<int>(i) / 2)) << i;
    EXPECT_EQ(runs[i].model.k, i % 2 == 0 ? 4 : 8) << i;
    EXPECT_EQ(runs[i].train.seed, 5U);
    EXPECT_EQ(runs[i].train.epochs, 9);
    EXPECT_EQ(runs[i].model.hidden, 32);
    EXPECT_EQ(runs[i].circuit, "a.def");
  }
  const SweepDeck sweep = read(text);
  EXPECT_EQ(sweep.combinations, 6);
  EXPECT_EQ(sweep.folder, "runs/deck");
  EXPECT_EQ(read(text + "output: some where\n").folder, "some where");
}

TEST_F(SweepDeckTest, EveryKeyOfADeckCanBeSwept) {
  const auto only = [&](const std::string& lists) {
    const auto two = decks("sweep: {" + lists + "}\n");
    EXPECT_EQ(two.size(), 2U) << lists;
    return two.back();
  };
  EXPECT_EQ(only("circuit: [a.def, b c.h5]").circuit, "b c.h5");
  EXPECT_EQ(only("circuit: [a.def, {generate: {cells: 77}}]").generate.cells, 77);
  EXPECT_EQ(only("layers: [1, 2]").model.layers, 2);
  EXPECT_EQ(only("hidden: [32, 16]").model.hidden, 16);
  EXPECT_EQ(only("residual: [sparse, dense]").model.residual, Residual::dense);
  EXPECT_EQ(only("adjacency: [nets, expanded]").model.adjacency, Adjacency::expanded);
  EXPECT_EQ(only("epochs: [1, 2]").train.epochs, 2);
  EXPECT_EQ(only("learning_rate: [1e-3, 2e-3]").train.learning_rate, 2e-3);
  EXPECT_EQ(only("seed: [0, 1]").train.seed, 1U);
  EXPECT_EQ(only("split: [[0.8, 0.1, 0.1], [0.7, 0.15, 0.15]]").train.split[0], 0.7);
  EXPECT_EQ(only("kind: [gsr, rev]").model.kind, ModelKind::rev);
  EXPECT_EQ(only("groups: [2, 4], kind: [rev]").model.groups, 4);
  EXPECT_EQ(only("dropout: [0, 0.5], kind: [rev]").model.dropout, 0.5);
}

TEST_F(SweepDeckTest, EqualRunsAreOne) {
  // k is gsr's alone.
  const SweepDeck kinds = read("sweep: {kind: [gcn, sage, rev, gsr], k: [4, 8], layers: [10, 20]}\n");
  EXPECT_EQ(kinds.combinations, 16);
  EXPECT_EQ(kinds.runs.size(), 10U);
  for (const SweepRun& run : kinds.runs) {
    EXPECT_EQ(run.name.find("-k") != std::string::npos, run.name.find("-gsr-") != std::string::npos) << run.name;
  }
  // Written differently, resolved alike.
  const SweepDeck sweep = read("sweep: {learning_rate: [0.001, 1e-3, 0.0010], seed: [1, 2]}\n");
  EXPECT_EQ(sweep.combinations, 6);
  ASSERT_EQ(sweep.runs.size(), 2U);
  EXPECT_NE(sweep.runs[0].identity, sweep.runs[1].identity);
}

TEST_F(SweepDeckTest, OverridesReachEveryRun) {
  const auto runs = decks("model: {layers: 3}\nsweep: {k: [4, 8]}\n",
                          {"model.layers=5", "sweep.k=[2, 3, 4]", "sweep.seed=[7]", "circuit=x.def"});
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[1].model.k, 3);
  EXPECT_EQ(runs[1].model.layers, 5);
  EXPECT_EQ(runs[1].train.seed, 7U);
  EXPECT_EQ(runs[1].circuit, "x.def");
  EXPECT_EQ(read("sweep: {k: [4]}\n", {"output=there"}).folder, "there");
  EXPECT_EQ(read("", {"sweep.k=[4, 8]"}).runs.size(), 2U);
}

TEST_F(SweepDeckTest, NamesTellTheRun) {
  const auto names = [&](const std::string& text) {
    std::vector<std::string> tokens;
    for (const SweepRun& run : read(text).runs) {
      const auto dash = run.name.rfind('-');
      const std::string hash = run.name.substr(dash + 1);
      EXPECT_EQ(hash.size(), 8U) << run.name;
      EXPECT_EQ(hash, fmt::format("{:08x}", static_cast<std::uint32_t>(identity_hash(run.identity))));
      tokens.push_back(run.name.substr(0, dash));
    }
    return tokens;
  };
  EXPECT_EQ(names("sweep: {seed: [0, 1], k: [8], circuit: [d/fir_route.def, b.h5]}\n"),
            (std::vector<std::string>{"fir_route-gsr-L12-D64-k8-s0", "b-gsr-L12-D64-k8-s0",
                                      "fir_route-gsr-L12-D64-k8-s1", "b-gsr-L12-D64-k8-s1"}));
  EXPECT_EQ(names("circuit: x.def\nsweep: {learning_rate: [1e-2], residual: [dense], adjacency: [expanded]}\n"),
            std::vector<std::string>{"x-gsr-L12-D64-k8-dense-expanded-lr0.01-s0"});
  EXPECT_EQ(names("train: {epochs: 7, split: [.5, .25, .25]}\n"
                  "sweep: {circuit: [{generate: {like: 356-R}}, {generate: {cells: 50}}, 'a b/c d$.def']}\n"),
            (std::vector<std::string>{"356-R-gsr-L12-D64-k8-e7-s0", "netlist50-gsr-L12-D64-k8-e7-s0",
                                      "c_d_-gsr-L12-D64-k8-e7-s0"}));
  // Of the deck alone: the same run has the same name in another sweep.
  EXPECT_EQ(read("sweep: {k: [4, 8]}\n").runs[0].name, read("sweep: {seed: [0], model.k: [4]}\n").runs[0].name);
  // Circuits of one name in two folders: the hash tells them apart.
  const SweepDeck sweep = read("sweep: {circuit: [a/x.def, b/x.def]}\n");
  EXPECT_NE(sweep.runs[0].name, sweep.runs[1].name);
}

// Files made on one machine are found on another, whatever the folder is called.
TEST_F(SweepDeckTest, TheHashIsOfTheDeckWithoutItsOutput) {
  Deck deck;
  deck.output = "one/place.h5";
  const std::string identity = deck_identity(deck);
  deck.output = "another.h5";
  EXPECT_EQ(deck_identity(deck), identity);
  EXPECT_EQ(deck_identity(to_yaml(deck), "deck"), identity);
  EXPECT_EQ(deck_identity(identity, "identity"), identity);
  deck.train.seed = 1;
  EXPECT_NE(deck_identity(deck), identity);
}

TEST_F(SweepDeckTest, CheckpointsAreOfTheSweepAndInNoName) {
  const SweepDeck usual = read("sweep: {k: [4, 8]}\n");
  EXPECT_EQ(usual.checkpoint.minutes, 10);
  const SweepDeck often = read("train: {checkpoint: {epochs: 7, minutes: 0}}\nsweep: {k: [4, 8]}\n");
  EXPECT_EQ(often.checkpoint.epochs, 7);
  EXPECT_EQ(often.checkpoint.minutes, 0);
  EXPECT_EQ(often.runs[1].name, usual.runs[1].name);
  EXPECT_EQ(often.runs[1].identity, usual.runs[1].identity);
  expect_refused("sweep:\n  checkpoint: [1, 2]\n", 2, {"unknown key 'sweep.checkpoint'"});
}

TEST_F(SweepDeckTest, TheMemoryLimitIsOfTheSweepAndInNoName) {
  const std::string text = "sweep: {k: [4, 8]}\n";
  EXPECT_EQ(read(text).memory_limit, 0);
  const SweepDeck limited = read(text + "memory_limit: 2GB\n");
  EXPECT_EQ(limited.memory_limit, 2000000000);
  EXPECT_EQ(limited.runs[1].name, read(text).runs[1].name);
  expect_refused(text + "memory_limit: 2G\n", 2, {"'memory_limit' is '2G'"});
  expect_refused("sweep: {memory_limit: [1GB, 2GB]}\n", 1, {"unknown key 'sweep.memory_limit'"});
}

TEST_F(SweepDeckTest, WhatIsKeptIsOfTheSweepAndInNoName) {
  const std::string text = "sweep: {k: [4, 8]}\n";
  EXPECT_EQ(read(text).keep, Keep::fit);
  const SweepDeck all = read(text + "keep: all\n");
  EXPECT_EQ(all.keep, Keep::all);
  EXPECT_EQ(all.runs[1].name, read(text).runs[1].name);
}

TEST_F(SweepDeckTest, IsToldFromADeck) {
  const std::string one = folder_.write("one.yaml", "model: {k: 4}\n"), many = folder_.write("many.yaml", "sweep:\n");
  EXPECT_EQ(std::get<Deck>(read_any_deck(one, {})).model.k, 4);
  EXPECT_EQ(std::get<Deck>(read_any_deck(one, {"model.k=2"})).model.k, 2);
  EXPECT_EQ(std::get<SweepDeck>(read_any_deck(one, {"sweep.k=[2]"})).runs.size(), 1U);
  expect_message(input_error([&] { read_any_deck(many, {}); }), many + ":1: ", {"holds no lists"});
  expect_message(input_error([&] { read_any_deck(folder_.path("no.yaml"), {}); }), folder_.path("no.yaml"),
                 {"no such"});
}

// <(...) of a shell: what has been read of it is gone.
TEST_F(SweepDeckTest, APipeIsReadOnce) {
  const std::string pipe = folder_.path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const char* text : {"model: {k: 4}\n", "sweep: {k: [4, 2]}\n"}) {
    std::thread writer([&] { testing::write_bytes(pipe, text); });
    const auto deck = read_any_deck(pipe, {});
    writer.join();
    if (const auto* sweep = std::get_if<SweepDeck>(&deck)) {
      EXPECT_EQ(sweep->runs.size(), 2U);
    } else {
      EXPECT_EQ(std::get<Deck>(deck).model.k, 4);
    }
  }
}

TEST_F(SweepDeckTest, ManyCombinationsAreReadInSeconds) {
  std::vector<int> seeds(1000), epochs(100);
  std::iota(seeds.begin(), seeds.end(), 0);
  std::iota(epochs.begin(), epochs.end(), 1);
  const auto start = std::chrono::steady_clock::now();
  const SweepDeck sweep = read(fmt::format("circuit: a.def\nsweep: {{seed: [{}], epochs: [{}]}}\n",
                                           fmt::join(seeds, ", "), fmt::join(epochs, ", ")));
  // Five seconds, as users build it; here without optimisation, and beside other tests.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(testing::kSanitized ? 200 : 20));
  EXPECT_EQ(sweep.runs.size(), 100000U);
  EXPECT_EQ(sweep.decks.size(), 100000U);
  EXPECT_EQ(sweep.decks[12345].train.seed, 123U);
  EXPECT_EQ(deck_identity(sweep.decks[12345]), sweep.runs[12345].identity);
}

// Thirty-two bits of a hash are not enough for all of time.
TEST_F(SweepDeckTest, TwoRunsOfOneNameAreRefusedWithACure) {
  expect_refused(
      "model: {layers: 2, hidden: 16, k: 4}\ntrain: {epochs: 1}\noutput: coll\nsweep: {circuit: "
      "[{generate: {cells: 200, seed: 39839}}, {generate: {cells: 200, seed: 84827}}]}\n",
      0, {"seed: 39839", "seed: 84827", "would both be named netlist200-gsr-", "sweep of its own"});
}

TEST_F(SweepDeckTest, MistakesNameLineAndCure) {
  expect_refused("model: {k: 4}\n", 0, {"no 'sweep'", "gsrgnn train"});
  expect_refused("sweep: {}\n", 1, {"holds no lists"});
  expect_refused("model: {}\nsweep:\n", 2, {"holds no lists"});
  expect_refused("sweep: [layers]\n", 1, {"'sweep' must be a mapping"});
  expect_refused("sweep:\n  k: [4]\n  layer: [1, 2]\n", 3, {"'sweep.layer'", "did you mean 'layers'"});
  expect_refused("sweep:\n  model.kk: [4]\n", 2, {"'sweep.model.kk'", "'model.k'"});
  expect_refused("sweep:\n  output: [a, b]\n", 2, {"'sweep.output'"});
  expect_refused("sweep:\n  layers: [1]\n  k: 8\n", 3, {"'sweep.k' is not a list", "write k: [8]"});
  expect_refused("sweep:\n  layers: []\n", 2, {"empty list", "leave it out"});
  expect_refused("sweep:\n  layers: [1, ]\n  k:\n", 3, {"'sweep.k' is not a list"});
  expect_refused("sweep:\n  k:\n  - 4\n  - 8\n  - 4\n", 5, {"'sweep.k' has 4 twice", "keep one"});
  expect_refused("sweep:\n  k: [4, ~]\n", 2, {"empty value"});
  expect_refused("sweep:\n  k: [4]\n  model.k: [8]\n", 3, {"'sweep.model.k' is given twice", "'k'"});
  expect_refused("sweep:\n  k: [4]\n  k: [8]\n", 3, {"'sweep.k' is given twice"});
  expect_refused("sweep:\n  k: [4,\n  x: 1\n", 4, {"not valid YAML"});
  expect_refused("sweep:\n  k: [4]\nmodle: {}\n", 3, {"'modle'", "'model'"});
  expect_refused("sweep:\n  k: [4]\nmodel:\n  layer: 3\n", 4, {"'model.layer'", "'layers'"});
  expect_refused("sweep: {k: [4]}\noutput: runs/x.h5\n", 2, {"is a folder", "write runs/x"});
  expect_refused("sweep: {k: [4]}\noutput: " + path_ + "\n", 2, {"is a folder", "is a file"});
  std::string many = "1";
  for (int i = 2; i <= 1001; ++i) many += fmt::format(", {}", i);
  expect_refused("model: {}\nsweep: {seed: [" + many + "], epochs: [" + many + "]}\n", 2, {"more than 1000000 runs"});
  expect_override_refused("sweep.k=4", {"'sweep.k' is not a list", "k: [4]"});
  expect_override_refused("sweep.kk=[4]", {"'sweep.kk'", "'k'"});
  expect_override_refused("model.k=4", {"varies 'model.k'", "sweep.k=[...]"});
  expect_override_refused("sweep.k=[4, 4]", {"4 twice"});
}

TEST_F(SweepDeckTest, CombinationsThatTheDeckRefusesAreNamed) {
  expect_refused("sweep:\n  hidden: [64,\n    16]\n  k:\n  - 8\n  - 16\n", 6,
                 {"model.k (16)", "group (8)", "in the run of hidden 16, k 16", "at most 8"});
  expect_refused("model:\n  k: 8\nsweep:\n  hidden: [64, 8]\n", 2, {"model.k (8)", "in the run of hidden 8"});
  expect_refused("sweep:\n  layers: [1, many]\n", 2, {"'many'", "in the run of layers many"});
  expect_refused("sweep:\n  kind: [gsr, gnn]\n", 2, {"'gnn' is not a value of 'model.kind'"});
  expect_refused("sweep:\n  circuit:\n  - a.def\n  - {[x]: 1}\n", 4, {"see inputs/"});
  EXPECT_EQ(read("model: {k: 40}\nsweep: {hidden: [128, 256]}\n").runs.size(), 2U);  // the base alone would not do
}

TEST_F(SweepDeckTest, TheSweepsOfTheProjectAreValid) {
  int sweeps = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(GSRGNN_INPUTS)) {
    if (entry.path().extension() != ".yaml") continue;
    if (testing::read_bytes(entry.path().string()).find("\nsweep:") == std::string::npos) continue;
    SCOPED_TRACE(entry.path());
    EXPECT_NO_THROW(read_sweep_deck(entry.path().string(), {}));
    ++sweeps;
  }
  EXPECT_GT(sweeps, 0);
}

TEST(CostModel, LongerRunsCostMore) {
  Deck deck;
  CircuitCounts counts;
  counts.cells = 4000;
  counts.pins = 14461;
  counts.edges = 160000;
  const double base = predicted_seconds(deck, counts);
  EXPECT_GT(base, 120 * 0.02);  // measured: 120 epochs of 0.079 s on one core
  EXPECT_LT(base, 120 * 0.3);
  const auto costs_more = [&](const auto& change) {
    Deck other = deck;
    change(other);
    EXPECT_GT(predicted_seconds(other, counts), base);
  };
  costs_more([](Deck& d) { d.model.layers = 13; });
  costs_more([](Deck& d) { d.model.hidden = 128; });
  costs_more([](Deck& d) { d.model.k = 9; });
  costs_more([](Deck& d) { d.train.epochs = 121; });
  costs_more([](Deck& d) { d.model.dropout = 0.5; });
  counts.cells *= 2;
  EXPECT_GT(predicted_seconds(deck, counts), base);
}

// A forward pass more, where cells of circuits that are trained on judge a model that is another while it trains.
TEST(CostModel, WhatJudgesCostsOnlyWhereItIsAPassOfItsOwn) {
  Deck deck;
  deck.mode = Mode::joint;
  const CircuitCounts counts{4000, 4000, 14461, 160000, 0, 0};
  const double alone = predicted_seconds(deck, counts);
  deck.train.batch = 1;
  EXPECT_GT(predicted_seconds(deck, counts), alone);
  deck.circuits.validation = {"held_out.h5"};
  EXPECT_EQ(predicted_seconds(deck, counts), alone);
}

// Epochs as they were measured, in seconds (D = 384, L = 10; one core of an EPYC): kinds are ranked rightly.
TEST(CostModel, KindsAreWeighedAgainstEachOther) {
  const CircuitCounts counts{38656, 39811, 156825, 6768184, 1476, 2403};
  const auto predicted = [&](ModelKind kind, int k, int hidden) {
    Deck deck;
    deck.train.epochs = 1;
    deck.model.kind = kind;
    deck.model.layers = 10;
    deck.model.hidden = hidden;
    deck.model.k = k;
    deck.model.groups = kind == ModelKind::gsr || kind == ModelKind::rev ? 2 : 1;
    return predicted_seconds(deck, counts);
  };
  const auto expect_near = [](double seconds, double measured) {
    EXPECT_GT(seconds, measured / 2.5);
    EXPECT_LT(seconds, measured * 2.5);
  };
  expect_near(predicted(ModelKind::rev, 8, 384), 5.08);
  expect_near(predicted(ModelKind::gsr, 16, 384), 1.17);
  expect_near(predicted(ModelKind::gsr, 4, 384), 0.85);
  EXPECT_GT(predicted(ModelKind::rev, 8, 384), 2 * predicted(ModelKind::gsr, 16, 384));
  EXPECT_GT(predicted(ModelKind::sage, 8, 384), predicted(ModelKind::rev, 8, 384));
  EXPECT_GT(predicted(ModelKind::sage, 8, 384), predicted(ModelKind::gcn, 8, 384));
  // In narrow models a dense product costs little.
  EXPECT_GT(predicted(ModelKind::gsr, 32, 64), predicted(ModelKind::rev, 8, 64));
}

TEST_F(SweepDeckTest, JointDecksAreSwept) {
  const std::string text =
      "mode: joint\nsweep:\n  circuits:\n    - {training: [a.def, b.def], test: [some/c.def]}\n"
      "    - {training: [a.def], validation: [b.def], test: [c.def, d.h5]}\n  batch: [0, 1]\n";
  const auto runs = decks(text);
  ASSERT_EQ(runs.size(), 4U);
  EXPECT_EQ(runs[0].mode, Mode::joint);
  EXPECT_EQ(runs[0].circuits.test, std::vector<std::string>{"some/c.def"});
  EXPECT_EQ(runs[1].train.batch, 1);
  EXPECT_EQ(runs[2].circuits.validation, std::vector<std::string>{"b.def"});
  const SweepDeck sweep = read(text);
  EXPECT_EQ(sweep.runs[0].name.rfind("joint-c-gsr-L12-D64-k8-s0-", 0), 0U) << sweep.runs[0].name;
  EXPECT_EQ(sweep.runs[3].name.rfind("joint-c+d-gsr-L12-D64-k8-b1-s0-", 0), 0U) << sweep.runs[3].name;
  expect_refused("mode: joint\nsweep:\n  circuits:\n    - {training: [a.def], test: [a.def]}\n", 4,
                 {"named twice", "in the run of"});
}

}  // namespace
}  // namespace gsrgnn
