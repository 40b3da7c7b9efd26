#pragma once

/// Linear maps of k-sparse rows, S W with S = scatter(V, I): N k Tile multiply-adds a tile instead of N d Tile, and
/// their exact gradients. A weight is stored by tiles of columns, (tiles x d x Tile), so that a tile of it stays in L1.
/// All is computed in the type of V and its gradient; tiles and gradients of rows may be stored in another.

#include <gsrgnn/kernels/chunk_sums.hpp>
#include <gsrgnn/kernels/pack.hpp>
#include <gsrgnn/kernels/row_team.hpp>
#include <gsrgnn/kernels/warp_gradients.hpp>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

/// The columns of a dense matrix seen as CBSR with every value kept.
struct EveryColumn {
  KOKKOS_FORCEINLINE_FUNCTION int operator()(std::int64_t, int t) const { return t; }
};

/// sum += row i of scatter(V, I) times the tile `tile` of W, from column `column` of the tile on.
template <class P, class Values, class Columns, class Weight>
KOKKOS_FORCEINLINE_FUNCTION void add_sparse_row(P& sum, const Values& v, const Columns& index, std::int64_t i,
                                                const Weight& w, int tile, int column) {
  const int k = static_cast<int>(v.extent(1));
  for (int t = 0; t < k; ++t) sum = fma(v(i, t), P::load(&w(tile, index(i, t), column)), sum);
}

/// T = S W[tile]: V, I (N x k), W (tiles x d x Tile), T (N x Tile).
template <int Tile, class Exec, class Values, class Columns, class Weight, class CellTile>
void sparse_linear(const Exec& space, const Values& v, const Columns& index, const Weight& w, int tile,
                   const CellTile& out) {
  using P = TilePack<typename Values::non_const_value_type, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  Kokkos::parallel_for(
      "gsrgnn::kernels::sparse_linear",
      Kokkos::RangePolicy<Exec>(space, 0, static_cast<std::int64_t>(v.extent(0)) * Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        P sum = 0;
        add_sparse_row(sum, v, index, item.row, w, tile, item.column);
        sum.store(&out(item.row, item.column));
      });
}

/// A chunk of rows' part in S^T G, by a thread of a host; warp_gradients.hpp has that of a GPU. The sum, d x Tile,
/// stays in the fast memory of the thread, for every value kept is an update of it; one too large for that is made
/// where it is left.
template <int Tile, class Exec, class Values, class Columns, class In, class Partial>
struct WeightGradientOfChunk {
  using Scalar = typename Values::non_const_value_type;
  using P = TilePack<Scalar, Exec, Tile>;
  static_assert(P::kWidth == Tile);
  Values v;
  Columns index;
  In g;
  int first, width;
  bool fast;  ///< the sum fits fast memory
  Partial partial;

  static std::size_t scratch_bytes(int width) { return static_cast<std::size_t>(width) * Tile * sizeof(Scalar); }

  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member) const {
    const int chunk = member.league_rank(), k = static_cast<int>(v.extent(1));
    Scalar* const sum = fast ? static_cast<Scalar*>(member.team_scratch(0).get_shmem_aligned(scratch_bytes(width), 64))
                             : &partial(chunk, 0, 0);
    for (int c = 0; c < width; ++c) P(0).store(sum + c * Tile);
    const RowChunk rows = row_chunk<Exec>(static_cast<std::int64_t>(v.extent(0)), chunk);
    std::int64_t row = rows.first;
    if constexpr (kRowsTogether > 1) {
      for (; row + kRowsTogether <= rows.last; row += kRowsTogether) add_rows(row, sum);
    }
    for (; row < rows.last; ++row) {
      prefetch_row_after<Exec, P>(g, row, rows.last, first);
      const P gradient = P::load(&g(row, first));
      for (int t = 0; t < k; ++t) {
        Scalar* const at = sum + index(row, t) * Tile;
        fma(v(row, t), gradient, P::load(at)).store(at);
      }
    }
    if (!fast) return;
    for (int c = 0; c < width; ++c) P::load(sum + c * Tile).store(&partial(chunk, c, 0));
  }

 private:
  /// Where every column has a value, several rows are added while a sum is in registers.
  static constexpr int kRowsTogether = std::is_same_v<Columns, EveryColumn> ? 4 : 1;
  KOKKOS_FUNCTION void add_rows(std::int64_t row, Scalar* sum) const {
    P gradient[kRowsTogether];
    for (int r = 0; r < kRowsTogether; ++r) {
      prefetch_row_after<Exec, P>(g, row + r, static_cast<std::int64_t>(g.extent(0)), first);
      gradient[r] = P::load(&g(row + r, first));
    }
    for (int c = 0; c < width; ++c) {
      P added = P::load(sum + c * Tile);
      GSRGNN_UNROLL
      for (int r = 0; r < kRowsTogether; ++r) added = fma(v(row + r, c), gradient[r], added);
      added.store(sum + c * Tile);
    }
  }
};

/// Columns to .. to + Tile of dW = S^T G from columns first .. first + Tile of G: summed by chunks of rows, then over
/// the chunks in order. dW has a row for each column of S; `partial` (row chunks x at least as many x Tile) is
/// workspace.
template <int Tile, class Exec, class Values, class Columns, class In, class Partial, class Weight>
void sparse_linear_weight_gradient(const Exec& space, const Values& v, const Columns& index, const In& g, int first,
                                   const Partial& partial, const Weight& gradient, int to) {
  const auto width = static_cast<int>(gradient.extent(0));
  if constexpr (Tuning<Exec>::kHost) {
    using Body = WeightGradientOfChunk<Tile, Exec, Values, Columns, In, Partial>;
    using Policy = Kokkos::TeamPolicy<Exec>;
    const std::size_t scratch = Body::scratch_bytes(width) + 64;  // room to align it
    const bool fast = scratch <= static_cast<std::size_t>(Policy::scratch_size_max(0));
    Policy policy(space, Tuning<Exec>::kRowChunks, 1);
    policy.set_scratch_size(0, Kokkos::PerTeam(fast ? static_cast<int>(scratch) : 0));
    Kokkos::parallel_for("gsrgnn::kernels::sparse_linear_weight_gradient", policy,
                         Body{v, index, g, first, width, fast, partial});
  } else {
    weight_gradients_by_warps<Tile>(space, v, index, width, partial, RowsOfTile<In>{g, first});
  }

  using P = TilePack<typename Values::non_const_value_type, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  sum_chunks<P>(
      space, "gsrgnn::kernels::sparse_linear_weight_gradient_sum", static_cast<std::int64_t>(width) * Item::kPacks,
      Tuning<Exec>::kWeightChunks,
      KOKKOS_LAMBDA(const int chunk, const std::int64_t i) {
        const Item item(i);
        return P::load(&partial(chunk, item.row, item.column));
      },
      KOKKOS_LAMBDA(const std::int64_t i, const P& sum) {
        const Item item(i);
        sum.store(&gradient(item.row, to + item.column));
      });
}

/// On a GPU, of two maps of the same V: a tile of dW = S^T G and dU = S^T H, and db = the sum of H's rows. `partial`
/// (row chunks x at least one more than W has rows x Tile) is workspace.
template <int Tile, class Exec, class Values, class Columns, class One, class Other, class Partial, class Weight,
          class Bias>
void sparse_linear_weight_gradients(const Exec& space, const Values& v, const Columns& index, const One& g,
                                    const Other& h, const Partial& partial, const Weight& of_g, const Weight& of_h,
                                    const Bias& sums_of_h) {
  using P = TilePack<typename Values::non_const_value_type, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  constexpr int kChunks = Tuning<Exec>::kWeightChunks;
  static_assert(2 * kChunks <= Tuning<Exec>::kRowChunks);
  const auto width = static_cast<int>(of_g.extent(0));
  weight_gradients_by_warps<Tile>(space, v, index, width, partial, g, h);
  sum_chunks<P>(
      space, "gsrgnn::kernels::sparse_linear_weight_gradient_sum",
      static_cast<std::int64_t>(2 * width + 1) * Item::kPacks, kChunks,
      KOKKOS_LAMBDA(const int chunk, const std::int64_t i) {
        const Item item(i);
        return P::load(item.row < width ? &partial(chunk, item.row, item.column)
                                        : &partial(kChunks + chunk, item.row - width, item.column));
      },
      KOKKOS_LAMBDA(const std::int64_t i, const P& sum) {
        const Item item(i);
        sum.store(item.row < width       ? &of_g(item.row, item.column)
                  : item.row < 2 * width ? &of_h(item.row - width, item.column)
                                         : &sums_of_h(item.column));
      });
}

/// One linear map's part in the gradient of its input: columns first .. first + Tile of the gradient G of its output,
/// and its weight.
template <class In, class Weight>
struct MapGradient {
  In g;
  int first;
  Weight w;  ///< tiles x d x Tile
};

/// dV[i,t] += <G_i, W[tile][I[i,t], :]> over Tile columns, of a further map (G, W) of the same V.
template <int Tile, class Exec, class Columns, class In, class Weight, class Values>
std::enable_if_t<!Tuning<Exec>::kHost> add_value_gradient(const Exec& space, const Columns& index,
                                                          const MapGradient<In, Weight>& map, int tile,
                                                          const Values& dv) {
  const auto* const weight = slice(map.w, tile).data();
  launch(space, "gsrgnn::kernels::add_value_gradient",
         LaneValueGradient<Tile, 1, Exec, Columns, Values, RowsOfTile<In>>{
             index, {map.g, map.first}, {weight}, dv, false});
}
template <int Tile, class Exec, class Columns, class In, class Weight, class Values>
std::enable_if_t<Tuning<Exec>::kHost> add_value_gradient(const Exec& space, const Columns& index,
                                                         const MapGradient<In, Weight>& map, int tile,
                                                         const Values& dv) {
  using P = TilePack<typename Values::non_const_value_type, Exec, Tile>;
  const auto rows = static_cast<std::int64_t>(dv.extent(0));
  const int k = static_cast<int>(dv.extent(1));
  Kokkos::parallel_for(
      "gsrgnn::kernels::add_value_gradient", Kokkos::RangePolicy<Exec>(space, 0, rows),
      KOKKOS_LAMBDA(const std::int64_t i) {
        for (int column = 0; column < Tile; column += P::kWidth) {
          prefetch_row_after<Exec, P>(map.g, i, rows, map.first + column);
          const P g = P::load(&map.g(i, map.first + column));
          for (int t = 0; t < k; ++t) dv(i, t) += dot_lanes(g, &map.w(tile, index(i, t), column)).sum();
        }
      });
}

/// out[to + c] = sum over the rows of X[., first + c], for Tile columns: a bias's gradient.
/// `partial` (row chunks x >= 1 x Tile) is workspace.
template <int Tile, class Exec, class In, class Partial, class Bias>
void column_sums(const Exec& space, const In& x, int first, const Partial& partial, const Bias& out, int to) {
  using P = TilePack<typename Bias::non_const_value_type, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  const auto rows = static_cast<std::int64_t>(x.extent(0));
  const std::int64_t chunks = Tuning<Exec>::kRowChunks;
  Kokkos::parallel_for(
      "gsrgnn::kernels::column_sums", Kokkos::RangePolicy<Exec>(space, 0, chunks * Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        const RowChunk chunk = row_chunk<Exec>(rows, item.row);
        P sum = 0;
        for (std::int64_t row = chunk.first; row < chunk.last; ++row) {
          prefetch_row_after<Exec, P>(x, row, chunk.last, first + item.column);
          sum += P::load(&x(row, first + item.column));
        }
        sum.store(&partial(item.row, 0, item.column));
      });
  sum_chunks<P>(
      space, "gsrgnn::kernels::column_sums_sum", Item::kPacks, static_cast<int>(chunks),
      KOKKOS_LAMBDA(const int chunk, const std::int64_t i) { return P::load(&partial(chunk, 0, Item(i).column)); },
      KOKKOS_LAMBDA(const std::int64_t i, const P& sum) { sum.store(&out(to + Item(i).column)); });
}

}  // namespace gsrgnn
