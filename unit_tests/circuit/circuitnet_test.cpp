#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/circuit/circuitnet.hpp>
#include <set>

#include "numpy_files.hpp"
#include "support/circuit_parts.hpp"

namespace gsrgnn {
namespace {

using namespace numpy_files;

using Names = std::vector<std::string>;
using Offsets = std::vector<std::int64_t>;
using Cells = std::vector<std::int32_t>;

CircuitNetOptions options_of(const TestFolder& folder) {
  CircuitNetOptions options;
  options.root = folder.path();
  options.design = kDesign;
  options.least_share = 0.5;  // of six placed cells, one is not in the netlist
  return options;
}

// value = 10 x + y, on a map of 5 x 4
std::string ramp() {
  std::vector<double> values;
  for (int x = 0; x < 5; ++x) {
    for (int y = 0; y < 4; ++y) values.push_back(10 * x + y);
  }
  return map_npy(5, 4, values);
}

// Column `name` of the features.
std::vector<float> feature(const Circuit& circuit, const std::string& name) {
  const auto found = std::find(circuit.feature_name.begin(), circuit.feature_name.end(), name);
  if (found == circuit.feature_name.end()) ADD_FAILURE() << "no feature " << name;
  std::vector<float> values;
  for (auto i = found - circuit.feature_name.begin(); i < static_cast<std::ptrdiff_t>(circuit.feature.size());
       i += circuit.features()) {
    values.push_back(circuit.feature[i]);
  }
  return values;
}

TEST(CircuitNet, ImportsASmallDesign) {
  const TestFolder folder;
  TinyCircuitNet().write(folder);
  const Circuit circuit = import_circuitnet(options_of(folder));
  EXPECT_EQ(circuit.name, kDesign);
  EXPECT_EQ(circuit.source, "circuitnet");
  EXPECT_EQ(circuit.cells(), 4);
  // n0 n1 n3, in this order: only_u4 has no cell that counts, no_pin has no pin.
  EXPECT_EQ(circuit.net_offset, (Offsets{0, 4, 6, 8}));
  EXPECT_EQ(circuit.net_cell, (Cells{0, 1, 0, 3, 1, 2, 3, 3}));
  EXPECT_EQ(circuit.type_name, (Names{"DFF", "INV", "RAM"}));
  EXPECT_EQ(circuit.cell_type, (Cells{1, 0, 1, 2}));
  EXPECT_EQ(circuit.cell_name, (Names{"u0", "a/u1", "u2", "u3"}));
  EXPECT_EQ(circuit.box, (std::array<double, 4>{0, 0, 5, 4}));
  EXPECT_EQ(circuit.position, (std::vector<std::array<double, 2>>{{0.5, 0.5}, {2, 1}, {4.5, 3.5}, {3, 2.5}}));
  EXPECT_EQ(circuit.feature_name, (Names{"box_left", "box_bottom", "box_right", "box_top", "half_width", "half_height",
                                         "x", "y", "log_pins", "log_degree"}));
  EXPECT_EQ(feature(circuit, "box_left"), (std::vector<float>{0, 0.2F, 0.8F, 0.2F}));
  EXPECT_EQ(feature(circuit, "box_top"), (std::vector<float>{0.25F, 0.5F, 1, 1}));
  EXPECT_EQ(feature(circuit, "half_width"), (std::vector<float>{0.5F, 1, 0.5F, 2}));
  EXPECT_EQ(feature(circuit, "half_height"), (std::vector<float>{0.5F, 1, 0.5F, 1.5F}));
  EXPECT_EQ(feature(circuit, "x"), (std::vector<float>{0.1F, 0.4F, 0.9F, 0.6F}));
  EXPECT_EQ(circuit.labels(), 0);
  const CircuitCounts counts = count(circuit);
  EXPECT_EQ(counts.edges, 4 + (2 * 2 + 3 + 3) + 2);
  EXPECT_EQ(counts.largest_net, 4);
}

TEST(CircuitNet, FindsFilesAsUsersHaveThem) {
  const TestFolder folder;
  TinyCircuitNet().write(folder, "");
  CircuitNetOptions options = options_of(folder);
  const Circuit circuit = import_circuitnet(options);
  EXPECT_EQ(list_circuitnet_designs(options.root), Names{kDesign});
  options.design = kDesign + ".npy";
  testing::expect_equal(import_circuitnet(options), circuit);
  options.design = folder.path(TinyCircuitNet::placement());
  testing::expect_equal(import_circuitnet(options), circuit);
  options.root = folder.path("graph_features");
  EXPECT_EQ(list_circuitnet_designs(options.root), Names{kDesign});
  testing::expect_equal(import_circuitnet(options), circuit);
  // Both at once: which one is meant?
  const std::string second = folder.write(TinyCircuitNet::placement() + ".npy", TinyCircuitNet().placement_npy());
  EXPECT_EQ(list_circuitnet_designs(options.root), Names{kDesign});
  expect_message(input_error([&] { import_circuitnet(options); }), second, {"as well", "remove one"});
}

TEST(CircuitNet, KnowsTheNetlistOfADesign) {
  const Names names = {"zero-riscy-a-1-c2", "zero-riscy-a-1-c20", "RISCY-b-1-c2",   "RISCY-FPU-a-3-c20",
                       "my-ultra-1",        "RISCY_freq_50",      "RISCY_freq_500", "RISCY-FPU_freq_50",
                       "mgc_superblue14",   "mgc_superblue1",     "RISCY",          ""};
  for (const auto& [design, netlist] : {std::pair{"7157-zero-riscy-a-1-c2-u0.8-m1-p1-f0", "zero-riscy-a-1-c2"},
                                        {"7158-zero-riscy-a-1-c20-u0.8-m1-p1-f0", "zero-riscy-a-1-c20"},
                                        {"2012-RISCY-b-1-c2-u0.7-m1-p1-f0", "RISCY-b-1-c2"},
                                        {"10-RISCY-FPU-a-3-c20-u0.9-m4-p8-f1", "RISCY-FPU-a-3-c20"},
                                        {"438-mgc_superblue14-util_0.8", "mgc_superblue14"},
                                        {"RISCY_freq_50_mp_1_fpu_60_fpa_1.0_p_7_fi_ar", "RISCY_freq_50"},
                                        {"RISCY-FPU_freq_50_mp_1_fpu_70_fpa_1.0_p_6_fi_ar", "RISCY-FPU_freq_50"},
                                        {"my-ultra-1", "my-ultra-1"},
                                        {"9276-zero-riscy-b-1-c2-u0.85-m1-p1-f1", ""},
                                        {"", ""}}) {
    EXPECT_EQ(circuitnet_netlist(design, names), netlist);
  }
}

TEST(CircuitNet, PartsThatDriveMadeOfAFolderAreReadAsOne) {
  const TestFolder folder;
  TinyCircuitNet().write(folder);
  const CircuitNetOptions options = options_of(folder);
  const Circuit circuit = import_circuitnet(options);
  const std::string in = folder.path("graph_features/");
  std::filesystem::create_directories(in + "instance_placement_gcell-002");
  std::filesystem::rename(in + "instance_placement_gcell",
                          in + "instance_placement_gcell-002/instance_placement_gcell");
  std::filesystem::create_directories(folder.path("instance_placement_gcell-001"));  // beside, and without an inner one
  folder.write("instance_placement_gcell-001/13-tiny-a-1-c2-u0.9-m1-p1-f0.npy", TinyCircuitNet().placement_npy());
  std::filesystem::create_directories(folder.path("graph_information-20230101T000000Z-001"));
  std::filesystem::rename(in + "graph_information",
                          folder.path("graph_information-20230101T000000Z-001/graph_information"));
  testing::expect_equal(import_circuitnet(options), circuit);
  EXPECT_EQ(list_circuitnet_designs(folder.path()), (Names{kDesign, "13-tiny-a-1-c2-u0.9-m1-p1-f0"}));
}

TEST(CircuitNet, AFolderThatIsNotWhatIsNeededIsNamed) {
  const TestFolder folder;
  const auto message = [&] { return input_error([&] { list_circuitnet_designs(folder.path("root")); }); };
  expect_message(message(), folder.path("root"), {"there is no such folder"});
  folder.write("root", "a file");
  expect_message(message(), folder.path("root"), {"is no folder"});
  std::filesystem::remove(folder.path("root"));
  std::filesystem::create_directories(folder.path("root/graph_features"));
  expect_message(message(), folder.path("root"), {"no folder instance_placement_gcell"});
  std::filesystem::create_directories(folder.path("root/graph_features/instance_placement_micron"));
  expect_message(message(), folder.path("root/graph_features/instance_placement_micron"),
                 {"microns", "instance_placement_gcell"});
  std::filesystem::create_directories(folder.path("root/instance_placement"));
  expect_message(message(), folder.path("root"), {"no folder graph_information"});
}

TEST(CircuitNet, StrayFilesAreNoDesigns) {
  const TestFolder folder;
  TinyCircuitNet().write(folder, "");
  for (const char* stray : {"README", "list.txt", ".DS_Store", "all-designs-u0.8.zip"}) {
    folder.write(std::string("graph_features/instance_placement_gcell/") + stray, "nothing of numpy");
  }
  EXPECT_EQ(list_circuitnet_designs(folder.path()), Names{kDesign});
}

// A map has the margin around the placed cells that the placement has below and on the left.
TEST(CircuitNet, AMapOfAnotherDesignIsRefused) {
  const TestFolder folder;
  TinyCircuitNet tiny;
  tiny.places = {{"u0", TinyCircuitNet::box(10, 10, 10, 10)}, {"u2", TinyCircuitNet::box(209, 189, 209, 189)}};
  tiny.write(folder);
  const CircuitNetOptions usual = options_of(folder);
  const auto options = [&](std::size_t columns, std::size_t rows) {
    CircuitNetOptions with_map = usual;
    with_map.label = {folder.write("map.npy", map_npy(columns, rows, std::vector<double>(columns * rows, 1)))};
    return with_map;
  };
  for (const auto& [columns, rows] : {std::pair<std::size_t, std::size_t>{220, 200}, {210, 190}, {231, 209}}) {
    EXPECT_EQ(import_circuitnet(options(columns, rows)).label, (std::vector<float>{1, 1}));
  }
  for (const auto& [columns, rows] :
       {std::pair<std::size_t, std::size_t>{209, 200}, {232, 200}, {220, 211}, {256, 256}}) {
    CircuitNetOptions bad = options(columns, rows);
    expect_message(input_error([&] { import_circuitnet(bad); }), bad.label[0],
                   {fmt::format("{} x {} GCells and the placement 220 x 200", columns, rows), "--resized"});
    bad.resized = true;
    EXPECT_EQ(import_circuitnet(bad).labels(), 1);
  }
  // One of the training set's size may well be as large as the placement, but has to be that closely.
  tiny.places = {{"u0", TinyCircuitNet::box(10, 10, 10, 10)}, {"u2", TinyCircuitNet::box(245, 245, 245, 245)}};
  tiny.write(folder);
  EXPECT_EQ(import_circuitnet(options(256, 256)).labels(), 1);
  tiny.places[1].second = TinyCircuitNet::box(242, 242, 242, 242);
  tiny.write(folder);
  EXPECT_THROW(import_circuitnet(options(256, 256)), InputError);
  EXPECT_EQ(import_circuitnet(options(257, 256)).labels(), 1);
}

// A map of half or a third of the size: a box takes the GCells whose middle it covers, one at least.
TEST(CircuitNet, BoxesAreScaledToAResizedMap) {
  CircuitNetDesign design;
  design.extent = {0, 0, 5, 5};
  design.box = {{0, 0, 5, 5}, {1, 2, 2, 3}, {5, 5, 5, 5}, {2, 0, 2, 0}};
  GcellMap map;
  map.columns = 3;
  map.rows = 12;
  const auto boxes = boxes_on(map, design, true);
  const std::vector<std::array<int, 4>> right = {{0, 0, 2, 11}, {1, 4, 1, 7}, {2, 10, 2, 11}, {1, 0, 1, 1}};
  for (std::size_t i = 0; i < right.size(); ++i) {
    EXPECT_EQ((std::array<int, 4>{boxes[i].left, boxes[i].bottom, boxes[i].right, boxes[i].top}), right[i]) << i;
  }
}

TEST(CircuitNet, SamplesMapsByEachRule) {
  const TestFolder folder;
  TinyCircuitNet().write(folder);
  CircuitNetOptions options = options_of(folder);
  options.label = {folder.write("ramp.npy", ramp())};
  Circuit circuit = import_circuitnet(options);
  EXPECT_EQ(circuit.label_name, Names{"congestion"});
  EXPECT_EQ(circuit.label, (std::vector<float>{0, 21, 43, 43}));
  EXPECT_NE(circuit.label_unit.find("largest"), std::string::npos);
  options.rule = BoxRule::mean;
  EXPECT_EQ(import_circuitnet(options).label, (std::vector<float>{0, 15.5F, 43, 27}));
  options.rule = BoxRule::center;
  EXPECT_EQ(import_circuitnet(options).label, (std::vector<float>{0, 21, 43, 32}));
  // A negative map: the largest value is not zero.
  std::vector<double> values(20, -2);
  values[0] = -3;
  options.label = {folder.write("negative.npy", map_npy(5, 4, values))};
  options.rule = BoxRule::max;
  EXPECT_EQ(import_circuitnet(options).label, (std::vector<float>{-3, -2, -2, -2}));
}

TEST(CircuitNet, CombinesOrKeepsTwoMaps) {
  const TestFolder folder;
  TinyCircuitNet().write(folder);
  std::vector<double> ones(20, 1), peak(20, 0);
  peak[3 * 4 + 2] = 8;
  // Maps of a folder go by the name of the design, whatever the suffix.
  std::filesystem::create_directories(folder.path("h"));
  std::filesystem::create_directories(folder.path("v"));
  folder.write("h/" + kDesign, map_npy(5, 4, ones));
  folder.write("v/" + kDesign + ".npz", zip({{"arr_0.npy", map_npy(5, 4, peak), true}}));
  CircuitNetOptions options = options_of(folder);
  options.label = {folder.path("h"), folder.path("v")};
  Circuit circuit = import_circuitnet(options);
  EXPECT_EQ(circuit.label_name, Names{"congestion"});
  EXPECT_EQ(circuit.label, (std::vector<float>{0.5F, 0.5F, 0.5F, 4.5F}));
  options.combine = CongestionLabel::separate;
  circuit = import_circuitnet(options);
  EXPECT_EQ(circuit.label_name, (Names{"congestion_horizontal", "congestion_vertical"}));
  EXPECT_EQ(circuit.label, (std::vector<float>{1, 0, 1, 0, 1, 0, 1, 8}));
  // Sizes may differ as long as they are kept apart.
  options.label[1] = folder.write("large.npy", map_npy(6, 4, std::vector<double>(24, 2)));
  EXPECT_EQ(import_circuitnet(options).label, (std::vector<float>{1, 2, 1, 2, 1, 2, 1, 2}));
  options.combine = CongestionLabel::average;
  expect_message(input_error([&] { import_circuitnet(options); }), options.label[1], {"6 x 4", "5 x 4"});
}

TEST(CircuitNet, ComputesRudy) {
  const TestFolder folder;
  TinyCircuitNet().write(folder);
  const CircuitNetDesign design = read_circuitnet_design(folder.path(), kDesign, 0.5);
  const GcellMap map = rudy_map(design);
  ASSERT_EQ(map.columns, 5);
  ASSERT_EQ(map.rows, 4);
  // Centres: u0 (0, 0), u1 (2, 1), u2 (4, 3), u3 (3, 2). n0 spans (0,0)-(3,2), n1 (2,1)-(4,3), n3 is of one cell.
  for (int x = 0; x < 5; ++x) {
    for (int y = 0; y < 4; ++y) {
      const double n0 = x <= 3 && y <= 2 ? 7.0 / 12 : 0, n1 = x >= 2 && y >= 1 ? 6.0 / 9 : 0;
      EXPECT_NEAR(map.value[x * 4 + y], n0 + n1, 1e-8) << x << " " << y;
    }
  }
  EXPECT_EQ(map.value[3], 0);  // nothing is left over where no net is
  CircuitNetOptions options = options_of(folder);
  options.label = {"rudy"};
  const Circuit circuit = import_circuitnet(options);
  EXPECT_EQ(circuit.label_name, Names{"rudy"});
  EXPECT_NE(circuit.label_unit.find("RUDY"), std::string::npos);
  EXPECT_NEAR(circuit.label[0], 7.0 / 12, 1e-6);
  EXPECT_NEAR(circuit.label[3], 7.0 / 12 + 6.0 / 9, 1e-6);
}

TEST(CircuitNet, TakesFurtherFeaturesFromMaps) {
  const TestFolder folder;
  TinyCircuitNet().write(folder);
  CircuitNetOptions options = options_of(folder);
  options.feature_maps = {{"ramp", folder.write("ramp.npy", ramp())}, {"demand", "rudy"}};
  const Circuit circuit = import_circuitnet(options);
  ASSERT_EQ(circuit.features(), 12);
  EXPECT_EQ(circuit.feature_name[10], "ramp");
  EXPECT_EQ(feature(circuit, "ramp"), (std::vector<float>{0, 21, 43, 43}));
  EXPECT_NEAR(feature(circuit, "demand")[3], 7.0 / 12 + 6.0 / 9, 1e-6);
  EXPECT_EQ(feature(circuit, "half_width"), (std::vector<float>{0.5F, 1, 0.5F, 2}));
  for (const char* name : {"x", "box_left", "ramp", ""}) {
    options.feature_maps.resize(1);
    options.feature_maps.emplace_back(name, "rudy");
    expect_message(input_error([&] { import_circuitnet(options); }), "rudy", {"feature name", "another name"});
  }
}

// ---- bad input ------------------------------------------------------------------------------------------------------

// The message of an import that must fail at this file.
std::string failure(const TestFolder& folder, const CircuitNetOptions& options, const std::string& file) {
  const std::string message = input_error([&] { import_circuitnet(options); });
  expect_message(message, folder.path(file), {});
  return message;
}
std::string failure(const TinyCircuitNet& files, const std::string& file) {
  const TestFolder folder;
  files.write(folder, "");
  return failure(folder, options_of(folder), file);
}
void expect_failure(const TinyCircuitNet& files, const std::string& file, const std::string& words) {
  const std::string message = failure(files, file);
  EXPECT_NE(message.find(words), std::string::npos) << "no '" << words << "' in: " << message;
}

TEST(CircuitNet, RefusesBadNetlists) {
  TinyCircuitNet files;
  files.pins[2].net = py(std::int64_t{5});
  expect_failure(files, TinyCircuitNet::kPins, "pin 2 names the unknown net 5 (there are 5)");
  files.pins[2].net = py_list({py(std::int64_t{1}), py(std::int64_t{-1})});
  expect_failure(files, TinyCircuitNet::kPins, "pin 2 names the unknown net -1");
  files.pins[2].net = py("n0");
  expect_failure(files, TinyCircuitNet::kPins, "the net of pin 2 is no number");
  files.pins[2].net = "N";
  expect_failure(files, TinyCircuitNet::kPins, "the net of pin 2 is no number");
  files.pins[2].net = py(0.5);
  expect_failure(files, TinyCircuitNet::kPins, "the net of pin 2 is no number");
  files = {};
  files.pins[6].cell = 6;
  expect_failure(files, TinyCircuitNet::kPins, "pin 6 names the unknown cell 6");
  files = {};
  files.cells[3].first = "u0";
  expect_failure(files, TinyCircuitNet::kNodes, "the cell 'u0' is named twice");

  const TestFolder folder;
  TinyCircuitNet().write(folder, "");
  for (const auto& [file, rows] : {std::pair<const char*, std::int64_t>{TinyCircuitNet::kNodes, 2},
                                   {TinyCircuitNet::kNets, 1},
                                   {TinyCircuitNet::kPins, 3}}) {
    const std::string good = read_bytes(folder.path(file));
    for (const std::string& bad :
         {py_objects({rows + 1, 0}, {}), py_objects({2}, {"N", "N"}), py_objects({}, {"N"}), py_list({})}) {
      folder.write(file, object_npy(bad));
      failure(folder, options_of(folder), file);
    }
    std::filesystem::remove(folder.path(file));
    const bool cells = file == std::string(TinyCircuitNet::kNodes);  // which tell what netlists there are
    const std::string place = cells ? "graph_features/graph_information/node_attr" : file;
    EXPECT_NE(failure(folder, options_of(folder), place).find(cells ? "no netlist of" : "no such file"),
              std::string::npos);
    folder.write(file, good);
  }
  folder.write(TinyCircuitNet::kNodes, object_npy(py_objects({2, 1}, {py("u0"), "K\1"})));
  folder.write(TinyCircuitNet::kPins, object_npy(py_objects({3, 1}, {py("A"), "K\1", std::string("K\0", 2)})));
  CircuitNetOptions options = options_of(folder);
  options.least_share = 0;
  EXPECT_NE(failure(folder, options, TinyCircuitNet::kNodes).find("type is no string"), std::string::npos);
}

TEST(CircuitNet, RefusesBadPlacements) {
  const std::string file = TinyCircuitNet::placement();
  for (const std::string& place :
       {TinyCircuitNet::box(-1, 0, 0, 0), TinyCircuitNet::box(3, 0, 2, 0), TinyCircuitNet::box(0, 3, 0, 2),
        TinyCircuitNet::box(0, 0, 0, 1 << 20), TinyCircuitNet::box(0, 0, 0, INT64_MAX), py_list({}), py("0 0 0 0"),
        py_list({"N", "N", "N", "N"}), py_list({py(0.5), py(0.5), py(1.5), py(1.5)}),
        py_dict({"K\1", "K\1", "K\1", "K\1"})}) {
    TinyCircuitNet files;
    files.places[1].second = place;
    expect_failure(files, file, "the place of cell 'a/u1' is no box");
  }
  TinyCircuitNet files;
  files.places[1].first = "u0";
  expect_failure(files, file, "the cell 'u0' is placed twice");
  files.places = {{"u5", TinyCircuitNet::box(0, 0, 0, 0)}};
  expect_failure(files, file, "no placed cell has a pin");
  files.places.clear();
  expect_failure(files, file, "no cell is placed");
  files = {};
  for (auto& place : files.places) place.first = "other/" + place.first;
  expect_failure(files, file, "only 0 of 6 placed cells (0.0 %)");

  const TestFolder folder;
  TinyCircuitNet().write(folder, "");
  CircuitNetOptions options = options_of(folder);
  options.least_share = 0.9;
  EXPECT_NE(failure(folder, options, file).find("only 5 of 6 placed cells (83.3 %)"), std::string::npos);
  for (const std::string& bad : {py_objects({}, {"N"}), py_objects({2}, {"N", "N"}), py_dict({"N", "N"}), py_list({}),
                                 py_objects({}, {py_dict({"N", "N"})})}) {
    folder.write(file, object_npy(bad));
    failure(folder, options, file);
  }
  options.design = "no-such-design";
  failure(folder, options, "graph_features/instance_placement_gcell/no-such-design");
  options.root = folder.path("nowhere");
  failure(folder, options, "nowhere");
}

TEST(CircuitNet, RefusesBadMaps) {
  const TestFolder folder;
  TinyCircuitNet().write(folder);
  const auto expect_map_failure = [&](const std::string& bytes, const std::string& words) {
    CircuitNetOptions options = options_of(folder);
    options.label = {folder.write("map.npy", bytes)};
    const std::string message = failure(folder, options, "map.npy");
    EXPECT_NE(message.find(words), std::string::npos) << message;
    options.feature_maps = {{"map", options.label[0]}};
    options.label.clear();
    EXPECT_EQ(failure(folder, options, "map.npy"), message);
  };
  // Too small for the placement, by one GCell in x and in y; on its side it would have fitted.
  expect_map_failure(map_npy(4, 4, std::vector<double>(16, 0)),
                     "4 x 4 GCells and the placement 5 x 4 (cells reach GCell (4, 3))");
  expect_map_failure(map_npy(5, 3, std::vector<double>(15, 0)), "5 x 3 GCells");
  expect_map_failure(map_npy(4, 5, std::vector<double>(20, 0)), "4 x 5 GCells");
  expect_map_failure(npy("<f8", "(20,)", doubles(std::vector<double>(20, 0))), "is no map");
  expect_map_failure(npy("<f8", "(0, 5)", ""), "is no map");
  std::vector<double> values(20, 0);
  values[7] = std::nan("");
  expect_map_failure(map_npy(5, 4, values), "the value of GCell (1, 3) is nan");
  expect_map_failure(ramp().substr(0, 200), "bytes of data");
  expect_map_failure(object_npy("N"), "Python objects");

  CircuitNetOptions options = options_of(folder);
  for (const Names& label : {Names{"rudy", "map.npy"}, Names{"a", "b", "c"}, Names{"map.npy", "rudy"}}) {
    options.label = label;
    expect_message(input_error([&] { import_circuitnet(options); }), "label", {"rudy alone"});
    expect_message(input_error([&] { import_circuitnet_dataset(options, {}, folder.path("out")); }), "label", {});
  }
  options.label = {folder.path("graph_features")};  // a folder without the design's map
  failure(folder, options, "graph_features/" + kDesign);
}

// ---- datasets -------------------------------------------------------------------------------------------------------

TEST(CircuitNet, ImportsADatasetAndListsWhatItSkips) {
  const TestFolder folder;
  TinyCircuitNet tiny;
  tiny.places.pop_back();  // all placed cells are in the netlist
  tiny.write(folder);
  const auto place = [&](const std::string& design, const std::string& bytes) {
    folder.write(TinyCircuitNet::placement(design), bytes);
  };
  place("13-tiny-a-1-c2-u0.8-m1-p1-f0", tiny.placement_npy());
  place("14-tiny-a-1-c2-u0.9-m1-p1-f0.npy", tiny.placement_npy().substr(0, 200));
  place("15-tiny-b-1-c2-u0.9-m1-p1-f0.npy", tiny.placement_npy());
  for (auto& cell : tiny.places) cell.first += "_reg";
  place("16-tiny-a-1-c2-u0.7-m2-p1-f0.npy", tiny.placement_npy());
  place(".DS_Store", "");

  CircuitNetOptions options = options_of(folder);
  options.least_share = 0.9;
  options.label = {"rudy"};
  const Names designs = list_circuitnet_designs(folder.path());
  ASSERT_EQ(designs.size(), 5U);
  EXPECT_EQ(designs[1], "13-tiny-a-1-c2-u0.8-m1-p1-f0");
  const std::string out = folder.path("made/circuits");
  const std::vector<CircuitNetRow> rows = import_circuitnet_dataset(options, designs, out);
  ASSERT_EQ(rows.size(), 5U);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].design, designs[i]);
    EXPECT_EQ(rows[i].skipped.empty(), i < 2) << rows[i].skipped;
    EXPECT_EQ(std::filesystem::exists(out + "/" + designs[i] + ".h5"), i < 2);
    EXPECT_EQ(rows[i].counts.cells, i < 2 ? 4 : 0);
  }
  EXPECT_NE(rows[2].skipped.find("cut off"), std::string::npos);
  EXPECT_NE(rows[3].skipped.find("no netlist of the design 15-tiny-b"), std::string::npos);
  EXPECT_NE(rows[4].skipped.find("only 0 of 5 placed cells"), std::string::npos);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(out), std::filesystem::directory_iterator()), 2);
  options.design = designs[0];
  Circuit ordered = import_circuitnet(options);
  order_by_placement(ordered);
  testing::expect_equal(read_circuit(out + "/" + designs[0] + ".h5"), ordered);

  // Dealt to three ranks, every design is imported by one.
  std::set<std::string> seen;
  for (std::size_t rank = 0; rank < 3; ++rank) {
    for (const CircuitNetRow& row : import_circuitnet_dataset(options, designs, folder.path("dealt"), rank, 3)) {
      EXPECT_TRUE(seen.insert(row.design).second);
    }
  }
  EXPECT_EQ(seen.size(), 5U);
  // A folder that cannot be made is an error of the whole import, not of a design.
  EXPECT_THROW(import_circuitnet_dataset(options, designs, folder.path(TinyCircuitNet::kNets)), InputError);
}

// ---- real designs ---------------------------------------------------------------------------------------------------

struct RealDesign {
  const char* name;
  std::int64_t cells, nets, pins, edges, largest_net, max_degree;
};

TEST(CircuitNet, CountsOfRealDesigns) {
  const std::string root = std::string(GSRGNN_SHARED_DATA) + "/circuitnet";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no real designs in " << GSRGNN_SHARED_DATA;
  for (const RealDesign& design :
       {RealDesign{"7157-zero-riscy-a-1-c2-u0.8-m1-p1-f0", 38656, 39811, 156825, 6768184, 1476, 2403},
        RealDesign{"9276-zero-riscy-b-1-c2-u0.85-m1-p1-f1", 19193, 21085, 75536, 822761, 298, 897}}) {
    SCOPED_TRACE(design.name);
    CircuitNetOptions options;
    options.root = root;
    options.design = design.name;
    options.label = {"rudy"};
    const Circuit circuit = import_circuitnet(options);
    const CircuitCounts counts = count(circuit);
    EXPECT_EQ(counts.cells, design.cells);
    EXPECT_EQ(counts.nets, design.nets);
    EXPECT_EQ(counts.pins, design.pins);
    EXPECT_EQ(counts.edges, design.edges);
    EXPECT_EQ(counts.largest_net, design.largest_net);
    EXPECT_EQ(counts.max_degree, design.max_degree);
    EXPECT_GT(circuit.type_name.size(), 100U);
    EXPECT_GT(std::set<float>(circuit.label.begin(), circuit.label.end()).size(), 1000U);
    for (std::int64_t cell = 0; cell < circuit.cells(); ++cell) {
      for (int axis = 0; axis < 2; ++axis) {
        ASSERT_GT(circuit.position[cell][axis], circuit.box[axis]);
        ASSERT_LT(circuit.position[cell][axis], circuit.box[axis + 2]);
      }
    }
    testing::expect_equal(import_circuitnet(options), circuit);
  }
  EXPECT_EQ(list_circuitnet_designs(root).size(), 2U);
}

TEST(CircuitNet, SamplesARealMap) {
  const std::string root = std::string(GSRGNN_SHARED_DATA) + "/circuitnet";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no real designs in " << GSRGNN_SHARED_DATA;
  const std::string map = "2012-RISCY-b-1-c2-u0.7-m1-p1-f0.npy";
  CircuitNetOptions options;
  options.root = root;
  options.design = "7157-zero-riscy-a-1-c2-u0.8-m1-p1-f0";
  options.label = {root + "/maps/RUDY/RUDY/" + map};
  options.feature_maps = {{"macro", root + "/maps/macro_region/" + map}};
  // They are of another design, of 261 x 259 GCells, and this one has about 234 x 234.
  expect_message(input_error([&] { import_circuitnet(options); }), options.feature_maps[0].second,
                 {"261 x 259", "234 x 234"});
  options.resized = true;
  const Circuit circuit = import_circuitnet(options);
  EXPECT_EQ(circuit.labels(), 1);
  for (const float label : circuit.label) ASSERT_TRUE(label >= 0 && label < 0.02F);
  for (const float macro : feature(circuit, "macro")) ASSERT_TRUE(macro == 0 || macro == 1);
}

}  // namespace
}  // namespace gsrgnn
