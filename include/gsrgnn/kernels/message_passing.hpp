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
#include <type_traits>

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
/// one member, in Scalar.
template <int Tile, class Scalar, class Exec, class In, class Out, class Add>
void sum_segments(const Exec& space, const std::string& label, const Vector<int, Exec>& offset,
                  const Vector<int, Exec>& member, const In& x, int from, const Out& out, int to, const Add& add) {
  using P = TilePack<Scalar, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  const auto segments = static_cast<std::int64_t>(offset.extent(0)) - 1;
  Kokkos::parallel_for(
      label, Kokkos::RangePolicy<Exec>(space, 0, segments * Item::kPacks), KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
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

/// The first pass as a GPU makes it. A lane has a pack of the columns, a thread a net; a long net has a team, each of
/// whose threads takes every so many of its pins. Teams of long nets come first, for they take longest.
template <int Tile, class Exec, class Scalar, class In, class NetTile, class Add>
struct NetsOfTeam {
  using P = TilePack<Scalar, Exec, Tile>;
  static constexpr int kLanes = Tile / P::kWidth;
  static constexpr int kThreads = Tuning<Exec>::kTeamSize * Tuning<Exec>::kVectorLength / kLanes;
  Vector<int, Exec> offset, cell, long_net, long_net_offset;
  int nets;
  In x;
  int first;
  NetTile y;
  Add add;

  KOKKOS_FUNCTION static constexpr int scratch_bytes() { return kThreads * kLanes * static_cast<int>(sizeof(P)); }

  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member) const {
    const int long_nets = static_cast<int>(long_net.extent(0)), thread = member.team_rank();
    const auto every_lane = Kokkos::ThreadVectorRange(member, kLanes);
    if (member.league_rank() < long_nets) return sum_long_net(member, member.league_rank());
    const int net = (member.league_rank() - long_nets) * kThreads + thread;
    if (net >= nets) return;
    const int from = offset(net), to = offset(net + 1);
    if (from == to) return;  // a long one, or one of no cells, which none reads
    Kokkos::parallel_for(
        every_lane, [&](const int lane) { sum_of(from, to, 1, lane * P::kWidth).store(&y(net, lane * P::kWidth)); });
  }

 private:
  KOKKOS_FORCEINLINE_FUNCTION P sum_of(int pin, int last, int step, int column) const {
    P sum = 0;
    for (; pin < last; pin += step) add(sum, cell(pin), &x(cell(pin), first + column));
    return sum;
  }

  /// Its pieces lie next to each other.
  KOKKOS_FORCEINLINE_FUNCTION void sum_long_net(const TeamMember<Exec>& member, int which) const {
    auto* const sums = static_cast<P*>(member.team_scratch(0).get_shmem_aligned(scratch_bytes(), 16));
    const auto every_lane = Kokkos::ThreadVectorRange(member, kLanes);
    const int thread = member.team_rank();
    const int from = offset(long_net_offset(which)), to = offset(long_net_offset(which + 1));
    Kokkos::parallel_for(every_lane, [&](const int lane) {
      sums[thread * kLanes + lane] = sum_of(from + thread, to, kThreads, lane * P::kWidth);
    });
    member.team_barrier();
    if (thread > 0) return;
    Kokkos::parallel_for(every_lane, [&](const int lane) {
      P sum = sums[lane];
      for (int other = 1; other < kThreads; ++other) sum += sums[other * kLanes + lane];
      sum.store(&y(long_net(which), lane * P::kWidth));
    });
  }
};

/// First pass, on nets: Y = B^T diag(scale) X[first ..], for Tile columns; X has a row a cell, Y (M + pieces x Tile). A
/// host makes the pieces of long nets as if they were nets, and then joins them.
template <int Tile, RowScale Scale, class Exec, class Scalar, class In, class NetTile>
std::enable_if_t<!Tuning<Exec>::kHost> pass_to_nets(const Exec& space, const NetGraph<Scalar, Exec>& graph, const In& x,
                                                    int first, const NetTile& y) {
  using Add = AddScaledRow<Scale, Scalar, Exec>;
  using Nets = NetsOfTeam<Tile, Exec, Scalar, In, NetTile, Add>;
  const auto long_nets = static_cast<int>(graph.long_net.extent(0));
  Kokkos::TeamPolicy<Exec> policy(space, long_nets + (graph.nets + Nets::kThreads - 1) / Nets::kThreads, Nets::kThreads,
                                  Nets::kLanes);
  policy.set_scratch_size(0, Kokkos::PerTeam(Nets::scratch_bytes() + 16));
  Kokkos::parallel_for("gsrgnn::kernels::pass_to_nets", policy,
                       Nets{graph.net_offset, graph.net_cell, graph.long_net, graph.long_net_offset, graph.nets, x,
                            first, y, Add{second_pass(graph)}});
}
template <int Tile, RowScale Scale, class Exec, class Scalar, class In, class NetTile>
std::enable_if_t<Tuning<Exec>::kHost> pass_to_nets(const Exec& space, const NetGraph<Scalar, Exec>& graph, const In& x,
                                                   int first, const NetTile& y) {
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
