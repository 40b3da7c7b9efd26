#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/circuit/placement_maps.hpp>
#include <gsrgnn/circuit/wire_maps.hpp>
#include <gsrgnn/training/scores.hpp>
#include <numeric>

#include "circuit/def_text.hpp"
#include "support/files.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

/// Three cells on 3 x 2 GCells of 10 x 10: a and b of type T (4 x 2, pin A at (1, 0.5)), b turned FS, c of a type that
/// nobody knows; two nets, of which the second goes to a pin of the design.
Circuit small_circuit() {
  Circuit c;
  c.name = "small";
  c.type_name = {"T", "U"};
  c.cell_type = {0, 0, 1};
  c.position = {{2, 3}, {20, 10}, {29, 19}};
  c.box = {0, 0, 30, 20};
  c.net_offset = {0, 3, 4};
  c.net_cell = {0, 1, 2, 0};
  c.feature_name = {"f"};
  c.feature = {1, 2, 3};
  Placement& p = c.placement;
  p.grid.border = {std::vector<double>{0, 10, 20, 30}, std::vector<double>{0, 10, 20}};
  p.layer = {{"m1", {9, 9}, {9, 9, 9}}, {"m2", {5, 5}, {5, 5, 5}}, {"m3", {4, 2}, {7, 7, 7}}};
  p.power = {0, 0, 0.5F, 0, 0, 0};
  p.orientation = {Orientation::N, Orientation::FS, Orientation::N};
  p.pin_name = {"A", "B"};
  p.pin = {0, 0, 0, 1};
  p.io_net = {1};
  p.io_position = {{0, 15}};
  p.technology.layer = {
      {"m1", Origin::unknown, {}, 0, 0}, {"m2", Origin::learned, {}, 0, 100}, {"m3", Origin::learned, {}, 100, 0}};
  p.technology.type = {{"T", Origin::learned, 4, 2, {{"A", Origin::learned, 1, 0.5, 3}}}};
  return c;
}

const std::vector<double>& map_of(const PlacementMaps& maps, const std::string& name) {
  for (const PlacementMap& map : maps.map) {
    if (map.name == name) return map.value;
  }
  throw std::out_of_range(name);
}

TEST(PinPlaces, AreThoseOfTheTechnologyElseTheMiddleElseThePosition) {
  const Circuit circuit = small_circuit();
  const PinPlaces pins = pin_places(circuit, circuit.placement.technology);
  EXPECT_EQ(pins.offset, (std::vector<std::int64_t>{0, 3, 5}));
  const std::vector<std::array<double, 2>> expected = {{3, 3.5},    // a's A
                                                       {21, 11.5},  // b's A, upside down
                                                       {29, 19},    // c, of which nothing is known
                                                       {4, 4},      // a's B: the middle of a
                                                       {0, 15}};    // the design's own
  EXPECT_EQ(pins.place, expected);
  EXPECT_EQ(pins.known, 2);
  Circuit centred = circuit;
  centred.placement.anchor = Placement::Anchor::centre;
  EXPECT_EQ(pin_places(centred, centred.placement.technology).place[0], (std::array<double, 2>{1, 2.5}));
  EXPECT_EQ(pin_places(circuit, {}).place[1], (std::array<double, 2>{20, 10}));
}

TEST(PlacementMaps, AreSharesOfWhatThereIs) {
  const Circuit circuit = small_circuit();
  const PlacementMaps maps = placement_maps(circuit, circuit.placement.technology);
  ASSERT_EQ(maps.map.size(), 14U);
  // The layers: m1 serves pins, m2 is vertical with 5 tracks a column, m3 horizontal with 4 and 2 a row.
  const PinPlaces pins = pin_places(circuit, circuit.placement.technology);
  const WireMap wire = demand_map(maps.grid, {pins.offset, pins.place, {}}, Tree::spanning);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_DOUBLE_EQ(map_of(maps, "demand_h")[i], wire.horizontal[i] / (10 * (i < 3 ? 4 : 2))) << i;
    EXPECT_DOUBLE_EQ(map_of(maps, "demand_v")[i], wire.vertical[i] / (10 * 5)) << i;
  }
  EXPECT_EQ(map_of(maps, "pins"), (std::vector<double>{2, 0, 0, 0, 0, 2}));
  EXPECT_EQ(map_of(maps, "io"), (std::vector<double>{0, 0, 0, 1, 0, 0}));
  EXPECT_EQ(map_of(maps, "power"), (std::vector<double>{0, 0, 0.5, 0, 0, 0}));
  EXPECT_EQ(map_of(maps, "cells"), (std::vector<double>{0.08, 0, 0, 0, 0, 0.08}));
  EXPECT_EQ(map_of(maps, "macros"), std::vector<double>(6, 0.0));
  // Long and short nets make all, in both directions.
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(map_of(maps, "rudy_long")[i] + map_of(maps, "rudy_short")[i],
                map_of(maps, "rudy_h")[i] + map_of(maps, "rudy_v")[i], 1e-12);
  }
}

TEST(PlacementMaps, AGcellOfAnotherSizeCountsByItsArea) {
  Circuit circuit = small_circuit();
  circuit.placement.grid.border[0] = {0, 25, 30};
  for (Placement::Layer& layer : circuit.placement.layer) layer.column_tracks.pop_back();
  circuit.placement.power.clear();
  const PlacementMaps maps = placement_maps(circuit, circuit.placement.technology);
  EXPECT_EQ(map_of(maps, "pins"), (std::vector<double>{2 * 15 / 25.0, 0, 15 / 25.0, 15 / 5.0}));
  EXPECT_EQ(map_of(maps, "power"), std::vector<double>(4, 0.0));
}

TEST(CellFeatures, AreTheCircuitsOwnAndMapsByName) {
  const Circuit circuit = small_circuit();
  const Technology& technology = circuit.placement.technology;
  const PlacementMaps maps = placement_maps(circuit, technology);
  const auto names = feature_names(circuit, FeatureSet::maps);
  ASSERT_EQ(names.size(), 1U + 14 * 5);
  EXPECT_EQ(feature_names(circuit, FeatureSet::paper), circuit.feature_name);
  const std::vector<std::string> some = {"demand_v~1.5", "f", "io", "demand~1.5", "demand_h~1.5"};
  const auto feature = cell_features(circuit, technology, some, "here");
  const auto smoothed = smooth(map_of(maps, "demand_v"), 3, 2, 1.5);
  const std::int64_t gcell[3] = {0, 5, 5};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(feature[5 * i], static_cast<float>(smoothed[gcell[i]]));
    EXPECT_EQ(feature[5 * i + 1], circuit.feature[i]);
    EXPECT_EQ(feature[5 * i + 2], 0);
    EXPECT_FLOAT_EQ(feature[5 * i + 3], (feature[5 * i] + feature[5 * i + 4]) / 2);
  }
  for (const char* unknown : {"g", "demand_x", "demand~1.6", "~", ""}) {
    expect_message(input_error([&] { cell_features(circuit, technology, {unknown}, "here"); }), "here",
                   {std::string("'") + unknown + "'", "features are f"});
  }
}

TEST(CellFeatures, ALargeCellSeesTheMeanOverItsBox) {
  Circuit circuit = small_circuit();
  circuit.placement.size = {{25, 5}, {4, 2}, {1, 1}};
  const auto feature = cell_features(circuit, circuit.placement.technology, {"power"}, "here");
  EXPECT_FLOAT_EQ(feature[0], 0.5F / 3);  // columns 0 to 2 of the lower row
  EXPECT_EQ(feature[1], 0);
}

TEST(CellFeatures, WhatTellsTheLabelIsLeftOut) {
  const auto names = feature_names({}, {"rudy"}, FeatureSet::maps), maps = telling_maps({"rudy"});
  for (const auto& list : {names, maps}) {
    EXPECT_TRUE(std::none_of(list.begin(), list.end(),
                             [](const std::string& name) { return name.find("rudy") != std::string::npos; }));
  }
  EXPECT_EQ(names.size(), 9U * 5);
  EXPECT_EQ(maps.size(), 9U * 5 + 2 * 5);  // with the means of demand and steiner
  EXPECT_EQ(telling_maps({"congestion"}).size(), 14U * 5 + 3 * 5);
}

TEST(PlacementMaps, AreMadeOfAnyCircuit) {
  GeneratorSpec netlist;
  netlist.cells = 400;
  GeneratorSpec edges = netlist;
  edges.graph = GeneratedGraph::barabasi_albert;  // whose cells are all at one place
  for (const GeneratorSpec& spec : {netlist, edges}) {
    Circuit circuit = generate(spec);
    const auto names = feature_names(circuit, FeatureSet::maps);
    for (const bool with_grid : {true, false}) {
      if (!with_grid) circuit.placement = {};
      for (const float value : cell_features(circuit, {}, names, "here")) ASSERT_TRUE(std::isfinite(value));
    }
  }
}

TEST(PlacementMaps, TellMostOfTheCongestionOfRealDesigns) {
  // As measured, less two hundredths: what the pins' places, the trees and the capacities are worth together.
  struct Real {
    const char* file;
    double pearson, known;
  };
  for (const Real& real : {Real{"/sky130/wb_host.def.gz", 0.86, 0.94}, Real{"/sky130/spi_master.def.gz", 0.82, 0.94},
                           Real{"/def/uart_route.def", 0.83, 0.94}, Real{"/def/fir_route.def", 0.83, 0.94}}) {
    const std::string path = std::string(GSRGNN_SHARED_DATA) + real.file;
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no real designs in " << GSRGNN_SHARED_DATA;
    const Circuit circuit = open_circuit(path);
    const Technology& technology = circuit.placement.technology;
    const auto map = cell_features(circuit, technology, {"steiner~0.7"}, path);
    const double r = pearson({map.begin(), map.end()}, {circuit.label.begin(), circuit.label.end()});
    EXPECT_GT(r, real.pearson) << real.file;
    const double known =
        static_cast<double>(pin_places(circuit, technology).known) / static_cast<double>(circuit.pins());
    EXPECT_GT(known, real.known) << real.file;
  }
}

}  // namespace
}  // namespace gsrgnn
