#pragma once

/// Plain stacks of convolutions with ReLU, the shallow baselines: GCN and GraphSAGE. The input of every layer is kept
/// for backward, N D values a layer.
///
///   GCN (PyG's GCNConv)         h' = ReLU(D^-1/2 A~ D^-1/2 h W + b)
///   GraphSAGE (PyG's SAGEConv)  h' = ReLU(A^ h W_n + h W_s + b)

#include <gsrgnn/models/model.hpp>
#include <gsrgnn/models/sage_conv.hpp>

namespace gsrgnn {

/// A layer is a template of two functions, both on N x padded D: forward gives out = ReLU(conv(in)); backward takes
/// g = dL/dconv(in), makes it dL/din and sets the gradients.
template <class Scalar, class Exec>
class GcnLayer {
 public:
  using Arrays = typename LayerParameters<Scalar, Exec>::Arrays;
  using Rows = Matrix<Scalar, Exec>;

  GcnLayer(Arena<Exec>& arena, const ModelShape& shape, std::int64_t cells, std::int64_t intermediate_rows, Purpose)
      : width_(shape.width()), work_(arena, cells, intermediate_rows, shape.stride(), shape.tile()) {}

  template <int Tile, class Graph>
  void forward(const Exec& space, const Graph& graph, const Arrays& p, const Rows& in, const Rows& out) {
    gemm(space, 'N', 'N', Scalar(1), first_columns(in, width_), p.matrix(GcnArray::weight), Scalar(0), work_.mixed);
    symmetric_aggregate<Tile>(space, graph, work_.mixed, out, work_.net_tile);
    add_bias_relu(space, p.vector(GcnArray::bias), out);
  }

  template <int Tile, class Graph>
  void backward(const Exec& space, const Graph& graph, const Arrays& p, const Arrays& gradient, const Rows& in,
                const Rows& g) {
    bias_gradient<Tile>(space, g, work_, gradient.vector(GcnArray::bias));
    symmetric_aggregate<Tile>(space, graph, g, work_.mixed, work_.net_tile);
    gemm(space, 'T', 'N', Scalar(1), first_columns(in, width_), work_.mixed, Scalar(0),
         gradient.matrix(GcnArray::weight));
    gemm(space, 'N', 'T', Scalar(1), work_.mixed, p.matrix(GcnArray::weight), Scalar(0), first_columns(g, width_));
  }

 private:
  int width_;
  ConvWorkspace<Scalar, Exec> work_;
};

template <class Scalar, class Exec>
class SageLayer {
 public:
  using Arrays = typename LayerParameters<Scalar, Exec>::Arrays;
  using Rows = Matrix<Scalar, Exec>;

  SageLayer(Arena<Exec>& arena, const ModelShape& shape, std::int64_t cells, std::int64_t intermediate_rows,
            Purpose purpose)
      : work_(arena, cells, intermediate_rows, shape.stride(), shape.tile()),
        din_(take<Rows>(arena, purpose == Purpose::training ? cells : 0, shape.stride())) {}

  template <int Tile, class Graph>
  void forward(const Exec& space, const Graph& graph, const Arrays& p, const Rows& in, const Rows& out) {
    sage_conv<Tile>(space, graph, work_, in, views(p), Scalar(1), Scalar(0), out);
    add_bias_relu(space, p.vector(SageArray::bias), out);
  }

  template <int Tile, class Graph>
  void backward(const Exec& space, const Graph& graph, const Arrays& p, const Arrays& gradient, const Rows& in,
                const Rows& g) {
    sage_conv_backward<Tile>(space, graph, work_, in, views(p), g, din_, views(gradient));
    Kokkos::deep_copy(space, g, din_);
  }

 private:
  static SageConvViews<Scalar, Exec> views(const Arrays& p) {
    return {p.matrix(SageArray::neighbour_weight), p.matrix(SageArray::self_weight), p.vector(SageArray::bias),
            p.further(SageArray::count), lattice_step(p.number())};
  }
  ConvWorkspace<Scalar, Exec> work_;
  Rows din_;  ///< N x padded D
};

template <class S, class E, template <class, class> class Layer>
class PlainStack {
 public:
  using Scalar = S;
  using Exec = E;

  PlainStack(Arena<Exec>& arena, const ModelShape& shape, std::int64_t cells, std::int64_t intermediate_rows,
             Purpose purpose)
      : layers_(shape.layers),
        slots_(purpose == Purpose::training ? shape.layers : std::min(shape.layers, 2)),
        kept_input_(take<Tensor<Scalar, Exec>>(arena, MemoryPart::activations, slots_, cells, shape.stride())),
        layer_(arena, shape, cells, intermediate_rows, purpose) {}

  bool take_found_nan(const Exec&) { return false; }  // a NaN reaches the loss

  template <int Tile, class Graph>
  void forward(const Exec& space, const Graph& graph, const LayerParameters<Scalar, Exec>& p,
               const Tensor<Scalar, Exec>& x, const Dropout<Scalar, Exec>&) {
    if (layers_ > 0) Kokkos::deep_copy(space, input_of(0, x), slice(x, 0));
    for (int l = 0; l < layers_; ++l) {
      layer_.template forward<Tile>(space, graph, p.values(l, 0), input_of(l, x), input_of(l + 1, x));
    }
  }

  template <int Tile, class Graph, class Sink>
  void backward(const Exec& space, const Graph& graph, const LayerParameters<Scalar, Exec>& p,
                const Tensor<Scalar, Exec>& x, const Tensor<Scalar, Exec>& g, const Dropout<Scalar, Exec>&,
                const Sink& sink) {
    for (int l = layers_ - 1; l >= 0; --l) {
      relu_backward(space, input_of(l + 1, x), slice(g, 0));
      layer_.template backward<Tile>(space, graph, p.values(l, 0), p.gradient(l, 0), input_of(l, x), slice(g, 0));
      sink(p.block(l, 0));
    }
  }

 private:
  /// What layer l reads, which is what layer l - 1 wrote; the last layer writes the embedding. A prediction keeps two.
  Matrix<Scalar, Exec> input_of(int l, const Tensor<Scalar, Exec>& x) const {
    return l == layers_ ? slice(x, 0) : slice(kept_input_, l % slots_);
  }

  int layers_, slots_;
  Tensor<Scalar, Exec> kept_input_;  ///< L (2 for prediction) x N x padded D
  Layer<Scalar, Exec> layer_;
};

template <class Scalar, class Exec>
using GcnModel = Model<PlainStack<Scalar, Exec, GcnLayer>>;
template <class Scalar, class Exec>
using SageModel = Model<PlainStack<Scalar, Exec, SageLayer>>;

}  // namespace gsrgnn
