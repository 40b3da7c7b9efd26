// RMS norm of the kept values against plain loops, and its gradient against central differences.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/rms_norm.hpp>

#include "support/guarded_memory.hpp"
#include "support/host_matrix.hpp"
#include "support/mismatches.hpp"
#include "support/small_circuits.hpp"
#include "support/spaces_and_scalars.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

struct Size {
  int rows, width, k;
};
const std::vector<Size> kSizes = {{1, 1, 1},    {1, 5, 5},   {31, 5, 2},   {32, 8, 8},   {33, 20, 1},
                                  {65, 20, 20}, {64, 32, 4}, {257, 96, 8}, {9, 192, 16}, {100, 256, 64}};
const std::vector<Size> kWideSizes = {{1, 300, 1}, {65, 300, 16}, {9, 300, 300}};

/// What dropout multiplies each of rows x width values by: nothing, or for `drops` about a quarter by 0, the others by
/// 4/3.
struct Mask {
  Mask(int row_count, int column_count, bool drops) : width(column_count), kept(drops ? row_count * width : 0) {
    Random random(9);
    for (auto& value : kept) value = random.chance(3, 4) ? 1 : 0;
  }
  double factor(std::size_t row, std::size_t column) const {
    return kept.empty() ? 1.0 : kept[row * width + column] * 4.0 / 3;
  }
  template <class Scalar, class Exec>
  Dropout<Scalar, Exec> on(GuardedMemory<Exec>& memory) const {
    if (kept.empty()) return {};
    return {memory.template make_from<Tensor<std::uint8_t, Exec>>(kept, 1, kept.size() / width, width),
            static_cast<Scalar>(4.0 / 3)};
  }
  int width;
  std::vector<std::uint8_t> kept;
};

template <class Scalar>
struct Backward {
  std::vector<Scalar> v, gamma;
};

template <class Exec, class Scalar, class Index>
std::vector<Scalar> forward_by_kernel(const std::vector<Scalar>& v, const std::vector<Index>& index,
                                      const std::vector<Scalar>& gamma, const Mask& mask, int k) {
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto rows = v.size() / k;
  const auto out = memory.template make<Matrix<Scalar, Exec>>(rows, k);
  rms_norm_forward(space, memory.template make_from<Matrix<Scalar, Exec>>(v, rows, k),
                   memory.template make_from<Matrix<Index, Exec>>(index, rows, k),
                   memory.template make_from<Vector<Scalar, Exec>>(gamma, gamma.size()),
                   mask.template on<Scalar>(memory), out);
  return download(space, out);
}

template <class Exec, class Scalar, class Index>
Backward<Scalar> backward_by_kernel(const std::vector<Scalar>& v, const std::vector<Index>& index,
                                    const std::vector<Scalar>& gamma, const Mask& mask, const std::vector<Scalar>& g,
                                    int k) {
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto rows = v.size() / k;
  const auto gradient = memory.template make_from<Matrix<Scalar, Exec>>(g, rows, k);
  const auto gamma_gradient = memory.template make<Vector<Scalar, Exec>>(gamma.size());
  const auto partial = memory.template make<Matrix<Scalar, Exec>>(Tuning<Exec>::kRowChunks, gamma.size());
  rms_norm_backward(space, memory.template make_from<Matrix<Scalar, Exec>>(v, rows, k),
                    memory.template make_from<Matrix<Index, Exec>>(index, rows, k),
                    memory.template make_from<Vector<Scalar, Exec>>(gamma, gamma.size()),
                    mask.template on<Scalar>(memory), gradient, gamma_gradient, partial);
  return {download(space, gradient), download(space, gamma_gradient)};
}

template <class Exec, class Scalar, class Index>
void check(const Size& size, bool drops = false) {
  const auto [rows, width, k] = size;
  SCOPED_TRACE(::testing::Message() << rows << " rows, width " << width << ", k " << k << (drops ? ", dropout" : ""));
  const Mask mask(rows, width, drops);
  auto v = random_values<Scalar>(rows * k, 1);
  if (rows > 3) std::fill_n(v.begin() + 2 * k, k, Scalar(0));  // a row that only epsilon keeps finite
  const auto index = random_columns<Index>(rows, k, width, 2);
  const auto gamma = random_values<Scalar>(width, 3);
  const auto g = random_values<Scalar>(rows * k, 4);

  std::vector<double> out(v.size()), dv(v.size()), dgamma(width, 0.0);
  for (int i = 0; i < rows; ++i) {
    double squares = 0;
    for (int t = 0; t < k; ++t) squares += static_cast<double>(v[i * k + t]) * static_cast<double>(v[i * k + t]);
    const double r = 1 / std::sqrt(squares / k + kRmsEpsilon);
    // dL/dv^_s / dV_t = gamma_s (r [s = t] - v_s r^3 v_t / k)
    for (int t = 0; t < k; ++t) {
      const double vt = v[i * k + t], factor = mask.factor(i, index[i * k + t]);
      out[i * k + t] = gamma[index[i * k + t]] * vt * r * factor;
      dgamma[index[i * k + t]] += g[i * k + t] * vt * r * factor;
      for (int s = 0; s < k; ++s) {
        const double vs = v[i * k + s];
        dv[i * k + t] += g[i * k + s] * gamma[index[i * k + s]] * mask.factor(i, index[i * k + s]) *
                         ((s == t ? r : 0.0) - vs * r * r * r * vt / k);
      }
    }
  }
  EXPECT_TRUE(all_close(forward_by_kernel<Exec>(v, index, gamma, mask, k), out, kTolerance<Scalar>, k)) << "forward";
  const auto backward = backward_by_kernel<Exec>(v, index, gamma, mask, g, k);
  EXPECT_TRUE(all_close(backward.v, dv, kTolerance<Scalar>, k)) << "dL/dV";
  EXPECT_TRUE(all_close(backward.gamma, dgamma, 4 * kTolerance<Scalar>)) << "dL/dgamma";
}

template <class T>
class RmsNormTest : public ::testing::Test {};
TYPED_TEST_SUITE(RmsNormTest, SpacesAndScalars, SpaceAndScalarName);

TYPED_TEST(RmsNormTest, EqualsPlainLoops) {
  auto sizes = kSizes;
  sizes.push_back({2 * Tuning<typename TypeParam::Exec>::kRowChunks, 8, 3});  // all chunks full, the last one too
  sizes.push_back({9 * Tuning<typename TypeParam::Exec>::kRowChunks, 8, 3});  // more rows than a team has threads
  for (const auto& size : sizes) check<typename TypeParam::Exec, typename TypeParam::Scalar, std::uint8_t>(size);
}
TYPED_TEST(RmsNormTest, EqualsPlainLoopsWithDropout) {
  for (const auto& size : kSizes) check<typename TypeParam::Exec, typename TypeParam::Scalar, std::uint8_t>(size, true);
}
TYPED_TEST(RmsNormTest, EqualsPlainLoopsOnWideRows) {
  for (const auto& size : kWideSizes) check<typename TypeParam::Exec, typename TypeParam::Scalar, std::uint16_t>(size);
}

// L = <g, forward(V, gamma)>; each input is moved and the kernel itself run again.
TYPED_TEST(RmsNormTest, TheGradientIsThatOfTheForwardKernel) {
  using Exec = typename TypeParam::Exec;
  const int rows = 5, width = 12, k = 4;
  auto v = random_values<double>(rows * k, 5);
  std::fill_n(v.begin(), k, 0.01);  // here epsilon matters
  auto gamma = random_values<double>(width, 6);
  const auto index = random_columns<std::uint8_t>(rows, k, width, 7);
  const auto g = random_values<double>(rows * k, 8);
  const Mask mask(rows, width, true);
  const auto gradient = backward_by_kernel<Exec>(v, index, gamma, mask, g, k);

  const auto differences = [&](std::vector<double>& moved) {
    std::vector<double> quotient;
    for (double& value : moved) {
      const double keep = value, h = 1e-6;
      double loss[2] = {0, 0};
      for (const int side : {0, 1}) {
        value = side == 0 ? keep + h : keep - h;
        const auto out = forward_by_kernel<Exec>(v, index, gamma, mask, k);
        for (std::size_t i = 0; i < out.size(); ++i) loss[side] += g[i] * out[i];
      }
      value = keep;
      quotient.push_back((loss[0] - loss[1]) / (2 * h));
    }
    return quotient;
  };
  EXPECT_TRUE(all_close(gradient.v, differences(v), 1e-7, k)) << "dL/dV";
  EXPECT_TRUE(all_close(gradient.gamma, differences(gamma), 1e-7)) << "dL/dgamma";
}

}  // namespace
}  // namespace gsrgnn
