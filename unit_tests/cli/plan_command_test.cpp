// gsrgnn plan and memory_limit as a script sees them: the same numbers as a run's, exit codes, and a process that keeps
// to what was planned.

#include <gsrgnn/training/memory_plan.hpp>

#include "support/program.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

const std::string kPlanned = R"(circuit:
  generate: {cells: 300, seed: 1}
model: {layers: 4, hidden: 32, k: 4}
train: {epochs: 2, split: [0.6, 0.2, 0.2]}
keep: none
output: run.h5
)";

class PlanCommand : public ProgramTest {
 protected:
  PlanCommand() { work_.write("deck.yaml", kPlanned); }

  /// `code`: what it ends with; 3 when it does not fit.
  Json json(const std::string& arguments, int code = 0) const {
    const std::string text = code == 0 ? succeed(arguments + " --json") : said_by_one_that_fails(arguments + " --json");
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
    const Json object = Json::parse(text, nullptr, false);
    EXPECT_TRUE(object.is_object()) << text;
    return object;
  }
  /// What is printed when it does not fit: all the same, and then a line of error and code 3.
  std::string said_by_one_that_fails(const std::string& arguments) const {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 3) << arguments;
    EXPECT_NE(outcome.err.find("do not fit"), std::string::npos) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    return outcome.out;
  }
  void expect_says(const std::string& text, const std::vector<std::string>& words) const {
    for (const auto& word : words) EXPECT_NE(text.find(word), std::string::npos) << word << " in:\n" << text;
  }
};

TEST_F(PlanCommand, SaysTheSameAsTheRun) {
  for (const char* model :
       {"model.kind=gcn", "model.kind=sage model.adjacency=expanded", "model.kind=rev model.groups=4 model.dropout=0.2",
        "model.kind=gsr", "model.kind=gsr model.residual=dense model.dropout=0.5"}) {
    SCOPED_TRACE(model);
    const Json plan = json(fmt::format("plan deck.yaml {}", model));
    EXPECT_FALSE(std::filesystem::exists(work_.path("run.h5")));
    succeed(fmt::format("train deck.yaml {}", model));
    const Json of_run = json("info run.h5");
    EXPECT_EQ(plan["memory"]["planned"], of_run["memory"]["planned"]);
    EXPECT_EQ(plan["memory"]["planned"], of_run["memory"]["allocated"]);
    for (const char* key : {"circuit", "cells", "nets", "pins", "edges"}) EXPECT_EQ(plan[key], of_run[key]) << key;
    EXPECT_TRUE(plan["fits"].get<bool>());
    EXPECT_EQ(plan["most"].contains("k"), std::string(model).find("gsr") != std::string::npos);
    std::filesystem::remove(work_.path("run.h5"));
  }
}

TEST_F(PlanCommand, SaysWhereTheBytesGo) {
  const std::int64_t planned = json("plan deck.yaml")["memory"]["planned"];
  const std::string text = succeed("plan deck.yaml");
  expect_says(text, {"circuit generated-300-s1: 300 cells", "gsr: 4 layers, width 32, k 4", "graph", "parameters",
                     "Adam's moments", "activations kept for backward", "planned", "free on the device", "\nfits; ",
                     "layers that fit with k 4: up to ", "k that fit with 4 layers: up to 16"});
  EXPECT_EQ(text.find("dropout"), std::string::npos) << "there is none";
  expect_says(succeed("plan deck.yaml memory_limit=1GB"), {"memory_limit", "1,000,000,000"});
  expect_says(said_by_one_that_fails(fmt::format("plan deck.yaml memory_limit={}", planned - 1)),
              {"\ndoes not fit; layers that fit with k 4: up to 3; k that fit with 4 layers: up to 3"});
  expect_says(said_by_one_that_fails("plan deck.yaml memory_limit=1kB model.kind=rev"),
              {"\ndoes not fit; layers that fit: none"});
  EXPECT_EQ(json("plan deck.yaml memory_limit=1kB", 3)["fits"], false);
  const Json plan = json(fmt::format("plan deck.yaml memory_limit={}", planned));
  EXPECT_EQ(plan["memory"]["limit"], planned);
  EXPECT_EQ(plan["fits"], true);
  EXPECT_EQ(plan["most"]["layers"], 4);
  EXPECT_EQ(plan["most"]["k"], 4);
  std::int64_t sum = 0;
  for (const auto& part : plan["memory"]["parts"]) sum += part.get<std::int64_t>();
  EXPECT_EQ(sum, planned);
  EXPECT_EQ(plan["memory"]["parts"].size(), kMemoryParts);
}

TEST_F(PlanCommand, SaysWhatIsKept) {
  const Json none = json("plan deck.yaml"), all = json("plan deck.yaml keep=all"),
             fit = json("plan deck.yaml keep=fit");
  for (const Json& plan : {none, all, fit}) {
    EXPECT_EQ(plan["memory"]["keeping_none"], none["memory"]["planned"]);
    EXPECT_EQ(plan["memory"]["keeping_all"], all["memory"]["planned"]);
  }
  EXPECT_EQ(none["kept_layers"], 0);
  EXPECT_EQ(all["kept_layers"], 4);
  EXPECT_EQ(fit["kept_layers"], 4) << "of what is free, half is more than that";
  const std::int64_t least = none["memory"]["planned"], most = all["memory"]["planned"];
  const std::string limit = fmt::format("keep=fit memory_limit={}", (least + most) / 2);
  const Json between = json("plan deck.yaml " + limit);
  EXPECT_GT(between["kept_layers"], 0);
  EXPECT_LT(between["kept_layers"], 4);
  expect_says(succeed("plan deck.yaml " + limit), {"with no layer kept", "with all layers kept",
                                                   fmt::format("keeps {} of 4", between["kept_layers"].dump())});
  EXPECT_EQ(succeed("plan deck.yaml model.kind=sage").find("layers kept"), std::string::npos) << "it rebuilds nothing";
  succeed("train deck.yaml " + limit);
  const Json of_run = json("info run.h5");
  EXPECT_EQ(of_run["memory"]["allocated"], between["memory"]["planned"]);
  EXPECT_EQ(of_run["deck"].get<std::string>().find("keep"), std::string::npos);
}

TEST_F(PlanCommand, MistakesAreNamed) {
  expect_refused("plan missing.yaml", {"missing.yaml", "no such file"});
  expect_refused("plan deck.yaml model.layer=3", {"did you mean 'layers'"});
  expect_refused("plan deck.yaml memory_limit=600M", {"memory_limit=600M: ", "'600M'", "600MB"});
  expect_refused("plan deck.yaml circuit=missing.def", {"missing.def", "no such file"});
  expect_refused("plan", {"DECK.yaml"});
  expect_refused("plan deck.yaml sweep.layer=[1]", {"did you mean"});
}

TEST_F(PlanCommand, OfASweepItIsALineARun) {
  work_.write("sweep.yaml", kPlanned.substr(0, kPlanned.rfind("output")) + "sweep: {layers: [2, 4], k: [2, 4]}\n");
  const std::string text = succeed("plan sweep.yaml");
  expect_says(text, {"-L2-D32-k2-", "-L4-D32-k4-", "4 runs, the largest of ", "free on the device"});
  const Json plan = json("plan sweep.yaml");
  const Json one = json("plan deck.yaml");
  ASSERT_EQ(plan["runs"].size(), 4U);
  EXPECT_EQ(plan["runs"][3]["memory"]["planned"], one["memory"]["planned"]);  // 4 layers, k 4
  EXPECT_EQ(plan["memory"]["planned"], one["memory"]["planned"]);
  EXPECT_EQ(plan["fits"], true);
  const std::string limit = fmt::format("memory_limit={}", one["memory"]["planned"].get<std::int64_t>() - 1);
  expect_says(said_by_one_that_fails("plan sweep.yaml " + limit),
              {"does not fit; layers that fit with k 4: up to 3", "1 beyond it"});
  EXPECT_EQ(json("plan sweep.yaml " + limit, 3)["fits"], false);
  EXPECT_EQ(work_.listing(), (std::vector<std::string>{"deck.yaml", "sweep.yaml"}));
}

TEST_F(PlanCommand, ATrainingBeyondTheLimitIsRefusedBeforeAnythingIsWritten) {
  const Json plan = json("plan deck.yaml");
  const std::int64_t planned = plan["memory"]["planned"];
  const std::string limit = fmt::format("memory_limit={}", planned - 1);
  const Json beyond = json("plan deck.yaml " + limit, 3);
  for (const char* options : {"", "--validate ", "--resume "}) {
    expect_refused(fmt::format("train {}deck.yaml {} output=new/run.h5", options, limit),
                   {"do not fit the memory limit of", "with k 4 up to 3 layers do", "with 4 layers a k up to 3 does"},
                   3);
  }
  // What it says would fit does.
  EXPECT_EQ(beyond["most"]["layers"], 3);
  EXPECT_EQ(beyond["most"]["k"], 3);
  succeed(fmt::format("train deck.yaml {} model.layers=3", limit));
  succeed(fmt::format("train --overwrite deck.yaml {} model.k=3", limit));
  succeed(fmt::format("train --overwrite deck.yaml memory_limit={}", planned));
  EXPECT_EQ(json("info run.h5")["deck"].get<std::string>().find("memory_limit"), std::string::npos);
}

// A thousand layers on one of the largest circuits of the paper: gigabytes, planned in a process that may have one.
TEST_F(PlanCommand, APlanAllocatesNothing) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer's own memory is not the program's";
  const std::string large =
      "deck.yaml 'circuit={generate: {like: 5324-F}}' model.layers=1000 model.hidden=384 model.k=16";
  const Json plan = Json::parse(succeed(fmt::format("plan {} --json", large), "ulimit -v 1000000;"));
  EXPECT_GT(plan["memory"]["planned"], 7e9);
}

// A file is whole in memory before it is written, and a checkpoint holds all parameters with their moments and the best
// ones, which of the last model are nearly all that is planned.
TEST_F(PlanCommand, TheProcessTakesLittleMoreThanWasPlanned) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer's own memory is not the program's";
  for (const char* model :
       {"model.layers=50 model.hidden=128 model.k=16",
        "model.layers=20 model.hidden=192 model.kind=rev model.dropout=0.3",
        "model.layers=10 model.hidden=128 model.kind=sage model.adjacency=expanded",
        "model.layers=60 model.hidden=384 model.k=2 circuit.generate.cells=500 train.checkpoint.epochs=1"}) {
    SCOPED_TRACE(model);
    succeed(fmt::format("train deck.yaml circuit.generate.cells=10000 train.epochs=2 {}", model));
    const Json memory = json("info run.h5")["memory"];
    const double planned = memory["planned"], peak = memory["process_peak"];
    EXPECT_GT(planned, 30e6);
    EXPECT_GE(peak, planned);
    const bool keeps = std::string_view(model).find("checkpoint") != std::string_view::npos;
    EXPECT_LE(peak - planned, (keeps ? 1.1 : 0.1) * planned + 64e6) << planned << " planned, " << peak << " taken";
    std::filesystem::remove(work_.path("run.h5"));
  }
}

}  // namespace
}  // namespace gsrgnn
