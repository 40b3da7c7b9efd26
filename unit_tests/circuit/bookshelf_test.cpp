#include <gtest/gtest.h>

#include <gsrgnn/circuit/bookshelf_reader.hpp>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/circuit/design_formats.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/circuit/placement_maps.hpp>

#include "bookshelf_text.hpp"
#include "damage.hpp"
#include "def_text.hpp"
#include "support/circuit_parts.hpp"
#include "support/fuzz_seeds.hpp"

namespace gsrgnn {
namespace {

using namespace testing;
using bookshelf_text::kFiles;
using def_text::gzipped;
using def_text::with;

std::string write_design(const TestFolder& folder, const std::map<std::string, std::string>& files = kFiles) {
  for (const auto& [extension, text] : files) folder.write("tiny." + extension, text);
  return folder.path("tiny.aux");
}

Circuit import_bookshelf(const std::string& aux, const std::vector<std::string>& label = {}, double gcell = 0) {
  ImportOptions options{aux, {}, CongestionLabel::separate};
  options.label = label;
  options.gcell = gcell;
  return import_design(*design_format(aux), options);
}

TEST(Bookshelf, MakesACircuitOfASmallDesign) {
  const TestFolder folder;
  const Circuit circuit = import_bookshelf(write_design(folder));
  EXPECT_EQ(circuit.name, "tiny");
  EXPECT_EQ(circuit.source, "bookshelf");
  EXPECT_EQ(circuit.cells(), 4);  // the macro is one, pad and pin are pins of the design
  EXPECT_EQ(circuit.net_offset, (std::vector<std::int64_t>{0, 3, 4, 5}));
  EXPECT_EQ(circuit.net_cell, (std::vector<std::int32_t>{0, 1, 3, 2, 2}));
  EXPECT_EQ(circuit.cell_name.size(), 4U);
  EXPECT_EQ(circuit.type_name, (std::vector<std::string>{"4x10", "8x10", "fixed"}));
  EXPECT_EQ(circuit.cell_type, (std::vector<std::int32_t>{0, 1, 0, 2}));
  EXPECT_EQ(circuit.box, (std::array<double, 4>{0, 0, 40, 40}));
  EXPECT_EQ(circuit.feature_name, (std::vector<std::string>{"x", "y", "log_pins", "log_degree"}));
  EXPECT_EQ(circuit.labels(), 0);
  EXPECT_EQ(circuit.note, std::vector<std::string>{"1 of 7 nodes have no net and are no cells"});
  const Placement& placement = circuit.placement;
  EXPECT_EQ(placement.size[3], (std::array<float, 2>{8, 16}));
  EXPECT_EQ(placement.io_net, (std::vector<std::int32_t>{1, 2}));
  EXPECT_EQ(placement.io_position[0], (std::array<double, 2>{21.5, 23.5}));
  EXPECT_EQ(placement.io_position[1], (std::array<double, 2>{-5, 7}));
}

TEST(Bookshelf, PinsLieWhereTheirNodesAreTurnedTo) {
  const TestFolder folder;
  const Circuit circuit = import_bookshelf(write_design(folder));
  const PinPlaces pins = pin_places(circuit, circuit.placement.technology);
  EXPECT_EQ(pins.known, 5);
  EXPECT_EQ(pins.place[0], (std::array<double, 2>{3.5, 3}));
  EXPECT_EQ(pins.place[1], (std::array<double, 2>{14, 15}));
  // Turned to the east, what was to the right of the middle is below it.
  EXPECT_EQ(pins.place[2], (std::array<double, 2>{30 + 4 + 3, 20 + 8 - 7}));
  EXPECT_EQ(pins.place[3], (std::array<double, 2>{22, 25}));
}

TEST(Bookshelf, GridAndTracksAreThoseOfRoute) {
  const TestFolder folder;
  const Circuit circuit = import_bookshelf(write_design(folder));
  const Placement& placement = circuit.placement;
  EXPECT_EQ(placement.grid.border[0], (std::vector<double>{0, 10, 20, 30, 40}));
  EXPECT_EQ(placement.grid.border[1], (std::vector<double>{0, 20, 40}));
  ASSERT_EQ(placement.layer.size(), 3U);
  EXPECT_EQ(placement.layer[1].row_tracks, (std::vector<float>{20, 20}));
  EXPECT_EQ(placement.layer[2].column_tracks, (std::vector<float>{6, 6, 6, 6}));
  const std::vector<LayerRole> roles = layer_roles(placement.technology.layer);
  EXPECT_EQ(roles[1], LayerRole::horizontal);
  EXPECT_EQ(roles[2], LayerRole::vertical);
  // RUDY is relative to them.
  const Circuit rudy = import_bookshelf(folder.path("tiny.aux"), {"rudy"});
  EXPECT_EQ(rudy.label_name, (std::vector<std::string>{"rudy_horizontal", "rudy_vertical"}));
  EXPECT_NE(rudy.label_unit.find("track capacity"), std::string::npos);
  EXPECT_GT(rudy.label[0], 0);
}

TEST(Bookshelf, ALayerMayHaveBothDirectionsAndBeTheLowest) {
  const TestFolder folder;
  auto files = kFiles;
  files["route"] = R"(route 1.0
Grid : 4 2
VerticalCapacity : 12
HorizontalCapacity : 8
MinWireWidth : 1
MinWireSpacing : 1
GridOrigin : 0 0
TileSize : 10 20
)";
  const Circuit circuit = import_bookshelf(write_design(folder, files));
  const std::vector<LayerRole> roles = layer_roles(circuit.placement.technology.layer);
  ASSERT_EQ(roles.size(), 3U);
  EXPECT_EQ(roles[0], LayerRole::left_out);
  EXPECT_EQ(circuit.placement.layer[1].name, "1h");
  EXPECT_EQ(roles[1], LayerRole::horizontal);
  EXPECT_EQ(circuit.placement.layer[1].row_tracks[0], 4);
  EXPECT_EQ(circuit.placement.layer[2].name, "1v");
  EXPECT_EQ(roles[2], LayerRole::vertical);
  EXPECT_EQ(circuit.placement.layer[2].column_tracks[0], 6);
}

TEST(Bookshelf, WithoutRouteOrRowsTheDesignIsReadToo) {
  const TestFolder folder;
  auto files = kFiles;
  files["aux"] = "RowBasedPlacement : tiny.nodes tiny.nets tiny.pl";
  const Circuit circuit = import_bookshelf(write_design(folder, files));
  EXPECT_TRUE(circuit.placement.grid.empty());
  EXPECT_EQ(circuit.box, (std::array<double, 4>{-5, 0, 38, 40}));  // around the nodes
  const Circuit rudy = import_bookshelf(folder.path("tiny.aux"), {"rudy"});
  EXPECT_NE(rudy.label_unit.find("side of a GCell"), std::string::npos);
  const Circuit gridded = import_bookshelf(folder.path("tiny.aux"), {}, 5);
  EXPECT_EQ(gridded.placement.grid.columns(), 9);
  EXPECT_EQ(gridded.placement.grid.rows(), 8);
  expect_message(input_error([&] { import_bookshelf(folder.path("tiny.aux"), {}, 1e-9); }), folder.path("tiny.aux"),
                 {"too many", "--gcell"});
}

TEST(Bookshelf, MapsAreLabelsAndFeatures) {
  const TestFolder folder;
  ImportOptions options{write_design(folder), {}, CongestionLabel::average};
  options.label = {folder.write("map.csv", "x0,y0,x1,y1,c\n0,0,20,40,1\n20,0,40,40,2\n")};
  options.feature_maps = {{"density", options.label.front()}};
  const Circuit circuit = import_design(*design_format(options.design), options);
  EXPECT_EQ(circuit.label, (std::vector<float>{1, 1, 2, 2}));
  EXPECT_EQ(circuit.feature_name.back(), "density");
  // It has no routes.
  options.label = {"wire"};
  expect_message(input_error([&] { import_design(*design_format(options.design), options); }), options.design,
                 {"no routes", "rudy"});
}

TEST(Bookshelf, MacrosSeeTheMeanOverTheirBox) {
  const TestFolder folder;
  auto files = kFiles;
  files["route"] = with(kFiles.at("route"), "TileSize          :  10 20", "TileSize : 5 5");
  files["route"] = with(files["route"], "Grid              :  4 2 3", "Grid : 8 8 3");
  write_design(folder, files);
  std::string csv = "x0,y0,x1,y1,row\n";
  for (int row = 0; row < 8; ++row) {
    for (int column = 0; column < 8; ++column) {
      csv += fmt::format("{},{},{},{},{}\n", column * 5, row * 5, column * 5 + 5, row * 5 + 5, row);
    }
  }
  const Circuit circuit = import_bookshelf(folder.path("tiny.aux"), {folder.write("map.csv", csv)});
  EXPECT_EQ(circuit.label[0], 0);     // 4 x 10 are not more than two GCells
  EXPECT_EQ(circuit.label[3], 5.5F);  // from y = 20 to 36: rows 4 to 7
}

TEST(Bookshelf, IsOpenedByItsNameInTheOrderOfThePlacement) {
  const TestFolder folder;
  write_design(folder);
  const Circuit circuit = open_circuit(folder.path("tiny.aux"));
  EXPECT_EQ(circuit.cells(), 4);
  EXPECT_EQ(circuit.original.size(), 4U);
  // Each pin keeps its place, and the file holds them.
  const PinPlaces pins = pin_places(circuit, circuit.placement.technology);
  const std::array<double, 2> of_m = {37, 21};
  EXPECT_NE(std::find(pins.place.begin(), pins.place.end(), of_m), pins.place.end());
  write_circuit(circuit, folder.path("tiny.h5"));
  expect_equal(read_circuit(folder.path("tiny.h5")), circuit);
}

TEST(Bookshelf, FilesMayBeGzipped) {
  const TestFolder folder;
  write_design(folder);
  const Circuit plain = import_bookshelf(folder.path("tiny.aux"));
  for (const auto& [extension, text] : kFiles) {
    if (extension == "aux") continue;
    std::filesystem::remove(folder.path("tiny." + extension));
    folder.write("tiny." + extension + ".gz", gzipped(text));
  }
  expect_equal(import_bookshelf(folder.path("tiny.aux")), plain);  // beside the name
  folder.write("named.aux.gz",
               gzipped("RowBasedPlacement : tiny.nodes.gz tiny.nets.gz tiny.pl.gz tiny.scl tiny.route"));
  EXPECT_EQ(import_bookshelf(folder.path("named.aux.gz")).position, plain.position);
  EXPECT_EQ(import_bookshelf(folder.path("named.aux.gz")).name, "named");
}

struct Damaged {
  const char *file, *from, *to, *place;
  std::vector<std::string> words;
};

TEST(Bookshelf, RefusesDamagedFiles) {
  const TestFolder folder;
  const std::vector<Damaged> cases = {
      {"aux", "tiny.pl ", "", ".aux: ", {"no .pl"}},
      {"aux", "tiny.wts", "other.pl", ".aux:1", {"second .pl"}},
      {"aux", "tiny.nets", "gone.nets", "", {"gone.nets", "no such file"}},
      {"nodes", "NumNodes : 7", "NumNodes : 8", ".nodes:12", {"NumNodes announces 8", "7", "cut off"}},
      {"nodes", "NumNodes : 7", "NumNodes : x", ".nodes:4", {"'x'"}},
      {"nodes", "o2  8 10", "o1 8 10", ".nodes: ", {"second node 'o1'"}},
      {"nodes", "o2  8 10", "o2 8", ".nodes:7", {"height", "missing"}},
      {"nodes", "o2  8 10", "o2 -8 10", ".nodes:7", {"negative"}},
      {"nodes", "o2  8 10", "o2 8 1e300", ".nodes:7", {"'1e300'"}},
      {"nodes", "terminal_NI", "terminals", ".nodes:11", {"'terminals'"}},
      {"nets", "NumNets : 3", "NumNets : 4", ".nets:15", {"NumNets announces 4", "cut off"}},
      {"nets", "NumPins : 7", "NumPins : 9", ".nets:15", {"NumPins announces 9"}},
      {"nets", "NetDegree : 3 ", "NetDegree : 4 ", ".nets:10", {"lacks 1 of its pins"}},
      {"nets", "NetDegree : 3 ", "NetDegree : 2 ", ".nets:9", {"expected NetDegree", "'m'"}},
      {"nets", "    o3\n    pad O\n", "    o3\n", ".nets:14", {"lacks 1", "cut off"}},
      {"nets", "o2  I", "o9  I", ".nets:8", {"'o9'", "one design"}},
      {"nets", "1.5 -2", "1.5 -", ".nets:7", {"y of a pin", "'-'"}},
      {"nets", "1.5 -2", "nan -2", ".nets:7", {"x of a pin", "'nan'"}},
      {"pl", "o2   10 10 : FN\n", "", ".pl: ", {"1 of 7 nodes have no place", "'o2'"}},
      {"pl", "o2   10 10", "o1 10 10", ".pl:4", {"second place", "'o1'"}},
      {"pl", "o2   10 10", "o9 10 10", ".pl:4", {"'o9'"}},
      {"pl", "10 10 : FN", "10 10 : X", ".pl:4", {"'X'"}},
      {"pl", "10 10 : FN", "ten 10 : FN", ".pl:4", {"'ten'"}},
      {"scl", "NumRows : 2", "NumRows : 3", ".scl:", {"3 rows", "2 are whole", "cut off"}},
      {"scl", "Height        : 10", "Height : 0", ".scl:5", {"height is 0"}},
      {"scl", "NumSites  : 40", "NumSites : 1e12", ".scl:10", {"a row of"}},
      {"scl", "End\n", "", ".scl:11", {"has its End"}},
      {"route", "Grid              :  4 2 3", "Grid : 4 0 3", ".route:3", {"rows", "'0'"}},
      {"route", "Grid              :  4 2 3", "Grid : 100000 100000 3", ".route:3", {"at most"}},
      {"route", "Grid              :  4 2 3\n", "", ".route:3", {"before the Grid"}},
      {"route", "0 0 30", "0 0", ".route:4", {"VerticalCapacity of layer 3", "missing"}},
      {"route", "0 40 0", "0 -40 0", ".route:5", {"negative"}},
      {"route", "10 20", "10 -20", ".route:10", {"height of a GCell"}},
      {"route", "GridOrigin        :  0 0\n", "", ".route: ", {"no GridOrigin"}},
      {"route",
       "MinWireWidth      :  1 1 2\nMinWireSpacing    :  1 1 3",
       "MinWireWidth : 0 0 0\nMinWireSpacing : 0 0 0",
       ".route: ",
       {"layer 2", "neither width"}},
  };
  for (const Damaged& damaged : cases) {
    SCOPED_TRACE(std::string(damaged.file) + ": " + damaged.from + " -> " + damaged.to);
    auto files = kFiles;
    files[damaged.file] = with(files[damaged.file], damaged.from, damaged.to);
    const std::string aux = write_design(folder, files);
    const std::string place = *damaged.place == 0 ? folder.path() : folder.path("tiny") + damaged.place;
    expect_message(input_error([&] { import_bookshelf(aux); }), place, damaged.words);
  }
}

TEST(Bookshelf, ADesignThatIsYetToBePlacedIsRefused) {
  const TestFolder folder;
  auto files = kFiles;
  files["pl"] = with(with(files["pl"], "o2   10 10 : FN", "o2 0 0 : N"), "o3   20 20", "o3 0 0");
  const std::string aux = write_design(folder, files);
  expect_message(input_error([&] { import_bookshelf(aux); }), folder.path("tiny.pl"),
                 {"more than half of the 4 movable nodes", "(0, 0)", "place the design first"});
}

TEST(Bookshelf, ADesignWithoutNetsIsRefused) {
  const TestFolder folder;
  auto files = kFiles;
  files["nets"] = "UCLA nets 1.0\nNumNets : 0\nNumPins : 0\n";
  const std::string aux = write_design(folder, files);
  expect_message(input_error([&] { import_bookshelf(aux); }), aux, {"no net connects any"});
}

TEST(BookshelfFuzz, DamagedDesignsAreReadOrRefused) {
  const TestFolder folder;
  const std::string aux = write_design(folder);
  int read = 0, refused = 0;
  for (FuzzSeeds seeds(3000); seeds.more();) {
    const auto seed = static_cast<std::uint32_t>(seeds.next());
    auto which = kFiles.begin();
    std::advance(which, seed % kFiles.size());
    folder.write("tiny." + which->first, Damage(seed)(which->second));
    try {
      const Circuit circuit =
          import_bookshelf(aux, seed % 2 == 0 ? std::vector<std::string>{} : std::vector<std::string>{"rudy"});
      EXPECT_EQ(circuit.pins(), circuit.net_offset.back()) << "seed " << seed;
      ++read;
    } catch (const InputError&) {
      ++refused;
    } catch (const std::exception& error) {
      ADD_FAILURE() << "seed " << seed << ": " << error.what();
    }
    folder.write("tiny." + which->first, which->second);
  }
  EXPECT_GT(read, 300);
  EXPECT_GT(refused, 600);
}

}  // namespace
}  // namespace gsrgnn
