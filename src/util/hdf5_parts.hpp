#pragma once

/// What contents, writer and tables share of HDF5's C interface.

#include <hdf5.h>

#include <type_traits>
#include <utility>

#include "util/hdf5_contents.hpp"

namespace gsrgnn {

/// What is wrong with a file that lacks what it should hold, or holds something else in its place.
constexpr const char* kDamagedOrOther = "the file is damaged or of another kind; write it again";

/// The bytes of memory that are trusted to what is read of a file of so many.
constexpr std::uint64_t hdf5_trust(std::uint64_t size) {
  return (std::uint64_t{1} << 26U) + 32 * size;
}

/// Starts HDF5's library in this process.
void open_hdf5();

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
  /// Whether it was closed without a fault: HDF5 writes small arrays only then.
  bool close_checked() { return close_(std::exchange(id_, -1)) >= 0; }
  /// Gives it to the caller to close.
  hid_t release() { return std::exchange(id_, -1); }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// How an element type lies in this machine's memory.
template <class T>
hid_t native_type() {
  if constexpr (std::is_same_v<T, float>) return H5T_NATIVE_FLOAT;
  if constexpr (std::is_same_v<T, double>) return H5T_NATIVE_DOUBLE;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_NATIVE_INT32;
  if constexpr (std::is_same_v<T, std::int64_t>) return H5T_NATIVE_INT64;
  if constexpr (std::is_same_v<T, std::uint8_t>) return H5T_NATIVE_UINT8;
}

/// Strings are stored with one length: HDF5 keeps those of various lengths in a heap without checksums, and a damaged
/// heap crashes the library (1.10). It does not read ASCII as UTF-8, though that is what it is.
hid_t string_type(std::size_t length, H5T_cset_t characters = H5T_CSET_UTF8);

Shape shape_of(hid_t dataset);
hid_t open_dataset(const Hdf5Contents& contents, hid_t file, const std::string& name);

// What a file from elsewhere may not hold, for HDF5 would read other files for it, hang or crash (hdf5_untrusted.cpp).

/// Whether there is an object of that name in a group that is there. Refuses to follow a link to another, or to another
/// file, and an array whose values are in other files.
bool is_there(const Hdf5Contents& contents, hid_t file, const std::string& name);
/// Refuses an array whose values are those of other arrays, or packed in other ways than everybody has.
void expect_known_storage(const Hdf5Contents& contents, const std::string& name, hid_t dataset);
/// Refuses types other than numbers as machines have them, strings of one length, and tables of these.
void expect_known_type(const Hdf5Contents& contents, const std::string& name, hid_t type);
/// The number of elements, all of which are there. A damaged header may announce any: none that the stored bytes, when
/// unpacked, do not back.
std::uint64_t checked_size(const Hdf5Contents& contents, const std::string& name, hid_t dataset, hid_t type);

}  // namespace gsrgnn
