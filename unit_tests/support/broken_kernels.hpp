#pragma once

/// What tests of kernels that are broken on purpose share.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <gsrgnn/util/views.hpp>

#include "support/device/lanes.hpp"
#include "support/emulated_device.hpp"

namespace gsrgnn::testing {

/// Views each of an allocation of its own, so that what lies beyond one is nobody's.
class Allocations {
 public:
  template <class View, class... Extents>
  View make(Extents... extents) {
    const std::size_t bytes = View::required_allocation_size(static_cast<std::size_t>(extents)...);
    all_.emplace_back("gsrgnn::test", bytes);
    return View(reinterpret_cast<typename View::pointer_type>(all_.back().data()),
                static_cast<std::size_t>(extents)...);
  }
  template <class View, class T, class... Extents>
  View make_from(const std::vector<T>& values, Extents... extents) {
    const View view = make<View>(extents...);
    upload(EmulatedDevice(), view, values);
    return view;
  }

 private:
  std::vector<Kokkos::View<unsigned char*, Device<EmulatedDevice>>> all_;
};

/// A kernel, which gives its result, and its breaks; Break::nothing is none.
template <class Break>
struct BreakableKernel {
  std::vector<double> (*run)(Break);
  Break first, last;
};

/// Expects that every break is noticed, by the device or by a wrong result, in every order of lanes; and that nothing
/// is where nothing is broken.
template <class Break>
void expect_all_noticed(const std::vector<BreakableKernel<Break>>& kernels) {
  int breaks = 0, by_device = 0, by_result = 0;
  for (const device::Order order : {device::Order::ascending, device::Order::descending, device::Order::random}) {
    const device::InOrder in_order(order);
    for (const auto& kernel : kernels) {
      const auto right = kernel.run(Break::nothing);
      EXPECT_EQ(kernel.run(Break::nothing), right);
      for (auto number = static_cast<int>(kernel.first); number <= static_cast<int>(kernel.last); ++number) {
        ++breaks;
        try {
          const bool wrong = kernel.run(static_cast<Break>(number)) != right;
          EXPECT_TRUE(wrong) << "break number " << number;
          by_result += wrong ? 1 : 0;
        } catch (const device::Fault& fault) {
          EXPECT_NE(std::string(fault.what()).find("gsrgnn::test::"), std::string::npos) << fault.what();
          ++by_device;
        }
      }
    }
  }
  fmt::print("{} breaks in 3 orders: the device noticed {}, a wrong result {}\n", breaks / 3, by_device, by_result);
}

}  // namespace gsrgnn::testing
