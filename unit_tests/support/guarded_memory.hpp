#pragma once

/// Device memory for tests of kernels. Every View lies between two guards, checked at the end, and starts out with all
/// bits set: NaN in floating point, -1 in integers. What a kernel forgets to write, or reads beyond the end, shows.

#include <gtest/gtest.h>

#include <algorithm>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn::testing {

template <class Exec>
class GuardedMemory {
 public:
  explicit GuardedMemory(const Exec& space) : space_(space) {}
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;
  ~GuardedMemory() {
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      const auto bytes = download(space_, blocks_[b]);
      const auto untouched = [](unsigned char byte) { return byte == kFill; };
      EXPECT_TRUE(std::all_of(bytes.begin(), bytes.begin() + kGuard, untouched))
          << "something was written before the first element of View number " << b;
      EXPECT_TRUE(std::all_of(bytes.end() - kGuard, bytes.end(), untouched))
          << "something was written behind the last element of View number " << b;
    }
  }

  /// A View whose elements are NaN or -1.
  template <class View, class... Extents>
  View make(Extents... extents) {
    const std::size_t bytes = View::required_allocation_size(static_cast<std::size_t>(extents)...);
    blocks_.emplace_back("gsrgnn::test", bytes + 2 * kGuard);
    const auto& block = blocks_.back();
    upload(space_, block, std::vector<unsigned char>(block.size(), kFill));
    return View(reinterpret_cast<typename View::pointer_type>(block.data() + kGuard),
                static_cast<std::size_t>(extents)...);
  }

  /// A View of the given values, row-major, converted to its element type.
  template <class View, class T, class... Extents>
  View make_from(const std::vector<T>& values, Extents... extents) {
    const View view = make<View>(extents...);
    upload(space_, view, std::vector<typename View::non_const_value_type>(values.begin(), values.end()));
    return view;
  }

 private:
  static constexpr std::ptrdiff_t kGuard = 256;
  static constexpr unsigned char kFill = 0xff;
  Exec space_;
  std::vector<Kokkos::View<unsigned char*, Kokkos::LayoutRight, Device<Exec>>> blocks_;
};

}  // namespace gsrgnn::testing
