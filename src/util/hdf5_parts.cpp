#include <cstdlib>

#include "util/hdf5_parts.hpp"

namespace gsrgnn {

void set_up_hdf5() {
  // HDF5 would lock each file that it opens, and fail where the file system has no locks. Ours need none: a file is
  // written under another name and then renamed.
  ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0);
  H5dont_atexit();  // which crashes on a file that could not be closed, as on a full disk; we close our files ourselves
  // It prints a stack trace for every failed call unless told not to; our errors are one line.
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

void start_hdf5() {
  set_up_hdf5();
  H5open();
}

hid_t string_type(std::size_t length) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, length);
  H5Tset_strpad(type, length == H5T_VARIABLE ? H5T_STR_NULLTERM : H5T_STR_NULLPAD);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

}  // namespace gsrgnn
