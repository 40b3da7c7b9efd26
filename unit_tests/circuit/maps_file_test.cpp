// Maps as text and as pictures.

#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/circuit/maps_file.hpp>
#include <gsrgnn/circuit/soft_routes.hpp>
#include <limits>

#include "support/files.hpp"
#include "support/png_pixels.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(MapsFile, TextLeavesOutWhatHasNoValue) {
  const TestFolder folder;
  const GcellGrid grid{{{{0, 1234.565, 2000}, {-1, 0.5, 2}}}};
  write_map_csv(folder.path("made/m.csv"), grid, {{"value (x)", {0.25, kNan, 1e-7, 3}}});
  EXPECT_EQ(read_bytes(folder.path("made/m.csv")),
            "x0,y0,x1,y1,value (x)\n0,-1,1234.565,0.5,0.25\n0,0.5,1234.565,2,1e-07\n1234.565,0.5,2000,2,3\n");
}

TEST(MapsFile, TextMayHaveFurtherColumns) {
  const TestFolder folder;
  const GcellGrid grid{{{{0, 1, 2}, {0, 1}}}};
  write_map_csv(folder.path("m.csv"), grid, {{"value (x)", {0.25, kNan}}, {"spread (x)", {0.5, kNan}}});
  EXPECT_EQ(read_bytes(folder.path("m.csv")), "x0,y0,x1,y1,value (x),spread (x)\n0,0,1,1,0.25,0.5\n");
}

TEST(MapsFile, APictureHasNorthUpAndTheShapeOfTheDie) {
  const TestFolder folder;
  const GcellGrid grid{{{{0, 1, 2, 4}, {0, 1, 2}}}};  // the last column is twice as wide
  write_map_png(folder.path("m.png"), grid, {0, 1, kNan, 2, 3, 4});
  const Pixels picture = png_pixels(read_bytes(folder.path("m.png")));
  EXPECT_NEAR(static_cast<double>(picture.width), 2.0 * static_cast<double>(picture.height), 2);
  EXPECT_NEAR(static_cast<double>(picture.width), 1000, 2);
  const std::size_t w = picture.width - 1, h = picture.height - 1;
  EXPECT_EQ(picture.at(0, h), (Colour{0x44, 0x01, 0x54}));           // the least, bottom left
  EXPECT_EQ(picture.at(w, 0), (Colour{0xfd, 0xe7, 0x25}));           // the largest, top right
  EXPECT_EQ(picture.at(0, 0), (Colour{0x21, 0x91, 0x8c}));           // the middle, top left
  EXPECT_EQ(picture.at(w * 9 / 32, h), (Colour{0x3b, 0x52, 0x8b}));  // a quarter, second column
  EXPECT_EQ(picture.at(w * 17 / 32, h), picture.at(w, h));           // the wide column
  EXPECT_EQ(picture.at(w, h), (Colour{0xd9, 0xd9, 0xd9}));           // no value
}

TEST(MapsFile, AMapOfOneValueIsAPictureToo) {
  const TestFolder folder;
  write_map_png(folder.path("m.png"), {{{{0, 1}, {0, 1}}}}, {7});
  EXPECT_EQ(png_pixels(read_bytes(folder.path("m.png"))).at(5, 5), (Colour{0x44, 0x01, 0x54}));
}

// What a model of learned routes sees of them, whoever compares with it must see too.
TEST(MapsFile, CellsSeeRoutesWhereTheTechnologyKnowsThem) {
  const TestFolder folder;
  GeneratorSpec spec;
  spec.cells = 300;
  const Circuit circuit = generate(spec);
  Technology technology = circuit.placement.technology;
  const auto names = [&] {
    write_maps(folder.path("m.h5"), circuit, technology);
    return Hdf5Reader(folder.path("m.h5")).strings("cells/feature_name");
  };
  EXPECT_EQ(names(), feature_names(circuit, FeatureSet::maps));
  technology.routes = SoftRoutes::initial(1);
  EXPECT_EQ(names(), feature_names(circuit, FeatureSet::routes));
}

// What models read: of GCells all that they see, of cells which GCells, in the order of the circuit's source; and with
// whose eyes.
TEST(MapsFile, HoldsWhatModelsRead) {
  const TestFolder folder;
  GeneratorSpec spec;
  spec.cells = 300;
  Circuit circuit = generate(spec);
  circuit.placement.size.assign(300, {1, 1});
  circuit.placement.size[7] = {1000, 1};  // as wide as the die
  order_by_placement(circuit);
  Technology of_model;
  of_model.layer.push_back({"metal1", Origin::lef, Direction::vertical, 1, 2});
  write_maps(folder.path("m.h5"), circuit, circuit.placement.technology, of_model);
  const Hdf5Reader file(folder.path("m.h5"));
  const GcellGrid grid = grid_of(circuit);
  EXPECT_EQ(file.array<float>("gcells/feature"),
            gcell_features(circuit, {}, feature_names(circuit, FeatureSet::maps), ""));
  const auto seen = file.array<std::int64_t>("cells/gcells");
  const auto position = in_original_order(circuit, circuit.position, 1);
  for (std::size_t i = 0; i < 300; ++i) {
    const std::int64_t column = grid.column(position[i][0]), row = grid.row(position[i][1]);
    const std::int64_t right = i == 7 ? grid.columns() - 1 : column;
    const auto first = seen.begin() + static_cast<std::ptrdiff_t>(4 * i);
    EXPECT_EQ(std::vector<std::int64_t>(first, first + 4), (std::vector<std::int64_t>{column, row, right, row})) << i;
  }
  EXPECT_EQ(read_technology(file, "technology").layer.at(0).name, "metal1");
}

TEST(MapsFile, AFileThatCannotBeWrittenIsNamed) {
  const TestFolder folder;
  folder.write("file", "");
  const std::string path = folder.path("file/m.csv");
  expect_message(input_error([&] {
                   write_map_csv(path, {{{{0, 1}, {0, 1}}}}, {{"v", {7}}});
                 }),
                 path + ": ", {"cannot write the file"});
}

}  // namespace
}  // namespace gsrgnn
