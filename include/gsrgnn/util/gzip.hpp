#pragma once

/// Files that gzip has packed.

#include <string>
#include <string_view>

namespace gsrgnn {

/// Whether the bytes begin as a gzip file does.
bool is_gzip(std::string_view bytes);

/// What is packed in a gzip file (RFC 1952), of all its members. Throws InputError at `place` when it is damaged, cut
/// off, or would unpack to more than `most` bytes.
std::string gunzip(std::string_view packed, const std::string& place, std::size_t most);

}  // namespace gsrgnn
