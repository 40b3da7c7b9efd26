#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <gsrgnn/util/error.hpp>
#include <optional>
#include <utility>

#include "util/checksum.hpp"
#include "util/hdf5_parts.hpp"
#include "util/hdf5_trial.hpp"

namespace gsrgnn {
namespace {

/// An open file. It is not waited for, should it be a pipe.
struct OpenFile {
  explicit OpenFile(const std::string& path) : file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {}
  ~OpenFile() {
    if (file >= 0) ::close(file);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  const int file;
};

template <class T>
constexpr H5T_class_t kNumberClass = std::is_integral_v<T> ? H5T_INTEGER : H5T_FLOAT;

/// The number of elements of a dataset of integers, or of floating-point numbers, as T is one.
template <class T>
std::uint64_t checked_numbers(const Hdf5Reader& reader, const std::string& name, hid_t dataset) {
  const Handle type(H5Dget_type(dataset), H5Tclose);
  if (H5Tget_class(type) != kNumberClass<T>) {
    reader.fail(name, std::is_integral_v<T> ? "does not hold integers" : "does not hold floating-point numbers");
  }
  expect_known_type(reader, name, type);
  return checked_size(reader, name, dataset, type);
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

constexpr const char* kWriteItAnew = "the file is damaged; write it again";

/// Not all that an object holds is told.
struct Unlisted : InputError {
  using InputError::InputError;
};

std::vector<std::string> attributes_of(const Hdf5Reader& reader, const std::string& object, hid_t id) {
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5A_info_t*, void* list) -> herr_t {
    static_cast<std::vector<std::string>*>(list)->emplace_back(name);
    return 0;
  };
  if (H5Aiterate2(id, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, collect, &names) < 0) {
    throw Unlisted(fmt::format("{}:/{}", reader.path(), object), "has attributes that cannot be listed", kWriteItAnew);
  }
  return names;
}

/// Opens and reads all that is in an object. What cannot be read is passed over, but for an object that cannot be
/// listed: what it holds can be opened by name all the same, and was not seen.
void look_at(const Hdf5Reader& reader, hid_t file, const std::string& object) {
  const auto part = [&](const auto& look) {
    try {
      look();
    } catch (const Unlisted&) {
      throw;
    } catch (const InputError&) {
    }
  };
  // A group may hold itself: what it costs to look at them is bounded like what they hold.
  reader.take(object, 1, 1024);
  if (std::count(object.begin(), object.end(), '/') > 20) reader.fail(object, "lies too deep");
  const Handle id(H5Oopen(file, object.c_str(), H5P_DEFAULT), H5Oclose);
  if (!id.valid()) reader.fail(object, "cannot be opened");
  for (const std::string& name : attributes_of(reader, object, id)) {
    const Handle attribute(H5Aopen(id, name.c_str(), H5P_DEFAULT), H5Aclose);
    const Handle type(H5Aget_type(attribute), H5Tclose);
    part([&] { expect_known_type(reader, fmt::format("{}@{}", object, name), type); });
  }
  if (H5Iget_type(id) == H5I_GROUP) {
    for (const std::string& member : reader.members(object)) {
      const std::string inner = object == "/" ? member : fmt::format("{}/{}", object, member);
      part([&] {
        if (is_there(reader, file, inner)) look_at(reader, file, inner);
      });
    }
  } else if (H5Iget_type(id) == H5I_DATASET) {
    part([&] {
      expect_known_storage(reader, object, id);
      const Handle type(H5Dget_type(id), H5Tclose);
      expect_known_type(reader, object, type);
      const std::uint64_t size = checked_size(reader, object, id, type);
      reader.take(object, size, H5Tget_size(type));
      std::vector<char> values(size * H5Tget_size(type));
      if (size > 0) H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    });
  }
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

hid_t open_dataset(const Hdf5Reader& reader, hid_t file, const std::string& name) {
  if (!reader.has(name)) reader.fail(name, "is missing");
  Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset.valid()) reader.fail(name, "cannot be opened as an array");
  expect_known_storage(reader, name, dataset);
  return dataset.release();
}

Hdf5Reader::Hdf5Reader(std::string path) : path_(std::move(path)) {
  start_hdf5();
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path_, error);
  if (!std::filesystem::exists(status)) throw InputError(path_, "no such file", "check the path");
  if (!std::filesystem::is_regular_file(status)) {
    throw InputError(path_, std::filesystem::is_directory(status) ? "is a folder" : "is a pipe or device",
                     "give a file");
  }
  const OpenFile own(path_);
  if (own.file < 0) {
    throw InputError(path_, fmt::format("cannot be read ({})", std::strerror(errno)), "check its permissions");
  }
  size_ = std::filesystem::file_size(path_, error);
  left_ = kFreeBytes + kMostTimes * size_;
  has_checksum_ = has_right_checksum(own.file, path_);
  // By what was checked, whatever has the name meanwhile.
  const auto open = [&] {
    file_ = H5Fopen(fmt::format("/proc/self/fd/{}", own.file).c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    return file_ >= 0;
  };
  constexpr std::uint64_t kBytesASecond = std::uint64_t{1} << 21U;
  // HDF5 takes as much again while it unpacks.
  const bool survives = has_checksum_ || try_reading(path_, 2 * left_, 1 + size_ / kBytesASecond, [&] {
                          if (!open()) return false;
                          look_at(*this, file_, "/");
                          return H5Fclose(file_) >= 0;
                        });
  if (survives) open();
  if (file_ < 0 && ::flock(own.file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw InputError(path_, "is locked by another program that writes it", "wait until that has ended");
  }
  if (file_ < 0) throw InputError(path_, "not a readable HDF5 file (or truncated)", "write it again with this program");
  haddr_t end = 0;
  if (has_checksum_ || H5Fget_eoa(file_, &end) < 0) return;
  try {
    refuse_broken_checksum(own.file, end, path_);
  } catch (...) {
    H5Fclose(file_);
    throw;
  }
}

Hdf5Reader::~Hdf5Reader() {
  if (file_ >= 0) H5Fclose(file_);
}

void Hdf5Reader::fail(const std::string& object, const std::string& what) const {
  refuse(object, what, "the file is damaged or of another kind; write it again");
}

void Hdf5Reader::refuse(const std::string& object, const std::string& what, const std::string& cure) const {
  throw InputError(fmt::format("{}:/{}", path_, object), what, cure);
}

void Hdf5Reader::take(const std::string& object, std::uint64_t count, std::uint64_t bytes) const {
  if (bytes > 0 && count > left_ / bytes) {
    refuse(object, fmt::format("is more, unpacked, than a file of {} bytes is trusted with", size_),
           "unpack the file: h5repack -f NONE");
  }
  left_ -= count * bytes;
}

bool Hdf5Reader::has(const std::string& name) const {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = name.find('/', end + 1);
    if (!is_there(*this, file_, name.substr(0, end))) return false;
  }
  return true;
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
  const std::uint64_t size = checked_numbers<T>(*this, name, dataset);
  take(name, size, sizeof(T));
  std::vector<T> values(size);
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

std::string Hdf5Reader::string(const std::string& name) const {
  auto values = strings(name);
  if (values.size() != 1) fail(name, "does not hold one string");
  return std::move(values.front());
}

bool Hdf5Reader::has_attribute(const std::string& object, const std::string& name) const {
  return (object == "/" || has(object)) && H5Aexists_by_name(file_, object.c_str(), name.c_str(), H5P_DEFAULT) > 0;
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
  if (H5Tget_class(type) != wanted || H5Sget_simple_extent_npoints(space) != 1) {
    reader.fail(place, "has another type than expected");
  }
  expect_known_type(reader, place, type);
  reader.take(place, 1, H5Tget_size(type));
  if (!read(attribute, type)) reader.fail(place, "cannot be read");
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
    auto values = read_strings(type, 1, [&](hid_t as, void* to) { return H5Aread(attribute, as, to) >= 0; });
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
    throw Unlisted(fmt::format("{}:/{}", path_, group), "cannot be listed", kWriteItAnew);
  }
  return names;
}

}  // namespace gsrgnn
