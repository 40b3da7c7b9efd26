#pragma once

/// The block of a GSR-GNN layer and its exact gradient, on CBSR input:
///   f(V, I) = A^ S W_n + S W_s + b,   S = scatter(v^, I),   v^ = dropout(RMS norm of V),
/// with A^ S W_n summed over the relations (relations.hpp), each with its own W_n; the lattice's (lattice.hpp) has a
/// weight for each of the neighbours, and is a convolution with S W_s in its middle.
/// Transform first: T = S W_n is k-sparse work, and both net passes run on one tile of its columns at a time.

#include <gsrgnn/graph/relations.hpp>
#include <gsrgnn/kernels/exact_sum.hpp>
#include <gsrgnn/kernels/lattice.hpp>
#include <gsrgnn/kernels/message_passing.hpp>
#include <gsrgnn/kernels/rms_norm.hpp>
#include <gsrgnn/kernels/sparse_linear.hpp>
#include <gsrgnn/models/gsr_backward_rows.hpp>
#include <gsrgnn/models/layer_parameters.hpp>

namespace gsrgnn {

/// Parameters of a block, or their gradients.
template <class Scalar, class Exec>
struct GsrBlockViews {
  Tensor<Scalar, Exec> neighbour_weight, self_weight;  ///< tiles x d x Tile
  Vector<Scalar, Exec> bias;                           ///< padded d
  Vector<Scalar, Exec> norm_weight;                    ///< d
  std::vector<Tensor<Scalar, Exec>> further_weight{};  ///< W_n of the relations after the first
  int lattice_step = 1;                                ///< of a lattice among them

  const Tensor<Scalar, Exec>& neighbour(int r) const { return r == 0 ? neighbour_weight : further_weight[r - 1]; }
};

/// From the arrays of a layer's block, in the order of GsrArray.
template <class Scalar, class Exec>
GsrBlockViews<Scalar, Exec> gsr_block_views(const typename LayerParameters<Scalar, Exec>::Arrays& arrays, int width) {
  return {arrays.tensor(GsrArray::neighbour_weight),
          arrays.tensor(GsrArray::self_weight),
          arrays.vector(GsrArray::bias),
          Vector<Scalar, Exec>(arrays.vector(GsrArray::norm_weight).data(), width),
          arrays.further(GsrArray::count),
          lattice_step(arrays.number())};
}

/// What a block needs while it runs; shared by all blocks of a model. The tiles, which the passes gather from, may be
/// stored in another type than all is computed in.
template <class Scalar, class Exec, class Stored = Scalar>
struct GsrBlockWorkspace {
  GsrBlockWorkspace(Arena<Exec>& arena, std::int64_t cells, std::int64_t intermediate_rows, int width, int tile, int k)
      : cell_tile(take<Matrix<Stored, Exec>>(arena, cells, tile)),
        net_tile(take<Matrix<Stored, Exec>>(arena, intermediate_rows, tile)),
        normed(take<Matrix<Scalar, Exec>>(arena, cells, k)),
        weight_partial(
            take<Tensor<Scalar, Exec>>(arena, Tuning<Exec>::kRowChunks, backward_row_sums<Exec>(width), tile)),
        norm_partial(take<Matrix<Scalar, Exec>>(arena, Tuning<Exec>::kRowChunks, width)),
        inexact(take<Vector<int, Exec>>(arena, 1)) {}

  Matrix<Stored, Exec> cell_tile;       ///< N x Tile: T in forward, Q in backward
  Matrix<Stored, Exec> net_tile;        ///< M x Tile: Y
  Matrix<Scalar, Exec> normed;          ///< N x k: v^
  Tensor<Scalar, Exec> weight_partial;  ///< row chunks x d (or backward_row_sums()) x Tile
  Matrix<Scalar, Exec> norm_partial;    ///< row chunks x d
  Vector<int, Exec> inexact;            ///< whether a block was added that could not be taken away exactly
};

/// X[tile] += D^-1 A~ T + S W_s + b, or that much less, from the tile's T and Y.
template <int Tile, class Exec, class Graph, class Scalar, class Stored, class Columns>
void add_block_tile(const Exec& space, const Graph& graph, const GsrBlockWorkspace<Scalar, Exec, Stored>& w,
                    const Columns& index, const GsrBlockViews<Scalar, Exec>& p, int tile,
                    const ExactSum<Scalar, Exec>& sum, const Matrix<Scalar, Exec>& x) {
  using P = TilePack<Scalar, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  const auto t = w.cell_tile, y = w.net_tile, v = w.normed;
  const auto self_weight = p.self_weight;
  const auto bias = p.bias;
  const std::int64_t rows = graph.cells();
  const auto cells = second_pass(graph);
  Kokkos::parallel_for(
      "gsrgnn::models::add_block_tile", Kokkos::RangePolicy<Exec>(space, 0, rows * Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        prefetch_row_after<Exec, P>(x, item.row, rows, tile * Tile + item.column);
        P message = neighbour_sum<P, RowScale::one>(cells, item.row, item.column, t, 0, y);
        message *= cells.inverse_degree(item.row);
        message += P::load(&bias(tile * Tile + item.column));
        add_sparse_row(message, v, index, item.row, self_weight, tile, item.column);
        sum.add(message, &x(item.row, tile * Tile + item.column));
      });
}

/// X[tile] += S W_s + b, or that much less, where no graph's messages are added in the same pass.
template <int Tile, class Exec, class Scalar, class Values, class Columns>
void add_self_tile(const Exec& space, const Values& v, const Columns& index, const GsrBlockViews<Scalar, Exec>& p,
                   int tile, const ExactSum<Scalar, Exec>& sum, const Matrix<Scalar, Exec>& x) {
  using P = TilePack<Scalar, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  const auto self_weight = p.self_weight;
  const auto bias = p.bias;
  Kokkos::parallel_for(
      "gsrgnn::models::add_self_tile",
      Kokkos::RangePolicy<Exec>(space, 0, static_cast<std::int64_t>(v.extent(0)) * Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        P self = P::load(&bias(tile * Tile + item.column));
        add_sparse_row(self, v, index, item.row, self_weight, tile, item.column);
        sum.add(self, &x(item.row, tile * Tile + item.column));
      });
}

/// A relation's part in X[tile] += f(V, I), or in that much less, from v^ in the workspace; that of the first has S W_s
/// + b with it.
template <int Tile, bool First, class Exec, class Graph, class Scalar, class Stored, class Columns>
void add_relation_tile(const Exec& space, const Graph& graph, const GsrBlockWorkspace<Scalar, Exec, Stored>& w,
                       const Columns& index, const GsrBlockViews<Scalar, Exec>& p,
                       const Tensor<Scalar, Exec>& neighbour_weight, int tile, const ExactSum<Scalar, Exec>& sum,
                       const Matrix<Scalar, Exec>& x) {
  sparse_linear<Tile>(space, w.normed, index, neighbour_weight, tile, w.cell_tile);
  pass_to_nets<Tile, RowScale::one>(space, graph, w.cell_tile, 0, w.net_tile);
  if constexpr (First) {
    add_block_tile<Tile>(space, graph, w, index, p, tile, sum, x);
  } else {
    add_neighbour_means<Tile>(space, graph, w.cell_tile, w.net_tile, sum, x, tile * Tile);
  }
}
template <int Tile, bool First, class Exec, class Scalar, class Stored, class Columns>
void add_relation_tile(const Exec& space, const Lattice<Scalar, Exec>& lattice,
                       const GsrBlockWorkspace<Scalar, Exec, Stored>& w, const Columns& index,
                       const GsrBlockViews<Scalar, Exec>& p, const Tensor<Scalar, Exec>& neighbour_weight, int tile,
                       const ExactSum<Scalar, Exec>& sum, const Matrix<Scalar, Exec>& x) {
  if constexpr (First) add_self_tile<Tile>(space, w.normed, index, p, tile, sum, x);
  add_lattice<Tile>(space, lattice, w.normed, index, neighbour_weight, tile, sum, x);
}

/// X += sign * f(V, I): V (N x k), I (N x k), X (N x padded d). The same kernels in the same order for either sign, and
/// exact sums, so that what forward adds backward takes away to the last bit.
template <int Tile, class Exec, class Graph, class Scalar, class Stored, class Columns>
void add_gsr_block(const Exec& space, const Graph& graph, const GsrBlockWorkspace<Scalar, Exec, Stored>& w,
                   const Matrix<Scalar, Exec>& v, const Columns& index, const GsrBlockViews<Scalar, Exec>& p,
                   const Dropout<Scalar, Exec>& dropout, Scalar sign, const Matrix<Scalar, Exec>& x) {
  const ExactSum<Scalar, Exec> sum{sign, w.inexact};
  rms_norm_forward(space, v, index, p.norm_weight, dropout, w.normed);
  for (int tile = 0; tile < static_cast<int>(p.self_weight.extent(0)); ++tile) {
    for_each_relation(graph, [&](auto r, const auto& relation) {
      add_relation_tile<Tile, r() == 0>(space, dilated(relation, p.lattice_step), w, index, p, p.neighbour(r), tile,
                                        sum, x);
    });
  }
}

/// dW_s = S^T G and db = sum_i G_i, of a tile.
template <int Tile, class Exec, class Scalar, class Stored, class Columns>
void self_gradients(const Exec& space, const GsrBlockWorkspace<Scalar, Exec, Stored>& w, const Columns& index, int tile,
                    const Matrix<Scalar, Exec>& g, const GsrBlockViews<Scalar, Exec>& gradient) {
  sparse_linear_weight_gradient<Tile>(space, w.normed, index, g, tile * Tile, w.weight_partial,
                                      slice(gradient.self_weight, tile), 0);
  column_sums<Tile>(space, g, tile * Tile, w.weight_partial, gradient.bias, tile * Tile);
}

/// A relation's part in gsr_block_backward(), of a tile; that of the first has those of W_s and b with it.
template <int Tile, bool First, class Exec, class Graph, class Scalar, class Stored, class Columns>
void relation_backward_tile(const Exec& space, const Graph& graph, const GsrBlockWorkspace<Scalar, Exec, Stored>& w,
                            const Columns& index, const GsrBlockViews<Scalar, Exec>& p,
                            const Tensor<Scalar, Exec>& neighbour_weight, int tile, const Matrix<Scalar, Exec>& g,
                            const Matrix<Scalar, Exec>& dv, const GsrBlockViews<Scalar, Exec>& gradient,
                            const Tensor<Scalar, Exec>& neighbour_gradient) {
  // Q = A^^T G; dW_n = S^T Q, dW_s = S^T G, db = sum_i G_i; dv^ = <Q, W_n> + <G, W_s> at the kept places
  pass_to_nets<Tile, RowScale::inverse_degree>(space, graph, g, tile * Tile, w.net_tile);
  const BackwardRows<Scalar, Exec, Columns> of{
      w.normed, index, slice(neighbour_weight, tile), slice(p.self_weight, tile), g, tile * Tile, tile == 0, dv};
  if constexpr (Tuning<Exec>::kHost) {
    backward_rows<Tile, First>(space, graph, of, w.net_tile, w.weight_partial,
                               {slice(neighbour_gradient, tile), slice(gradient.self_weight, tile), gradient.bias});
  } else {
    const RowsOfTile<Matrix<Stored, Exec>> q{w.cell_tile, 0};
    const auto of_neighbours = slice(neighbour_gradient, tile);
    backward_values<Tile, First>(space, graph, of, w.net_tile, q.g);
    if constexpr (First) {
      sparse_linear_weight_gradients<Tile>(space, w.normed, index, q, RowsOfTile<Matrix<Scalar, Exec>>{g, tile * Tile},
                                           w.weight_partial, of_neighbours, slice(gradient.self_weight, tile),
                                           Vector<Scalar, Exec>(gradient.bias.data() + tile * Tile, Tile));
    } else {
      sparse_linear_weight_gradient<Tile>(space, w.normed, index, q.g, 0, w.weight_partial, of_neighbours, 0);
    }
  }
}
template <int Tile, bool First, class Exec, class Scalar, class Stored, class Columns>
void relation_backward_tile(const Exec& space, const Lattice<Scalar, Exec>& lattice,
                            const GsrBlockWorkspace<Scalar, Exec, Stored>& w, const Columns& index,
                            const GsrBlockViews<Scalar, Exec>& p, const Tensor<Scalar, Exec>& neighbour_weight,
                            int tile, const Matrix<Scalar, Exec>& g, const Matrix<Scalar, Exec>& dv,
                            const GsrBlockViews<Scalar, Exec>& gradient,
                            const Tensor<Scalar, Exec>& neighbour_gradient) {
  if constexpr (First) {
    if (tile == 0) Kokkos::deep_copy(space, dv, Scalar(0));
    self_gradients<Tile>(space, w, index, tile, g, gradient);
    const MapGradient<Matrix<Scalar, Exec>, Tensor<Scalar, Exec>> self{g, tile * Tile, p.self_weight};
    add_value_gradient<Tile>(space, index, self, tile, dv);
  }
  lattice_weight_gradient<Tile>(space, lattice, w.normed, index, g, tile * Tile, w.weight_partial,
                                slice(neighbour_gradient, tile));
  add_lattice_value_gradient<Tile>(space, lattice, index, g, tile * Tile, neighbour_weight, tile, dv);
}

/// From G = dL/df (N x padded d): dV = dL/dV (N x k) and the gradients of all parameters of the block.
template <int Tile, class Exec, class Graph, class Scalar, class Stored, class Columns>
void gsr_block_backward(const Exec& space, const Graph& graph, const GsrBlockWorkspace<Scalar, Exec, Stored>& w,
                        const Matrix<Scalar, Exec>& v, const Columns& index, const GsrBlockViews<Scalar, Exec>& p,
                        const Dropout<Scalar, Exec>& dropout, const Matrix<Scalar, Exec>& g,
                        const Matrix<Scalar, Exec>& dv, const GsrBlockViews<Scalar, Exec>& gradient) {
  rms_norm_forward(space, v, index, p.norm_weight, dropout, w.normed);
  for (int tile = 0; tile < static_cast<int>(p.self_weight.extent(0)); ++tile) {
    for_each_relation(graph, [&](auto r, const auto& relation) {
      relation_backward_tile<Tile, r() == 0>(space, dilated(relation, p.lattice_step), w, index, p, p.neighbour(r),
                                             tile, g, dv, gradient, gradient.neighbour(r));
    });
  }
  rms_norm_backward(space, v, index, p.norm_weight, dropout, dv, gradient.norm_weight, w.norm_partial);
}

}  // namespace gsrgnn
