#pragma once

/// The GraphSAGE convolution with mean aggregation, f(Z) = A^ Z W_n + Z W_s + b, and its exact gradient: what a layer
/// of GraphSAGE and a block of RevGNN compute. Of several relations (relations.hpp) A^ Z W_n is the sum; the lattice's
/// (lattice.hpp) has a weight for each of the neighbours, and is a 3 x 3 convolution with Z W_s in its middle.
/// Aggregation is ours (message_passing.hpp), the dense products are the library's. Z, G, X: N x padded d with zeros in
/// the padding; weights d x padded d, those of a lattice's neighbours below each other.

#include <gsrgnn/graph/relations.hpp>
#include <gsrgnn/kernels/dense.hpp>
#include <gsrgnn/kernels/lattice.hpp>
#include <gsrgnn/kernels/message_passing.hpp>
#include <gsrgnn/kernels/relu_dropout.hpp>
#include <gsrgnn/kernels/sparse_linear.hpp>
#include <gsrgnn/models/layer_parameters.hpp>

namespace gsrgnn {

/// Parameters of the convolution, or their gradients.
template <class Scalar, class Exec>
struct SageConvViews {
  Matrix<Scalar, Exec> neighbour_weight, self_weight;  ///< d x padded d
  Vector<Scalar, Exec> bias;                           ///< padded d
  std::vector<Tensor<Scalar, Exec>> further_weight{};  ///< W_n of the relations after the first
  int lattice_step = 1;                                ///< of a lattice among them

  Matrix<Scalar, Exec> neighbour(int r) const { return r == 0 ? neighbour_weight : slice(further_weight[r - 1], 0); }
};

/// What a convolution on dense rows needs while it runs; shared by all layers of a model.
template <class Scalar, class Exec>
struct ConvWorkspace {
  ConvWorkspace(Arena<Exec>& arena, std::int64_t cells, std::int64_t intermediate_rows, int stride, int tile)
      : net_tile(take<Matrix<Scalar, Exec>>(arena, intermediate_rows, tile)),
        mixed(take<Matrix<Scalar, Exec>>(arena, cells, stride)),
        partial(take<Tensor<Scalar, Exec>>(arena, Tuning<Exec>::kRowChunks, 1, tile)) {}

  Matrix<Scalar, Exec> net_tile;  ///< intermediate rows x Tile
  Matrix<Scalar, Exec> mixed;     ///< N x padded d: the aggregate of a dense matrix
  Tensor<Scalar, Exec> partial;   ///< row chunks x 1 x Tile
};

/// The bias's gradient, db = sum_i G_i.
template <int Tile, class Exec, class Scalar>
void bias_gradient(const Exec& space, const Matrix<Scalar, Exec>& g, const ConvWorkspace<Scalar, Exec>& w,
                   const Vector<Scalar, Exec>& gradient) {
  for (int first = 0; first < static_cast<int>(g.extent(1)); first += Tile) {
    column_sums<Tile>(space, g, first, w.partial, gradient, first);
  }
}

/// The weight of a lattice's n-th neighbour.
template <class Scalar, class Exec>
Matrix<Scalar, Exec> neighbour_weight(const Matrix<Scalar, Exec>& all, int n) {
  const std::size_t width = all.extent(0) / kLatticeNeighbours;
  return Matrix<Scalar, Exec>(all.data() + static_cast<std::size_t>(n) * width * all.extent(1), width, all.extent(1));
}

/// A relation's part: X = keep X + sign A^ Z W_n.
template <int Tile, class Exec, class Graph, class Scalar>
void add_messages(const Exec& space, const Graph& graph, const ConvWorkspace<Scalar, Exec>& w,
                  const Matrix<Scalar, Exec>& z, const Matrix<Scalar, Exec>& weight, Scalar sign, Scalar keep,
                  const Matrix<Scalar, Exec>& x) {
  mean_aggregate<Tile>(space, graph, z, w.mixed, w.net_tile);
  gemm(space, 'N', 'N', sign, first_columns(w.mixed, weight.extent(0)), weight, keep, x);
}
template <int Tile, class Exec, class Scalar>
void add_messages(const Exec& space, const Lattice<Scalar, Exec>& lattice, const ConvWorkspace<Scalar, Exec>& w,
                  const Matrix<Scalar, Exec>& z, const Matrix<Scalar, Exec>& weight, Scalar sign, Scalar keep,
                  const Matrix<Scalar, Exec>& x) {
  for (int n = 0; n < kLatticeNeighbours; ++n) {
    const auto of_n = neighbour_weight(weight, n);
    neighbour_rows<Tile>(space, lattice, n, 1, z, w.mixed);
    gemm(space, 'N', 'N', sign, first_columns(w.mixed, of_n.extent(0)), of_n, n == 0 ? keep : Scalar(1), x);
  }
}

/// A relation's part in sage_conv_backward(): dZ = keep dZ + dL/dZ, and the gradient of its weight.
template <int Tile, class Exec, class Graph, class Scalar>
void messages_backward(const Exec& space, const Graph& graph, const ConvWorkspace<Scalar, Exec>& w,
                       const Matrix<Scalar, Exec>& z, const Matrix<Scalar, Exec>& weight, const Matrix<Scalar, Exec>& g,
                       Scalar keep, const Matrix<Scalar, Exec>& dz, const Matrix<Scalar, Exec>& gradient) {
  const auto width = weight.extent(0);
  // Q = A^^T G, by which dW_n = (A^ Z)^T G = Z^T Q needs no second aggregation.
  mean_aggregate_transposed<Tile>(space, graph, g, w.mixed, w.net_tile);
  gemm(space, 'T', 'N', Scalar(1), first_columns(z, width), w.mixed, Scalar(0), gradient);
  gemm(space, 'N', 'T', Scalar(1), w.mixed, weight, keep, first_columns(dz, width));
}
template <int Tile, class Exec, class Scalar>
void messages_backward(const Exec& space, const Lattice<Scalar, Exec>& lattice, const ConvWorkspace<Scalar, Exec>& w,
                       const Matrix<Scalar, Exec>& z, const Matrix<Scalar, Exec>& weight, const Matrix<Scalar, Exec>& g,
                       Scalar keep, const Matrix<Scalar, Exec>& dz, const Matrix<Scalar, Exec>& gradient) {
  for (int n = 0; n < kLatticeNeighbours; ++n) {
    const auto of_n = neighbour_weight(weight, n);
    const auto width = of_n.extent(0);
    neighbour_rows<Tile>(space, lattice, n, -1, g, w.mixed);
    gemm(space, 'T', 'N', Scalar(1), first_columns(z, width), w.mixed, Scalar(0), neighbour_weight(gradient, n));
    gemm(space, 'N', 'T', Scalar(1), w.mixed, of_n, n == 0 ? keep : Scalar(1), first_columns(dz, width));
  }
}

/// X = keep X + sign (A^ Z W_n + Z W_s); the bias is the caller's, who has a pass over X to put it on.
template <int Tile, class Exec, class Graph, class Scalar>
void sage_conv(const Exec& space, const Graph& graph, const ConvWorkspace<Scalar, Exec>& w,
               const Matrix<Scalar, Exec>& z, const SageConvViews<Scalar, Exec>& p, Scalar sign, Scalar keep,
               const Matrix<Scalar, Exec>& x) {
  const auto width = p.self_weight.extent(0);
  for_each_relation(graph, [&](int r, const auto& relation) {
    add_messages<Tile>(space, dilated(relation, p.lattice_step), w, z, p.neighbour(r), sign, r == 0 ? keep : Scalar(1),
                       x);
  });
  gemm(space, 'N', 'N', sign, first_columns(z, width), p.self_weight, Scalar(1), x);
}

/// From G = dL/df: dZ = dL/dZ (its padding is not written) and the gradients of all parameters.
template <int Tile, class Exec, class Graph, class Scalar>
void sage_conv_backward(const Exec& space, const Graph& graph, const ConvWorkspace<Scalar, Exec>& w,
                        const Matrix<Scalar, Exec>& z, const SageConvViews<Scalar, Exec>& p,
                        const Matrix<Scalar, Exec>& g, const Matrix<Scalar, Exec>& dz,
                        const SageConvViews<Scalar, Exec>& gradient) {
  const auto width = p.self_weight.extent(0);
  for_each_relation(graph, [&](int r, const auto& relation) {
    messages_backward<Tile>(space, dilated(relation, p.lattice_step), w, z, p.neighbour(r), g, Scalar(r == 0 ? 0 : 1),
                            dz, gradient.neighbour(r));
  });
  gemm(space, 'T', 'N', Scalar(1), first_columns(z, width), g, Scalar(0), gradient.self_weight);
  bias_gradient<Tile>(space, g, w, gradient.bias);
  gemm(space, 'N', 'T', Scalar(1), g, p.self_weight, Scalar(1), first_columns(dz, width));
}

}  // namespace gsrgnn
