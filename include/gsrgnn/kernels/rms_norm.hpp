#pragma once

/// RMS normalisation of the kept values of a row: the pre-norm of a GSR block, done on k values instead of d. Dropout
/// rides along, with a mask over the d columns of which a row's k places are looked up.
///   v^[i,t] = gamma[I[i,t]] V[i,t] r_i m[i,I[i,t]],   r_i = 1 / sqrt(mean_t V[i,t]^2 + eps)

#include <cmath>
#include <gsrgnn/kernels/relu_dropout.hpp>
#include <gsrgnn/kernels/row_team.hpp>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

constexpr double kRmsEpsilon = 1e-5;

template <class Exec, class Values>
KOKKOS_FUNCTION auto inverse_rms(const TeamMember<Exec>& member, const Values& v, std::int64_t row) ->
    typename Values::non_const_value_type {
  using Scalar = typename Values::non_const_value_type;
  const int k = static_cast<int>(v.extent(1));
  Scalar squares = 0;
  Kokkos::parallel_reduce(
      Kokkos::ThreadVectorRange(member, k), [&](const int t, Scalar& sum) { sum += v(row, t) * v(row, t); }, squares);
  return Scalar(1) / std::sqrt(squares / Scalar(k) + Scalar(kRmsEpsilon));
}

template <class Exec, class Values, class Columns, class Gamma>
struct RmsNormForward {
  using Scalar = typename Values::non_const_value_type;
  Values v;
  Columns index;
  Gamma gamma;
  Values out;
  Dropout<Scalar, Exec> dropout;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t row, void*) const {
    const Scalar r = inverse_rms<Exec>(member, v, row);
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, static_cast<int>(v.extent(1))), [&](const int t) {
      const int c = index(row, t);
      out(row, t) = gamma(c) * v(row, t) * r * dropout.factor(row, c);
    });
  }
};

/// out = v^ (N x k) from V, I (N x k), gamma (d) and a dropout mask of one group.
template <class Exec, class Values, class Columns, class Gamma, class Mask>
void rms_norm_forward(const Exec& space, const Values& v, const Columns& index, const Gamma& gamma, const Mask& dropout,
                      const Values& out) {
  for_each_row(space, "gsrgnn::kernels::rms_norm_forward", static_cast<std::int64_t>(v.extent(0)),
               RmsNormForward<Exec, Values, Columns, Gamma>{v, index, gamma, out, dropout});
}

template <class Exec, class Values, class Columns, class Gamma>
struct RmsNormBackward {
  using Scalar = typename Values::non_const_value_type;
  Values v;
  Columns index;
  Gamma gamma;
  Values g;
  Matrix<Scalar, Exec> partial;
  Dropout<Scalar, Exec> dropout;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t chunk, RowChunk rows) const {
    const int k = static_cast<int>(v.extent(1));
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, static_cast<int>(gamma.extent(0))),
                         [&](const int c) { partial(chunk, c) = 0; });
    for (std::int64_t row = rows.first; row < rows.last; ++row) {
      const Scalar r = inverse_rms<Exec>(member, v, row);
      Scalar along = 0;
      Kokkos::parallel_reduce(
          Kokkos::ThreadVectorRange(member, k),
          [&](const int t, Scalar& sum) {
            const int c = index(row, t);
            sum += gamma(c) * dropout.factor(row, c) * g(row, t) * v(row, t);
          },
          along);
      const Scalar pull = r * r * r * along / Scalar(k);
      Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, k), [&](const int t) {
        const int c = index(row, t);
        const Scalar dv = dropout.factor(row, c) * g(row, t);
        partial(chunk, c) += dv * v(row, t) * r;
        g(row, t) = gamma(c) * r * dv - pull * v(row, t);
      });
    }
  }
};

/// On entry g = dL/dv^ (N x k); on return g = dL/dV, and gamma_gradient (d) = dL/dgamma.
/// `partial` (row chunks x d) is workspace.
template <class Exec, class Values, class Columns, class Gamma, class Mask, class Partial>
void rms_norm_backward(const Exec& space, const Values& v, const Columns& index, const Gamma& gamma,
                       const Mask& dropout, const Values& g, const Gamma& gamma_gradient, const Partial& partial) {
  for_each_row_chunk(space, "gsrgnn::kernels::rms_norm_backward", static_cast<std::int64_t>(v.extent(0)),
                     RmsNormBackward<Exec, Values, Columns, Gamma>{v, index, gamma, g, partial, dropout});
  sum_row_chunks(space, "gsrgnn::kernels::rms_norm_backward_sum", partial, gamma_gradient);
}

}  // namespace gsrgnn
