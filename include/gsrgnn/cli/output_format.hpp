#pragma once

/// What a command writes follows from how the file is called.

#include <string>
#include <vector>

namespace gsrgnn::cli {

enum class OutputFormat { hdf5, csv, png, tcl };

/// The format of a file by the end of its name, which must be one of those that the command writes there. Throws
/// InputError otherwise.
OutputFormat output_format(const std::string& path, const std::vector<OutputFormat>& possible);

}  // namespace gsrgnn::cli
