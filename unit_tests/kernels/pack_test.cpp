// The registers of the tiled kernels, tried on the host, and the choice of tiles.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/pack.hpp>

#include "support/mismatches.hpp"
#include "support/small_circuits.hpp"

namespace gsrgnn {
namespace {

using testing::all_close;
using testing::all_same;
using testing::random_values;

template <class P>
class PackTest : public ::testing::Test {};
using Packs = ::testing::Types<Pack<float, 4, 4>, Pack<float, 8, 8>, Pack<float, 16, 16>, Pack<float, 32, 16>,
                               Pack<float, 32, 8>, Pack<double, 4, 2>, Pack<double, 8, 8>, Pack<double, 16, 8>,
                               Pack<double, 32, 8>, Pack<double, 32, 4>, Pack<float, 4, 4, false>,
                               Pack<float, 1, 1, false>, Pack<double, 4, 2, false>>;  // the last as a GPU has them
TYPED_TEST_SUITE(PackTest, Packs);

template <class Scalar, int W, int Lanes, bool Native>
Scalar scalar_of(const Pack<Scalar, W, Lanes, Native>&);
template <class P>
using ScalarOf = decltype(scalar_of(std::declval<P>()));

template <class P>
std::vector<ScalarOf<P>> stored(const P& pack) {
  std::vector<ScalarOf<P>> values(P::kWidth);
  pack.store(values.data());
  return values;
}

TYPED_TEST(PackTest, IsARowOfNumbers) {
  using S = ScalarOf<TypeParam>;
  const int width = TypeParam::kWidth;
  const auto a = testing::random_values<S>(width, 1), b = random_values<S>(width, 2);
  EXPECT_TRUE(all_same(stored(TypeParam(7)), std::vector<S>(width, S(7))));
  EXPECT_TRUE(all_same(stored(TypeParam::load(a.data())), a));

  const auto pack_a = TypeParam::load(a.data()), pack_b = TypeParam::load(b.data());
  auto sum = pack_a, difference = pack_a, product = pack_a;
  sum += pack_b;
  difference -= pack_b;
  product *= pack_b;
  std::vector<double> expected_sum, expected_difference, expected_product, expected_scaled, expected_combined;
  double total = 0, dot = 0;
  for (int c = 0; c < width; ++c) {
    const double x = a[c], y = b[c];
    expected_sum.push_back(x + y);
    expected_difference.push_back(x - y);
    expected_product.push_back(x * y);
    expected_scaled.push_back(3 * x);
    expected_combined.push_back(x - 2 * y);
    total += x;
    dot += x * y;
  }
  const double tolerance = testing::kTolerance<S> / 10;
  EXPECT_TRUE(all_close(stored(sum), expected_sum, tolerance));
  EXPECT_TRUE(all_close(stored(difference), expected_difference, tolerance));
  EXPECT_TRUE(all_close(stored(product), expected_product, tolerance));
  EXPECT_TRUE(all_same(stored(pack_a + pack_b), stored(sum)));
  EXPECT_TRUE(all_same(stored(pack_a - pack_b), stored(difference)));
  EXPECT_TRUE(all_same(stored(pack_a * pack_b), stored(product)));
  EXPECT_TRUE(all_close(stored(S(3) * pack_a), expected_scaled, tolerance));
  EXPECT_TRUE(all_close(stored(fma(S(-2), pack_b, pack_a)), expected_combined, tolerance));
  EXPECT_NEAR(pack_a.sum(), total, tolerance * 10);
  EXPECT_NEAR(dot_lanes(pack_a, b.data()).sum(), dot, tolerance * 10);
}

TYPED_TEST(PackTest, ComparesNumberByNumber) {
  using S = ScalarOf<TypeParam>;
  const int width = TypeParam::kWidth;
  const auto a = testing::random_values<S>(width, 1), b = random_values<S>(width, 2);
  const auto pack_a = TypeParam::load(a.data()), pack_b = TypeParam::load(b.data());
  std::vector<S> expected[4];
  for (int c = 0; c < width; ++c) {
    expected[0].push_back(std::min(a[c], b[c]));
    expected[1].push_back(std::max(a[c], b[c]));
    expected[2].push_back(b[c] > 0 ? a[c] : S(0));
    expected[3].push_back(a[c] >= a[0] ? a[c] : S(0));
  }
  EXPECT_TRUE(all_same(stored(min(pack_a, pack_b)), expected[0]));
  EXPECT_TRUE(all_same(stored(max(pack_a, pack_b)), expected[1]));
  EXPECT_TRUE(all_same(stored(where_positive(pack_b, pack_a)), expected[2]));
  EXPECT_TRUE(all_same(stored(where_at_least(pack_a, a[0])), expected[3]));
}

TEST(Tiles, CoverEveryWidth) {
  for (int width = 1; width <= 600; ++width) {
    const int tile = choose_tile(width);
    EXPECT_TRUE(tile == 8 || tile == 16 || tile == 32 || tile == 64) << width;
    EXPECT_EQ(padded(width, tile) % tile, 0) << width;
    EXPECT_GE(padded(width, tile), width);
    EXPECT_LT(padded(width, tile), width + tile);
  }
  EXPECT_EQ(choose_tile(192), 64);
  EXPECT_EQ(choose_tile(96), 32);
  EXPECT_EQ(choose_tile(48), 16);
  EXPECT_EQ(choose_tile(20), 8);
  EXPECT_EQ(choose_tile(300), 16);
  EXPECT_EQ(padded(20, 8), 24);
  EXPECT_EQ(padded(300, 16), 304);
}

TEST(Tiles, AreDispatchedToTheirWidth) {
  for (const int tile : {8, 16, 32, 64}) {
    int seen = 0;
    dispatch_tile<Kokkos::DefaultHostExecutionSpace>(tile, [&](auto t) { seen = 1000 * t() + seen + 1; });
    EXPECT_EQ(seen, 1000 * tile + 1);
  }
}

TEST(TilesDeathTest, OtherWidthsAbort) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(dispatch_tile<Kokkos::DefaultHostExecutionSpace>(12, [](auto) {}), "a tile has 8, 16, 32 or 64 columns");
}

TEST(Tiles, WorkItemsCoverEveryColumnOnce) {
  using P = Pack<float, 4, 4>;
  std::vector<int> visits(3 * 32, 0);
  for (int item = 0; item < 3 * TileItem<P, 32>::kPacks; ++item) {
    const TileItem<P, 32> at(item);
    for (int c = 0; c < P::kWidth; ++c) ++visits[at.row * 32 + at.column + c];
  }
  EXPECT_TRUE(all_same(visits, std::vector<int>(visits.size(), 1), 32));
}

}  // namespace
}  // namespace gsrgnn
