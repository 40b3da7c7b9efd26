#pragma once

/// A few neighbouring columns of one row, held in registers: what one work item of a tiled kernel works on.

#include <Kokkos_Core.hpp>
#include <gsrgnn/kernels/tuning.hpp>

namespace gsrgnn {

/// W columns. The nesting by vector register is for the compiler: a flat array of this size stays in memory.
template <class Scalar, int W, int Lanes>
struct Pack {
  static_assert(W % Lanes == 0);
  static constexpr int kWidth = W;
  struct Register {
    Scalar lane[Lanes];
  };
  Register reg[W / Lanes];

  KOKKOS_FORCEINLINE_FUNCTION static Pack zero() {
    Pack p;
    p.for_each([](Scalar& x, int) { x = Scalar(0); });
    return p;
  }
  KOKKOS_FORCEINLINE_FUNCTION static Pack load(const Scalar* from) {
    Pack p;
    p.for_each([=](Scalar& x, int c) { x = from[c]; });
    return p;
  }
  KOKKOS_FORCEINLINE_FUNCTION void store(Scalar* to) const {
    const_cast<Pack*>(this)->for_each([=](Scalar& x, int c) { to[c] = x; });
  }
  /// this += from
  KOKKOS_FORCEINLINE_FUNCTION void add(const Scalar* from) {
    for_each([=](Scalar& x, int c) { x += from[c]; });
  }
  /// this += a * from
  KOKKOS_FORCEINLINE_FUNCTION void axpy(Scalar a, const Scalar* from) {
    for_each([=](Scalar& x, int c) { x += a * from[c]; });
  }
  KOKKOS_FORCEINLINE_FUNCTION void axpy(Scalar a, const Pack& from) {
    for (int r = 0; r < W / Lanes; ++r) {
      for (int l = 0; l < Lanes; ++l) reg[r].lane[l] += a * from.reg[r].lane[l];
    }
  }
  KOKKOS_FORCEINLINE_FUNCTION void scale(Scalar a) {
    for_each([=](Scalar& x, int) { x *= a; });
  }
  /// The dot product with W values. Registers are added first and lanes then halved: an order that vectorises and is
  /// the same everywhere.
  KOKKOS_FORCEINLINE_FUNCTION Scalar dot(const Scalar* other) const {
    Register sum;
#pragma GCC unroll 16
    for (int l = 0; l < Lanes; ++l) sum.lane[l] = reg[0].lane[l] * other[l];
#pragma GCC unroll 16
    for (int r = 1; r < W / Lanes; ++r) {
#pragma GCC unroll 16
      for (int l = 0; l < Lanes; ++l) sum.lane[l] += reg[r].lane[l] * other[r * Lanes + l];
    }
#pragma GCC unroll 4
    for (int half = Lanes / 2; half > 0; half /= 2) {
#pragma GCC unroll 16
      for (int l = 0; l < half; ++l) sum.lane[l] += sum.lane[l + half];
    }
    return sum.lane[0];
  }

 private:
  template <class Apply>
  KOKKOS_FORCEINLINE_FUNCTION void for_each(const Apply& apply) {
#pragma GCC unroll 16
    for (int r = 0; r < W / Lanes; ++r) {
#pragma GCC unroll 16
      for (int l = 0; l < Lanes; ++l) apply(reg[r].lane[l], r * Lanes + l);
    }
  }
};

constexpr int smaller(int a, int b) { return a < b ? a : b; }

/// The pack that a work item of Exec holds of a tile of `Tile` columns.
template <class Scalar, class Exec, int Tile>
using TilePack = Pack<Scalar, smaller(Tile, Tuning<Exec>::kColumnsPerItem),
                      smaller(smaller(Tile, Tuning<Exec>::kColumnsPerItem),
                              Tuning<Exec>::kVectorBytes / static_cast<int>(sizeof(Scalar)))>;

/// Work items of a tiled kernel: one a row and pack, packs of a row next to each other so that a GPU's loads coalesce.
template <class TilePackType, int Tile>
struct TileItem {
  static constexpr int kPacks = Tile / TilePackType::kWidth;
  std::int64_t row;
  int column;
  KOKKOS_FORCEINLINE_FUNCTION explicit TileItem(std::int64_t item)
      : row(item / kPacks), column(static_cast<int>(item % kPacks) * TilePackType::kWidth) {}
};

/// The widths a tile can have. A matrix of `width` columns is stored with its rows padded by zeros to a multiple of the
/// tile, so that no kernel has a remainder.
inline int choose_tile(int width) { return width % 32 == 0 ? 32 : width % 16 == 0 || width > 64 ? 16 : 8; }
inline int padded(int width, int tile) { return (width + tile - 1) / tile * tile; }

/// Calls f(std::integral_constant<int, Tile>) for the run-time tile width.
template <class F>
void dispatch_tile(int tile, const F& f) {
  switch (tile) {
    case 8: return f(std::integral_constant<int, 8>());
    case 16: return f(std::integral_constant<int, 16>());
    case 32: return f(std::integral_constant<int, 32>());
    default: Kokkos::abort("gsrgnn::dispatch_tile: a tile has 8, 16 or 32 columns");
  }
}

}  // namespace gsrgnn
