#include <gtest/gtest.h>

#include <gsrgnn/circuit/import_def.hpp>
#include <gsrgnn/circuit/placement_maps.hpp>

#include "damage.hpp"
#include "def_text.hpp"
#include "map_text.hpp"
#include "support/fuzz_seeds.hpp"

namespace gsrgnn {
namespace {

using namespace def_text;
using namespace map_text;
using testing::write_bytes;

/// kTiny: its cells lie in the GCells (0, 0), (1, 0) and (2, 1) of 3 x 2.
Circuit import_with(const TextFolder& folder, const std::vector<std::string>& label,
                    CongestionLabel combine = CongestionLabel::average) {
  ImportOptions options{folder.write("tiny.def", kTiny), {}, combine};
  options.label = label;
  return import_def(options);
}

TEST(MapReader, ACsvIsALabel) {
  const TextFolder folder;
  const Circuit circuit = import_with(folder, {folder.write("map.csv", kCsv)});
  EXPECT_EQ(circuit.label_name, std::vector<std::string>{"congestion"});
  EXPECT_EQ(circuit.label_unit, "value (%)");
  EXPECT_EQ(circuit.label, (std::vector<float>{25, 75, 0}));
  EXPECT_NE(circuit.note.back().find("1 of 4 boxes have no value"), std::string::npos) << circuit.note.back();
  EXPECT_EQ(import_with(folder, {folder.write("map.csv.gz", gzipped(kCsv))}).label, circuit.label);
}

TEST(MapReader, TwoCsvsAreBothDirections) {
  const TextFolder folder;
  const std::string h = folder.write("h.csv", kCsv), v = folder.write("v.csv", with(kCsv, "7.500000e+01", "1"));
  EXPECT_EQ(import_with(folder, {h, v}).label, (std::vector<float>{25, 38, 0}));
  const Circuit both = import_with(folder, {h, v}, CongestionLabel::separate);
  EXPECT_EQ(both.label_name, (std::vector<std::string>{"congestion_horizontal", "congestion_vertical"}));
  EXPECT_EQ(both.label, (std::vector<float>{25, 25, 75, 1, 0, 0}));
}

TEST(MapReader, ACongestionReportTellsBothDirections) {
  const TextFolder folder;
  const std::string report = folder.write("congestion.rpt", kReport);
  const Circuit both = import_with(folder, {report}, CongestionLabel::separate);
  EXPECT_EQ(both.label_unit, "overflow in tracks");
  EXPECT_EQ(both.label, (std::vector<float>{2, 0, 0, 4, 1, 0}));
  EXPECT_EQ(import_with(folder, {report}).label, (std::vector<float>{1, 2, 0.5F}));
}

TEST(MapReader, AMapIsAFeature) {
  const TextFolder folder;
  ImportOptions options{folder.write("tiny.def", kTiny), {}, CongestionLabel::average};
  options.feature_maps = {{"density", folder.write("map.csv", kCsv)}, {"over", folder.write("r.rpt", kReport)}};
  const Circuit circuit = import_def(options);
  const std::vector<std::string> names = {
      "x", "y", "log_pins", "log_degree", "density", "over_horizontal", "over_vertical"};
  EXPECT_EQ(circuit.feature_name, names);
  EXPECT_EQ(circuit.feature[4], 25);
  EXPECT_EQ(circuit.feature[7 + 4], 75);
  EXPECT_EQ(circuit.feature[7 + 6], 4);
  EXPECT_EQ(circuit.label_unit, "routed length / track capacity");
  for (const char* taken : {"x", "rudy_h"}) {
    options.feature_maps = {{taken, folder.path("map.csv")}};
    expect_message(input_error([&] { import_def(options); }), folder.path("map.csv"), {taken, "taken"});
  }
}

TEST(MapReader, RudyIsALabelWhenAsked) {
  const TextFolder folder;
  const Circuit circuit = import_with(folder, {"rudy"}, CongestionLabel::separate);
  EXPECT_EQ(circuit.label_name, (std::vector<std::string>{"rudy_horizontal", "rudy_vertical"}));
  const PlacementMaps maps = placement_maps(circuit, circuit.placement.technology);
  EXPECT_EQ(maps.map[0].name, "rudy_h");
  EXPECT_FLOAT_EQ(circuit.label[0], static_cast<float>(maps.map[0].value[0]));
  EXPECT_FLOAT_EQ(circuit.label[1], static_cast<float>(maps.map[1].value[0]));
  EXPECT_GT(circuit.label[0], 0);
  // What tells the label is no feature.
  for (const std::string& name : feature_names(circuit, FeatureSet::maps)) EXPECT_EQ(name.find("rudy"), name.npos);
}

TEST(MapReader, RefusesLabelsThatAreNone) {
  const TextFolder folder;
  const std::string csv = folder.write("map.csv", kCsv), report = folder.write("r.rpt", kReport);
  const auto expect_refused = [&](const std::vector<std::string>& label, const std::string& place,
                                  const std::vector<std::string>& words) {
    expect_message(input_error([&] { import_with(folder, label); }), place, words);
  };
  expect_refused({"overflw"}, "overflw", {"no such label", "overflow"});
  expect_refused({"rudy", csv}, "label", {"rudy", "alone"});
  expect_refused({csv, csv, csv}, "label", {"no label"});
  expect_refused({report, report}, report, {"both directions", "alone"});
  expect_refused({csv, folder.write("v.csv", with(kCsv, "value (%)", "demand"))}, folder.path("v.csv"),
                 {"'demand'", "'value (%)'"});
  expect_refused({csv, folder.write("v.csv", with(kCsv, "1.5,0,3,1", "2,0,3,1"))}, folder.path("v.csv"),
                 {"map.csv", "separate"});
  ImportOptions placed{folder.write("placed.def", with(with(kTiny, "+ ROUTED metal3 ( 50 50 ) ( 250 * )", ""),
                                                       "NEW metal2 ( 250 50 ) ( * 150 )", "")),
                       {},
                       CongestionLabel::average};
  placed.label = {"wire"};
  expect_message(input_error([&] { import_def(placed); }), placed.design, {"no routes", "--guide"});
}

TEST(MapReader, RefusesCsvsThatAreDamagedOrDoNotFit) {
  const TextFolder folder;
  const std::string path = folder.path("bad.csv");
  const auto expect_refused = [&](const std::string& csv, const std::string& place,
                                  const std::vector<std::string>& words) {
    write_bytes(path, csv);
    expect_message(input_error([&] { import_with(folder, {path}); }), path + place, words);
  };
  expect_refused("", ":", {"empty", "dump_heatmap"});
  expect_refused("a,b\n", ":1", {"no map", "'a'"});
  expect_refused("x0,y0,x1\n0,0,1\n", ":1", {"first line"});
  expect_refused("x0,y0,x1,y1,v\n", ":", {"no boxes"});
  expect_refused("x0,y0,x1,y1,v\n0,0,3,2\n", ":2", {"4 values"});
  expect_refused("x0,y0,x1,y1,v\n0,0,3,2,nan\n", ":2", {"the value", "'nan'"});
  expect_refused("x0,y0,x1,y1,v\n0,0,3,1e99,1\n", ":2", {"a side", "'1e99'"});
  expect_refused("x0,y0,x1,y1,v\n3,0,3,2,1\n", ":2", {"empty", "digits"});
  expect_refused(kCsv + "1.5,0,3,1,4\n", ":5", {"second value"});
  expect_refused(kCsv + "0,0,3,1,4\n", ":5", {"over others"});
  // A map of a die of another size.
  expect_refused("x0,y0,x1,y1,v\n0,0,1,1,1\n1,0,2,1,1\n5,0,6,1,1\n0,1,1,2,1\n", ":", {"(6, 2)", "tiny", "(3, 2)"});
  std::string diagonal = "x0,y0,x1,y1,v\n";
  for (int i = 0; i < 5000; ++i) diagonal += fmt::format("{0},{0},{1},{1},1\n", i * 1e-4, (i + 1) * 1e-4);
  expect_refused(diagonal, ":", {"5000 x 5000", "tile"});
}

TEST(MapReader, RefusesReportsThatAreDamagedOrDoNotFit) {
  const TextFolder folder;
  const std::string path = folder.path("bad.rpt");
  const auto expect_refused = [&](const std::string& from, const std::string& to, const std::string& place,
                                  const std::vector<std::string>& words) {
    write_bytes(path, with(kReport, from, to));
    expect_message(input_error([&] { import_with(folder, {path}); }), path + place, words);
  };
  expect_refused("Horizontal", "Diagonal", ":1", {"'Diagonal'"});
  expect_refused("\tbbox = ( 0, 0 ) - ( 1, 1) on Layer -\n", "", ":4", {"no bbox"});
  expect_refused("\tcongestion information: capacity:1 usage:3 overflow:2\n", "", ":3", {"no capacity"});
  expect_refused("usage:3", "", ":3", {"usage", "missing"});
  expect_refused("usage:3", "usage:x", ":3", {"usage", "'x'"});
  expect_refused("usage:3", "usage:-3", ":3", {"usage is -3"});
  expect_refused("usage:3", "usage:1e10", ":3", {"usage is 1e+10"});
  expect_refused("( 0, 0 ) - ( 1, 1)", "( 0, 0 ) - ( 2, 1)", ":4", {"no GCell", "--gcell"});
  expect_refused("( 0, 0 ) - ( 1, 1)", "( 0, 0 ) - ( 1", ":4", {"a side"});
  expect_refused("( 1, 0 ) - ( 2, 1) on Layer -\n", "", ":12", {"a side"});
  expect_refused("\tbbox = ( 1, 0 ) - ( 2, 1) on Layer -\n", "", ":11", {"cut off"});
  expect_refused("\tsrcs: net:n1", "\tnets: net:n1", ":2", {"'nets'"});
  expect_refused("comment", "violation type: Vertical congestion\n", ":7", {"no bbox"});
  write_bytes(path, kReport + kReport);
  expect_message(input_error([&] { import_with(folder, {path}); }), path + ":16", {"before"});
}

TEST(MapFuzz, DamagedMapsAreReadOrRefused) {
  const TextFolder folder;
  for (const std::string& text : {kCsv, kReport}) {
    int read = 0, refused = 0;
    for (testing::FuzzSeeds seeds(1500, 4); seeds.more();) {
      const auto seed = static_cast<std::uint32_t>(seeds.next());
      const std::string map = folder.write("damaged.map", testing::Damage(seed)(text));
      try {
        EXPECT_EQ(import_with(folder, {map}).label.size(), 3U) << "seed " << seed;
        ++read;
      } catch (const InputError&) {
        ++refused;
      } catch (const std::exception& error) {
        ADD_FAILURE() << "seed " << seed << ": " << error.what();
      }
    }
    EXPECT_GT(read, 50);
    EXPECT_GT(refused, 500);
  }
}

}  // namespace
}  // namespace gsrgnn
