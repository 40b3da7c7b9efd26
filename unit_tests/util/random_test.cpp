// The numbers are pinned: generated circuits, splits and initial values are known by their seeds alone. The expected
// values come from an implementation in Python integers; those of splitmix64 also from its authors.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/util/random.hpp>
#include <set>

namespace gsrgnn {
namespace {

TEST(Random, WordsArePinned) {
  EXPECT_EQ(mix_bits(0), 0U);
  EXPECT_EQ(mix_bits(1), 6238072747940578789U);
  EXPECT_EQ(mix_bits(~std::uint64_t{0}), 13029008266876403067U);
  EXPECT_EQ(hash_words(0, 0), 2558736989570252433U);
  EXPECT_EQ(hash_words(1, 2, 3), 7702586659592502839U);
  EXPECT_EQ(hash_words(3, 2, 1), 15432287184251514724U);
  // The first outputs of splitmix64 with the state 1234567.
  EXPECT_EQ(mix_bits(1234567 + 0x9e3779b97f4a7c15U), 6457827717110365317U);
  EXPECT_EQ(mix_bits(1234567 + 2 * 0x9e3779b97f4a7c15U), 3203168211198807973U);
}

TEST(Random, SequencesArePinned) {
  const auto first = [](std::uint64_t seed, std::uint64_t stream) {
    Random random(seed, stream);
    std::vector<std::uint64_t> drawn;
    for (int i = 0; i < 3; ++i) drawn.push_back(random.next());
    return drawn;
  };
  using Words = std::vector<std::uint64_t>;
  EXPECT_EQ(first(0, 0), (Words{2391539541053276776U, 920862675595841680U, 12365375887819322540U}));
  EXPECT_EQ(first(7, 5), (Words{13785995850768761102U, 17678000211477143343U, 12491832235697033100U}));
  EXPECT_NE(first(7, 5), first(7, 6));
  EXPECT_NE(first(7, 5), first(5, 7));

  Random uniform(7, 5);
  for (const double value : {0.747340332563982, 0.9583263117241362, 0.6771835824133589}) {
    EXPECT_EQ(uniform.uniform(), value);
  }
  Random small(7, 5);
  for (const std::uint64_t value : {7, 9, 6, 3, 0, 4, 5, 4, 7, 5, 1, 5}) EXPECT_EQ(small.below(10), value);
  Random large(7, 5);  // about half of the draws are rejected
  for (const std::uint64_t value : {6892997925384380551U, 6245916117848516550U, 3859172642148719736U}) {
    EXPECT_EQ(large.below((std::uint64_t{1} << 63U) + 1), value);
  }
  Random normal(7, 5);
  for (const double value : {-2.2102166050348893, -1.3460752731723513, 0.09709763840198193, -1.0375164218396495}) {
    EXPECT_EQ(normal.normal(), value);
  }
  EXPECT_EQ(Random(7, 5).permutation(10), (std::vector<std::int32_t>{9, 3, 1, 4, 6, 0, 2, 5, 8, 7}));
}

TEST(Random, UniformNumbersFillTheirRangeAndStayInIt) {
  Random random(1);
  double least = 1, most = 0, sum = 0, squares = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double u = random.uniform();
    least = std::min(least, u);
    most = std::max(most, u);
    sum += u;
    squares += u * u;
  }
  EXPECT_GE(least, 0);
  EXPECT_LT(most, 1);
  EXPECT_LT(least, 1e-4);
  EXPECT_GT(most, 1 - 1e-4);
  EXPECT_NEAR(sum / kDraws, 0.5, 0.005);
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 0.005);
}

TEST(Random, BelowIsEvenAndStaysBelow) {
  Random random(2);
  for (const std::uint64_t n : {1, 2, 3, 7, 100}) {
    std::vector<int> times(n, 0);
    const int draws = static_cast<int>(n) * 2000;
    for (int i = 0; i < draws; ++i) {
      const auto drawn = random.below(n);
      ASSERT_LT(drawn, n);
      ++times[drawn];
    }
    for (const int count : times) EXPECT_NEAR(count, 2000, 250) << "of " << n;
  }
  EXPECT_EQ(random.below(1), 0U);
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(random.chance(1, 1));
    EXPECT_FALSE(random.chance(0, 5));
  }
  int happened = 0;
  for (int i = 0; i < 10000; ++i) happened += random.chance(1, 4) ? 1 : 0;
  EXPECT_NEAR(happened, 2500, 200);
}

TEST(Random, NormalNumbersHaveTheNormalMoments) {
  Random random(3);
  constexpr int kDraws = 200000;
  double sum = 0, squares = 0, fourth = 0;
  int within_one = 0, beyond_three = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
    within_one += std::abs(x) < 1 ? 1 : 0;
    beyond_three += std::abs(x) > 3 ? 1 : 0;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.01);
  EXPECT_NEAR(squares / kDraws, 1, 0.015);
  EXPECT_NEAR(fourth / kDraws, 3, 0.15);
  EXPECT_NEAR(within_one / double{kDraws}, 0.6827, 0.005);
  EXPECT_NEAR(beyond_three / double{kDraws}, 0.0027, 0.0006);
}

TEST(Random, APermutationHoldsEveryNumberOnce) {
  for (const std::size_t n : {0, 1, 2, 3, 1000}) {
    auto order = Random(4).permutation<std::int64_t>(n);
    ASSERT_EQ(order.size(), n);
    if (n == 1000) {
      EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
    }
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(order[i], static_cast<std::int64_t>(i));
  }
  // All six orders of three, each about equally often.
  Random random(5);
  std::multiset<std::vector<std::int32_t>> seen;
  for (int i = 0; i < 6000; ++i) seen.insert(random.permutation(3));
  std::vector<std::int32_t> order = {0, 1, 2};
  do {
    EXPECT_NEAR(static_cast<double>(seen.count(order)), 1000, 150);
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace gsrgnn
