// CBSR to dense rows and back.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/cbsr.hpp>
#include <gsrgnn/kernels/pack.hpp>

#include "support/guarded_memory.hpp"
#include "support/host_matrix.hpp"
#include "support/mismatches.hpp"
#include "support/small_circuits.hpp"
#include "support/spaces_and_scalars.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

struct Size {
  int rows, width, k;
};
const std::vector<Size> kSizes = {{1, 1, 1},   {1, 5, 5},    {63, 5, 2},   {64, 8, 8},    {65, 20, 1},
                                  {9, 32, 32}, {130, 96, 8}, {7, 192, 64}, {33, 256, 256}};
const std::vector<Size> kWideSizes = {{1, 300, 1}, {65, 300, 16}, {9, 300, 300}};

template <class Exec, class Scalar, class Index>
void check(const Size& size) {
  const auto [rows, width, k] = size;
  SCOPED_TRACE(::testing::Message() << rows << " rows, width " << width << ", k " << k);
  const int stride = padded(width, choose_tile(width));
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto values = random_values<Scalar>(rows * k, 1);
  const auto columns = random_columns<Index>(rows, k, width, 2);
  const auto dense = random_values<Scalar>(rows * stride, 3);
  const auto v = memory.template make_from<Matrix<Scalar, Exec>>(values, rows, k);
  const auto index = memory.template make_from<Matrix<Index, Exec>>(columns, rows, k);
  const auto x = memory.template make_from<Matrix<Scalar, Exec>>(dense, rows, stride);

  auto expected = scattered(values, columns, rows, stride);
  scatter_add(space, v, index, x);
  for (std::size_t i = 0; i < dense.size(); ++i) {
    expected.value[i] = static_cast<double>(dense[i] + static_cast<Scalar>(expected.value[i]));
  }
  EXPECT_TRUE(all_close(download(space, x), expected.value, 0, stride)) << "scatter_add";

  upload(space, x, dense);
  std::vector<Scalar> at(rows * k);
  for (int i = 0; i < rows; ++i) {
    for (int t = 0; t < k; ++t) at[i * k + t] = dense[i * stride + columns[i * k + t]];
  }
  const auto gathered = memory.template make<Matrix<Scalar, Exec>>(rows, k);
  gather(space, x, index, gathered);
  EXPECT_TRUE(all_same(download(space, gathered), at, k)) << "gather";

  EXPECT_TRUE(all_same(download(space, x), dense, stride)) << "gather must not touch X";

  add_where_kept(space, v, index, x);
  for (std::size_t i = 0; i < at.size(); ++i) at[i] = values[i] + at[i];
  EXPECT_TRUE(all_same(download(space, v), at, k)) << "add_where_kept, V";
  EXPECT_TRUE(all_close(download(space, x), scattered(at, columns, rows, stride).value, 0, stride))
      << "add_where_kept, X";
  EXPECT_TRUE(all_same(download(space, index), columns, k));
}

template <class T>
class CbsrTest : public ::testing::Test {};
TYPED_TEST_SUITE(CbsrTest, SpacesAndScalars, SpaceAndScalarName);

TYPED_TEST(CbsrTest, ScatterAndGather) {
  for (const auto& size : kSizes) check<typename TypeParam::Exec, typename TypeParam::Scalar, std::uint8_t>(size);
}
TYPED_TEST(CbsrTest, ScatterAndGatherWideRows) {
  for (const auto& size : kWideSizes) check<typename TypeParam::Exec, typename TypeParam::Scalar, std::uint16_t>(size);
}

}  // namespace
}  // namespace gsrgnn
