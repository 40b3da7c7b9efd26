#include "support/device/execution_space.hpp"

#include <cstring>

#include "support/device/lanes.hpp"
#include "support/device/memory.hpp"
#include "support/device/shadow.hpp"

namespace gsrgnn::testing {
namespace {

Kokkos::Tools::SpaceHandle handle() {
  return Kokkos::Tools::make_space_handle(EmulatedMemory::name());
}

}  // namespace

void* EmulatedMemory::allocate(const char* label, std::size_t bytes, std::size_t told) const {
  void* const data = device::Memory::instance().allocate(label, bytes);
  if (Kokkos::Tools::profileLibraryLoaded()) Kokkos::Tools::allocateData(handle(), label, data, told);
  return data;
}

void EmulatedMemory::deallocate(const char* label, void* data, std::size_t told) const {
  if (Kokkos::Tools::profileLibraryLoaded()) Kokkos::Tools::deallocateData(handle(), label, data, told);
  device::Memory::instance().deallocate(data);
}

EmulatedDevice::EmulatedDevice() {
  namespace Tools = Kokkos::Tools::Experimental;
  if (Tools::get_callbacks().begin_parallel_for != nullptr) return;
  Tools::set_begin_parallel_for_callback(
      [](const char* label, std::uint32_t /*device*/, std::uint64_t* /*id*/) { device::name_kernel(label); });
}

namespace device {

void copy(void* to, const void* from, std::size_t bytes) {
  const Memory::Open open;
  std::memmove(to, from, bytes);
  const auto address = reinterpret_cast<std::uintptr_t>(to);
  if (Memory::instance().holds(address)) device_shadow().written_by_host(address, bytes);
}

}  // namespace device

}  // namespace gsrgnn::testing
