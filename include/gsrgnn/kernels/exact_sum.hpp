#pragma once

/// Sums that are taken back bit for bit. What a state is added to is first rounded to whole multiples of a small unit;
/// such sums are exact as long as a number has the digits for them, and then taking away what was added leaves what
/// there was.

#include <cmath>
#include <gsrgnn/kernels/pack.hpp>
#include <gsrgnn/util/views.hpp>
#include <limits>

namespace gsrgnn {

/// float: 2^-16, so that sums are exact up to 256; states of real circuits reach 50, by outliers among their features.
template <class Scalar>
constexpr Scalar kExactUnit = std::numeric_limits<Scalar>::digits == 24 ? Scalar(1.0 / (1 << 16))
                                                                        : Scalar(1.0 / (std::int64_t{1} << 50));

/// X, rounded: what can be added to exactly.
template <class Exec, class Scalar>
void round_to_unit(const Exec& space, const Matrix<Scalar, Exec>& x) {
  const Vector<Scalar, Exec> all(x.data(), x.size());
  Kokkos::parallel_for(
      "gsrgnn::kernels::round_to_unit", Kokkos::RangePolicy<Exec>(space, 0, static_cast<std::int64_t>(all.extent(0))),
      KOKKOS_LAMBDA(const std::int64_t i) {
        all(i) = std::rint(all(i) / kExactUnit<Scalar>) * kExactUnit<Scalar> + Scalar(0);  // -0 becomes 0
      });
}

/// The nearest multiples of the unit of numbers up to a quarter of what sums may be: a sum with a number so large that
/// it has no finer digits, and back.
template <class Scalar, class P>
KOKKOS_FORCEINLINE_FUNCTION P rounded_to_unit(const P& x) {
  constexpr auto kShift =
      static_cast<Scalar>(3 * (std::int64_t{1} << (std::numeric_limits<Scalar>::digits - 2))) * kExactUnit<Scalar>;
  return (x + P(kShift)) - P(kShift);
}

/// A sum to which packs are added, or from which they are taken away again.
template <class Scalar, class Exec>
struct ExactSum {
  Scalar sign;                ///< 1 or -1
  Vector<int, Exec> inexact;  ///< set to 1 when what was added cannot be taken away exactly; never cleared here

  template <class P>
  KOKKOS_FORCEINLINE_FUNCTION void add(const P& x, Scalar* to) const {
    const P before = P::load(to), added = rounded_to_unit<Scalar>(x) * sign, after = before + added;
    after.store(to);
    if (sign < 0) return;
    const P lost = (after - added) - before;
    if ((lost * lost).sum() != 0) Kokkos::atomic_exchange(&inexact(0), 1);
  }
};

}  // namespace gsrgnn
