#include <algorithm>
#include <cstdlib>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/write_file.hpp>
#include <utility>

#include "util/checksum.hpp"
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

void open_hdf5() {
  // HDF5 would lock each file that it opens, and fail where the file system has no locks. Ours need none: a file is
  // written under another name and then renamed.
  ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0);
  H5dont_atexit();  // which crashes on a file that could not be closed, as on a full disk; we close our files ourselves
  // It prints a stack trace for every failed call unless told not to; our errors are one line.
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5open();
}

void Hdf5Writer::fail(const std::string& what) const {
  throw InputError(path_, fmt::format("cannot write {}", what),
                   "check that the folder is writable and the disk not full");
}

Hdf5Writer::Hdf5Writer(std::string path) : path_(std::move(path)) {
  open_hdf5();
  // The format of HDF5 1.8: its metadata has checksums, so that damage is noticed before it is believed.
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
  // In memory, for HDF5 does not tell of all faults of a disk, and crashes at some (1.10).
  constexpr std::size_t kGrowth = std::size_t{1} << 20U;
  H5Pset_fapl_core(access, kGrowth, false);
  const Handle creation(group_properties(H5P_FILE_CREATE), H5Pclose);
  // A name of its own: HDF5 takes two files in memory of one name for the same.
  file_ = H5Fcreate(temporary_path(path_).c_str(), H5F_ACC_TRUNC, creation, access);
  if (file_ < 0) fail("the file");
}

Hdf5Writer::~Hdf5Writer() {
  if (file_ >= 0) H5Fclose(file_);
}

/// Creates a dataset and writes it, unless there is no data.
void Hdf5Writer::write(const std::string& name, std::int64_t type, std::int64_t space, const void* data) {
  make_groups(name);
  Handle dataset(create_dataset(file_, name, type, space), H5Dclose);
  if (!dataset.valid() || (data != nullptr && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) ||
      !dataset.close_checked()) {
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
  Handle dataset(create_dataset(file_, name, H5T_NATIVE_FLOAT, space), H5Dclose);
  bool good = dataset.valid();
  for (hsize_t first = 0; good && first < all;) {
    const std::vector<float> values = part(first);
    const hsize_t count = values.size();
    const Handle of_part(H5Screate_simple(1, &count, nullptr), H5Sclose);
    good = count > 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, nullptr, &count, nullptr) >= 0 &&
           H5Dwrite(dataset, H5T_NATIVE_FLOAT, of_part, space, H5P_DEFAULT, values.data()) >= 0;
    first += count;
  }
  if (!good || !dataset.close_checked()) fail(fmt::format("/{}", name));
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
  Handle attribute(
      H5Acreate_by_name(file_, object.c_str(), name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  if (!attribute.valid() || H5Awrite(attribute, type, data) < 0 || !attribute.close_checked()) {
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

void Hdf5Writer::commit(const std::string& keep_as) {
  void* memory = nullptr;  // to the pointer to the file's first byte
  const bool whole = H5Fflush(file_, H5F_SCOPE_GLOBAL) >= 0 && H5Fget_vfd_handle(file_, H5P_DEFAULT, &memory) >= 0;
  const auto size = whole ? H5Fget_file_image(file_, nullptr, 0) : -1;
  if (size < 0) fail("the file");
  const std::string_view bytes(*static_cast<char**>(memory), static_cast<std::size_t>(size));
  write_file(path_, {bytes, checksum_line(bytes)}, keep_as);
  H5Fclose(std::exchange(file_, -1));
}

}  // namespace gsrgnn
