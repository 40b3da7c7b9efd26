#pragma once

/// What reader, writer and tables share of HDF5's C interface.

#include <hdf5.h>

#include <gsrgnn/util/hdf5_file.hpp>
#include <type_traits>

namespace gsrgnn {

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
/// heap crashes the library (1.10).
hid_t string_type(std::size_t length);

hid_t open_dataset(const Hdf5Reader& reader, hid_t file, const std::string& name);
/// The number of elements. A damaged header may announce any: nothing is allocated that the stored bytes do not back.
std::uint64_t checked_size(const Hdf5Reader& reader, const std::string& name, hid_t dataset, hid_t type);

}  // namespace gsrgnn
