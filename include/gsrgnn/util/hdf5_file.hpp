#pragma once

/// HDF5, wrapped once: whole files with a checksum, typed arrays with their shapes, and errors that name the file and
/// the object. Objects carry no time stamps, so equal content gives equal bytes.
///
/// A file of ours ends, behind what HDF5 knows, with a line "gsrgnn checksum BYTES HASH", and is read only when its
/// bytes fit that. Other tools pass over the line, and drop it when they change or rewrite the file: without it a file
/// is read as far as it makes sense. Nobody is trusted: links, values in other files, strings of variable length and
/// filters other than deflate, shuffle and fletcher32 are refused, and what is read of a file takes no more than 64 MiB
/// and 32 times its size. A process of its own reads, for HDF5 crashes on some files that are damaged or made to.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace gsrgnn {

using Shape = std::vector<std::uint64_t>;

/// A column of a table: one value a row, all of one type.
struct Hdf5Column {
  std::string name;
  std::variant<std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>> values;
};

class Hdf5Process;  // that reads
/// Starts the library and the process that reads. Without it the first file does, which is too late once MPI runs: a
/// parallel HDF5 would then close itself in MPI_Finalize, and that crashes (1.10) when a file could not be closed, as
/// for want of memory; and not all networks like a copy of a process that they serve.
void start_hdf5();

/// An HDF5 file being made, in memory; commit() writes it (util/write_file.hpp), and before nothing on the disk is
/// touched. Intermediate groups of a path are made as needed.
/// Element types: float, double, int32_t, int64_t, uint8_t. Throws InputError when the file cannot be written.
class Hdf5Writer {
 public:
  explicit Hdf5Writer(std::string path);
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  template <class T>
  void array(const std::string& name, const T* data, const Shape& shape);
  template <class T>
  void array(const std::string& name, const std::vector<T>& data) {
    array(name, data.data(), Shape{data.size()});
  }
  /// A list that is nowhere else in memory as a whole: `part` gives its values from `first` on, as many as it likes.
  void array(const std::string& name, std::uint64_t size,
             const std::function<std::vector<float>(std::uint64_t first)>& part);
  void strings(const std::string& name, const std::vector<std::string>& values);
  void string(const std::string& name, const std::string& value);  ///< a scalar dataset
  /// Many strings without zero bytes, of any lengths, in few bytes: one after the other with a zero byte between them,
  /// deflated. There is one at least.
  void names(const std::string& name, const std::vector<std::string>& values);
  /// An attribute of an existing object ("/" for the file).
  void attribute(const std::string& object, const std::string& name, const std::string& value);
  void attribute(const std::string& object, const std::string& name, std::int64_t value);
  void attribute(const std::string& object, const std::string& name, double value);
  void group(const std::string& name);
  /// One compound dataset, a row an element, which h5py reads as a structured array. Columns are of one length; strings
  /// take that of the longest of their column.
  void table(const std::string& name, const std::vector<Hdf5Column>& columns);

  /// Writes the file. What had the name before is kept as `keep_as`, unless that is "".
  void commit(const std::string& keep_as = "");

 private:
  void make_groups(const std::string& name);
  void write(const std::string& name, std::int64_t type, std::int64_t space, const void* data);
  void write_attribute(const std::string& object, const std::string& name, std::int64_t type, const void* data);
  [[noreturn]] void fail(const std::string& what) const;

  std::string path_;
  std::int64_t file_ = -1;
};

/// An HDF5 file being read. Every read throws InputError with file, object and what is wrong with it.
class Hdf5Reader {
 public:
  explicit Hdf5Reader(std::string path);
  Hdf5Reader(const Hdf5Reader&) = delete;
  Hdf5Reader& operator=(const Hdf5Reader&) = delete;

  const std::string& path() const { return path_; }
  /// Whether it is as this program wrote it: a file that another tool made or changed has no checksum.
  bool has_checksum() const { return has_checksum_; }
  bool has(const std::string& name) const;
  Shape shape(const std::string& name) const;
  /// Reads the whole array, converted to T (integers to integers, floats to floats, never across).
  template <class T>
  std::vector<T> array(const std::string& name) const;
  /// Elements first .. first + count - 1 of a list.
  std::vector<float> part(const std::string& name, std::uint64_t first, std::uint64_t count) const;
  std::vector<std::string> strings(const std::string& name) const;
  std::string string(const std::string& name) const;
  /// What Hdf5Writer::names() wrote, which must be `count` strings.
  std::vector<std::string> names(const std::string& name, std::uint64_t count) const;
  /// The columns of a compound dataset of integers, floats and strings of fixed length, in their stored order.
  std::vector<Hdf5Column> table(const std::string& name) const;
  std::string attribute_string(const std::string& object, const std::string& name) const;
  std::int64_t attribute_int(const std::string& object, const std::string& name) const;
  double attribute_double(const std::string& object, const std::string& name) const;
  bool has_attribute(const std::string& object, const std::string& name) const;
  /// Names of the members of a group, sorted.
  std::vector<std::string> members(const std::string& group) const;

  /// The file is damaged or of another kind.
  [[noreturn]] void fail(const std::string& object, const std::string& what) const;
  [[noreturn]] void refuse(const std::string& object, const std::string& what, const std::string& cure) const;

 private:
  /// Open while this lives.
  struct File {
    explicit File(const std::string& path);
    ~File();
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int descriptor = -1;
  };
  /// What the process that reads has open, until this ends.
  struct Opened {
    Opened() = default;
    ~Opened();
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;
    std::shared_ptr<Hdf5Process> by;
    std::uint64_t number = 0;  // among the files that were opened
    std::uint64_t end = 0;     // where HDF5 says that the file ends
  };
  template <class Call>
  auto surviving(const Call& call) const;
  template <class Result, auto method, class... Arguments>
  Result ask(const Arguments&... arguments) const;

  std::string path_;
  File file_;
  bool has_checksum_ = false;
  std::uint64_t size_ = 0;  // bytes
  mutable Opened opened_;
};

}  // namespace gsrgnn
