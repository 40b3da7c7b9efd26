#include <gtest/gtest.h>

#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/circuit/import_def.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>

#include "circuit/def_text.hpp"
#include "support/circuit_parts.hpp"
#include "support/files.hpp"
#include "support/small_circuits.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

TEST(OpenCircuit, ReadsACircuitFileWhateverItsName) {
  const TestFolder folder;
  for (const char* name : {"a.h5", "a.def", "a", "a.circuit"}) {
    write_circuit(awkward_circuit(), folder.path(name));
    EXPECT_TRUE(is_hdf5(folder.path(name)));
    expect_equal(open_circuit(folder.path(name)), awkward_circuit());
  }
}

TEST(OpenCircuit, ReadsADef) {
  const TestFolder folder;
  for (const char* name : {"a.def", "A.DEF", "dir.h5.Def", "gzipped.def.gz"}) {
    const bool packed = std::string(name) == "gzipped.def.gz";
    const std::string path = folder.write(name, packed ? def_text::gzipped(def_text::kTiny) : def_text::kTiny);
    EXPECT_FALSE(is_hdf5(path));
    const Circuit circuit = open_circuit(path);
    EXPECT_EQ(circuit.name, "tiny");
    EXPECT_EQ(circuit.cells(), 3);
    EXPECT_EQ(circuit.label_name, std::vector<std::string>{"congestion"});
    Circuit expected = import_def({path, {}, CongestionLabel::average});
    order_by_placement(expected);
    expect_equal(circuit, expected);
  }
}

TEST(OpenCircuit, RefusesEverythingElse) {
  const TestFolder folder;
  const auto expect_refused = [](const std::string& path, const std::vector<std::string>& words) {
    expect_message(input_error([&] { open_circuit(path); }), path, words);
  };
  expect_refused(folder.path("missing.h5"), {"no such file"});
  expect_refused(folder.path("missing.def"), {"no such file"});
  write_circuit(awkward_circuit(), folder.path("whole.h5"));  // which needs no LEF, but a misspelt one is a mistake
  const std::string lef = folder.path("missing.lef");
  expect_message(input_error([&] { open_circuit(folder.path("whole.h5"), {lef}); }), lef, {"no such file", "LEF"});
  expect_refused(folder.write("design.v", "module tiny ;"), {"neither a circuit file nor a .def"});
  expect_refused(folder.write("design", def_text::kTiny), {"neither a circuit file nor a .def"});
  expect_refused(folder.write("empty.h5", ""), {"neither a circuit file nor a .def"});
  expect_refused(folder.write("short.h5", "\x89HDF"), {"neither a circuit file nor a .def"});
  expect_refused(folder.write("broken.h5", "\x89HDF\r\n\x1a\n and no more than that"), {"HDF5"});
  expect_refused(folder.write("wrong.def", "module tiny ;"), {"not a DEF"});
  expect_refused(folder.path(), {});
  write_parts({{"@kind", text_attribute("/", "gsrgnn run")}}, folder.path("run.h5"));
  expect_refused(folder.path("run.h5"), {"not a circuit file"});
}

}  // namespace
}  // namespace gsrgnn
