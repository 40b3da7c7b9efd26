// GS-Op against a stable sort of each row: values, columns, what is left of the row, and the flag for NaNs.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/gs_op.hpp>
#include <gsrgnn/kernels/pack.hpp>
#include <limits>
#include <numeric>

#include "support/guarded_memory.hpp"
#include "support/mismatches.hpp"
#include "support/small_circuits.hpp"
#include "support/spaces_and_scalars.hpp"

namespace gsrgnn {
namespace {

using testing::all_same;
using testing::GuardedMemory;
using testing::many;
using testing::random_values;

template <class Scalar, class Index>
struct Kept {
  std::vector<Scalar> v;
  std::vector<Index> index;
  std::vector<Scalar> x;  ///< what becomes of the rows
};

/// The definition: sort a row by value, equal values by column; keep the first k; put them in the order of columns.
template <class Scalar, class Index>
Kept<Scalar, Index> keep_by_sorting(const std::vector<Scalar>& x, int stride, int width, int k, GsRow after) {
  Kept<Scalar, Index> kept;
  kept.x = x;
  for (std::size_t first = 0; first < x.size(); first += stride) {
    std::vector<int> order(width);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return x[first + a] > x[first + b]; });
    std::sort(order.begin(), order.begin() + k);
    if (after == GsRow::sparsify) std::fill_n(kept.x.begin() + first, width, Scalar(0));
    for (int t = 0; t < k; ++t) {
      kept.v.push_back(x[first + order[t]]);
      kept.index.push_back(static_cast<Index>(order[t]));
      kept.x[first + order[t]] = x[first + order[t]];
    }
  }
  return kept;
}

template <class Exec, class Index, class Scalar>
Kept<Scalar, Index> keep_by_kernel(const std::vector<Scalar>& x, int stride, int width, int k, GsRow after,
                                   bool* has_nan) {
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto rows = static_cast<std::int64_t>(x.size()) / stride;
  const auto dense = memory.template make_from<Matrix<Scalar, Exec>>(x, rows, stride);
  const auto v = memory.template make<Matrix<Scalar, Exec>>(rows, k);
  const auto index = memory.template make<Matrix<Index, Exec>>(rows, k);
  const auto flag = memory.template make_from<Vector<int, Exec>>(std::vector<int>{*has_nan ? 1 : 0}, 1);
  gs_op(space, dense, width, v, index, flag, after);
  *has_nan = download(space, flag)[0] != 0;
  return {download(space, v), download(space, index), download(space, dense)};
}

/// The rows of x, each of `stride` elements of which the first `width` count, for one k, kept and sparsified.
template <class Exec, class Index, class Scalar>
void check(const std::vector<Scalar>& x, int stride, int width, int k) {
  for (const GsRow after : {GsRow::keep, GsRow::sparsify}) {
    SCOPED_TRACE(::testing::Message() << x.size() / stride << " rows, width " << width << ", k " << k
                                      << (after == GsRow::keep ? ", keep" : ", sparsify"));
    bool has_nan = false;
    const auto actual = keep_by_kernel<Exec, Index>(x, stride, width, k, after, &has_nan);
    const auto expected = keep_by_sorting<Scalar, Index>(x, stride, width, k, after);
    EXPECT_TRUE(all_same(actual.index, expected.index, k));
    EXPECT_TRUE(all_same(actual.v, expected.v, k));
    EXPECT_TRUE(all_same(actual.x, expected.x, stride));
    EXPECT_FALSE(has_nan);
  }
}

/// Random rows, padded as the model pads them but with a padding that would win if it were looked at.
template <class Scalar>
std::vector<Scalar> padded_rows(std::int64_t rows, int width, std::uint64_t seed) {
  const int stride = padded(width, choose_tile(width));
  auto x = random_values<Scalar>(rows * stride, seed);
  for (std::int64_t i = 0; i < rows; ++i) {
    std::fill(x.begin() + i * stride + width, x.begin() + (i + 1) * stride, Scalar(1e30));
  }
  return x;
}

template <class T>
class GsOpTest : public ::testing::Test {};
TYPED_TEST_SUITE(GsOpTest, testing::SpacesAndScalars, testing::SpaceAndScalarName);

TYPED_TEST(GsOpTest, KeepsTheLargestOfEveryWidth) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  for (const int width : {1, 2, 5, 8, 20, 32, 33, 47, 75, 96, 192, 256}) {
    const int stride = padded(width, choose_tile(width));
    for (const int k : {1, 2, 4, width / 2, width - 1, width}) {
      if (k < 1 || k > width) continue;
      check<Exec, std::uint8_t>(padded_rows<Scalar>(67, width, 100 * width + k), stride, width, k);
    }
  }
}

TYPED_TEST(GsOpTest, KeepsTheLargestOfWideRows) {
  using Scalar = typename TypeParam::Scalar;
  for (const int width : {257, 300, 513}) {
    const int stride = padded(width, choose_tile(width));
    for (const int k : {1, 64, 255, 256, width}) {
      check<typename TypeParam::Exec, std::uint16_t>(padded_rows<Scalar>(9, width, width + k), stride, width, k);
    }
  }
}

// A host looks at 32 or 64 groups of columns first, and these are where it could be led astray: all of the largest in
// one group, in columns behind the last whole 32 or 64, or so spread that every group has one.
TYPED_TEST(GsOpTest, TheLargestAreFoundWhereverTheyLie) {
  using Scalar = typename TypeParam::Scalar;
  for (const int width : {75, 192}) {
    for (const int apart : {1, 2, 5, 31, 32, 33}) {
      std::vector<Scalar> x;
      for (int first = 0; first < width; ++first) {
        auto row = random_values<Scalar>(width, 7 * width + first);
        for (int n = 0, c = first; n < 6; ++n, c = (c + apart) % width) row[c] = static_cast<Scalar>(1000 + 13 * n % 5);
        x.insert(x.end(), row.begin(), row.end());
      }
      for (const int k : {1, 2, 4, 6, 8, 31, 32, 33, 64})
        check<typename TypeParam::Exec, std::uint8_t>(x, width, width, k);
    }
  }
}

TYPED_TEST(GsOpTest, EveryNumberOfRows) {
  for (const int rows : {1, 2, 7, 8, 9, 63, 64, 65, 127, 128, 129, 1000}) {
    check<typename TypeParam::Exec, std::uint8_t>(padded_rows<typename TypeParam::Scalar>(rows, 20, rows), 24, 20, 3);
  }
}

TYPED_TEST(GsOpTest, NoRows) {
  check<typename TypeParam::Exec, std::uint8_t>(std::vector<typename TypeParam::Scalar>(), 24, 20, 3);
}

TYPED_TEST(GsOpTest, TenThousandRandomRows) {
  using Scalar = typename TypeParam::Scalar;
  check<typename TypeParam::Exec, std::uint8_t>(random_values<Scalar>(many(10000) * 96, 1), 96, 96, 8);
  // The same with about half of the elements in ties.
  auto coarse = random_values<Scalar>(many(10000) * 96, 2);
  for (auto& value : coarse) value = std::round(value * 16) / 16;
  check<typename TypeParam::Exec, std::uint8_t>(coarse, 96, 96, 8);
  check<typename TypeParam::Exec, std::uint8_t>(coarse, 96, 96, 50);
}

template <class Scalar>
std::vector<Scalar> special_values() {
  using Limits = std::numeric_limits<Scalar>;
  return {-Limits::infinity(),  Limits::lowest(), -1, -Limits::denorm_min(), Scalar(-0.0), Scalar(0.0),
          Limits::denorm_min(), Limits::min(),    1,  Limits::infinity()};
}

// Ties of every kind, at the edge of what is kept and away from it: all rows of four of these ten values; on the
// emulated device some of all kinds.
TYPED_TEST(GsOpTest, EveryRowOfFourSpecialValues) {
  using Scalar = typename TypeParam::Scalar;
  const auto special = special_values<Scalar>();
  std::vector<Scalar> x;
  for (int row = 0; row < many(10000); ++row) {
    const int i = row * 9973 % 10000;
    for (const int digit : {1000, 100, 10, 1}) x.push_back(special[i / digit % 10]);
  }
  for (const int k : {1, 2, 3, 4}) check<typename TypeParam::Exec, std::uint8_t>(x, 4, 4, k);
}

TYPED_TEST(GsOpTest, LongRowsOfTies) {
  using Scalar = typename TypeParam::Scalar;
  const auto special = special_values<Scalar>();
  const int width = 96;
  std::vector<Scalar> x;
  for (const Scalar value : special) x.insert(x.end(), width, value);  // all equal
  Random random(3);
  for (int row = 0; row < 200; ++row) {  // a few of the values in each row
    const auto first = random.below(special.size());
    const auto count = 1 + random.below(special.size() - first);
    for (int c = 0; c < width; ++c) x.push_back(special[first + random.below(count)]);
  }
  for (int row = 0; row < 20; ++row) {  // neighbours in the last bit
    Scalar value = row % 2 == 0 ? Scalar(1) : Scalar(-1);
    for (int c = 0; c < width; ++c, value = std::nextafter(value, Scalar(row % 4 < 2 ? 2 : -2))) x.push_back(value);
  }
  for (int row = 0; row < 20; ++row) {  // negative only
    for (int c = 0; c < width; ++c) x.push_back(Scalar(-1e-3) - static_cast<Scalar>(random.uniform()));
  }
  for (const int k : {1, 2, 8, 47, 48, 95, 96}) check<typename TypeParam::Exec, std::uint8_t>(x, width, width, k);
}

TYPED_TEST(GsOpTest, ExampleOfThePaper) {
  using Scalar = typename TypeParam::Scalar;
  const std::vector<Scalar> x = {Scalar(.45), Scalar(.17), Scalar(.21), Scalar(.40),
                                 Scalar(.73), Scalar(.07), Scalar(.15), Scalar(.49)};
  bool has_nan = false;
  const auto kept = keep_by_kernel<typename TypeParam::Exec, std::uint8_t>(x, 2, 2, 1, GsRow::keep, &has_nan);
  EXPECT_TRUE(all_same(kept.v, {Scalar(.45), Scalar(.40), Scalar(.73), Scalar(.49)}));
  EXPECT_TRUE(all_same(kept.index, {0, 1, 0, 1}));
}

TYPED_TEST(GsOpTest, ANanSetsTheFlagAndDisturbsNoOtherRow) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  using Limits = std::numeric_limits<Scalar>;
  const int width = 20, k = 4, rows = 130;
  const std::vector<std::vector<Scalar>> poisons = {{Limits::quiet_NaN()},
                                                    {-Limits::quiet_NaN()},
                                                    {Limits::signaling_NaN()},
                                                    std::vector<Scalar>(width, Limits::quiet_NaN()),
                                                    std::vector<Scalar>(width, -Limits::quiet_NaN()),
                                                    {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()},
                                                    {-Limits::quiet_NaN(), Limits::quiet_NaN(), 0}};
  for (std::size_t p = 0; p < poisons.size(); ++p) {
    for (const int bad : {0, 63, 64, rows - 1}) {
      SCOPED_TRACE(::testing::Message() << "poison " << p << " in row " << bad);
      auto x = random_values<Scalar>(rows * width, 4);
      const auto clean = keep_by_sorting<Scalar, std::uint8_t>(x, width, width, k, GsRow::sparsify);
      std::copy(poisons[p].begin(), poisons[p].end(), x.begin() + bad * width);
      bool has_nan = false;
      auto kept = keep_by_kernel<Exec, std::uint8_t>(x, width, width, k, GsRow::sparsify, &has_nan);
      EXPECT_TRUE(has_nan);
      for (int t = 0; t < k; ++t) {
        EXPECT_LT(kept.index[bad * k + t], width) << "a later kernel would leave the row";
        kept.index[bad * k + t] = clean.index[bad * k + t];
        kept.v[bad * k + t] = clean.v[bad * k + t];
      }
      std::copy_n(clean.x.begin() + bad * width, width, kept.x.begin() + bad * width);
      EXPECT_TRUE(all_same(kept.index, clean.index, k));
      EXPECT_TRUE(all_same(kept.v, clean.v, k));
      EXPECT_TRUE(all_same(kept.x, clean.x, width));
    }
  }
}

TYPED_TEST(GsOpTest, ANanIsSeenInEveryColumn) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  const int width = 75;
  for (const int k : {4, 40}) {
    for (int column = 0; column < width; ++column) {
      auto x = random_values<Scalar>(width, column + 1);
      x[column] = std::numeric_limits<Scalar>::quiet_NaN();
      bool has_nan = false;
      keep_by_kernel<Exec, std::uint8_t>(x, width, width, k, GsRow::keep, &has_nan);
      EXPECT_TRUE(has_nan) << "in column " << column << ", k " << k;
    }
  }
}

TYPED_TEST(GsOpTest, ASetFlagStaysSet) {
  bool has_nan = true;
  keep_by_kernel<typename TypeParam::Exec, std::uint8_t>(random_values<typename TypeParam::Scalar>(80, 5), 8, 8, 2,
                                                         GsRow::keep, &has_nan);
  EXPECT_TRUE(has_nan);
}

}  // namespace
}  // namespace gsrgnn
