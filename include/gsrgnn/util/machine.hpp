#pragma once

/// Where this process runs.

#include <cstdint>
#include <string>

namespace gsrgnn {

std::string host_name();
/// The device of Kokkos' default execution space: "host", or the number and name of a GPU.
std::string device_name();
/// Bytes that a model can hope for: of a GPU all of its memory, of a host what is free now. 0: unknown.
std::int64_t device_memory();

}  // namespace gsrgnn
