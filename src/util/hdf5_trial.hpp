#pragma once

/// HDF5 (1.10) crashes on some damaged files, writes where it may not, or comes to no end. So what nobody vouches for
/// is first read by a process of its own.

#include <cstdint>
#include <functional>
#include <string>

namespace gsrgnn {

/// What `read` returns in a child process, which may take `bytes` of memory beyond what is taken now, and so many
/// seconds of a processor and 60 times as many in all; false when it throws. Throws InputError at `path` when the
/// child dies.
bool try_reading(const std::string& path, std::uint64_t bytes, std::uint64_t seconds,
                 const std::function<bool()>& read);

}  // namespace gsrgnn
