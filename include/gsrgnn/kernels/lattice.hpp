#pragma once

/// Sparse convolution on a lattice of nodes: f_i = sum over the neighbours n of row n(i) of S, times W_n. S =
/// scatter(V, I) has k values a row, so that it costs 8 N k d multiply-adds where a dense 3 x 3 convolution costs 8 N d
/// d. The weights of the eight neighbours lie below each other, (tiles x 8 d x Tile). The middle of the nine is the
/// caller's, as a linear map (sparse_linear.hpp).

#include <gsrgnn/graph/lattice.hpp>
#include <gsrgnn/kernels/exact_sum.hpp>
#include <gsrgnn/kernels/sparse_linear.hpp>

namespace gsrgnn {

/// X[tile] += f[tile], or that much less: V, I (N x k), W (tiles x 8 d x Tile), X (N x padded d).
template <int Tile, class Exec, class Scalar, class Values, class Columns, class Weight>
void add_lattice(const Exec& space, const Lattice<Scalar, Exec>& lattice, const Values& v, const Columns& index,
                 const Weight& w, int tile, const ExactSum<Scalar, Exec>& sum, const Matrix<Scalar, Exec>& x) {
  static_assert(Tile <= Lattice<Scalar, Exec>::kWidestRow);
  using P = TilePack<Scalar, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  const auto width = static_cast<int>(w.extent(1)) / kLatticeNeighbours;
  const auto k = static_cast<int>(v.extent(1));
  Kokkos::parallel_for(
      "gsrgnn::kernels::add_lattice", Kokkos::RangePolicy<Exec>(space, 0, lattice.cells() * Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        P message = 0;
        for (int n = 0; n < kLatticeNeighbours; ++n) {
          const std::int64_t j = lattice.neighbour(item.row, n);
          if (j < 0) continue;
          for (int t = 0; t < k; ++t) {
            message = fma(v(j, t), P::load(&w(tile, n * width + index(j, t), item.column)), message);
          }
        }
        sum.add(message, &x(item.row, tile * Tile + item.column));
      });
}

/// The rows of each node's n-th neighbour, or, with `sign` -1, of the node whose n-th neighbour it is; of outside the
/// die zeros: from and to N x padded d, of whole tiles.
template <int Tile, class Exec, class Scalar>
void neighbour_rows(const Exec& space, const Lattice<Scalar, Exec>& lattice, int n, int sign,
                    const Matrix<Scalar, Exec>& from, const Matrix<Scalar, Exec>& to) {
  using P = TilePack<Scalar, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  const auto tiles = static_cast<int>(to.extent(1)) / Tile;
  Kokkos::parallel_for(
      "gsrgnn::kernels::neighbour_rows", Kokkos::RangePolicy<Exec>(space, 0, lattice.cells() * Item::kPacks),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const Item item(i);
        const std::int64_t j = lattice.neighbour(item.row, n, sign);
        for (int tile = 0; tile < tiles; ++tile) {
          const int column = tile * Tile + item.column;
          (j < 0 ? P(0) : P::load(&from(j, column))).store(&to(item.row, column));
        }
      });
}

/// From G = dL/df: what the rows of S gave to as their receivers' n-th neighbours, seen as a matrix of Tile columns.
template <class Scalar, class Exec>
struct LatticeReceivers {
  Lattice<Scalar, Exec> lattice;
  Matrix<Scalar, Exec> g;
  int first, neighbour;
  KOKKOS_FORCEINLINE_FUNCTION const Scalar& operator()(std::int64_t i, int column) const {
    const std::int64_t j = lattice.neighbour(i, neighbour, -1);
    return j < 0 ? lattice.outside(column) : g(j, first + column);
  }
};

/// dW[tile] of the neighbours, (8 d x Tile), from columns first .. first + Tile of G. `partial` as in
/// sparse_linear_weight_gradient(), which makes it for one neighbour after the other.
template <int Tile, class Exec, class Scalar, class Values, class Columns, class Partial>
void lattice_weight_gradient(const Exec& space, const Lattice<Scalar, Exec>& lattice, const Values& v,
                             const Columns& index, const Matrix<Scalar, Exec>& g, int first, const Partial& partial,
                             const Matrix<Scalar, Exec>& gradient) {
  const std::size_t width = gradient.extent(0) / kLatticeNeighbours;
  for (int n = 0; n < kLatticeNeighbours; ++n) {
    sparse_linear_weight_gradient<Tile>(
        space, v, index, LatticeReceivers<Scalar, Exec>{lattice, g, first, n}, 0, partial,
        Matrix<Scalar, Exec>(gradient.data() + static_cast<std::size_t>(n) * width * Tile, width, Tile), 0);
  }
}

/// dV[i,t] += the sum over neighbours and Tile columns of <G of the receiver, W_n[tile][I[i,t], :]>.
template <int Tile, class Exec, class Scalar, class Columns, class Weight, class Values>
void add_lattice_value_gradient(const Exec& space, const Lattice<Scalar, Exec>& lattice, const Columns& index,
                                const Matrix<Scalar, Exec>& g, int first, const Weight& w, int tile, const Values& dv) {
  using P = TilePack<Scalar, Exec, Tile>;
  const auto width = static_cast<int>(w.extent(1)) / kLatticeNeighbours;
  const auto k = static_cast<int>(dv.extent(1));
  Kokkos::parallel_for(
      "gsrgnn::kernels::add_lattice_value_gradient", Kokkos::RangePolicy<Exec>(space, 0, lattice.cells()),
      KOKKOS_LAMBDA(const std::int64_t i) {
        std::int64_t receiver[kLatticeNeighbours];
        for (int n = 0; n < kLatticeNeighbours; ++n) receiver[n] = lattice.neighbour(i, n, -1);
        for (int t = 0; t < k; ++t) {
          const int c = index(i, t);
          Scalar value = 0;
          for (int column = 0; column < Tile; column += P::kWidth) {
            decltype(dot_lanes(P(0), &w(tile, 0, column))) sum = 0;
            for (int n = 0; n < kLatticeNeighbours; ++n) {
              if (receiver[n] < 0) continue;
              sum += dot_lanes(P::load(&g(receiver[n], first + column)), &w(tile, n * width + c, column));
            }
            value += sum.sum();
          }
          dv(i, t) += value;
        }
      });
}

}  // namespace gsrgnn
