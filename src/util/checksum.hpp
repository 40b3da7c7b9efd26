#pragma once

/// The checksum of what is in a file of ours, which stands behind all else in it: a line of text with the number of
/// bytes before it and their Fingerprint. HDF5 does not look behind the end that its header tells, and who changes or
/// rewrites a file with another tool drops the line: a file without it is not of this program any more, one that does
/// not fit it is damaged.

#include <cstdint>
#include <string>
#include <string_view>

namespace gsrgnn {

/// The line for these bytes.
std::string checksum_line(std::string_view bytes);

/// Whether an open file ends with a checksum line. Throws InputError at `path` when the bytes before it are others than
/// those that it was made of, or cannot be read.
bool has_right_checksum(int file, const std::string& path);
/// Throws InputError when what is behind the end of the contents is a remainder of a checksum line.
void refuse_broken_checksum(int file, std::uint64_t end, const std::string& path);

}  // namespace gsrgnn
