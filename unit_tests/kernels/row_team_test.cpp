// The launch patterns: every row once, in chunks that do not depend on the machine, with scratch of its own.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/chunk_sums.hpp>
#include <gsrgnn/kernels/row_team.hpp>
#include <gsrgnn/util/views.hpp>
#include <numeric>

#include "support/execution_spaces.hpp"
#include "support/guarded_memory.hpp"
#include "support/mismatches.hpp"

namespace gsrgnn::row_team_test {

/// Row i's elements become i * columns + c, by way of the scratch, backwards: lanes that share another row's scratch,
/// or too little of it, would mix them up. Counts the visits.
template <class Exec>
struct FillThroughScratch {
  Matrix<std::int64_t, Exec> x;
  Vector<int, Exec> visits;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t row, void* scratch) const {
    auto* const held = static_cast<std::int64_t*>(scratch);
    const int columns = static_cast<int>(x.extent(1));
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, columns),
                         [&](const int c) { held[columns - 1 - c] = row * columns + c; });
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, columns),
                         [&](const int c) { x(row, c) = held[columns - 1 - c]; });
    Kokkos::single(Kokkos::PerThread(member), [&]() { visits(row) += 1; });
  }
};

template <class Exec>
struct MarkRow {
  Vector<int, Exec> visits;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t row, void* scratch) const {
    Kokkos::single(Kokkos::PerThread(member), [&]() { visits(row) += scratch == nullptr ? 1 : 100; });
  }
};

template <class Exec>
struct MarkChunk {
  Vector<std::int64_t, Exec> chunk_of;
  Vector<int, Exec> visits;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t chunk, RowChunk rows) const {
    for (std::int64_t row = rows.first; row < rows.last; ++row) {
      Kokkos::single(Kokkos::PerThread(member), [&]() {
        chunk_of(row) = chunk;
        visits(row) += 1;
      });
    }
  }
};

using testing::all_same;
using testing::GuardedMemory;

template <class Exec>
std::vector<int> row_counts() {
  const int team = Tuning<Exec>::kRowsPerTeam, chunks = Tuning<Exec>::kRowChunks;
  return {0,
          1,
          2,
          team - 1,
          team,
          team + 1,
          3 * team + 5,
          chunks - 1,
          chunks,
          chunks + 1,
          2 * chunks + 1,
          testing::many(5000)};
}

template <class Exec>
class RowTeamTest : public ::testing::Test {};
TYPED_TEST_SUITE(RowTeamTest, testing::ExecutionSpaces);

TYPED_TEST(RowTeamTest, VisitsEveryRowOnceWithScratchOfItsOwn) {
  const TypeParam space;
  for (const int rows : row_counts<TypeParam>()) {
    // The longest take less than a full team of a GPU, and its slow scratch.
    for (const int columns : {1, 5, 32, 300, 2000, 20000}) {
      if (columns > 300 && rows > testing::many(100)) continue;
      SCOPED_TRACE(::testing::Message() << rows << " rows of " << columns);
      GuardedMemory<TypeParam> memory(space);
      const auto x = memory.template make<Matrix<std::int64_t, TypeParam>>(rows, columns);
      const auto visits = memory.template make_from<Vector<int, TypeParam>>(std::vector<int>(rows, 0), rows);
      for_each_row(space, "gsrgnn::test::for_each_row", rows, FillThroughScratch<TypeParam>{x, visits},
                   columns * sizeof(std::int64_t));
      std::vector<std::int64_t> expected(static_cast<std::size_t>(rows) * columns);
      std::iota(expected.begin(), expected.end(), std::int64_t{0});
      EXPECT_TRUE(all_same(download(space, x), expected, columns));
      EXPECT_TRUE(all_same(download(space, visits), std::vector<int>(rows, 1)));
    }
  }
}

TEST(TeamShapeTest, FitsTheFastMemoryIfItCan) {
  // What Kokkos leaves of the 48 KB that a block of an sm_86 or sm_90 has unasked.
  constexpr std::size_t kFast = 48 * 1024 - 8224;
  for (const std::size_t bytes : {0, 64, 1024, 5120, 5121, 20000, 40928, 40929, 200000}) {
    const TeamShape team = shape_team(8, bytes, kFast);
    EXPECT_GE(team.threads, 1) << bytes;
    EXPECT_LE(team.threads, 8) << bytes;
    EXPECT_EQ(team.scratch_level, bytes <= kFast ? 0 : 1) << bytes;
    if (team.scratch_level == 1) continue;
    const auto taken = [&](int threads) { return bytes * static_cast<std::size_t>(threads); };
    EXPECT_LE(taken(team.threads), kFast) << bytes;
    EXPECT_TRUE(team.threads == 8 || taken(team.threads + 1) > kFast) << bytes;
  }
}

TYPED_TEST(RowTeamTest, GivesNoScratchUnasked) {
  const TypeParam space;
  GuardedMemory<TypeParam> memory(space);
  const auto visits = memory.template make_from<Vector<int, TypeParam>>(std::vector<int>(200, 0), 200);
  for_each_row(space, "gsrgnn::test::for_each_row", 200, MarkRow<TypeParam>{visits});
  EXPECT_TRUE(all_same(download(space, visits), std::vector<int>(200, 1)));
}

TYPED_TEST(RowTeamTest, ChunksAreARepeatableCutOfTheRows) {
  const TypeParam space;
  for (const int rows : row_counts<TypeParam>()) {
    SCOPED_TRACE(::testing::Message() << rows << " rows");
    GuardedMemory<TypeParam> memory(space);
    const auto chunk_of = memory.template make<Vector<std::int64_t, TypeParam>>(rows);
    const auto visits = memory.template make_from<Vector<int, TypeParam>>(std::vector<int>(rows, 0), rows);
    for_each_row_chunk(space, "gsrgnn::test::for_each_row_chunk", rows, MarkChunk<TypeParam>{chunk_of, visits});
    EXPECT_TRUE(all_same(download(space, visits), std::vector<int>(rows, 1)));
    // Equal chunks of the fewest rows that suffice.
    const int chunks = Tuning<TypeParam>::kRowChunks, size = (rows + chunks - 1) / chunks;
    std::vector<std::int64_t> expected;
    for (int row = 0; row < rows; ++row) expected.push_back(row / size);
    EXPECT_TRUE(all_same(download(space, chunk_of), expected));
  }
}

TYPED_TEST(RowTeamTest, SumsTheChunksOfTheColumnsAskedFor) {
  const TypeParam space;
  const int chunks = Tuning<TypeParam>::kRowChunks;
  for (const int columns : {1, 5, 300}) {
    GuardedMemory<TypeParam> memory(space);
    std::vector<double> partial(chunks * (columns + 3)), expected(columns, 0.0);
    for (int i = 0; i < chunks; ++i) {
      for (int c = 0; c < columns + 3; ++c) partial[i * (columns + 3) + c] = i * 7 + c;
      for (int c = 0; c < columns; ++c) expected[c] += i * 7 + c;
    }
    const auto out = memory.template make<Vector<double, TypeParam>>(columns);
    sum_row_chunks(space, "gsrgnn::test::sum_row_chunks",
                   memory.template make_from<Matrix<double, TypeParam>>(partial, chunks, columns + 3), out);
    EXPECT_TRUE(all_same(download(space, out), expected));
  }
}

}  // namespace gsrgnn::row_team_test
