#pragma once

/// The block of a GSR-GNN layer and its exact gradient, on CBSR input:
///   f(V, I) = A^ S W_n + S W_s + b,   S = scatter(v^, I),   v^ = dropout(RMS norm of V).
/// Transform first: T = S W_n is k-sparse work, and both net passes run on one tile of its columns at a time.

#include <gsrgnn/kernels/message_passing.hpp>
#include <gsrgnn/kernels/rms_norm.hpp>
#include <gsrgnn/kernels/sparse_linear.hpp>

namespace gsrgnn {

/// Parameters of a block, or their gradients.
template <class Scalar, class Exec>
struct GsrBlockViews {
  Tensor<Scalar, Exec> neighbour_weight, self_weight;  ///< tiles x d x Tile
  Vector<Scalar, Exec> bias;                           ///< padded d
  Vector<Scalar, Exec> norm_weight;                    ///< d
};

/// What a block needs while it runs; shared by all blocks of a model.
template <class Scalar, class Exec>
struct GsrBlockWorkspace {
  GsrBlockWorkspace(Arena<Exec>& arena, std::int64_t cells, std::int64_t intermediate_rows, int width, int tile, int k)
      : cell_tile(arena.template take<Matrix<Scalar, Exec>>(cells, tile)),
        net_tile(arena.template take<Matrix<Scalar, Exec>>(intermediate_rows, tile)),
        normed(arena.template take<Matrix<Scalar, Exec>>(cells, k)),
        weight_partial(arena.template take<Tensor<Scalar, Exec>>(Tuning<Exec>::kRowChunks, width, tile)),
        norm_partial(arena.template take<Matrix<Scalar, Exec>>(Tuning<Exec>::kRowChunks, width)) {}

  Matrix<Scalar, Exec> cell_tile;       ///< N x Tile: T in forward, Q in backward
  Matrix<Scalar, Exec> net_tile;        ///< M x Tile: Y
  Matrix<Scalar, Exec> normed;          ///< N x k: v^
  Tensor<Scalar, Exec> weight_partial;  ///< row chunks x d x Tile
  Matrix<Scalar, Exec> norm_partial;    ///< row chunks x d
};

/// X[tile] += sign * (D^-1 A~ T + S W_s + b)[tile], from the tile's T and Y.
template <int Tile, class Exec, class Graph, class Scalar, class Columns>
void add_block_tile(const Exec& space, const Graph& graph, const GsrBlockWorkspace<Scalar, Exec>& w,
                    const Columns& index, const GsrBlockViews<Scalar, Exec>& p, int tile, Scalar sign,
                    const Matrix<Scalar, Exec>& x) {
  using P = TilePack<Scalar, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  const auto t = w.cell_tile, y = w.net_tile, v = w.normed;
  const auto self_weight = p.self_weight;
  const auto bias = p.bias;
  Kokkos::parallel_for(
      "gsrgnn::models::add_block_tile", Kokkos::RangePolicy<Exec>(space, 0, graph.cells() * Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        P message = neighbour_sum<P, RowScale::one>(graph, item.row, item.column, t, 0, y);
        message = fma(graph.inverse_degree(item.row), message, P::load(&bias(tile * Tile + item.column)));
        add_sparse_row(message, v, index, item.row, self_weight, tile, item.column);
        Scalar* const to = &x(item.row, tile * Tile + item.column);
        fma(sign, message, P::load(to)).store(to);
      });
}

/// X += sign * f(V, I): V (N x k), I (N x k), X (N x padded d). The same kernels in the same order for either sign, so
/// that what forward adds backward takes away.
template <int Tile, class Exec, class Graph, class Scalar, class Columns>
void add_gsr_block(const Exec& space, const Graph& graph, const GsrBlockWorkspace<Scalar, Exec>& w,
                   const Matrix<Scalar, Exec>& v, const Columns& index, const GsrBlockViews<Scalar, Exec>& p,
                   const Dropout<Scalar, Exec>& dropout, Scalar sign, const Matrix<Scalar, Exec>& x) {
  rms_norm_forward(space, v, index, p.norm_weight, dropout, w.normed);
  for (int tile = 0; tile < static_cast<int>(p.self_weight.extent(0)); ++tile) {
    sparse_linear<Tile>(space, w.normed, index, p.neighbour_weight, tile, w.cell_tile);
    pass_to_nets<Tile, RowScale::one>(space, graph, w.cell_tile, 0, w.net_tile);
    add_block_tile<Tile>(space, graph, w, index, p, tile, sign, x);
  }
}

/// From G = dL/df (N x padded d): dV = dL/dV (N x k) and the gradients of all parameters of the block.
template <int Tile, class Exec, class Graph, class Scalar, class Columns>
void gsr_block_backward(const Exec& space, const Graph& graph, const GsrBlockWorkspace<Scalar, Exec>& w,
                        const Matrix<Scalar, Exec>& v, const Columns& index, const GsrBlockViews<Scalar, Exec>& p,
                        const Dropout<Scalar, Exec>& dropout, const Matrix<Scalar, Exec>& g,
                        const Matrix<Scalar, Exec>& dv, const GsrBlockViews<Scalar, Exec>& gradient) {
  rms_norm_forward(space, v, index, p.norm_weight, dropout, w.normed);
  const auto q = w.cell_tile;
  for (int tile = 0; tile < static_cast<int>(p.self_weight.extent(0)); ++tile) {
    // Q = A^^T G
    pass_to_nets<Tile, RowScale::inverse_degree>(space, graph, g, tile * Tile, w.net_tile);
    store_neighbour_sums<Tile, RowScale::inverse_degree, RowScale::one>(space, graph, g, tile * Tile, w.net_tile, q, 0);
    // dW_n = S^T Q, dW_s = S^T G, db = sum_i G_i
    sparse_linear_weight_gradient<Tile>(space, w.normed, index, q, 0, w.weight_partial,
                                        slice(gradient.neighbour_weight, tile), 0);
    sparse_linear_weight_gradient<Tile>(space, w.normed, index, g, tile * Tile, w.weight_partial,
                                        slice(gradient.self_weight, tile), 0);
    column_sums<Tile>(space, g, tile * Tile, w.weight_partial, gradient.bias, tile * Tile);
    // dv^ = <Q, W_n> + <G, W_s> at the kept places
    using Map = MapGradient<Matrix<Scalar, Exec>, Tensor<Scalar, Exec>>;
    sparse_linear_value_gradient<Tile>(space, index, Map{q, 0, p.neighbour_weight}, Map{g, tile * Tile, p.self_weight},
                                       tile, dv, tile == 0);
  }
  rms_norm_backward(space, v, index, p.norm_weight, dropout, dv, gradient.norm_weight, w.norm_partial);
}

}  // namespace gsrgnn
