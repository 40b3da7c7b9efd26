#pragma once

/// HDF5 files as other tools make them: in its oldest format, which has no checksums, and with whatever it can do.

#include <hdf5.h>

#include <string>
#include <vector>

namespace gsrgnn::testing {

class ForeignFile {
 public:
  explicit ForeignFile(const std::string& path)
      : file_(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {}
  ~ForeignFile() {
    H5Fclose(file_);
    for (const hid_t type : types_) H5Tclose(type);
  }
  ForeignFile(const ForeignFile&) = delete;
  ForeignFile& operator=(const ForeignFile&) = delete;

  operator hid_t() const { return file_; }

  hid_t own(hid_t type) {
    types_.push_back(type);
    return type;
  }
  /// Strings of the length, or of any: H5T_VARIABLE.
  hid_t strings(std::size_t length, H5T_cset_t characters = H5T_CSET_ASCII, H5T_str_t padding = H5T_STR_NULLPAD) {
    const hid_t type = own(H5Tcopy(H5T_C_S1));
    H5Tset_size(type, length);
    H5Tset_cset(type, characters);
    H5Tset_strpad(type, padding);
    return type;
  }

  /// A list; `set` sets its properties.
  template <class Set>
  void list(const std::string& name, hid_t type, hid_t of_data, hsize_t size, const void* data, const Set& set) {
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, &size, nullptr);
    set(properties);
    const hid_t list = H5Dcreate2(file_, name.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    if (data != nullptr) H5Dwrite(list, of_data, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    H5Dclose(list);
    H5Sclose(space);
    H5Pclose(properties);
  }
  void list(const std::string& name, hid_t type, hid_t of_data, hsize_t size, const void* data) {
    list(name, type, of_data, size, data, [](hid_t) {});
  }
  /// Bytes of a packed chunk as they are, at the list's element `first`.
  void chunk(const std::string& name, hsize_t first, const std::vector<unsigned char>& bytes) {
    const hid_t list = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
    H5Dwrite_chunk(list, H5P_DEFAULT, 0, &first, bytes.size(), bytes.data());
    H5Dclose(list);
  }
  void attribute(const std::string& name, hid_t type, const void* data) {
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute = H5Acreate2(file_, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, data);
    H5Aclose(attribute);
    H5Sclose(space);
  }

 private:
  hid_t file_;
  std::vector<hid_t> types_;
};

}  // namespace gsrgnn::testing
