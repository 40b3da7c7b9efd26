#include <gtest/gtest.h>

#include <gsrgnn/circuit/technology.hpp>

#include "def_text.hpp"

namespace gsrgnn {
namespace {

using namespace def_text;
using Layers = std::vector<Technology::Layer>;

Technology::Layer by_wires(const std::string& name, double horizontal, double vertical) {
  return {name, Origin::unknown, Direction::horizontal, horizontal, vertical};
}
Technology::Layer by_lef(const std::string& name, Direction direction, double horizontal, double vertical) {
  return {name, Origin::lef, direction, horizontal, vertical};
}

std::string roles_of(const Layers& layers) {
  std::string text;
  for (const LayerRole role : layer_roles(layers)) text += "-hv"[static_cast<int>(role)];
  return text;
}

TEST(LayerRoles, FollowTheWires) {
  // sky130: li1 serves pins, met1 is horizontal and used, met5 has no wire.
  EXPECT_EQ(roles_of({by_wires("li1", 0, 103), by_wires("met1", 71585, 1659), by_wires("met2", 783, 56565),
                      by_wires("met3", 25492, 95), by_wires("met4", 3, 1811), by_wires("met5", 0, 0)}),
            "-hvhvh");
  // NanGate45: the wires say what the numbers say; metal1 carries nothing.
  EXPECT_EQ(roles_of({by_wires("metal1", 0, 0), by_wires("metal2", 135, 1333), by_wires("metal3", 1351, 16),
                      by_wires("metal4", 0, 86), by_wires("metal5", 0, 0), by_wires("metal6", 0, 38)}),
            "-vhvhv");
  // ASAP7: against the numbers. The lowest layer there is carries most, and so counts.
  EXPECT_EQ(roles_of({by_wires("M2", 3000, 0), by_wires("M3", 0, 400)}), "hv");
}

TEST(LayerRoles, FollowTheLefBeforeTheWires) {
  const Layers layers = {by_lef("M1", Direction::vertical, 0, 10), by_lef("M2", Direction::vertical, 500, 10),
                         by_lef("M3", Direction::horizontal, 400, 0)};
  EXPECT_EQ(roles_of(layers), "-vh");
  std::vector<std::string> reason;
  layer_roles(layers, &reason);
  EXPECT_EQ(reason[1], "by the LEF, against most of its wires");
  EXPECT_EQ(reason[2], "by the LEF");
}

TEST(LayerRoles, WithoutAnyTraceGoByNumber) {
  EXPECT_EQ(roles_of({by_wires("M1", 0, 0), by_wires("M2", 0, 0), by_wires("M3", 0, 0)}), "-vh");
  EXPECT_EQ(roles_of({by_wires("A", 0, 0), by_wires("B", 0, 0), by_wires("C", 0, 0)}), "-vh");
  EXPECT_EQ(roles_of({by_wires("M7", 10, 10)}), "h");  // the only layer there is is not left out
  EXPECT_EQ(roles_of({}), "");
  std::vector<std::string> reason;
  layer_roles({by_wires("M1", 0, 0), by_wires("M2", 30, 20), by_wires("M3", 90, 0)}, &reason);
  EXPECT_EQ(reason[1], "its wires run both ways; across its neighbour");
}

TEST(Orientation, TurnsAndTurnsBack) {
  const Offset size = {6, 2}, at = {1, 0.5};
  const std::vector<std::pair<Orientation, Offset>> expected = {
      {Orientation::N, {1, 0.5}}, {Orientation::S, {5, 1.5}}, {Orientation::FN, {5, 0.5}}, {Orientation::FS, {1, 1.5}},
      {Orientation::W, {1.5, 1}}, {Orientation::E, {0.5, 5}}, {Orientation::FW, {0.5, 1}}, {Orientation::FE, {1.5, 5}}};
  for (const auto& [turned, place] : expected) {
    EXPECT_EQ(placed(turned, at, size), place) << static_cast<int>(turned);
    EXPECT_EQ(as_drawn(turned, place, size), at) << static_cast<int>(turned);
    EXPECT_EQ(orientation_of(kOrientationNames[static_cast<std::size_t>(turned)]), turned);
  }
  EXPECT_FALSE(orientation_of("R90"));
}

/// Cells of two types in rows that are 10 high; INV is 4 wide with its pin A at (1, 3) as drawn, BUF 6 wide.
const char* const kRows = R"(VERSION 5.8 ;
DESIGN rows ;
UNITS DISTANCE MICRONS 1 ;
DIEAREA ( 0 0 ) ( 100 100 ) ;
TRACKS X 0 DO 100 STEP 1 LAYER m1 m2 ;
TRACKS Y 0 DO 100 STEP 1 LAYER m1 m3 ;
COMPONENTS 5 ;
- a INV + PLACED ( 0 0 ) N ;
- b BUF + PLACED ( 4 0 ) N ;
- c INV + PLACED ( 10 0 ) S ;
- d INV + PLACED ( 20 10 ) FN ;
- e BUF + PLACED ( 30 10 ) N ;
END COMPONENTS
NETS 3 ;
- n1 ( a A ) ( c A ) + ROUTED m2 ( 1 3 ) ( * 50 ) NEW m1 ( 1 3 ) via NEW m1 ( 13 7 ) via NEW m2 ( 1 3 ) via23 ;
- n2 ( d A ) ( b Z ) ( b Y ) + ROUTED m1 ( 23 13 ) via NEW m1 ( 5 5 ) via ;
- n3 ( e Z ) + ROUTED m1 ( 32 14 ) via ( 50 * ) ;
END NETS
END DESIGN
)";

TEST(LearnTechnology, FindsSizesAndPins) {
  const TextFolder folder;
  const Technology learned = learn_technology(read_def(folder.write("rows.def", kRows)), nullptr);
  ASSERT_EQ(learned.type.size(), 2U);
  const Technology::CellType &buf = learned.type[0], &inv = learned.type[1];
  EXPECT_EQ(buf.name, "BUF");
  EXPECT_EQ(inv.origin, Origin::learned);
  EXPECT_EQ(inv.width, 4);  // between a and b
  EXPECT_EQ(buf.width, 6);  // between b and c
  EXPECT_EQ(inv.height, 10);
  ASSERT_EQ(inv.pin.size(), 1U);  // from a (N), c (S) and d (FN), all turned back
  EXPECT_EQ(inv.pin[0].name, "A");
  EXPECT_EQ(inv.pin[0].x, 1);
  EXPECT_EQ(inv.pin[0].y, 3);
  EXPECT_EQ(inv.pin[0].seen, 3);
  ASSERT_EQ(buf.pin.size(), 1U);  // b has two pins on its net, which cannot be told apart
  EXPECT_EQ(buf.pin[0].name, "Z");
  EXPECT_EQ(buf.pin[0].x, 2);
  EXPECT_EQ(buf.pin[0].y, 4);
  ASSERT_EQ(learned.layer.size(), 3U);
  EXPECT_EQ(learned.layer[1].name, "m2");
  EXPECT_EQ(learned.layer[1].vertical, 47);
}

const char* const kCells = R"(VERSION 5.8 ;
macro INV
  CLASS CORE ;
  ORIGIN 1 0 ;
  SIZE 5 BY 12 ;
  PIN A
    DIRECTION INPUT ;
    PORT
      LAYER m1 ;
        RECT 0 1 2 3 ;
        POLYGON 0 1 0 5 1 5 1 1 ;
    END
    PORT
      LAYER m2 ;
        RECT 4 4 5 5 ;
    END
  END A
  PIN VSS
    USE GROUND ;
  END VSS
  OBS
    LAYER m1 ;
      RECT 0 0 5 12 ;
  END
end INV
END LIBRARY
)";

TEST(LearnTechnology, TakesALefFirst) {
  const TextFolder folder;
  const LefTechnology lef = read_lef({folder.write("cells.lef", kCells)});
  ASSERT_EQ(lef.macro.size(), 1U);
  const Technology learned = learn_technology(read_def(folder.write("rows.def", kRows), &lef), &lef);
  const Technology::CellType* const inv = learned.find_type("INV");
  ASSERT_NE(inv, nullptr);
  EXPECT_EQ(inv->origin, Origin::lef);
  EXPECT_EQ(inv->width, 5);
  EXPECT_EQ(inv->height, 12);
  ASSERT_EQ(inv->pin.size(), 1U);
  const Technology::Pin* const pin = find_pin(*inv, "A");
  ASSERT_NE(pin, nullptr);
  EXPECT_EQ(pin->x, 2);  // the middle of 0..2 of the first port, from an origin at -1
  EXPECT_EQ(pin->y, 3);
  EXPECT_EQ(find_pin(*inv, "B"), nullptr);
  EXPECT_EQ(learned.find_type("BUF")->origin, Origin::learned);
  EXPECT_EQ(learned.find_type("NAND"), nullptr);
}

TEST(Technology, JoinsWhatSeveralDesignsTell) {
  const auto pin = [](const char* name, Origin origin, double x, double seen) {
    return Technology::Pin{name, origin, x, 2 * x, seen};
  };
  const Technology first{
      {by_wires("m1", 1, 2), by_wires("m2", 3, 4)},
      {{"A", Origin::learned, 4, 10, {pin("X", Origin::learned, 1, 1)}}, {"B", Origin::unknown, 0, 0, {}}}};
  const Technology second{
      {by_lef("m2", Direction::vertical, 10, 20), by_wires("m3", 5, 6)},
      {{"A", Origin::learned, 3, 10, {pin("X", Origin::learned, 4, 2), pin("Y", Origin::learned, 7, 1)}},
       {"B", Origin::lef, 8, 10, {pin("Z", Origin::lef, 9, 0)}}}};
  const Technology all = join({first, second});
  ASSERT_EQ(all.layer.size(), 3U);
  EXPECT_EQ(all.layer[1].origin, Origin::lef);
  EXPECT_EQ(all.layer[1].direction, Direction::vertical);
  EXPECT_EQ(all.layer[1].horizontal, 13);
  EXPECT_EQ(all.layer[1].vertical, 24);
  const Technology::CellType* const a = all.find_type("A");
  EXPECT_EQ(a->width, 3);              // the least
  EXPECT_EQ(find_pin(*a, "X")->x, 3);  // one at 1, two at 4
  EXPECT_EQ(find_pin(*a, "X")->seen, 3);
  EXPECT_EQ(find_pin(*a, "Y")->x, 7);
  EXPECT_EQ(all.find_type("B")->width, 8);
}

TEST(Technology, ADesignIsSeenWithTheModelsEyes) {
  const Technology model{{by_wires("m1", 0, 0), by_wires("m2", 100, 0)},
                         {{"A", Origin::learned, 4, 10, {{"X", Origin::learned, 1, 1, 5}}}}};
  const Technology own{{by_wires("m1", 0, 0), by_wires("m2", 0, 7), by_wires("m3", 7, 0)},
                       {{"A", Origin::learned, 5, 10, {{"X", Origin::learned, 2, 2, 1}}},
                        {"B", Origin::learned, 6, 10, {{"X", Origin::learned, 3, 3, 1}}},
                        {"C", Origin::lef, 7, 10, {{"X", Origin::lef, 4, 4, 0}}}}};
  const Technology seen = for_design(model, own);
  EXPECT_EQ(roles_of(seen.layer), "-hv");  // not as the design's own routes say, which designs to predict lack
  EXPECT_EQ(seen.find_type("A")->width, 4);
  EXPECT_EQ(find_pin(*seen.find_type("A"), "X")->x, 1);
  EXPECT_EQ(seen.find_type("B")->width, 6);  // of the placement
  EXPECT_EQ(find_pin(*seen.find_type("B"), "X"), nullptr);
  EXPECT_EQ(find_pin(*seen.find_type("C"), "X")->x, 4);
}

TEST(Technology, IsKeptInAFile) {
  const TextFolder folder;
  const Technology technology = learn_technology(read_def(folder.write("rows.def", kRows)), nullptr);
  const std::string path = folder.path("t.h5");
  {
    Hdf5Writer file(path);
    write_technology(file, "some/technology", technology);
    file.commit();
  }
  const Hdf5Reader file(path);
  const Technology read = read_technology(file, "some/technology");
  ASSERT_EQ(read.type.size(), technology.type.size());
  EXPECT_EQ(read.type[1].pin[0].x, technology.type[1].pin[0].x);
  EXPECT_EQ(read.type[1].width, technology.type[1].width);
  ASSERT_EQ(read.layer.size(), technology.layer.size());
  EXPECT_EQ(read.layer[1].vertical, technology.layer[1].vertical);
  EXPECT_TRUE(read_technology(file, "none").type.empty());
}

}  // namespace
}  // namespace gsrgnn
