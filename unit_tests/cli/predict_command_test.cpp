// gsrgnn predict and all that it writes.

#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <sstream>

#include "circuit/def_text.hpp"
#include "support/png_pixels.hpp"
#include "support/program.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

/// A model of a generated circuit, and another such circuit with names, one.h5.
class PredictCommand : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    write("deck.yaml", kDeck);
    succeed("train deck.yaml");
    circuit_ = small_circuit(300, 2);
    for (std::int64_t i = 0; i < circuit_.cells(); ++i) circuit_.cell_name.push_back(fmt::format("u/_{}_", i));
    write_circuit(circuit_, work_.path("one.h5"));
  }
  std::string predict_one(const std::string& options) const {
    return succeed("predict --model run.h5 --circuit one.h5 " + options);
  }
  std::vector<std::string> lines(const std::string& file) const {
    std::vector<std::string> found;
    std::istringstream text(read_bytes(work_.path(file)));
    for (std::string line; std::getline(text, line);) found.push_back(line);
    return found;
  }

  Circuit circuit_;
};

TEST_F(PredictCommand, SeveralModelsPredictTheirMean) {
  succeed("train deck.yaml train.seed=7 output=second.h5");
  predict_one("-o first.h5");
  succeed("predict --model second.h5 --circuit one.h5 -o second_alone.h5");
  const std::string said = succeed("predict --model run.h5 --model second.h5 --circuit one.h5 -o both.h5");
  EXPECT_NE(said.find("the mean of 2 models, which differ by "), std::string::npos) << said;
  succeed("predict --model run.h5 --model second.h5 --circuit one.h5 -o both.csv");
  const auto value = [&](const char* file) { return Hdf5Reader(work_.path(file)).array<float>("value"); };
  EXPECT_FLOAT_EQ(value("both.h5")[5], (value("first.h5")[5] + value("second_alone.h5")[5]) / 2);
  EXPECT_EQ(Hdf5Reader(work_.path("both.h5")).array<float>("spread").size(), 300U);
  EXPECT_EQ(lines("both.csv")[0], "instance,x,y,prediction,spread,label");
  expect_refused("predict --model run.h5 --model none.h5 --circuit one.h5 -o x.h5", {"none.h5: ", "no such file"});
  expect_refused("predict --model run.h5 --model second.h5 --circuit one.h5 -o second.h5", {"overwritten"});
}

TEST_F(PredictCommand, FlipsOfTheDieHaveASpread) {
  succeed(
      "train deck.yaml model.nodes=gcells model.relations=lattice model.flips=on train.split_by=tiles output=flips.h5");
  const std::string command = "predict --model flips.h5 --circuit one.h5 ";
  const std::string said = succeed(command + "-o p.h5 --map m.csv");
  EXPECT_NE(said.find("the mean of 4 flips of the die, which differ by "), std::string::npos) << said;
  const Hdf5Reader file(work_.path("p.h5"));
  EXPECT_EQ(file.array<float>("spread").size(), 300U);
  const auto map = lines("m.csv");
  EXPECT_EQ(map[0], "x0,y0,x1,y1,value (congestion),spread (congestion)");
  const auto value = file.array<double>("map/value"), spread = file.array<double>("map/spread");
  EXPECT_EQ(file.shape("map/spread"), file.shape("map/rudy_h"));
  ASSERT_EQ(map.size(), value.size() + 1);
  for (std::size_t g = 0; g < value.size(); ++g) {
    EXPECT_NE(map[g + 1].find(fmt::format(",{:.6g},{:.6g}", value[g], spread[g])), std::string::npos) << map[g + 1];
  }
  succeed(command + "-o p.csv");
  EXPECT_EQ(lines("p.csv")[0], "instance,x,y,prediction,spread,label");
  const std::string two = succeed(command + "--model run.h5 --map two.csv");
  EXPECT_NE(two.find("the mean of 2 models and their flips of the die, which differ by "), std::string::npos) << two;
  EXPECT_EQ(lines("two.csv")[0], lines("m.csv")[0]);
}

TEST_F(PredictCommand, TheEndOfTheNameSaysWhatIsWritten) {
  predict_one("-o p.h5");
  const std::string said = predict_one("-o p.csv --map m.csv --padding pad.tcl");
  EXPECT_NE(said.find("over GCells: NRMSE "), std::string::npos) << said;
  const Json scores = info("p.h5")["field_scores"];
  for (const char* name : {"nrmse", "peak_nrmse_5", "ssim", "hit_rate", "roc_auc"}) {
    EXPECT_TRUE(scores[name].is_number()) << name << " in " << scores;
  }
  EXPECT_TRUE(info("run.h5")["field_scores"]["ssim"].is_number());
  for (const char* file : {"p.csv", "m.csv", "pad.tcl"}) {
    EXPECT_NE(said.find(std::string("written to ") + file), std::string::npos) << said;
  }
  predict_one("--map m.png");
  const Hdf5Reader file(work_.path("p.h5"));
  const auto value = file.array<float>("value");
  EXPECT_EQ(file.names("name", 300), circuit_.cell_name);
  const auto table = lines("p.csv");
  ASSERT_EQ(table.size(), 301U);
  EXPECT_EQ(table[0], "instance,x,y,prediction,label");
  EXPECT_EQ(table[78], fmt::format("u/_77_,{},{},{},{}", circuit_.position[77][0], circuit_.position[77][1], value[77],
                                   circuit_.label[77]));
  const auto map = lines("m.csv");
  EXPECT_EQ(map[0], "x0,y0,x1,y1,value (congestion)");
  EXPECT_GT(map.size(), 40U);
  EXPECT_GT(png_pixels(read_bytes(work_.path("m.png"))).width, 900U);
  const auto padding = lines("pad.tcl");
  EXPECT_EQ(padding[3], "set_placement_padding -instances {");
  EXPECT_EQ(padding.back(), "} -left 2 -right 2");

  write("file.csv", "");
  const std::string command = "predict --model run.h5 --circuit one.h5 ";
  expect_refused(command + "-o p.txt", {"p.txt: ", "unknown kind", ".h5 or .csv"});
  expect_refused(command + "-o p", {"p: ", ".h5 or .csv"});
  expect_refused(command + "--map m.h5", {"m.h5: ", ".csv or .png"});
  expect_refused(command + "--padding pad.csv", {"pad.csv: ", ".tcl"});
  expect_refused(command + "-o p.csv --map p.csv", {"p.csv", "twice"});
  expect_refused(command, {"nothing to do"});
  expect_refused(command + "-o new.csv --map file.csv/m.png", {"file.csv"});
}

TEST_F(PredictCommand, ThresholdsSayWhatIsPadded) {
  const std::string all = predict_one("--padding pad.tcl --threshold -100=3");
  EXPECT_NE(all.find("padding: 300 cells in GCells of -100 or more: 3 sites on either side"), std::string::npos) << all;
  EXPECT_EQ(lines("pad.tcl").size(), 2U + 2U + 300U + 1U);
  const std::string two = predict_one("--padding pad.tcl --threshold -100=1 --threshold 100=2");
  EXPECT_NE(two.find("padding: 0 cells in GCells of 100 or more"), std::string::npos) << two;
  const std::string command = "predict --model run.h5 --circuit one.h5 ";
  for (const char* wrong : {"1", "1=", "=1", "a=1", "1=0", "1=1.5", "1=-1"}) {
    expect_refused(command + "--padding new.tcl --threshold " + wrong, {"--threshold", "VALUE=SITES"});
  }
  expect_refused(command + "-o new.csv --threshold 1=1", {"--threshold is of --padding"});
  circuit_.cell_name.clear();
  write_circuit(circuit_, work_.path("nameless.h5"));
  expect_refused("predict --model run.h5 --circuit nameless.h5 -o new.csv --map new.png --padding new.tcl",
                 {"nameless.h5: ", "no names", "; "});
}

TEST_F(PredictCommand, HotSpotsAreNamedAndThoseMissed) {
  const std::string said = predict_one("--top 3");
  const auto at = said.find("hottest of ");
  ASSERT_NE(at, std::string::npos) << said;
  for (const char* words :
       {"    1  (", "    3  (", "cell", ": u/_", "in the hottest tenth by their label", "missed:"}) {
    EXPECT_NE(said.find(words, at), std::string::npos) << words << " in " << said;
  }
  EXPECT_EQ(said.find("    4  (", at), std::string::npos);
  circuit_.label.clear();
  circuit_.label_name.clear();
  write_circuit(circuit_, work_.path("unlabelled.h5"));
  const std::string unlabelled = succeed("predict --model run.h5 --circuit unlabelled.h5 --top 2");
  EXPECT_EQ(unlabelled.find("over GCells"), std::string::npos) << unlabelled;
  EXPECT_EQ(unlabelled.find("by their label"), std::string::npos) << unlabelled;
  expect_refused("predict --model run.h5 --circuit one.h5 --top -1", {"--top"});
}

TEST_F(PredictCommand, AForeignDesignIsWarnedOfOrRefused) {
  write("tiny.def", def_text::kTiny);
  const std::string said = succeed("predict --model run.h5 --circuit tiny.def -o p.h5");
  EXPECT_NE(said.find("WARNING: foreign to the model: its labels are congestion (routed length / track capacity)"),
            std::string::npos)
      << said;
  EXPECT_FALSE(info("p.h5")["warnings"].empty());
  std::filesystem::remove(work_.path("p.h5"));
  expect_refused("predict --model run.h5 --circuit tiny.def -o p.h5 --strict", {"tiny.def: ", "foreign", "--strict"});
  succeed("generate --cells 200 --seed 1 -o same.h5");
  const std::string same = succeed("predict --model run.h5 --circuit same.h5 -o q.h5 --strict");
  EXPECT_EQ(same.find("WARNING"), std::string::npos) << same;
  EXPECT_TRUE(info("q.h5")["warnings"].empty());
}

TEST_F(PredictCommand, RunFilesHoldTheNamesToo) {
  succeed("train deck.yaml circuit=one.h5 output=named.h5");
  EXPECT_EQ(Hdf5Reader(work_.path("named.h5")).names("predictions/name", 300), circuit_.cell_name);
  EXPECT_FALSE(Hdf5Reader(work_.path("run.h5")).has("predictions/name"));  // a generated circuit has none
  write("joint.yaml",
        "mode: joint\ncircuits: {training: [one.h5], test: [two.h5, three.h5]}\nmodel: {layers: 1, "
        "hidden: 8, k: 2}\ntrain: {epochs: 2}\noutput: joint.h5\n");
  Circuit two = small_circuit(100, 3);
  write_circuit(two, work_.path("two.h5"));
  two = small_circuit(100, 4);
  for (std::int64_t i = 0; i < two.cells(); ++i) two.cell_name.push_back(fmt::format("n{}", i));
  write_circuit(two, work_.path("three.h5"));
  succeed("train joint.yaml");
  const auto names = Hdf5Reader(work_.path("joint.h5")).names("predictions/name", 200);
  EXPECT_EQ(names[5], "");
  EXPECT_EQ(names[105], "n5");
}

}  // namespace
}  // namespace gsrgnn
