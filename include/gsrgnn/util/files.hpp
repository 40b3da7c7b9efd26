#pragma once

/// Files whatever is in them: read and written whole, and kept from each other.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gsrgnn {

/// A name beside the path for a file until it is whole: PATH.HOST-PID-NUMBER.partial. No process of a cluster, in
/// whatever container, has another's.
std::string temporary_path(const std::string& path);

/// What is in a file, a pipe too; nothing when it cannot be read.
std::optional<std::string> read_text_file(const std::string& path);
/// The bytes of a file. Throws InputError when it is missing, no plain file, unreadable or larger than `most` bytes.
std::string read_whole_file(const std::string& path, std::uint64_t most);
/// Writes a small file whole or not at all, and returns whether it is written.
bool write_text_file(const std::string& path, std::string_view text);
/// Likewise, whatever is in it, in a folder that is made when it is missing. Throws InputError when it cannot be
/// written.
void write_whole_file(const std::string& path, std::string_view bytes);

/// Waits until a file or folder is on the disk, and returns whether it is.
bool sync_to_disk(const std::string& path);

/// Throws InputError when the output is one of the files that are read for it, by whatever path.
void refuse_overwrite(const std::string& output, const std::vector<std::string>& inputs);

}  // namespace gsrgnn
