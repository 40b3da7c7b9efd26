#pragma once

/// Layer norm over the rows of a grouped embedding H (C groups x N x padded width), of whose columns the first `width`
/// of each group count: y = act((x - mean) r gamma + beta), with r = 1 / sqrt(var + eps) over the C * width values.
/// gamma, beta: C x padded width, zero in the padding, so y is zero there too. The activation (relu_dropout.hpp) rides
/// along, forward and backward, so that no pass over the embedding is made for it alone.

#include <cmath>
#include <gsrgnn/kernels/relu_dropout.hpp>
#include <gsrgnn/kernels/row_team.hpp>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

constexpr double kLayerNormEpsilon = 1e-5;

template <class Exec, class Scalar, class Activation>
struct LayerNormForward {
  Tensor<Scalar, Exec> x;
  int width;
  Matrix<Scalar, Exec> gamma, beta;
  Tensor<Scalar, Exec> y;
  Matrix<Scalar, Exec> moments;
  Activation activation;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t row, void*) const {
    const int groups = static_cast<int>(x.extent(0));
    Scalar mean = 0;
    for (int g = 0; g < groups; ++g) {
      mean += sum_packs<Exec, Scalar>(member, width, [&](const auto at) { return at.load(&x(g, row, 0)); });
    }
    mean /= static_cast<Scalar>(groups * width);
    Scalar variance = 0;
    for (int g = 0; g < groups; ++g) {
      variance += sum_packs<Exec, Scalar>(member, width, [&](const auto at) {
        const auto off = at.load(&x(g, row, 0)) - mean;
        return off * off;
      });
    }
    const Scalar r =
        Scalar(1) / std::sqrt(variance / static_cast<Scalar>(groups * width) + static_cast<Scalar>(kLayerNormEpsilon));
    for (int g = 0; g < groups; ++g) {
      for_each_pack<Exec, Scalar>(member, static_cast<int>(x.extent(2)), [&](const auto at) {
        const auto normal = (at.load(&x(g, row, 0)) - mean) * r;
        const auto scaled = fma(normal, at.load(&gamma(g, 0)), at.load(&beta(g, 0)));
        at.store(activation(scaled, g, row, at.column), &y(g, row, 0));
      });
    }
    Kokkos::single(Kokkos::PerThread(member), [&]() {
      moments(row, 0) = mean;
      moments(row, 1) = r;
    });
  }
};

/// Y from X; moments (N x 2) receives each row's mean and r.
template <class Exec, class Scalar, class Activation = NoActivation>
void layer_norm_forward(const Exec& space, const Tensor<Scalar, Exec>& x, int width, const Matrix<Scalar, Exec>& gamma,
                        const Matrix<Scalar, Exec>& beta, const Tensor<Scalar, Exec>& y,
                        const Matrix<Scalar, Exec>& moments, const Activation& activation = {}) {
  for_each_row(space, "gsrgnn::kernels::layer_norm_forward", static_cast<std::int64_t>(x.extent(1)),
               LayerNormForward<Exec, Scalar, Activation>{x, width, gamma, beta, y, moments, activation});
}

template <class Exec, class Scalar, class ActivationBackward>
struct LayerNormBackward {
  Tensor<Scalar, Exec> x;
  int width;
  Matrix<Scalar, Exec> gamma;
  Matrix<Scalar, Exec> moments;
  Tensor<Scalar, Exec> g;
  Tensor<Scalar, Exec> partial;
  ActivationBackward back;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t chunk, RowChunk rows) const {
    const int groups = static_cast<int>(x.extent(0));
    const int stride = static_cast<int>(x.extent(2));
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, groups * stride), [&](const int c) {
      partial(chunk, 0, c) = 0;
      partial(chunk, 1, c) = 0;
    });
    for (std::int64_t row = rows.first; row < rows.last; ++row) {
      const Scalar mean = moments(row, 0);
      const Scalar r = moments(row, 1);
      // With x^ = (x - mean) r and u = gamma o dy:  dx = r (u - avg(u) - x^ avg(u x^)).
      const auto normal = [&](const auto at, int group) { return (at.load(&x(group, row, 0)) - mean) * r; };
      const auto before_activation = [&](const auto at, int group) {
        return back(at.load(&g(group, row, 0)), group, row, at.column);
      };
      Scalar average = 0, along = 0;
      for (int group = 0; group < groups; ++group) {
        average += sum_packs<Exec, Scalar>(
            member, width, [&](const auto at) { return before_activation(at, group) * at.load(&gamma(group, 0)); });
        along += sum_packs<Exec, Scalar>(member, width, [&](const auto at) {
          return before_activation(at, group) * at.load(&gamma(group, 0)) * normal(at, group);
        });
      }
      average /= static_cast<Scalar>(groups * width);
      along /= static_cast<Scalar>(groups * width);
      for (int group = 0; group < groups; ++group) {
        for_each_pack<Exec, Scalar>(member, width, [&](const auto at) {
          const auto x_normal = normal(at, group), dy = before_activation(at, group);
          Scalar* const to_gamma = &partial(chunk, 0, group * stride);
          Scalar* const to_beta = &partial(chunk, 1, group * stride);
          at.store(fma(dy, x_normal, at.load(to_gamma)), to_gamma);
          at.store(dy + at.load(to_beta), to_beta);
          const auto u = dy * at.load(&gamma(group, 0));
          at.store(fma(-along, x_normal, u - average) * r, &g(group, row, 0));
        });
      }
    }
  }
};

/// On entry g = dL/dY (C x N x padded width, zero in the padding); on return g = dL/dX, and gamma_gradient and
/// beta_gradient (C x padded width) are set. `partial` (row chunks x 2 x C * padded width) is workspace.
template <class Exec, class Scalar, class ActivationBackward = NoActivation>
void layer_norm_backward(const Exec& space, const Tensor<Scalar, Exec>& x, int width, const Matrix<Scalar, Exec>& gamma,
                         const Matrix<Scalar, Exec>& moments, const Tensor<Scalar, Exec>& g,
                         const Matrix<Scalar, Exec>& gamma_gradient, const Matrix<Scalar, Exec>& beta_gradient,
                         const Tensor<Scalar, Exec>& partial, const ActivationBackward& back = {}) {
  for_each_row_chunk(space, "gsrgnn::kernels::layer_norm_backward", static_cast<std::int64_t>(x.extent(1)),
                     LayerNormBackward<Exec, Scalar, ActivationBackward>{x, width, gamma, moments, g, partial, back});
  const std::int64_t stride = static_cast<std::int64_t>(x.extent(2));
  Kokkos::parallel_for(
      "gsrgnn::kernels::layer_norm_backward_sum",
      Kokkos::RangePolicy<Exec>(space, 0, static_cast<std::int64_t>(x.extent(0)) * stride),
      KOKKOS_LAMBDA(const std::int64_t c) {
        Scalar sum_gamma = 0, sum_beta = 0;
        for (int chunk = 0; chunk < Tuning<Exec>::kRowChunks; ++chunk) {
          sum_gamma += partial(chunk, 0, c);
          sum_beta += partial(chunk, 1, c);
        }
        gamma_gradient(c / stride, c % stride) = sum_gamma;
        beta_gradient(c / stride, c % stride) = sum_beta;
      });
}

}  // namespace gsrgnn
