// Sums by whole multiples of 2^-44: right to their unit, and the same in any order.

#include <gtest/gtest.h>

#include <algorithm>
#include <gsrgnn/kernels/fixed_sum.hpp>
#include <limits>

#include "support/execution_spaces.hpp"
#include "support/guarded_memory.hpp"
#include "support/small_circuits.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

template <class Exec>
class FixedSum : public ::testing::Test {};
TYPED_TEST_SUITE(FixedSum, ExecutionSpaces);

constexpr int kSize = 1003, kFirst = 17, kCount = 600, kParts = 9;

/// The sum of the parts in the order given, in the middle of a longer one; and whether a part was beyond.
template <class Exec>
std::pair<std::vector<float>, bool> sum_in_order(const std::vector<std::vector<float>>& parts,
                                                 const std::vector<std::size_t>& order) {
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto value = memory.template make<Vector<float, Exec>>(kSize);
  const auto sum = memory.template make_from<Vector<std::int64_t, Exec>>(std::vector<std::int64_t>(kSize, 0), kSize);
  const auto beyond = memory.template make_from<Vector<int, Exec>>(std::vector<int>(1, 0), 1);
  for (const std::size_t part : order) {
    upload(space, value, parts[part]);
    add_to_fixed_sum(space, value, sum, kFirst, kCount, double{kParts}, beyond);
  }
  const auto all = download(space, sum);
  for (int i = 0; i < kSize; ++i) {
    if (i < kFirst || i >= kFirst + kCount) {
      EXPECT_EQ(all[i], 0) << i;
    }
  }
  Kokkos::deep_copy(space, value, -1.0F);
  read_fixed_sum(space, sum, kFirst, kCount, value);
  auto read = download(space, value);
  for (int i = kCount; i < kSize; ++i) EXPECT_EQ(read[i], -1.0F) << i;
  read.resize(kCount);
  return {read, download(space, beyond)[0] != 0};
}

/// Gradients of many sizes, of either sign.
std::vector<std::vector<float>> some_parts() {
  std::vector<std::vector<float>> parts;
  for (std::size_t part = 0; part < kParts; ++part) {
    parts.push_back(random_values<float>(kSize, part));
    for (int i = 0; i < kSize; ++i) parts.back()[i] *= std::pow(10.0F, static_cast<float>(i % 9) - 6.0F);
  }
  return parts;
}

template <class Exec>
void check_order() {
  const auto parts = some_parts();
  std::vector<std::size_t> order = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  const auto [sum, beyond] = sum_in_order<Exec>(parts, order);
  EXPECT_FALSE(beyond);
  for (int i = 0; i < kCount; ++i) {
    double expected = 0, largest = 0;
    for (const auto& part : parts) {
      expected += static_cast<double>(part[i]);
      largest = std::max(largest, std::abs(static_cast<double>(part[i])));
    }
    EXPECT_NEAR(sum[i], expected, kParts * kFixedUnit + 1e-7 * std::abs(expected)) << i << ", largest " << largest;
  }
  for (int shuffle = 0; shuffle < 5; ++shuffle) {
    std::next_permutation(order.begin(), order.end());
    std::rotate(order.begin(), order.begin() + 4, order.end());
    EXPECT_TRUE(sum_in_order<Exec>(parts, order).first == sum);
  }
}

template <class Exec>
void check_beyond() {
  const std::vector<std::size_t> order = {0};
  const auto limit = static_cast<float>(kFixedLimit / kParts);
  for (const float bad : {limit * 1.01F, -limit * 1.01F, std::numeric_limits<float>::infinity(),
                          std::numeric_limits<float>::quiet_NaN()}) {
    auto parts = some_parts();
    parts[0][5] = bad;
    const auto [sum, beyond] = sum_in_order<Exec>(parts, order);
    EXPECT_TRUE(beyond) << bad;
    EXPECT_EQ(sum[5], 0.0F);
    parts[0][5] = limit * 0.99F;
    parts[0][kCount] = bad;  // of the next block
    const auto [fits, still] = sum_in_order<Exec>(parts, order);
    EXPECT_FALSE(still);
    EXPECT_FLOAT_EQ(fits[5], limit * 0.99F);
  }
}

TYPED_TEST(FixedSum, DependsOnNoOrder) {
  check_order<TypeParam>();
}

TYPED_TEST(FixedSum, WhatIsBeyondIsFound) {
  check_beyond<TypeParam>();
}

}  // namespace
}  // namespace gsrgnn
