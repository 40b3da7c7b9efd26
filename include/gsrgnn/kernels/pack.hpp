#pragma once

/// A few neighbouring columns of one row, held in registers: what one work item of a tiled kernel works on.

#include <Kokkos_Core.hpp>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <gsrgnn/kernels/tuning.hpp>
#include <type_traits>

namespace gsrgnn {

/// Lanes of one vector register. On a host a native vector, for a compiler that sees an array instead unrolls the loops
/// over it before it thinks of vectors; on a device each lane is a register anyway.
template <class Scalar, int Lanes>
struct VectorRegister {
#ifdef GSRGNN_NATIVE_VECTORS
  typedef Scalar Native __attribute__((vector_size(Lanes * sizeof(Scalar))));
  Native lanes;
  KOKKOS_FORCEINLINE_FUNCTION static VectorRegister load(const Scalar* from) {
    VectorRegister r;
    memcpy(&r.lanes, from, sizeof(Native));
    return r;
  }
  KOKKOS_FORCEINLINE_FUNCTION void store(Scalar* to) const {
    memcpy(to, &lanes, sizeof(Native));
  }
  KOKKOS_FORCEINLINE_FUNCTION static VectorRegister zero() {
    return {Native{}};
  }
  KOKKOS_FORCEINLINE_FUNCTION static VectorRegister broadcast(Scalar a) {
    return {a - Native{}};
  }
  KOKKOS_FORCEINLINE_FUNCTION void multiply(const VectorRegister& other) {
    lanes *= other.lanes;
  }
  /// 0 in each lane in which `other` is not above 0.
  KOKKOS_FORCEINLINE_FUNCTION void keep_where_positive(const VectorRegister& other) {
    lanes = other.lanes > Native{} ? lanes : Native{};
  }
  /// 0 in each lane that is below a.
  KOKKOS_FORCEINLINE_FUNCTION void keep_where_at_least(Scalar a) {
    lanes = lanes >= a - Native{} ? lanes : Native{};
  }
  KOKKOS_FORCEINLINE_FUNCTION void minimum(const VectorRegister& other) {
    lanes = other.lanes < lanes ? other.lanes : lanes;
  }
  KOKKOS_FORCEINLINE_FUNCTION void maximum(const VectorRegister& other) {
    lanes = other.lanes > lanes ? other.lanes : lanes;
  }
  KOKKOS_FORCEINLINE_FUNCTION void add(const VectorRegister& other) {
    lanes += other.lanes;
  }
  KOKKOS_FORCEINLINE_FUNCTION void axpy(Scalar a, const VectorRegister& other) {
    lanes += a * other.lanes;
  }
  KOKKOS_FORCEINLINE_FUNCTION void fma(const VectorRegister& a, const VectorRegister& b) {
    lanes += a.lanes * b.lanes;
  }
  KOKKOS_FORCEINLINE_FUNCTION void scale(Scalar a) {
    lanes *= a;
  }
  /// The sum of the lanes, by halves: an order that vectorises.
  KOKKOS_FORCEINLINE_FUNCTION Scalar sum() const {
    if constexpr (Lanes == 1) {
      return lanes[0];
    } else {
      using Half = VectorRegister<Scalar, Lanes / 2>;
      Half low, high;
      memcpy(&low, &lanes, sizeof(Half));
      memcpy(&high, reinterpret_cast<const char*>(&lanes) + sizeof(Half), sizeof(Half));
      low.add(high);
      return low.sum();
    }
  }
#else
  // Several lanes are a tile's, whose rows are aligned, so that they are moved at once.
  alignas(Lanes * sizeof(Scalar)) Scalar lane[Lanes];
  KOKKOS_FORCEINLINE_FUNCTION static VectorRegister load(const Scalar* from) {
    return *reinterpret_cast<const VectorRegister*>(from);
  }
  KOKKOS_FORCEINLINE_FUNCTION void store(Scalar* to) const {
    *reinterpret_cast<VectorRegister*>(to) = *this;
  }
  KOKKOS_FORCEINLINE_FUNCTION static VectorRegister zero() {
    VectorRegister r;
    for (int l = 0; l < Lanes; ++l) r.lane[l] = Scalar(0);
    return r;
  }
  KOKKOS_FORCEINLINE_FUNCTION static VectorRegister broadcast(Scalar a) {
    VectorRegister r;
    for (int l = 0; l < Lanes; ++l) r.lane[l] = a;
    return r;
  }
  KOKKOS_FORCEINLINE_FUNCTION void multiply(const VectorRegister& other) {
    for (int l = 0; l < Lanes; ++l) lane[l] *= other.lane[l];
  }
  KOKKOS_FORCEINLINE_FUNCTION void keep_where_positive(const VectorRegister& other) {
    for (int l = 0; l < Lanes; ++l) lane[l] = other.lane[l] > 0 ? lane[l] : Scalar(0);
  }
  KOKKOS_FORCEINLINE_FUNCTION void keep_where_at_least(Scalar a) {
    for (int l = 0; l < Lanes; ++l) lane[l] = lane[l] >= a ? lane[l] : Scalar(0);
  }
  KOKKOS_FORCEINLINE_FUNCTION void minimum(const VectorRegister& other) {
    for (int l = 0; l < Lanes; ++l) lane[l] = other.lane[l] < lane[l] ? other.lane[l] : lane[l];
  }
  KOKKOS_FORCEINLINE_FUNCTION void maximum(const VectorRegister& other) {
    for (int l = 0; l < Lanes; ++l) lane[l] = other.lane[l] > lane[l] ? other.lane[l] : lane[l];
  }
  KOKKOS_FORCEINLINE_FUNCTION void add(const VectorRegister& other) {
    for (int l = 0; l < Lanes; ++l) lane[l] += other.lane[l];
  }
  KOKKOS_FORCEINLINE_FUNCTION void axpy(Scalar a, const VectorRegister& other) {
    for (int l = 0; l < Lanes; ++l) lane[l] += a * other.lane[l];
  }
  KOKKOS_FORCEINLINE_FUNCTION void fma(const VectorRegister& a, const VectorRegister& b) {
    for (int l = 0; l < Lanes; ++l) lane[l] += a.lane[l] * b.lane[l];
  }
  KOKKOS_FORCEINLINE_FUNCTION void scale(Scalar a) {
    for (int l = 0; l < Lanes; ++l) lane[l] *= a;
  }
  KOKKOS_FORCEINLINE_FUNCTION Scalar sum() const {
    Scalar part[Lanes];
    for (int l = 0; l < Lanes; ++l) part[l] = lane[l];
    for (int half = Lanes / 2; half > 0; half /= 2) {
      for (int l = 0; l < half; ++l) part[l] += part[l + half];
    }
    return part[0];
  }
#endif
};

/// W columns in registers of `Lanes` each. Memory may hold them as another type than they are computed in: what is
/// loaded is converted to Scalar, what is stored is converted back.
template <class Scalar, int W, int Lanes>
struct Pack {
  static_assert(W % Lanes == 0);
  static constexpr int kWidth = W;
  static constexpr int kRegisters = W / Lanes;
  using Register = VectorRegister<Scalar, Lanes>;
  Register reg[kRegisters];

  /// Packs of several registers are of tiles: columns a GPU moves 16 bytes of at once, which have to start at such.
  KOKKOS_FORCEINLINE_FUNCTION static void check_place([[maybe_unused]] const Scalar* at) {
    assert(kRegisters == 1 || reinterpret_cast<std::uintptr_t>(at) % 16 == 0);
  }
  template <class Stored>
  KOKKOS_FORCEINLINE_FUNCTION static Register load_register(const Stored* from) {
    if constexpr (std::is_same_v<Stored, Scalar>) {
      check_place(from);
      return Register::load(from);
    } else {
      alignas(Register) Scalar lane[Lanes];
      for (int l = 0; l < Lanes; ++l) lane[l] = static_cast<Scalar>(from[l]);
      return Register::load(lane);
    }
  }
  template <class Stored>
  KOKKOS_FORCEINLINE_FUNCTION static void store_register(const Register& reg, Stored* to) {
    if constexpr (std::is_same_v<Stored, Scalar>) {
      check_place(to);
      reg.store(to);
    } else {
      alignas(Register) Scalar lane[Lanes];
      reg.store(lane);
      for (int l = 0; l < Lanes; ++l) to[l] = static_cast<Stored>(lane[l]);
    }
  }

  KOKKOS_FORCEINLINE_FUNCTION static Pack zero() {
    Pack p;
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) p.reg[r] = Register::zero();
    return p;
  }
  template <class Stored>
  KOKKOS_FORCEINLINE_FUNCTION static Pack load(const Stored* from) {
    Pack p;
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) p.reg[r] = load_register(from + r * Lanes);
    return p;
  }
  KOKKOS_FORCEINLINE_FUNCTION static Pack broadcast(Scalar a) {
    Pack p;
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) p.reg[r] = Register::broadcast(a);
    return p;
  }
  template <class Stored>
  KOKKOS_FORCEINLINE_FUNCTION void store(Stored* to) const {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) store_register(reg[r], to + r * Lanes);
  }
  /// this += from
  template <class Stored>
  KOKKOS_FORCEINLINE_FUNCTION void add(const Stored* from) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) reg[r].add(load_register(from + r * Lanes));
  }
  KOKKOS_FORCEINLINE_FUNCTION void add(const Pack& from) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) reg[r].add(from.reg[r]);
  }
  KOKKOS_FORCEINLINE_FUNCTION void multiply(const Pack& by) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) reg[r].multiply(by.reg[r]);
  }
  /// 0 in each column that is below a.
  KOKKOS_FORCEINLINE_FUNCTION void keep_where_at_least(Scalar a) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) reg[r].keep_where_at_least(a);
  }
  KOKKOS_FORCEINLINE_FUNCTION void minimum(const Pack& other) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) reg[r].minimum(other.reg[r]);
  }
  KOKKOS_FORCEINLINE_FUNCTION void maximum(const Pack& other) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) reg[r].maximum(other.reg[r]);
  }
  /// 0 in each column in which `other` is not above 0.
  KOKKOS_FORCEINLINE_FUNCTION void keep_where_positive(const Pack& other) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) reg[r].keep_where_positive(other.reg[r]);
  }
  /// this += a * from
  template <class Stored>
  KOKKOS_FORCEINLINE_FUNCTION void axpy(Scalar a, const Stored* from) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) reg[r].axpy(a, load_register(from + r * Lanes));
  }
  KOKKOS_FORCEINLINE_FUNCTION void axpy(Scalar a, const Pack& from) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) reg[r].axpy(a, from.reg[r]);
  }
  KOKKOS_FORCEINLINE_FUNCTION void scale(Scalar a) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) reg[r].scale(a);
  }
  /// The sum of all columns: registers are added first, then their lanes.
  KOKKOS_FORCEINLINE_FUNCTION Scalar sum() const {
    Register all = reg[0];
    GSRGNN_UNROLL
    for (int r = 1; r < kRegisters; ++r) all.add(reg[r]);
    return all.sum();
  }
  /// The products with W values, registers added: their sum is the dot product.
  template <class Stored>
  KOKKOS_FORCEINLINE_FUNCTION Register products(const Stored* other) const {
    Register sum = Register::zero();
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) sum.fma(reg[r], load_register(other + r * Lanes));
    return sum;
  }
};

constexpr int smaller(int a, int b) {
  return a < b ? a : b;
}

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
inline int choose_tile(int width) {
  return width % 64 == 0 ? 64 : width % 32 == 0 ? 32 : width % 16 == 0 || width > 64 ? 16 : 8;
}
inline int padded(int width, int tile) {
  return (width + tile - 1) / tile * tile;
}

/// Calls f(std::integral_constant<int, Tile>) for the run-time tile width.
template <class F>
void dispatch_tile(int tile, const F& f) {
  switch (tile) {
    case 8:
      return f(std::integral_constant<int, 8>());
    case 16:
      return f(std::integral_constant<int, 16>());
    case 32:
      return f(std::integral_constant<int, 32>());
    case 64:
      return f(std::integral_constant<int, 64>());
    default:
      Kokkos::abort("gsrgnn::dispatch_tile: a tile has 8, 16, 32 or 64 columns");
  }
}

}  // namespace gsrgnn
