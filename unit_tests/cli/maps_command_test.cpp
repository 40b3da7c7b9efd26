// gsrgnn maps, and what maps are for: a model of routed designs that predicts one it has never seen.

#include <gsrgnn/circuit/maps_file.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>

#include "circuit/def_text.hpp"
#include "support/png_pixels.hpp"
#include "support/program.hpp"

namespace gsrgnn {
namespace {

using namespace testing;
using Json = nlohmann::json;

class MapsCommand : public ProgramTest {};

TEST_F(MapsCommand, WritesAllMapsOrOne) {
  write("tiny.def", def_text::kTiny);
  const std::string text = succeed("maps tiny.def -o maps.h5");
  EXPECT_NE(text.find("3 x 2 GCells"), std::string::npos) << text;
  const Hdf5Reader file(work_.path("maps.h5"));
  EXPECT_EQ(file.attribute_string("/", "kind"), kMapsKind);
  EXPECT_EQ(file.array<double>("grid_x"), (std::vector<double>{0, 1, 2, 3}));
  const Circuit circuit = open_circuit(work_.path("tiny.def"));
  const PlacementMaps maps = placement_maps(circuit, circuit.placement.technology);
  EXPECT_EQ(file.members("map").size(), maps.map.size());
  for (const PlacementMap& map : maps.map) {
    EXPECT_EQ(file.shape("map/" + map.name), (Shape{2, 3}));
    EXPECT_EQ(file.array<double>("map/" + map.name), map.value) << map.name;
  }
  EXPECT_EQ(file.shape("cells/feature"), (Shape{3, feature_names(circuit, FeatureSet::maps).size()}));
  EXPECT_EQ(file.array<float>("cells/label").size(), 3U);

  succeed("maps tiny.def -o pins.csv --map pins");
  EXPECT_EQ(read_bytes(work_.path("pins.csv")),
            "x0,y0,x1,y1,pins\n0,0,1,1,1\n1,0,2,1,1\n2,0,3,1,0\n0,1,1,2,0\n1,1,2,2,0\n2,1,3,2,2\n");
  succeed("maps tiny.def -o pins.png --map pins");
  const Pixels picture = png_pixels(read_bytes(work_.path("pins.png")));
  EXPECT_EQ(2 * picture.width, 3 * picture.height);
  EXPECT_EQ(picture.at(picture.width - 1, 0), (Colour{0xfd, 0xe7, 0x25}));  // two pins, top right
  EXPECT_EQ(picture.at(0, 0), (Colour{0x44, 0x01, 0x54}));
}

TEST_F(MapsCommand, RefusesWhatItCannotDo) {
  write("tiny.def", def_text::kTiny);
  expect_refused("maps none.def -o m.h5", {"none.def: ", "no such file"});
  succeed("import def tiny.def -o tiny.h5");
  expect_refused("maps tiny.h5 -o ./tiny.h5", {"tiny.h5", "overwritten"});
  expect_refused("maps tiny.def -o m.csv --map pin", {"pin: ", "no such map", "pins"});
  expect_refused("maps tiny.def -o tiny.def/m.csv", {"tiny.def/m.csv: ", "cannot write"});
  expect_refused("maps tiny.def -o m.png --map pin", {"pin: ", "no such map", "pins"});
  expect_refused("maps tiny.def -o m.h5 --map pins", {"--map pins: ", "has them all", "; "});
  expect_refused("maps tiny.def -o m.txt", {"m.txt: ", "unknown kind", ".h5 or .csv or .png"});
  expect_refused("maps tiny.def -o maps", {"maps: ", "does not say", ".h5 or .csv or .png"});
  expect_refused("maps tiny.def --model tiny.def -o m.h5", {"tiny.def: "});
}

TEST_F(MapsCommand, AJointModelBeatsTheBestMapOnADesignNeverSeen) {
  std::string training;
  for (const char* name : {"des3_area", "sasc_top", "simple_spi_top", "ss_pcm", "uart", "usb_phy"}) {
    const std::string def = def_text::real_def(std::string(name) + "_route.def");
    if (def.empty()) GTEST_SKIP() << "no real designs in " << GSRGNN_SHARED_DATA;
    training += (training.empty() ? "" : ", ") + def;
  }
  const std::string fir = def_text::real_def("fir_route.def");
  write("deck.yaml",
        fmt::format("mode: joint\ncircuits: {{training: [{}], test: [{}]}}\nmodel: {{layers: 2, hidden: 64, "
                    "k: 8}}\ntrain: {{epochs: {}, batch: 1}}\noutput: run.h5\n",
                    training, fir, kSanitized ? 4 : 30));
  const std::string text = succeed("train deck.yaml");
  EXPECT_NE(text.find("without it, Pearson: best map"), std::string::npos) << text;
  const Json run = info("run.h5");
  const double model = run["scores"]["pearson"], map = run["best_map"]["pearson"];
  EXPECT_GT(map, 0.85);
  EXPECT_GT(model, map - 0.01);
  EXPECT_GT(model, kSanitized ? 0.85 : 0.89);
  EXPECT_GT(run["scores"]["r2"].get<double>(), 0.7);
  // The same from the run file, by predict; and where its pins lie is known of the other designs.
  succeed(fmt::format("predict --model run.h5 --circuit {} -o p.h5", fir));
  EXPECT_NEAR(info("p.h5")["scores"]["pearson"].get<double>(), model, 1e-6);
  const std::string maps = succeed(fmt::format("maps {} --model run.h5 -o m.h5", def_text::real_def("fir_place.def")));
  EXPECT_NE(maps.find(" of 13,"), std::string::npos) << maps;
}

}  // namespace
}  // namespace gsrgnn
