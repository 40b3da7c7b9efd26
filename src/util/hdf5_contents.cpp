#include "util/hdf5_contents.hpp"

#include <algorithm>
#include <gsrgnn/util/error.hpp>
#include <optional>
#include <utility>

#include "util/hdf5_parts.hpp"

namespace gsrgnn {
namespace {

template <class T>
constexpr H5T_class_t kNumberClass = std::is_integral_v<T> ? H5T_INTEGER : H5T_FLOAT;

/// The number of elements of a dataset of integers, or of floating-point numbers, as T is one.
template <class T>
std::uint64_t checked_numbers(const Hdf5Contents& contents, const std::string& name, hid_t dataset) {
  const Handle type(H5Dget_type(dataset), H5Tclose);
  if (H5Tget_class(type) != kNumberClass<T>) {
    contents.fail(name, std::is_integral_v<T> ? "does not hold integers" : "does not hold floating-point numbers");
  }
  expect_known_type(contents, name, type);
  return checked_size(contents, name, dataset, type);
}

/// `count` strings as they are stored, by read(type in memory, to where); nothing when that fails.
template <class Read>
std::optional<std::vector<std::string>> read_strings(hid_t stored, std::size_t count, const Read& read) {
  const std::size_t length = H5Tget_size(stored);
  std::string packed(count * length, '\0');
  if (!read(Handle(string_type(length, H5Tget_cset(stored)), H5Tclose), packed.data())) return std::nullopt;
  std::vector<std::string> values;
  for (std::size_t i = 0; i < count; ++i) values.emplace_back(packed.substr(i * length, length).c_str());
  return values;
}

}  // namespace

hid_t string_type(std::size_t length, H5T_cset_t characters) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, length);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  H5Tset_cset(type, characters);
  return type;
}

Shape shape_of(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose);
  std::vector<hsize_t> dims(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space))));
  if (!dims.empty()) H5Sget_simple_extent_dims(space, dims.data(), nullptr);
  return Shape(dims.begin(), dims.end());
}

hid_t open_dataset(const Hdf5Contents& contents, hid_t file, const std::string& name) {
  if (!contents.has(name)) contents.fail(name, "is missing");
  Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset.valid()) contents.fail(name, "cannot be opened as an array");
  expect_known_storage(contents, name, dataset);
  return dataset.release();
}

Hdf5Contents::Hdf5Contents(std::string path, int descriptor, std::uint64_t size)
    : path_(std::move(path)),
      size_(size),
      left_(hdf5_trust(size)),
      file_(H5Fopen(fmt::format("/proc/self/fd/{}", descriptor).c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)) {
  if (file_ < 0) throw InputError(path_, "not a readable HDF5 file (or truncated)", "write it again with this program");
  H5Fget_eoa(file_, &end_);
}

Hdf5Contents::~Hdf5Contents() {
  if (file_ >= 0) H5Fclose(file_);
}

void Hdf5Contents::fail(const std::string& object, const std::string& what) const {
  refuse(object, what, kDamagedOrOther);
}

void Hdf5Contents::refuse(const std::string& object, const std::string& what, const std::string& cure) const {
  throw InputError(fmt::format("{}:/{}", path_, object), what, cure);
}

void Hdf5Contents::take(const std::string& object, std::uint64_t count, std::uint64_t bytes) const {
  if (bytes > 0 && count > left_ / bytes) {
    refuse(object, fmt::format("is more, unpacked, than a file of {} bytes is trusted with", size_),
           "unpack the file: h5repack -f NONE");
  }
  left_ -= count * bytes;
}

bool Hdf5Contents::has(const std::string& name) const {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = name.find('/', end + 1);
    if (!is_there(*this, file_, name.substr(0, end))) return false;
  }
  return true;
}

Shape Hdf5Contents::shape(const std::string& name) const {
  return shape_of(Handle(open_dataset(*this, file_, name), H5Dclose));
}

std::vector<float> Hdf5Contents::part(const std::string& name, std::uint64_t first, std::uint64_t count) const {
  const Handle dataset(open_dataset(*this, file_, name), H5Dclose);
  const std::uint64_t size = checked_numbers<float>(*this, name, dataset);
  if (shape_of(dataset).size() != 1 || first > size || count > size - first) {
    fail(name, fmt::format("is no list that has the elements {} to {}", first, first + count));
  }
  std::vector<float> values(count);
  if (count == 0) return values;
  const hsize_t from = first, many = count;
  const Handle space(H5Dget_space(dataset), H5Sclose), of_part(H5Screate_simple(1, &many, nullptr), H5Sclose);
  if (H5Sselect_hyperslab(space, H5S_SELECT_SET, &from, nullptr, &many, nullptr) < 0 ||
      H5Dread(dataset, H5T_NATIVE_FLOAT, of_part, space, H5P_DEFAULT, values.data()) < 0) {
    fail(name, "cannot be read");
  }
  return values;
}

template <class T>
std::vector<T> Hdf5Contents::array(const std::string& name) const {
  const Handle dataset(open_dataset(*this, file_, name), H5Dclose);
  const std::uint64_t size = checked_numbers<T>(*this, name, dataset);
  take(name, size, sizeof(T));
  std::vector<T> values(size);
  if (!values.empty() && H5Dread(dataset, native_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
    fail(name, "cannot be read");
  }
  return values;
}

template std::vector<float> Hdf5Contents::array(const std::string&) const;
template std::vector<double> Hdf5Contents::array(const std::string&) const;
template std::vector<std::int32_t> Hdf5Contents::array(const std::string&) const;
template std::vector<std::int64_t> Hdf5Contents::array(const std::string&) const;
template std::vector<std::uint8_t> Hdf5Contents::array(const std::string&) const;

std::vector<std::string> Hdf5Contents::strings(const std::string& name) const {
  const Handle dataset(open_dataset(*this, file_, name), H5Dclose);
  const Handle stored(H5Dget_type(dataset), H5Tclose);
  if (H5Tget_class(stored) != H5T_STRING) fail(name, "does not hold strings");
  expect_known_type(*this, name, stored);
  const auto size = checked_size(*this, name, dataset, stored);
  if (size == 0) return {};
  take(name, size, H5Tget_size(stored) + sizeof(std::string));
  auto values = read_strings(stored, size, [&](hid_t type, void* to) {
    return H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) >= 0;
  });
  if (!values) fail(name, "cannot be read");
  return std::move(*values);
}

bool Hdf5Contents::has_attribute(const std::string& object, const std::string& name) const {
  return (object == "/" || has(object)) && H5Aexists_by_name(file_, object.c_str(), name.c_str(), H5P_DEFAULT) > 0;
}

namespace {

template <class Read>
void read_attribute(const Hdf5Contents& contents, hid_t file, const std::string& object, const std::string& name,
                    H5T_class_t wanted, const Read& read) {
  const std::string place = fmt::format("{}@{}", object == "/" ? "" : object, name);
  if (!contents.has_attribute(object, name)) contents.fail(place, "is missing");
  const Handle attribute(H5Aopen_by_name(file, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  const Handle type(H5Aget_type(attribute), H5Tclose);
  const Handle space(H5Aget_space(attribute), H5Sclose);
  if (H5Tget_class(type) != wanted || H5Sget_simple_extent_npoints(space) != 1) {
    contents.fail(place, "has another type than expected");
  }
  expect_known_type(contents, place, type);
  contents.take(place, 1, H5Tget_size(type));
  if (!read(attribute, type)) contents.fail(place, "cannot be read");
}

template <class T>
T read_number(const Hdf5Contents& contents, hid_t file, const std::string& object, const std::string& name) {
  T value = 0;
  read_attribute(contents, file, object, name, kNumberClass<T>,
                 [&](hid_t attribute, hid_t) { return H5Aread(attribute, native_type<T>(), &value) >= 0; });
  return value;
}

}  // namespace

std::string Hdf5Contents::attribute_string(const std::string& object, const std::string& name) const {
  std::string value;
  read_attribute(*this, file_, object, name, H5T_STRING, [&](hid_t attribute, hid_t type) {
    auto values = read_strings(type, 1, [&](hid_t as, void* to) { return H5Aread(attribute, as, to) >= 0; });
    if (values) value = std::move(values->front());
    return values.has_value();
  });
  return value;
}

std::int64_t Hdf5Contents::attribute_int(const std::string& object, const std::string& name) const {
  return read_number<std::int64_t>(*this, file_, object, name);
}

double Hdf5Contents::attribute_double(const std::string& object, const std::string& name) const {
  return read_number<double>(*this, file_, object, name);
}

std::vector<std::string> Hdf5Contents::members(const std::string& group) const {
  if (group != "/" && !has(group)) fail(group, "is missing");
  const Handle id(H5Gopen2(file_, group.c_str(), H5P_DEFAULT), H5Gclose);
  if (!id.valid()) fail(group, "is no group");
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5L_info_t*, void* list) -> herr_t {
    static_cast<std::vector<std::string>*>(list)->emplace_back(name);
    return 0;
  };
  hsize_t index = 0;
  if (H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, &index, collect, &names) < 0) {
    fail(group, "cannot be listed");
  }
  return names;
}

}  // namespace gsrgnn
