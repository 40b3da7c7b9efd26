// gsrgnn sweep as a user and a scheduler see it: by one rank and by several, again, killed, twice at once, on a full
// disk.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/util/hdf5_file.hpp>
#include <gsrgnn/util/random.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <thread>

#include "support/child_process.hpp"
#include "support/files.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

// Eight runs of some milliseconds.
const std::string kDeck = R"(circuit:
  generate: {cells: 200, seed: 1}
model: {hidden: 16, k: 4, layers: 2}
train: {epochs: 5, split: [0.6, 0.2, 0.2]}
sweep:
  layers: [1, 2]
  k: [2, 4]
  seed: [0, 1]
output: out
)";

// Of some tenths of a second.
constexpr int kEpochs = kSanitized ? 150 : 1500;

struct Outcome {
  int code;
  std::string out, err;
};

class SweepCommand : public ::testing::Test {
 protected:
  std::string command(const std::string& arguments, int ranks, const std::string& before = "") const {
    const std::string mpirun = fmt::format("'{}' -n {}", GSRGNN_MPIRUN, ranks);
    return fmt::format(
        "cd '{}' && export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
        "OMPI_MCA_rmaps_base_oversubscribe=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1; {} exec {} '{}' sweep {}",
        work_.path(), before, ranks > 0 ? mpirun : "", GSRGNN_PROGRAM, arguments);
  }
  /// Runs "gsrgnn sweep ARGUMENTS" in the work folder; by 0 ranks: without mpirun.
  Outcome sweep(const std::string& arguments, int ranks = 0, const std::string& before = "") const {
    const std::string out = texts_.path("out"), err = texts_.path("err");
    const int status =
        std::system(fmt::format("({}) >'{}' 2>'{}' </dev/null", command(arguments, ranks, before), out, err).c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_bytes(out), read_bytes(err)};
  }
  void expect_said(const Outcome& outcome, int code, const std::string& words) const {
    EXPECT_EQ(outcome.code, code) << outcome.out << outcome.err;
    EXPECT_NE(outcome.out.find(words), std::string::npos) << words << " in:\n" << outcome.out << outcome.err;
  }

  /// Starts it in the background, standard output into the file.
  pid_t start(const std::string& arguments, int ranks, const std::string& out) const {
    return testing::start_shell(command(arguments, ranks), out);
  }
  static int wait_for(pid_t child) { return testing::wait_for_exit(child); }

  /// Lets the sweep into "out" stand still while it has a run under way, as its locks tell.
  bool stop_under_way(pid_t sweep) const {
    const std::string locks = work_.path("out/sweep.lock");
    const bool locked = wait_until(sweep, [&] {
      const int file = ::open(locks.c_str(), O_RDWR);
      struct flock all {};
      all.l_type = F_WRLCK;
      const bool held = file >= 0 && ::fcntl(file, F_GETLK, &all) == 0 && all.l_type != F_UNLCK;
      if (file >= 0) ::close(file);
      return held;
    });
    ::kill(sweep, SIGSTOP);
    return locked;
  }

  std::vector<std::string> files(const std::string& folder, const std::string& extension) const {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(work_.path(folder), error)) {
      if (entry.path().extension() == extension) names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  /// All that a run computed, by the run's name.
  std::map<std::string, std::vector<double>> results(const std::string& folder) const {
    std::map<std::string, std::vector<double>> all;
    for (const std::string& name : files(folder, ".h5")) {
      const Hdf5Reader file(work_.path(folder + "/" + name));
      auto& of_run = all[name] = file.array<double>("curves/loss");
      for (const double score : file.array<double>("scores/test")) of_run.push_back(score);
      for (const float value : file.array<float>("predictions/value")) of_run.push_back(value);
    }
    return all;
  }
  /// When the file was last written.
  std::filesystem::file_time_type written(const std::string& name) const {
    return std::filesystem::last_write_time(work_.path(name));
  }

  TestFolder work_{"_work"}, texts_{"_texts"};
};

TEST_F(SweepCommand, AnyNumberOfRanksGivesTheSameRuns) {
  work_.write("deck.yaml", kDeck);
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
  work_.write("deck.yaml", kDeck);
  const Outcome outcome = sweep("deck.yaml sweep.k=[4] sweep.layers=[1,9,3,27]");
  std::vector<std::size_t> at;
  for (const char* layers : {"-L27-", "-L9-", "-L3-", "-L1-"}) at.push_back(outcome.out.find(layers));
  EXPECT_TRUE(std::is_sorted(at.begin(), at.end()) && at.back() != std::string::npos) << outcome.out;
}

TEST_F(SweepCommand, ASecondStartTrainsWhatIsMissingAndDamaged) {
  work_.write("deck.yaml", kDeck);
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
  const auto record = nlohmann::json::parse(read_bytes(work_.path("out/" + diverged)));
  EXPECT_NE(record["reason"].get<std::string>().find("diverged"), std::string::npos) << record;
  EXPECT_EQ(record["exit_code"], 3);
  EXPECT_EQ(record["final"], true);
  EXPECT_EQ(parse_deck(record["deck"], "record").train.learning_rate, 1000);
  for (const auto& name : files("out", ".failed")) {
    const auto other = nlohmann::json::parse(read_bytes(work_.path("out/" + name)));
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
  work_.write("deck.yaml", kDeck);
  const Outcome outcome =
      sweep("deck.yaml sweep.layers=[20000] sweep.seed=[0] sweep.k=[2] sweep.hidden=[65536] sweep.epochs=[2]");
  expect_said(outcome, 3, "1 failed, 0 remain");
  EXPECT_NE(outcome.out.find("do not fit"), std::string::npos) << outcome.out;
  const auto failed = files("out", ".failed");
  ASSERT_FALSE(failed.empty());
  EXPECT_EQ(nlohmann::json::parse(read_bytes(work_.path("out/" + failed.back())))["final"], false);
}

TEST_F(SweepCommand, RunsBeyondTheLimitAreNotTriedAndTheOthersGoOn) {
  work_.write("deck.yaml", kDeck);
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
    const auto record = nlohmann::json::parse(read_bytes(work_.path("out/" + failed.back())));
    EXPECT_NE(record["reason"].get<std::string>().find("with k 2 up to "), std::string::npos) << record;
    EXPECT_EQ(record["exit_code"], 3);
    EXPECT_EQ(record["final"], false);
  }
  // With more memory they are trained, under the same names.
  expect_said(sweep("deck.yaml sweep.layers=[1,50] sweep.k=[2] memory_limit=1GB"), 0, "4 of 4 runs done (2 new, 2 al");
  EXPECT_TRUE(files("out", ".failed").empty());
}

TEST_F(SweepCommand, RanksOfOneHostShareItsMemory) {
  work_.write("deck.yaml", kDeck);
  const auto gigabytes = [&](const Outcome& outcome) {
    const auto end = outcome.out.find(" GB"), start = outcome.out.rfind(' ', end - 1);
    return std::stod(outcome.out.substr(start, end - start));
  };
  const double one = gigabytes(sweep("--validate deck.yaml")), of_two = gigabytes(sweep("--validate deck.yaml", 2));
  EXPECT_GT(of_two, 0.3 * one);
  EXPECT_LT(of_two, 0.7 * one);
}

TEST_F(SweepCommand, ValidationListsTheRunsAndLeavesNothing) {
  work_.write("deck.yaml", kDeck);
  for (const int ranks : {0, 2}) {
    const Outcome outcome = sweep("--validate deck.yaml", ranks);
    expect_said(outcome, 0, "valid: the runs would be written to out");
    for (const char* word : {"seconds", "MB", "-L1-D16-k2-", "-L2-D16-k4-", "8 runs"}) {
      EXPECT_NE(outcome.out.find(word), std::string::npos) << word << " in " << outcome.out;
    }
  }
  EXPECT_EQ(work_.listing(), std::vector<std::string>{"deck.yaml"});
  const Outcome missing = sweep("--validate deck.yaml 'sweep.circuit=[missing.def,{generate: {cells: 100}}]'");
  expect_said(missing, 3, "missing.def: no such file");
  EXPECT_NE(missing.err.find("8 of 16 runs cannot be trained"), std::string::npos) << missing.err;
  EXPECT_EQ(work_.listing(), std::vector<std::string>{"deck.yaml"});
}

TEST_F(SweepCommand, MistakesAreSaidOnceBeforeAnythingStarts) {
  work_.write("deck.yaml", kDeck);
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
  work_.write("deck.yaml", kDeck);
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

/// The processes of a sweep, from the lines that tell what each rank has.
std::vector<pid_t> rank_processes(const std::string& out) {
  std::vector<pid_t> pids;
  for (auto at = out.find(" pid "); at != std::string::npos; at = out.find(" pid ", at + 1)) {
    pids.push_back(static_cast<pid_t>(std::stol(out.substr(at + 5))));
  }
  return pids;
}

// Killed in the middle, in whatever state it is; then started again.
TEST_F(SweepCommand, KilledJobsLoseNothingButTheRunsUnderWay) {
  work_.write("deck.yaml", kDeck);
  // 16 runs of 0.2 s.
  const std::string arguments = fmt::format("deck.yaml train.epochs={} sweep.seed=[0,1,2,3] output=", kEpochs);
  expect_said(sweep(arguments + "undisturbed", 2), 0, "16 of 16 runs done");
  const auto expected = results("undisturbed");
  const std::string out = texts_.path("background");
  std::size_t done = 0;
  for (const bool whole_job : {true, true, false}) {  // or one rank, whose death ends the job
    const int code = until_in_time([&] {
      if (done + 3 >= 16 || files("out", ".h5").size() == 16) std::filesystem::remove_all(work_.path("out"));
      done = files("out", ".h5").size();
      std::filesystem::remove(out);
      const pid_t job = start(arguments + "out", 2, out);
      EXPECT_TRUE(wait_until(job, [&] { return files("out", ".h5").size() >= done + 3; }));  // then the blow
      const auto ranks = rank_processes(said_in(out));
      EXPECT_EQ(ranks.size(), 2U);
      for (std::size_t rank = whole_job ? 0 : 1; rank < ranks.size(); ++rank) ::kill(ranks[rank], SIGKILL);
      if (whole_job) ::kill(job, SIGKILL);
      return wait_for(job);
    });
    EXPECT_NE(code, 0);
    const auto partly = results("out");  // whatever has the name of a run file is one
    EXPECT_GE(partly.size(), done + 3);
    for (const auto& [name, values] : partly) EXPECT_TRUE(expected.at(name) == values) << name;
    done = partly.size();
  }
  work_.write("out/" + expected.begin()->first + ".1.partial", "of a process that died while it wrote");
  expect_said(sweep(arguments + "out", 2), 0,
              fmt::format("16 of 16 runs done ({} new, {} already there), 0 failed, 0 remain", 16 - done, done));
  EXPECT_TRUE(results("out") == expected);
  EXPECT_EQ(files("out", ".partial"), std::vector<std::string>{});
}

// At any moment, one rank or all; until the sweep ends. The runs go on from their checkpoints. GSRGNN_KILLS: how often,
// by each number of ranks.
TEST_F(SweepCommand, KilledAtRandomMomentsEveryRunIsThereOnce) {
  work_.write("deck.yaml", kDeck);
  const char* const asked = std::getenv("GSRGNN_KILLS");
  const int kills = asked != nullptr ? std::stoi(asked) : 3;
  const std::string arguments = fmt::format("deck.yaml train.epochs={} output=", kEpochs / 10 * (kills + 1));
  const std::string often = fmt::format(" train.checkpoint.epochs={}", kEpochs / 40);
  expect_said(sweep(arguments + "out", 2), 0, "8 of 8 runs done");
  std::filesystem::rename(work_.path("out"), work_.path("undisturbed"));
  const std::string out = texts_.path("background");
  Random random(static_cast<std::uint64_t>(::getpid()));
  int went_on = 0, killed = 0;
  for (const int ranks : {1, 2, 4}) {
    int starts = 0, code = -1;
    for (; code != 0 && starts < kills + 1; ++starts) {
      std::filesystem::remove(out);
      const pid_t job = start(arguments + "out" + often, ranks, out);
      std::vector<pid_t> pids;
      wait_until(job, [&] {
        pids = rank_processes(said_in(out));
        return pids.size() == static_cast<std::size_t>(ranks);
      });
      ASSERT_EQ(pids.size(), static_cast<std::size_t>(ranks)) << read_bytes(out);
      if (starts < kills) {
        std::this_thread::sleep_for(std::chrono::milliseconds(random.below(400)));
        const bool all = starts % 2 == 1;
        const std::size_t victim = random.below(pids.size());
        for (std::size_t rank = 0; rank < pids.size(); ++rank) {
          if (all || rank == victim) ::kill(pids[rank], SIGKILL);
        }
        if (all) ::kill(job, SIGKILL);
      }
      code = wait_for(job);
      killed += code != 0 ? 1 : 0;
      // A rank whose fellow was killed may live a moment longer than mpirun.
      for (const pid_t pid : pids) {
        for (int i = 0; i < 3000 && ::kill(pid, 0) == 0; ++i) {
          std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
      }
      const std::string said = read_bytes(out);
      for (auto at = said.find("goes on after "); at != std::string::npos; at = said.find("goes on after ", at + 1)) {
        ++went_on;
      }
    }
    EXPECT_EQ(code, 0) << read_bytes(out);
    const auto names = files("undisturbed", ".h5");
    ASSERT_EQ(files("out", ".h5"), names) << ranks;
    for (const auto& name : names) {
      EXPECT_TRUE(same_runs(work_.path("undisturbed/" + name), work_.path("out/" + name))) << name << " by " << ranks;
    }
    for (const char* extension : {".partial", ".checkpoint", ".previous", ".failed"}) {
      EXPECT_EQ(files("out", extension), std::vector<std::string>{});
    }
    std::filesystem::remove_all(work_.path("out"));
  }
  std::cout << killed << " jobs were killed, and " << went_on << " times a run went on from a checkpoint\n";
}

// A signal to mpirun, to one rank, or to a sweep of one process: all stop, with checkpoints, and say how to go on.
TEST_F(SweepCommand, ASignalStopsAllRanksWithCheckpoints) {
  work_.write("deck.yaml", kDeck);
  const std::string arguments = fmt::format("deck.yaml train.epochs={} output=out ", kEpochs);
  expect_said(sweep(arguments, 2), 0, "8 of 8 runs done");
  std::filesystem::rename(work_.path("out"), work_.path("undisturbed"));
  struct Case {
    int ranks, to;  ///< -1: to mpirun
    const char* component;
  };
  const std::string out = texts_.path("background");
  for (const Case c : {Case{2, -1, "sm"}, Case{2, 1, "sm"}, Case{4, 0, "pt2pt"}, Case{0, 0, "sm"}}) {
    SCOPED_TRACE(fmt::format("{} ranks, to {}, {}", c.ranks, c.to, c.component));
    const int code = until_in_time([&] {
      std::filesystem::remove_all(work_.path("out"));
      std::filesystem::remove(out);
      ::setenv("OMPI_MCA_osc", c.component, 1);
      const pid_t job = start(arguments, c.ranks, out);
      ::unsetenv("OMPI_MCA_osc");
      wait_until(job, [&] { return !files("out", ".h5").empty(); });  // others are under way
      const auto pids = rank_processes(read_bytes(out));
      EXPECT_EQ(pids.size(), static_cast<std::size_t>(std::max(c.ranks, 1))) << read_bytes(out);
      for (const int number : {SIGUSR1, SIGUSR1}) {  // a second changes nothing
        ::kill(c.to < 0 ? job : pids.at(static_cast<std::size_t>(c.to)), number);
      }
      return wait_for(job);
    });
    EXPECT_EQ(code, 75) << read_bytes(out);
    const std::string said = read_bytes(out);
    EXPECT_NE(said.find("gsrgnn: stopped (SIGUSR1); "), std::string::npos) << said;
    EXPECT_NE(said.find(" remain: the same sweep goes on"), std::string::npos) << said;
    std::size_t kept = 0;  // none of a rank that was between two runs
    for (auto at = said.find("with the checkpoint "); at != std::string::npos; at = said.find("with the ", at + 1))
      ++kept;
    EXPECT_EQ(files("out", ".checkpoint").size(), kept) << said;
    const Outcome rest = sweep(arguments, 2);
    EXPECT_EQ(rest.code, 0) << rest.err;
    EXPECT_TRUE(kept == 0 || rest.out.find("goes on after ") != std::string::npos) << rest.out;
    const auto names = files("undisturbed", ".h5");
    ASSERT_EQ(files("out", ".h5"), names);
    for (const auto& name : names) {
      EXPECT_TRUE(same_runs(work_.path("undisturbed/" + name), work_.path("out/" + name))) << name;
    }
    EXPECT_EQ(files("out", ".checkpoint"), std::vector<std::string>{});
    std::filesystem::remove_all(work_.path("out"));
  }
}

// A rank that has nothing left to do waits for the others, and does not keep them.
TEST_F(SweepCommand, ASignalIsNotLostOnAnIdleRank) {
  work_.write("deck.yaml", kDeck);
  const std::string out = texts_.path("background");
  const pid_t job = start("deck.yaml sweep.k=[4] sweep.layers=[1] sweep.seed=[0] sweep.epochs=[1000000,5]", 2, out);
  wait_until(job, [&] { return !files("out", ".h5").empty(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const auto pids = rank_processes(read_bytes(out));
  ASSERT_EQ(pids.size(), 2U);
  ::kill(job, SIGUSR1);
  EXPECT_EQ(wait_for(job), 75);
  EXPECT_NE(read_bytes(out).find("1 of 2 runs done (1 new, 0 already there), 0 failed, 1 remain"), std::string::npos)
      << read_bytes(out);
}

TEST_F(SweepCommand, TwoSweepsOnOneFolderShareTheRuns) {
  work_.write("deck.yaml", kDeck);
  const std::string arguments = "deck.yaml train.epochs=60 sweep.seed=[0,1,2,3] output=";
  expect_said(sweep(arguments + "undisturbed"), 0, "16 of 16 runs done");
  const std::string out1 = texts_.path("first"), out2 = texts_.path("second");
  const pid_t first = start(arguments + "out", 2, out1), second = start(arguments + "out", 0, out2);
  EXPECT_EQ(wait_for(first), 0);
  EXPECT_EQ(wait_for(second), 0);
  int trained = 0;
  for (const std::string& file : {out1, out2}) {
    const std::string said = read_bytes(file);
    const auto at = said.find("16 of 16 runs done (");
    ASSERT_NE(at, std::string::npos) << said;
    trained += std::stoi(said.substr(at + 20));
  }
  EXPECT_EQ(trained, 16);  // each by one of them
  EXPECT_TRUE(results("out") == results("undisturbed"));
  EXPECT_EQ(files("out", ".partial"), std::vector<std::string>{});
}

// A sweep that waits for another's run takes it over when the other dies.
TEST_F(SweepCommand, TheRunOfADeadSweepIsTakenOver) {
  work_.write("deck.yaml", kDeck);
  const std::string lists = "deck.yaml sweep.k=[4] sweep.seed=[0] sweep.layers=[1] ";
  const std::string out1 = texts_.path("first"), out2 = texts_.path("second");
  const std::string epochs = fmt::format("train.epochs={}", 4 * kEpochs);
  const pid_t first = start(lists + epochs, 0, out1);
  EXPECT_TRUE(stop_under_way(first)) << read_bytes(out1);
  const pid_t second = start(lists + epochs, 0, out2);
  EXPECT_TRUE(wait_until_said(second, out2, "waits for 1 runs")) << read_bytes(out2);
  ::kill(first, SIGKILL);
  wait_for(first);
  EXPECT_EQ(wait_for(second), 0);
  EXPECT_NE(read_bytes(out2).find("1 of 1 run done (1 new, 0 already there)"), std::string::npos) << read_bytes(out2);
}

// Of those that may leave, one waits; it takes over the run of one that dies, and all runs are there when it ends.
TEST_F(SweepCommand, AllButOneLeaveRunsThatAreUnderWayElsewhere) {
  work_.write("deck.yaml", kDeck);
  const std::string arguments =
      fmt::format("--leave deck.yaml sweep.k=[4] sweep.seed=[0] sweep.layers=[1] train.epochs={}", 4 * kEpochs);
  const std::string out1 = texts_.path("first"), out2 = texts_.path("second");
  const pid_t works = start(arguments, 0, out1);
  EXPECT_TRUE(stop_under_way(works)) << read_bytes(out1);
  const pid_t waits = start(arguments, 0, out2);
  EXPECT_TRUE(wait_until_said(waits, out2, "waits for 1 runs")) << read_bytes(out2);
  const Outcome leaves = sweep(arguments);
  expect_said(leaves, 0, "left: 1 run under way elsewhere");
  EXPECT_NE(leaves.out.find("0 of 1 run done (0 new, 0 already there), 0 failed, 1 remain"), std::string::npos)
      << leaves.out;
  ::kill(works, SIGKILL);
  wait_for(works);
  EXPECT_EQ(wait_for(waits), 0);
  EXPECT_NE(read_bytes(out2).find("1 of 1 run done (1 new, 0 already there)"), std::string::npos) << read_bytes(out2);
}

// Results that cannot be written: the rank stops instead of training for nothing, and a later start completes.
TEST_F(SweepCommand, AFullDiskStopsTheSweepAndDamagesNothing) {
  work_.write("deck.yaml", kDeck);
  expect_said(sweep("deck.yaml sweep.layers=[1]"), 0, "4 of 4 runs done");
  const auto before = results("out");
  const Outcome full = sweep("deck.yaml", 0, "trap '' XFSZ; ulimit -f 32;");  // 16 or 32 kB a file
  EXPECT_EQ(full.code, 3) << full.out << full.err;
  EXPECT_NE(full.err.find("the sweep stopped early: out/"), std::string::npos) << full.err;
  EXPECT_NE(full.err.find("disk"), std::string::npos) << full.err;
  EXPECT_TRUE(results("out") == before);
  EXPECT_EQ(files("out", ".partial"), std::vector<std::string>{});
  expect_said(sweep("deck.yaml", 2), 0, "8 of 8 runs done (4 new, 4 already there), 0 failed, 0 remain");
  EXPECT_EQ(files("out", ".failed"), std::vector<std::string>{});
}

// A real one, under MPI, whose end closes HDF5 too.
TEST_F(SweepCommand, ARealDiskThatIsFull) {
  work_.write("deck.yaml", kDeck);
  const std::string mount =
      fmt::format("cd '{}' && mkdir small && unshare {} sh -c 'mount -t tmpfs -o size=200k tmpfs small", work_.path(),
                  ::geteuid() == 0 ? "-m" : "-rm");
  if (std::system((mount + "' 2>/dev/null").c_str()) != 0) GTEST_SKIP() << "no file system can be mounted here";
  std::filesystem::remove(work_.path("small"));
  const std::string out = texts_.path("out"), err = texts_.path("err");
  const int status = std::system(
      fmt::format("{}; OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 "
                  "\"{}\" -n 2 \"{}\" sweep deck.yaml output=small/out; code=$?; cp -r small/out out; exit $code' "
                  ">'{}' 2>'{}' </dev/null",
                  mount, GSRGNN_MPIRUN, GSRGNN_PROGRAM, out, err)
          .c_str());
  const std::string said = read_bytes(out) + read_bytes(err);
  EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 3) << said;
  EXPECT_EQ(said.find("Signal"), std::string::npos) << said;
  EXPECT_NE(said.find("the sweep stopped early: small/out/"), std::string::npos) << said;
  EXPECT_EQ(files("out", ".partial"), std::vector<std::string>{});
  const auto partly = results("out");
  EXPECT_GT(partly.size(), 0U);
  EXPECT_LT(partly.size(), 8U);
  expect_said(sweep("deck.yaml", 2), 0,
              fmt::format("8 of 8 runs done ({} new, {} already there)", 8 - partly.size(), partly.size()));
  for (const auto& [name, values] : results("out")) {
    EXPECT_TRUE(partly.count(name) == 0 || partly.at(name) == values) << name;
  }
}

}  // namespace
}  // namespace gsrgnn
