// Lane masks against plain loops: every mask of a register, thresholds among special values, and what no mask reaches.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/lane_mask.hpp>
#include <limits>
#include <vector>

namespace gsrgnn {
namespace {

template <class LanesType>
class LaneMaskTest : public ::testing::Test {};
template <int N>
using Lanes = std::integral_constant<int, N>;
using Widths = ::testing::Types<Lanes<8>, Lanes<16>>;
TYPED_TEST_SUITE(LaneMaskTest, Widths);

/// Calls check(mask type, register of the values) for every register that starts at one of the values.
template <int N, class Check>
void on_every_register(const std::vector<float>& values, const Check& check) {
  using Register = VectorRegister<float, N>;
  if constexpr (LaneMask<Register>::kAvailable) {
    for (std::size_t first = 0; first + N <= values.size(); ++first) {
      check(LaneMask<Register>(), Register::load(values.data() + first), values.data() + first);
    }
  } else {
    GTEST_SKIP() << "this build has no masks of " << N << " lanes";
  }
}

TYPED_TEST(LaneMaskTest, ComparesAsNumbersDo) {
  using Limits = std::numeric_limits<float>;
  std::vector<float> values;
  for (int repeat = 0; repeat < 4; ++repeat) {
    for (const float value : {-Limits::infinity(), -1.0F, -0.0F, 0.0F, Limits::denorm_min(), 1.0F, Limits::infinity(),
                              Limits::quiet_NaN(), -Limits::quiet_NaN()}) {
      values.push_back(value);
    }
  }
  on_every_register<TypeParam::value>(values, [&](auto mask, const auto& lanes, const float* value) {
    using Mask = decltype(mask);
    for (const float threshold : values) {
      unsigned expected = 0, numbers = 0;
      for (int l = 0; l < TypeParam::value; ++l) {
        expected |= value[l] >= threshold ? 1U << l : 0U;
        numbers |= value[l] == value[l] ? 1U << l : 0U;
      }
      EXPECT_EQ(Mask::at_least(lanes, threshold), expected) << "at least " << threshold;
      EXPECT_EQ(Mask::numbers(lanes), numbers);
    }
  });
}

TYPED_TEST(LaneMaskTest, EveryMaskIsCompressed) {
  constexpr int kLanes = TypeParam::value, kColumn = 300;
  std::vector<float> values;
  for (int l = 0; l < kLanes; ++l) values.push_back(0.5F + static_cast<float>(l));
  on_every_register<kLanes>(values, [&](auto masks, const auto& lanes, const float* value) {
    for (unsigned mask = 0; mask < 1U << kLanes; ++mask) {
      float v[kLanes];
      std::int32_t column[kLanes];
      decltype(masks)::compress(lanes, mask, kColumn, v, column);
      int slot = 0;
      for (int l = 0; l < kLanes; ++l) {
        if ((mask >> l & 1U) == 0) continue;
        ASSERT_EQ(v[slot], value[l]) << "mask " << mask;
        ASSERT_EQ(column[slot], kColumn + l) << "mask " << mask;
        ++slot;
      }
      ASSERT_EQ(decltype(masks)::count(mask), slot);
      // And again where they stand, with columns of their own.
      std::vector<float> own(value, value + kLanes);
      std::int32_t square[kLanes];
      for (int l = 0; l < kLanes; ++l) square[l] = l * l;
      decltype(masks)::compress(lanes, mask, square, own.data(), square);
      for (int s = 0; s < slot; ++s) {
        ASSERT_EQ(own[s], v[s]) << "mask " << mask;
        ASSERT_EQ(square[s], (column[s] - kColumn) * (column[s] - kColumn)) << "mask " << mask;
      }
    }
  });
}

}  // namespace
}  // namespace gsrgnn
