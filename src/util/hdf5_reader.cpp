#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <gsrgnn/util/error.hpp>
#include <optional>
#include <utility>

#include "util/hdf5_parts.hpp"

namespace gsrgnn {
namespace {

Shape shape_of(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose);
  std::vector<hsize_t> dims(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space))));
  if (!dims.empty()) H5Sget_simple_extent_dims(space, dims.data(), nullptr);
  return Shape(dims.begin(), dims.end());
}

template <class T>
constexpr H5T_class_t kNumberClass = std::is_integral_v<T> ? H5T_INTEGER : H5T_FLOAT;

/// The number of elements of a dataset of integers, or of floating-point numbers, as T is one.
template <class T>
std::uint64_t checked_numbers(const Hdf5Reader& reader, const std::string& name, hid_t dataset) {
  const Handle type(H5Dget_type(dataset), H5Tclose);
  if (H5Tget_class(type) != kNumberClass<T>) {
    reader.fail(name, std::is_integral_v<T> ? "does not hold integers" : "does not hold floating-point numbers");
  }
  return checked_size(reader, name, dataset, type);
}

/// `count` strings as they are stored, by read(type in memory, to where); nothing when that fails. Those of various
/// lengths were written by another program.
template <class Read>
std::optional<std::vector<std::string>> read_strings(hid_t stored, std::size_t count, const Read& read) {
  std::vector<std::string> values;
  if (H5Tis_variable_str(stored) > 0) {
    std::vector<char*> pointers(count, nullptr);
    if (!read(Handle(string_type(H5T_VARIABLE), H5Tclose), pointers.data())) return std::nullopt;
    for (char* const pointer : pointers) {
      values.emplace_back(pointer != nullptr ? pointer : "");
      H5free_memory(pointer);
    }
    return values;
  }
  const std::size_t length = H5Tget_size(stored);
  std::string packed(count * length, '\0');
  if (!read(Handle(string_type(length), H5Tclose), packed.data())) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) values.emplace_back(packed.substr(i * length, length).c_str());
  return values;
}

}  // namespace

void start_hdf5() {
  // HDF5 would lock each file that it opens, and fail where the file system has no locks. Ours need none: a file is
  // written under another name and then renamed.
  ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0);
  H5dont_atexit();  // which crashes on a file that could not be closed, as on a full disk; we close our files ourselves
  // It prints a stack trace for every failed call unless told not to; our errors are one line.
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5open();
}

hid_t string_type(std::size_t length) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, length);
  H5Tset_strpad(type, length == H5T_VARIABLE ? H5T_STR_NULLTERM : H5T_STR_NULLPAD);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

hid_t open_dataset(const Hdf5Reader& reader, hid_t file, const std::string& name) {
  if (!reader.has(name)) reader.fail(name, "is missing");
  const hid_t id = H5Dopen2(file, name.c_str(), H5P_DEFAULT);
  if (id < 0) reader.fail(name, "cannot be opened as an array");
  return id;
}

std::uint64_t checked_size(const Hdf5Reader& reader, const std::string& name, hid_t dataset, hid_t type) {
  std::uint64_t size = 1;
  for (const std::uint64_t extent : shape_of(dataset)) {
    if (extent != 0 && size > (std::uint64_t{1} << 40U) / extent) reader.fail(name, "announces an impossible size");
    size *= extent;
  }
  if (size * H5Tget_size(type) > H5Dget_storage_size(dataset)) reader.fail(name, "is shorter than its announced size");
  return size;
}

Hdf5Reader::Hdf5Reader(std::string path) : path_(std::move(path)) {
  start_hdf5();
  std::error_code error;
  if (!std::filesystem::exists(path_, error)) throw InputError(path_, "no such file", "check the path");
  if (std::filesystem::is_directory(path_, error)) throw InputError(path_, "is a folder", "give a file");
  file_ = H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file_ < 0) throw InputError(path_, "not a readable HDF5 file (or truncated)", "write it again with this program");
}

Hdf5Reader::~Hdf5Reader() {
  if (file_ >= 0) H5Fclose(file_);
}

void Hdf5Reader::fail(const std::string& object, const std::string& what) const {
  throw InputError(fmt::format("{}:/{}", path_, object), what,
                   "the file is damaged or of another kind; write it again");
}

bool Hdf5Reader::has(const std::string& name) const {
  // H5Lexists wants every group on the way to exist.
  for (std::size_t end = name.find('/'); end != std::string::npos; end = name.find('/', end + 1)) {
    if (H5Lexists(file_, name.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
  }
  return H5Lexists(file_, name.c_str(), H5P_DEFAULT) > 0;
}

Shape Hdf5Reader::shape(const std::string& name) const {
  return shape_of(Handle(open_dataset(*this, file_, name), H5Dclose));
}

std::vector<float> Hdf5Reader::part(const std::string& name, std::uint64_t first, std::uint64_t count) const {
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
std::vector<T> Hdf5Reader::array(const std::string& name) const {
  const Handle dataset(open_dataset(*this, file_, name), H5Dclose);
  std::vector<T> values(checked_numbers<T>(*this, name, dataset));
  if (!values.empty() && H5Dread(dataset, native_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
    fail(name, "cannot be read");
  }
  return values;
}

template std::vector<float> Hdf5Reader::array(const std::string&) const;
template std::vector<double> Hdf5Reader::array(const std::string&) const;
template std::vector<std::int32_t> Hdf5Reader::array(const std::string&) const;
template std::vector<std::int64_t> Hdf5Reader::array(const std::string&) const;
template std::vector<std::uint8_t> Hdf5Reader::array(const std::string&) const;

std::vector<std::string> Hdf5Reader::strings(const std::string& name) const {
  const Handle dataset(open_dataset(*this, file_, name), H5Dclose);
  const Handle stored(H5Dget_type(dataset), H5Tclose);
  if (H5Tget_class(stored) != H5T_STRING) fail(name, "does not hold strings");
  const auto size = checked_size(*this, name, dataset, stored);
  if (size == 0) return {};
  auto values = read_strings(stored, size, [&](hid_t type, void* to) {
    return H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) >= 0;
  });
  if (!values) fail(name, "cannot be read");
  return std::move(*values);
}

std::string Hdf5Reader::string(const std::string& name) const {
  auto values = strings(name);
  if (values.size() != 1) fail(name, "does not hold one string");
  return std::move(values.front());
}

bool Hdf5Reader::has_attribute(const std::string& object, const std::string& name) const {
  return H5Aexists_by_name(file_, object.c_str(), name.c_str(), H5P_DEFAULT) > 0;
}

namespace {

template <class Read>
void read_attribute(const Hdf5Reader& reader, hid_t file, const std::string& object, const std::string& name,
                    H5T_class_t wanted, const Read& read) {
  const std::string place = fmt::format("{}@{}", object == "/" ? "" : object, name);
  if (!reader.has_attribute(object, name)) reader.fail(place, "is missing");
  const Handle attribute(H5Aopen_by_name(file, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  const Handle type(H5Aget_type(attribute), H5Tclose);
  const Handle space(H5Aget_space(attribute), H5Sclose);
  if (H5Tget_class(type) != wanted || H5Sget_simple_extent_npoints(space) != 1 || !read(attribute, type)) {
    reader.fail(place, "has another type than expected");
  }
}

template <class T>
T read_number(const Hdf5Reader& reader, hid_t file, const std::string& object, const std::string& name) {
  T value = 0;
  read_attribute(reader, file, object, name, kNumberClass<T>,
                 [&](hid_t attribute, hid_t) { return H5Aread(attribute, native_type<T>(), &value) >= 0; });
  return value;
}

}  // namespace

std::string Hdf5Reader::attribute_string(const std::string& object, const std::string& name) const {
  std::string value;
  read_attribute(*this, file_, object, name, H5T_STRING, [&](hid_t attribute, hid_t type) {
    auto values = read_strings(type, 1, [&](hid_t as, void* to) {
      const bool good = H5Aread(attribute, as, to) >= 0;
      return good && (H5Tis_variable_str(as) <= 0 || *static_cast<char**>(to) != nullptr);
    });
    if (values) value = std::move(values->front());
    return values.has_value();
  });
  return value;
}

std::int64_t Hdf5Reader::attribute_int(const std::string& object, const std::string& name) const {
  return read_number<std::int64_t>(*this, file_, object, name);
}

double Hdf5Reader::attribute_double(const std::string& object, const std::string& name) const {
  return read_number<double>(*this, file_, object, name);
}

std::vector<std::string> Hdf5Reader::members(const std::string& group) const {
  const Handle id(H5Gopen2(file_, group.c_str(), H5P_DEFAULT), H5Gclose);
  if (!id.valid()) fail(group, "is missing");
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5L_info_t*, void* list) -> herr_t {
    static_cast<std::vector<std::string>*>(list)->emplace_back(name);
    return 0;
  };
  hsize_t index = 0;
  H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, &index, collect, &names);
  return names;
}

}  // namespace gsrgnn
