#pragma once

/// Planned memory: every View of a training or prediction is taken from one allocation. The same constructors run
/// twice, first on a measuring arena (which only counts, so a plan costs nothing) and then on a real one of exactly the
/// size that was counted: planned and allocated bytes cannot differ.

#include <cstddef>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

template <class Exec>
class Arena {
 public:
  /// Counts only; the Views it gives have shapes but no memory.
  Arena() = default;
  /// Allocates `bytes` of device memory, set to zero.
  explicit Arena(std::size_t bytes) : memory_("gsrgnn::arena", bytes), capacity_(bytes) {}

  bool measuring() const { return capacity_ == 0; }
  std::size_t used() const { return used_; }

  /// A View of the given extents, aligned for the widest vector load. Aborts when the arena is exhausted: the caller
  /// measured with other sizes than it now takes.
  template <class View, class... Extents>
  View take(Extents... extents) {
    // Not View::required_allocation_size: that of Kokkos 3.4 multiplies in 32 bits.
    const std::size_t bytes = (static_cast<std::size_t>(extents) * ... * sizeof(typename View::value_type));
    std::byte* const data = measuring() ? nullptr : memory_.data() + used_;
    used_ += (bytes + kAlignment - 1) / kAlignment * kAlignment;
    if (!measuring() && used_ > capacity_) Kokkos::abort("gsrgnn::Arena: more taken than was measured");
    return View(reinterpret_cast<typename View::pointer_type>(data), static_cast<std::size_t>(extents)...);
  }

  /// Begins anew: what is taken from now on shares its memory with what was taken before. Only one at a time can be
  /// used, and finds there what the other left.
  void rewind() { used_ = 0; }

 private:
  static constexpr std::size_t kAlignment = 256;
  Kokkos::View<std::byte*, Kokkos::LayoutRight, Device<Exec>> memory_;
  std::size_t capacity_ = 0, used_ = 0;
};

}  // namespace gsrgnn
