#pragma once

/// Files whatever is in them: read whole, and kept from each other. They are written by util/write_file.hpp.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gsrgnn {

/// What is in a file, a pipe too; nothing when it cannot be read.
std::optional<std::string> read_text_file(const std::string& path);
/// The bytes of a file. Throws InputError when it is missing, no plain file, unreadable or larger than `most` bytes.
std::string read_whole_file(const std::string& path, std::uint64_t most);

/// Throws InputError when the output is one of the files that are read for it, by whatever path.
void refuse_overwrite(const std::string& output, const std::vector<std::string>& inputs);

}  // namespace gsrgnn
