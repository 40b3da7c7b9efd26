#pragma once

/// Message passing on tiles of columns, on either form of the graph: mean aggregation A^ X = D^-1 A~ X, its transpose
/// A~ D^-1 X (A~ is symmetric), and GCN's D^-1/2 A~ D^-1/2 X. A tile is a contiguous matrix of 8 to 64 columns that
/// stays in cache while both net passes run.

#include <cmath>
#include <gsrgnn/graph/graph.hpp>
#include <gsrgnn/kernels/pack.hpp>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

/// Asks for the row of X that is gathered some members after member p.
template <class Exec, class P, class Members, class Rows>
KOKKOS_FORCEINLINE_FUNCTION void prefetch_member(const Members& member, int p, const Rows& x, int column) {
  constexpr int kAhead = Tuning<Exec>::kPrefetchAhead;
  if constexpr (kAhead > 0) {
    if (p + kAhead < static_cast<int>(member.extent(0))) {
      prefetch<Exec, static_cast<int>(sizeof(P))>(&x(member(p + kAhead), column));
    }
  }
}

/// out(s, to ..) = sum over the members m of segment s of X(m, from ..), for Tile columns. With the nets as segments
/// this is B^T X; with cell types as segments, the gradient of the types' rows.
template <int Tile, class Exec, class In, class Out>
void sum_segments(const Exec& space, const std::string& label, const Vector<int, Exec>& offset,
                  const Vector<int, Exec>& member, const In& x, int from, const Out& out, int to) {
  using P = TilePack<typename Out::non_const_value_type, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  const auto segments = static_cast<std::int64_t>(offset.extent(0)) - 1;
  Kokkos::parallel_for(
      label, Kokkos::RangePolicy<Exec>(space, 0, segments * Item::kPacks), KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        P sum = P::zero();
        for (int p = offset(item.row); p < offset(item.row + 1); ++p) {
          prefetch_member<Exec, P>(member, p, x, from + item.column);
          sum.add(&x(member(p), from + item.column));
        }
        sum.store(&out(item.row, to + item.column));
      });
}

/// First pass, T (N x Tile) to Y (M x Tile): on nets Y = B^T T, on edges nothing.
template <int Tile, class Exec, class Scalar, class CellTile, class NetTile>
void pass_to_nets(const Exec& space, const NetGraph<Scalar, Exec>& graph, const CellTile& t, const NetTile& y) {
  sum_segments<Tile>(space, "gsrgnn::kernels::pass_to_nets", graph.net_offset, graph.net_cell, t, 0, y, 0);
}
template <int Tile, class Exec, class Scalar, class CellTile, class NetTile>
void pass_to_nets(const Exec&, const EdgeGraph<Scalar, Exec>&, const CellTile&, const NetTile&) {}

/// Second pass, for use inside a kernel: row i of A~ T, columns `column` on, from T and Y.
template <class P, class Scalar, class Exec, class CellTile, class NetTile>
KOKKOS_FORCEINLINE_FUNCTION P neighbour_sum(const NetGraph<Scalar, Exec>& graph, std::int64_t i, int column,
                                            const CellTile& t, const NetTile& y) {
  P sum = P::load(&t(i, column));
  sum.scale(graph.self_weight(i));
  for (int p = graph.cell_offset(i); p < graph.cell_offset(i + 1); ++p) {
    prefetch_member<Exec, P>(graph.cell_net, p, y, column);
    sum.add(&y(graph.cell_net(p), column));
  }
  return sum;
}
template <class P, class Scalar, class Exec, class CellTile, class NetTile>
KOKKOS_FORCEINLINE_FUNCTION P neighbour_sum(const EdgeGraph<Scalar, Exec>& graph, std::int64_t i, int column,
                                            const CellTile& t, const NetTile&) {
  P sum = P::zero();
  for (int e = graph.offset(i); e < graph.offset(i + 1); ++e) sum.add(&t(graph.neighbour(e), column));
  return sum;
}

/// What a row is multiplied by before or after its neighbours are added up.
enum class RowScale { one, inverse_degree, inverse_sqrt_degree };

template <class Graph>
KOKKOS_FORCEINLINE_FUNCTION typename Graph::Scalar row_scale(const Graph& graph, RowScale scale, std::int64_t i) {
  if (scale == RowScale::one) return 1;
  return scale == RowScale::inverse_degree ? graph.inverse_degree(i) : std::sqrt(graph.inverse_degree(i));
}

/// Columns first .. first + Tile of X into the tile T, scaled.
template <int Tile, class Exec, class Graph, class In, class CellTile>
void load_tile(const Exec& space, const Graph& graph, const In& x, int first, const CellTile& t, RowScale scale) {
  using P = TilePack<typename CellTile::non_const_value_type, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  Kokkos::parallel_for(
      "gsrgnn::kernels::load_tile", Kokkos::RangePolicy<Exec>(space, 0, graph.cells() * Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        P pack = P::load(&x(item.row, first + item.column));
        if (scale != RowScale::one) pack.scale(row_scale(graph, scale, item.row));
        pack.store(&t(item.row, item.column));
      });
}

/// Out(i, first ..) = A~ T, scaled; Y from pass_to_nets.
template <int Tile, class Exec, class Graph, class CellTile, class NetTile, class Out>
void store_neighbour_sums(const Exec& space, const Graph& graph, const CellTile& t, const NetTile& y, const Out& out,
                          int first, RowScale scale) {
  using P = TilePack<typename CellTile::non_const_value_type, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  Kokkos::parallel_for(
      "gsrgnn::kernels::store_neighbour_sums", Kokkos::RangePolicy<Exec>(space, 0, graph.cells() * Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        P sum = neighbour_sum<P>(graph, item.row, item.column, t, y);
        if (scale != RowScale::one) sum.scale(row_scale(graph, scale, item.row));
        sum.store(&out(item.row, first + item.column));
      });
}

/// Out = diag(after) A~ diag(before) X for X, Out N x (a multiple of Tile); Out may be X.
/// Workspace: T (N x Tile), Y (intermediate rows x Tile).
template <int Tile, class Exec, class Graph, class In, class Out, class CellTile, class NetTile>
void aggregate(const Exec& space, const Graph& graph, RowScale before, RowScale after, const In& x, const Out& out,
               const CellTile& t, const NetTile& y) {
  for (int first = 0; first < static_cast<int>(x.extent(1)); first += Tile) {
    load_tile<Tile>(space, graph, x, first, t, before);
    pass_to_nets<Tile>(space, graph, t, y);
    store_neighbour_sums<Tile>(space, graph, t, y, out, first, after);
  }
}

/// Out = A^ X
template <int Tile, class Exec, class Graph, class In, class Out, class CellTile, class NetTile>
void mean_aggregate(const Exec& space, const Graph& graph, const In& x, const Out& out, const CellTile& t,
                    const NetTile& y) {
  aggregate<Tile>(space, graph, RowScale::one, RowScale::inverse_degree, x, out, t, y);
}

/// Out = A^^T X
template <int Tile, class Exec, class Graph, class In, class Out, class CellTile, class NetTile>
void mean_aggregate_transposed(const Exec& space, const Graph& graph, const In& x, const Out& out, const CellTile& t,
                               const NetTile& y) {
  aggregate<Tile>(space, graph, RowScale::inverse_degree, RowScale::one, x, out, t, y);
}

/// Out = D^-1/2 A~ D^-1/2 X, which is its own transpose.
template <int Tile, class Exec, class Graph, class In, class Out, class CellTile, class NetTile>
void symmetric_aggregate(const Exec& space, const Graph& graph, const In& x, const Out& out, const CellTile& t,
                         const NetTile& y) {
  aggregate<Tile>(space, graph, RowScale::inverse_sqrt_degree, RowScale::inverse_sqrt_degree, x, out, t, y);
}

}  // namespace gsrgnn
