#pragma once

/// Message passing on tiles of columns, on either form of the graph: mean aggregation A^ X = D^-1 A~ X, its transpose
/// A~ D^-1 X (A~ is symmetric), and GCN's D^-1/2 A~ D^-1/2 X. A tile is 8 to 64 columns; those of the nets, Y, stay in
/// cache while both net passes run. Sums are made in the graph's Scalar, whatever type a matrix is stored in.

#include <cmath>
#include <gsrgnn/graph/graph.hpp>
#include <gsrgnn/kernels/chunk_sums.hpp>
#include <gsrgnn/kernels/exact_sum.hpp>
#include <gsrgnn/kernels/pack.hpp>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

/// Asks for the row of X that is gathered some members after member p.
template <class Exec, class P, class Members, class Rows>
KOKKOS_FORCEINLINE_FUNCTION void prefetch_member(const Members& member, int p, const Rows& x, int column) {
  constexpr int kAhead = Tuning<Exec>::kPrefetchAhead;
  if constexpr (kAhead > 0) {
    if (p + kAhead < static_cast<int>(member.extent(0))) {
      P::prefetch(&x(member(p + kAhead), column));
    }
  }
}

/// What a row is multiplied by before or after its neighbours are added up.
enum class RowScale { one, inverse_degree, inverse_sqrt_degree };

template <RowScale Scale, class Graph>
KOKKOS_FORCEINLINE_FUNCTION typename Graph::Scalar row_scale(const Graph& graph, std::int64_t i) {
  if constexpr (Scale == RowScale::one) return 1;
  if constexpr (Scale == RowScale::inverse_degree) return graph.inverse_degree(i);
  if constexpr (Scale == RowScale::inverse_sqrt_degree) return std::sqrt(graph.inverse_degree(i));
}

/// What the second pass reads of a graph. Kernels hold that instead of the graph: of more than 512 bytes of arguments
/// Kokkos for CUDA makes a copy to constant memory, for which a launch waits. Of edges it is all.
template <class S, class Exec>
struct PinsOfCells {
  using Scalar = S;
  Vector<int, Exec> offset, net;
  Vector<S, Exec> self_weight, inverse_degree;
};
template <class Scalar, class Exec>
PinsOfCells<Scalar, Exec> second_pass(const NetGraph<Scalar, Exec>& graph) {
  return {graph.cell_offset, graph.cell_net, graph.self_weight, graph.inverse_degree};
}
template <class Scalar, class Exec>
const EdgeGraph<Scalar, Exec>& second_pass(const EdgeGraph<Scalar, Exec>& graph) {
  return graph;
}

/// sum += scale times the columns from `row` on.
template <RowScale Scale, class P, class Graph, class Stored>
KOKKOS_FORCEINLINE_FUNCTION void add_scaled(P& sum, const Graph& graph, std::int64_t i, const Stored* row) {
  if constexpr (Scale == RowScale::one) {
    sum += P::load(row);
  } else {
    sum = fma(row_scale<Scale>(graph, i), P::load(row), sum);
  }
}

/// out(s, to ..) = sum over the members m of segment s of X(m, from ..), for Tile columns. `add`(sum, m, row of X) adds
/// one member, in Scalar. A GPU begins with the last segment: the pieces of long nets come last, and the kernel would
/// wait for them in the end.
template <int Tile, class Scalar, class Exec, class In, class Out, class Add>
void sum_segments(const Exec& space, const std::string& label, const Vector<int, Exec>& offset,
                  const Vector<int, Exec>& member, const In& x, int from, const Out& out, int to, const Add& add) {
  using P = TilePack<Scalar, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  const auto segments = static_cast<std::int64_t>(offset.extent(0)) - 1;
  Kokkos::parallel_for(
      label, Kokkos::RangePolicy<Exec>(space, 0, segments * Item::kPacks), KOKKOS_LAMBDA(const std::int64_t i) {
        Item item(i);
        if (!Tuning<Exec>::kHost) item.row = segments - 1 - item.row;
        P sum = 0;
        for (int p = offset(item.row); p < offset(item.row + 1); ++p) {
          prefetch_member<Exec, P>(member, p, x, from + item.column);
          add(sum, member(p), &x(member(p), from + item.column));
        }
        sum.store(&out(item.row, to + item.column));
      });
}

struct AddRow {
  template <class P, class Stored>
  KOKKOS_FORCEINLINE_FUNCTION void operator()(P& sum, std::int64_t, const Stored* row) const {
    sum += P::load(row);
  }
};

/// The same where a segment may have thousands of members: a GPU's threads share them.
template <int Tile, class Scalar, class Exec, class In, class Out>
std::enable_if_t<!Tuning<Exec>::kHost> sum_large_segments(const Exec& space, const std::string& label,
                                                          const Vector<int, Exec>& offset,
                                                          const Vector<int, Exec>& member, const In& x, int from,
                                                          const Out& out, int to) {
  using P = TilePack<Scalar, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  const auto segments = static_cast<std::int64_t>(offset.extent(0)) - 1;
  sum_parts<P>(
      space, label, segments * Item::kPacks,
      KOKKOS_LAMBDA(const std::int64_t i) { return offset(Item(i).row + 1) - offset(Item(i).row); },
      KOKKOS_LAMBDA(const int part, const std::int64_t i) {
        const Item item(i);
        return P::load(&x(member(offset(item.row) + part), from + item.column));
      },
      KOKKOS_LAMBDA(const std::int64_t i, const P& sum) {
        const Item item(i);
        sum.store(&out(item.row, to + item.column));
      });
}
template <int Tile, class Scalar, class Exec, class In, class Out>
std::enable_if_t<Tuning<Exec>::kHost> sum_large_segments(const Exec& space, const std::string& label,
                                                         const Vector<int, Exec>& offset,
                                                         const Vector<int, Exec>& member, const In& x, int from,
                                                         const Out& out, int to) {
  sum_segments<Tile, Scalar>(space, label, offset, member, x, from, out, to, AddRow());
}

template <RowScale Scale, class Scalar, class Exec>
struct AddScaledRow {
  PinsOfCells<Scalar, Exec> cells;
  template <class P, class Stored>
  KOKKOS_FORCEINLINE_FUNCTION void operator()(P& sum, std::int64_t i, const Stored* row) const {
    add_scaled<Scale>(sum, cells, i, row);
  }
};

/// First pass, on nets: Y = B^T diag(scale) X[first ..], for Tile columns; X has a row a cell, Y (M + pieces x Tile).
template <int Tile, RowScale Scale, class Exec, class Scalar, class In, class NetTile>
void pass_to_nets(const Exec& space, const NetGraph<Scalar, Exec>& graph, const In& x, int first, const NetTile& y) {
  sum_segments<Tile, Scalar>(space, "gsrgnn::kernels::pass_to_nets", graph.net_offset, graph.net_cell, x, first, y, 0,
                             AddScaledRow<Scale, Scalar, Exec>{second_pass(graph)});
  using P = TilePack<Scalar, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  const auto net = graph.long_net, offset = graph.long_net_offset;
  const auto long_nets = static_cast<std::int64_t>(net.extent(0));
  if (long_nets == 0) return;
  Kokkos::parallel_for(
      "gsrgnn::kernels::join_net_pieces", Kokkos::RangePolicy<Exec>(space, 0, long_nets * Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        P sum = 0;
        for (int piece = offset(item.row); piece < offset(item.row + 1); ++piece) {
          sum += P::load(&y(piece, item.column));
        }
        sum.store(&y(net(item.row), item.column));
      });
}
/// On edges there is nothing to do.
template <int Tile, RowScale Scale, class Exec, class Scalar, class In, class NetTile>
void pass_to_nets(const Exec&, const EdgeGraph<Scalar, Exec>&, const In&, int, const NetTile&) {}

/// Second pass, for use inside a kernel: row i of A~ diag(scale) X, columns first + column on, from X and Y.
template <class P, RowScale Scale, class Scalar, class Exec, class In, class NetTile>
KOKKOS_FORCEINLINE_FUNCTION P neighbour_sum(const PinsOfCells<Scalar, Exec>& cells, std::int64_t i, int column,
                                            const In& x, int first, const NetTile& y) {
  P sum = P::load(&x(i, first + column)) * (cells.self_weight(i) * row_scale<Scale>(cells, i));
  for (int p = cells.offset(i); p < cells.offset(i + 1); ++p) {
    prefetch_member<Exec, P>(cells.net, p, y, column);
    sum += P::load(&y(cells.net(p), column));
  }
  return sum;
}
template <class P, RowScale Scale, class Scalar, class Exec, class In, class NetTile>
KOKKOS_FORCEINLINE_FUNCTION P neighbour_sum(const EdgeGraph<Scalar, Exec>& graph, std::int64_t i, int column,
                                            const In& x, int first, const NetTile&) {
  P sum = 0;
  for (int e = graph.offset(i); e < graph.offset(i + 1); ++e) {
    add_scaled<Scale>(sum, graph, graph.neighbour(e), &x(graph.neighbour(e), first + column));
  }
  return sum;
}

/// Out(i, to ..) = diag(after) A~ diag(before) X[first ..], for Tile columns; Y from pass_to_nets.
template <int Tile, RowScale Before, RowScale After, class Exec, class Graph, class In, class NetTile, class Out>
void store_neighbour_sums(const Exec& space, const Graph& graph, const In& x, int first, const NetTile& y,
                          const Out& out, int to) {
  using P = TilePack<typename Graph::Scalar, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  const std::int64_t rows = graph.cells();
  const auto cells = second_pass(graph);
  Kokkos::parallel_for(
      "gsrgnn::kernels::store_neighbour_sums", Kokkos::RangePolicy<Exec>(space, 0, rows * Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        prefetch_row_after<Exec, P>(x, item.row, rows, first + item.column);
        P sum = neighbour_sum<P, Before>(cells, item.row, item.column, x, first, y);
        if constexpr (After != RowScale::one) sum *= row_scale<After>(cells, item.row);
        sum.store(&out(item.row, to + item.column));
      });
}

/// Out(i, to ..) += A^ X, or that much less, for the Tile columns of X; Y from pass_to_nets.
template <int Tile, class Exec, class Graph, class In, class NetTile, class Scalar, class Out>
void add_neighbour_means(const Exec& space, const Graph& graph, const In& x, const NetTile& y,
                         const ExactSum<Scalar, Exec>& sum, const Out& out, int to) {
  using P = TilePack<Scalar, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  const std::int64_t rows = graph.cells();
  const auto cells = second_pass(graph);
  Kokkos::parallel_for(
      "gsrgnn::kernels::add_neighbour_means", Kokkos::RangePolicy<Exec>(space, 0, rows * Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        prefetch_row_after<Exec, P>(out, item.row, rows, to + item.column);
        P message = neighbour_sum<P, RowScale::one>(cells, item.row, item.column, x, 0, y);
        message *= cells.inverse_degree(item.row);
        sum.add(message, &out(item.row, to + item.column));
      });
}

/// Out = diag(after) A~ diag(before) X for X, Out N x (a multiple of Tile); Out must not be X.
/// Workspace: Y (intermediate rows x Tile).
template <int Tile, RowScale Before, RowScale After, class Exec, class Graph, class In, class Out, class NetTile>
void aggregate(const Exec& space, const Graph& graph, const In& x, const Out& out, const NetTile& y) {
  for (int first = 0; first < static_cast<int>(x.extent(1)); first += Tile) {
    pass_to_nets<Tile, Before>(space, graph, x, first, y);
    store_neighbour_sums<Tile, Before, After>(space, graph, x, first, y, out, first);
  }
}

/// Out = A^ X
template <int Tile, class Exec, class Graph, class In, class Out, class NetTile>
void mean_aggregate(const Exec& space, const Graph& graph, const In& x, const Out& out, const NetTile& y) {
  aggregate<Tile, RowScale::one, RowScale::inverse_degree>(space, graph, x, out, y);
}

/// Out = A^^T X
template <int Tile, class Exec, class Graph, class In, class Out, class NetTile>
void mean_aggregate_transposed(const Exec& space, const Graph& graph, const In& x, const Out& out, const NetTile& y) {
  aggregate<Tile, RowScale::inverse_degree, RowScale::one>(space, graph, x, out, y);
}

/// Out = D^-1/2 A~ D^-1/2 X, which is its own transpose.
template <int Tile, class Exec, class Graph, class In, class Out, class NetTile>
void symmetric_aggregate(const Exec& space, const Graph& graph, const In& x, const Out& out, const NetTile& y) {
  aggregate<Tile, RowScale::inverse_sqrt_degree, RowScale::inverse_sqrt_degree>(space, graph, x, out, y);
}

}  // namespace gsrgnn
