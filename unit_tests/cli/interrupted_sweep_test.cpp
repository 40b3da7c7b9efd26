// gsrgnn sweep as a scheduler treats it: killed, stopped by signals, twice at once, on a full disk.

#include <gsrgnn/util/random.hpp>
#include <iostream>

#include "support/sweep.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class InterruptedSweep : public SweepTest {};

// Killed in the middle, in whatever state it is; then started again.
TEST_F(InterruptedSweep, KilledJobsLoseNothingButTheRunsUnderWay) {
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
TEST_F(InterruptedSweep, KilledAtRandomMomentsEveryRunIsThereOnce) {
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
TEST_F(InterruptedSweep, ASignalStopsAllRanksWithCheckpoints) {
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
TEST_F(InterruptedSweep, ASignalIsNotLostOnAnIdleRank) {
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

TEST_F(InterruptedSweep, TwoSweepsOnOneFolderShareTheRuns) {
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
TEST_F(InterruptedSweep, TheRunOfADeadSweepIsTakenOver) {
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
TEST_F(InterruptedSweep, AllButOneLeaveRunsThatAreUnderWayElsewhere) {
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
TEST_F(InterruptedSweep, AFullDiskStopsTheSweepAndDamagesNothing) {
  expect_said(sweep("deck.yaml sweep.layers=[1]"), 0, "4 of 4 runs done");
  const auto before = results("out");
  const Outcome full = sweep("deck.yaml", 0, "ulimit -f 32;");  // 16 or 32 kB a file
  EXPECT_EQ(full.code, 3) << full.out << full.err;
  EXPECT_NE(full.err.find("the sweep stopped early: out/"), std::string::npos) << full.err;
  EXPECT_NE(full.err.find("disk"), std::string::npos) << full.err;
  EXPECT_TRUE(results("out") == before);
  EXPECT_EQ(files("out", ".partial"), std::vector<std::string>{});
  expect_said(sweep("deck.yaml", 2), 0, "8 of 8 runs done (4 new, 4 already there), 0 failed, 0 remain");
  EXPECT_EQ(files("out", ".failed"), std::vector<std::string>{});
}

// A real one, under MPI, whose end closes HDF5 too.
TEST_F(InterruptedSweep, ARealDiskThatIsFull) {
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
