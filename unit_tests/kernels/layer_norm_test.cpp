// Layer norm of a grouped embedding against plain loops, and its gradient against central differences.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/layer_norm.hpp>
#include <gsrgnn/kernels/pack.hpp>

#include "support/guarded_memory.hpp"
#include "support/mismatches.hpp"
#include "support/small_circuits.hpp"
#include "support/spaces_and_scalars.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

struct Size {
  int groups, rows, width;
  int stride() const { return padded(width, choose_tile(width)); }
  std::size_t row_values() const { return static_cast<std::size_t>(groups) * stride(); }
  std::size_t at(int group, int row, int column) const {
    return (static_cast<std::size_t>(group) * rows + row) * stride() + column;
  }
};
const std::vector<Size> kSizes = {{2, 1, 5},  {1, 1, 1},    {2, 31, 8},   {2, 33, 20},  {3, 65, 20},
                                  {4, 9, 32}, {2, 257, 96}, {2, 10, 192}, {2, 130, 300}};

/// Random values with another one in all of the padding.
template <class Scalar>
std::vector<Scalar> with_padding(const Size& size, std::size_t rows, Scalar padding, std::uint64_t seed) {
  auto values = random_values<Scalar>(rows * size.stride(), seed);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (static_cast<int>(i % size.stride()) >= size.width) values[i] = padding;
  }
  return values;
}

template <class Scalar>
struct Inputs {
  explicit Inputs(const Size& size)
      : x(with_padding(size, size.groups * size.rows, Scalar(7), 1)),
        gamma(with_padding(size, size.groups, Scalar(0), 2)),
        beta(with_padding(size, size.groups, Scalar(0), 3)),
        g(with_padding(size, size.groups * size.rows, Scalar(0), 4)) {}
  std::vector<Scalar> x, gamma, beta, g;
};

template <class Scalar>
struct Outputs {
  std::vector<Scalar> y, moments, dx, dgamma, dbeta;
};

template <class Exec, class Scalar>
Outputs<Scalar> by_kernels(const Size& size, const Inputs<Scalar>& in) {
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const int c = size.groups, n = size.rows, d = size.stride();
  const auto x = memory.template make_from<Tensor<Scalar, Exec>>(in.x, c, n, d);
  const auto gamma = memory.template make_from<Matrix<Scalar, Exec>>(in.gamma, c, d);
  const auto beta = memory.template make_from<Matrix<Scalar, Exec>>(in.beta, c, d);
  const auto y = memory.template make<Tensor<Scalar, Exec>>(c, n, d);
  const auto moments = memory.template make<Matrix<Scalar, Exec>>(n, 2);
  layer_norm_forward(space, x, size.width, gamma, beta, y, moments);

  const auto g = memory.template make_from<Tensor<Scalar, Exec>>(in.g, c, n, d);
  const auto gamma_gradient = memory.template make<Matrix<Scalar, Exec>>(c, d);
  const auto beta_gradient = memory.template make<Matrix<Scalar, Exec>>(c, d);
  const auto partial = memory.template make<Tensor<Scalar, Exec>>(Tuning<Exec>::kRowChunks, 2, c * d);
  layer_norm_backward(space, x, size.width, gamma, moments, g, gamma_gradient, beta_gradient, partial);
  EXPECT_TRUE(all_same(download(space, x), in.x, d)) << "X must not change";
  return {download(space, y), download(space, moments), download(space, g), download(space, gamma_gradient),
          download(space, beta_gradient)};
}

template <class Scalar>
Outputs<double> by_plain_loops(const Size& size, const Inputs<Scalar>& in) {
  const int count = size.groups * size.width;
  Outputs<double> out;
  out.y.assign(in.x.size(), 0.0);  // the padding stays zero in all of them
  out.dx = out.y;
  out.dgamma.assign(size.row_values(), 0.0);
  out.dbeta = out.dgamma;
  const auto for_each = [&](const auto& f) {
    for (int g = 0; g < size.groups; ++g) {
      for (int c = 0; c < size.width; ++c) f(g, c);
    }
  };
  for (int i = 0; i < size.rows; ++i) {
    double mean = 0, variance = 0, average = 0, along = 0;
    for_each([&](int g, int c) { mean += in.x[size.at(g, i, c)] / static_cast<double>(count); });
    for_each([&](int g, int c) { variance += std::pow(in.x[size.at(g, i, c)] - mean, 2) / count; });
    const double r = 1 / std::sqrt(variance + kLayerNormEpsilon);
    out.moments.insert(out.moments.end(), {mean, r});
    for_each([&](int g, int c) {
      const double normal = (in.x[size.at(g, i, c)] - mean) * r;
      const double gamma = in.gamma[g * size.stride() + c], dy = in.g[size.at(g, i, c)];
      out.y[size.at(g, i, c)] = normal * gamma + in.beta[g * size.stride() + c];
      out.dgamma[g * size.stride() + c] += dy * normal;
      out.dbeta[g * size.stride() + c] += dy;
      average += gamma * dy / count;
      along += gamma * dy * normal / count;
    });
    for_each([&](int g, int c) {
      const double normal = (in.x[size.at(g, i, c)] - mean) * r;
      const double gamma = in.gamma[g * size.stride() + c], dy = in.g[size.at(g, i, c)];
      out.dx[size.at(g, i, c)] = r * (gamma * dy - average - normal * along);
    });
  }
  return out;
}

template <class T>
class LayerNormTest : public ::testing::Test {};
TYPED_TEST_SUITE(LayerNormTest, SpacesAndScalars, SpaceAndScalarName);

TYPED_TEST(LayerNormTest, EqualsPlainLoops) {
  using Scalar = typename TypeParam::Scalar;
  auto sizes = kSizes;
  sizes.push_back({2, 2 * Tuning<typename TypeParam::Exec>::kRowChunks, 8});  // all chunks full, the last one too
  for (const auto& size : sizes) {
    SCOPED_TRACE(::testing::Message() << size.groups << " groups, " << size.rows << " rows, width " << size.width);
    const Inputs<Scalar> in(size);
    const auto actual = by_kernels<typename TypeParam::Exec>(size, in);
    const auto expected = by_plain_loops(size, in);
    const double tolerance = kTolerance<Scalar>;
    EXPECT_TRUE(all_close(actual.moments, expected.moments, tolerance, 2)) << "moments";
    EXPECT_TRUE(all_close(actual.y, expected.y, tolerance, size.stride())) << "Y";
    EXPECT_TRUE(all_close(actual.dx, expected.dx, tolerance, size.stride())) << "dL/dX";
    EXPECT_TRUE(all_close(actual.dgamma, expected.dgamma, 4 * tolerance, size.stride())) << "dL/dgamma";
    EXPECT_TRUE(all_close(actual.dbeta, expected.dbeta, 4 * tolerance, size.stride())) << "dL/dbeta";
  }
}

// A row of one repeated value has no variance; only epsilon keeps it finite.
TYPED_TEST(LayerNormTest, ConstantRowsBecomeBeta) {
  using Scalar = typename TypeParam::Scalar;
  const Size size{2, 3, 20};
  Inputs<Scalar> in(size);
  std::fill(in.x.begin(), in.x.end(), Scalar(2));
  const auto actual = by_kernels<typename TypeParam::Exec>(size, in);
  std::vector<Scalar> expected;
  for (int g = 0; g < size.groups; ++g) {
    const auto beta = in.beta.begin() + g * size.stride();
    for (int i = 0; i < size.rows; ++i) expected.insert(expected.end(), beta, beta + size.stride());
  }
  EXPECT_TRUE(all_close(actual.y, expected, kTolerance<Scalar>, size.stride()));
}

// L = <g, Y>; each input is moved and the kernel itself run again.
TYPED_TEST(LayerNormTest, TheGradientIsThatOfTheForwardKernel) {
  using Exec = typename TypeParam::Exec;
  const Size size{2, 3, 5};
  Inputs<double> in(size);
  const auto gradient = by_kernels<Exec>(size, in);

  const auto differences = [&](std::vector<double>& moved) {
    std::vector<double> quotient(moved.size(), 0.0);
    for (std::size_t i = 0; i < moved.size(); ++i) {
      if (static_cast<int>(i % size.stride()) >= size.width) continue;
      const double keep = moved[i], h = 1e-6;
      double loss[2] = {0, 0};
      for (const int side : {0, 1}) {
        moved[i] = side == 0 ? keep + h : keep - h;
        const auto y = by_kernels<Exec>(size, in).y;
        for (std::size_t j = 0; j < y.size(); ++j) loss[side] += in.g[j] * y[j];
      }
      moved[i] = keep;
      quotient[i] = (loss[0] - loss[1]) / (2 * h);
    }
    return quotient;
  };
  EXPECT_TRUE(all_close(gradient.dx, differences(in.x), 1e-7, size.stride())) << "dL/dX";
  EXPECT_TRUE(all_close(gradient.dgamma, differences(in.gamma), 1e-7, size.stride())) << "dL/dgamma";
  EXPECT_TRUE(all_close(gradient.dbeta, differences(in.beta), 1e-7, size.stride())) << "dL/dbeta";
}

}  // namespace
}  // namespace gsrgnn
