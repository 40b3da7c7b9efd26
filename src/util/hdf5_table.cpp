#include <algorithm>
#include <cstring>
#include <gsrgnn/util/error.hpp>
#include <optional>

#include "util/hdf5_parts.hpp"

namespace gsrgnn {
namespace {

/// How a row of a table lies in memory: its columns side by side, without gaps.
struct RowLayout {
  /// `text_size[c]` is the length of the strings of column c, if it has strings.
  RowLayout(const std::vector<Hdf5Column>& columns, const std::vector<std::size_t>& text_size) {
    std::size_t row = 0;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      offset.push_back(row);
      size.push_back(is<std::string>(columns[c]) ? text_size[c] : sizeof(double));
      row += size.back();
    }
    type.emplace(H5Tcreate(H5T_COMPOUND, row), H5Tclose);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const Handle member(is<std::string>(columns[c])
                              ? string_type(size[c])
                              : H5Tcopy(is<double>(columns[c]) ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64),
                          H5Tclose);
      H5Tinsert(*type, columns[c].name.c_str(), offset[c], member);
    }
  }
  std::size_t stride() const { return H5Tget_size(*type); }

  std::optional<Handle> type;
  std::vector<std::size_t> offset, size;

 private:
  template <class T>
  static bool is(const Hdf5Column& column) {
    return std::holds_alternative<std::vector<T>>(column.values);
  }
};

static_assert(sizeof(std::int64_t) == sizeof(double));

}  // namespace

void Hdf5Writer::table(const std::string& name, const std::vector<Hdf5Column>& columns) {
  std::vector<std::size_t> text_sizes;
  std::size_t rows = 0;
  for (const Hdf5Column& column : columns) {
    text_sizes.push_back(1);
    if (const auto* texts = std::get_if<std::vector<std::string>>(&column.values)) {
      for (const std::string& text : *texts) text_sizes.back() = std::max(text_sizes.back(), text.size());
    }
    rows = std::visit([](const auto& values) { return values.size(); }, column.values);
  }
  const RowLayout layout(columns, text_sizes);
  const std::size_t stride = layout.stride();
  std::string packed(rows * stride, '\0');
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto pack = [&](const auto& values) {
      for (std::size_t r = 0; r < rows; ++r) {
        char* const cell = &packed[r * stride + layout.offset[c]];
        if constexpr (std::is_same_v<std::decay_t<decltype(values[r])>, std::string>) {
          values.at(r).copy(cell, layout.size[c]);
        } else {
          std::memcpy(cell, &values.at(r), layout.size[c]);
        }
      }
    };
    std::visit(pack, columns[c].values);
  }
  const hsize_t size = rows;
  const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose);
  write(name, *layout.type, space, rows == 0 ? nullptr : packed.data());
}

std::vector<Hdf5Column> Hdf5Contents::table(const std::string& name) const {
  const Handle dataset(open_dataset(*this, file_, name), H5Dclose);
  const Handle stored(H5Dget_type(dataset), H5Tclose);
  if (H5Tget_class(stored) != H5T_COMPOUND) fail(name, "does not hold a table");
  expect_known_type(*this, name, stored);
  const std::size_t rows = checked_size(*this, name, dataset, stored);
  std::vector<Hdf5Column> columns;
  std::vector<std::size_t> text_sizes;
  for (int c = 0; c < H5Tget_nmembers(stored); ++c) {
    const auto member = static_cast<unsigned>(c);
    const Handle type(H5Tget_member_type(stored, member), H5Tclose);
    text_sizes.push_back(H5Tget_size(type));
    take(name, rows, text_sizes.back() + sizeof(std::string));  // beside each other: packed, and as a column
    char* const text = H5Tget_member_name(stored, member);
    Hdf5Column column{text != nullptr ? text : "", {}};
    H5free_memory(text);
    const H5T_class_t kind = H5Tget_class(type);
    if (kind == H5T_INTEGER) column.values = std::vector<std::int64_t>(rows);
    if (kind == H5T_FLOAT) column.values = std::vector<double>(rows);
    if (kind == H5T_STRING) column.values = std::vector<std::string>(rows);
    columns.push_back(std::move(column));
  }
  const RowLayout layout(columns, text_sizes);
  const std::size_t stride = layout.stride();
  std::string packed(rows * stride, '\0');
  if (rows > 0 && H5Dread(dataset, *layout.type, H5S_ALL, H5S_ALL, H5P_DEFAULT, packed.data()) < 0) {
    fail(name, "cannot be read");
  }
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto unpack = [&](auto& values) {
      for (std::size_t r = 0; r < rows; ++r) {
        const char* const cell = &packed[r * stride + layout.offset[c]];
        if constexpr (std::is_same_v<std::decay_t<decltype(values[r])>, std::string>) {
          values[r].assign(cell, ::strnlen(cell, layout.size[c]));
        } else {
          std::memcpy(&values[r], cell, layout.size[c]);
        }
      }
    };
    std::visit(unpack, columns[c].values);
  }
  return columns;
}

}  // namespace gsrgnn
