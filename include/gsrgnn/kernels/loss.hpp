#pragma once

/// Mean squared error over the rows of one split.

#include <gsrgnn/kernels/row_team.hpp>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

/// partial(c): the sum over the rows i of chunk c with part(i) == which, and over the outputs, of (out - label)^2, in
/// double; out, label: N x O; partial: exactly kRowChunks.
template <class Exec, class Scalar>
void squared_error_chunks(const Exec& space, const Matrix<Scalar, Exec>& out, const Matrix<Scalar, Exec>& label,
                          const Vector<std::uint8_t, Exec>& part, std::uint8_t which,
                          const Vector<double, Exec>& partial) {
  const auto rows = static_cast<std::int64_t>(out.extent(0));
  const int outputs = static_cast<int>(out.extent(1));
  Kokkos::parallel_for(
      "gsrgnn::kernels::squared_error", Kokkos::RangePolicy<Exec>(space, 0, Tuning<Exec>::kRowChunks),
      KOKKOS_LAMBDA(const std::int64_t chunk) {
        const RowChunk range = row_chunk<Exec>(rows, chunk);
        double sum = 0;
        for (std::int64_t i = range.first; i < range.last; ++i) {
          if (part(i) != which) continue;
          for (int o = 0; o < outputs; ++o) {
            const double error = static_cast<double>(out(i, o)) - static_cast<double>(label(i, o));
            sum += error * error;
          }
        }
        partial(chunk) = sum;
      });
}

/// The sum of the chunks, finished on the host and in their order, so it is the same for any thread count.
template <class Exec>
double sum_chunks(const Exec& space, const Vector<double, Exec>& partial) {
  double sum = 0;
  for (const double part_sum : download(space, partial)) sum += part_sum;
  return sum;
}

/// The sum over all rows of the split.
template <class Exec, class Scalar>
double squared_error(const Exec& space, const Matrix<Scalar, Exec>& out, const Matrix<Scalar, Exec>& label,
                     const Vector<std::uint8_t, Exec>& part, std::uint8_t which, const Vector<double, Exec>& partial) {
  squared_error_chunks(space, out, label, part, which, partial);
  return sum_chunks(space, partial);
}

/// gradient = dL/dout of L = squared_error / count: 2 (out - label) / count in the rows of the split, 0 elsewhere.
template <class Exec, class Scalar>
void squared_error_gradient(const Exec& space, const Matrix<Scalar, Exec>& out, const Matrix<Scalar, Exec>& label,
                            const Vector<std::uint8_t, Exec>& part, std::uint8_t which, double count,
                            const Matrix<Scalar, Exec>& gradient) {
  const auto factor = static_cast<Scalar>(2.0 / count);
  const int outputs = static_cast<int>(out.extent(1));
  Kokkos::parallel_for(
      "gsrgnn::kernels::squared_error_gradient",
      Kokkos::RangePolicy<Exec>(space, 0, static_cast<std::int64_t>(out.extent(0))),
      KOKKOS_LAMBDA(const std::int64_t i) {
        for (int o = 0; o < outputs; ++o) {
          gradient(i, o) = part(i) == which ? factor * (out(i, o) - label(i, o)) : Scalar(0);
        }
      });
}

}  // namespace gsrgnn
