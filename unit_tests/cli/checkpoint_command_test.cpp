// gsrgnn train, stopped by signals and killed, and --resume.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <gsrgnn/util/random.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/child_process.hpp"
#include "support/files.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

constexpr int kLongEpochs = kSanitized ? 200 : 1000;
const std::string kLongDeck = fmt::format(R"(circuit:
  generate: {{cells: 200, seed: 1}}
model: {{kind: rev, hidden: 16, layers: 2, dropout: 0.2}}
train: {{epochs: {}, split: [0.6, 0.2, 0.2]}}
output: run.h5
)",
                                          kLongEpochs);

class CheckpointCommand : public ::testing::Test {
 protected:
  CheckpointCommand() {
    work_.write("deck.yaml", kLongDeck);
    EXPECT_EQ(run("train deck.yaml"), 0) << said();
    std::filesystem::rename(work_.path("run.h5"), work_.path("undisturbed.h5"));
  }

  pid_t start(const std::string& arguments) const {
    const std::string shell = fmt::format("cd '{}' && exec '{}' {}", work_.path(), GSRGNN_PROGRAM, arguments);
    std::filesystem::remove(out_);
    return testing::start_shell(shell, out_);
  }
  static int wait_for(pid_t child) { return testing::wait_for_exit(child); }
  int run(const std::string& arguments) const { return wait_for(start(arguments)); }
  std::string said() const { return read_bytes(out_); }
  bool says(const std::string& words) const { return said().find(words) != std::string::npos; }
  /// Sends the signal to a training at that epoch, twice, for a second changes nothing. Returns the exit code.
  int stop(const std::string& arguments, int number, int epoch) const {
    return until_in_time([&] {
      for (const char* name : {"run.h5", "run.h5.checkpoint", "run.h5.checkpoint.previous"}) {
        std::filesystem::remove(work_.path(name));
      }
      const pid_t training = start(arguments);
      EXPECT_TRUE(wait_until_said(training, out_, fmt::format("epoch  {}/", epoch))) << said();
      ::kill(training, number);
      ::kill(training, number);
      return wait_for(training);
    });
  }
  void expect_undisturbed() const {
    EXPECT_TRUE(same_runs(work_.path("undisturbed.h5"), work_.path("run.h5")));
    EXPECT_EQ(work_.listing(), (std::vector<std::string>{"deck.yaml", "run.h5", "run.h5.log.csv", "undisturbed.h5"}));
  }

  TestFolder work_{"_work"}, texts_{"_texts"};
  const std::string out_ = texts_.path("out");
};

TEST_F(CheckpointCommand, EverySignalWritesACheckpoint) {
  for (const auto& [number, name] : {std::pair{SIGTERM, "SIGTERM"},
                                     {SIGINT, "SIGINT"},
                                     {SIGUSR1, "SIGUSR1"},
                                     {SIGHUP, "SIGHUP"},
                                     {SIGUSR2, "SIGUSR2"},
                                     {SIGXCPU, "SIGXCPU"},
                                     {SIGXFSZ, "SIGXFSZ"},
                                     {SIGPIPE, "SIGPIPE"}}) {
    EXPECT_EQ(stop("train deck.yaml", number, kLongEpochs / 10), 75) << said();
    EXPECT_TRUE(says(fmt::format("gsrgnn: stopped ({}) after ", name))) << said();
    EXPECT_TRUE(says("checkpoint run.h5.checkpoint; gsrgnn train --resume goes on")) << said();
    EXPECT_FALSE(std::filesystem::exists(work_.path("run.h5")));

    ASSERT_EQ(run("info --json run.h5.checkpoint"), 0) << said();
    const auto info = nlohmann::json::parse(said());
    EXPECT_EQ(info["kind"], "checkpoint");
    EXPECT_EQ(info["epochs"], kLongEpochs);
    ASSERT_EQ(run("train --resume deck.yaml"), 0) << said();
    EXPECT_TRUE(says(fmt::format("goes on after {} of {} epochs", info["epoch"].get<int>(), kLongEpochs))) << said();
    EXPECT_TRUE(says("started")) << said();  // not "0s left", for nothing of the time was this process's
    expect_undisturbed();
    ASSERT_EQ(run("train --resume deck.yaml"), 0);
    EXPECT_TRUE(says("results: run.h5, complete already")) << said();
    std::filesystem::remove(work_.path("run.h5"));
  }
}

TEST_F(CheckpointCommand, UnderNohupTheTerminalsEndIsNone) {
  std::filesystem::remove(out_);
  const pid_t training =
      start_shell(fmt::format("cd '{}' && exec nohup '{}' train deck.yaml", work_.path(), GSRGNN_PROGRAM), out_);
  EXPECT_TRUE(wait_until_said(training, out_, "epoch")) << said();
  ::kill(training, SIGHUP);
  EXPECT_EQ(wait_for(training), 0) << said();
  expect_undisturbed();
}

// Nobody reads what it says any more: as if it had been asked to stop.
TEST_F(CheckpointCommand, AReaderThatGoesAwayStopsIt) {
  const std::string shell =
      fmt::format("cd '{}' && {{ '{}' train deck.yaml train.epochs={}; echo $? >code; }} | head -n 3", work_.path(),
                  GSRGNN_PROGRAM, 100 * kLongEpochs);
  EXPECT_EQ(wait_for(start_shell(shell, out_)), 0);
  EXPECT_EQ(read_bytes(work_.path("code")), "75\n") << said();
  EXPECT_TRUE(says("gsrgnn: stopped (SIGPIPE) after ")) << said();
  EXPECT_TRUE(std::filesystem::exists(work_.path("run.h5.checkpoint")));
}

// A deck that never comes.
TEST_F(CheckpointCommand, WhileADeckIsReadItEndsAtOnce) {
  ASSERT_EQ(::mkfifo(work_.path("pipe").c_str(), 0600), 0);
  for (const std::string command : {"train", "sweep"}) {
    const pid_t child = start(command + " pipe");
    const int writer = ::open(work_.path("pipe").c_str(), O_WRONLY);  // waits for the reader
    EXPECT_GE(writer, 0);
    EXPECT_EQ(::write(writer, "model: {", 8), 8);
    ::kill(child, SIGTERM);
    EXPECT_EQ(wait_for(child), 75) << said();
    EXPECT_TRUE(says("gsrgnn: stopped (SIGTERM) before the first epoch; run it again\n")) << said();
    ::close(writer);
  }
}

TEST_F(CheckpointCommand, KilledAtRandomMomentsItGoesOn) {
  Random random(static_cast<std::uint64_t>(::getpid()));
  int kills = 0, went_on = 0;
  for (int round = 0; round < 3 || (went_on < 3 && round < 20); ++round) {
    for (int code = -1; code != 0 && kills < 100;) {
      const pid_t training =
          start(fmt::format("train --resume deck.yaml train.checkpoint.epochs={}", kLongEpochs / 10));
      wait_until_said(training, out_, "epoch");
      if (kills % 11 < 8) {  // and then leave it alone, so that there is an end
        std::this_thread::sleep_for(std::chrono::milliseconds(random.below(kSanitized ? 400 : 120)));
        ::kill(training, SIGKILL);
      }
      code = wait_for(training);
      went_on += says("goes on after ") ? 1 : 0;
      ++kills;
    }
    expect_undisturbed();
    std::filesystem::remove(work_.path("run.h5"));
  }
  EXPECT_GT(went_on, 2);
}

TEST_F(CheckpointCommand, OtherCheckpointsAreRefusedOrPassedOver) {
  const std::string often = fmt::format("train deck.yaml train.checkpoint.epochs={}", kLongEpochs / 20);
  ASSERT_EQ(stop(often, SIGUSR1, kLongEpochs / 5), 75) << said();
  ASSERT_TRUE(std::filesystem::exists(work_.path("run.h5.checkpoint.previous")));

  EXPECT_EQ(run("train --resume deck.yaml model.layers=3"), 2);
  EXPECT_TRUE(says(": model.layers is 2 there and 3 here; give another output")) << said();
  EXPECT_EQ(run("train --validate --resume deck.yaml"), 2);

  write_bytes(work_.path("run.h5.checkpoint"), read_bytes(work_.path("run.h5.checkpoint")).substr(0, 4000));
  ASSERT_EQ(run("train --resume deck.yaml"), 0);
  EXPECT_TRUE(says("run.h5.checkpoint: not a readable HDF5 file")) << said();
  EXPECT_TRUE(says("goes on after ")) << said();
  expect_undisturbed();

  std::filesystem::remove(work_.path("run.h5"));
  work_.write("run.h5.checkpoint", "damaged");
  ASSERT_EQ(run("train deck.yaml"), 0);
  EXPECT_TRUE(says("run.h5.checkpoint is there; --resume would go on from it")) << said();
  expect_undisturbed();
}

// The same deck, but the file that it names holds another circuit.
TEST_F(CheckpointCommand, ARunOfAnotherCircuitIsNotCompleteAlready) {
  const std::string arguments = " deck.yaml train.epochs=3 circuit=c.h5";
  ASSERT_EQ(run("generate --cells 100 -o c.h5"), 0);
  ASSERT_EQ(run("train --resume" + arguments), 0) << said();
  ASSERT_EQ(run("train --resume" + arguments), 0) << said();
  EXPECT_TRUE(says("complete already")) << said();
  ASSERT_EQ(run("generate --cells 100 --seed 1 -o c.h5"), 0);
  EXPECT_EQ(run("train --resume" + arguments), 2);
  EXPECT_TRUE(says("gsrgnn: run.h5: holds a finished run of this deck on a circuit that has changed since")) << said();
}

// A full disk takes no checkpoint, and what was there goes on to be of use.
TEST_F(CheckpointCommand, AFullDiskDamagesNone) {
  // Each training is stopped when it has said what is waited for. A checkpoint grows by the curves, some bytes an
  // epoch.
  const std::string script = work_.write("script.sh", R"(set -u
mount -t tmpfs -o size=16m tmpfs small || exit 99
program=$1
stop_when_said() { # WORDS ARGUMENT...
  words=$1
  shift
  rm -f said
  "$program" train deck.yaml train.epochs=1000000 output=small/run.h5 "$@" >said 2>&1 &
  tries=0
  until grep -qs "$words" said || [ $((tries += 1)) -gt 6000 ]; do sleep 0.01; done
  kill -USR1 $!
  wait $!
  echo "code $?"
  cat said
}
stop_when_said 'epoch .* loss'
head -c 32000000 /dev/zero >small/filler 2>/dev/null
truncate -s -20k small/filler # a part of a checkpoint can be written
stop_when_said 'no checkpoint after' --resume train.checkpoint.epochs=1
rm small/filler
ls small
"$1" info small/run.h5.checkpoint >/dev/null
echo "code $?"
stop_when_said 'goes on after' --resume
)");
  std::filesystem::create_directory(work_.path("small"));
  const int status = std::system(fmt::format("cd '{}' && unshare {} sh script.sh '{}' >'{}' 2>&1", work_.path(),
                                             ::geteuid() == 0 ? "-m" : "-rm", GSRGNN_PROGRAM, out_)
                                     .c_str());
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) GTEST_SKIP() << "no file system can be mounted here";
  const std::string text = "\n" + said();
  std::vector<std::string> codes;
  for (auto at = text.find("\ncode "); at != std::string::npos; at = text.find("\ncode ", at + 1)) {
    codes.push_back(text.substr(at + 6, text.find('\n', at + 1) - at - 6));
  }
  EXPECT_EQ(codes, (std::vector<std::string>{"75", "3", "0", "75"})) << text;
  for (const char* words : {"no checkpoint after ", "without a checkpoint: small/run.h5.checkpoint: cannot write",
                            "disk not full", "goes on after "}) {
    EXPECT_NE(text.find(words), std::string::npos) << words << " in " << text;
  }
  EXPECT_EQ(text.find(".partial"), std::string::npos) << text;
}

// Each cleans up when it is done, and must not take away what the other is writing.
TEST_F(CheckpointCommand, TwoTrainingsOfOneOutputDoNotDisturbEachOther) {
  const std::string often = "train deck.yaml train.epochs=40 train.checkpoint.epochs=1";
  for (int round = 0; round < 8; ++round) {
    const std::string other = texts_.path("other");
    const pid_t second =
        start_shell(fmt::format("cd '{}' && exec '{}' {}", work_.path(), GSRGNN_PROGRAM, often), other);
    EXPECT_EQ(run(often), 0) << said();
    EXPECT_FALSE(says("no checkpoint")) << said();
    EXPECT_EQ(wait_for(second), 0) << read_bytes(other);
    EXPECT_EQ(read_bytes(other).find("no checkpoint"), std::string::npos) << read_bytes(other);
  }
}

}  // namespace
}  // namespace gsrgnn
