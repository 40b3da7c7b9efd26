#pragma once

/// Linear maps of k-sparse rows, S W with S = scatter(V, I): N k Tile multiply-adds a tile instead of N d Tile, and
/// their exact gradients. A weight is stored by tiles of columns, (tiles x d x Tile), so that a tile of it stays in L1.

#include <gsrgnn/kernels/pack.hpp>
#include <gsrgnn/kernels/row_team.hpp>
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
  for (int t = 0; t < k; ++t) sum.axpy(v(i, t), &w(tile, index(i, t), column));
}

/// T = S W[tile]: V, I (N x k), W (tiles x d x Tile), T (N x Tile).
template <int Tile, class Exec, class Values, class Columns, class Weight, class CellTile>
void sparse_linear(const Exec& space, const Values& v, const Columns& index, const Weight& w, int tile,
                   const CellTile& out) {
  using P = TilePack<typename CellTile::non_const_value_type, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  Kokkos::parallel_for(
      "gsrgnn::kernels::sparse_linear",
      Kokkos::RangePolicy<Exec>(space, 0, static_cast<std::int64_t>(v.extent(0)) * Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        P sum = P::zero();
        add_sparse_row(sum, v, index, item.row, w, tile, item.column);
        sum.store(&out(item.row, item.column));
      });
}

/// Columns to .. to + Tile of dW = S^T G from columns first .. first + Tile of G: summed by chunks of rows, then over
/// the chunks in order. dW has a row for each column of S; `partial` (row chunks x at least as many x Tile) is
/// workspace.
template <int Tile, class Exec, class Values, class Columns, class In, class Partial, class Weight>
void sparse_linear_weight_gradient(const Exec& space, const Values& v, const Columns& index, const In& g, int first,
                                   const Partial& partial, const Weight& gradient, int to) {
  using P = TilePack<typename Values::non_const_value_type, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  const auto rows = static_cast<std::int64_t>(v.extent(0));
  const int k = static_cast<int>(v.extent(1));
  const auto width = static_cast<std::int64_t>(gradient.extent(0));
  const std::int64_t chunks = Tuning<Exec>::kRowChunks;
  Kokkos::parallel_for(
      "gsrgnn::kernels::sparse_linear_weight_gradient", Kokkos::RangePolicy<Exec>(space, 0, chunks * Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        for (std::int64_t j = 0; j < width; ++j) P::zero().store(&partial(item.row, j, item.column));
        const RowChunk chunk = row_chunk<Exec>(rows, item.row);
        for (std::int64_t row = chunk.first; row < chunk.last; ++row) {
          const P grad = P::load(&g(row, first + item.column));
          for (int t = 0; t < k; ++t) {
            auto* const at = &partial(item.row, index(row, t), item.column);
            P sum = P::load(at);
            sum.axpy(v(row, t), grad);
            sum.store(at);
          }
        }
      });
  Kokkos::parallel_for(
      "gsrgnn::kernels::sparse_linear_weight_gradient_sum", Kokkos::RangePolicy<Exec>(space, 0, width * Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        P sum = P::zero();
        for (std::int64_t chunk = 0; chunk < chunks; ++chunk) sum.add(&partial(chunk, item.row, item.column));
        sum.store(&gradient(item.row, to + item.column));
      });
}

/// dV[i,t] (+)= <G_i, W[tile][I[i,t], :]> over columns first .. first + Tile of G; replaces dV when `replace`.
template <int Tile, class Exec, class Columns, class In, class Weight, class Values>
void sparse_linear_value_gradient(const Exec& space, const Columns& index, const In& g, int first, const Weight& w,
                                  int tile, const Values& dv, bool replace) {
  using P = TilePack<typename Values::non_const_value_type, Exec, Tile>;
  const int k = static_cast<int>(dv.extent(1));
  Kokkos::parallel_for(
      "gsrgnn::kernels::sparse_linear_value_gradient",
      Kokkos::RangePolicy<Exec>(space, 0, static_cast<std::int64_t>(dv.extent(0))),
      KOKKOS_LAMBDA(const std::int64_t i) {
        for (int column = 0; column < Tile; column += P::kWidth) {
          const P grad = P::load(&g(i, first + column));
          const bool set = replace && column == 0;
          for (int t = 0; t < k; ++t) {
            const auto value = grad.dot(&w(tile, index(i, t), column));
            dv(i, t) = set ? value : dv(i, t) + value;
          }
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
        P sum = P::zero();
        for (std::int64_t row = chunk.first; row < chunk.last; ++row) sum.add(&x(row, first + item.column));
        sum.store(&partial(item.row, 0, item.column));
      });
  Kokkos::parallel_for(
      "gsrgnn::kernels::column_sums_sum", Kokkos::RangePolicy<Exec>(space, 0, Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        P sum = P::zero();
        for (std::int64_t chunk = 0; chunk < chunks; ++chunk) sum.add(&partial(chunk, 0, item.column));
        sum.store(&out(to + item.column));
      });
}

}  // namespace gsrgnn
