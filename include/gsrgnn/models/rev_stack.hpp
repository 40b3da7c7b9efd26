#pragma once

/// The layers of RevGNN (Li et al., "Training Graph Neural Networks with 1000 Layers", 2021) in the form of PyG's
/// example: the embedding is cut into C groups, and with block f_i = SAGEConv(dropout(ReLU(LayerNorm(.))))
///
///   Y_0' = X_2 + .. + X_C;    Y_i' = X_i + f_i(Y_{i-1}'),  i = 1 .. C
///
/// No activation is stored: backward takes the groups apart in reverse, X_i = Y_i' - f_i(Y_{i-1}'), by the same kernels
/// in the same order. The dropout mask is one for all layers, so memory does not depend on L but for the parameters.

#include <gsrgnn/models/model.hpp>
#include <gsrgnn/models/sage_conv.hpp>

namespace gsrgnn {

/// to += from, both N x padded d.
template <class Exec, class Scalar>
void add_rows(const Exec& space, const Matrix<Scalar, Exec>& from, const Matrix<Scalar, Exec>& to) {
  // Elements, not rows: on a GPU the usual index has 32 bits.
  using Range = Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int64_t>>;
  Kokkos::parallel_for(
      "gsrgnn::models::add_rows", Range(space, 0, static_cast<std::int64_t>(to.size())),
      KOKKOS_LAMBDA(const std::int64_t i) { to.data()[i] += from.data()[i]; });
}

template <class S, class E>
class RevStack {
 public:
  using Scalar = S;
  using Exec = E;
  using Rows = Matrix<Scalar, Exec>;

  RevStack(Arena<Exec>& arena, const ModelShape& shape, std::int64_t cells, std::int64_t intermediate_rows,
           Purpose purpose)
      : shape_(shape),
        // Two groups need no sum: Y_0' is the second.
        group_sum_(take<Rows>(arena, shape.groups > 2 ? cells : 0, shape.stride())),
        activated_(take<Rows>(arena, cells, shape.stride())),
        gradient_(take<Rows>(arena, purpose == Purpose::training ? cells : 0, shape.stride())),
        moments_(take<Rows>(arena, cells, 2)),
        norm_partial_(take<Tensor<Scalar, Exec>>(arena, purpose == Purpose::training ? Tuning<Exec>::kRowChunks : 0, 2,
                                                 shape.stride())),
        work_(arena, cells, intermediate_rows, shape.stride(), shape.tile()) {}

  bool take_found_nan(const Exec&) { return false; }  // a NaN reaches the loss

  template <int Tile, class Graph>
  void forward(const Exec& space, const Graph& graph, const LayerParameters<Scalar, Exec>& p,
               const Tensor<Scalar, Exec>& x, const Dropout<Scalar, Exec>& dropout) {
    for (int l = 0; l < shape_.layers; ++l) {
      for (int i = 0; i < shape_.groups; ++i) {
        add_block<Tile>(space, graph, p.values(l, i), input_of(space, x, i), slice(dropout, i), Scalar(1), slice(x, i));
      }
    }
  }

  template <int Tile, class Graph, class Sink>
  void backward(const Exec& space, const Graph& graph, const LayerParameters<Scalar, Exec>& p,
                const Tensor<Scalar, Exec>& x, const Tensor<Scalar, Exec>& g, const Dropout<Scalar, Exec>& dropout,
                const Sink& sink) {
    for (int l = shape_.layers - 1; l >= 0; --l) {
      for (int i = shape_.groups - 1; i >= 0; --i) {
        const Rows y = input_of(space, x, i);
        // Takes f_i away again, and leaves the activations and moments that its gradient needs.
        add_block<Tile>(space, graph, p.values(l, i), y, slice(dropout, i), Scalar(-1), slice(x, i));
        block_backward<Tile>(space, graph, p.values(l, i), p.gradient(l, i), y, dropout.scale, slice(g, i));
        if (i > 0) add_rows(space, gradient_, slice(g, i - 1));
        for (int j = 1; i == 0 && j < shape_.groups; ++j) add_rows(space, gradient_, slice(g, j));
        sink(p.block(l, i));
      }
    }
  }

 private:
  using Arrays = typename LayerParameters<Scalar, Exec>::Arrays;
  static SageConvViews<Scalar, Exec> conv_views(const Arrays& p) {
    return {p.matrix(RevArray::neighbour_weight), p.matrix(RevArray::self_weight), p.vector(RevArray::bias),
            p.further(RevArray::count), lattice_step(p.number())};
  }

  /// Y_{i-1}' (i from 0): the group before, or for the first the sum of all the others.
  Rows input_of(const Exec& space, const Tensor<Scalar, Exec>& x, int i) {
    if (i > 0) return slice(x, i - 1);
    if (shape_.groups == 2) return slice(x, 1);
    Kokkos::deep_copy(space, group_sum_, slice(x, 1));
    for (int j = 2; j < shape_.groups; ++j) add_rows(space, slice(x, j), group_sum_);
    return group_sum_;
  }

  /// X += sign f(Y)
  template <int Tile, class Graph>
  void add_block(const Exec& space, const Graph& graph, const Arrays& p, const Rows& y,
                 const Dropout<Scalar, Exec>& dropout, Scalar sign, const Rows& x) {
    layer_norm_forward(space, as_tensor(y), shape_.width(), p.matrix(RevArray::norm_weight),
                       p.matrix(RevArray::norm_bias), as_tensor(activated_), moments_,
                       ReluDropout<Scalar, Exec>{dropout});
    sage_conv<Tile>(space, graph, work_, activated_, conv_views(p), sign, Scalar(1), x);
    add_bias(space, sign, p.vector(RevArray::bias), x);
  }

  /// gradient_ = dL/dY of f(Y) from G = dL/df, and the gradients of the block's parameters.
  template <int Tile, class Graph>
  void block_backward(const Exec& space, const Graph& graph, const Arrays& p, const Arrays& gradient, const Rows& y,
                      Scalar dropout_scale, const Rows& g) {
    sage_conv_backward<Tile>(space, graph, work_, activated_, conv_views(p), g, gradient_, conv_views(gradient));
    layer_norm_backward(space, as_tensor(y), shape_.width(), p.matrix(RevArray::norm_weight), moments_,
                        as_tensor(gradient_), gradient.matrix(RevArray::norm_weight),
                        gradient.matrix(RevArray::norm_bias), norm_partial_,
                        ReluDropoutBackward<Scalar, Exec>{as_tensor(activated_), dropout_scale});
  }

  ModelShape shape_;
  Rows group_sum_;                     ///< N x padded d, when C > 2
  Rows activated_;                     ///< N x padded d: dropout(ReLU(LayerNorm(Y)))
  Rows gradient_;                      ///< N x padded d
  Rows moments_;                       ///< N x 2
  Tensor<Scalar, Exec> norm_partial_;  ///< row chunks x 2 x padded d
  ConvWorkspace<Scalar, Exec> work_;
};

template <class Scalar, class Exec>
using RevModel = Model<RevStack<Scalar, Exec>>;

}  // namespace gsrgnn
