// Dense products against plain loops.

#include <gtest/gtest.h>

#include <array>
#include <gsrgnn/kernels/dense.hpp>

#include "support/guarded_memory.hpp"
#include "support/host_matrix.hpp"
#include "support/mismatches.hpp"
#include "support/small_circuits.hpp"
#include "support/spaces_and_scalars.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

/// C (m x n) = alpha op(A) op(B) + beta C, of inner extent l.
template <class Exec, class Scalar>
void check(char op_a, char op_b, int m, int n, int l, double alpha, double beta) {
  SCOPED_TRACE(::testing::Message() << op_a << op_b << ", " << m << " x " << l << " times " << l << " x " << n
                                    << ", alpha " << alpha << ", beta " << beta);
  const int a_rows = op_a == 'N' ? m : l, a_columns = op_a == 'N' ? l : m;
  const int b_rows = op_b == 'N' ? l : n, b_columns = op_b == 'N' ? n : l;
  const auto host_a = random_values<Scalar>(a_rows * a_columns, 1);
  const auto host_b = random_values<Scalar>(b_rows * b_columns, 2);
  const auto host_c = random_values<Scalar>(m * n, 3);
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto a = memory.template make_from<Matrix<Scalar, Exec>>(host_a, a_rows, a_columns);
  const auto b = memory.template make_from<Matrix<Scalar, Exec>>(host_b, b_rows, b_columns);
  const auto c = memory.template make<Matrix<Scalar, Exec>>(m, n);  // NaN: with beta = 0 it may not be read
  if (beta != 0) upload(space, c, host_c);
  gemm(space, op_a, op_b, static_cast<Scalar>(alpha), a, b, static_cast<Scalar>(beta), c);

  HostMatrix left(a_rows, a_columns, host_a), right(b_rows, b_columns, host_b);
  if (op_a == 'T') left = transposed(left);
  if (op_b == 'T') right = transposed(right);
  auto expected = product(left, right).value;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    expected[i] = alpha * expected[i] + (beta != 0 ? beta * static_cast<double>(host_c[i]) : 0.0);
  }
  EXPECT_TRUE(all_close(download(space, c), expected, kTolerance<Scalar>, n));
}

template <class T>
class DenseTest : public ::testing::Test {};
TYPED_TEST_SUITE(DenseTest, SpacesAndScalars, SpaceAndScalarName);

TYPED_TEST(DenseTest, EqualsPlainLoops) {
  for (const char op_a : {'N', 'T'}) {
    for (const char op_b : {'N', 'T'}) {
      for (const auto& [m, n, l] : {std::array{1, 1, 1}, std::array{7, 5, 3}, std::array{64, 24, 2},
                                    std::array{33, 304, 9}, std::array{9, 17, 257}}) {
        check<typename TypeParam::Exec, typename TypeParam::Scalar>(op_a, op_b, m, n, l, 1, 0);
        check<typename TypeParam::Exec, typename TypeParam::Scalar>(op_a, op_b, m, n, l, -0.5, 2);
      }
    }
  }
}

}  // namespace
}  // namespace gsrgnn
