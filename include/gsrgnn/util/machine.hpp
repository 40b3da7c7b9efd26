#pragma once

/// Where this process runs, and what memory there is.

#include <cstdint>
#include <string>

namespace gsrgnn {

std::string host_name();
/// Of the host, that this process may run on: by its affinity, as a batch system or `taskset` sets it.
int usable_cores();
/// The device of Kokkos' default execution space: "host", or the number and name of a GPU.
std::string device_name();
/// Whose memory the device's is: equal for processes that share it, of the whole cluster.
std::string device_place();
/// Bytes of the device's memory that are free now; of a host, to this process; of a GPU, less half a GiB that the
/// CUDA libraries, code and scratch of kernels take beside what is planned. 0: unknown.
std::int64_t free_device_memory();
/// The same of the host: what the system can give without swapping, or less where a control group (of a batch system,
/// of a container) allows less. `root` stands before /proc and /sys.
std::int64_t free_host_memory(const std::string& root = "");
/// Bytes of the host's memory that this process has had at most.
std::int64_t process_peak();

}  // namespace gsrgnn
