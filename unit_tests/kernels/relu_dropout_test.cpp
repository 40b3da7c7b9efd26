// ReLU and dropout, alone and riding on layer norm, against plain loops; what a drawn mask looks like.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/layer_norm.hpp>
#include <gsrgnn/kernels/relu_dropout.hpp>

#include "support/guarded_memory.hpp"
#include "support/host_matrix.hpp"
#include "support/mismatches.hpp"
#include "support/small_circuits.hpp"
#include "support/spaces_and_scalars.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

template <class T>
class ReluDropoutTest : public ::testing::Test {};
TYPED_TEST_SUITE(ReluDropoutTest, SpacesAndScalars, SpaceAndScalarName);

TYPED_TEST(ReluDropoutTest, BiasAndReluAgainstPlainLoops) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  const int rows = 70, columns = 24;
  const auto host = random_integers<Scalar>(rows * columns, 1), bias = random_integers<Scalar>(columns, 2);
  const auto gradient = random_values<Scalar>(rows * columns, 3);
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto x = memory.template make_from<Matrix<Scalar, Exec>>(host, rows, columns);
  const auto y = memory.template make_from<Matrix<Scalar, Exec>>(host, rows, columns);
  const auto g = memory.template make_from<Matrix<Scalar, Exec>>(gradient, rows, columns);
  const auto b = memory.template make_from<Vector<Scalar, Exec>>(bias, columns);
  add_bias(space, Scalar(-2), b, x);
  add_bias_relu(space, b, y);
  relu_backward(space, y, g);

  std::vector<Scalar> added(host), opened(host), back(gradient);
  int closed = 0;
  for (int i = 0; i < rows * columns; ++i) {
    added[i] -= 2 * bias[i % columns];
    opened[i] = std::max(Scalar(0), host[i] + bias[i % columns]);
    if (!(opened[i] > 0)) {
      back[i] = 0;
      ++closed;
    }
  }
  EXPECT_GT(closed, rows);
  EXPECT_TRUE(all_same(download(space, x), added, columns));
  EXPECT_TRUE(all_close(download(space, y), opened, 0, columns));  // -0 and 0 are the same here
  EXPECT_TRUE(all_close(download(space, g), back, 0, columns));
}

// Forward and backward of act(layer norm) are those of the layer norm, with the activation in between.
TYPED_TEST(ReluDropoutTest, RidesOnLayerNorm) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  const int groups = 2, rows = 37, width = 20, stride = 32;
  const Scalar scale = Scalar(4) / Scalar(3);
  const auto padded_values = [&](int count, int seed) {
    auto values = random_values<Scalar>(count * stride, seed);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (static_cast<int>(i % stride) >= width) values[i] = 0;
    }
    return values;
  };
  const Exec space;
  GuardedMemory<Exec> memory(space);
  using Grid = Tensor<Scalar, Exec>;
  using Rows = Matrix<Scalar, Exec>;
  const auto x = memory.template make_from<Grid>(padded_values(groups * rows, 1), groups, rows, stride);
  const auto gamma = memory.template make_from<Rows>(padded_values(groups, 2), groups, stride);
  const auto beta = memory.template make_from<Rows>(padded_values(groups, 3), groups, stride);
  const auto dz = padded_values(groups * rows, 4);
  std::vector<std::uint8_t> mask(groups * rows * stride);
  Random random(5);
  for (auto& kept : mask) kept = random.chance(3, 4) ? 1 : 0;
  const auto kept = memory.template make_from<Tensor<std::uint8_t, Exec>>(mask, groups, rows, stride);
  const auto moments = memory.template make<Rows>(rows, 2);
  const auto partial = memory.template make<Grid>(Tuning<Exec>::kRowChunks, 2, groups * stride);

  const auto y = memory.template make<Grid>(groups, rows, stride);
  const auto z = memory.template make<Grid>(groups, rows, stride);
  layer_norm_forward(space, x, width, gamma, beta, y, moments);
  layer_norm_forward(space, x, width, gamma, beta, z, moments, ReluDropout<Scalar, Exec>{{kept, scale}});
  auto expected = download(space, y), dy = dz;
  int dropped = 0, closed = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    dropped += mask[i] == 0;
    closed += expected[i] < 0;
    const bool open = expected[i] > 0 && mask[i] != 0;
    expected[i] = open ? expected[i] * scale : 0;
    dy[i] = open ? dz[i] * scale : 0;
  }
  EXPECT_GT(dropped, rows);
  EXPECT_GT(closed, rows);
  EXPECT_TRUE(all_close(download(space, z), expected, 0, stride));

  const auto run = [&](const std::vector<Scalar>& from, const auto& back) {
    const auto g = memory.template make_from<Grid>(from, groups, rows, stride);
    const auto dgamma = memory.template make<Rows>(groups, stride);
    const auto dbeta = memory.template make<Rows>(groups, stride);
    layer_norm_backward(space, x, width, gamma, moments, g, dgamma, dbeta, partial, back);
    auto all = download(space, g);
    for (const auto& view : {dgamma, dbeta}) {
      const auto more = download(space, view);
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  };
  EXPECT_TRUE(all_close(run(dz, ReluDropoutBackward<Scalar, Exec>{z, scale}), run(dy, NoActivation()),
                        kTolerance<Scalar>, stride));

  layer_norm_forward(space, x, width, gamma, beta, z, moments, ReluDropout<Scalar, Exec>());
  auto open_only = download(space, y);
  for (auto& value : open_only) value = std::max(Scalar(0), value);
  EXPECT_TRUE(all_close(download(space, z), open_only, 0, stride)) << "without a mask nothing is dropped";
}

/// Rows of packs P of as many columns, activated.
template <class P, class Exec, class Scalar>
std::vector<Scalar> activated(const std::vector<Scalar>& x, const std::vector<std::uint8_t>& mask) {
  const auto rows = static_cast<std::int64_t>(x.size()) / P::kWidth;
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto y = memory.template make_from<Matrix<Scalar, Exec>>(x, rows, P::kWidth);
  const auto kept = memory.template make_from<Tensor<std::uint8_t, Exec>>(mask, 1, rows, P::kWidth);
  const ReluDropout<Scalar, Exec> activation{{kept, Scalar(1.5)}};
  Kokkos::parallel_for(
      "gsrgnn::test::activated", Kokkos::RangePolicy<Exec>(space, 0, rows),
      KOKKOS_LAMBDA(const std::int64_t row) { activation(P::load(&y(row, 0)), 0, row, 0).store(&y(row, 0)); });
  return download(space, y);
}

TYPED_TEST(ReluDropoutTest, OnPacksOfAnyWidthAsAGpuHasThem) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  const auto x = random_values<Scalar>(7 * 16, 1);
  std::vector<std::uint8_t> mask(x.size());
  std::vector<Scalar> expected(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    mask[i] = i % 3 == 0 ? 0 : 1;
    expected[i] = mask[i] != 0 && x[i] > 0 ? x[i] * Scalar(1.5) : Scalar(0);
  }
  EXPECT_TRUE(all_close(activated<Pack<Scalar, 1, 1, false>, Exec>(x, mask), expected, 0));
  EXPECT_TRUE(all_close(activated<Pack<Scalar, 4, 4, false>, Exec>(x, mask), expected, 0));
}

template <class Exec>
std::vector<std::uint8_t> drawn(double rate, int width, std::uint64_t seed, std::uint64_t draw) {
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto kept =
      memory.template make_from<Tensor<std::uint8_t, Exec>>(std::vector<int>(2 * 500 * 32, 7), 2, 500, 32);
  draw_dropout(space, rate, width, seed, draw, kept);
  return download(space, kept);
}

TYPED_TEST(ReluDropoutTest, DrawsTheRateAndNothingElse) {
  using Exec = typename TypeParam::Exec;
  for (const double rate : {0.1, 0.5, 0.9}) {
    const auto mask = drawn<Exec>(rate, 20, 1, 0);
    double kept = 0, both = 0;
    for (int i = 0; i < 1000; ++i) {
      for (int c = 0; c < 32; ++c) {
        if (c >= 20) {
          ASSERT_EQ(mask[i * 32 + c], 7) << "the padding is not the mask's";
          continue;
        }
        ASSERT_LE(mask[i * 32 + c], 1);
        kept += mask[i * 32 + c];
        both += c > 0 ? mask[i * 32 + c] * mask[i * 32 + c - 1] : 0;
      }
    }
    EXPECT_NEAR(kept / 20000, 1 - rate, 0.015);
    EXPECT_NEAR(both / 19000, (1 - rate) * (1 - rate), 0.02) << "neighbours are not independent";
  }
  EXPECT_EQ(drawn<Exec>(0.5, 20, 1, 3), drawn<Exec>(0.5, 20, 1, 3));
  EXPECT_NE(drawn<Exec>(0.5, 20, 1, 3), drawn<Exec>(0.5, 20, 1, 4));
  EXPECT_NE(drawn<Exec>(0.5, 20, 1, 3), drawn<Exec>(0.5, 20, 2, 3));
}

}  // namespace
}  // namespace gsrgnn
