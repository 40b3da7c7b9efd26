#pragma once

/// Sums that are the same in whatever order they are made: floats as whole multiples of 2^-44 in 64 bits. Gradients of
/// circuits are summed so, on one rank and by MPI among ranks, and the sum then depends on neither the number of ranks
/// nor on which has which circuit.
///
/// Values are kept to 6e-14, far below what Adam's epsilon (1e-8) lets count; sums can reach 2^18.

#include <cmath>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

constexpr double kFixedUnit = 1.0 / 17592186044416.0;  // 2^-44
constexpr double kFixedLimit = 262144.0;               // 2^18

/// sum(first + j) += value(j) for j < count. A value that is not finite or exceeds the limit / `parts` (of which the
/// sum is made) adds nothing and sets beyond(0).
template <class Exec, class Scalar>
void add_to_fixed_sum(const Exec& space, const Vector<Scalar, Exec>& value, const Vector<std::int64_t, Exec>& sum,
                      std::int64_t first, std::int64_t count, double parts, const Vector<int, Exec>& beyond) {
  const double limit = kFixedLimit / parts;
  Kokkos::parallel_for(
      "gsrgnn::kernels::add_to_fixed_sum", Kokkos::RangePolicy<Exec>(space, 0, count),
      KOKKOS_LAMBDA(const std::int64_t j) {
        const double x = static_cast<double>(value(j));
        if (x > -limit && x < limit) {
          sum(first + j) += static_cast<std::int64_t>(std::rint(x * (1 / kFixedUnit)));
        } else {
          Kokkos::atomic_exchange(&beyond(0), 1);  // by whichever threads: all write the same
        }
      });
}

/// value(j) = sum(first + j) for j < count.
template <class Exec, class Scalar>
void read_fixed_sum(const Exec& space, const Vector<std::int64_t, Exec>& sum, std::int64_t first, std::int64_t count,
                    const Vector<Scalar, Exec>& value) {
  Kokkos::parallel_for(
      "gsrgnn::kernels::read_fixed_sum", Kokkos::RangePolicy<Exec>(space, 0, count),
      KOKKOS_LAMBDA(const std::int64_t j) {
        value(j) = static_cast<Scalar>(static_cast<double>(sum(first + j)) * kFixedUnit);
      });
}

}  // namespace gsrgnn
