#include <fmt/format.h>
#include <unistd.h>

#include <Kokkos_Core.hpp>
#include <array>
#include <fstream>
#include <gsrgnn/util/machine.hpp>

namespace gsrgnn {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown host";
}

#ifdef KOKKOS_ENABLE_CUDA

std::string device_name() {
  const Kokkos::Cuda cuda;
  return fmt::format("GPU {} ({})", cuda.cuda_device(), cuda.cuda_device_prop().name);
}

std::int64_t device_memory() {
  return static_cast<std::int64_t>(Kokkos::Cuda().cuda_device_prop().totalGlobalMem);
}

#else

std::string device_name() {
  return "host";
}

std::int64_t device_memory() {
  std::ifstream file("/proc/meminfo");
  std::string key, unit;
  for (std::int64_t kilobytes = 0; file >> key >> kilobytes && std::getline(file, unit);) {
    if (key == "MemAvailable:") return kilobytes * 1024;
  }
  return 0;
}

#endif

}  // namespace gsrgnn
