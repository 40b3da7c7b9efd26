#pragma once

/// Planned memory: every View of a training or prediction is taken from one allocation. The same constructors run
/// twice, first on a measuring arena (which only counts, so a plan costs nothing) and then on a real one of exactly the
/// size that was counted: planned and allocated bytes cannot differ.

#include <array>
#include <cstddef>
#include <gsrgnn/util/large_pages.hpp>
#include <gsrgnn/util/views.hpp>
#include <string>
#include <type_traits>

namespace gsrgnn {

/// What memory is taken for, so that a plan can say where the bytes go.
enum class MemoryPart {
  graph,        ///< pins or edges
  cells,        ///< features, types, labels, parts of the split
  parameters,   ///< the model
  adam,         ///< the two moments of every parameter
  best,         ///< the parameters of the best epoch so far
  gradient,     ///< of one block's parameters
  activations,  ///< what every layer keeps for backward
  embedding,    ///< of the cells, and its gradient
  dropout,      ///< masks
  workspace,    ///< all that is shared by the layers, and overwritten by each
};
constexpr std::size_t kMemoryParts = 10;

template <class Exec>
class Arena {
 public:
  /// Counts only; the Views it gives have shapes but no memory.
  Arena() = default;
  /// Allocates `bytes` of device memory, set to zero.
  explicit Arena(std::size_t bytes) : memory_(allocate(bytes)), capacity_(bytes) {}

  bool measuring() const { return capacity_ == 0; }
  std::size_t used() const { return used_; }
  std::size_t used(MemoryPart part) const { return by_part_[static_cast<std::size_t>(part)]; }

  /// A View of the given extents, aligned for the widest vector load. Aborts when the arena is exhausted: the caller
  /// measured with other sizes than it now takes.
  template <class View, class... Extents>
  View take(MemoryPart part, Extents... extents) {
    // Not View::required_allocation_size: that of Kokkos 3.4 multiplies in 32 bits.
    const std::size_t bytes = (static_cast<std::size_t>(extents) * ... * sizeof(typename View::value_type));
    std::byte* const data = measuring() ? nullptr : memory_.data() + used_;
    const std::size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    used_ += rounded;
    by_part_[static_cast<std::size_t>(part)] += rounded;
    if (!measuring() && used_ > capacity_) Kokkos::abort("gsrgnn::Arena: more taken than was measured");
    return View(reinterpret_cast<typename View::pointer_type>(data), static_cast<std::size_t>(extents)...);
  }
  template <class View, class... Extents>
  View take(Extents... extents) {
    return take<View>(MemoryPart::workspace, extents...);
  }

  /// The same memory from its beginning: what is taken from there shares it with what was taken here. Only one of the
  /// two can be used at a time, and finds what the other left.
  Arena anew() const {
    Arena arena = *this;
    arena.used_ = 0;
    arena.by_part_ = {};
    return arena;
  }

 private:
  static constexpr std::size_t kAlignment = 256;
  using Memory = Kokkos::View<std::byte*, Kokkos::LayoutRight, Device<Exec>>;
  static Memory allocate(std::size_t bytes) {
    const std::string label = "gsrgnn::arena";
    if constexpr (std::is_same_v<typename Exec::memory_space, Kokkos::HostSpace>) {
      const Memory memory(Kokkos::view_alloc(label, Kokkos::WithoutInitializing), bytes);
      ask_for_large_pages(memory.data(), bytes);
      Kokkos::deep_copy(memory, std::byte{0});
      return memory;
    } else {
      return Memory(label, bytes);
    }
  }

  Memory memory_;
  std::size_t capacity_ = 0, used_ = 0;
  std::array<std::size_t, kMemoryParts> by_part_{};
};

template <class View, class Exec, class... Extents>
View take(Arena<Exec>& arena, Extents... extents) {
  return arena.template take<View>(extents...);
}

}  // namespace gsrgnn
