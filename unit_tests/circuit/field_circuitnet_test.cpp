// CircuitNet as people have it on disk: each file with what is right. In all maps the value of GCell (x, y) is
// 100 x + y, so that the largest value in a cell's box is known.

#include <gtest/gtest.h>

#include <filesystem>
#include <gsrgnn/circuit/circuitnet.hpp>

#include "support/circuit_parts.hpp"
#include "support/files.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

const std::string kFieldCircuitNet = std::string(GSRGNN_SHARED_DATA) + "/../field/circuitnet/";
const std::string kFieldDesign = "1-zero-riscy-a-1-c2-u0.8-m1-p1-f0";

class FieldCircuitNet : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kFieldCircuitNet)) GTEST_SKIP() << "no field inputs in " << kFieldCircuitNet;
  }
};

CircuitNetOptions options_of(const std::string& root, const std::string& label,
                             const std::string& design = kFieldDesign) {
  CircuitNetOptions options;
  options.root = kFieldCircuitNet + root;
  options.design = design;
  options.label = {kFieldCircuitNet + label};
  return options;
}

void expect_labels_of_the_ramp(const CircuitNetOptions& options) {
  SCOPED_TRACE(options.root + " " + options.label[0]);
  const CircuitNetDesign design = read_circuitnet_design(options.root, options.design, options.least_share);
  const Circuit circuit = import_circuitnet(options);
  ASSERT_EQ(circuit.label.size(), design.box.size());
  for (std::size_t i = 0; i < design.box.size(); ++i) {
    EXPECT_EQ(circuit.label[i], static_cast<float>(100 * design.box[i].right + design.box[i].top)) << i;
  }
}

TEST_F(FieldCircuitNet, IsReadAsItIs) {
  expect_labels_of_the_ramp(options_of("data", "data/maps"));
  const Circuit circuit = import_circuitnet(options_of("data", "data/maps"));
  EXPECT_EQ(circuit.box, (std::array<double, 4>{0, 0, 40, 30}));
  EXPECT_EQ(circuit.cell_name[0], "core/u_0/U0");
}

TEST_F(FieldCircuitNet, AResizedMapIsRefusedOrMappedOnto) {
  CircuitNetOptions options = options_of("data", "c1_map_resized_256x256.npy");
  expect_message(input_error([&] { import_circuitnet(options); }), options.label[0],
                 {"256 x 256 GCells", "the placement 40 x 30", "(39, 29)", "--resized"});
  options.feature_maps = {{"ramp", options.label[0]}};
  options.label.clear();
  expect_message(input_error([&] { import_circuitnet(options); }), options.feature_maps[0].second, {"--resized"});
  options.label = {options.feature_maps[0].second};
  options.resized = true;
  expect_labels_of_the_ramp(options);
}

TEST_F(FieldCircuitNet, AxesOfLengthOneAreDropped) {
  expect_labels_of_the_ramp(options_of("data", "c2_map_1_H_W.npy"));
  expect_labels_of_the_ramp(options_of("data", "c2_map_H_W_1.npy"));
}

TEST_F(FieldCircuitNet, AUtilisationOfIspd2015IsNotOfTheNetlist) {
  const std::string design = "438-mgc_superblue14-util_0.8";
  EXPECT_EQ(list_circuitnet_designs(kFieldCircuitNet + "c3_ispd2015"), std::vector<std::string>{design});
  expect_labels_of_the_ramp(options_of("c3_ispd2015", "c3_ispd2015/maps", design));
}

TEST_F(FieldCircuitNet, AnArrayOfAnNpzIsNamed) {
  const CircuitNetOptions options = options_of("data", "c5_two_arrays.npz");
  expect_message(input_error([&] { import_circuitnet(options); }), options.label[0],
                 {"2 arrays", options.label[0] + ":h", "h, v"});
  expect_labels_of_the_ramp(options_of("data", "c5_two_arrays.npz:h"));
  const CircuitNetOptions none = options_of("data", "c5_two_arrays.npz:x");
  expect_message(input_error([&] { import_circuitnet(none); }), options.label[0], {"no array 'x'", "h, v"});
}

TEST_F(FieldCircuitNet, TheFolderOfOlderDownloadsAndNamesOfNumpyAreRead) {
  expect_labels_of_the_ramp(options_of("c6_old_folder", "c6_old_folder/maps"));
  expect_labels_of_the_ramp(options_of("c6_str_", "c6_str_/maps"));
  const Circuit plain = import_circuitnet(options_of("c6_old_folder", "c6_old_folder/maps"));
  expect_equal(import_circuitnet(options_of("c6_str_", "c6_str_/maps")), plain);
}

}  // namespace
}  // namespace gsrgnn
