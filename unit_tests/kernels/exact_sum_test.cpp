// Exact sums: what is added and taken away again leaves what there was to the last bit, and where it cannot, that is
// said.

#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/kernels/exact_sum.hpp>
#include <gsrgnn/util/arena.hpp>
#include <limits>

#include "support/mismatches.hpp"
#include "support/small_circuits.hpp"
#include "support/spaces_and_scalars.hpp"

namespace gsrgnn {
namespace {

using testing::all_same;
using testing::random_values;

constexpr int kTile = 16;

/// X += sign * F, row by row; whether all of it was exact.
template <class Exec, class Scalar>
bool add(const Matrix<Scalar, Exec>& x, const Matrix<Scalar, Exec>& f, Scalar sign) {
  const Exec space;
  Arena<Exec> arena(256);
  const ExactSum<Scalar, Exec> sum{sign, arena.template take<Vector<int, Exec>>(1)};
  using P = TilePack<Scalar, Exec, kTile>;
  using Item = TileItem<P, kTile>;
  Kokkos::parallel_for(
      "gsrgnn::test::add_exactly", Kokkos::RangePolicy<Exec>(space, 0, x.extent(0) * Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        sum.add(P::load(&f(item.row, item.column)), &x(item.row, item.column));
      });
  return download(space, sum.inexact)[0] == 0;
}

/// Values of about `scale`, rounded, and such to add, not rounded; then what becomes of them.
template <class Exec, class Scalar>
struct Sums {
  explicit Sums(Scalar scale) {
    const Exec space;
    Arena<Exec> arena(1 << 20);
    const auto take = [&](std::uint64_t seed) {
      const auto view = arena.template take<Matrix<Scalar, Exec>>(1000, kTile);
      auto values = random_values<Scalar>(view.size(), seed);
      for (Scalar& value : values) value *= scale;
      upload(space, view, values);
      return view;
    };
    const auto x = take(1), f = take(2);
    unrounded = download(space, x);
    added = download(space, f);
    round_to_unit(space, x);
    before = download(space, x);
    exact = add<Exec>(x, f, Scalar(1));
    sum = download(space, x);
    add<Exec>(x, f, Scalar(-1));
    after = download(space, x);
  }
  std::vector<Scalar> unrounded, before, added, sum, after;
  bool exact;
};

template <class T>
class ExactSumTest : public ::testing::Test {};
TYPED_TEST_SUITE(ExactSumTest, testing::SpacesAndScalars, testing::SpaceAndScalarName);

TYPED_TEST(ExactSumTest, IsTakenBackToTheLastBit) {
  using Scalar = typename TypeParam::Scalar;
  const Sums<typename TypeParam::Exec, Scalar> sums(Scalar(0.5));
  EXPECT_TRUE(sums.exact);
  EXPECT_TRUE(all_same(sums.after, sums.before, kTile));
  for (std::size_t i = 0; i < sums.sum.size(); ++i) {
    EXPECT_LE(std::abs(sums.before[i] - sums.unrounded[i]), kExactUnit<Scalar> / 2);
    EXPECT_NEAR(sums.sum[i], sums.before[i] + sums.added[i], static_cast<double>(kExactUnit<Scalar>));
    EXPECT_EQ(std::remainder(sums.sum[i], kExactUnit<Scalar>), 0);
  }
}

TYPED_TEST(ExactSumTest, SaysWhenTheDigitsDoNotSuffice) {
  using Scalar = typename TypeParam::Scalar;
  EXPECT_FALSE((Sums<typename TypeParam::Exec, Scalar>(Scalar(1000)).exact));
  EXPECT_FALSE((Sums<typename TypeParam::Exec, Scalar>(std::numeric_limits<Scalar>::quiet_NaN()).exact));
}

}  // namespace
}  // namespace gsrgnn
