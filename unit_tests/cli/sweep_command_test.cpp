// gsrgnn sweep as a user sees it: by one rank and by several, again, and with runs that fail.

#include <cstdio>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <set>
#include <sstream>

#include "support/small_training.hpp"
#include "support/sweep.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class SweepCommand : public SweepTest {};

TEST_F(SweepCommand, AnyNumberOfRanksGivesTheSameRuns) {
  expect_said(sweep("deck.yaml"), 0, "8 of 8 runs done (8 new, 0 already there), 0 failed, 0 remain");
  const auto alone = results("out");
  ASSERT_EQ(alone.size(), 8U);
  for (const int ranks : {1, 2, 4}) {
    const std::string folder = fmt::format("by{}", ranks);
    const Outcome shared = sweep("deck.yaml output=" + folder, ranks);
    expect_said(shared, 0, "8 of 8 runs done (8 new, 0 already there), 0 failed, 0 remain");
    EXPECT_EQ(shared.err.find("gsrgnn: "), std::string::npos)
        << shared.err;  // Kokkos may warn of more ranks than cores
    EXPECT_TRUE(results(folder) == alone) << ranks;
    // One line a rank, and one a run, each whole.
    std::istringstream lines(shared.out);
    std::set<std::string> numbers;
    int of_ranks = 0, of_runs = 0;
    for (std::string line; std::getline(lines, line);) {
      // Rank, host, process, device, threads and memory.
      int rank = 0, pid = 0, threads = 0, length = 0;
      double gigabytes = 0;
      const int found =
          std::sscanf(line.c_str(), "rank %d: %*s  pid %d  %*s on %*[^,], %d thread%*[s ]%lf GB of memory%n", &rank,
                      &pid, &threads, &gigabytes, &length);
      const bool whole = found == 4 && length == static_cast<int>(line.size());
      of_ranks += whole && pid > 0 && threads > 0 && gigabytes > 0 ? 1 : 0;
      if (line[0] != '[') continue;
      ++of_runs;
      numbers.insert(line.substr(0, line.find(']')));
      EXPECT_TRUE(line.find("  Pearson ") != std::string::npos && line.find(" s  rank ") != std::string::npos) << line;
      const std::string name = line.substr(line.find(' ') + 1);
      EXPECT_EQ(alone.count(name.substr(0, name.find("  ")) + ".h5"), 1U) << line;
    }
    EXPECT_EQ(of_ranks, ranks) << shared.out;
    EXPECT_EQ(of_runs, 8) << shared.out;
    EXPECT_EQ(numbers.size(), 8U) << shared.out;
  }
  // They are collected by the name of the deck.
  ASSERT_EQ(
      std::system(fmt::format("cd '{}' && '{}' collect deck.yaml output=by2/ >/dev/null", work_.path(), GSRGNN_PROGRAM)
                      .c_str()),
      0);
  EXPECT_EQ(Hdf5Reader(work_.path("by2.h5")).shape("runs"), Shape{8});
  // The file is that of gsrgnn train on the run's deck.
  const Hdf5Reader run(work_.path("out/" + alone.begin()->first));
  const Deck deck = parse_deck(run.string("deck"), "deck");
  EXPECT_EQ(deck.output, "out/" + alone.begin()->first);
  work_.write("one.yaml", to_yaml(deck));
  ASSERT_EQ(std::system(fmt::format("cd '{}' && '{}' train one.yaml output=train/{} >/dev/null", work_.path(),
                                    GSRGNN_PROGRAM, alone.begin()->first)
                            .c_str()),
            0);
  EXPECT_EQ(results("train").begin()->second, alone.begin()->second);
}

TEST_F(SweepCommand, LongestRunsStartFirst) {
  const Outcome outcome = sweep("deck.yaml sweep.k=[4] sweep.layers=[1,9,3,27]");
  std::vector<std::size_t> at;
  for (const char* layers : {"-L27-", "-L9-", "-L3-", "-L1-"}) at.push_back(outcome.out.find(layers));
  EXPECT_TRUE(std::is_sorted(at.begin(), at.end()) && at.back() != std::string::npos) << outcome.out;
}

TEST_F(SweepCommand, ASecondStartTrainsWhatIsMissingAndDamaged) {
  sweep("deck.yaml");
  const auto whole = results("out");
  const auto names = files("out", ".h5");
  std::map<std::string, std::filesystem::file_time_type> times;
  for (const auto& name : names) times[name] = written("out/" + name);

  expect_said(sweep("deck.yaml", 2), 0, "8 of 8 runs done (0 new, 8 already there), 0 failed, 0 remain");
  for (const auto& name : names) EXPECT_EQ(written("out/" + name), times[name]) << name;

  std::filesystem::remove(work_.path("out/" + names[1]));
  const std::string bytes = read_bytes(work_.path("out/" + names[5]));
  write_bytes(work_.path("out/" + names[5]), bytes.substr(0, bytes.size() / 3));
  std::filesystem::copy_file(work_.path("out/" + names[0]), work_.path("out/" + names[6]),
                             std::filesystem::copy_options::overwrite_existing);
  const Outcome mended = sweep("deck.yaml", 2);
  expect_said(mended, 0, "8 of 8 runs done (3 new, 5 already there), 0 failed, 0 remain");
  EXPECT_NE(mended.out.find("out/" + names[5] + ": "), std::string::npos) << mended.out;
  EXPECT_NE(mended.out.find("another deck; it is trained again"), std::string::npos) << mended.out;
  EXPECT_TRUE(results("out") == whole);
  // A longer list: only what is new.
  expect_said(sweep("deck.yaml sweep.seed=[0,1,2]"), 0, "12 of 12 runs done (4 new, 8 already there)");
}

TEST_F(SweepCommand, FailedRunsAreRecordedAndTheOthersGoOn) {
  Circuit circuit = small_circuit(200);
  write_circuit(circuit, work_.path("good.h5"));
  circuit.label.assign(200, 0.5F);
  write_circuit(circuit, work_.path("constant.h5"));
  work_.write("cut.h5", read_bytes(work_.path("good.h5")).substr(0, 3000));
  work_.write("deck.yaml", R"(model: {hidden: 16, k: 4, layers: 2}
train: {epochs: 20, split: [0.6, 0.2, 0.2]}
sweep: {circuit: [missing.def, cut.h5, constant.h5, good.h5], learning_rate: [0.002, 1000]}
output: out
)");
  const Outcome first = sweep("deck.yaml", 2);
  expect_said(first, 3, "1 of 8 runs done (1 new, 0 already there), 7 failed, 0 remain");
  EXPECT_NE(first.err.find("gsrgnn: 7 of 8 runs failed"), std::string::npos) << first.err;
  ASSERT_EQ(files("out", ".failed").size(), 7U);
  const auto diverged = files("out", ".failed")[4];
  ASSERT_EQ(diverged.rfind("good-gsr-L2-D16-k4-e20-lr1000-", 0), 0U) << diverged;
  const auto record = Json::parse(read_bytes(work_.path("out/" + diverged)));
  EXPECT_NE(record["reason"].get<std::string>().find("diverged"), std::string::npos) << record;
  EXPECT_EQ(record["exit_code"], 3);
  EXPECT_EQ(record["final"], true);
  EXPECT_EQ(parse_deck(record["deck"], "record").train.learning_rate, 1000);
  for (const auto& name : files("out", ".failed")) {
    const auto other = Json::parse(read_bytes(work_.path("out/" + name)));
    EXPECT_EQ(other["exit_code"], name == diverged ? 3 : 2) << other;
    EXPECT_NE(first.out.find("failed: " + name.substr(0, name.size() - 7) + "  "), std::string::npos) << first.out;
  }

  // What was mended is tried again; what diverged is not, for it would again.
  const auto time = written("out/" + diverged);
  write_circuit(small_circuit(200), work_.path("cut.h5"));
  write_circuit(small_circuit(200), work_.path("constant.h5"));
  const Outcome second = sweep("deck.yaml", 2);
  expect_said(second, 3, "3 of 8 runs done (2 new, 1 already there), 5 failed, 0 remain");
  EXPECT_EQ(written("out/" + diverged), time);
  EXPECT_NE(second.out.find("failed: " + diverged.substr(0, diverged.size() - 7) + "  training diverged"),
            std::string::npos)
      << second.out;
  EXPECT_EQ(files("out", ".failed").size(), 5U);  // the records of what is done now are gone
  EXPECT_EQ(files("out", ".h5").size(), 3U);
}

TEST_F(SweepCommand, WhatDoesNotFitIsRecorded) {
  const Outcome outcome =
      sweep("deck.yaml sweep.layers=[20000] sweep.seed=[0] sweep.k=[2] sweep.hidden=[65536] sweep.epochs=[2]");
  expect_said(outcome, 3, "1 failed, 0 remain");
  EXPECT_NE(outcome.out.find("do not fit"), std::string::npos) << outcome.out;
  const auto failed = files("out", ".failed");
  ASSERT_FALSE(failed.empty());
  EXPECT_EQ(Json::parse(read_bytes(work_.path("out/" + failed.back())))["final"], false);
}

TEST_F(SweepCommand, RunsBeyondTheLimitAreNotTriedAndTheOthersGoOn) {
  // Between the plans of one layer and of 50.
  const std::string deck = "deck.yaml sweep.layers=[1,50] sweep.k=[2] memory_limit=300kB";
  const Outcome validated = sweep("--validate " + deck);
  expect_said(validated, 3, "do not fit the memory limit of");
  for (const int ranks : {0, 2}) {
    const Outcome outcome = sweep(deck, ranks);
    expect_said(outcome, 3, "2 failed, 0 remain");
    EXPECT_NE(outcome.out.find("do not fit the memory limit of 300,000 bytes"), std::string::npos) << outcome.out;
    EXPECT_EQ(files("out", ".h5").size(), 2U);
    const auto failed = files("out", ".failed");
    ASSERT_EQ(failed.size(), 2U);
    const auto record = Json::parse(read_bytes(work_.path("out/" + failed.back())));
    EXPECT_NE(record["reason"].get<std::string>().find("with k 2 up to "), std::string::npos) << record;
    EXPECT_EQ(record["exit_code"], 3);
    EXPECT_EQ(record["final"], false);
  }
  // With more memory they are trained, under the same names.
  expect_said(sweep("deck.yaml sweep.layers=[1,50] sweep.k=[2] memory_limit=1GB"), 0, "4 of 4 runs done (2 new, 2 al");
  EXPECT_TRUE(files("out", ".failed").empty());
}

TEST_F(SweepCommand, RanksOfOneHostShareItsMemory) {
  const auto gigabytes = [&](const Outcome& outcome) {
    const auto end = outcome.out.find(" GB"), start = outcome.out.rfind(' ', end - 1);
    return std::stod(outcome.out.substr(start, end - start));
  };
  const double one = gigabytes(sweep("--validate deck.yaml")), of_two = gigabytes(sweep("--validate deck.yaml", 2));
  EXPECT_GT(of_two, 0.3 * one);
  EXPECT_LT(of_two, 0.7 * one);
}

TEST_F(SweepCommand, ValidationListsTheRunsAndLeavesNothing) {
  for (const int ranks : {0, 2}) {
    const Outcome outcome = sweep("--validate deck.yaml", ranks);
    expect_said(outcome, 0, "valid: the runs would be written to out");
    for (const char* word : {"seconds", "MB", "-L1-D16-k2-", "-L2-D16-k4-", "8 runs"}) {
      EXPECT_NE(outcome.out.find(word), std::string::npos) << word << " in " << outcome.out;
    }
  }
  EXPECT_EQ(work_.listing(), std::vector<std::string>{"deck.yaml"});
  // Runs are planned, and what is planned is what plan says.
  const std::string text = sweep("--validate deck.yaml").out;
  const std::string plan =
      fmt::format("cd '{}' && '{}' plan --json deck.yaml >plan.json", work_.path(), GSRGNN_PROGRAM);
  ASSERT_EQ(std::system(plan.c_str()), 0);
  const Json plans = Json::parse(read_bytes(work_.path("plan.json")));
  std::filesystem::remove(work_.path("plan.json"));
  ASSERT_EQ(plans["runs"].size(), 8U);
  for (const auto& planned : plans["runs"]) {
    const auto line = text.find(planned["name"].get<std::string>() + " ");
    ASSERT_NE(line, std::string::npos) << text;
    const std::string megabytes = fmt::format(" {:.1f}\n", planned["memory"]["planned"].get<double>() * 1e-6);
    EXPECT_EQ(text.compare(text.find('\n', line) + 1 - megabytes.size(), megabytes.size(), megabytes), 0) << text;
  }
  const Outcome missing = sweep("--validate deck.yaml 'sweep.circuit=[missing.def,{generate: {cells: 100}}]'");
  expect_said(missing, 3, "missing.def: no such file");
  EXPECT_NE(missing.err.find("8 of 16 runs cannot be trained"), std::string::npos) << missing.err;
  EXPECT_EQ(work_.listing(), std::vector<std::string>{"deck.yaml"});
}

TEST_F(SweepCommand, MistakesAreSaidOnceBeforeAnythingStarts) {
  work_.write("file", "not a folder");
  const auto was = work_.listing();
  const auto expect_refused = [&](const std::string& arguments, const std::string& words, int most_ranks = 0) {
    for (int ranks = 0; ranks <= most_ranks; ranks += 2) {  // mpirun takes two seconds to say that a rank failed
      const Outcome outcome = sweep(arguments, ranks);
      EXPECT_EQ(outcome.code, 2) << outcome.err;
      EXPECT_EQ(outcome.out, "");
      const auto at = outcome.err.find("gsrgnn: " + words);
      EXPECT_EQ(at, 0U) << words << " in " << outcome.err;
      EXPECT_EQ(outcome.err.find("gsrgnn: ", at + 1), std::string::npos) << "twice: " << outcome.err;
    }
    EXPECT_EQ(work_.listing(), was);
  };
  expect_refused("deck.yaml sweep.layer=[1]", "sweep.layer=[1]: unknown key 'sweep.layer'");
  expect_refused("deck.yaml sweep.k=[4,100]", "sweep.k=[4,100]: model.k (100)", 2);
  expect_refused("deck.yaml output=file", "output=file: the output of a sweep is a folder");
  expect_refused("deck.yaml output=/proc/out", "/proc/out/", 2);
  expect_refused("missing.yaml", "missing.yaml: no such file");
  const int status = std::system(
      fmt::format("cd '{}' && '{}' train deck.yaml 2>'{}'", work_.path(), GSRGNN_PROGRAM, texts_.path("err")).c_str());
  EXPECT_EQ(WEXITSTATUS(status), 2);
  EXPECT_EQ(read_bytes(texts_.path("err")),
            "gsrgnn: deck.yaml:5: the deck is a sweep, of many runs; use gsrgnn sweep\n");
}

// Rank 0 has a run that takes longer than all others together: they go on meanwhile. With osc/pt2pt a draw needs rank
// 0's help, which its training gives after each epoch.
TEST_F(SweepCommand, RanksDoNotWaitForRankZero) {
  for (const char* component : {"sm", "pt2pt"}) {
    const std::string folder = std::string("osc_") + component;
    const Outcome outcome = sweep("deck.yaml sweep.k=[4] sweep.layers=[1] sweep.seed=[0] output=" + folder +
                                      " sweep.epochs=[3000,5,6,7,8,9,10,11,12]",
                                  2, std::string("export OMPI_MCA_osc=") + component + ";");
    expect_said(outcome, 0, "9 of 9 runs done");
    const auto longest = outcome.out.find("-e3000-");
    ASSERT_NE(longest, std::string::npos) << outcome.out;
    const auto line = outcome.out.rfind('\n', longest) + 1;
    EXPECT_EQ(outcome.out.substr(line, 5), "[9/9]") << "the longest run must end last: " << outcome.out;
  }
}

}  // namespace
}  // namespace gsrgnn
