#pragma once

/// HDF5 files of this program that another changes, whereby they lose their checksum.

#include <string>

namespace gsrgnn::testing {

void remove_object(const std::string& path, const std::string& object);
/// Gives an attribute of the file another text, of at most so many letters as it has room for.
void change_attribute(const std::string& path, const std::string& name, std::string text);

}  // namespace gsrgnn::testing
