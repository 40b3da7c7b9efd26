#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/hdf5_file.hpp>
#include <utility>

namespace gsrgnn {
namespace {

constexpr const char* kKind = "gsrgnn circuit";
constexpr std::int64_t kCircuitVersion = 1;

constexpr const char* kTechnology = "technology";

void write_placement(Hdf5Writer& file, const Circuit& circuit) {
  const Placement& p = circuit.placement;
  file.group("placement");
  file.attribute("placement", "anchor", static_cast<std::int64_t>(p.anchor));
  const auto rows = static_cast<std::uint64_t>(p.grid.rows()), columns = static_cast<std::uint64_t>(p.grid.columns());
  if (!p.grid.empty()) {
    file.array("placement/grid_x", p.grid.border[0]);
    file.array("placement/grid_y", p.grid.border[1]);
  }
  if (!p.layer.empty()) {
    std::vector<std::string> name;
    std::vector<float> row, column;
    for (const Placement::Layer& layer : p.layer) {
      name.push_back(layer.name);
      row.insert(row.end(), layer.row_tracks.begin(), layer.row_tracks.end());
      column.insert(column.end(), layer.column_tracks.begin(), layer.column_tracks.end());
    }
    file.strings("placement/layer_name", name);
    file.array("placement/row_tracks", row.data(), {name.size(), rows});
    file.array("placement/column_tracks", column.data(), {name.size(), columns});
  }
  if (!p.power.empty()) file.array("placement/power", p.power.data(), {rows, columns});
  if (!p.size.empty()) file.array("placement/size", p.size.front().data(), {p.size.size(), 2});
  if (!p.orientation.empty()) {
    std::vector<std::uint8_t> orientation;
    for (const Orientation o : p.orientation) orientation.push_back(static_cast<std::uint8_t>(o));
    file.array("placement/orientation", orientation);
  }
  if (!p.pin.empty()) {
    file.strings("placement/pin_name", p.pin_name);
    file.array("placement/pin", p.pin);
  }
  if (!p.pin_offset.empty()) {
    file.array("placement/pin_offset", p.pin_offset.front().data(), {p.pin_offset.size(), 2});
  }
  if (!p.io_net.empty()) {
    file.array("placement/io_net", p.io_net);
    file.array("placement/io_position", p.io_position.front().data(), {p.io_net.size(), 2});
  }
  write_technology(file, kTechnology, p.technology);
}

/// Rows of `columns` values.
template <class T>
std::vector<std::vector<T>> read_rows(const Hdf5Reader& file, const std::string& name, std::size_t rows) {
  const Shape shape = file.shape(name);
  if (shape.size() != 2 || shape[0] != rows) file.fail(name, fmt::format("has not {} rows", rows));
  const auto values = file.array<T>(name);
  std::vector<std::vector<T>> result;
  for (std::size_t r = 0; r < rows; ++r) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(r * shape[1]);
    result.emplace_back(first, first + static_cast<std::ptrdiff_t>(shape[1]));
  }
  return result;
}

template <class T>
std::vector<std::array<T, 2>> read_pairs(const Hdf5Reader& file, const std::string& name, std::size_t rows) {
  std::vector<std::array<T, 2>> pairs;
  for (const auto& row : read_rows<T>(file, name, rows)) {
    if (row.size() != 2) file.fail(name, "has not two columns");
    pairs.push_back({row[0], row[1]});
  }
  return pairs;
}

void read_placement(const Hdf5Reader& file, Circuit& circuit) {
  if (file.has("note")) circuit.note = file.strings("note");
  if (!file.has("placement")) return;  // not by older programs
  Placement& p = circuit.placement;
  const auto cells = static_cast<std::size_t>(circuit.cells());
  p.anchor = file.attribute_int("placement", "anchor") == 1 ? Placement::Anchor::centre : Placement::Anchor::corner;
  if (file.has("placement/grid_x")) {
    p.grid.border = {file.array<double>("placement/grid_x"), file.array<double>("placement/grid_y")};
  }
  if (file.has("placement/layer_name")) {
    const auto name = file.strings("placement/layer_name");
    auto row = read_rows<float>(file, "placement/row_tracks", name.size());
    auto column = read_rows<float>(file, "placement/column_tracks", name.size());
    for (std::size_t l = 0; l < name.size(); ++l) p.layer.push_back({name[l], std::move(row[l]), std::move(column[l])});
  }
  if (file.has("placement/power")) p.power = file.array<float>("placement/power");
  if (file.has("placement/size")) p.size = read_pairs<float>(file, "placement/size", cells);
  if (file.has("placement/orientation")) {
    for (const std::uint8_t o : file.array<std::uint8_t>("placement/orientation")) {
      if (o >= kOrientationNames.size()) file.fail("placement/orientation", fmt::format("holds {}, which is none", o));
      p.orientation.push_back(static_cast<Orientation>(o));
    }
  }
  if (file.has("placement/pin")) {
    p.pin_name = file.strings("placement/pin_name");
    p.pin = file.array<std::int32_t>("placement/pin");
  }
  if (file.has("placement/pin_offset")) {
    p.pin_offset = read_pairs<float>(file, "placement/pin_offset", circuit.net_cell.size());
  }
  if (file.has("placement/io_net")) {
    p.io_net = file.array<std::int32_t>("placement/io_net");
    p.io_position = read_pairs<double>(file, "placement/io_position", p.io_net.size());
  }
  p.technology = read_technology(file, kTechnology);
}

}  // namespace

void write_circuit(const Circuit& circuit, const std::string& path) {
  validate(circuit, path);
  const auto cells = static_cast<std::uint64_t>(circuit.cells());
  Hdf5Writer file(path);
  file.attribute("/", "kind", kKind);
  file.attribute("/", "version", kCircuitVersion);
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
  if (!circuit.cell_name.empty()) file.names("cells/name", circuit.cell_name);
  if (circuit.labels() > 0) {
    file.strings("cells/label_name", circuit.label_name);
    file.array("cells/label", circuit.label.data(), {cells, circuit.label_name.size()});
  }
  if (!circuit.placement.empty()) write_placement(file, circuit);
  if (!circuit.note.empty()) file.strings("note", circuit.note);
  file.commit();
}

Circuit read_circuit(const std::string& path) {
  const Hdf5Reader file(path);
  if (!file.has_attribute("/", "kind") || file.attribute_string("/", "kind") != kKind) {
    throw InputError(path, "an HDF5 file, but not a circuit file", "give a file written by gsrgnn import or generate");
  }
  if (const auto version = file.attribute_int("/", "version"); version != kCircuitVersion) {
    throw InputError(path, fmt::format("circuit file of version {}, this program reads {}", version, kCircuitVersion),
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
  if (file.has("cells/name")) circuit.cell_name = file.names("cells/name", cells);
  if (file.has("cells/label")) {
    circuit.label_name = file.strings("cells/label_name");
    expect_shape("cells/label", {cells, circuit.label_name.size()});
    circuit.label = file.array<float>("cells/label");
  }
  read_placement(file, circuit);
  validate(circuit, path);
  return circuit;
}

}  // namespace gsrgnn
