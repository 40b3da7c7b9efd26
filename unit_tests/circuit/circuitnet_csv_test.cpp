// Maps of CircuitNet's designs as CSVs.

#include <gtest/gtest.h>

#include <gsrgnn/circuit/circuitnet.hpp>
#include <gsrgnn/circuit/maps_file.hpp>

#include "circuit/def_text.hpp"
#include "circuit/numpy_files.hpp"

namespace gsrgnn {
namespace {

using namespace numpy_files;

using Labels = std::vector<float>;

/// The tiny design, whose cells reach over 5 x 4 GCells, with `label`.
CircuitNetOptions options_of(const TestFolder& folder, const std::vector<std::string>& label) {
  CircuitNetOptions options;
  options.root = folder.path();
  options.design = kDesign;
  options.least_share = 0.5;
  options.label = label;
  return options;
}
Circuit import_with(const TestFolder& folder, const std::vector<std::string>& label) {
  return import_circuitnet(options_of(folder, label));
}

/// 10 x + y over columns x and rows y, as large as `box` and from (`box`, `box`) times (`x0`, `y0`) on.
std::string ramp(int columns = 5, int rows = 4, double box = 1, int x0 = 0, int y0 = 0) {
  std::string text = "x0,y0,x1,y1,value (%)\n";
  for (int x = 0; x < columns; ++x) {
    for (int y = 0; y < rows; ++y) {
      const double left = (x0 + x) * box, bottom = (y0 + y) * box;
      text += fmt::format("{},{},{},{},{}\n", left, bottom, left + box, bottom + box, 10 * (x0 + x) + y0 + y);
    }
  }
  return text;
}
std::string without(const std::string& text, const std::string& line) {
  return def_text::with(text, line + "\n", "");
}

class CircuitNetCsv : public ::testing::Test {
 protected:
  void SetUp() override { TinyCircuitNet().write(folder_); }
  std::string map(const std::string& text) const { return folder_.write("map.csv", text); }

  const TestFolder folder_;
  const Labels right_ = {0, 21, 43, 43};  // of the ramp
};

TEST_F(CircuitNetCsv, IsALabelInGcells) {
  const Circuit circuit = import_with(folder_, {map(ramp())});
  EXPECT_EQ(circuit.label_name, std::vector<std::string>{"congestion"});
  EXPECT_EQ(circuit.label_unit, "value (%): largest value in the cell's box");
  EXPECT_EQ(circuit.label, right_);
  EXPECT_TRUE(circuit.note.empty());
  EXPECT_EQ(import_with(folder_, {folder_.write("map.csv.gz", def_text::gzipped(ramp()))}).label, right_);
  EXPECT_EQ(import_with(folder_, {folder_.write("named_at_will", ramp())}).label, right_);
}

TEST_F(CircuitNetCsv, IsFoundInAFolderOfMapsAndIsAFeature) {
  std::filesystem::create_directories(folder_.path("maps"));
  folder_.write("maps/" + kDesign + ".csv", ramp());
  CircuitNetOptions options = options_of(folder_, {folder_.path("maps")});
  options.feature_maps = {{"ramp", folder_.path("maps")}};
  options.rule = BoxRule::mean;
  const Circuit circuit = import_circuitnet(options);
  const Labels means = {0, 15.5F, 43, 27};
  EXPECT_EQ(circuit.label, means);
  EXPECT_EQ(circuit.feature_name.back(), "ramp");
  for (std::size_t cell = 0; cell < means.size(); ++cell) {
    EXPECT_EQ(circuit.feature[(cell + 1) * circuit.feature_name.size() - 1], means[cell]);
  }
}

TEST_F(CircuitNetCsv, IsReadAsThisProgramWritesIt) {
  TinyCircuitNet moved;
  moved.places = {{"u0", TinyCircuitNet::box(10, 7, 10, 7)}, {"u2", TinyCircuitNet::box(12, 8, 13, 8)}};
  moved.write(folder_);
  const GcellGrid& grid = import_with(folder_, {}).placement.grid;
  ASSERT_EQ(grid.size(), 8);
  write_map_csv(folder_.path("map.csv"), grid, {{"value (congestion)", {1, 2, 3, 4, 5, 6, 7, 8}}});
  const Circuit circuit = import_with(folder_, {folder_.path("map.csv")});
  EXPECT_EQ(circuit.label, (Labels{1, 8}));
  // The spread of a prediction is none of its values.
  const std::vector<double> value = {1, 2, 3, 4, 5, 6, 7, 8}, spread(8, 0.5);
  write_map_csv(folder_.path("map.csv"), grid, {{"value (congestion)", value}, {"spread (congestion)", spread}});
  const Circuit same = import_with(folder_, {folder_.path("map.csv")});
  EXPECT_EQ(same.label, circuit.label);
  EXPECT_EQ(same.label_unit, circuit.label_unit);
}

TEST_F(CircuitNetCsv, WhereItHasNoBoxItIsZero) {
  // One in the middle and the last column and row, where no cell has a value.
  std::string text = without(ramp(4, 3), "2,1,3,2,21");
  const Circuit circuit = import_with(folder_, {map(text)});
  EXPECT_EQ(circuit.label, (Labels{0, 20, 0, 32}));
  ASSERT_EQ(circuit.note.size(), 1U);
  EXPECT_NE(circuit.note[0].find("1 of 12 boxes have no value"), std::string::npos) << circuit.note[0];
  // A column without any.
  text = ramp();
  for (const char* line : {"1,0,2,1,10", "1,1,2,2,11", "1,2,2,3,12", "1,3,2,4,13"}) text = without(text, line);
  EXPECT_EQ(import_with(folder_, {map(text)}).label, right_);
  CircuitNetOptions options = options_of(folder_, {folder_.path("map.csv")});
  options.rule = BoxRule::center;
  EXPECT_EQ(import_circuitnet(options).label, (Labels{0, 21, 43, 32}));
}

TEST_F(CircuitNetCsv, BoxesMayBeOfSeveralGcells) {
  EXPECT_EQ(import_with(folder_, {map("x0,y0,x1,y1,v\n0,0,2,4,1\n2,0,6,4,3\n")}).label, (Labels{1, 3, 3, 3}));
}

TEST_F(CircuitNetCsv, AResizedOneMayBeInAnyUnit) {
  CircuitNetOptions options = options_of(folder_, {map(ramp(5, 4, 2.5, 0, 0))});
  expect_message(input_error([&] { import_circuitnet(options); }), folder_.path("map.csv"),
                 {"a side at 2.5 in x", "--resized"});
  options.resized = true;
  EXPECT_EQ(import_circuitnet(options).label, right_);
  // Not from 0 on; and a last column that takes what is left of the die, beside one without any value.
  map("x0,y0,x1,y1,v\n6,6,8,8,1\n6,8,8,10,2\n8,6,10,8,3\n12,6,14,8,4\n14,8,15.5,10,5\n");
  EXPECT_EQ(import_circuitnet(options).label, (Labels{1, 3, 5, 5}));
}

TEST_F(CircuitNetCsv, TwoAreOfOneKind) {
  const std::string h = folder_.write("h.csv", ramp()),
                    npy = folder_.write("v.npy", map_npy(5, 4, std::vector<double>(20, 1)));
  EXPECT_EQ(import_with(folder_, {h, npy}).label, (Labels{0.5F, 11, 22, 22}));
  EXPECT_EQ(import_with(folder_, {h, h}).label_unit,
            "mean of the horizontal and the vertical map, value (%): largest value in the cell's box");
  expect_message(input_error([&] {
                   import_with(folder_, {h, map(def_text::with(ramp(), "value (%)", "tracks"))});
                 }),
                 folder_.path("map.csv"), {"'tracks'", "h.csv", "'value (%)'"});
}

TEST_F(CircuitNetCsv, OneThatDoesNotFitIsRefused) {
  const auto expect_refused = [&](const std::string& text, const std::string& place,
                                  const std::vector<std::string>& words) {
    expect_message(input_error([&] { import_with(folder_, {map(text)}); }), folder_.path("map.csv" + place), words);
  };
  // Of another design: smaller or larger by more than what may be left out.
  expect_refused(ramp(2, 4), ": ", {"2 x 4 GCells and the placement 5 x 4", "--resized"});
  expect_refused(ramp(5, 7), ": ", {"5 x 7 GCells and the placement 5 x 4", "--resized"});
  expect_refused(ramp(5, 4, 1, -1), ": ", {"a side at -1 in x", "GCells"});
  expect_refused(ramp(5, 4, 0.5), ": ", {"a side at 0.5 in x", "GCells"});
  expect_refused("x0,y0,x1,y1,v\n100000,100000,100001,100001,1\n", ": ", {"over 100001 x 100001 GCells"});
  expect_refused("x0,y0,x1,y1,v\n1e11,1e11,100000000001,100000000001,1\n", ": ", {"GCells"});
  expect_refused("", ":0", {"x0,y0,x1,y1,value"});
  expect_refused("1,2,3\n4,5,6\n", ":1", {"x0,y0,x1,y1"});
  expect_refused("violation type: Horizontal congestion\n", ":1", {"x0,y0,x1,y1"});
  expect_refused(ramp() + "0,0,1,1,3\n", ":22", {"second value"});
  CircuitNetOptions options =
      options_of(folder_, {map("x0,y0,x1,y1,v\n0,0,1,1,1\n1,0,2,1,1\n99999,99999,1e5,1e5,1\n")});
  options.resized = true;
  expect_message(input_error([&] { import_circuitnet(options); }), folder_.path("map.csv: "), {"100000 x 100000"});
  map("x0,y0,x1,y1,v\n0,0,1e-300,1,1\n1e-300,0,2e-300,1,1\n2e-300,0,5,1,1\n");
  expect_message(input_error([&] { import_circuitnet(options); }), folder_.path("map.csv: "), {"over 5e+300 x 1"});
  expect_message(input_error([&] { import_with(folder_, {folder_.path("no.csv")}); }), folder_.path("no.csv: "),
                 {"no such file"});
}

}  // namespace
}  // namespace gsrgnn
