#include <gtest/gtest.h>

#include <gsrgnn/circuit/import_def.hpp>
#include <set>

#include "def_text.hpp"

namespace gsrgnn {
namespace {

using namespace def_text;

TEST(ImportDef, MakesACircuitOfASmallDesign) {
  const TextFolder folder;
  const Circuit circuit = import_def({folder.write("tiny.def", kTiny), {}, CongestionLabel::average});
  EXPECT_EQ(circuit.name, "tiny");
  EXPECT_EQ(circuit.source, "def");
  EXPECT_EQ(circuit.cells(), 3);
  EXPECT_EQ(circuit.net_offset, (std::vector<std::int64_t>{0, 2, 4, 4}));
  EXPECT_EQ(circuit.net_cell, (std::vector<std::int32_t>{0, 1, 2, 2}));
  EXPECT_EQ(circuit.type_name, (std::vector<std::string>{"BUF_X1", "INV_X1"}));
  EXPECT_EQ(circuit.cell_type, (std::vector<std::int32_t>{1, 0, 1}));
  EXPECT_EQ(circuit.position[1], (std::array<double, 2>{1.5, 0.5}));
  EXPECT_EQ(circuit.box, (std::array<double, 4>{0, 0, 3, 2}));
  EXPECT_GE(circuit.features(), 4);
  EXPECT_EQ(circuit.label_name, (std::vector<std::string>{"congestion"}));
  EXPECT_EQ(circuit.label_unit, "routed length / track capacity");
  // 50, 100 and 50 units on metal3 in the lower row, 50 and 50 on metal2 in the last column, capacity 1,000 each.
  EXPECT_EQ(circuit.label, (std::vector<float>{0.025F, 0.05F, 0.025F}));
}

TEST(ImportDef, GivesBothDirectionsWhenAsked) {
  const TextFolder folder;
  const std::string def = folder.write("tiny.def", kTiny);
  const Circuit circuit = import_def({def, {}, CongestionLabel::separate});
  EXPECT_EQ(circuit.label_name, (std::vector<std::string>{"congestion_horizontal", "congestion_vertical"}));
  EXPECT_EQ(circuit.label, (std::vector<float>{0.05F, 0, 0.1F, 0, 0, 0.05F}));
  const Circuit by_lef = import_def({def, {folder.write("tiny.lef", kTinyLef)}, CongestionLabel::separate});
  EXPECT_EQ(by_lef.label, circuit.label);
}

TEST(ImportDef, CellsOutsideTheGridTakeTheNearestGcell) {
  const TextFolder folder;
  const std::string text = with(kTiny, "COVER ( 299 199 )", "COVER ( 500 -100 )");
  const Circuit circuit = import_def({folder.write("tiny.def", text), {}, CongestionLabel::average});
  EXPECT_EQ(circuit.label[2], 0.05F);
}

TEST(ImportDef, APlacedDesignHasNoLabel) {
  const TextFolder folder;
  std::string text = with(kTiny, "+ ROUTED metal3 ( 50 50 ) ( 250 * )", "");
  text = with(text, "NEW metal2 ( 250 50 ) ( * 150 )", "");
  text = with(with(text, "GCELLGRID X 0 DO 4 STEP 100 ;", ""), "GCELLGRID Y 0 DO 3 STEP 100 ;", "");
  const Circuit circuit = import_def({folder.write("placed.def", text), {}, CongestionLabel::average});
  EXPECT_EQ(circuit.labels(), 0);
  EXPECT_TRUE(circuit.label.empty());
  EXPECT_EQ(circuit.pins(), 4);
}

TEST(ImportDef, ARoutedDesignNeedsItsTracks) {
  const TextFolder folder;
  for (const char* statement :
       {"TRACKS Y 5 DO 20 STEP 10 LAYER metal1 metal3 ;", "TRACKS X 5 DO 30 STEP 10 LAYER metal1 metal2 ;"}) {
    const std::string path = folder.write("without.def", with(kTiny, statement, ""));
    expect_message(input_error([&] {
                     import_def({path, {}, CongestionLabel::average});
                   }),
                   path, {std::string(statement).substr(0, std::string(statement).find(' ') + 2), "with its TRACKS"});
  }
}

TEST(ImportDef, PassesOnErrorsOfBothFiles) {
  const TextFolder folder;
  const std::string def = folder.write("tiny.def", kTiny), missing = folder.path("missing");
  expect_message(input_error([&] { import_def({missing, {}, CongestionLabel::average}); }), missing, {"no such file"});
  expect_message(input_error([&] {
                   import_def({def, {missing}, CongestionLabel::average});
                 }),
                 missing, {"no such file"});
  const std::string lef = folder.write("other.lef", with(kTinyLef, "LAYER metal3", "LAYER metal7"));
  EXPECT_THROW(import_def({def, {lef}, CongestionLabel::average}), InputError);
  // A design without any cell is no circuit.
  std::string text = kTiny;
  const std::size_t begin = text.find("COMPONENTS 3 ;"), end = text.find("END COMPONENTS");
  text.replace(begin, end - begin, "COMPONENTS 0 ;\n");
  const std::size_t nets = text.find("\nNETS 3") + 1, last = text.find("END NETS");
  text.replace(nets, last - nets, "NETS 0 ;\n");
  const std::string nothing = folder.write("nothing.def", text);
  expect_message(input_error([&] {
                   import_def({nothing, {}, CongestionLabel::average});
                 }),
                 nothing, {"no net connects any"});
}

struct RealDesign {
  const char* file;
  std::int64_t cells, nets, pins;
};

TEST(ImportDef, CountsOfRealDesigns) {
  for (const RealDesign& design :
       {RealDesign{"uart_route.def", 462, 596, 1615}, RealDesign{"des3_area_route.def", 1629, 1852, 6158},
        RealDesign{"fir_route.def", 4053, 4917, 14022}}) {
    const std::string path = real_def(design.file);
    if (path.empty()) GTEST_SKIP() << "no real designs in " << GSRGNN_SHARED_DATA;
    const CircuitCounts counts = count(import_def({path, {}, CongestionLabel::average}));
    EXPECT_EQ(counts.cells, design.cells) << design.file;
    EXPECT_EQ(counts.nets, design.nets) << design.file;
    EXPECT_EQ(counts.pins, design.pins) << design.file;
  }
}

TEST(ImportDef, LabelsOfRealRoutedDesignsAreUtilisations) {
  for (const char* name : {"des3_area_route.def", "fir_route.def", "sasc_top_route.def", "simple_spi_top_route.def",
                           "ss_pcm_route.def", "uart_route.def", "usb_phy_route.def"}) {
    SCOPED_TRACE(name);
    const std::string path = real_def(name);
    if (path.empty()) GTEST_SKIP() << "no real designs in " << GSRGNN_SHARED_DATA;
    const Circuit circuit = import_def({path, {}, CongestionLabel::separate});
    const Circuit average = import_def({path, {}, CongestionLabel::average});
    ASSERT_EQ(circuit.labels(), 2);
    ASSERT_EQ(average.labels(), 1);
    double sum[2] = {0, 0};
    for (std::int64_t cell = 0; cell < circuit.cells(); ++cell) {
      const float horizontal = circuit.label[2 * cell], vertical = circuit.label[2 * cell + 1];
      for (const float value : {horizontal, vertical}) ASSERT_TRUE(value >= 0 && value < 1.5F) << value;
      ASSERT_FLOAT_EQ(average.label[cell], (horizontal + vertical) / 2);
      sum[0] += horizontal;
      sum[1] += vertical;
    }
    for (const double total : sum) EXPECT_GT(total / static_cast<double>(circuit.cells()), 0.02);
    EXPECT_GT(std::set<float>(average.label.begin(), average.label.end()).size(), 100U);
    for (std::int64_t cell = 0; cell < circuit.cells(); ++cell) {
      for (int axis = 0; axis < 2; ++axis) {
        ASSERT_GE(circuit.position[cell][axis], circuit.box[axis]);
        ASSERT_LE(circuit.position[cell][axis], circuit.box[axis + 2]);
      }
    }
  }
}

TEST(ImportDef, RealPlacedDesignsHaveNoLabel) {
  for (const char* name : {"des3_area_place.def", "fir_place.def", "ibex_place.def"}) {
    const std::string path = real_def(name);
    if (path.empty()) GTEST_SKIP() << "no real designs in " << GSRGNN_SHARED_DATA;
    const Circuit circuit = import_def({path, {}, CongestionLabel::average});
    EXPECT_EQ(circuit.labels(), 0) << name;
    EXPECT_GT(circuit.cells(), 1000) << name;
    EXPECT_GT(circuit.pins(), 3 * circuit.cells()) << name;
  }
}

}  // namespace
}  // namespace gsrgnn
