#pragma once

/// Losses over the rows of one split other than the plain mean squared error (loss.hpp): by another measure of an
/// error, or with a weight for each value.

#include <cmath>
#include <gsrgnn/kernels/loss.hpp>

namespace gsrgnn {

/// What an error e counts.
enum class ErrorMeasure {
  square,    ///< e^2
  absolute,  ///< |e|, whose slope at 0 is taken as 0
  huber,     ///< e^2 / 2 up to 1, |e| - 1/2 beyond (Huber, "Robust estimation of a location parameter", 1964)
};

KOKKOS_INLINE_FUNCTION double measured(ErrorMeasure measure, double e) {
  const double size = e < 0 ? -e : e;
  if (measure == ErrorMeasure::square) return e * e;
  return measure == ErrorMeasure::absolute ? size : size <= 1 ? e * e / 2 : size - 0.5;
}
/// Its derivative.
KOKKOS_INLINE_FUNCTION double slope_of(ErrorMeasure measure, double e) {
  const double sign = e > 0 ? 1 : e < 0 ? -1 : 0;
  if (measure == ErrorMeasure::square) return 2 * e;
  return measure == ErrorMeasure::absolute ? sign : e < -1 || e > 1 ? sign : e;
}

/// The sum over the rows with part(i) == which, and over the outputs, of weight x measured(out - label), the same for
/// any thread count; out, label: N x O; weight: N x O, or of no rows: all 1; partial: exactly kRowChunks.
template <class Exec, class Scalar>
double cell_loss(const Exec& space, ErrorMeasure measure, const Matrix<Scalar, Exec>& out,
                 const Matrix<Scalar, Exec>& label, const Matrix<Scalar, Exec>& weight,
                 const Vector<std::uint8_t, Exec>& part, std::uint8_t which, const Vector<double, Exec>& partial) {
  const auto rows = static_cast<std::int64_t>(out.extent(0));
  const int outputs = static_cast<int>(out.extent(1));
  const bool weighs = weight.extent(0) > 0;
  Kokkos::parallel_for(
      "gsrgnn::kernels::cell_loss", Kokkos::RangePolicy<Exec>(space, 0, Tuning<Exec>::kRowChunks),
      KOKKOS_LAMBDA(const std::int64_t chunk) {
        const RowChunk range = row_chunk<Exec>(rows, chunk);
        double sum = 0;
        for (std::int64_t i = range.first; i < range.last; ++i) {
          if (part(i) != which) continue;
          for (int o = 0; o < outputs; ++o) {
            const double error = static_cast<double>(out(i, o)) - static_cast<double>(label(i, o));
            sum += (weighs ? static_cast<double>(weight(i, o)) : 1.0) * measured(measure, error);
          }
        }
        partial(chunk) = sum;
      });
  return sum_chunks(space, partial);
}

/// gradient = dL/dout of L = cell_loss / count, 0 in the rows of other splits.
template <class Exec, class Scalar>
void cell_loss_gradient(const Exec& space, ErrorMeasure measure, const Matrix<Scalar, Exec>& out,
                        const Matrix<Scalar, Exec>& label, const Matrix<Scalar, Exec>& weight,
                        const Vector<std::uint8_t, Exec>& part, std::uint8_t which, double count,
                        const Matrix<Scalar, Exec>& gradient) {
  const int outputs = static_cast<int>(out.extent(1));
  const bool weighs = weight.extent(0) > 0;
  Kokkos::parallel_for(
      "gsrgnn::kernels::cell_loss_gradient",
      Kokkos::RangePolicy<Exec>(space, 0, static_cast<std::int64_t>(out.extent(0))),
      KOKKOS_LAMBDA(const std::int64_t i) {
        for (int o = 0; o < outputs; ++o) {
          if (part(i) != which) {
            gradient(i, o) = 0;
            continue;
          }
          const double error = static_cast<double>(out(i, o)) - static_cast<double>(label(i, o));
          const double counts = (weighs ? static_cast<double>(weight(i, o)) : 1.0) / count;
          gradient(i, o) = static_cast<Scalar>(counts * slope_of(measure, error));
        }
      });
}

}  // namespace gsrgnn
