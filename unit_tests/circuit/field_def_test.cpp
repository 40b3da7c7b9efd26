// DEFs that programs in the field write, and that gave wrong labels, or none, or an error: each with what is right.

#include <gtest/gtest.h>

#include <gsrgnn/circuit/import_def.hpp>

#include "def_text.hpp"

namespace gsrgnn {
namespace {

using namespace def_text;

const std::string kFieldDef = std::string(GSRGNN_SHARED_DATA) + "/../field/def/";

Circuit import_field(const std::string& name, const std::vector<std::string>& lef = {}) {
  std::vector<std::string> paths;
  for (const std::string& file : lef) paths.push_back(kFieldDef + file);
  return import_def({kFieldDef + name, paths, CongestionLabel::separate});
}

bool noted(const Circuit& circuit, const std::string& text) {
  return std::any_of(circuit.note.begin(), circuit.note.end(),
                     [&](const std::string& note) { return note.find(text) != std::string::npos; });
}

class FieldDef : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kFieldDef)) GTEST_SKIP() << "no field inputs in " << kFieldDef;
  }
};

TEST_F(FieldDef, LayersRunAsTheirWiresDo) {
  for (const auto& lef : {std::vector<std::string>{}, std::vector<std::string>{"asap7_directions.lef"}}) {
    const Circuit asap7 = import_field("asap7_directions.def", lef);
    EXPECT_FLOAT_EQ(asap7.label[0], 0.0375F);
    EXPECT_FLOAT_EQ(asap7.label[1], 0.01F);
    EXPECT_TRUE(noted(asap7, "M2 horizontal"));
  }
  const Circuit sky130 = import_field("sky130_met1.def");
  EXPECT_FLOAT_EQ(sky130.label[0], 3000.0F / (20 * 4000) / 2);  // its 20 tracks, and as many of met3
  EXPECT_TRUE(noted(sky130, "met1 horizontal"));
}

TEST_F(FieldDef, CellsAreWhatNetsConnect) {
  const Circuit circuit = import_field("filler.def");
  EXPECT_EQ(circuit.cells(), 2);
  EXPECT_TRUE(noted(circuit, "3 of 5 components have no net"));
}

TEST_F(FieldDef, UsableDesignsAreRead) {
  // They differ in what is missing or unusual; the rest is the same wire between the same two cells.
  const Circuit plain = import_field("everything.def");
  ASSERT_EQ(plain.label.size(), 4U);
  EXPECT_EQ(plain.cells(), 2);
  EXPECT_EQ(plain.placement.io_net.size(), 0U);  // its pin is not among the net's
  for (const char* name : {"count_differs.def", "escaped_names.def", "gz.def.gz", "mixed_case.def", "one_unplaced.def",
                           "polygon_die.def", "star_pin.def", "no_units.def"}) {
    SCOPED_TRACE(name);
    const Circuit circuit = import_field(name);
    EXPECT_EQ(circuit.cells(), 2);
    EXPECT_EQ(circuit.nets(), 1);
    EXPECT_EQ(circuit.pins(), 2);
    EXPECT_EQ(circuit.label, plain.label);
  }
  EXPECT_TRUE(noted(import_field("count_differs.def"), "announces"));
  EXPECT_TRUE(noted(import_field("one_unplaced.def"), "1 of 3 components have no place"));
  EXPECT_TRUE(noted(import_field("no_units.def"), "no UNITS"));
  EXPECT_EQ(import_field("no_units.def").position[0], (std::array<double, 2>{5, 5}));
  EXPECT_EQ(import_field("rich_net.def").pins(), 2);
}

TEST_F(FieldDef, KeywordsOfALefMayBeInAnyCase) {
  const LefTechnology lef = read_lef({kFieldDef + "mixed_case.lef"});
  EXPECT_EQ(lef.routing.size(), 2U);
  EXPECT_EQ(lef.via_layers.at("cross").size(), 2U);
}

TEST_F(FieldDef, WithoutAGridOneIsMade) {
  const Circuit circuit = import_field("no_gcellgrid.def");
  EXPECT_EQ(circuit.placement.grid.columns(), 3);  // 15 tracks of met3, 200 apart, are 3 microns
  EXPECT_EQ(circuit.labels(), 2);
  EXPECT_TRUE(noted(circuit, "GCells of 3 microns were made"));
}

TEST_F(FieldDef, AWireBehindAnUnknownViaLeavesNoLabel) {
  const Circuit without = import_field("wire_behind_via.def");
  EXPECT_EQ(without.labels(), 0);
  EXPECT_TRUE(noted(without, "no label"));
  const Circuit with_lef = import_field("wire_behind_via.def", {"wire_behind_via.lef"});
  EXPECT_EQ(with_lef.labels(), 2);
  EXPECT_GT(with_lef.label[3], 0);  // the vertical wire on met2
}

TEST_F(FieldDef, WithoutComponentsThereIsNothingToLearn) {
  EXPECT_THROW(import_field("no_components.def"), InputError);
}

TEST(RealDef, TheLefSaysWhatTheWiresSay) {
  const std::string folder = std::string(GSRGNN_SHARED_DATA) + "/sky130/";
  for (const char* name : {"mbist", "spi_master", "uart_i2cm_usb", "wb_host", "wb_interconnect"}) {
    SCOPED_TRACE(name);
    const std::string def = folder + name + ".def.gz";
    if (!std::filesystem::exists(def)) GTEST_SKIP() << "no real designs in " << folder;
    const Circuit by_wires = import_def({def, {}, CongestionLabel::separate});
    const Circuit by_lef = import_def({def, {folder + "sky130hd.tlef"}, CongestionLabel::separate});
    EXPECT_EQ(by_wires.label, by_lef.label);
    EXPECT_TRUE(noted(by_lef, "li1 left out (serves pins), met1 horizontal (by the LEF), met2 vertical (by the LEF)"));
  }
}

}  // namespace
}  // namespace gsrgnn
