#include <gtest/gtest.h>

#include <gsrgnn/circuit/def_reader.hpp>
#include <gsrgnn/circuit/lef_reader.hpp>
#include <tuple>

#include "def_text.hpp"

namespace gsrgnn {
namespace {

using namespace def_text;

using WireTuple = std::tuple<std::string, int, int, int, int>;

std::vector<WireTuple> wires_of(const DefDesign& design) {
  std::vector<WireTuple> wires;
  for (const DefDesign::Wire& w : design.wire) wires.emplace_back(design.layer[w.layer], w.x1, w.y1, w.x2, w.y2);
  return wires;
}

TEST(DefReader, ReadsEveryPartOfASmallDesign) {
  const TextFolder folder;
  const std::string path = folder.write("tiny.def", kTiny);
  const DefDesign design = read_def(path);
  EXPECT_EQ(design.path, path);
  EXPECT_EQ(design.name, "tiny");
  EXPECT_EQ(design.units_per_micron, 100);
  EXPECT_EQ(design.die, (std::array<std::int32_t, 4>{0, 0, 300, 200}));
  EXPECT_EQ(design.layer, (std::vector<std::string>{"metal1", "metal3", "metal2"}));
  ASSERT_EQ(design.tracks[0].size(), 2U);
  ASSERT_EQ(design.tracks[1].size(), 2U);
  EXPECT_EQ(design.layer[design.tracks[1][1].layer], "metal3");
  EXPECT_EQ(design.tracks[1][1].start, 5);
  EXPECT_EQ(design.tracks[1][1].count, 20);
  EXPECT_EQ(design.tracks[1][1].step, 10);
  EXPECT_EQ(design.gcell_line[0], (std::vector<std::int32_t>{0, 100, 200, 300}));
  EXPECT_EQ(design.gcell_line[1], (std::vector<std::int32_t>{0, 100, 200}));
  EXPECT_EQ(design.master, (std::vector<std::string>{"INV_X1", "BUF_X1"}));
  ASSERT_EQ(design.component.size(), 3U);
  EXPECT_EQ(design.component[1].name, "u\\[2\\]");
  EXPECT_EQ(design.component[1].master, 1);
  EXPECT_EQ(design.component[1].x, 150);
  EXPECT_EQ(design.component[1].y, 50);
  EXPECT_EQ(design.component[2].master, 0);
  EXPECT_EQ(design.net, (std::vector<std::string>{"n1", "n2", "n3"}));
  EXPECT_EQ(design.net_offset, (std::vector<std::int64_t>{0, 2, 4, 4}));
  EXPECT_EQ(design.net_component, (std::vector<std::int32_t>{0, 1, 2, 2}));
  EXPECT_EQ(wires_of(design), (std::vector<WireTuple>{{"metal3", 50, 50, 250, 50}, {"metal2", 250, 50, 250, 150}}));
}

TEST(DefReader, ReadsEveryWordOfWiring) {
  const TextFolder folder;
  const std::string wiring = R"(
      + ROUTED metal3 TAPER STYLE 2 ( 50 50 7 ) MASK 1 ( 250 * 0 ) RECT ( -5 -5 5 5 ) MASK 031 via2_3 FS
        ( * 150 ) VIRTUAL ( 200 * ) ( 200 160 )  # metal2 behind the via; no wire along VIRTUAL
      NEW metal2 TAPERRULE wide ( 10 10 ) unknown_via
      + SHIELDNET VDD + WEIGHT 5 + SOURCE NETLIST
      + FIXED metal3 ( 0 10 ) ( * * 5 ) ( 20 * )
      + NOSHIELD metal2 ( 5 5 ) ( 5 15 )
      + VPIN v1 LAYER metal2 ( 0 0 ) ( 1 1 ) PLACED ( 3 3 ) N
      + SUBNET s1 ( u1 A ) ( VPIN v1 )
      + COVER metal3 ( -7 90 ) ( -17 90 )
      + PROPERTY comment "+ ROUTED ; #" + USE CLOCK ;
)";
  const std::string text = with(kTiny, "- n3 ;", "- n3 ( u1 A )" + wiring);
  const std::vector<WireTuple> wires = wires_of(read_def(folder.write("wiring.def", text)));
  EXPECT_EQ(std::vector<WireTuple>(wires.begin() + 2, wires.end()), (std::vector<WireTuple>{
                                                                        {"metal3", 50, 50, 250, 50},
                                                                        {"metal2", 250, 50, 250, 150},
                                                                        {"metal2", 200, 150, 200, 160},
                                                                        {"metal3", 0, 10, 20, 10},
                                                                        {"metal2", 5, 5, 5, 15},
                                                                        {"metal3", -7, 90, -17, 90},
                                                                    }));
}

TEST(DefReader, AWireGoesOnBehindAViaOnTheOtherLayer) {
  const TextFolder folder;
  const std::string text = with(kTiny, "- n3 ;", "- n3 + ROUTED metal2 ( 5 5 ) via2_5 ( 25 * ) via2_5 ( * 35 ) ;");
  const std::string path = folder.write("via.def", text);
  const LefTechnology lef = read_lef({folder.write("tiny.lef", kTinyLef)});
  const std::vector<WireTuple> wires = wires_of(read_def(path, &lef));
  EXPECT_EQ(std::vector<WireTuple>(wires.begin() + 2, wires.end()),
            (std::vector<WireTuple>{{"metal3", 5, 5, 25, 5}, {"metal2", 25, 5, 25, 35}}));
  const DefDesign unknown = read_def(path);  // without the LEF the wires behind it are on no known layer
  EXPECT_EQ(unknown.unknown_via, "via2_5");
  EXPECT_EQ(unknown.wire.size(), wires.size() - 2);

  // A generated via names its layers in one attribute.
  const std::string generated =
      with(text, "VIAS 1 ;", "VIAS 2 ;\n - via2_5 + VIARULE r + CUTSIZE 1 1 + LAYERS metal2 cut2 metal3 ;");
  EXPECT_EQ(wires_of(read_def(folder.write("generated.def", generated))), wires);
}

TEST(DefReader, ReadsPolygonsPatternsAndSectionsOfNoInterest) {
  const TextFolder folder;
  std::string text = with(kTiny, "DIEAREA ( 0 0 ) ( 300 200 ) ;",
                          "DIEAREA ( -10 0 ) ( -10 200 ) ( 100 * ) ( * 150 ) ( 300 * ) ( * 0 ) ;");
  text = with(text, "GCELLGRID X 0 DO 4 STEP 100 ;",
              "GCELLGRID X 200 DO 2 STEP 100 ;\nGCELLGRID X 300 DO 1 STEP 0 ;\nGCELLGRID X -10 DO 2 STEP 110 ;");
  text = with(text, "TRACKS X 5 DO 30 STEP 10 LAYER metal1 metal2 ;",
              "TRACKS X -5 DO 30 STEP 10 MASK 1 SAMEMASK LAYER metal2 ;\nTRACKS X 0 DO 1 STEP 0 ;");
  text = with(text, "VIAS 1 ;", R"(PROPERTYDEFINITIONS
    NET comment STRING ;
    DESIGN nothing STRING "END DESIGN" ;
END PROPERTYDEFINITIONS
HISTORY changed by hand ;
BEGINEXT "tool" anything ( goes ENDEXT
NONDEFAULTRULES 1 ;
    - wide + LAYER metal1 WIDTH 10 ;
END NONDEFAULTRULES
REGIONS 0 ;
END REGIONS
BLOCKAGES 1 ;
    - LAYER metal1 RECT ( 0 0 ) ( 1 1 ) ;
END BLOCKAGES
VIAS 1 ;)");
  text = with(text, "END NETS", "END NETS\nGROUPS 1 ;\n - g u* ;\nEND GROUPS");
  const DefDesign design = read_def(folder.write("more.def", text));
  EXPECT_EQ(design.name, "tiny");
  EXPECT_EQ(design.die, (std::array<std::int32_t, 4>{-10, 0, 300, 200}));
  EXPECT_EQ(design.gcell_line[0], (std::vector<std::int32_t>{-10, 100, 200, 300}));
  ASSERT_EQ(design.tracks[0].size(), 1U);
  EXPECT_EQ(design.tracks[0][0].start, -5);
  EXPECT_EQ(design.net.size(), 3U);
}

TEST(DefReader, ReadsOtherLineEndsAndATextWithoutALastOne) {
  const TextFolder folder;
  std::string text;
  for (const char c : kTiny) text += c == '\n' ? "\r\n" : std::string(1, c);
  while (text.back() != 'N') text.pop_back();
  EXPECT_EQ(read_def(folder.write("windows.def", text)).net_component.size(), 4U);
}

TEST(DefReader, TakesWhatIsUsable) {
  const TextFolder folder;
  const auto read = [&](const std::string& from, const std::string& to) {
    return read_def(folder.write("usable.def", with(kTiny, from, to)));
  };
  EXPECT_EQ(read("COMPONENTS 3", "COMPONENTS 4").component.size(), 3U);
  EXPECT_NE(read("COMPONENTS 3", "COMPONENTS 4").note.at(0).find("announces 4 entries and has 3"), std::string::npos);
  const DefDesign no_units = read("UNITS DISTANCE MICRONS 100 ;", "");
  EXPECT_EQ(no_units.units_per_micron, 100);
  EXPECT_EQ(no_units.note.size(), 1U);
  // All components have such a pin, but those in front keep theirs.
  EXPECT_EQ(read("( u1 A )", "( * CK )").net_component, (std::vector<std::int32_t>{0, 1, 2, 1, 2, 2}));
  // A slanted wire takes the tracks of its two legs.
  const auto wires = wires_of(read("( 250 * )", "( 250 60 )"));
  EXPECT_EQ(wires[0], (WireTuple{"metal3", 50, 50, 250, 50}));
  EXPECT_EQ(wires[1], (WireTuple{"metal3", 250, 50, 250, 60}));
  EXPECT_EQ(read("( 10 20 )", "( 10.0 20.00 )").component[0].y, 20);
  EXPECT_EQ(read("GCELLGRID X 0 DO 4 STEP 100 ;", "GCELLGRID X 0 DO 0 STEP 100 ;").gcell_line[0].size(), 0U);
  EXPECT_EQ(read_def(folder.write("bom.def", "\xef\xbb\xbf" + kTiny)).name, "tiny");
  const std::string twice = with(kTiny, "END NETS", "END NETS\nNETS 1 ;\n - n4 ( u1 B ) ;\nEND NETS");
  EXPECT_EQ(read_def(folder.write("twice.def", twice)).net.size(), 4U);
  EXPECT_EQ(read_def(folder.write("packed.def.gz", gzipped(kTiny))).name, "tiny");
  const std::string packed = gzipped(kTiny);
  const std::string cut = folder.write("cut.def.gz", packed.substr(0, packed.size() / 2));
  expect_message(input_error([&] { read_def(cut); }), cut, {"gzipped", "gzip -t"});
}

TEST(DefReader, LeavesOutSomeUnplacedComponents) {
  const TextFolder folder;
  std::string cells;
  for (int i = 0; i < 20; ++i) cells += fmt::format("    - c{} INV_X1 + PLACED ( {} 20 ) N ;\n", i, 20 + i);
  const std::string text =
      with(with(kTiny, "    - u1 INV_X1", cells + "    - u1 INV_X1"), "COMPONENTS 3", "COMPONENTS 23");
  const DefDesign design = read_def(folder.write("some.def", with(text, "+ COVER ( 299 199 ) N", "+ UNPLACED")));
  EXPECT_EQ(design.component.size(), 22U);
  EXPECT_EQ(design.unplaced, 1);
  EXPECT_EQ(design.net_component, (std::vector<std::int32_t>{20, 21}));  // without u3's pins
  EXPECT_NE(design.note.at(0).find("1 of 23 components have no place"), std::string::npos);
  const std::string two = with(with(kTiny, "+ COVER ( 299 199 ) N", ""), "+ FIXED ( 150 50 ) FS", "+ UNPLACED");
  const std::string most = folder.write("most.def", two);
  expect_message(input_error([&] { read_def(most); }), most, {"2 of 3 components have no place", "place the design"});
}

TEST(DefReader, ReadsWhatMapsAreMadeFrom) {
  const TextFolder folder;
  std::string text = with(kTiny, "USE SIGNAL ;\nEND PINS", R"(USE SIGNAL
      + PORT + LAYER metal2 ( -1 -1 ) ( 1 1 ) + PLACED ( 0 70 ) N
      + PORT + LAYER metal2 ( -1 -1 ) ( 1 1 ) + PLACED ( 300 70 ) N ;
END PINS)");
  text = with(text, "+ USE POWER + ROUTED metal1 40 ( 0 0 ) ( 300 * ) ;",
              R"(+ USE POWER + ROUTED metal1 40 ( 0 0 ) ( 300 * )
      NEW metal1 10 + SHAPE FOLLOWPIN ( 0 50 ) ( 300 * ) via
      NEW metal2 20 + SHAPE STRIPE ( 100 0 ) ( * 200 ) ( * 100 ) via DO 2 BY 3 STEP 4 5
      + SHIELD n1 metal2 0 ( 0 0 ) ( 10 0 ) + POLYGON metal1 ( 0 0 ) ( 5 5 ) ( 5 0 )
      + FIXED + SHAPE STRIPE + RECT metal1 ( 0 0 ) ( 10 10 ) + ROUTED + VIA v ( 3 3 ) ;
    - GND ;)");
  const DefDesign design = read_def(folder.write("maps.def", text));
  EXPECT_EQ(design.component[1].orientation, Orientation::FS);
  EXPECT_EQ(design.component[0].orientation, Orientation::N);
  EXPECT_EQ(design.row, std::vector<std::int32_t>{0});
  EXPECT_EQ(design.pin_name, (std::vector<std::string>{"A", "Z", "B"}));
  EXPECT_EQ(design.net_pin, (std::vector<std::int32_t>{0, 1, 0, 2}));
  ASSERT_EQ(design.io.size(), 1U);  // the first of its ports
  EXPECT_EQ(design.io[0].net, 0);
  EXPECT_EQ(design.io[0].x, 0);
  EXPECT_EQ(design.io[0].y, 70);
  const std::vector<std::array<std::int32_t, 4>> boxes = {
      {0, -20, 300, 20}, {90, 0, 110, 200}, {90, 100, 110, 200}, {0, 0, 10, 10}};
  EXPECT_EQ(design.power, boxes);
  ASSERT_EQ(design.obstruction.size(), boxes.size() + 1);  // the rail too
  EXPECT_EQ(design.obstruction[1].box, (std::array<std::int32_t, 4>{0, 45, 300, 55}));
  EXPECT_EQ(design.layer[design.obstruction[2].layer], "metal2");
  EXPECT_EQ(design.layer[design.obstruction[4].layer], "metal1");
}

TEST(DefReader, NamesTheFileThatCannotBeRead) {
  const TextFolder folder;
  const std::string missing = folder.path("missing.def");
  expect_message(input_error([&] { read_def(missing); }), missing, {"no such file", "give the path"});
  const std::string directory = folder.path("");
  expect_message(input_error([&] { read_def(directory); }), directory, {"directory", "give the path"});
  for (const char* nothing : {"", "\n \n", "# only a comment"}) {
    const std::string path = folder.write("empty.def", nothing);
    expect_message(input_error([&] { read_def(path); }), path, {"empty"});
  }
}

TEST(DefReader, RefusesWhatIsNoDef) {
  const TextFolder folder;
  const std::vector<std::string> texts = {std::string("\x7f"
                                                      "ELF\x02\x01\x01\0\0\0",
                                                      10),
                                          "module tiny ( a , b ) ;", "-1", "{ \"json\": 1 }"};
  for (const std::string& text : texts) {
    const std::string path = folder.write("other.def", text);
    expect_message(input_error([&] { read_def(path); }), path + ":1", {"not a DEF", "give a DEF"});
  }
}

TEST(DefReader, EveryCutIsNoticed) {
  const TextFolder folder;
  const std::size_t whole = kTiny.rfind("END DESIGN") + std::string("END DESIGN").size();
  for (std::size_t length = 0; length < whole; ++length) {
    const std::string path = folder.write("cut.def", kTiny.substr(0, length));
    EXPECT_THROW(read_def(path), InputError) << length;
  }
  const std::string cut = kTiny.substr(0, kTiny.find("PINS 1"));
  const std::string path = folder.write("cut.def", cut);
  expect_message(input_error([&] { read_def(path); }), path + ":" + std::to_string(line_of(kTiny, "PINS 1")),
                 {"cut off", "copy it again"});
}

struct Fault {
  const char* name;
  std::string from, to;            // the change to the small design
  std::string at;                  // the error is on the line where this begins
  std::vector<std::string> words;  // the message names these
};

TEST(DefReader, NamesTheLineTheCulpritAndTheCure) {
  const std::vector<Fault> faults = {
      {"negative count", "COMPONENTS 3", "COMPONENTS -3", "COMPONENTS -3", {"'-3'", "out of range"}},
      {"unknown component", "( u1 A )", "( u7 A )", "( u7 A )", {"'n1'", "'u7'", "COMPONENTS"}},
      {"nets first", "( u1 A )", "( u1x A )", "( u1x A )", {"'u1x'"}},
      {"duplicate component", "- u3 INV", "- u1 INV", "- u1 INV_X1 + COVER", {"'u1'", "own name"}},
      {"letters in a number", "( 10 20 )", "( 10 2o )", "2o", {"'2o'", "whole number"}},
      {"a fraction", "( 10 20 )", "( 10.5 20 )", "10.5", {"'10.5'", "whole number"}},
      {"half a point", "( 10 20 )", "( 10 )", "( 10 )", {"')'", "coordinate"}},
      {"open point", "( 10 20 )", "( 10 20 N", "( 10 20 N", {"'N'"}},
      {"no point", "PLACED ( 10 20 )", "PLACED N", "PLACED N", {"'('", "'N'"}},
      {"beyond 32 bits", "( 10 20 )", "( 10 2147483648 )", "2147483648", {"'2147483648'", "out of range"}},
      {"beyond 64 bits", "( 10 20 )", "( 10 -99999999999999999999 )", "-9999", {"out of range"}},
      {"nothing to repeat", "metal3 ( 50 50 )", "metal3 ( * 50 )", "metal3 ( *", {"'*'"}},
      {"nothing to repeat after NEW", "NEW metal2 ( 250 50 )", "NEW metal2 ( 250 * )", "NEW metal2", {"'*'"}},
      {"via first", "metal3 ( 50 50 )", "metal3 via2_3 ( 50 50 )", "metal3 via2_3", {"'via2_3'", "before any point"}},
      {"open net", "( * 150 ) ;", "( * 150 )", "- n2", {"';'"}},
      {"open component", "( 10 20 ) N ;", "( 10 20 ) N", "- u\\[2\\]", {"';'"}},
      {"no master", "- u1 INV_X1 + SOURCE", "- u1 + SOURCE", "- u1", {"master", "'+'"}},
      {"words after a master", "- u1 INV_X1", "- u1 INV_X1 net5", "net5", {"'net5'"}},
      {"words after pins", "( u1 A )", "u1 A )", "u1 A )", {"'u1'"}},
      {"not a number of RECT", "( 250 * )", "( 250 * ) RECT ( 1 2 x 4 )", "RECT ( 1 2 x", {"'x'", "RECT"}},
      {"empty die", "( 300 200 )", "( 300 0 )", "DIEAREA", {"DIEAREA"}},
      {"no units", "MICRONS 100", "MICRONS 0", "MICRONS 0", {"'0'", "units per micron"}},
      {"axis", "TRACKS Y", "TRACKS Z", "TRACKS Z", {"'Z'"}},
      {"no step", "DO 20 STEP 10", "DO 20 STEP 0", "STEP 0", {"'0'"}},
      {"pattern too long", "DO 20 STEP 10", "DO 20 STEP 2147483647", "DO 20 STEP 2", {"32 bits"}},
      {"grid too fine", "GCELLGRID X 0 DO 4 STEP 100", "GCELLGRID X 0 DO 2000000 STEP 1", "GCELLGRID X", {"GCELLGRID"}},
      {"wrong end", "END COMPONENTS", "END NETS", "END NETS", {"'NETS'", "'COMPONENTS'"}},
      {"stray end", "END SPECIALNETS", "END SPECIALNETS\nEND PINS", "END PINS\nNETS", {"'PINS'"}},
      {"second section", "END COMPONENTS", "END COMPONENTS\nCOMPONENTS 0 ;", "COMPONENTS 0", {"second COMPONENTS"}},
      {"not a statement", "ROW ROW_0", "r0w ROW_0", "r0w ROW_0", {"'R0W'"}},
      {"open string", "\"a ; b\"", "\"a ; b", "\"a ; b", {"quoted string"}},
      {"no design", "DESIGN tiny ;", "", "END DESIGN", {"DESIGN statement"}},
      {"no die", "DIEAREA ( 0 0 ) ( 300 200 ) ;", "", "END DESIGN", {"DIEAREA"}},
  };
  const TextFolder folder;
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.name);
    const std::string text = with(kTiny, fault.from, fault.to);
    const std::string path = folder.write("fault.def", text);
    expect_message(input_error([&] { read_def(path); }), fmt::format("{}:{}", path, line_of(text, fault.at)),
                   fault.words);
  }
}

TEST(DefReader, WantsComponentsAndNets) {
  const TextFolder folder;
  const std::size_t nets = kTiny.find("NETS 3"), components = kTiny.find("COMPONENTS 3");
  const std::string without_nets = kTiny.substr(0, nets) + "END DESIGN\n";
  const std::string without_both = kTiny.substr(0, components) + "END DESIGN\n";
  const std::string path = folder.write("without.def", without_nets);
  expect_message(input_error([&] { read_def(path); }), fmt::format("{}:{}", path, line_of(kTiny, "NETS 3")),
                 {"no NETS section"});
  folder.write("without.def", without_both);
  expect_message(input_error([&] { read_def(path); }), fmt::format("{}:{}", path, line_of(kTiny, "COMPONENTS 3")),
                 {"no COMPONENTS section"});
}

TEST(DefReader, ShowsUnprintableWordsWithoutPrintingThem) {
  const TextFolder folder;
  const std::string text = with(kTiny, "( 10 20 )", "( \x1b[31m" + std::string(500, '\xff') + " 20 )");
  const std::string message = input_error([&] { read_def(folder.write("bytes.def", text)); });
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  EXPECT_EQ(message.find('\xff'), std::string::npos);
  EXPECT_NE(message.find("'?[31m"), std::string::npos) << message;
  EXPECT_LT(message.size(), folder.path("").size() + 250);
}

TEST(LefReader, ReadsDirectionsAndVias) {
  const TextFolder folder;
  const LefTechnology lef = read_lef({folder.write("tiny.lef", kTinyLef)});
  ASSERT_EQ(lef.routing.size(), 3U);
  EXPECT_EQ(lef.routing[0].name, "metal1");
  EXPECT_EQ(lef.routing[1].direction, Direction::vertical);
  EXPECT_EQ(lef.routing[2].name, "metal3");
  EXPECT_EQ(lef.routing[2].direction, Direction::horizontal);
  ASSERT_EQ(lef.via_layers.size(), 1U);
  EXPECT_EQ(lef.via_layers.at("via2_5"), (std::vector<std::string>{"cut2", "metal2", "metal3"}));
  // END LIBRARY is optional.
  EXPECT_EQ(read_lef({folder.write("open.lef", with(kTinyLef, "END LIBRARY\n", ""))}).routing.size(), 3U);
}

TEST(LefReader, NamesTheLineTheCulpritAndTheCure) {
  const TextFolder folder;
  const auto fault = [&](const std::string& text, const std::string& line, const std::vector<std::string>& words) {
    const std::string path = folder.write("fault.lef", text);
    expect_message(input_error([&] { read_lef({path}); }), path + line, words);
  };
  const std::string none = with(kTinyLef, "  DIRECTION VERTICAL ;\n", "");
  fault(none, ":" + std::to_string(line_of(none, "END metal2")), {"'metal2'", "DIRECTION", "technology LEF"});
  const std::string diagonal = with(kTinyLef, "DIRECTION VERTICAL", "DIRECTION DIAG45");
  fault(diagonal, ":" + std::to_string(line_of(diagonal, "END metal2")), {"'metal2'"});
  const std::string cut = kTinyLef.substr(0, kTinyLef.find("END INV_X1"));
  fault(cut, ":" + std::to_string(line_of(kTinyLef, "END INV_X1")), {"cut off"});
  const std::string wrong = with(kTinyLef, "END cut1", "END cut9");
  fault(wrong, ":" + std::to_string(line_of(wrong, "END cut9")), {"'cut9'", "'cut1'"});
  fault("VERSION 5.8 ;\nEND LIBRARY\n", "", {"neither a LAYER nor a MACRO", "technology LEF"});
  fault("", "", {"empty"});
  expect_message(input_error([&] { read_lef({folder.path("missing.lef")}); }), folder.path("missing.lef"), {"no such"});
}

}  // namespace
}  // namespace gsrgnn
