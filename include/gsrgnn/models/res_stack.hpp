#pragma once

/// GSR-GNN's block in a plain residual stack, without groups: h' = h + f(GS(h, k)). What reversibility costs or brings
/// can be told by it. Each layer's (V, I) are stored, as in GSR-GNN; nothing is rebuilt, for no gradient needs h.

#include <gsrgnn/kernels/cbsr.hpp>
#include <gsrgnn/kernels/gs_op.hpp>
#include <gsrgnn/models/gsr_block.hpp>
#include <gsrgnn/models/model.hpp>

namespace gsrgnn {

/// Index: uint8_t when D <= 256, else uint16_t.
template <class S, class Index, class E>
class ResStack {
 public:
  using Scalar = S;
  using Exec = E;

  ResStack(Arena<Exec>& arena, const ModelShape& shape, std::int64_t cells, std::int64_t intermediate_rows,
           Purpose purpose)
      : width_(shape.width()),
        layers_(shape.layers),
        slots_(purpose == Purpose::training ? shape.layers : 1),
        v_(take<Tensor<Scalar, Exec>>(arena, MemoryPart::activations, slots_, cells, shape.k)),
        index_(take<Tensor<Index, Exec>>(arena, MemoryPart::activations, slots_, cells, shape.k)),
        dv_(take<Matrix<Scalar, Exec>>(arena, purpose == Purpose::training ? cells : 0, shape.k)),
        has_nan_(take<Vector<int, Exec>>(arena, 1)),
        block_(arena, cells, intermediate_rows, shape.width(), shape.tile(), shape.k) {}

  /// Whether a row with a NaN met GS-Op since the last call: forgets it.
  bool take_found_nan(const Exec& space) { return take_flag(space, has_nan_); }

  template <int Tile, class Graph>
  void forward(const Exec& space, const Graph& graph, const LayerParameters<Scalar, Exec>& p,
               const Tensor<Scalar, Exec>& x, const Dropout<Scalar, Exec>& dropout) {
    const auto h = slice(x, 0);
    for (int l = 0; l < layers_; ++l) {
      const auto v = slice(v_, l % slots_);
      const auto index = slice(index_, l % slots_);
      gs_op(space, h, width_, v, index, has_nan_);
      add_gsr_block<Tile>(space, graph, block_, v, index, gsr_block_views<Scalar, Exec>(p.values(l, 0), width_),
                          slice(dropout, 0), Scalar(1), h);
    }
  }

  template <int Tile, class Graph, class Sink>
  void backward(const Exec& space, const Graph& graph, const LayerParameters<Scalar, Exec>& p,
                const Tensor<Scalar, Exec>& /*x*/, const Tensor<Scalar, Exec>& g, const Dropout<Scalar, Exec>& dropout,
                const Sink& sink) {
    for (int l = layers_ - 1; l >= 0; --l) {
      gsr_block_backward<Tile>(space, graph, block_, slice(v_, l), slice(index_, l),
                               gsr_block_views<Scalar, Exec>(p.values(l, 0), width_), slice(dropout, 0), slice(g, 0),
                               dv_, gsr_block_views<Scalar, Exec>(p.gradient(l, 0), width_));
      scatter_add(space, dv_, slice(index_, l), slice(g, 0));
      sink(p.block(l, 0));
    }
  }

 private:
  int width_, layers_, slots_;
  Tensor<Scalar, Exec> v_;     ///< L (1 for prediction) x N x k
  Tensor<Index, Exec> index_;  ///< the same
  Matrix<Scalar, Exec> dv_;
  Vector<int, Exec> has_nan_;
  GsrBlockWorkspace<Scalar, Exec> block_;
};

template <class Scalar, class Index, class Exec>
using ResModel = Model<ResStack<Scalar, Index, Exec>>;

}  // namespace gsrgnn
