#pragma once

/// The BLAS of the emulated device, in plain loops.

#include <gsrgnn/util/views.hpp>

#include "support/device/execution_space.hpp"

namespace gsrgnn::testing {

/// Found by the type of the execution space, in place of the one in dense.hpp.
template <class Scalar>
void library_gemm(const EmulatedDevice& space, char op_a, char op_b, Scalar alpha,
                  const Matrix<Scalar, EmulatedDevice>& a, const Matrix<Scalar, EmulatedDevice>& b, Scalar beta,
                  const Matrix<Scalar, EmulatedDevice>& c) {
  const auto depth = static_cast<std::int64_t>(op_a == 'N' ? a.extent(1) : a.extent(0));
  const auto columns = static_cast<std::int64_t>(c.extent(1));
  Kokkos::parallel_for("gsrgnn::testing::library_gemm",
                       Kokkos::RangePolicy<EmulatedDevice>(space, 0, static_cast<std::int64_t>(c.extent(0)) * columns),
                       [=](const std::int64_t item) {
                         const std::int64_t i = item / columns, j = item % columns;
                         Scalar sum = 0;
                         for (std::int64_t l = 0; l < depth; ++l)
                           sum += (op_a == 'N' ? a(i, l) : a(l, i)) * (op_b == 'N' ? b(l, j) : b(j, l));
                         c(i, j) = beta == Scalar(0) ? alpha * sum : alpha * sum + beta * c(i, j);
                       });
}

}  // namespace gsrgnn::testing
