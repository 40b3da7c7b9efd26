#pragma once

/// A circuit file piece by piece, for tests that leave one out or exchange it. It is also a second, independent account
/// of the format that circuit_file.hpp describes.

#include <gtest/gtest.h>

#include <functional>
#include <gsrgnn/circuit/content_hash.hpp>
#include <gsrgnn/util/hdf5_file.hpp>
#include <map>

namespace gsrgnn::testing {

/// What to write under each name; attributes of "/" are named "@name".
using FileParts = std::map<std::string, std::function<void(Hdf5Writer&, const std::string& name)>>;

inline FileParts::mapped_type text_attribute(const std::string& object, const std::string& value) {
  return [=](Hdf5Writer& file, const std::string& name) {
    file.attribute(object, name.substr(name.find('@') + 1), value);
  };
}
inline FileParts::mapped_type number_attribute(const std::string& object, std::int64_t value) {
  return [=](Hdf5Writer& file, const std::string& name) {
    file.attribute(object, name.substr(name.find('@') + 1), value);
  };
}
template <class T>
FileParts::mapped_type array_part(const std::vector<T>& values, const Shape& shape) {
  return [=](Hdf5Writer& file, const std::string& name) { file.array(name, values.data(), shape); };
}
template <class T>
FileParts::mapped_type array_part(const std::vector<T>& values) {
  return array_part(values, Shape{values.size()});
}
inline FileParts::mapped_type strings_part(const std::vector<std::string>& values) {
  return [=](Hdf5Writer& file, const std::string& name) { file.strings(name, values); };
}

/// Objects first, then attributes.
inline void write_parts(const FileParts& parts, const std::string& path) {
  Hdf5Writer file(path);
  for (const bool attributes : {false, true}) {
    for (const auto& [name, write] : parts) {
      if ((name.find('@') != std::string::npos) == attributes) write(file, name);
    }
  }
  file.commit();
}

/// Writes the file without one part after the other, and calls check(part that is missing).
inline void without_each_part(const FileParts& whole, const std::string& path,
                              const std::function<void(const std::string& missing)>& check) {
  for (const auto& [name, write] : whole) {
    SCOPED_TRACE(name);
    FileParts parts = whole;
    parts.erase(name);
    write_parts(parts, path);
    check(name);
  }
}

inline FileParts circuit_parts(const Circuit& c) {
  const auto cells = static_cast<std::uint64_t>(c.cells());
  std::vector<double> position;
  for (const auto& point : c.position) position.insert(position.end(), point.begin(), point.end());
  FileParts parts;
  parts["@kind"] = text_attribute("/", "gsrgnn circuit");
  parts["@version"] = number_attribute("/", 1);
  parts["@name"] = text_attribute("/", c.name);
  parts["@source"] = text_attribute("/", c.source);
  parts["@label_unit"] = text_attribute("/", c.label_unit);
  parts["nets/offset"] = array_part(c.net_offset);
  parts["nets/cell"] = array_part(c.net_cell);
  parts["cells/feature_name"] = strings_part(c.feature_name);
  parts["cells/feature"] = array_part(c.feature, {cells, c.feature_name.size()});
  parts["cells/type_name"] = strings_part(c.type_name);
  parts["cells/type"] = array_part(c.cell_type);
  parts["cells/position"] = array_part(position, {cells, 2});
  parts["cells/box"] = array_part(std::vector<double>(c.box.begin(), c.box.end()));
  if (!c.cell_name.empty()) {
    std::vector<std::uint8_t> bytes;
    for (const std::string& name : c.cell_name) {
      if (!bytes.empty()) bytes.push_back(0);
      bytes.insert(bytes.end(), name.begin(), name.end());
    }
    parts["cells/name"] = array_part(bytes);
  }
  if (!c.original.empty()) parts["cells/original"] = array_part(c.original);
  if (c.labels() > 0) {
    parts["cells/label_name"] = strings_part(c.label_name);
    parts["cells/label"] = array_part(c.label, {cells, c.label_name.size()});
  }
  return parts;
}

inline void expect_equal(const Circuit& a, const Circuit& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.net_offset, b.net_offset);
  EXPECT_EQ(a.net_cell, b.net_cell);
  EXPECT_EQ(a.feature_name, b.feature_name);
  EXPECT_EQ(a.feature, b.feature);
  EXPECT_EQ(a.type_name, b.type_name);
  EXPECT_EQ(a.cell_type, b.cell_type);
  EXPECT_EQ(a.position, b.position);
  EXPECT_EQ(a.box, b.box);
  EXPECT_EQ(a.original, b.original);
  EXPECT_EQ(a.cell_name, b.cell_name);
  EXPECT_EQ(a.label_name, b.label_name);
  EXPECT_EQ(a.label_unit, b.label_unit);
  EXPECT_EQ(a.label, b.label);
  EXPECT_EQ(a.note, b.note);
  const Placement &p = a.placement, &q = b.placement;
  EXPECT_EQ(p.grid.border, q.grid.border);
  ASSERT_EQ(p.layer.size(), q.layer.size());
  for (std::size_t l = 0; l < p.layer.size(); ++l) {
    EXPECT_EQ(p.layer[l].name, q.layer[l].name);
    EXPECT_EQ(p.layer[l].row_tracks, q.layer[l].row_tracks);
    EXPECT_EQ(p.layer[l].column_tracks, q.layer[l].column_tracks);
  }
  EXPECT_EQ(p.power, q.power);
  EXPECT_EQ(p.anchor, q.anchor);
  EXPECT_EQ(p.size, q.size);
  EXPECT_EQ(p.orientation, q.orientation);
  EXPECT_EQ(p.pin_name, q.pin_name);
  EXPECT_EQ(p.pin, q.pin);
  EXPECT_EQ(p.pin_offset, q.pin_offset);
  EXPECT_EQ(p.io_net, q.io_net);
  EXPECT_EQ(p.io_position, q.io_position);
  EXPECT_EQ(content_hash(a), content_hash(b));  // and the technology
}

}  // namespace gsrgnn::testing
