// Predictions as tables and as padding.

#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/training/prediction_files.hpp>

#include "support/files.hpp"
#include "support/small_circuits.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class PredictionFiles : public ::testing::Test {
 protected:
  /// Four cells, named, and not in the order of their source.
  void SetUp() override {
    circuit_.name = "four";
    circuit_.type_name = {"A"};
    circuit_.cell_type.assign(4, 0);
    circuit_.position = {{10.125, 0.5}, {0.5, 0.5}, {10.5, 10.5}, {0.25, 10.5}};
    circuit_.box = {0, 0, 20, 20};
    circuit_.placement.grid.border = {{{0, 10, 20}, {0, 10, 20}}};
    circuit_.original = {1, 0, 3, 2};
    circuit_.cell_name = {"u\\[1\\]", "a/_0_", "say \"3\"", "b,2"};
    circuit_.label_name = model_.label_name = {"congestion"};
    circuit_.label_unit = model_.label_unit = "tracks";
    circuit_.label = {1, 0, 3, 2};
    prediction_.value = {1.5, 0.5, 3.5, 2.5};
  }
  std::string csv() const {
    write_prediction_csv(folder_.path("p.csv"), model_, circuit_, prediction_);
    return read_bytes(folder_.path("p.csv"));
  }

  TestFolder folder_;
  Circuit circuit_;
  SavedModel model_;
  Prediction prediction_;
};

TEST_F(PredictionFiles, ATableHasALineACellInTheOrderOfTheSource) {
  EXPECT_EQ(csv(),
            "instance,x,y,prediction,label\na/_0_,0.5,0.5,0.5,0\nu\\[1\\],10.125,0.5,1.5,1\n"
            "\"b,2\",0.25,10.5,2.5,2\n\"say \"\"3\"\"\",10.5,10.5,3.5,3\n");
  circuit_.label_unit = "other";  // not what the model predicts
  EXPECT_EQ(csv().substr(0, 24), "instance,x,y,prediction\n");
}

TEST_F(PredictionFiles, ATableWithoutNamesHasNumbers) {
  circuit_.cell_name.clear();
  circuit_.label.clear();
  circuit_.label_name.clear();
  EXPECT_EQ(csv(), "instance,x,y,prediction\n0,0.5,0.5,0.5\n1,10.125,0.5,1.5\n2,0.25,10.5,2.5\n3,10.5,10.5,3.5\n");
}

TEST_F(PredictionFiles, ATableOfTwoLabelsNamesThem) {
  circuit_.label_name = model_.label_name = {"h", "v"};
  circuit_.label = {0, 1, 2, 3, 4, 5, 6, 7};
  prediction_.value = {0, -1, 2, -3, 4, -5, 6, -7};
  EXPECT_EQ(csv().substr(0, csv().find('\n', 60)),
            "instance,x,y,prediction_h,prediction_v,label_h,label_v\na/_0_,0.5,0.5,2,-3,2,3");
}

TEST_F(PredictionFiles, PaddingIsWhatOpenRoadReads) {
  circuit_.cell_name = {"u\\[1\\]", "a/_0_", "c", "b"};
  const GcellValues map = gcell_values(circuit_, prediction_.value, 1);
  const auto padded = write_padding(folder_.path("pad.tcl"), circuit_, map, {{1, 1}, {3, 4}}, "four.def");
  EXPECT_EQ(padded, (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(read_bytes(folder_.path("pad.tcl")),
            "# Padding of four by its predicted congestion.\n"
            "# In OpenROAD, before detailed_placement: source this file.\n"
            "# 2 cells, predicted 1 or more\n"
            "set_placement_padding -instances {\nb\nu\\[1\\]\n} -left 1 -right 1\n"
            "# 1 cell, predicted 3 or more\n"
            "set_placement_padding -instances {\nc\n} -left 4 -right 4\n");
  const auto rules = padding_of_the_hottest(map);
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0].least, 3.5);
  EXPECT_EQ(rules[0].sites, 1);
  EXPECT_EQ(rules[1].sites, 2);
}

TEST_F(PredictionFiles, PaddingNeedsNamesThatTclCanHold) {
  const std::string path = folder_.path("pad.tcl");
  const GcellValues map = gcell_values(circuit_, prediction_.value, 1);
  const auto message = [&] { return input_error([&] { write_padding(path, circuit_, map, {{0, 1}}, "four.def"); }); };
  expect_message(message(), "four.def: ", {"say", "Tcl"});
  for (const char* name : {"a{b", "a}b", "ends\\"}) {
    circuit_.cell_name[2] = name;
    expect_message(message(), "four.def: ", {"Tcl"});
  }
  circuit_.cell_name.clear();
  expect_message(message(), "four.def: ", {"no names"});
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace gsrgnn
