#pragma once

/// The readout, out = Linear(dropout(ReLU(LayerNorm(h)))): one or two values a cell from the grouped embedding.

#include <gsrgnn/kernels/layer_norm.hpp>
#include <gsrgnn/util/arena.hpp>

namespace gsrgnn {

/// Parameters of the readout, or their gradients.
template <class Scalar, class Exec>
struct ReadoutViews {
  Matrix<Scalar, Exec> norm_weight, norm_bias;  ///< C x padded d
  Tensor<Scalar, Exec> weight;                  ///< C x O x padded d
  Vector<Scalar, Exec> bias;                    ///< O
};

template <class Scalar, class Exec>
struct ReadoutWorkspace {
  ReadoutWorkspace(Arena<Exec>& arena, std::int64_t cells, int groups, int stride, int outputs)
      : moments(take<Matrix<Scalar, Exec>>(arena, cells, 2)),
        norm_partial(take<Tensor<Scalar, Exec>>(arena, Tuning<Exec>::kRowChunks, 2, groups * stride)),
        weight_partial(take<Tensor<Scalar, Exec>>(arena, Tuning<Exec>::kRowChunks, outputs, groups * stride + 1)) {}
  Matrix<Scalar, Exec> moments;         ///< N x 2
  Tensor<Scalar, Exec> norm_partial;    ///< row chunks x 2 x C padded d
  Tensor<Scalar, Exec> weight_partial;  ///< row chunks x O x (C padded d + 1, the last for the bias)
};

template <class Exec, class Scalar>
struct ReadoutLinear {
  Tensor<Scalar, Exec> y;
  ReadoutViews<Scalar, Exec> parameters;
  Matrix<Scalar, Exec> out;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t row, void*) const {
    for (int o = 0; o < static_cast<int>(out.extent(1)); ++o) {
      Scalar value = parameters.bias(o);
      for (int g = 0; g < static_cast<int>(y.extent(0)); ++g) {
        value += sum_packs<Exec, Scalar>(member, static_cast<int>(y.extent(2)), [&](const auto at) {
          return at.load(&y(g, row, 0)) * at.load(&parameters.weight(g, o, 0));
        });
      }
      Kokkos::single(Kokkos::PerThread(member), [&]() { out(row, o) = value; });
    }
  }
};

/// out (N x O) from X (C x N x padded d). Y, of X's shape, receives what the linear map sees, which backward needs.
template <class Exec, class Scalar>
void readout_forward(const Exec& space, const Tensor<Scalar, Exec>& x, int width, const ReadoutViews<Scalar, Exec>& p,
                     const Dropout<Scalar, Exec>& dropout, const ReadoutWorkspace<Scalar, Exec>& w,
                     const Tensor<Scalar, Exec>& y, const Matrix<Scalar, Exec>& out) {
  layer_norm_forward(space, x, width, p.norm_weight, p.norm_bias, y, w.moments, ReluDropout<Scalar, Exec>{dropout});
  for_each_row(space, "gsrgnn::models::readout_linear", static_cast<std::int64_t>(x.extent(1)),
               ReadoutLinear<Exec, Scalar>{y, p, out});
}

template <class Exec, class Scalar>
struct ReadoutLinearBackward {
  Tensor<Scalar, Exec> y;
  ReadoutViews<Scalar, Exec> parameters;
  Matrix<Scalar, Exec> g_out;
  Tensor<Scalar, Exec> partial;
  Scalar scale;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t chunk, RowChunk rows) const {
    const int outputs = static_cast<int>(g_out.extent(1));
    const int stride = static_cast<int>(y.extent(2));
    const int bias_column = static_cast<int>(partial.extent(2)) - 1;
    for (int o = 0; o < outputs; ++o) {
      Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, bias_column + 1),
                           [&](const int c) { partial(chunk, o, c) = 0; });
    }
    for (std::int64_t row = rows.first; row < rows.last; ++row) {
      for (int g = 0; g < static_cast<int>(y.extent(0)); ++g) {
        for_each_pack<Exec, Scalar>(member, stride, [&](const auto at) {
          const auto activated = at.load(&y(g, row, 0));
          typename decltype(at)::Type back = 0;
          for (int o = 0; o < outputs; ++o) {
            Scalar* const sum = &partial(chunk, o, g * stride);
            at.store(fma(g_out(row, o), activated, at.load(sum)), sum);
            back = fma(g_out(row, o), at.load(&parameters.weight(g, o, 0)), back);
          }
          at.store(where_positive(activated, back) * scale, &y(g, row, 0));
        });
      }
      Kokkos::single(Kokkos::PerThread(member), [&]() {
        for (int o = 0; o < outputs; ++o) partial(chunk, o, bias_column) += g_out(row, o);
      });
    }
  }
};

/// On entry y as forward left it; on return y = dL/dX, and the gradients are set. g_out: dL/dout (N x O).
template <class Exec, class Scalar>
void readout_backward(const Exec& space, const Tensor<Scalar, Exec>& x, int width, const ReadoutViews<Scalar, Exec>& p,
                      const Dropout<Scalar, Exec>& dropout, const ReadoutWorkspace<Scalar, Exec>& w,
                      const Matrix<Scalar, Exec>& g_out, const Tensor<Scalar, Exec>& y,
                      const ReadoutViews<Scalar, Exec>& gradient) {
  for_each_row_chunk(space, "gsrgnn::models::readout_linear_backward", static_cast<std::int64_t>(x.extent(1)),
                     ReadoutLinearBackward<Exec, Scalar>{y, p, g_out, w.weight_partial, dropout.scale});
  const int stride = static_cast<int>(x.extent(2));
  const int outputs = static_cast<int>(g_out.extent(1));
  const int columns = static_cast<int>(w.weight_partial.extent(2));
  const auto partial = w.weight_partial;
  const auto weight = gradient.weight;
  const auto bias = gradient.bias;
  Kokkos::parallel_for(
      "gsrgnn::models::readout_linear_backward_sum", Kokkos::RangePolicy<Exec>(space, 0, outputs * columns),
      KOKKOS_LAMBDA(const int i) {
        const int o = i / columns, c = i % columns;
        Scalar sum = 0;
        for (int chunk = 0; chunk < Tuning<Exec>::kRowChunks; ++chunk) sum += partial(chunk, o, c);
        if (c == columns - 1) {
          bias(o) = sum;
        } else {
          weight(c / stride, o, c % stride) = sum;
        }
      });
  layer_norm_backward(space, x, width, p.norm_weight, w.moments, y, gradient.norm_weight, gradient.norm_bias,
                      w.norm_partial);
}

}  // namespace gsrgnn
