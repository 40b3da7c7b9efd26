#pragma once

/// Keeps host code out of device memory on a host too, where nothing else would: the pages of every View of ours are
/// shut, and open only while the device works, which is in kernels, deep copies and calls of the BLAS. Host code that
/// touches one at another time dies at once, as it would on a GPU. Counts the copies between host and device as well.

#include <sys/mman.h>
#include <unistd.h>

#include <Kokkos_Core.hpp>
#include <cstdint>
#include <gsrgnn/kernels/tuning.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace gsrgnn::testing {

/// One at a time. Device memory is what is allocated with a label of ours while it lives; the pages at either end of an
/// allocation, which it may share, stay open. On a GPU it only counts.
class HostKeptOut {
 public:
  struct Copies {
    std::int64_t count = 0, bytes = 0;
  };

  HostKeptOut() {
    namespace Tools = Kokkos::Tools::Experimental;
    state() = State();
    before_ = Tools::get_callbacks();
    Tools::set_allocate_data_callback(on_allocation);
    Tools::set_deallocate_data_callback(on_deallocation);
    Tools::set_begin_parallel_for_callback(on_kernel);
    Tools::set_end_parallel_for_callback(on_kernel_end);
    Tools::set_begin_deep_copy_callback(on_copy);
    Tools::set_end_deep_copy_callback(shut);
    Tools::set_push_region_callback(on_region);
    Tools::set_pop_region_callback(on_region_end);
  }
  HostKeptOut(const HostKeptOut&) = delete;
  HostKeptOut& operator=(const HostKeptOut&) = delete;
  ~HostKeptOut() {
    Kokkos::Tools::Experimental::set_callbacks(before_);
    for (const auto& [first, bytes] : state().device) protect(first, bytes, PROT_READ | PROT_WRITE);
  }

  /// So far: labels of kernels, copies from host to device and from device to host.
  const std::set<std::string>& kernels() const { return state().kernels; }
  Copies to_device() const { return state().to_device; }
  Copies to_host() const { return state().to_host; }

 private:
  // Callbacks are plain functions, hence the static state.
  struct State {
    std::map<std::uintptr_t, std::size_t> device;  // first byte and size of each allocation
    int open = 0;                                  // what the device is at: kernels within copies within ...
    std::vector<bool> region_is_blas;
    std::set<std::string> kernels;
    Copies to_device, to_host;
  };
  static State& state() {
    static State state;
    return state;
  }

  static constexpr std::uintptr_t kHeader = 256;  // at least what Kokkos keeps before the first element

  static void protect(std::uintptr_t first, std::size_t bytes, int access) {
    if (!Tuning<Kokkos::DefaultExecutionSpace>::kHost) return;
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const std::uintptr_t from = (first + kHeader + page - 1) / page * page, to = (first + bytes) / page * page;
    if (from < to && mprotect(reinterpret_cast<void*>(from), to - from, access) != 0) {
      Kokkos::abort("gsrgnn::testing::HostKeptOut: mprotect failed");
    }
  }
  static void protect_all(int access) {
    for (const auto& [first, bytes] : state().device) protect(first, bytes, access);
  }
  static void open() {
    if (state().open++ == 0) protect_all(PROT_READ | PROT_WRITE);
  }
  static void shut() {
    if (--state().open == 0) protect_all(PROT_NONE);
  }

  static bool is_device(const void* data) {
    const auto at = reinterpret_cast<std::uintptr_t>(data);
    const auto next = state().device.upper_bound(at);
    return next != state().device.begin() && at < std::prev(next)->first + std::prev(next)->second;
  }

  static void on_allocation(Kokkos::Tools::SpaceHandle /*space*/, const char* label, const void* data,
                            const std::uint64_t bytes) {
    if (std::string(label).rfind("gsrgnn::", 0) != 0) return;
    const auto first = reinterpret_cast<std::uintptr_t>(data);
    state().device[first] = bytes;
    if (state().open == 0) protect(first, bytes, PROT_NONE);
  }
  static void on_deallocation(Kokkos::Tools::SpaceHandle /*space*/, const char* /*label*/, const void* data,
                              const std::uint64_t /*bytes*/) {
    const auto found = state().device.find(reinterpret_cast<std::uintptr_t>(data));
    if (found == state().device.end()) return;
    protect(found->first, found->second, PROT_READ | PROT_WRITE);
    state().device.erase(found);
  }
  static void on_kernel(const char* label, const std::uint32_t /*device*/, std::uint64_t* /*id*/) {
    state().kernels.insert(label);
    open();
  }
  static void on_kernel_end(std::uint64_t /*id*/) { shut(); }
  static void on_copy(Kokkos::Tools::SpaceHandle /*to_space*/, const char* /*to_label*/, const void* to,
                      Kokkos::Tools::SpaceHandle /*from_space*/, const char* from_label, const void* from,
                      std::uint64_t bytes) {
    const bool is_fill = std::string(from_label) == "Scalar";
    if (bytes > 0 && !is_fill && is_device(to) != is_device(from)) {
      Copies& copies = is_device(to) ? state().to_device : state().to_host;
      ++copies.count;
      copies.bytes += static_cast<std::int64_t>(bytes);
    }
    open();
  }
  static void on_region(const char* label) {
    state().region_is_blas.push_back(std::string(label).rfind("KokkosBlas::", 0) == 0);
    if (state().region_is_blas.back()) open();
  }
  static void on_region_end() {
    if (state().region_is_blas.back()) shut();
    state().region_is_blas.pop_back();
  }

  Kokkos::Tools::Experimental::EventSet before_;
};

}  // namespace gsrgnn::testing
