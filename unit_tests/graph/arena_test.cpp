// The arena: what is measured is what is taken, and Views never share memory.

#include <gtest/gtest.h>

#include <gsrgnn/util/arena.hpp>

#include "support/execution_spaces.hpp"
#include "support/mismatches.hpp"

namespace gsrgnn {
namespace {

/// Views of odd sizes and several types, one of them empty.
template <class Exec>
struct Some {
  explicit Some(Arena<Exec>& arena)
      : bytes(arena.template take<Vector<std::uint8_t, Exec>>(3)),
        floats(arena.template take<Matrix<float, Exec>>(MemoryPart::graph, 7, 5)),
        none(arena.template take<Matrix<float, Exec>>(0, 5)),
        doubles(arena.template take<Tensor<double, Exec>>(2, 3, 11)),
        wide(arena.template take<Vector<std::uint16_t, Exec>>(MemoryPart::adam, 128)) {}
  Vector<std::uint8_t, Exec> bytes;
  Matrix<float, Exec> floats, none;
  Tensor<double, Exec> doubles;
  Vector<std::uint16_t, Exec> wide;
};

template <class Exec>
class ArenaTest : public ::testing::Test {};
TYPED_TEST_SUITE(ArenaTest, testing::ExecutionSpaces);

TYPED_TEST(ArenaTest, MeasuresWithoutMemory) {
  Arena<TypeParam> plan;
  EXPECT_TRUE(plan.measuring());
  EXPECT_EQ(plan.used(), 0u);
  const Some<TypeParam> some(plan);
  EXPECT_EQ(some.doubles.extent(0), 2u);
  EXPECT_EQ(some.doubles.extent(1), 3u);
  EXPECT_EQ(some.doubles.extent(2), 11u);
  EXPECT_EQ(some.doubles.data(), nullptr);
  EXPECT_EQ(some.bytes.data(), nullptr);
  EXPECT_GE(plan.used(), 3 + 7 * 5 * sizeof(float) + 2 * 3 * 11 * sizeof(double) + 128 * sizeof(std::uint16_t));

  // Far beyond 32 bits: what 1,000 layers of 70,000 cells keep.
  Arena<TypeParam> large;
  large.template take<Tensor<float, TypeParam>>(1000, 70000, 64);
  EXPECT_EQ(large.used(), std::size_t{4} * 1000 * 70000 * 64);

  // A multiple of 2^32 elements, which Kokkos 3.4 takes for none.
  Arena<TypeParam> round;
  round.template take<Tensor<float, TypeParam>>(1024, 65536, 64);
  EXPECT_EQ(round.used(), std::size_t{1} << 34U);
}

TYPED_TEST(ArenaTest, TakesExactlyWhatWasMeasured) {
  Arena<TypeParam> plan;
  const Some<TypeParam> measured(plan);
  Arena<TypeParam> arena(plan.used());
  EXPECT_FALSE(arena.measuring());
  const Some<TypeParam> some(arena);
  EXPECT_EQ(arena.used(), plan.used());
  std::size_t of_parts = 0;
  for (std::size_t part = 0; part < kMemoryParts; ++part) {
    EXPECT_EQ(arena.used(static_cast<MemoryPart>(part)), plan.used(static_cast<MemoryPart>(part)));
    of_parts += plan.used(static_cast<MemoryPart>(part));
  }
  EXPECT_EQ(of_parts, plan.used());
  EXPECT_EQ(plan.used(MemoryPart::graph), 256u);
  EXPECT_EQ(plan.used(MemoryPart::adam), 256u);
  EXPECT_EQ(plan.used(MemoryPart::workspace), 256u + 768u);
}

TYPED_TEST(ArenaTest, ViewsAreZeroAlignedAndApart) {
  const TypeParam space;
  Arena<TypeParam> plan;
  const Some<TypeParam> measured(plan);
  Arena<TypeParam> arena(plan.used());
  const Some<TypeParam> some(arena);
  EXPECT_TRUE(testing::all_same(download(space, some.bytes), std::vector<std::uint8_t>(3, 0)));
  EXPECT_TRUE(testing::all_same(download(space, some.floats), std::vector<float>(35, 0)));
  EXPECT_TRUE(testing::all_same(download(space, some.doubles), std::vector<double>(66, 0)));
  EXPECT_TRUE(testing::all_same(download(space, some.wide), std::vector<std::uint16_t>(128, 0)));
  for (const void* data : {static_cast<const void*>(some.floats.data()), static_cast<const void*>(some.doubles.data()),
                           static_cast<const void*>(some.wide.data())}) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(data) % 64, 0u) << "the widest vector load";
  }

  // Each keeps its values while the others are written.
  const std::vector<std::uint8_t> bytes(3, 1);
  const std::vector<float> floats(35, 2);
  const std::vector<double> doubles(66, 3);
  const std::vector<std::uint16_t> wide(128, 4);
  upload(space, some.wide, wide);
  upload(space, some.floats, floats);
  upload(space, some.bytes, bytes);
  upload(space, some.doubles, doubles);
  EXPECT_TRUE(testing::all_same(download(space, some.bytes), bytes));
  EXPECT_TRUE(testing::all_same(download(space, some.floats), floats));
  EXPECT_TRUE(testing::all_same(download(space, some.doubles), doubles));
  EXPECT_TRUE(testing::all_same(download(space, some.wide), wide));
}

TYPED_TEST(ArenaTest, SlicesAreTheMatricesOfATensor) {
  const TypeParam space;
  Arena<TypeParam> arena(4096);
  const auto tensor = arena.template take<Tensor<float, TypeParam>>(3, 2, 5);
  for (int s = 0; s < 3; ++s) upload(space, slice(tensor, s), std::vector<float>(10, static_cast<float>(s)));
  std::vector<float> expected;
  for (int s = 0; s < 3; ++s) expected.insert(expected.end(), 10, static_cast<float>(s));
  EXPECT_TRUE(testing::all_same(download(space, tensor), expected, 10));
}

/// Two Views from an arena with room for the first.
template <class Exec>
void take_too_much() {
  Arena<Exec> arena(1024);
  arena.template take<Vector<float, Exec>>(256);
  arena.template take<Vector<float, Exec>>(1);
}

template <class Exec>
class ArenaDeathTest : public ::testing::Test {};
TYPED_TEST_SUITE(ArenaDeathTest, testing::ExecutionSpaces);

TYPED_TEST(ArenaDeathTest, TakingMoreThanWasMeasuredAborts) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(take_too_much<TypeParam>(), "more taken than was measured");
}

}  // namespace
}  // namespace gsrgnn
