#include <gtest/gtest.h>

#include <gsrgnn/circuit/gcell_congestion.hpp>
#include <limits>
#include <map>
#include <numeric>
#include <sstream>

#include "def_text.hpp"

namespace gsrgnn {
namespace {

using namespace def_text;

enum Layer { metal1, metal2, metal3, metal4 };

// Three columns and two rows of GCells of 100 x 100 units. Ten tracks through each GCell on metal2 (vertical) and
// metal3 (horizontal), so a capacity of 1,000 units in both directions.
DefDesign three_by_two() {
  DefDesign design;
  design.path = "three_by_two.def";
  design.units_per_micron = 100;
  design.die = {0, 0, 300, 200};
  design.layer = {"metal1", "metal2", "metal3", "metal4"};
  design.tracks[0] = {{metal2, 5, 30, 10}};
  design.tracks[1] = {{metal1, 5, 20, 10}, {metal3, 5, 20, 10}};
  design.gcell_line = {std::vector<std::int32_t>{0, 100, 200, 300}, std::vector<std::int32_t>{0, 100, 200}};
  return design;
}

DefDesign three_by_two(const std::vector<DefDesign::Wire>& wires) {
  DefDesign design = three_by_two();
  design.wire = wires;
  return design;
}

/// As an import has it.
GcellCongestion congestion_of(const DefDesign& design, const LefTechnology* lef = nullptr,
                              std::vector<std::string>* note = nullptr) {
  const auto layers = learn_technology(design, lef).layer;
  std::vector<std::string> notes;
  auto border = gcell_borders(design, layers, notes);
  if (note != nullptr) *note = notes;
  return gcell_congestion(design, layers, std::move(border));
}

using Map = std::vector<double>;

void expect_congestion(const Map& map, const Map& expected) {
  ASSERT_EQ(map.size(), expected.size());
  for (std::size_t i = 0; i < map.size(); ++i) EXPECT_DOUBLE_EQ(map[i], expected[i]) << "GCell " << i;
}

TEST(GcellCongestion, SplitsAWireAmongThreeGcells) {
  const GcellCongestion grid = congestion_of(three_by_two({{metal3, 270, 50, 20, 50}}));
  EXPECT_EQ(grid.columns(), 3);
  EXPECT_EQ(grid.rows(), 2);
  expect_congestion(grid.horizontal, {0.08, 0.1, 0.07, 0, 0, 0});
  expect_congestion(grid.vertical, {0, 0, 0, 0, 0, 0});
}

TEST(GcellCongestion, AddsUpOverlappingWires) {
  const GcellCongestion grid = congestion_of(three_by_two({{metal2, 150, 90, 150, 130}, {metal2, 150, 190, 150, 95}}));
  expect_congestion(grid.vertical, {0, 0.015, 0, 0, 0.12, 0});
}

TEST(GcellCongestion, AWireOnABorderBelongsToTheRightOrAbove) {
  const GcellCongestion grid = congestion_of(three_by_two({{metal3, 100, 100, 200, 100},  // between the rows
                                                           {metal2, 200, 0, 200, 100},    // between columns
                                                           {metal2, 300, 150, 300, 200},  // the last border
                                                           {metal3, 210, 200, 220, 200}}));
  expect_congestion(grid.horizontal, {0, 0, 0, 0, 0.1, 0.01});
  expect_congestion(grid.vertical, {0, 0, 0.1, 0, 0, 0.05});
}

TEST(GcellCongestion, WrongWayJogsCountOnTheirLayer) {
  const GcellCongestion grid = congestion_of(three_by_two({{metal2, 90, 10, 130, 10},
                                                           {metal2, 250, 0, 250, 200},
                                                           {metal3, 250, 95, 250, 115},
                                                           {metal3, 0, 150, 300, 150}}));
  expect_congestion(grid.vertical, {0.01, 0.03, 0.1, 0, 0, 0.1});
  expect_congestion(grid.horizontal, {0, 0, 0.005, 0.1, 0.1, 0.115});
}

TEST(GcellCongestion, LeavesOutTheLowestLayerUnlessItCarriesWires) {
  const DefDesign::Wire most{metal3, 0, 150, 300, 150};
  const GcellCongestion left_out = congestion_of(three_by_two({most, {metal1, 20, 50, 30, 50}}));
  expect_congestion(left_out.horizontal, {0, 0, 0, 0.1, 0.1, 0.1});
  const GcellCongestion counts = congestion_of(three_by_two({most, {metal1, 20, 50, 80, 50}}));
  expect_congestion(counts.horizontal, {0.03, 0, 0, 0.05, 0.05, 0.05});  // with its tracks
}

TEST(GcellCongestion, CapacityIsTheTracksOfAllLayersOfADirection) {
  DefDesign design = three_by_two({{metal2, 50, 0, 50, 200}, {metal3, 0, 100, 300, 100}});
  design.tracks[0].push_back({metal4, 0, 4, 100});  // tracks on the borders; the last one is in the last column
  const GcellCongestion grid = congestion_of(design);
  expect_congestion(grid.vertical, {100. / 1100, 0, 0, 100. / 1100, 0, 0});
  design.wire.push_back({metal4, 250, 0, 250, 120});
  expect_congestion(congestion_of(design).vertical, {100. / 1100, 0, 100. / 1200, 100. / 1100, 0, 20. / 1200});
}

TEST(GcellCongestion, NoCapacityGivesZero) {
  DefDesign design = three_by_two({{metal3, 0, 50, 300, 50}, {metal3, 0, 150, 300, 150}});
  design.tracks[1] = {{metal3, 105, 10, 10}};  // none in the lower row
  expect_congestion(congestion_of(design).horizontal, {0, 0, 0, 0.1, 0.1, 0.1});
}

TEST(GcellCongestion, GcellsOfDifferentSize) {
  DefDesign design = three_by_two({{metal3, 0, 50, 300, 50}, {metal2, 15, 0, 15, 200}});
  design.gcell_line = {std::vector<std::int32_t>{0, 30, 300}, std::vector<std::int32_t>{0, 60, 200}};
  const GcellCongestion grid = congestion_of(design);
  // 6 and 14 tracks in the rows, 3 and 27 in the columns.
  expect_congestion(grid.horizontal, {1. / 6, 1. / 6, 0, 0});
  expect_congestion(grid.vertical, {1. / 3, 0, 1. / 3, 0});
}

TEST(GcellCongestion, TheEdgeOfTheDieClosesTheGrid) {
  DefDesign design = three_by_two({{metal3, 0, 50, 300, 50}});
  design.gcell_line = {std::vector<std::int32_t>{100, 200}, std::vector<std::int32_t>{0}};
  const GcellCongestion grid = congestion_of(design);
  EXPECT_EQ(grid.border[0], (std::vector<std::int32_t>{0, 100, 200, 300}));
  EXPECT_EQ(grid.border[1], (std::vector<std::int32_t>{0, 200}));
  expect_congestion(grid.horizontal, {0.05, 0.05, 0.05});
}

TEST(GcellCongestion, WhatLiesOutsideBelongsToTheNearestGcell) {
  const GcellCongestion grid = congestion_of(three_by_two({{metal3, -50, -10, 350, -10}}));
  expect_congestion(grid.horizontal, {0.15, 0.1, 0.15, 0, 0, 0});
}

TEST(GcellCongestion, KeepsExtremeNumbersApart) {
  constexpr std::int32_t low = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t high = std::numeric_limits<std::int32_t>::max();
  DefDesign design = three_by_two({{metal3, low, high, high, high}, {metal2, low, low, low, high}});
  design.die = {low, low, high, high};
  design.tracks[0] = {{metal2, low, high, 1}};
  design.tracks[1] = {{metal3, low, 2, high}};
  const GcellCongestion grid = congestion_of(design);
  EXPECT_EQ(grid.columns(), 5);
  EXPECT_EQ(grid.rows(), 4);
  for (const double value : grid.horizontal) EXPECT_TRUE(value >= 0 && value <= 1) << value;
  for (const double value : grid.vertical) EXPECT_TRUE(value >= 0 && value <= 1) << value;
}

TEST(GcellCongestion, LayersRunAsTheLefSays) {
  const LefTechnology turned{"turned.lef",
                             {{"metal1", Direction::vertical},
                              {"metal2", Direction::horizontal},
                              {"metal3", Direction::vertical},
                              {"metal4", Direction::horizontal}},
                             {},
                             {}};
  DefDesign design = three_by_two({{metal2, 0, 50, 100, 50}, {metal3, 250, 100, 250, 200}, {metal1, 0, 0, 10, 0}});
  design.tracks[0] = {{metal3, 5, 30, 10}};
  design.tracks[1] = {{metal2, 5, 20, 10}};
  const GcellCongestion grid = congestion_of(design, &turned);
  expect_congestion(grid.horizontal, {0.1, 0, 0, 0, 0, 0});
  expect_congestion(grid.vertical, {0, 0, 0, 0, 0, 0.1});

  const LefTechnology other{"other.lef", {{"M1", Direction::horizontal}, {"metal2", Direction::horizontal}}, {}, {}};
  expect_message(input_error([&] { congestion_of(design, &other); }), "other.lef",
                 {"metal3", "three_by_two.def", "technology LEF"});
}

TEST(GcellCongestion, WantsTracks) {
  const std::string path = three_by_two().path;
  for (int axis = 0; axis < 2; ++axis) {
    const std::string name = axis == 0 ? "X" : "Y";
    DefDesign design = three_by_two({{metal3, 0, 50, 300, 50}, {metal2, 15, 0, 15, 200}});
    design.tracks[axis].clear();
    expect_message(input_error([&] { congestion_of(design); }), path, {"TRACKS " + name, "with its TRACKS"});
    design.tracks[axis] = {{metal1, 0, 10, 10}};
    expect_message(input_error([&] { congestion_of(design); }), path, {"TRACKS " + name});
  }
}

TEST(GcellCongestion, MakesAGridWhereThereIsNone) {
  // Of 15 tracks of the third layer, metal3, which are 10 apart; the last column would be empty.
  DefDesign design = three_by_two({{metal3, 0, 50, 300, 50}, {metal2, 15, 0, 15, 200}});
  design.gcell_line[1].clear();
  std::vector<std::string> note;
  const GcellCongestion grid = congestion_of(design, nullptr, &note);
  EXPECT_EQ(grid.border[0], (std::vector<std::int32_t>{0, 150, 300}));
  EXPECT_EQ(grid.border[1], (std::vector<std::int32_t>{0, 200}));
  expect_congestion(grid.horizontal, {0.05, 0.05});
  ASSERT_EQ(note.size(), 1U);
  EXPECT_NE(note[0].find("GCells of 1.5 microns"), std::string::npos) << note[0];
  // Of the side that is asked for, also where the design has its own.
  EXPECT_EQ(gcell_borders(three_by_two(), {}, note, 1.2)[0], (std::vector<std::int32_t>{0, 120, 240, 300}));
  EXPECT_NE(note.back().find("--gcell: GCells of 1.2 microns"), std::string::npos) << note.back();
  expect_message(input_error([&] { gcell_borders(three_by_two(), {}, note, 1e-6); }), design.path, {"--gcell"});
  expect_message(input_error([&] { gcell_borders(three_by_two(), {}, note, 1e30); }), design.path, {"--gcell"});
  // Without tracks, of two rows of cells.
  design.wire.clear();
  design.tracks = {};
  design.row = {0, 70, 35};
  EXPECT_EQ(gcell_borders(design, {}, note)[1], (std::vector<std::int32_t>{0, 70, 140, 200}));
}

TEST(GcellCongestion, RefusesAGridThatIsTooFine) {
  DefDesign design = three_by_two({{metal3, 0, 50, 300, 50}});
  for (std::vector<std::int32_t>& lines : design.gcell_line) {
    lines.resize(5000);
    std::iota(lines.begin(), lines.end(), 0);
  }
  expect_message(input_error([&] { congestion_of(design); }), design.path, {"4999 x 4999", "supported"});
}

// A second reader and a second computation, sharing no code with the first: words of the file one after another, and
// for each GCell a loop over all wires and all tracks.
struct SlowDesign {
  struct Wire {
    int layer;
    long x[2], y[2];
  };
  std::vector<long> lines[2];
  std::vector<std::pair<int, long>> tracks[2];  // layer number, coordinate
  std::vector<Wire> wires;
};

SlowDesign read_slowly(const std::string& path) {
  std::ifstream file(path);
  SlowDesign design;
  std::string statement, word;
  long die[4] = {0, 0, 0, 0};
  bool nets = false;
  // The files at hand write each piece of wire on a line of its own.
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    words >> word;
    if (word == "DIEAREA") {
      words >> word >> die[0] >> die[1] >> word >> word >> die[2] >> die[3];
    } else if (word == "GCELLGRID" || word == "TRACKS") {
      const bool grid = word == "GCELLGRID";
      std::string axis, layer;
      long start = 0, count = 0, step = 0;
      words >> axis >> start >> word >> count >> word >> step >> word >> layer;
      for (long i = 0; i < count; ++i) {
        if (grid) {
          design.lines[axis == "Y"].push_back(start + i * step);
        } else {
          design.tracks[axis == "Y"].emplace_back(std::stoi(layer.substr(5)), start + i * step);
        }
      }
    } else if (word == "NETS") {
      nets = true;
    } else if (nets && (word == "+" || word == "NEW")) {
      if (word == "+") words >> word;
      std::string layer, from[2], to[2];
      words >> layer >> word >> from[0] >> from[1];
      while (words >> word && word != ")") {  // an extension
      }
      if (!(words >> word) || word != "(") continue;  // a via
      words >> to[0] >> to[1];
      for (int i = 0; i < 2; ++i) {
        if (to[i] == "*") to[i] = from[i];
      }
      design.wires.push_back(
          {std::stoi(layer.substr(5)), {std::stol(from[0]), std::stol(to[0])}, {std::stol(from[1]), std::stol(to[1])}});
    }
  }
  for (int axis = 0; axis < 2; ++axis) {
    if (design.lines[axis].back() < die[axis + 2]) design.lines[axis].push_back(die[axis + 2]);
  }
  return design;
}

// Whether a coordinate lies in an interval, which only the last one has its upper border in.
bool inside(long at, long low, long high, bool last) {
  return at >= low && (at < high || (last && at == high));
}

double slow_utilisation(const SlowDesign& design, std::size_t column, std::size_t row, bool horizontal) {
  const auto& [xs, ys] = design.lines;
  const long left = xs[column], right = xs[column + 1], bottom = ys[row], top = ys[row + 1];
  const bool last_column = column + 2 == xs.size(), last_row = row + 2 == ys.size();
  double demand = 0, capacity = 0;
  for (const SlowDesign::Wire& wire : design.wires) {
    if (wire.layer == 1 || (wire.layer % 2 == 1) != horizontal) continue;
    const auto [x1, x2] = std::minmax(wire.x[0], wire.x[1]);
    const auto [y1, y2] = std::minmax(wire.y[0], wire.y[1]);
    if (y1 == y2 && inside(y1, bottom, top, last_row)) {
      demand += static_cast<double>(std::max(0L, std::min(x2, right) - std::max(x1, left)));
    } else if (x1 == x2 && inside(x1, left, right, last_column)) {
      demand += static_cast<double>(std::max(0L, std::min(y2, top) - std::max(y1, bottom)));
    }
  }
  for (const auto& [layer, at] : design.tracks[horizontal]) {
    if (layer == 1 || (layer % 2 == 1) != horizontal) continue;
    if (horizontal && inside(at, bottom, top, last_row)) capacity += static_cast<double>(right - left);
    if (!horizontal && inside(at, left, right, last_column)) capacity += static_cast<double>(top - bottom);
  }
  return capacity > 0 ? demand / capacity : 0;
}

TEST(GcellCongestion, AgreesWithASlowComputationOnRealDesigns) {
  for (const char* name : {"uart_route.def", "usb_phy_route.def", "ss_pcm_route.def"}) {
    const std::string path = real_def(name);
    if (path.empty()) GTEST_SKIP() << "no real designs in " << GSRGNN_SHARED_DATA;
    const GcellCongestion grid = congestion_of(read_def(path));
    const SlowDesign slow = read_slowly(path);
    ASSERT_GT(slow.wires.size(), 1000U);
    ASSERT_EQ(grid.columns() + 1, static_cast<std::int64_t>(slow.lines[0].size()));
    ASSERT_EQ(grid.rows() + 1, static_cast<std::int64_t>(slow.lines[1].size()));
    for (std::int64_t i = 0; i < grid.columns() * grid.rows(); ++i) {
      const auto column = static_cast<std::size_t>(i % grid.columns()),
                 row = static_cast<std::size_t>(i / grid.columns());
      EXPECT_DOUBLE_EQ(grid.horizontal[i], slow_utilisation(slow, column, row, true)) << name << " GCell " << i;
      EXPECT_DOUBLE_EQ(grid.vertical[i], slow_utilisation(slow, column, row, false)) << name << " GCell " << i;
    }
  }
}

}  // namespace
}  // namespace gsrgnn
