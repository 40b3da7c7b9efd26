// Adam against the algorithm as Kingma and Ba print it.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/adam.hpp>

#include "support/guarded_memory.hpp"
#include "support/mismatches.hpp"
#include "support/small_circuits.hpp"
#include "support/spaces_and_scalars.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

/// Algorithm 1 of the paper, one parameter at a time; with decay, Algorithm 2 of AdamW's.
struct PlainAdam {
  explicit PlainAdam(std::size_t size) : m(size, 0.0), v(size, 0.0) {}
  void step(const AdamOptions& o, std::vector<double>& theta, std::size_t i, double g, int t) {
    m[i] = o.beta1 * m[i] + (1 - o.beta1) * g;
    v[i] = o.beta2 * v[i] + (1 - o.beta2) * g * g;
    const double m_hat = m[i] / (1 - std::pow(o.beta1, t)), v_hat = v[i] / (1 - std::pow(o.beta2, t));
    theta[i] -= o.learning_rate * (m_hat / (std::sqrt(v_hat) + o.epsilon) + o.weight_decay * theta[i]);
  }
  std::vector<double> m, v;
};

/// Several steps on the parameters [first, first + count) of `size`.
template <class Exec, class Scalar>
void check(const AdamOptions& options, int size, int first, int count, double gradient_scale) {
  SCOPED_TRACE(::testing::Message() << count << " of " << size << " from " << first << ", gradients of "
                                    << gradient_scale);
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto start = random_values<Scalar>(size, 1);
  const auto parameter = memory.template make_from<Vector<Scalar, Exec>>(start, size);
  const auto m = memory.template make_from<Vector<Scalar, Exec>>(std::vector<int>(size, 0), size);
  const auto v = memory.template make_from<Vector<Scalar, Exec>>(std::vector<int>(size, 0), size);
  // Longer than the block, as the model's is.
  const auto gradient = memory.template make<Vector<Scalar, Exec>>(size + 5);

  std::vector<double> theta(start.begin(), start.end());
  PlainAdam plain(size);
  for (int t = 1; t <= 12; ++t) {
    auto g = random_values<Scalar>(size + 5, 10 + t);
    for (auto& value : g) value *= static_cast<Scalar>(gradient_scale);
    if (t > 2) g[0] = 0;  // a parameter that is no longer touched
    upload(space, gradient, g);
    adam_update(space, options, t, parameter, m, v, gradient, first, count);
    for (int i = first; i < first + count; ++i) plain.step(options, theta, i, static_cast<double>(g[i - first]), t);
  }
  const bool single = std::is_same_v<Scalar, float>;
  const auto actual = download(space, parameter);
  EXPECT_TRUE(all_close(actual, theta, single ? 1e-6 : 1e-14)) << "parameters";

  // The way travelled, in steps: finer than the parameters themselves.
  std::vector<double> way, plain_way;
  for (int i = 0; i < size; ++i) {
    way.push_back((static_cast<double>(actual[i]) - static_cast<double>(start[i])) / options.learning_rate);
    plain_way.push_back((theta[i] - static_cast<double>(start[i])) / options.learning_rate);
  }
  EXPECT_TRUE(all_close(way, plain_way, single ? 1e-6 / options.learning_rate + 1e-4 : 1e-11)) << "steps";
  const auto unit = [](auto moments, double scale) {
    std::vector<double> scaled(moments.begin(), moments.end());
    for (double& value : scaled) value /= scale;
    return scaled;
  };
  EXPECT_TRUE(all_close(unit(download(space, m), gradient_scale), unit(plain.m, gradient_scale), single ? 1e-6 : 1e-14))
      << "first moments";
  EXPECT_TRUE(all_close(unit(download(space, v), 1e-3 * gradient_scale * gradient_scale),
                        unit(plain.v, 1e-3 * gradient_scale * gradient_scale), single ? 1e-4 : 1e-13))
      << "second moments";
}

template <class T>
class AdamTest : public ::testing::Test {};
TYPED_TEST_SUITE(AdamTest, SpacesAndScalars, SpaceAndScalarName);

TYPED_TEST(AdamTest, EqualsTheAlgorithm) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  check<Exec, Scalar>(AdamOptions(), 1, 0, 1, 1);
  check<Exec, Scalar>(AdamOptions(), 1000, 0, 1000, 1);
  check<Exec, Scalar>({0.1, 0.8, 0.95, 1e-6}, 77, 0, 77, 1);
}
TYPED_TEST(AdamTest, DecayIsDecoupledFromTheGradient) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  check<Exec, Scalar>({0.01, 0.9, 0.999, 1e-8, 0.1}, 200, 30, 100, 1);
  check<Exec, Scalar>({0.01, 0.9, 0.999, 1e-8, 5}, 50, 0, 50, 1e-6);
}
TYPED_TEST(AdamTest, ScaleOfTheGradientHardlyMatters) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  check<Exec, Scalar>({0.01, 0.9, 0.999, 1e-8}, 50, 0, 50, 1e-6);  // near epsilon
  check<Exec, Scalar>({0.01, 0.9, 0.999, 1e-8}, 50, 0, 50, 1e6);
}
TYPED_TEST(AdamTest, UpdatesTheBlockAndNothingElse) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  check<Exec, Scalar>(AdamOptions(), 100, 37, 20, 1);
  check<Exec, Scalar>(AdamOptions(), 100, 99, 1, 1);
  check<Exec, Scalar>(AdamOptions(), 100, 50, 0, 1);
}

}  // namespace
}  // namespace gsrgnn
