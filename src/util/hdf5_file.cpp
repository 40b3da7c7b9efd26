#include <fcntl.h>
#include <hdf5.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/hdf5_file.hpp>
#include <gsrgnn/util/machine.hpp>
#include <map>
#include <optional>
#include <utility>

namespace gsrgnn {
namespace {

/// Owns an HDF5 identifier of any class.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  operator hid_t() const { return id_; }
  bool valid() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

template <class T>
hid_t native_type();
template <>
hid_t native_type<float>() {
  return H5T_NATIVE_FLOAT;
}
template <>
hid_t native_type<double>() {
  return H5T_NATIVE_DOUBLE;
}
template <>
hid_t native_type<std::int32_t>() {
  return H5T_NATIVE_INT32;
}
template <>
hid_t native_type<std::int64_t>() {
  return H5T_NATIVE_INT64;
}
template <>
hid_t native_type<std::uint8_t>() {
  return H5T_NATIVE_UINT8;
}

/// HDF5 prints a stack trace for every failed call unless told not to; our errors are one line.
void silence() {
  // HDF5 would lock each file that it opens, and fail where the file system has no locks. Ours need none: a file is
  // written under another name and then renamed.
  ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0);
  H5dont_atexit();  // which crashes on a file that could not be closed, as on a full disk; we close our files ourselves
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

/// Strings are stored with one length: HDF5 keeps those of various lengths in a heap without checksums, and a damaged
/// heap crashes the library (1.10).
hid_t string_type(std::size_t length) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, length);
  H5Tset_strpad(type, length == H5T_VARIABLE ? H5T_STR_NULLTERM : H5T_STR_NULLPAD);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

/// Groups without time stamps; `parent` is the class of properties, of a group or of a file (its root group).
hid_t group_properties(hid_t parent) {
  const hid_t properties = H5Pcreate(parent);
  H5Pset_obj_track_times(properties, 0);
  return properties;
}

[[noreturn]] void fail_write(const std::string& path, const std::string& what) {
  throw InputError(path, fmt::format("cannot write {}", what),
                   "check that the folder is writable and the disk not full");
}

}  // namespace

void start_hdf5() {
  silence();
  H5open();
}

// ---- writing
// ---------------------------------------------------------------------------------------------------------

Hdf5Writer::Hdf5Writer(std::string path) : path_(std::move(path)), temporary_(temporary_path(path_)) {
  silence();
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
    fail_write(path_, "the file");
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

void Hdf5Writer::make_groups(const std::string& name) {
  for (std::size_t end = name.find('/'); end != std::string::npos; end = name.find('/', end + 1)) {
    const std::string parent = name.substr(0, end);
    if (H5Lexists(file_, parent.c_str(), H5P_DEFAULT) <= 0) group(parent);
  }
}

namespace {

/// A new dataset without time stamps.
hid_t create_dataset(hid_t file, const std::string& name, hid_t type, hid_t space) {
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties, 0);
  return H5Dcreate2(file, name.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
}

/// Creates a dataset and writes it.
void write_dataset(hid_t file, const std::string& path, const std::string& name, hid_t type, hid_t space,
                   const void* data) {
  const Handle dataset(create_dataset(file, name, type, space), H5Dclose);
  if (!dataset.valid() || (data != nullptr && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)) {
    fail_write(path, fmt::format("/{}", name));
  }
}

}  // namespace

template <class T>
void Hdf5Writer::array(const std::string& name, const T* data, const Shape& shape) {
  std::vector<hsize_t> dims(shape.begin(), shape.end());
  const Handle space(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), H5Sclose);
  const bool empty = std::any_of(shape.begin(), shape.end(), [](std::uint64_t n) { return n == 0; });
  make_groups(name);
  write_dataset(file_, path_, name, native_type<T>(), space, empty ? nullptr : data);
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
  if (!good) fail_write(path_, fmt::format("/{}", name));
}

void Hdf5Writer::strings(const std::string& name, const std::vector<std::string>& values) {
  std::size_t length = 1;
  for (const auto& value : values) length = std::max(length, value.size());
  std::string packed(values.size() * length, '\0');
  for (std::size_t i = 0; i < values.size(); ++i) values[i].copy(&packed[i * length], length);
  const hsize_t size = values.size();
  const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose);
  const Handle type(string_type(length), H5Tclose);
  make_groups(name);
  write_dataset(file_, path_, name, type, space, values.empty() ? nullptr : packed.data());
}

void Hdf5Writer::string(const std::string& name, const std::string& value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle type(string_type(std::max<std::size_t>(1, value.size())), H5Tclose);
  make_groups(name);
  write_dataset(file_, path_, name, type, space, value.c_str());
}

namespace {

void write_attribute(hid_t file, const std::string& path, const std::string& object, const std::string& name,
                     hid_t type, const void* data) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle attribute(
      H5Acreate_by_name(file, object.c_str(), name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  if (!attribute.valid() || H5Awrite(attribute, type, data) < 0) {
    fail_write(path, fmt::format("the attribute {} of {}", name, object));
  }
}

}  // namespace

void Hdf5Writer::attribute(const std::string& object, const std::string& name, const std::string& value) {
  const Handle type(string_type(std::max<std::size_t>(1, value.size())), H5Tclose);
  write_attribute(file_, path_, object, name, type, value.c_str());
}

void Hdf5Writer::attribute(const std::string& object, const std::string& name, std::int64_t value) {
  write_attribute(file_, path_, object, name, H5T_NATIVE_INT64, &value);
}

void Hdf5Writer::attribute(const std::string& object, const std::string& name, double value) {
  write_attribute(file_, path_, object, name, H5T_NATIVE_DOUBLE, &value);
}

void Hdf5Writer::group(const std::string& name) {
  make_groups(name);
  const Handle properties(group_properties(H5P_GROUP_CREATE), H5Pclose);
  const Handle group(H5Gcreate2(file_, name.c_str(), H5P_DEFAULT, properties, H5P_DEFAULT), H5Gclose);
  if (!group.valid()) fail_write(path_, fmt::format("/{}", name));
}

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
  make_groups(name);
  write_dataset(file_, path_, name, *layout.type, space, rows == 0 ? nullptr : packed.data());
}

void Hdf5Writer::copy(const Hdf5Reader& from, const std::string& object, const std::string& name) {
  if (!from.has(object)) from.fail(object, "is missing");
  make_groups(name);
  if (H5Ocopy(from.file_, object.c_str(), file_, name.c_str(), H5P_DEFAULT, H5P_DEFAULT) < 0) {
    fail_write(path_, fmt::format("/{}, a copy of {}:/{}", name, from.path(), object));
  }
}

bool Hdf5Writer::close() {
  const bool flushed = H5Fflush(file_, H5F_SCOPE_GLOBAL) >= 0;
  return H5Fclose(std::exchange(file_, -1)) >= 0 && flushed;
}

void Hdf5Writer::commit() {
  if (!close() || std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    discard();
    fail_write(path_, "the file");
  }
}

void Hdf5Writer::commit_to_disk(const std::string& keep_as) {
  if (!close() || !sync_to_disk(temporary_) || (std::rename(path_.c_str(), keep_as.c_str()) != 0 && errno != ENOENT) ||
      std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    discard();
    fail_write(path_, "the file");
  }
  const auto folder = std::filesystem::path(path_).parent_path();
  sync_to_disk(folder.empty() ? "." : folder.string());
}

bool sync_to_disk(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool good = ::fsync(file) == 0 || errno == EINVAL;  // EINVAL: there is no disk behind it
  ::close(file);
  return good;
}

void check_writable(const std::string& path) {
  const Hdf5Writer never_committed(path);
}

void refuse_overwrite(const std::string& output, const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    std::error_code absent;
    if (std::filesystem::equivalent(output, input, absent)) {
      throw InputError(output, "is read by this command, and would be overwritten", "give the output another name");
    }
  }
}

// ---- reading
// ---------------------------------------------------------------------------------------------------------

Hdf5Reader::Hdf5Reader(std::string path) : path_(std::move(path)) {
  silence();
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

namespace {

hid_t open_dataset(const Hdf5Reader& reader, hid_t file, const std::string& name) {
  if (!reader.has(name)) reader.fail(name, "is missing");
  const hid_t id = H5Dopen2(file, name.c_str(), H5P_DEFAULT);
  if (id < 0) reader.fail(name, "cannot be opened as an array");
  return id;
}

Shape shape_of(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose);
  std::vector<hsize_t> dims(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space))));
  if (!dims.empty()) H5Sget_simple_extent_dims(space, dims.data(), nullptr);
  return Shape(dims.begin(), dims.end());
}

/// A damaged header may announce any size: nothing is allocated that the stored bytes do not back.
std::uint64_t checked_size(const Hdf5Reader& reader, const std::string& name, hid_t dataset, hid_t type) {
  std::uint64_t size = 1;
  for (const std::uint64_t extent : shape_of(dataset)) {
    if (extent != 0 && size > (std::uint64_t{1} << 40U) / extent) reader.fail(name, "announces an impossible size");
    size *= extent;
  }
  if (size * H5Tget_size(type) > H5Dget_storage_size(dataset)) reader.fail(name, "is shorter than its announced size");
  return size;
}

}  // namespace

Shape Hdf5Reader::shape(const std::string& name) const {
  return shape_of(Handle(open_dataset(*this, file_, name), H5Dclose));
}

namespace {

/// The number of elements of a dataset of integers, or of floating-point numbers, as T is one.
template <class T>
std::uint64_t checked_numbers(const Hdf5Reader& reader, const std::string& name, hid_t dataset) {
  const Handle type(H5Dget_type(dataset), H5Tclose);
  const H5T_class_t wanted = std::is_integral_v<T> ? H5T_INTEGER : H5T_FLOAT;
  if (H5Tget_class(type) != wanted) {
    reader.fail(name, std::is_integral_v<T> ? "does not hold integers" : "does not hold floating-point numbers");
  }
  return checked_size(reader, name, dataset, type);
}

}  // namespace

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
  std::vector<std::string> values;
  if (size == 0) return values;
  if (H5Tis_variable_str(stored) > 0) {  // written by another program
    std::vector<char*> pointers(size, nullptr);
    const Handle type(string_type(H5T_VARIABLE), H5Tclose);
    if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()) < 0) fail(name, "cannot be read");
    for (const char* pointer : pointers) values.emplace_back(pointer != nullptr ? pointer : "");
    const Handle space(H5Dget_space(dataset), H5Sclose);
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
    return values;
  }
  const std::size_t length = H5Tget_size(stored);
  std::string packed(size * length, '\0');
  const Handle type(string_type(length), H5Tclose);
  if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, packed.data()) < 0) fail(name, "cannot be read");
  for (std::size_t i = 0; i < size; ++i) values.emplace_back(packed.substr(i * length, length).c_str());
  return values;
}

std::string Hdf5Reader::string(const std::string& name) const {
  auto values = strings(name);
  if (values.size() != 1) fail(name, "does not hold one string");
  return std::move(values.front());
}

std::vector<Hdf5Column> Hdf5Reader::table(const std::string& name) const {
  const Handle dataset(open_dataset(*this, file_, name), H5Dclose);
  const Handle stored(H5Dget_type(dataset), H5Tclose);
  if (H5Tget_class(stored) != H5T_COMPOUND) fail(name, "does not hold a table");
  const std::size_t rows = checked_size(*this, name, dataset, stored);
  std::vector<Hdf5Column> columns;
  std::vector<std::size_t> text_sizes;
  for (int c = 0; c < H5Tget_nmembers(stored); ++c) {
    const auto member = static_cast<unsigned>(c);
    char* const text = H5Tget_member_name(stored, member);
    Hdf5Column column{text != nullptr ? text : "", {}};
    H5free_memory(text);
    const Handle type(H5Tget_member_type(stored, member), H5Tclose);
    const H5T_class_t kind = H5Tget_class(type);
    if (kind == H5T_INTEGER) {
      column.values = std::vector<std::int64_t>(rows);
    } else if (kind == H5T_FLOAT) {
      column.values = std::vector<double>(rows);
    } else if (kind == H5T_STRING && H5Tis_variable_str(type) == 0) {
      column.values = std::vector<std::string>(rows);
    } else {
      fail(name, fmt::format("has a column '{}' that holds neither numbers nor strings of fixed length", column.name));
    }
    columns.push_back(std::move(column));
    text_sizes.push_back(H5Tget_size(type));
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

}  // namespace

std::string Hdf5Reader::attribute_string(const std::string& object, const std::string& name) const {
  std::string value;
  read_attribute(*this, file_, object, name, H5T_STRING, [&](hid_t attribute, hid_t type) {
    if (H5Tis_variable_str(type) > 0) {  // written by another program
      char* pointer = nullptr;
      const Handle memory(string_type(H5T_VARIABLE), H5Tclose);
      if (H5Aread(attribute, memory, &pointer) < 0 || pointer == nullptr) return false;
      value = pointer;
      H5free_memory(pointer);
      return true;
    }
    std::string packed(H5Tget_size(type), '\0');
    const Handle memory(string_type(packed.size()), H5Tclose);
    if (H5Aread(attribute, memory, packed.data()) < 0) return false;
    value = packed.c_str();
    return true;
  });
  return value;
}

std::int64_t Hdf5Reader::attribute_int(const std::string& object, const std::string& name) const {
  std::int64_t value = 0;
  read_attribute(*this, file_, object, name, H5T_INTEGER,
                 [&](hid_t attribute, hid_t) { return H5Aread(attribute, H5T_NATIVE_INT64, &value) >= 0; });
  return value;
}

double Hdf5Reader::attribute_double(const std::string& object, const std::string& name) const {
  double value = 0;
  read_attribute(*this, file_, object, name, H5T_FLOAT,
                 [&](hid_t attribute, hid_t) { return H5Aread(attribute, H5T_NATIVE_DOUBLE, &value) >= 0; });
  return value;
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
