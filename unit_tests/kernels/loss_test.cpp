// The squared error of a split and its gradient.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/loss.hpp>
#include <limits>

#include "support/guarded_memory.hpp"
#include "support/mismatches.hpp"
#include "support/small_circuits.hpp"
#include "support/spaces_and_scalars.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

std::vector<std::uint8_t> random_parts(int rows) {
  Random random(rows);
  std::vector<std::uint8_t> part(rows);
  for (auto& p : part) p = static_cast<std::uint8_t>(random.below(3));
  return part;
}

template <class Exec, class Scalar>
struct Loss {
  double error;
  std::vector<Scalar> gradient;
};

template <class Exec, class Scalar>
Loss<Exec, Scalar> by_kernels(const std::vector<Scalar>& out, const std::vector<Scalar>& label,
                              const std::vector<std::uint8_t>& part, std::uint8_t which, double count) {
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto rows = part.size(), outputs = out.size() / part.size();
  const auto o = memory.template make_from<Matrix<Scalar, Exec>>(out, rows, outputs);
  const auto l = memory.template make_from<Matrix<Scalar, Exec>>(label, rows, outputs);
  const auto p = memory.template make_from<Vector<std::uint8_t, Exec>>(part, rows);
  const auto partial = memory.template make<Vector<double, Exec>>(Tuning<Exec>::kRowChunks);
  const auto gradient = memory.template make<Matrix<Scalar, Exec>>(rows, outputs);
  const double error = squared_error(space, o, l, p, which, partial);
  squared_error_gradient(space, o, l, p, which, count, gradient);
  return {error, download(space, gradient)};
}

template <class T>
class LossTest : public ::testing::Test {};
TYPED_TEST_SUITE(LossTest, SpacesAndScalars, SpaceAndScalarName);

TYPED_TEST(LossTest, EqualsPlainLoops) {
  using Scalar = typename TypeParam::Scalar;
  for (const int rows : {1, 2, 31, 32, 33, 63, 65, 1000, 2 * Tuning<typename TypeParam::Exec>::kRowChunks}) {
    for (const int outputs : {1, 2}) {
      const auto out = random_values<Scalar>(rows * outputs, 1), label = random_values<Scalar>(rows * outputs, 2);
      const auto part = random_parts(rows);
      for (std::uint8_t which = 0; which < 3; ++which) {
        SCOPED_TRACE(::testing::Message() << rows << " rows, " << outputs << " outputs, part " << int{which});
        double error = 0;
        std::vector<double> gradient(out.size(), 0.0);
        for (std::size_t i = 0; i < out.size(); ++i) {
          if (part[i / outputs] != which) continue;
          const double off = static_cast<double>(out[i]) - static_cast<double>(label[i]);
          error += off * off;
          gradient[i] = 2 * off / 50;
        }
        const auto loss = by_kernels<typename TypeParam::Exec>(out, label, part, which, 50);
        EXPECT_NEAR(loss.error, error, 1e-12 * (1 + error)) << "the sum is made in double for float too";
        EXPECT_TRUE(all_close(loss.gradient, gradient, kTolerance<Scalar>, outputs));
      }
    }
  }
}

TYPED_TEST(LossTest, AnEmptySplitHasNone) {
  using Scalar = typename TypeParam::Scalar;
  const auto out = random_values<Scalar>(40, 1), label = random_values<Scalar>(40, 2);
  const auto loss = by_kernels<typename TypeParam::Exec>(out, label, std::vector<std::uint8_t>(40, 0), 2, 1);
  EXPECT_EQ(loss.error, 0);
  EXPECT_TRUE(all_same(loss.gradient, std::vector<Scalar>(40, Scalar(0))));
}

// A cell of another split may have no label at all.
TYPED_TEST(LossTest, OtherSplitsAreNotLookedAt) {
  using Scalar = typename TypeParam::Scalar;
  const std::vector<Scalar> out = {1, 2, 3}, label = {0, std::numeric_limits<Scalar>::quiet_NaN(), 1};
  const auto loss = by_kernels<typename TypeParam::Exec>(out, label, {1, 0, 1}, 1, 2);
  EXPECT_EQ(loss.error, 5);
  EXPECT_TRUE(all_same(loss.gradient, {Scalar(1), Scalar(0), Scalar(2)}));
}

// The error is a quadratic: central differences are exact.
TYPED_TEST(LossTest, TheGradientIsThatOfTheError) {
  using Exec = typename TypeParam::Exec;
  const int rows = 20, outputs = 2;
  auto out = random_values<double>(rows * outputs, 3);
  const auto label = random_values<double>(rows * outputs, 4);
  const auto part = random_parts(rows);
  const auto gradient = by_kernels<Exec>(out, label, part, 1, 8).gradient;
  std::vector<double> quotient;
  for (double& value : out) {
    const double keep = value, h = 1e-3;
    value = keep + h;
    const double up = by_kernels<Exec>(out, label, part, 1, 8).error / 8;
    value = keep - h;
    const double down = by_kernels<Exec>(out, label, part, 1, 8).error / 8;
    value = keep;
    quotient.push_back((up - down) / (2 * h));
  }
  EXPECT_TRUE(all_close(gradient, quotient, 1e-10, outputs));
}

}  // namespace
}  // namespace gsrgnn
