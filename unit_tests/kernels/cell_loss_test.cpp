// Losses by other measures than the square, with and without weights, and their gradients.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/cell_loss.hpp>
#include <limits>

#include "support/guarded_memory.hpp"
#include "support/mismatches.hpp"
#include "support/small_circuits.hpp"
#include "support/spaces_and_scalars.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

constexpr ErrorMeasure kMeasures[] = {ErrorMeasure::square, ErrorMeasure::absolute, ErrorMeasure::huber};

double plainly(ErrorMeasure measure, double e) {
  switch (measure) {
    case ErrorMeasure::square:
      return e * e;
    case ErrorMeasure::absolute:
      return std::abs(e);
    case ErrorMeasure::huber:
      return std::abs(e) <= 1 ? e * e / 2 : std::abs(e) - 0.5;
  }
  return 0;
}

template <class Scalar>
struct Values {
  Values(int rows, int outputs)
      : out(random_values<Scalar>(rows * outputs, 1)), label(random_values<Scalar>(rows * outputs, 2)) {
    Random random(rows);
    for (std::size_t i = 0; i < out.size(); ++i) weight.push_back(static_cast<Scalar>(1 + random.uniform()));
    for (int i = 0; i < rows; ++i) part.push_back(static_cast<std::uint8_t>(random.below(3)));
  }
  std::vector<Scalar> out, label, weight;  ///< weight: may be emptied
  std::vector<std::uint8_t> part;
};

template <class Scalar>
struct Result {
  double loss;
  std::vector<Scalar> gradient;  ///< of loss / 50
};

template <class Exec, class Scalar>
Result<Scalar> by_kernels(ErrorMeasure measure, const Values<Scalar>& v, std::uint8_t which) {
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto rows = v.part.size(), outputs = v.out.size() / rows;
  const auto matrix = [&](const std::vector<Scalar>& values) {
    return memory.template make_from<Matrix<Scalar, Exec>>(values, values.size() / outputs, outputs);
  };
  const auto out = matrix(v.out), label = matrix(v.label);
  const auto weight = v.weight.empty() ? Matrix<Scalar, Exec>() : matrix(v.weight);
  const auto part = memory.template make_from<Vector<std::uint8_t, Exec>>(v.part, rows);
  const auto partial = memory.template make<Vector<double, Exec>>(Tuning<Exec>::kRowChunks);
  const auto gradient = memory.template make<Matrix<Scalar, Exec>>(rows, outputs);
  const double loss = cell_loss(space, measure, out, label, weight, part, which, partial);
  cell_loss_gradient(space, measure, out, label, weight, part, which, 50, gradient);
  return {loss, download(space, gradient)};
}

template <class T>
class CellLossTest : public ::testing::Test {};
TYPED_TEST_SUITE(CellLossTest, SpacesAndScalars, SpaceAndScalarName);

TYPED_TEST(CellLossTest, EqualsPlainLoops) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  for (const int rows : {1, 33, 1000, 2 * Tuning<Exec>::kRowChunks}) {
    for (const int outputs : {1, 2}) {
      for (const bool weighs : {false, true}) {
        Values<Scalar> values(rows, outputs);
        if (!weighs) values.weight.clear();
        for (const ErrorMeasure measure : kMeasures) {
          double loss = 0;
          for (std::size_t i = 0; i < values.out.size(); ++i) {
            if (values.part[i / outputs] != 1) continue;
            const double e = static_cast<double>(values.out[i]) - static_cast<double>(values.label[i]);
            loss += (weighs ? static_cast<double>(values.weight[i]) : 1) * plainly(measure, e);
          }
          EXPECT_NEAR((by_kernels<Exec>(measure, values, 1).loss), loss, 1e-12 * (1 + loss));
        }
      }
    }
  }
}

// Central differences; no error is so near to a kink that a step passes it.
TYPED_TEST(CellLossTest, TheGradientIsThatOfTheLoss) {
  using Exec = typename TypeParam::Exec;
  for (const ErrorMeasure measure : kMeasures) {
    for (const bool weighs : {false, true}) {
      Values<double> values(20, 2);
      if (!weighs) values.weight.clear();
      const auto gradient = by_kernels<Exec>(measure, values, 1).gradient;
      std::vector<double> quotient;
      for (double& value : values.out) {
        const double keep = value, h = 1e-6;
        value = keep + h;
        const double up = by_kernels<Exec>(measure, values, 1).loss / 50;
        value = keep - h;
        const double down = by_kernels<Exec>(measure, values, 1).loss / 50;
        value = keep;
        quotient.push_back((up - down) / (2 * h));
      }
      EXPECT_TRUE(all_close(gradient, quotient, 1e-8, 2));
    }
  }
}

TYPED_TEST(CellLossTest, AtAKinkTheSlopeIsBetweenThoseBeside) {
  using Scalar = typename TypeParam::Scalar;
  Values<Scalar> values(3, 1);
  values.out = {0, 1, -1};
  values.label = {0, 0, 0};
  values.weight.clear();
  values.part = {1, 1, 1};
  const auto of = [&](ErrorMeasure measure) {
    return by_kernels<typename TypeParam::Exec>(measure, values, 1).gradient;
  };
  EXPECT_TRUE(all_close(of(ErrorMeasure::absolute), std::vector<double>{0, 0.02, -0.02}, 1e-7, 1));
  EXPECT_TRUE(all_close(of(ErrorMeasure::huber), std::vector<double>{0, 0.02, -0.02}, 1e-7, 1));
}

TYPED_TEST(CellLossTest, IsTheSquaredErrorWhereThatIsMeant) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  Values<Scalar> values(100, 2);
  values.weight.assign(200, Scalar(1));
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto out = memory.template make_from<Matrix<Scalar, Exec>>(values.out, 100, 2);
  const auto label = memory.template make_from<Matrix<Scalar, Exec>>(values.label, 100, 2);
  const auto part = memory.template make_from<Vector<std::uint8_t, Exec>>(values.part, 100);
  const auto partial = memory.template make<Vector<double, Exec>>(Tuning<Exec>::kRowChunks);
  EXPECT_EQ((by_kernels<Exec>(ErrorMeasure::square, values, 0).loss),
            squared_error(space, out, label, part, 0, partial));
}

// A cell of another split may have no label at all.
TYPED_TEST(CellLossTest, OtherSplitsAreNotLookedAt) {
  using Scalar = typename TypeParam::Scalar;
  Values<Scalar> values(3, 1);
  values.out = {1, 2, 3};
  values.label = {0, std::numeric_limits<Scalar>::quiet_NaN(), 1};
  values.weight.clear();
  values.part = {1, 0, 1};
  const auto result = by_kernels<typename TypeParam::Exec>(ErrorMeasure::huber, values, 1);
  EXPECT_EQ(result.loss, 2);
  EXPECT_EQ(result.gradient[1], 0);
}

TYPED_TEST(CellLossTest, TheSameTwiceIsTheSameBits) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  const Values<Scalar> values(3000, 2);
  for (const ErrorMeasure measure : kMeasures) {
    const auto first = by_kernels<Exec>(measure, values, 1), second = by_kernels<Exec>(measure, values, 1);
    EXPECT_EQ(first.loss, second.loss);
    EXPECT_EQ(first.gradient, second.gradient);
  }
}

}  // namespace
}  // namespace gsrgnn
