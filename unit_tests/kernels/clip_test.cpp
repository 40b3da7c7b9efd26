#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/kernels/clip.hpp>
#include <limits>

#include "support/guarded_memory.hpp"
#include "support/mismatches.hpp"
#include "support/small_circuits.hpp"
#include "support/spaces_and_scalars.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

template <class Exec, class Scalar>
std::pair<double, std::vector<Scalar>> clipped(const std::vector<Scalar>& values, std::int64_t count, double most) {
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto gradient = memory.template make_from<Vector<Scalar, Exec>>(values, values.size());
  const auto partial = memory.template make<Vector<double, Exec>>(Tuning<Exec>::kRowChunks);
  const double norm = clip_norm(space, gradient, count, most, partial);
  return {norm, download(space, gradient)};
}

template <class T>
class ClipTest : public ::testing::Test {};
TYPED_TEST_SUITE(ClipTest, SpacesAndScalars, SpaceAndScalarName);

TYPED_TEST(ClipTest, ShortensWhatIsLongerToTheNorm) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  for (const int count : {1, 31, 33, 1000}) {
    const auto values = random_values<Scalar>(count + 5, 1);  // longer than the block, as the model's is
    double squares = 0;
    for (int i = 0; i < count; ++i) squares += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    const double norm = std::sqrt(squares);
    const auto [had, gradient] = clipped<Exec>(values, count, norm / 3);
    EXPECT_NEAR(had, norm, 1e-12 * norm);
    std::vector<double> expected(values.begin(), values.end());
    for (int i = 0; i < count; ++i) expected[i] /= 3;
    EXPECT_TRUE(all_close(gradient, expected, kTolerance<Scalar>, 1));
    EXPECT_EQ((clipped<Exec>(values, count, norm / 3).second), gradient);
  }
}

TYPED_TEST(ClipTest, LeavesTheRestAsItIs) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  const std::vector<Scalar> values = {3, 4, 0, 1};
  EXPECT_EQ((clipped<Exec>(values, 3, 5).second), values);
  EXPECT_EQ((clipped<Exec>(values, 0, 5).first), 0);
  const Scalar infinite = std::numeric_limits<Scalar>::infinity();
  EXPECT_EQ((clipped<Exec>(std::vector<Scalar>{infinite, 1}, 2, 5).second[1]), Scalar(1));
}

}  // namespace
}  // namespace gsrgnn
