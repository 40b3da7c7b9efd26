#pragma once

/// The layers of GSR-GNN, the paper's Algorithm 1, and their exact gradient. For layer l:
///
///   (V1, I1) = GS(X1, k);    X2' = X2 + f1(V1, I1)
///   (V2, I2) = GS(X2', k);   X1' = scatter(V1, I1) + f2(V2, I2)        (residual dense: X1' = X1 + f2)
///
/// Only (V1, I1) of each layer is stored, O(L N k), and all else is rebuilt on the way down. With residual dense X1 is
/// rebuilt too, and only the indices I1 and I2 are stored.
///
/// Of the lowest ModelShape::kept_layers layers (V1, I1) and (V2, I2) are both stored, and nothing is rebuilt there.
/// The states are exact sums (exact_sum.hpp), so that a rebuilt state is forward's to the last bit, and the gradients
/// are the same whatever is kept. Should a sum of a forward pass not have been exact, all layers are rebuilt after it.

#include <gsrgnn/kernels/cbsr.hpp>
#include <gsrgnn/kernels/gs_op.hpp>
#include <gsrgnn/models/gsr_block.hpp>
#include <gsrgnn/models/model.hpp>

namespace gsrgnn {

/// Index: uint8_t when the group width d <= 256, else uint16_t.
template <class S, class Index, class E>
class GsrStack {
 public:
  using Scalar = S;
  using Exec = E;
  using Values = Matrix<Scalar, Exec>;

  GsrStack(Arena<Exec>& arena, const ModelShape& shape, std::int64_t cells, std::int64_t intermediate_rows,
           Purpose purpose)
      : shape_(shape),
        purpose_(purpose),
        kept_(training() ? std::min(shape.kept_layers, shape.layers) : 0),
        saved_v_(take_stored<Scalar>(arena, sparse() ? all() : kept_, cells)),
        saved_index_(take_stored<Index>(arena, all(), cells)),
        saved_v2_(take_stored<Scalar>(arena, kept_, cells)),
        saved_index2_(take_stored<Index>(arena, sparse() ? kept_ : all(), cells)),
        dv_(take<Values>(arena, training() ? cells : 0, shape.k)),
        has_nan_(take<Vector<int, Exec>>(arena, 1)),
        block_(arena, cells, intermediate_rows, shape.width(), shape.tile(), shape.k) {}

  /// Whether a row with a NaN met GS-Op since the last call: forgets it.
  bool take_found_nan(const Exec& space) { return take_flag(space, has_nan_); }

  template <int Tile, class Graph>
  void forward(const Exec& space, const Graph& graph, const LayerParameters<Scalar, Exec>& p,
               const Tensor<Scalar, Exec>& x, const Dropout<Scalar, Exec>& dropout) {
    const auto x1 = slice(x, 0), x2 = slice(x, 1);
    for (const auto& state : {x1, x2}) round_to_unit(space, state);
    for (int l = 0; l < shape_.layers; ++l) {
      const auto v1 = of_layer(saved_v_, l), v2 = of_layer(saved_v2_, l);
      const auto index1 = of_layer(saved_index_, l), index2 = of_layer(saved_index2_, l);
      gs_op(space, x1, shape_.width(), v1, index1, has_nan_, sparse() ? GsRow::sparsify : GsRow::keep);
      add_gsr_block<Tile>(space, graph, block_, v1, index1, block_views(p.values(l, 0)), slice(dropout, 0), Scalar(1),
                          x2);
      gs_op(space, x2, shape_.width(), v2, index2, has_nan_);
      add_gsr_block<Tile>(space, graph, block_, v2, index2, block_views(p.values(l, 1)), slice(dropout, 1), Scalar(1),
                          x1);
    }
  }

  template <int Tile, class Graph, class Sink>
  void backward(const Exec& space, const Graph& graph, const LayerParameters<Scalar, Exec>& p,
                const Tensor<Scalar, Exec>& x, const Tensor<Scalar, Exec>& g, const Dropout<Scalar, Exec>& dropout,
                const Sink& sink) {
    const auto x1 = slice(x, 0), x2 = slice(x, 1), g1 = slice(g, 0), g2 = slice(g, 1);
    const int kept = take_flag(space, block_.inexact) ? 0 : kept_;
    for (int l = shape_.layers - 1; l >= 0; --l) {
      const bool rebuilds = l >= kept;
      const auto v1 = of_layer(saved_v_, l), v2 = of_layer(saved_v2_, l);
      const auto index1 = of_layer(saved_index_, l), index2 = of_layer(saved_index2_, l);

      if (rebuilds && sparse()) gs_op(space, x2, shape_.width(), v2, index2, has_nan_);
      if (rebuilds && !sparse()) gather(space, x2, index2, v2);
      gsr_block_backward<Tile>(space, graph, block_, v2, index2, block_views(p.values(l, 1)), slice(dropout, 1), g1,
                               dv_, block_views(p.gradient(l, 1)));
      scatter_add(space, dv_, index2, g2);
      if (rebuilds && !sparse()) {
        add_gsr_block<Tile>(space, graph, block_, v2, index2, block_views(p.values(l, 1)), slice(dropout, 1),
                            Scalar(-1), x1);
        gather(space, x1, index1, v1);
      }
      sink(p.block(l, 1));

      gsr_block_backward<Tile>(space, graph, block_, v1, index1, block_views(p.values(l, 0)), slice(dropout, 0), g2,
                               dv_, block_views(p.gradient(l, 0)));
      if (sparse()) {
        add_where_kept(space, dv_, index1, g1);
      } else {
        scatter_add(space, dv_, index1, g1);
      }
      if (rebuilds) {
        add_gsr_block<Tile>(space, graph, block_, v1, index1, block_views(p.values(l, 0)), slice(dropout, 0),
                            Scalar(-1), x2);
      }
      sink(p.block(l, 0));
    }
  }

 private:
  bool training() const { return purpose_ == Purpose::training; }
  bool sparse() const { return shape_.residual == Residual::sparse; }
  int all() const { return training() ? shape_.layers : 0; }
  /// With a slot for each of the lowest `stored` layers, and one that the others share.
  template <class T>
  Tensor<T, Exec> take_stored(Arena<Exec>& arena, int stored, std::int64_t cells) const {
    const MemoryPart part = stored > 0 ? MemoryPart::activations : MemoryPart::workspace;
    return take<Tensor<T, Exec>>(arena, part, std::min(stored + 1, std::max(shape_.layers, 1)), cells, shape_.k);
  }
  template <class T>
  static Matrix<T, Exec> of_layer(const Tensor<T, Exec>& stored, int layer) {
    return slice(stored, std::min(layer, static_cast<int>(stored.extent(0)) - 1));
  }

  auto block_views(const typename LayerParameters<Scalar, Exec>::Arrays& arrays) const {
    return gsr_block_views<Scalar, Exec>(arrays, shape_.width());
  }

  ModelShape shape_;
  Purpose purpose_;
  int kept_;  ///< layers
  Tensor<Scalar, Exec> saved_v_;
  Tensor<Index, Exec> saved_index_;
  Tensor<Scalar, Exec> saved_v2_;
  Tensor<Index, Exec> saved_index2_;
  Values dv_;
  Vector<int, Exec> has_nan_;
  GsrBlockWorkspace<Scalar, Exec> block_;
};

template <class Scalar, class Index, class Exec>
using GsrModel = Model<GsrStack<Scalar, Index, Exec>>;

}  // namespace gsrgnn
