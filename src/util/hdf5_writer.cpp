#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>
#include <utility>

#include "util/hdf5_parts.hpp"

namespace gsrgnn {
namespace {

/// Groups without time stamps; `parent` is the class of properties, of a group or of a file (its root group).
hid_t group_properties(hid_t parent) {
  const hid_t properties = H5Pcreate(parent);
  H5Pset_obj_track_times(properties, 0);
  return properties;
}

/// A new dataset without time stamps.
hid_t create_dataset(hid_t file, const std::string& name, hid_t type, hid_t space) {
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties, 0);
  return H5Dcreate2(file, name.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
}

}  // namespace

void Hdf5Writer::fail(const std::string& what) const {
  throw InputError(path_, fmt::format("cannot write {}", what),
                   "check that the folder is writable and the disk not full");
}

Hdf5Writer::Hdf5Writer(std::string path) : path_(std::move(path)), temporary_(temporary_path(path_)) {
  start_hdf5();
  std::error_code error;
  if (std::filesystem::is_directory(path_, error)) {
    throw InputError(path_, "is a folder", "give the name of the file to write");
  }
  const auto folder = std::filesystem::path(path_).parent_path();
  for (auto parent = folder; !parent.empty() && !std::filesystem::exists(parent, error);
       parent = parent.parent_path()) {
    made_folder_ = parent.string();
  }
  // The format of HDF5 1.8: its metadata has checksums, so that damage is noticed before it is believed.
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
  const Handle creation(group_properties(H5P_FILE_CREATE), H5Pclose);
  // Again, for another writer that only tried the place may remove its folder at any moment.
  const int most = folder.empty() ? 1 : 100;
  for (int tries = 0; file_ < 0 && tries < most; ++tries) {
    if (!folder.empty()) std::filesystem::create_directories(folder, error);
    file_ = H5Fcreate(temporary_.c_str(), H5F_ACC_TRUNC, creation, access);
  }
  if (file_ < 0) {
    discard();
    fail("the file");
  }
}

Hdf5Writer::~Hdf5Writer() {
  if (file_ < 0) return;
  H5Fclose(file_);
  discard();
}

/// Removes the temporary file and the folders made for it, as far as they are empty.
void Hdf5Writer::discard() {
  std::remove(temporary_.c_str());
  if (made_folder_.empty()) return;
  std::error_code error;
  for (auto folder = std::filesystem::path(path_).parent_path(); std::filesystem::remove(folder, error);
       folder = folder.parent_path()) {
    if (folder == made_folder_) break;
  }
}

/// Creates a dataset and writes it, unless there is no data.
void Hdf5Writer::write(const std::string& name, std::int64_t type, std::int64_t space, const void* data) {
  make_groups(name);
  const Handle dataset(create_dataset(file_, name, type, space), H5Dclose);
  if (!dataset.valid() || (data != nullptr && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)) {
    fail(fmt::format("/{}", name));
  }
}

void Hdf5Writer::make_groups(const std::string& name) {
  for (std::size_t end = name.find('/'); end != std::string::npos; end = name.find('/', end + 1)) {
    const std::string parent = name.substr(0, end);
    if (H5Lexists(file_, parent.c_str(), H5P_DEFAULT) <= 0) group(parent);
  }
}

template <class T>
void Hdf5Writer::array(const std::string& name, const T* data, const Shape& shape) {
  std::vector<hsize_t> dims(shape.begin(), shape.end());
  const Handle space(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), H5Sclose);
  const bool empty = std::any_of(shape.begin(), shape.end(), [](std::uint64_t n) { return n == 0; });
  write(name, native_type<T>(), space, empty ? nullptr : data);
}

template void Hdf5Writer::array(const std::string&, const float*, const Shape&);
template void Hdf5Writer::array(const std::string&, const double*, const Shape&);
template void Hdf5Writer::array(const std::string&, const std::int32_t*, const Shape&);
template void Hdf5Writer::array(const std::string&, const std::int64_t*, const Shape&);
template void Hdf5Writer::array(const std::string&, const std::uint8_t*, const Shape&);

void Hdf5Writer::array(const std::string& name, std::uint64_t size,
                       const std::function<std::vector<float>(std::uint64_t first)>& part) {
  const hsize_t all = size;
  const Handle space(H5Screate_simple(1, &all, nullptr), H5Sclose);
  make_groups(name);
  const Handle dataset(create_dataset(file_, name, H5T_NATIVE_FLOAT, space), H5Dclose);
  bool good = dataset.valid();
  for (hsize_t first = 0; good && first < all;) {
    const std::vector<float> values = part(first);
    const hsize_t count = values.size();
    const Handle of_part(H5Screate_simple(1, &count, nullptr), H5Sclose);
    good = count > 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, nullptr, &count, nullptr) >= 0 &&
           H5Dwrite(dataset, H5T_NATIVE_FLOAT, of_part, space, H5P_DEFAULT, values.data()) >= 0;
    first += count;
  }
  if (!good) fail(fmt::format("/{}", name));
}

void Hdf5Writer::strings(const std::string& name, const std::vector<std::string>& values) {
  std::size_t length = 1;
  for (const auto& value : values) length = std::max(length, value.size());
  std::string packed(values.size() * length, '\0');
  for (std::size_t i = 0; i < values.size(); ++i) values[i].copy(&packed[i * length], length);
  const hsize_t size = values.size();
  const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose);
  const Handle type(string_type(length), H5Tclose);
  write(name, type, space, values.empty() ? nullptr : packed.data());
}

void Hdf5Writer::string(const std::string& name, const std::string& value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle type(string_type(std::max<std::size_t>(1, value.size())), H5Tclose);
  write(name, type, space, value.c_str());
}

void Hdf5Writer::write_attribute(const std::string& object, const std::string& name, std::int64_t type,
                                 const void* data) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle attribute(
      H5Acreate_by_name(file_, object.c_str(), name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  if (!attribute.valid() || H5Awrite(attribute, type, data) < 0) {
    fail(fmt::format("the attribute {} of {}", name, object));
  }
}

void Hdf5Writer::attribute(const std::string& object, const std::string& name, const std::string& value) {
  const Handle type(string_type(std::max<std::size_t>(1, value.size())), H5Tclose);
  write_attribute(object, name, type, value.c_str());
}

void Hdf5Writer::attribute(const std::string& object, const std::string& name, std::int64_t value) {
  write_attribute(object, name, H5T_NATIVE_INT64, &value);
}

void Hdf5Writer::attribute(const std::string& object, const std::string& name, double value) {
  write_attribute(object, name, H5T_NATIVE_DOUBLE, &value);
}

void Hdf5Writer::group(const std::string& name) {
  make_groups(name);
  const Handle properties(group_properties(H5P_GROUP_CREATE), H5Pclose);
  const Handle group(H5Gcreate2(file_, name.c_str(), H5P_DEFAULT, properties, H5P_DEFAULT), H5Gclose);
  if (!group.valid()) fail(fmt::format("/{}", name));
}

void Hdf5Writer::copy(const Hdf5Reader& from, const std::string& object, const std::string& name) {
  if (!from.has(object)) from.fail(object, "is missing");
  make_groups(name);
  if (H5Ocopy(from.file_, object.c_str(), file_, name.c_str(), H5P_DEFAULT, H5P_DEFAULT) < 0) {
    fail(fmt::format("/{}, a copy of {}:/{}", name, from.path(), object));
  }
}

bool Hdf5Writer::close() {
  const bool flushed = H5Fflush(file_, H5F_SCOPE_GLOBAL) >= 0;
  return H5Fclose(std::exchange(file_, -1)) >= 0 && flushed;
}

void Hdf5Writer::publish(bool closed) {
  if (closed && std::rename(temporary_.c_str(), path_.c_str()) == 0) return;
  discard();
  fail("the file");
}

void Hdf5Writer::commit() {
  publish(close());
}

void Hdf5Writer::commit_to_disk(const std::string& keep_as) {
  publish(close() && sync_to_disk(temporary_) && (std::rename(path_.c_str(), keep_as.c_str()) == 0 || errno == ENOENT));
  const auto folder = std::filesystem::path(path_).parent_path();
  sync_to_disk(folder.empty() ? "." : folder.string());
}

void check_writable(const std::string& path) {
  const Hdf5Writer never_committed(path);
}

}  // namespace gsrgnn
