#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/hdf5_file.hpp>

namespace gsrgnn {
namespace {

constexpr const char* kKind = "gsrgnn circuit";
constexpr std::int64_t kVersion = 1;

}  // namespace

void write_circuit(const Circuit& circuit, const std::string& path) {
  validate(circuit, path);
  const auto cells = static_cast<std::uint64_t>(circuit.cells());
  Hdf5Writer file(path);
  file.attribute("/", "kind", kKind);
  file.attribute("/", "version", kVersion);
  file.attribute("/", "name", circuit.name);
  file.attribute("/", "source", circuit.source);
  file.attribute("/", "label_unit", circuit.label_unit);
  file.array("nets/offset", circuit.net_offset);
  file.array("nets/cell", circuit.net_cell);
  file.strings("cells/feature_name", circuit.feature_name);
  file.array("cells/feature", circuit.feature.data(), {cells, circuit.feature_name.size()});
  file.strings("cells/type_name", circuit.type_name);
  file.array("cells/type", circuit.cell_type);
  file.array("cells/position", circuit.position.front().data(), {cells, 2});
  file.array("cells/box", circuit.box.data(), {4});
  if (!circuit.original.empty()) file.array("cells/original", circuit.original);
  if (circuit.labels() > 0) {
    file.strings("cells/label_name", circuit.label_name);
    file.array("cells/label", circuit.label.data(), {cells, circuit.label_name.size()});
  }
  file.commit();
}

Circuit read_circuit(const std::string& path) {
  const Hdf5Reader file(path);
  if (!file.has_attribute("/", "kind") || file.attribute_string("/", "kind") != kKind) {
    throw InputError(path, "an HDF5 file, but not a circuit file", "give a file written by gsrgnn import or generate");
  }
  if (const auto version = file.attribute_int("/", "version"); version != kVersion) {
    throw InputError(path, fmt::format("circuit file of version {}, this program reads {}", version, kVersion),
                     "import the circuit again with this program");
  }
  const auto expect_shape = [&](const char* name, const Shape& want) {
    if (file.shape(name) != want) {
      file.fail(name, fmt::format("has the shape [{}] where [{}] is expected", fmt::join(file.shape(name), ", "),
                                  fmt::join(want, ", ")));
    }
  };
  for (const char* name : {"nets/offset", "nets/cell", "cells/type"}) {
    if (file.shape(name).size() != 1) {
      file.fail(name, fmt::format("has the shape [{}] where a list is expected", fmt::join(file.shape(name), ", ")));
    }
  }
  Circuit circuit;
  circuit.name = file.attribute_string("/", "name");
  circuit.source = file.attribute_string("/", "source");
  circuit.label_unit = file.attribute_string("/", "label_unit");
  circuit.net_offset = file.array<std::int64_t>("nets/offset");
  circuit.net_cell = file.array<std::int32_t>("nets/cell");
  circuit.cell_type = file.array<std::int32_t>("cells/type");
  circuit.type_name = file.strings("cells/type_name");
  const auto cells = static_cast<std::uint64_t>(circuit.cells());
  circuit.feature_name = file.strings("cells/feature_name");
  expect_shape("cells/feature", {cells, circuit.feature_name.size()});
  circuit.feature = file.array<float>("cells/feature");
  expect_shape("cells/position", {cells, 2});
  const auto position = file.array<double>("cells/position");
  circuit.position.resize(cells);
  for (std::uint64_t i = 0; i < cells; ++i) circuit.position[i] = {position[2 * i], position[2 * i + 1]};
  expect_shape("cells/box", {4});
  const auto box = file.array<double>("cells/box");
  for (int side = 0; side < 4; ++side) circuit.box[side] = box[side];
  if (file.has("cells/original")) circuit.original = file.array<std::int32_t>("cells/original");
  if (file.has("cells/label")) {
    circuit.label_name = file.strings("cells/label_name");
    expect_shape("cells/label", {cells, circuit.label_name.size()});
    circuit.label = file.array<float>("cells/label");
  }
  validate(circuit, path);
  return circuit;
}

}  // namespace gsrgnn
