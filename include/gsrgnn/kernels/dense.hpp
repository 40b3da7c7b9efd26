#pragma once

/// Dense matrix products, by Kokkos Kernels (BLAS on a host, cuBLAS on a GPU).

#include <KokkosBlas3_gemm.hpp>
#include <gsrgnn/kernels/tuning.hpp>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

/// C = alpha A^T B + beta C for a C of few elements, in a fixed order: one thread's lanes sum up an element, in double.
template <class Exec, class Scalar>
void small_transposed_product(const Exec& space, Scalar alpha, const Matrix<Scalar, Exec>& a,
                              const Matrix<Scalar, Exec>& b, Scalar beta, const Matrix<Scalar, Exec>& c) {
  using Policy = Kokkos::TeamPolicy<Exec>;
  const auto columns = static_cast<int>(c.extent(1));
  const auto rows = static_cast<std::int64_t>(a.extent(0));
  Kokkos::parallel_for(
      "gsrgnn::kernels::small_transposed_product",
      Policy(space, static_cast<int>(c.extent(0)) * columns, 1, Tuning<Exec>::kVectorLength),
      KOKKOS_LAMBDA(const typename Policy::member_type& team) {
        const int i = team.league_rank() / columns, j = team.league_rank() % columns;
        double sum = 0;
        Kokkos::parallel_reduce(
            Kokkos::ThreadVectorRange(team, rows),
            [&](const std::int64_t row, double& partial) {
              partial += static_cast<double>(a(row, i)) * static_cast<double>(b(row, j));
            },
            sum);
        Kokkos::single(Kokkos::PerThread(team), [&] {
          const Scalar product = alpha * static_cast<Scalar>(sum);
          c(i, j) = beta == Scalar(0) ? product : product + beta * c(i, j);
        });
      });
}

/// C = alpha op(A) op(B) + beta C by the library. On a GPU not the same bits each time, if C is of few elements.
template <class Exec, class Scalar>
void library_gemm(const Exec& space, char op_a, char op_b, Scalar alpha, const Matrix<Scalar, Exec>& a,
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

/// C = alpha op(A) op(B) + beta C, with op given as 'N' or 'T'; all row-major. The same bits each time.
template <class Exec, class Scalar>
void gemm(const Exec& space, char op_a, char op_b, Scalar alpha, const Matrix<Scalar, Exec>& a,
          const Matrix<Scalar, Exec>& b, Scalar beta, const Matrix<Scalar, Exec>& c) {
  // Of fewer elements than 100, Kokkos Kernels sums the parts of A^T B by atomics on a GPU, in any order.
  if (op_a == 'T' && op_b == 'N' && c.extent(0) * c.extent(1) < 100) {
    return small_transposed_product(space, alpha, a, b, beta, c);
  }
  library_gemm(space, op_a, op_b, alpha, a, b, beta, c);
}

}  // namespace gsrgnn
