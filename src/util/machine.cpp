#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <gsrgnn/util/machine.hpp>
#include <optional>

namespace gsrgnn {
namespace {

/// The number after a word of a file, or of a file that is one number. Nothing where there is none.
std::optional<std::int64_t> number_in(const std::filesystem::path& path, const std::string& word = "") {
  std::ifstream file(path);
  std::int64_t number = 0;
  if (word.empty()) return file >> number ? std::optional(number) : std::nullopt;
  for (std::string key, rest; file >> key >> number && std::getline(file, rest);) {
    if (key == word) return number;
  }
  return std::nullopt;
}

/// As the two versions of control groups name things.
struct GroupFiles {
  const char *folder, *limit, *used, *reclaimable;
};
constexpr GroupFiles kVersion2 = {"sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"};
constexpr GroupFiles kVersion1 = {"sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
                                  "total_inactive_file"};

/// What a control group and those around it leave of `bytes`. A group without a limit has "max", or no such file; in a
/// container the process's own group may be at the root of what is seen.
std::int64_t least_of_groups(const std::filesystem::path& root, const GroupFiles& files, const std::string& group,
                             std::int64_t bytes) {
  const std::filesystem::path top = root / files.folder;
  for (std::filesystem::path inner = std::filesystem::path(group).relative_path();; inner = inner.parent_path()) {
    const auto limit = number_in(top / inner / files.limit), used = number_in(top / inner / files.used);
    if (limit && used) {
      // Cached files count as used, and are given up when memory is asked for.
      const std::int64_t cached = number_in(top / inner / "memory.stat", files.reclaimable).value_or(0);
      bytes = std::min(bytes, std::max<std::int64_t>(*limit - *used + cached, 1));
    }
    if (inner.empty()) return bytes;
  }
}

}  // namespace

std::int64_t free_host_memory(const std::string& root) {
  const std::filesystem::path top = root + "/";
  std::int64_t bytes = number_in(top / "proc/meminfo", "MemAvailable:").value_or(0) * 1024;
  if (bytes == 0) return 0;
  std::ifstream groups(top / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // "0::/GROUP", "NUMBER:CONTROLLERS:/GROUP"
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string group = line.substr(second + 1);
    if (controllers == ",,") bytes = least_of_groups(top, kVersion2, group, bytes);
    if (controllers.find(",memory,") != std::string::npos) bytes = least_of_groups(top, kVersion1, group, bytes);
  }
  return bytes;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown host";
}

int usable_cores() {
  cpu_set_t cores;
  return ::sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
}

std::int64_t process_peak() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

#ifdef KOKKOS_ENABLE_CUDA

std::string device_name() {
  const Kokkos::Cuda cuda;
  return fmt::format("GPU {} ({})", cuda.cuda_device(), cuda.cuda_device_prop().name);
}

std::string device_place() {
  const auto& p = Kokkos::Cuda().cuda_device_prop();
  return fmt::format("{} GPU {:x}:{:x}:{:x}", host_name(), p.pciDomainID, p.pciBusID, p.pciDeviceID);
}

std::int64_t free_device_memory() {
  constexpr std::int64_t kBeside = std::int64_t{1} << 29U;
  std::size_t free = 0, total = 0;
  if (cudaMemGetInfo(&free, &total) != cudaSuccess) return 0;
  return std::max<std::int64_t>(static_cast<std::int64_t>(free) - kBeside, 1);
}

#else

std::string device_name() {
  return "host";
}

std::string device_place() {
  return host_name();
}

std::int64_t free_device_memory() {
  return free_host_memory();
}

#endif

}  // namespace gsrgnn
