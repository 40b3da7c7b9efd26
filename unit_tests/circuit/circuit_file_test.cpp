// A circuit file comes back as it was, byte by byte, and every wrong thing in one is named.

#include <gtest/gtest.h>

#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <limits>

#include "circuit/def_text.hpp"
#include "support/circuit_parts.hpp"
#include "support/files.hpp"
#include "support/small_circuits.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

TEST(CircuitFile, ComesBackByteByByte) {
  const TestFolder folder;
  Circuit two_labels = awkward_circuit();
  two_labels.name = "odd \"name\" \\ of\nseveral lines";
  two_labels.label_unit = "\xc2\xb5m";
  two_labels.label_name = {"h", "v"};
  two_labels.label = random_values<float>(18, 3);
  Circuit no_label = awkward_circuit();
  no_label.label_name.clear();
  no_label.label.clear();
  Circuit least;
  least.type_name = {"A"};
  least.cell_type = {0};
  least.position = {{-1, 1e12}};
  GeneratorSpec spec;
  spec.cells = 300;
  Circuit ordered = generate(spec);
  order_by_placement(ordered);
  const Circuit imported = open_circuit(folder.write("tiny.def", def_text::kTiny));
  for (const Circuit& circuit : {awkward_circuit(), two_labels, no_label, least, generate(spec), ordered, imported}) {
    SCOPED_TRACE(circuit.name);
    write_circuit(circuit, folder.path("a.h5"));
    const Circuit back = read_circuit(folder.path("a.h5"));
    expect_equal(circuit, back);
    write_circuit(back, folder.path("b.h5"));
    EXPECT_TRUE(read_bytes(folder.path("a.h5")) == read_bytes(folder.path("b.h5")));
  }
}

TEST(CircuitFile, IsAsDocumented) {
  const TestFolder folder;
  const Circuit circuit = awkward_circuit();
  write_parts(circuit_parts(circuit), folder.path("parts.h5"));
  expect_equal(read_circuit(folder.path("parts.h5")), circuit);

  write_circuit(circuit, folder.path("a.h5"));
  const Hdf5Reader file(folder.path("a.h5"));
  for (const auto& [name, write] : circuit_parts(circuit)) {
    if (name[0] == '@') {
      EXPECT_TRUE(file.has_attribute("/", name.substr(1))) << name;
    } else {
      EXPECT_TRUE(file.has(name)) << name;
    }
  }
  EXPECT_EQ(file.members("/"), (std::vector<std::string>{"cells", "nets"}));
  EXPECT_EQ(file.members("cells").size(), 8U);
  EXPECT_EQ(file.members("nets").size(), 2U);
}

TEST(CircuitFile, NamesOfCellsAreAsMany) {
  const TestFolder folder;
  Circuit circuit = awkward_circuit();
  for (std::int64_t i = 0; i < circuit.cells(); ++i) circuit.cell_name.push_back(fmt::format("a/b\\[{}\\]", i));
  write_circuit(circuit, folder.path("a.h5"));
  expect_equal(read_circuit(folder.path("a.h5")), circuit);
  write_parts(circuit_parts(circuit), folder.path("parts.h5"));  // also where they are not deflated
  expect_equal(read_circuit(folder.path("parts.h5")), circuit);
  FileParts parts = circuit_parts(circuit);
  circuit.cell_name.pop_back();
  parts["cells/name"] = circuit_parts(circuit)["cells/name"];
  write_parts(parts, folder.path("b.h5"));
  expect_message(input_error([&] { read_circuit(folder.path("b.h5")); }),
                 folder.path("b.h5") + ":/cells/name: ", {"8 names where 9"});
  for (const std::string& bad : {std::string(), std::string("a\0b", 3)}) {
    circuit.cell_name.resize(8, "u");
    circuit.cell_name.push_back(bad);
    expect_message(input_error([&] { write_circuit(circuit, folder.path("c.h5")); }), folder.path("c.h5") + ": ",
                   {"name of a cell"});
    circuit.cell_name.pop_back();
  }
}

TEST(CircuitFile, DamagedCircuitsAreNotWritten) {
  const TestFolder folder;
  Circuit circuit = awkward_circuit();
  circuit.feature[3] = std::numeric_limits<float>::quiet_NaN();
  const std::string path = folder.path("a.h5");
  expect_message(input_error([&] { write_circuit(circuit, path); }), path + ": ", {"'b'", "cell 1"});
  EXPECT_TRUE(folder.listing().empty());
}

TEST(CircuitFile, EveryPartIsNeeded) {
  const TestFolder folder;
  const std::string path = folder.path("a.h5");
  without_each_part(circuit_parts(awkward_circuit()), path, [&](const std::string& name) {
    if (name == "cells/label") {  // without its array a label is not there
      EXPECT_EQ(read_circuit(path).labels(), 0);
    } else if (name == "@kind") {
      expect_message(input_error([&] { read_circuit(path); }), path + ": ", {"not a circuit file"});
    } else {
      expect_message(input_error([&] { read_circuit(path); }), path + ":/" + name + ": ", {"missing"});
    }
  });
}

TEST(CircuitFile, NamesTheWrongThing) {
  const Circuit circuit = awkward_circuit();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  auto net_cell = circuit.net_cell;
  net_cell[2] = 9;
  auto feature = circuit.feature;
  feature[5] = nan;
  auto label = circuit.label;
  label[0] = nan;
  auto cell_type = circuit.cell_type;
  cell_type[8] = 77;
  auto offset = circuit.net_offset;
  offset[1] = 17;
  const std::vector<double> zeros(64, 0.0);
  struct Wrong {
    std::string name;
    FileParts::mapped_type write;
    std::string place;  // behind the path
    std::vector<std::string> words;
  };
  const std::vector<Wrong> wrongs = {
      {"@kind", text_attribute("/", "gsrgnn run"), ": ", {"not a circuit file"}},
      {"@kind", number_attribute("/", 1), ":/@kind: ", {"type"}},
      {"@version", number_attribute("/", 2), ": ", {"version 2", "reads 1"}},
      {"@version", text_attribute("/", "1"), ":/@version: ", {"type"}},
      {"@name", number_attribute("/", 3), ":/@name: ", {"type"}},
      {"nets/offset", array_part(zeros), ":/nets/offset: ", {"integers"}},
      {"nets/offset", array_part(offset), ": ", {"offsets fall at net 1"}},
      {"nets/offset", array_part(std::vector<std::int64_t>{}), ": ", {"offsets"}},
      {"nets/offset", array_part(circuit.net_offset, {8, 1}), ":/nets/offset: ", {"[8, 1]"}},
      {"nets/cell", strings_part({"a"}), ":/nets/cell: ", {"integers"}},
      {"nets/cell", array_part(net_cell), ": ", {"pin 2", "cell 9"}},
      {"nets/cell", array_part(circuit.net_cell, {9, 2}), ":/nets/cell: ", {"[9, 2]"}},
      {"nets/cell", array_part(std::vector<std::int64_t>(18, std::int64_t{1} << 32U)), ": ", {"pin 0"}},
      {"cells/feature", array_part(feature, {9, 2}), ": ", {"feature 'b'", "cell 2"}},
      {"cells/feature", array_part(circuit.feature, {2, 9}), ":/cells/feature: ", {"[2, 9]", "[9, 2]"}},
      {"cells/feature", array_part(circuit.feature), ":/cells/feature: ", {"[18]", "[9, 2]"}},
      {"cells/feature", array_part(circuit.net_cell, {9, 2}), ":/cells/feature: ", {"floating-point"}},
      {"cells/feature_name", strings_part({"a"}), ":/cells/feature: ", {"[9, 2]", "[9, 1]"}},
      {"cells/feature_name", array_part(zeros), ":/cells/feature_name: ", {"strings"}},
      {"cells/type", array_part(cell_type), ": ", {"cell 8", "type 77", "3 types"}},
      {"cells/type", array_part(std::vector<std::int32_t>{}), ":/cells/feature: ", {"[9, 2]", "[0, 2]"}},
      {"cells/type", array_part(circuit.cell_type, {3, 3}), ":/cells/type: ", {"[3, 3]"}},
      {"cells/type_name", strings_part({"A"}), ": ", {"1 types"}},
      {"cells/position", array_part(zeros, {9, 3}), ":/cells/position: ", {"[9, 3]", "[9, 2]"}},
      {"cells/position", array_part(zeros, {18}), ":/cells/position: ", {"[18]", "[9, 2]"}},
      {"cells/box", array_part(zeros, {5}), ":/cells/box: ", {"[5]", "[4]"}},
      {"cells/box", array_part(zeros, {2, 2}), ":/cells/box: ", {"[2, 2]", "[4]"}},
      {"cells/box", array_part(std::vector<double>(4, nan)), ": ", {"box"}},
      {"cells/original", array_part(std::vector<std::int32_t>(9, 3)), ": ", {"original", "3"}},
      {"cells/original", array_part(std::vector<std::int32_t>{0}), ": ", {"original", "1", "9"}},
      {"cells/original", array_part(std::vector<double>(9, 0.0)), ":/cells/original: ", {"integers"}},
      {"cells/label", array_part(label, {9, 1}), ": ", {"label 'congestion'", "cell 0"}},
      {"cells/label", array_part(circuit.label), ":/cells/label: ", {"[9]", "[9, 1]"}},
      {"cells/label_name", strings_part({"h", "v"}), ":/cells/label: ", {"[9, 1]", "[9, 2]"}},
  };
  const TestFolder folder;
  const std::string path = folder.path("a.h5");
  for (const Wrong& wrong : wrongs) {
    SCOPED_TRACE(wrong.name + wrong.place + wrong.words[0]);
    FileParts parts = circuit_parts(circuit);
    parts[wrong.name] = wrong.write;
    write_parts(parts, path);
    expect_message(input_error([&] { read_circuit(path); }), path + wrong.place, wrong.words);
  }
}

TEST(CircuitFile, RefusesOtherFiles) {
  const TestFolder folder;
  const std::string missing = folder.path("missing.h5");
  expect_message(input_error([&] { read_circuit(missing); }), missing + ": ", {"no such file"});
  const std::string text = folder.write("text.h5", "cells nets pins");
  expect_message(input_error([&] { read_circuit(text); }), text + ": ", {"HDF5"});
  const std::string other = folder.path("other.h5");
  write_parts({{"x", array_part(std::vector<float>{1})}}, other);
  expect_message(input_error([&] { read_circuit(other); }), other + ": ", {"not a circuit file"});
}

}  // namespace
}  // namespace gsrgnn
