#pragma once

/// Dense matrix products, by Kokkos Kernels (BLAS on a host, cuBLAS on a GPU).

#include <KokkosBlas3_gemm.hpp>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

/// C = alpha op(A) op(B) + beta C, with op given as 'N' or 'T'; all row-major.
template <class Exec, class Scalar>
void gemm(const Exec& space, char op_a, char op_b, Scalar alpha, const Matrix<Scalar, Exec>& a,
          const Matrix<Scalar, Exec>& b, Scalar beta, const Matrix<Scalar, Exec>& c) {
  const char first[2] = {op_a, '\0'};
  const char second[2] = {op_b, '\0'};
#if KOKKOS_VERSION < 40000
  space.fence();  // these Kernels know only the default instance
  KokkosBlas::gemm(first, second, alpha, a, b, beta, c);
  Exec().fence();
#else
  KokkosBlas::gemm(space, first, second, alpha, a, b, beta, c);
#endif
}

}  // namespace gsrgnn
