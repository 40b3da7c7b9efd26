// The clock is set, forward and back by hours, all the time while the program works: nothing of it comes of it. What is
// jumped is the time of day (support/jumping_clock.c, loaded before the C library).

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <gsrgnn/util/hdf5_file.hpp>
#include <sstream>

#include "support/child_process.hpp"
#include "support/files.hpp"

namespace gsrgnn {
namespace {

using namespace testing;
using Clock = std::chrono::steady_clock;

class JumpingClock : public ::testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "AddressSanitizer has to be loaded first";
    work_.write("deck.yaml", R"(circuit:
  generate: {cells: 200, seed: 1}
model: {hidden: 16, k: 4, layers: 2}
train: {epochs: 400, split: [0.6, 0.2, 0.2]}
output: run.h5
)");
    // That the jumps reach programs.
    ASSERT_EQ(shell(jumping("for i in 1 2 3 4 5 6 7 8 9 10; do date +%s; sleep 0.01; done")), 0);
    std::istringstream lines(said());
    std::vector<long> seconds;
    for (long second = 0; lines >> second;) seconds.push_back(second);
    ASSERT_EQ(seconds.size(), 10U) << said();
    const auto [least, most] = std::minmax_element(seconds.begin(), seconds.end());
    EXPECT_GE(*most - *least, 9 * 3600);
  }

  static std::string jumping(const std::string& command) {
    return fmt::format("export LD_PRELOAD='{}'; {}", GSRGNN_JUMPING_CLOCK, command);
  }
  static std::string program(const std::string& arguments) { return fmt::format("'{}' {}", GSRGNN_PROGRAM, arguments); }
  std::string in_work(const std::string& command) const {
    return fmt::format("cd '{}' && {{ {}; }} >'{}' 2>&1", work_.path(), command, texts_.path("out"));
  }
  int shell(const std::string& command) const {
    const int status = std::system(in_work(command).c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  pid_t start(const std::string& command) const {
    return start_shell(fmt::format("cd '{}' && {}", work_.path(), command), texts_.path("out"));
  }
  std::string said() const { return read_bytes(texts_.path("out")); }
  bool exists(const std::string& name) const {
    std::error_code error;
    return std::filesystem::exists(work_.path(name), error);
  }
  void train_undisturbed() const {
    ASSERT_EQ(shell(program("train deck.yaml")), 0) << said();
    std::filesystem::rename(work_.path("run.h5"), work_.path("undisturbed.h5"));
  }
  /// Every part of an epoch takes some time, all of them no more than the whole run.
  void expect_sane_seconds(const std::string& name, double most) const {
    const Hdf5Reader file(work_.path(name));
    double sum = 0;
    for (const char* part : {"total", "forward", "backward", "update", "copy"}) {
      for (const double seconds : file.array<double>(std::string("measured/") + part)) {
        EXPECT_GE(seconds, 0) << part;
        if (part == std::string("total")) sum += seconds;
      }
    }
    EXPECT_GT(sum, 0);
    EXPECT_LE(sum, most);
  }

  TestFolder work_{"_work"}, texts_{"_texts"};
};

TEST_F(JumpingClock, TrainsTheSame) {
  train_undisturbed();
  const auto begin = Clock::now();
  ASSERT_EQ(shell(jumping(program("train deck.yaml"))), 0) << said();
  expect_sane_seconds("run.h5", std::chrono::duration<double>(Clock::now() - begin).count());
  EXPECT_TRUE(same_runs(work_.path("undisturbed.h5"), work_.path("run.h5")));
}

TEST_F(JumpingClock, CheckpointsComeByTheMinutesThatPass) {
  struct Case {
    const char* minutes;
    bool come;
  };
  for (const Case c : {Case{"10", false}, Case{"0.001", true}}) {  // 10 minutes: less than a jump
    SCOPED_TRACE(c.minutes);
    const pid_t training = start(jumping(
        "exec " + program(fmt::format("train deck.yaml train.epochs=1000000 train.checkpoint.minutes={}", c.minutes))));
    EXPECT_TRUE(wait_until_said(training, texts_.path("out"), "loss")) << said();
    const auto begin = Clock::now();
    bool came = false;
    while (Clock::now() - begin < std::chrono::milliseconds(c.come ? 10000 : 1000) && !came) {
      came = exists("run.h5.checkpoint") && (!c.come || exists("run.h5.checkpoint.previous"));
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    EXPECT_EQ(came, c.come);
    ::kill(training, SIGUSR1);
    EXPECT_EQ(wait_for_exit(training), 75) << said();
    for (const char* name : {"run.h5.checkpoint", "run.h5.checkpoint.previous"}) {
      std::filesystem::remove(work_.path(name));
    }
  }
}

// The newer of two checkpoints is so by its name: it stays the one that is gone on from.
TEST_F(JumpingClock, ResumesFromTheNewest) {
  train_undisturbed();
  const std::string often = " train.checkpoint.epochs=100";
  const pid_t training = start(jumping("exec " + program("train deck.yaml train.epochs=400" + often)));
  wait_until(training, [&] { return exists("run.h5.checkpoint.previous") || exists("run.h5"); });
  ::kill(training, SIGKILL);
  wait_for_exit(training);
  if (exists("run.h5.checkpoint.previous")) {
    const auto epoch = [&](const std::string& name) {
      return Hdf5Reader(work_.path(name)).attribute_int("/", "epoch");
    };
    const auto newest = epoch("run.h5.checkpoint");
    EXPECT_GT(newest, epoch("run.h5.checkpoint.previous"));
    // As if it had been written long before the other.
    std::filesystem::last_write_time(work_.path("run.h5.checkpoint"),
                                     std::filesystem::file_time_type::clock::now() - std::chrono::hours(5));
    ASSERT_EQ(shell(jumping(program("train --resume deck.yaml"))), 0) << said();
    EXPECT_NE(said().find(fmt::format("goes on after {} of 400", newest)), std::string::npos) << said();
  }
  EXPECT_TRUE(same_runs(work_.path("undisturbed.h5"), work_.path("run.h5")));
}

// Ranks, locks, the order of runs, and runs that another sweep has under way.
TEST_F(JumpingClock, SweepsTheSame) {
  const std::string sweep =
      program("sweep deck.yaml sweep.layers=[1,2] sweep.seed=[0,1,2] train.epochs=200 output=out");
  ASSERT_EQ(shell(sweep), 0) << said();
  std::filesystem::rename(work_.path("out"), work_.path("undisturbed"));
  const std::string mpirun = fmt::format(
      "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 '{}' -x "
      "LD_PRELOAD='{}' -n 2 ",
      GSRGNN_MPIRUN, GSRGNN_JUMPING_CLOCK);
  const auto begin = Clock::now();
  ASSERT_EQ(shell(mpirun + sweep + " & " + jumping(sweep + "; code=$?; wait; exit $code")), 0) << said();
  const double passed = std::chrono::duration<double>(Clock::now() - begin).count();
  int runs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(work_.path("undisturbed"))) {
    if (entry.path().extension() != ".h5") continue;
    const std::string name = entry.path().filename().string();
    EXPECT_TRUE(same_runs(entry.path().string(), work_.path("out/" + name))) << name;
    expect_sane_seconds("out/" + name, passed);
    ++runs;
  }
  EXPECT_EQ(runs, 6);
  EXPECT_EQ(said().find("failed:"), std::string::npos) << said();
}

}  // namespace
}  // namespace gsrgnn
