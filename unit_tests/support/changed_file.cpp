#include "support/changed_file.hpp"

#include <gtest/gtest.h>
#include <hdf5.h>

namespace gsrgnn::testing {
namespace {

template <class Change>
void change_file(const std::string& path, const Change& change) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  ASSERT_GE(file, 0) << path;
  change(file);
  ASSERT_GE(H5Fclose(file), 0) << path;
}

}  // namespace

void remove_object(const std::string& path, const std::string& object) {
  change_file(path, [&](hid_t file) { ASSERT_GE(H5Ldelete(file, object.c_str(), H5P_DEFAULT), 0) << object; });
}

void change_attribute(const std::string& path, const std::string& name, std::string text) {
  change_file(path, [&](hid_t file) {
    const hid_t attribute = H5Aopen(file, name.c_str(), H5P_DEFAULT), type = H5Aget_type(attribute);
    ASSERT_LE(text.size(), H5Tget_size(type)) << name;
    text.resize(H5Tget_size(type));
    ASSERT_GE(H5Awrite(attribute, type, text.data()), 0) << name;
    H5Tclose(type);
    H5Aclose(attribute);
  });
}

}  // namespace gsrgnn::testing
