#pragma once

/// A GPU for tests, on one thread of the host and with a memory of its own that the host may not touch: an execution
/// space as Kokkos 3.4 wants one. What it runs has to be compiled with -fsanitize=thread (accesses.cpp).

#include <Kokkos_Core.hpp>
#include <iosfwd>
#include <string>

namespace gsrgnn::testing {

class EmulatedDevice;

class EmulatedMemory {
 public:
  using memory_space = EmulatedMemory;
  using execution_space = EmulatedDevice;
  using size_type = unsigned int;
  using device_type = Kokkos::Device<EmulatedDevice, EmulatedMemory>;
  static constexpr const char* name() { return "EmulatedMemory"; }
  /// Of which `told` are told to tools.
  void* allocate(const char* label, std::size_t bytes, std::size_t told) const;
  void deallocate(const char* label, void* data, std::size_t told) const;
};

class EmulatedDevice {
 public:
  using execution_space = EmulatedDevice;
  using memory_space = EmulatedMemory;
  using size_type = unsigned int;
  using device_type = Kokkos::Device<EmulatedDevice, EmulatedMemory>;
  using array_layout = Kokkos::LayoutLeft;
  using scratch_memory_space = Kokkos::ScratchMemorySpace<EmulatedDevice>;

  /// Has Kokkos tell the labels of kernels, unless it tells them to another.
  EmulatedDevice();
  static int in_parallel() { return 0; }
  static bool impl_is_initialized() { return true; }
  static void impl_static_fence() {}
  void fence() const {}
  static int concurrency() { return 84 * 1536; }
  std::uint32_t impl_instance_id() const noexcept { return 0; }
  static const char* name() { return "EmulatedDevice"; }
};

namespace device {
/// From anywhere to anywhere.
void copy(void* to, const void* from, std::size_t bytes);
}  // namespace device

}  // namespace gsrgnn::testing

namespace Kokkos {
namespace Tools::Experimental {
template <>
struct DeviceTypeTraits<gsrgnn::testing::EmulatedDevice> {
  static constexpr DeviceType id = DeviceType::Cuda;
};
}  // namespace Tools::Experimental

namespace Impl {

// Kernels are functions of the host, so that for Kokkos it may reach their memory; the pages say that it may not.
template <>
struct MemorySpaceAccess<HostSpace, gsrgnn::testing::EmulatedMemory> {
  enum : bool { assignable = false, accessible = true, deepcopy = true };
};
template <>
struct MemorySpaceAccess<gsrgnn::testing::EmulatedMemory, HostSpace> {
  enum : bool { assignable = false, accessible = false, deepcopy = true };
};
template <>
struct MemorySpaceAccess<gsrgnn::testing::EmulatedMemory, ScratchMemorySpace<gsrgnn::testing::EmulatedDevice>> {
  enum : bool { assignable = false, accessible = true, deepcopy = false };
};

struct EmulatedDeepCopy {
  EmulatedDeepCopy(void* to, const void* from, std::size_t bytes) { gsrgnn::testing::device::copy(to, from, bytes); }
  template <class Exec>
  EmulatedDeepCopy(const Exec&, void* to, const void* from, std::size_t bytes) : EmulatedDeepCopy(to, from, bytes) {}
};
template <class Exec>
struct DeepCopy<gsrgnn::testing::EmulatedMemory, gsrgnn::testing::EmulatedMemory, Exec> : EmulatedDeepCopy {
  using EmulatedDeepCopy::EmulatedDeepCopy;
};
template <class Exec>
struct DeepCopy<gsrgnn::testing::EmulatedMemory, HostSpace, Exec> : EmulatedDeepCopy {
  using EmulatedDeepCopy::EmulatedDeepCopy;
};
template <class Exec>
struct DeepCopy<HostSpace, gsrgnn::testing::EmulatedMemory, Exec> : EmulatedDeepCopy {
  using EmulatedDeepCopy::EmulatedDeepCopy;
};

/// An allocation: 128 bytes that are Kokkos' own, which the device has too, and the View's. The label is kept where the
/// host can read it.
template <>
class SharedAllocationRecord<gsrgnn::testing::EmulatedMemory, void>
    : public SharedAllocationRecordCommon<gsrgnn::testing::EmulatedMemory> {
  using Base = SharedAllocationRecordCommon<gsrgnn::testing::EmulatedMemory>;
  using Memory = gsrgnn::testing::EmulatedMemory;
  friend Base;

 public:
  static SharedAllocationRecord* allocate(const Memory& memory, const std::string& label, std::size_t bytes) {
    return new SharedAllocationRecord(memory, label, bytes);
  }
  std::string get_label() const override { return label_; }

 protected:
  SharedAllocationRecord(const Memory& memory, const std::string& label, std::size_t bytes,
                         function_type destroy = &Base::deallocate)
      : Base(static_cast<SharedAllocationHeader*>(
                 memory.allocate(label.c_str(), sizeof(SharedAllocationHeader) + bytes, bytes)),
             sizeof(SharedAllocationHeader) + bytes, destroy),
        label_(label) {}
  ~SharedAllocationRecord() override { Memory().deallocate(label_.c_str(), m_alloc_ptr, size()); }

 private:
  std::string label_;
};

}  // namespace Impl
}  // namespace Kokkos

// Kokkos' own templates of allocations, for this memory.
#include <impl/Kokkos_SharedAlloc_timpl.hpp>
