#pragma once

/// What an HDF5 file holds, as HDF5 reads it, here and now: only for the process that may die of it
/// (util/hdf5_process.hpp). Hdf5Reader documents the calls; each throws InputError with file and object.

#include <hdf5.h>

#include <cstdint>
#include <gsrgnn/util/hdf5_file.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

class Hdf5Contents {
 public:
  /// The open file `descriptor` of `size` bytes, which messages call `path`.
  Hdf5Contents(std::string path, int descriptor, std::uint64_t size);
  ~Hdf5Contents();
  Hdf5Contents(const Hdf5Contents&) = delete;
  Hdf5Contents& operator=(const Hdf5Contents&) = delete;

  /// Where HDF5 says that the file ends; nothing that is read lies behind.
  std::uint64_t end() const { return end_; }

  bool has(const std::string& name) const;
  Shape shape(const std::string& name) const;
  template <class T>
  std::vector<T> array(const std::string& name) const;
  std::vector<float> part(const std::string& name, std::uint64_t first, std::uint64_t count) const;
  std::vector<std::string> strings(const std::string& name) const;
  std::vector<std::string> names(const std::string& name, std::uint64_t count) const;
  std::vector<Hdf5Column> table(const std::string& name) const;
  std::string attribute_string(const std::string& object, const std::string& name) const;
  std::int64_t attribute_int(const std::string& object, const std::string& name) const;
  double attribute_double(const std::string& object, const std::string& name) const;
  bool has_attribute(const std::string& object, const std::string& name) const;
  std::vector<std::string> members(const std::string& group) const;

  std::uint64_t size() const { return size_; }  ///< bytes of the file
  /// Throws when memory for so many elements of so many bytes, with all that was taken before, is more than the file
  /// is trusted with.
  void take(const std::string& object, std::uint64_t count, std::uint64_t bytes) const;
  /// The file is damaged or of another kind.
  [[noreturn]] void fail(const std::string& object, const std::string& what) const;
  [[noreturn]] void refuse(const std::string& object, const std::string& what, const std::string& cure) const;

 private:
  std::string path_;
  std::uint64_t size_;
  mutable std::uint64_t left_;  // of the memory that it is trusted with
  hid_t file_;
  haddr_t end_ = 0;
};

}  // namespace gsrgnn
