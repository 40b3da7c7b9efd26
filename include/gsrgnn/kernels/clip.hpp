#pragma once

/// Clipping of a gradient by its norm (Pascanu et al., "On the difficulty of training recurrent neural networks", 2013,
/// Algorithm 1).

#include <cmath>
#include <gsrgnn/kernels/loss.hpp>

namespace gsrgnn {

/// Shortens gradient(0 .. count) to the norm `most`, should it be longer, and returns the norm that it had, which is
/// the same for any thread count; partial: exactly kRowChunks. One that is not finite stays as it is.
template <class Exec, class Scalar>
double clip_norm(const Exec& space, const Vector<Scalar, Exec>& gradient, std::int64_t count, double most,
                 const Vector<double, Exec>& partial) {
  Kokkos::parallel_for(
      "gsrgnn::kernels::squared_norm", Kokkos::RangePolicy<Exec>(space, 0, Tuning<Exec>::kRowChunks),
      KOKKOS_LAMBDA(const std::int64_t chunk) {
        const RowChunk range = row_chunk<Exec>(count, chunk);
        double sum = 0;
        for (std::int64_t i = range.first; i < range.last; ++i) {
          const auto value = static_cast<double>(gradient(i));
          sum += value * value;
        }
        partial(chunk) = sum;
      });
  const double norm = std::sqrt(sum_chunks(space, partial));
  if (!(norm > most) || !std::isfinite(norm)) return norm;
  const double factor = most / norm;
  Kokkos::parallel_for(
      "gsrgnn::kernels::shorten", Kokkos::RangePolicy<Exec>(space, 0, count),
      KOKKOS_LAMBDA(const std::int64_t i) { gradient(i) = static_cast<Scalar>(factor * gradient(i)); });
  return norm;
}

}  // namespace gsrgnn
