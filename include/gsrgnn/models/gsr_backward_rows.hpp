#pragma once

/// What the backward pass of a GSR block makes of a tile of G. A host core does all in one loop over the rows: a row of
/// G, its Q = (A^^T G)_i and its kept values then come from memory once, and Q is never stored. A GPU makes Q and dV
/// so, and stores Q for the weights' gradients, which are kernels of their own (sparse_linear.hpp), of a grain that
/// fits it.

#include <gsrgnn/kernels/message_passing.hpp>
#include <gsrgnn/kernels/row_team.hpp>
#include <gsrgnn/kernels/sparse_linear.hpp>

namespace gsrgnn {

/// What a tile's backward pass reads of a relation, and dV, to which it adds: the tile's part, or that replaces it in
/// the first tile of the first relation.
template <class Scalar, class Exec, class Columns>
struct BackwardRows {
  Matrix<Scalar, Exec> normed;
  Columns index;
  Matrix<Scalar, Exec> neighbour_weight, self_weight;  ///< d x Tile: of this tile
  Matrix<Scalar, Exec> g;
  int first;     ///< the tile's first column in G
  bool replace;  ///< dV is not added to
  Matrix<Scalar, Exec> dv;
};
/// The gradients it leaves, of this tile.
template <class Scalar, class Exec>
struct BackwardRowsGradients {
  Matrix<Scalar, Exec> neighbour_weight, self_weight;  ///< d x Tile
  Vector<Scalar, Exec> bias;                           ///< padded d
};

/// Rows of the workspace of a block of d columns: sums of both weights, for which a GPU has other chunks, and of the
/// bias.
template <class Exec>
constexpr int backward_row_sums(int width) {
  return Tuning<Exec>::kHost ? 2 * width + 1 : width + 1;
}

/// A chunk of rows' part: dW_n = S^T Q, and with First dW_s = S^T G and db = sum_i G_i, to `partial`; of each row dv^ =
/// <Q, W_n>, and with First + <G, W_s>, at the kept places.
template <int Tile, bool First, class Exec, class Cells, class Scalar, class Columns, class NetTile>
struct BackwardRowsOfChunk {
  using P = TilePack<Scalar, Exec, Tile>;
  static_assert(P::kWidth == Tile, "a work item has a whole row of the tile");
  /// Parts of a row of G and of Q that are gone through one after the other: each stays in a core's 16 registers,
  /// beside what is made of it.
  static constexpr int kParts = P::kRegisters <= 4 ? 1 : P::kRegisters / 4;
  using Part = TilePack<Scalar, Exec, Tile / kParts>;
  Cells cells;
  BackwardRows<Scalar, Exec, Columns> of;
  NetTile y;
  Tensor<Scalar, Exec> partial;

  KOKKOS_FUNCTION void operator()(std::int64_t chunk) const {
    const auto width = static_cast<int>(of.neighbour_weight.extent(0)), k = static_cast<int>(of.dv.extent(1));
    const auto rows = static_cast<std::int64_t>(of.dv.extent(0));
    const bool replace = First && of.replace;
    // As pointers, for a compiler takes every store of a register for one that may change a View.
    const Scalar *const neighbour_weight = of.neighbour_weight.data(), *const self_weight = of.self_weight.data();
    Scalar* const neighbour_sum_of = &partial(chunk, 0, 0);
    Scalar* const self_sum_of = neighbour_sum_of + static_cast<std::ptrdiff_t>(width) * Tile;
    for (int c = 0; c < (First ? 2 : 1) * width; ++c) P(0).store(neighbour_sum_of + c * Tile);
    P bias = 0;
    const RowChunk chunk_rows = row_chunk<Exec>(rows, chunk);
    for (std::int64_t i = chunk_rows.first; i < chunk_rows.last; ++i) {
      prefetch_row_after<Exec, P>(of.g, i, chunk_rows.last, of.first);
      const P q = neighbour_sum<P, RowScale::inverse_degree>(cells, i, 0, of.g, of.first, y);
      const P g = P::load(&of.g(i, of.first));
      if constexpr (First) bias += g;
      const Scalar* const v = &of.normed(i, 0);
      const auto* const column = &of.index(i, 0);
      Scalar* const dv = &of.dv(i, 0);
      GSRGNN_UNROLL
      for (int part = 0; part < kParts; ++part) {
        const Part q_part = part_of(q, part), g_part = part_of(g, part);
        for (int t = 0; t < k; ++t) {
          const int at = column[t] * Tile + part * Part::kWidth;
          fma(v[t], q_part, Part::load(neighbour_sum_of + at)).store(neighbour_sum_of + at);
          if constexpr (First) fma(v[t], g_part, Part::load(self_sum_of + at)).store(self_sum_of + at);
          auto lanes = dot_lanes(q_part, neighbour_weight + at);
          if constexpr (First) lanes += dot_lanes(g_part, self_weight + at);
          const Scalar value = lanes.sum();
          dv[t] = replace && part == 0 ? value : dv[t] + value;
        }
      }
    }
    if constexpr (First) bias.store(neighbour_sum_of + 2 * static_cast<std::ptrdiff_t>(width) * Tile);
  }

 private:
  static Part part_of(const P& row, int part) {
    Part result;
    GSRGNN_UNROLL
    for (int r = 0; r < Part::kRegisters; ++r) result.reg[r] = row.reg[part * Part::kRegisters + r];
    return result;
  }
};

/// The backward pass of a relation's tile; Y from pass_to_nets. `partial` (row chunks x backward_row_sums() x Tile) is
/// workspace.
template <int Tile, bool First, class Exec, class Graph, class Scalar, class Columns, class NetTile>
void backward_rows(const Exec& space, const Graph& graph, const BackwardRows<Scalar, Exec, Columns>& of,
                   const NetTile& y, const Tensor<Scalar, Exec>& partial,
                   const BackwardRowsGradients<Scalar, Exec>& gradient) {
  const auto cells = second_pass(graph);
  using Body = BackwardRowsOfChunk<Tile, First, Exec, std::decay_t<decltype(cells)>, Scalar, Columns, NetTile>;
  constexpr int kChunks = Tuning<Exec>::kRowChunks;
  Kokkos::parallel_for("gsrgnn::models::backward_rows", Kokkos::RangePolicy<Exec>(space, 0, kChunks),
                       Body{cells, of, y, partial});

  const auto width = static_cast<int>(of.neighbour_weight.extent(0)), first = of.first;
  const int rows = First ? 2 * width + 1 : width;
  Kokkos::parallel_for(
      "gsrgnn::models::backward_rows_sum", Kokkos::RangePolicy<Exec>(space, 0, rows),
      KOKKOS_LAMBDA(const std::int64_t row) {
        using P = typename Body::P;
        P sum = 0;
        for (int chunk = 0; chunk < kChunks; ++chunk) sum += P::load(&partial(chunk, row, 0));
        sum.store(row < width       ? &gradient.neighbour_weight(row, 0)
                  : row < 2 * width ? &gradient.self_weight(row - width, 0)
                                    : &gradient.bias(first));
      });
}

/// Columns of a row of Q, stored as they are made, and with First of G: what dV is made of on a GPU.
template <int Tile, bool First, class Cells, class In, class NetTile, class Stored>
struct RowsOfBackward {
  Cells cells;
  In g;
  int first;
  NetTile y;
  Stored* q;  ///< N x Tile
  template <class P>
  KOKKOS_FORCEINLINE_FUNCTION void load(std::int64_t row, int column, P* packs) const {
    if constexpr (First) packs[1] = P::load(&g(row, first + column));
    packs[0] = neighbour_sum<P, RowScale::inverse_degree>(cells, row, column, g, first, y);
    packs[0].store(q + row * Tile + column);
  }
};

/// The part of a relation's backward pass that a GPU makes row by row: the tile's Q; Y from pass_to_nets.
template <int Tile, bool First, class Exec, class Graph, class Scalar, class Columns, class NetTile, class Out>
void backward_values(const Exec& space, const Graph& graph, const BackwardRows<Scalar, Exec, Columns>& of,
                     const NetTile& y, const Out& q) {
  const auto cells = second_pass(graph);
  using Rows = RowsOfBackward<Tile, First, std::decay_t<decltype(cells)>, Matrix<Scalar, Exec>, NetTile,
                              typename Out::value_type>;
  LaneValueGradient<Tile, First ? 2 : 1, Exec, Columns, Matrix<Scalar, Exec>, Rows> body{
      of.index, {cells, of.g, of.first, y, q.data()}, {of.neighbour_weight.data()}, of.dv, First && of.replace};
  if constexpr (First) body.weight[1] = of.self_weight.data();
  launch(space, "gsrgnn::models::backward_values", body);
}

}  // namespace gsrgnn
