// gsrgnn train of a joint deck as a user and a scheduler see it: by several numbers of ranks, stopped, killed, with
// mistakes that one rank finds.

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/util/hdf5_file.hpp>
#include <gsrgnn/util/random.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/child_process.hpp"
#include "support/files.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

constexpr int kJointEpochs = kSanitized ? 100 : 1500;

class JointCommand : public ::testing::Test {
 protected:
  JointCommand() {
    for (int i = 0; i < 6; ++i) {
      Circuit circuit = small_circuit(60 + 30 * i, 20 + static_cast<std::uint64_t>(i));
      circuit.name = fmt::format("design{}", i);
      write_circuit(circuit, work_.path(fmt::format("c{}.h5", i)));
    }
    work_.write("deck.yaml", fmt::format(R"(mode: joint
circuits:
  training: [c0.h5, c1.h5, c2.h5]
  validation: [c3.h5]
  test: [c4.h5, c5.h5]
model: {{hidden: 16, k: 4, layers: 2, dropout: 0.2}}
train: {{epochs: {}, batch: 2}}
output: run.h5
)",
                                         kJointEpochs));
  }

  /// "gsrgnn ARGUMENTS" by so many ranks (0: without mpirun), its standard output and error into one file.
  pid_t start(const std::string& arguments, int ranks) const {
    const std::string mpirun = fmt::format("'{}' -n {} ", GSRGNN_MPIRUN, ranks);
    const std::string shell = fmt::format(
        "cd '{}' && export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
        "OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1; "
        "exec "
        "{}{} {}",
        work_.path(), ranks > 0 ? mpirun : "", program_, arguments);
    std::filesystem::remove(out_);
    return testing::start_shell(shell, out_);
  }
  static int wait_for(pid_t child) { return testing::wait_for_exit(child); }
  int run(const std::string& arguments, int ranks = 0) const { return wait_for(start(arguments, ranks)); }
  std::string said() const { return read_bytes(out_); }
  bool says(const std::string& words) const { return said().find(words) != std::string::npos; }
  std::vector<pid_t> ranks() const {
    std::vector<pid_t> pids;
    const std::string text = said();
    for (auto at = text.find(" pid "); at != std::string::npos; at = text.find(" pid ", at + 1)) {
      pids.push_back(static_cast<pid_t>(std::stol(text.substr(at + 5))));
    }
    return pids;
  }
  /// Equal in all but what was measured, and the name of the output.
  void expect_same(const std::string& a, const std::string& b) const {
    const std::string compare = "h5diff -q --exclude-path /measured --exclude-path /deck";
    EXPECT_EQ(std::system(fmt::format("cd '{}' && {} {} {} >/dev/null", work_.path(), compare, a, b).c_str()), 0)
        << a << " and " << b << " differ";
  }
  nlohmann::json info(const std::string& name) const {
    EXPECT_EQ(run("info --json " + name), 0) << said();
    const std::string text = said();
    return nlohmann::json::parse(text.substr(0, text.find('\n')));
  }

  TestFolder work_{"_work"}, texts_{"_texts"};
  const std::string out_ = texts_.path("out");
  std::string program_ = fmt::format("'{}'", GSRGNN_PROGRAM);
};

TEST_F(JointCommand, AnyNumberOfRanksGivesTheSameBits) {
  ASSERT_EQ(run("train deck.yaml train.epochs=60"), 0) << said();
  EXPECT_TRUE(says("joint training on 3 circuits")) << said();
  EXPECT_TRUE(says("linear fit")) << said();
  for (const int count : {1, 2, 4}) {
    const std::string output = fmt::format("by{}.h5", count);
    ASSERT_EQ(run("train deck.yaml train.epochs=60 output=" + output, count), 0) << said();
    ASSERT_EQ(ranks().size(), static_cast<std::size_t>(count)) << said();
    EXPECT_FALSE(says("\x1b")) << "lines for a terminal in a file: " << said();
    for (int rank = 0; rank < count; ++rank) EXPECT_TRUE(says(fmt::format("rank {}: ", rank))) << said();
    expect_same("run.h5", output);
    EXPECT_EQ(info(output)["ranks"], count);
  }
  // And again by as many.
  ASSERT_EQ(run("train deck.yaml train.epochs=60 output=again.h5", 2), 0) << said();
  EXPECT_EQ(
      std::system(fmt::format("cd '{}' && h5diff -q --exclude-path /measured --exclude-path /deck by2.h5 again.h5",
                              work_.path())
                      .c_str()),
      0);
}

// With less memory than all circuits need they take turns there; what a plan says is what each rank keeps to.
TEST_F(JointCommand, CircuitsThatDoNotFitTakeTurns) {
  const auto plan = [&](const std::string& limit) {
    EXPECT_EQ(run("plan deck.yaml keep=none --json memory_limit=" + limit), 0) << said();
    return nlohmann::json::parse(said());
  };
  const auto all = plan("1GB");
  EXPECT_FALSE(all["streams"].get<bool>());
  const std::string beyond = std::to_string(all["memory"]["planned"].get<std::int64_t>() - 1);
  const auto in_turns = plan(beyond);
  EXPECT_TRUE(in_turns["streams"].get<bool>());
  const auto planned = in_turns["memory"]["planned"].get<std::int64_t>();
  ASSERT_EQ(run("plan deck.yaml keep=none memory_limit=" + beyond), 0) << said();
  EXPECT_TRUE(says("of one circuit at a time")) << said();
  ASSERT_EQ(run("train deck.yaml train.epochs=20"), 0) << said();
  EXPECT_FALSE(says("one after the other")) << said();
  for (const int count : {1, 2}) {
    const std::string output = fmt::format("by{}.h5", count);
    ASSERT_EQ(
        run(fmt::format("train deck.yaml train.epochs=20 keep=none memory_limit={} output={}", planned, output), count),
        0)
        << said();
    EXPECT_TRUE(says(count == 1 ? "6 circuits one after the other" : "3 circuits one after the other")) << said();
    expect_same("run.h5", output);
    const auto used = info(output)["memory"];
    EXPECT_EQ(used["planned"], used["allocated"]);
    EXPECT_LE(used["planned"].get<std::int64_t>(), planned);
  }
}

// Routes are learned before all else, by updates from one rank's circuit at a time.
TEST_F(JointCommand, AnyNumberOfRanksGivesTheSameModelOfGcells) {
  const std::string train =
      "train deck.yaml features=routes model.nodes=gcells model.relations=nets+lattice model.flips=on train.epochs=6";
  ASSERT_EQ(run(train), 0) << said();
  for (const int count : {2, 3}) {
    const std::string output = fmt::format("by{}.h5", count);
    ASSERT_EQ(run(train + " output=" + output, count), 0) << said();
    expect_same("run.h5", output);
  }
}

// A run file like any other.
TEST_F(JointCommand, TheRunFileServesEveryCommand) {
  ASSERT_EQ(run("train deck.yaml train.epochs=60 output=runs/joint.h5", 2), 0) << said();
  const auto described = info("runs/joint.h5");
  EXPECT_EQ(described["kind"], "run");
  EXPECT_EQ(described["circuit"], "design4+design5");
  EXPECT_EQ(described["parameters"]["mode"], "joint");
  EXPECT_EQ(described["parameters"]["batch"], 2);
  ASSERT_EQ(described["designs"].size(), 6U);
  EXPECT_FALSE(described["designs"][0].contains("scores"));
  EXPECT_EQ(described["designs"][3]["part"], "validation");
  const double first = described["designs"][4]["scores"]["pearson"],
               second = described["designs"][5]["scores"]["pearson"];
  EXPECT_NEAR(described["scores"]["pearson"], (first + second) / 2, 1e-12);
  const double linear = described["designs"][4]["linear_fit"]["pearson"];
  EXPECT_TRUE(std::isfinite(linear));
  EXPECT_EQ(described["memory"]["planned"], described["memory"]["allocated"]);

  ASSERT_EQ(run("predict --model runs/joint.h5 --circuit c4.h5 -o prediction.h5"), 0) << said();
  EXPECT_NEAR(info("prediction.h5")["scores"]["pearson"], first, 1e-6);
  ASSERT_EQ(run("collect runs -o results.h5"), 0) << said();
  EXPECT_EQ(info("results.h5")["runs"][0]["designs"].size(), 6U);
  ASSERT_EQ(run("report results.h5"), 0) << said();
  EXPECT_TRUE(says("held out")) << said();
  EXPECT_TRUE(says("design4+design5")) << said();

  ASSERT_EQ(run("info runs/joint.h5"), 0) << said();
  EXPECT_TRUE(says("design0                         training")) << said();
  EXPECT_TRUE(says("design3                         validation")) << said();
  EXPECT_FALSE(says("{")) << said();
}

TEST_F(JointCommand, ASignalToAnyRankStopsAllTogether) {
  ASSERT_EQ(run("train deck.yaml output=undisturbed.h5"), 0) << said();
  // Every rank tells its exit code (if mpirun, which ends at the first, lets it), for mpirun's is that of one.
  program_ = fmt::format("sh -c '\"{}\" \"$@\"; code=$?; echo \"code $code\"; exit $code' sh", GSRGNN_PROGRAM);
  for (const int to : {-1, 0, 1}) {  // -1: to both, as mpirun hands it on
    SCOPED_TRACE(to);
    const int code = until_in_time([&] {
      for (const char* name : {"run.h5", "run.h5.checkpoint"}) std::filesystem::remove(work_.path(name));
      const pid_t job = start("train deck.yaml", 2);
      EXPECT_TRUE(wait_until_said(job, out_, fmt::format("/{}  loss", kJointEpochs))) << said();
      const auto pids = ranks();
      EXPECT_EQ(pids.size(), 2U) << said();
      for (std::size_t rank = 0; rank < pids.size(); ++rank) {
        if (to < 0 || rank == static_cast<std::size_t>(to)) ::kill(pids[rank], SIGUSR1);
      }
      return wait_for(job);
    });
    EXPECT_EQ(code, 75) << said();
    EXPECT_TRUE(says("gsrgnn: stopped (SIGUSR1) after ")) << said();
    EXPECT_TRUE(says("code 75") && !says("code 0")) << said();
    EXPECT_TRUE(says("run.h5.checkpoint; gsrgnn train --resume goes on")) << said();
    const std::string text = said();
    EXPECT_EQ(text.find("gsrgnn: stopped"), text.rfind("gsrgnn: stopped")) << "said twice: " << text;
    EXPECT_FALSE(std::filesystem::exists(work_.path("run.h5")));
    EXPECT_EQ(info("run.h5.checkpoint")["circuit"], "design4+design5");
  }
  program_ = fmt::format("'{}'", GSRGNN_PROGRAM);
  ASSERT_EQ(run("train --resume deck.yaml", 4), 0) << said();  // by other ranks than before
  EXPECT_TRUE(says("goes on after ")) << said();
  expect_same("undisturbed.h5", "run.h5");
  EXPECT_FALSE(std::filesystem::exists(work_.path("run.h5.checkpoint")));
  ASSERT_EQ(run("train --resume deck.yaml", 2), 0);
  EXPECT_TRUE(says("results: run.h5, complete already")) << said();
}

TEST_F(JointCommand, KilledAtRandomMomentsItGoesOn) {
  ASSERT_EQ(run("train deck.yaml output=undisturbed.h5", 2), 0) << said();
  Random random(static_cast<std::uint64_t>(::getpid()));
  int went_on = 0, code = -1;
  for (int kills = 0; (code != 0 || went_on == 0) && kills < 20; ++kills) {
    if (code == 0) std::filesystem::remove(work_.path("run.h5"));  // it was faster than any kill
    const pid_t job = start("train --resume deck.yaml train.checkpoint.epochs=50", kills % 2 == 0 ? 2 : 4);
    wait_until_said(job, out_, "loss");
    const auto pids = ranks();
    if (went_on == 0) {  // that there is something to go on from
      wait_until(job, [&] {
        std::error_code not_yet;
        return std::filesystem::exists(work_.path("run.h5.checkpoint"), not_yet);
      });
    }
    if (kills % 8 < 6 && !pids.empty()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(random.below(200)));
      ::kill(pids[random.below(pids.size())], SIGKILL);
    }
    code = wait_for(job);
    went_on += says("goes on after ") ? 1 : 0;
    for (const pid_t pid : pids) {  // a rank may live a moment longer than mpirun
      for (int i = 0; i < 3000 && ::kill(pid, 0) == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  ASSERT_TRUE(std::filesystem::exists(work_.path("run.h5"))) << said();
  EXPECT_GT(went_on, 0);
  expect_same("undisturbed.h5", "run.h5");
}

// What one rank finds, all end by: with the code of the error, one line, and without waiting for each other.
TEST_F(JointCommand, NoRankWaitsForOneThatFailed) {
  const auto expect_refused = [&](const std::string& arguments, int code, const std::string& words) {
    SCOPED_TRACE(arguments);
    EXPECT_EQ(run(arguments, 2), code);
    const std::string text = said();
    const auto at = text.find("gsrgnn: ");
    EXPECT_NE(text.find(words), std::string::npos) << text;
    EXPECT_EQ(at, text.rfind("gsrgnn: ")) << "said twice: " << text;
  };
  expect_refused("train deck.yaml model.kk=3", 2, "did you mean 'k'");
  expect_refused("train deck.yaml circuits.training=[c0.h5,missing.h5]", 2, "missing.h5: no such file");
  work_.write("cut.h5", read_bytes(work_.path("c1.h5")).substr(0, 3000));
  expect_refused("train deck.yaml circuits.training=[c0.h5,cut.h5]", 2, "cut.h5: ");
  expect_refused("train deck.yaml circuits.test=[c4.h5,./c4.h5]", 2, "named twice");
  expect_refused("train deck.yaml output=/proc/run.h5", 2, "/proc/run.h5");
  expect_refused("train deck.yaml train.learning_rate=1000", 3, "diverged");
  expect_refused("train deck.yaml model.hidden=65536 model.layers=20000", 3, "do not fit");
  work_.write("one.yaml", "circuit: c0.h5\n");
  expect_refused("train one.yaml", 2, "start it without mpirun");
  EXPECT_FALSE(std::filesystem::exists(work_.path("run.h5")));
}

// A rank without a circuit makes the same updates, and is asked for the same things.
TEST_F(JointCommand, MoreRanksThanCircuits) {
  const std::string less =
      " circuits.test=[c4.h5] circuits.training=[c0.h5] circuits.validation=[] train.epochs=20 output=";
  ASSERT_EQ(run("train deck.yaml" + less + "a.h5"), 0) << said();
  ASSERT_EQ(run("train deck.yaml" + less + "b.h5", 4), 0) << said();
  EXPECT_TRUE(says("; 0 circuits, 0 cells")) << said();
  expect_same("a.h5", "b.h5");
}

TEST_F(JointCommand, ValidationTellsTheMemoryAndLeavesNothing) {
  const auto before = work_.listing();
  for (const int count : {0, 2, 4}) {  // by four one has no circuit
    ASSERT_EQ(run("train --validate deck.yaml circuits.test=[c4.h5] circuits.training=[c0.h5]", count), 0) << said();
    EXPECT_TRUE(says("MB planned and allocated on a rank at most")) << said();
    EXPECT_EQ(work_.listing(), before);
  }
}

// The product of circuits lists and seeds, one run a rank.
TEST_F(JointCommand, JointDecksCanBeSwept) {
  work_.write("sweep.yaml", R"(mode: joint
model: {hidden: 16, k: 4, layers: 2}
train: {epochs: 10}
sweep:
  circuits:
    - {training: [c0.h5, c1.h5], test: [c2.h5]}
    - {training: [c1.h5, c2.h5], test: [c3.h5, c4.h5]}
  seed: [0, 1]
output: out
)");
  ASSERT_EQ(run("sweep sweep.yaml", 2), 0) << said();
  EXPECT_TRUE(says("4 of 4 runs done (4 new, 0 already there)")) << said();
  ASSERT_EQ(run("sweep sweep.yaml"), 0) << said();
  EXPECT_TRUE(says("4 of 4 runs done (0 new, 4 already there)")) << said();
  ASSERT_EQ(run("train deck.yaml output=one.h5 'circuits={training: [c0.h5, c1.h5], test: [c2.h5]}' model.dropout=0 "
                "train.epochs=10 train.batch=0 train.seed=1"),
            0)
      << said();
  bool found = false;
  for (const std::string& name : work_.listing()) {
    if (name.rfind("out/joint-c2-gsr-L2-D16-k4-e10-s1-", 0) != 0) continue;
    found = true;
    expect_same("one.h5", name);
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace gsrgnn
