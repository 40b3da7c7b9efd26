// gsrgnn collect, report and info on many runs, and scripts/plot.py, as a script sees them.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "support/files.hpp"
#include "support/program.hpp"

namespace gsrgnn {
namespace {

using namespace testing;
using Json = nlohmann::json;

const std::string kReportedDeck = R"(circuit:
  generate: {cells: 200, seed: 1}
model: {layers: 2, hidden: 16, k: 4}
train: {epochs: 4, split: [0.6, 0.2, 0.2]}
)";

class ReportCommands : public ::testing::Test {
 protected:
  Outcome shell(const std::string& line) const {
    const std::string command = fmt::format("cd '{}' && {} >'{}' 2>'{}' </dev/null", work_.path(), line,
                                            texts_.path("out"), texts_.path("err"));
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_bytes(texts_.path("out")),
            read_bytes(texts_.path("err"))};
  }
  Outcome run(const std::string& arguments) const { return shell(fmt::format("'{}' {}", GSRGNN_PROGRAM, arguments)); }
  std::string succeed(const std::string& arguments) const {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 0) << arguments << ": " << outcome.err;
    return outcome.out;
  }
  void expect_refused(const Outcome& outcome, const std::vector<std::string>& words) const {
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    for (const std::string& word : words) EXPECT_NE(outcome.err.find(word), std::string::npos) << outcome.err;
  }
  void train(const std::string& name, const std::string& overrides) const {
    work_.write("deck.yaml", kReportedDeck);
    succeed(fmt::format("train deck.yaml output=runs/{}.h5 {}", name, overrides));
  }

  TestFolder work_{"_work"}, texts_{"_texts"};
};

TEST_F(ReportCommands, FromRunsToTables) {
  for (const char* kind : {"gsr", "rev"}) {
    for (const int layers : {1, 3}) {
      for (const int seed : {0, 1}) {
        train(fmt::format("{}-L{}-s{}", kind, layers, seed),
              fmt::format("model.kind={} model.layers={} train.seed={}", kind, layers, seed));
      }
    }
  }
  work_.write("runs/gsr-L9.failed", R"({"reason": "diverged", "deck": "model: {kind: gsr, layers: 9}"})");
  work_.write("runs/cut.h5", read_bytes(work_.path("runs/gsr-L1-s0.h5")).substr(0, 5000));

  const Outcome collected = run("collect runs -o results.h5");
  EXPECT_EQ(collected.code, 0);
  EXPECT_NE(collected.out.find("8 done, 1 failed; 1 file left out"), std::string::npos) << collected.out;
  EXPECT_NE(collected.err.find("left out: runs/cut.h5: "), std::string::npos) << collected.err;
  EXPECT_EQ(std::count(collected.err.begin(), collected.err.end(), '\n'), 1) << collected.err;

  const Json results = Json::parse(succeed("info --json results.h5"));
  EXPECT_EQ(results["kind"], "results");
  ASSERT_EQ(results["runs"].size(), 9U);
  const Json own = Json::parse(succeed("info --json runs/gsr-L3-s1.h5"));
  EXPECT_EQ(own["parameters"]["layers"], 3);
  for (const auto& [key, value] : own.items()) {
    EXPECT_EQ(results["runs"][3][key], value) << key;
  }
  EXPECT_EQ(results["runs"][4]["reason"], "diverged");
  const std::string listing = succeed("info results.h5");
  for (const char* word : {"gsr-L1-s0", "rev-L3-s1", "failed: diverged"}) {
    EXPECT_NE(listing.find(word), std::string::npos) << listing;
  }

  const std::string text = succeed("report results.h5 -o tables/all");
  EXPECT_EQ(text.rfind(read_bytes(work_.path("tables/all/report.txt")), 0), 0U);
  const std::string scores = read_bytes(work_.path("tables/all/scores.csv"));
  EXPECT_EQ(std::count(scores.begin(), scores.end(), '\n'), 5) << scores;  // names; two models at two depths
  for (const char* table : {"seconds", "speedup", "memory", "saving", "gsr_against_rev", "depth", "failed"}) {
    EXPECT_TRUE(std::filesystem::exists(work_.path(fmt::format("tables/all/{}.csv", table)))) << table;
  }
  // The same of the folder and of the run files.
  EXPECT_EQ(run("report runs").out, succeed("report results.h5"));
  EXPECT_NE(succeed("report runs/gsr-L1-s0.h5 runs/gsr-L1-s1.h5").find("2 runs of 1 configuration"), std::string::npos);
}

TEST_F(ReportCommands, Mistakes) {
  work_.write("deck.yaml", kReportedDeck);
  std::filesystem::create_directory(work_.path("runs"));
  expect_refused(run("collect runs -o results.h5"), {"runs: ", "no run file", "; "});
  expect_refused(run("collect none -o results.h5"), {"none: ", "no such folder"});
  expect_refused(run("collect runs model.k=4 -o results.h5"), {"model.k=4: ", "replaces a key of a deck"});
  expect_refused(run("report"), {"RESULTS.h5"});
  expect_refused(run("report none.h5"), {"none.h5: ", "no such file"});
  expect_refused(run("report runs"), {"runs: ", "no whole run file"});
  succeed("generate --cells 100 -o c.h5");
  expect_refused(run("report c.h5"), {"c.h5: ", "neither a results file nor a run file"});
  train("a", "");
  expect_refused(run("collect runs -o /proc/results.h5"), {"/proc/results.h5: ", "cannot write"});
  expect_refused(run("report runs -o deck.yaml"), {"deck.yaml: ", "folder"});
  expect_refused(run("predict --model c.h5 --circuit c.h5 -o p.h5"), {"c.h5: "});
  succeed("collect runs -o results.h5");
  EXPECT_EQ(run("predict --model results.h5 --circuit c.h5 -o p.h5").code, 2);
}

/// A Python with what scripts/plot.py needs; empty when there is none.
std::string plotting_python() {
  for (const char* python : {"python3", "/usr/bin/python3"}) {
    if (std::system(fmt::format("{} -c 'import h5py, matplotlib, numpy' >/dev/null 2>&1", python).c_str()) == 0) {
      return python;
    }
  }
  return "";
}

TEST_F(ReportCommands, Pictures) {
  const std::string python = plotting_python();
  if (python.empty()) GTEST_SKIP() << "python3-h5py or python3-matplotlib is not installed: plot.py was not run";
  const std::string plot = fmt::format("{} '{}/plot.py' ", python, GSRGNN_SCRIPTS);
  for (const int layers : {1, 2}) {
    for (const char* kind : {"gsr", "rev"}) {
      train(fmt::format("{}-L{}", kind, layers), fmt::format("model.kind={} model.layers={}", kind, layers));
    }
  }
  train("gsr-k8", "model.kind=gsr model.layers=2 model.k=8");
  succeed("collect runs -o results.h5");

  const Outcome of_results = shell(plot + "results.h5 -o all");
  EXPECT_EQ(of_results.code, 0) << of_results.err;
  succeed("generate --cells 150 -o other.h5");
  succeed("predict --model runs/gsr-L2.h5 --circuit other.h5 -o prediction.h5");
  const Outcome of_prediction = shell(plot + "prediction.h5 -o predicted");
  EXPECT_EQ(of_prediction.code, 0) << of_prediction.err;
  EXPECT_EQ(of_prediction.out.rfind("predicted/prediction-", 0), 0U) << of_prediction.out;
  EXPECT_GT(read_bytes(work_.path(of_prediction.out.substr(0, of_prediction.out.size() - 1))).size(), 5000U);
  const Outcome as_text = shell(plot + "prediction.h5 -o drawn --format svg");
  EXPECT_EQ(as_text.code, 0) << as_text.err;
  const std::string svg = read_bytes(work_.path(as_text.out.substr(0, as_text.out.size() - 1)));
  for (const char* title : {">true<", ">RUDY: Pearson ", ">predicted: Pearson ", ">predicted - true: RMS "}) {
    EXPECT_NE(svg.find(title), std::string::npos) << title;
  }
  const std::string older = R"(import h5py; del h5py.File("prediction.h5", "a")["grid_x"])";
  EXPECT_EQ(shell(fmt::format("{} -c '{}'", python, older)).code, 0);
  expect_refused(shell(plot + "prediction.h5"), {"prediction.h5: ", "older program", "predict again"});
  const Outcome of_run = shell(plot + "runs/gsr-L2.h5 -o one --format svg");
  EXPECT_EQ(of_run.code, 0) << of_run.err;
  std::vector<std::string> kinds;
  for (const std::string& name : work_.listing()) {
    if (name.rfind("all/", 0) != 0 && name.rfind("one/", 0) != 0) continue;
    kinds.push_back(name.substr(0, name.find('-')));
    const std::string bytes = read_bytes(work_.path(name));
    EXPECT_NE(bytes.substr(0, 200).find(name[0] == 'a' ? "PNG" : "<?xml"), std::string::npos) << name;
    EXPECT_GT(bytes.size(), 5000U) << name;
  }
  EXPECT_EQ(kinds, (std::vector<std::string>{"all/curves", "all/map", "all/memory", "all/scores", "all/scores",
                                             "all/speedup", "one/curves", "one/map"}));
  EXPECT_NE(of_results.out.find("all/scores-k-"), std::string::npos) << of_results.out;

  expect_refused(shell(plot + "none.h5"), {"plot.py: none.h5: ", "no such file"});
  expect_refused(shell(plot + "deck.yaml"), {"deck.yaml: ", "not a readable HDF5 file"});
  expect_refused(shell(plot + "runs"), {"runs: ", "is a folder", "gsrgnn collect"});
  expect_refused(shell(plot + "results.h5 --run none"), {"--run none"});
  expect_refused(shell(plot + "results.h5 --format gif"), {"usage", "gif"});
  succeed("generate --cells 100 -o c.h5");
  expect_refused(shell(plot + "c.h5"), {"c.h5: ", "neither a results file, nor a run file, nor a prediction"});
}

// Without its modules it says what to install. An empty folder on the path stands for a Python without them.
TEST_F(ReportCommands, PicturesWithoutTheModules) {
  if (std::system("python3 -c '' >/dev/null 2>&1") != 0) GTEST_SKIP() << "python3 is not installed";
  expect_refused(shell(fmt::format("python3 -S -E '{}/plot.py' results.h5", GSRGNN_SCRIPTS)),
                 {"module", "python3-h5py", "python3-matplotlib"});
}

}  // namespace
}  // namespace gsrgnn
