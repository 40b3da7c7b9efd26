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
template <class Scalar, int Lanes, bool Native = kNativeVectors>
struct VectorRegister;

#ifdef GSRGNN_NATIVE_VECTORS
template <class Scalar, int Lanes>
struct VectorRegister<Scalar, Lanes, true> {
  typedef Scalar Native __attribute__((vector_size(Lanes * sizeof(Scalar))));
  Native lanes;
  KOKKOS_FORCEINLINE_FUNCTION static VectorRegister load(const Scalar* from) {
    VectorRegister r;
    memcpy(&r.lanes, from, sizeof(Native));
    return r;
  }
  KOKKOS_FORCEINLINE_FUNCTION void store(Scalar* to) const { memcpy(to, &lanes, sizeof(Native)); }
  KOKKOS_FORCEINLINE_FUNCTION static VectorRegister broadcast(Scalar a) { return {a - Native{}}; }
  KOKKOS_FORCEINLINE_FUNCTION void operator+=(const VectorRegister& x) { lanes += x.lanes; }
  KOKKOS_FORCEINLINE_FUNCTION void operator-=(const VectorRegister& x) { lanes -= x.lanes; }
  KOKKOS_FORCEINLINE_FUNCTION void operator*=(const VectorRegister& x) { lanes *= x.lanes; }
  KOKKOS_FORCEINLINE_FUNCTION friend VectorRegister fma(const VectorRegister& a, const VectorRegister& x,
                                                        const VectorRegister& y) {
    return {a.lanes * x.lanes + y.lanes};
  }
  KOKKOS_FORCEINLINE_FUNCTION friend VectorRegister min(const VectorRegister& x, const VectorRegister& y) {
    return {y.lanes < x.lanes ? y.lanes : x.lanes};
  }
  KOKKOS_FORCEINLINE_FUNCTION friend VectorRegister max(const VectorRegister& x, const VectorRegister& y) {
    return {y.lanes > x.lanes ? y.lanes : x.lanes};
  }
  KOKKOS_FORCEINLINE_FUNCTION friend VectorRegister where_positive(const VectorRegister& x, const VectorRegister& y) {
    return {x.lanes > Native{} ? y.lanes : Native{}};
  }
  KOKKOS_FORCEINLINE_FUNCTION friend VectorRegister where_at_least(const VectorRegister& x, const VectorRegister& a) {
    return {x.lanes >= a.lanes ? x.lanes : Native{}};
  }
  /// y in each lane in which x is at least a, else z.
  KOKKOS_FORCEINLINE_FUNCTION friend VectorRegister choose_at_least(const VectorRegister& x, const VectorRegister& a,
                                                                    const VectorRegister& y, const VectorRegister& z) {
    return {x.lanes >= a.lanes ? y.lanes : z.lanes};
  }
  /// The sum of the lanes, by halves: an order that vectorises. Not by by_halves(), with which GCC 12 rounds otherwise
  /// in one copy of a kernel than in another.
  KOKKOS_FORCEINLINE_FUNCTION Scalar sum() const {
    if constexpr (Lanes == 1) {
      return lanes[0];
    } else {
      using Half = VectorRegister<Scalar, Lanes / 2, true>;
      Half low, high;
      memcpy(&low, &lanes, sizeof(Half));
      memcpy(&high, reinterpret_cast<const char*>(&lanes) + sizeof(Half), sizeof(Half));
      low += high;
      return low.sum();
    }
  }
  KOKKOS_FORCEINLINE_FUNCTION Scalar least() const {
    return by_halves([](auto& low, const auto& high) { low = min(low, high); });
  }
  KOKKOS_FORCEINLINE_FUNCTION Scalar most() const {
    return by_halves([](auto& low, const auto& high) { low = max(low, high); });
  }
  template <class Join>
  KOKKOS_FORCEINLINE_FUNCTION Scalar by_halves(const Join& join) const {
    if constexpr (Lanes == 1) {
      return lanes[0];
    } else {
      using Half = VectorRegister<Scalar, Lanes / 2, true>;
      Half low, high;
      memcpy(&low, &lanes, sizeof(Half));
      memcpy(&high, reinterpret_cast<const char*>(&lanes) + sizeof(Half), sizeof(Half));
      join(low, high);
      return low.by_halves(join);
    }
  }
};
#endif

template <class Scalar, int Lanes>
struct VectorRegister<Scalar, Lanes, false> {
  // Several lanes are a tile's, whose rows are aligned, so that they are moved at once.
  alignas(Lanes * sizeof(Scalar)) Scalar lane[Lanes];
  KOKKOS_FORCEINLINE_FUNCTION static bool aligned(const Scalar* at) {
    return reinterpret_cast<std::uintptr_t>(at) % sizeof(VectorRegister) == 0;
  }
  KOKKOS_FORCEINLINE_FUNCTION static VectorRegister load(const Scalar* from) {
    assert(aligned(from));
    return *reinterpret_cast<const VectorRegister*>(from);
  }
  KOKKOS_FORCEINLINE_FUNCTION void store(Scalar* to) const {
    assert(aligned(to));
    *reinterpret_cast<VectorRegister*>(to) = *this;
  }
  KOKKOS_FORCEINLINE_FUNCTION static VectorRegister broadcast(Scalar a) {
    VectorRegister r;
    for (int l = 0; l < Lanes; ++l) r.lane[l] = a;
    return r;
  }
  KOKKOS_FORCEINLINE_FUNCTION void operator+=(const VectorRegister& x) {
    for (int l = 0; l < Lanes; ++l) lane[l] += x.lane[l];
  }
  KOKKOS_FORCEINLINE_FUNCTION void operator-=(const VectorRegister& x) {
    for (int l = 0; l < Lanes; ++l) lane[l] -= x.lane[l];
  }
  KOKKOS_FORCEINLINE_FUNCTION void operator*=(const VectorRegister& x) {
    for (int l = 0; l < Lanes; ++l) lane[l] *= x.lane[l];
  }
  KOKKOS_FORCEINLINE_FUNCTION friend VectorRegister fma(const VectorRegister& a, const VectorRegister& x,
                                                        VectorRegister y) {
    for (int l = 0; l < Lanes; ++l) y.lane[l] += a.lane[l] * x.lane[l];
    return y;
  }
  KOKKOS_FORCEINLINE_FUNCTION friend VectorRegister min(VectorRegister x, const VectorRegister& y) {
    for (int l = 0; l < Lanes; ++l) x.lane[l] = y.lane[l] < x.lane[l] ? y.lane[l] : x.lane[l];
    return x;
  }
  KOKKOS_FORCEINLINE_FUNCTION friend VectorRegister max(VectorRegister x, const VectorRegister& y) {
    for (int l = 0; l < Lanes; ++l) x.lane[l] = y.lane[l] > x.lane[l] ? y.lane[l] : x.lane[l];
    return x;
  }
  KOKKOS_FORCEINLINE_FUNCTION friend VectorRegister where_positive(const VectorRegister& x, VectorRegister y) {
    for (int l = 0; l < Lanes; ++l) y.lane[l] = x.lane[l] > 0 ? y.lane[l] : Scalar(0);
    return y;
  }
  KOKKOS_FORCEINLINE_FUNCTION friend VectorRegister where_at_least(VectorRegister x, const VectorRegister& a) {
    for (int l = 0; l < Lanes; ++l) x.lane[l] = x.lane[l] >= a.lane[l] ? x.lane[l] : Scalar(0);
    return x;
  }
  KOKKOS_FORCEINLINE_FUNCTION Scalar sum() const {
    Scalar part[Lanes];
    for (int l = 0; l < Lanes; ++l) part[l] = lane[l];
    for (int half = Lanes / 2; half > 0; half /= 2) {
      for (int l = 0; l < half; ++l) part[l] += part[l + half];
    }
    return part[0];
  }
};

/// W columns in registers of `Lanes` each, to calculate with as with one number; a number stands for W times itself.
/// Memory may hold them as another type than they are computed in: what is loaded is converted to Scalar, what is
/// stored is converted back.
template <class Scalar, int W, int Lanes, bool Native = kNativeVectors>
struct Pack {
  static_assert(W % Lanes == 0);
  static constexpr int kWidth = W;
  static constexpr int kRegisters = W / Lanes;
  using Register = VectorRegister<Scalar, Lanes, Native>;
  Register reg[kRegisters];

  Pack() = default;
  KOKKOS_FORCEINLINE_FUNCTION Pack(Scalar a) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) reg[r] = Register::broadcast(a);
  }

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
  KOKKOS_FORCEINLINE_FUNCTION static void store_register(const Register& from, Stored* to) {
    if constexpr (std::is_same_v<Stored, Scalar>) {
      check_place(to);
      from.store(to);
    } else {
      alignas(Register) Scalar lane[Lanes];
      from.store(lane);
      for (int l = 0; l < Lanes; ++l) to[l] = static_cast<Stored>(lane[l]);
    }
  }

  template <class Stored>
  KOKKOS_FORCEINLINE_FUNCTION static Pack load(const Stored* from) {
    Pack p;
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) p.reg[r] = load_register(from + r * Lanes);
    return p;
  }
  /// Asks a host for the memory of a pack that is soon to be loaded.
  template <class Stored>
  KOKKOS_FORCEINLINE_FUNCTION static void prefetch([[maybe_unused]] const Stored* from) {
#ifdef GSRGNN_NATIVE_VECTORS
    for (int line = 0; line < static_cast<int>(W * sizeof(Stored)); line += 64) {
      __builtin_prefetch(reinterpret_cast<const char*>(from) + line);
    }
#endif
  }
  template <class Stored>
  KOKKOS_FORCEINLINE_FUNCTION void store(Stored* to) const {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) store_register(reg[r], to + r * Lanes);
  }

  KOKKOS_FORCEINLINE_FUNCTION Pack& operator+=(const Pack& x) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) reg[r] += x.reg[r];
    return *this;
  }
  KOKKOS_FORCEINLINE_FUNCTION Pack& operator-=(const Pack& x) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) reg[r] -= x.reg[r];
    return *this;
  }
  KOKKOS_FORCEINLINE_FUNCTION Pack& operator*=(const Pack& x) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) reg[r] *= x.reg[r];
    return *this;
  }
  KOKKOS_FORCEINLINE_FUNCTION friend Pack operator+(Pack x, const Pack& y) {
    return x += y;
  }
  KOKKOS_FORCEINLINE_FUNCTION friend Pack operator-(Pack x, const Pack& y) {
    return x -= y;
  }
  KOKKOS_FORCEINLINE_FUNCTION friend Pack operator*(Pack x, const Pack& y) {
    return x *= y;
  }
  /// a x + y, in one expression, for not every compiler joins two to one rounding.
  KOKKOS_FORCEINLINE_FUNCTION friend Pack fma(const Pack& a, const Pack& x, Pack y) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) y.reg[r] = fma(a.reg[r], x.reg[r], y.reg[r]);
    return y;
  }

  KOKKOS_FORCEINLINE_FUNCTION friend Pack min(Pack x, const Pack& y) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) x.reg[r] = min(x.reg[r], y.reg[r]);
    return x;
  }
  KOKKOS_FORCEINLINE_FUNCTION friend Pack max(Pack x, const Pack& y) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) x.reg[r] = max(x.reg[r], y.reg[r]);
    return x;
  }
  /// y in each column in which x is above 0, else 0.
  KOKKOS_FORCEINLINE_FUNCTION friend Pack where_positive(const Pack& x, Pack y) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) y.reg[r] = where_positive(x.reg[r], y.reg[r]);
    return y;
  }
  /// x in each column in which it is at least a, else 0.
  KOKKOS_FORCEINLINE_FUNCTION friend Pack where_at_least(Pack x, const Pack& a) {
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) x.reg[r] = where_at_least(x.reg[r], a.reg[r]);
    return x;
  }

  /// The sum of all columns: registers are added first, then their lanes.
  KOKKOS_FORCEINLINE_FUNCTION Scalar sum() const {
    Register all = reg[0];
    GSRGNN_UNROLL
    for (int r = 1; r < kRegisters; ++r) all += reg[r];
    return all.sum();
  }
};

}  // namespace gsrgnn
/// What a reduction of packs over lanes begins with.
template <class Scalar, int W, int Lanes, bool Native>
struct Kokkos::reduction_identity<gsrgnn::Pack<Scalar, W, Lanes, Native>> {
  KOKKOS_FORCEINLINE_FUNCTION static gsrgnn::Pack<Scalar, W, Lanes, Native> sum() { return Scalar(0); }
};
namespace gsrgnn {

/// The dot product of x and the pack at y, of which the registers are added and the lanes not yet: another's can be,
/// before. From memory, a register at a time: two packs beside it are all that a core with 16 registers can hold.
template <class Scalar, int W, int Lanes, bool Native, class Stored>
KOKKOS_FORCEINLINE_FUNCTION Pack<Scalar, Lanes, Lanes, Native> dot_lanes(const Pack<Scalar, W, Lanes, Native>& x,
                                                                         const Stored* y) {
  Pack<Scalar, Lanes, Lanes, Native> sum = 0;
  GSRGNN_UNROLL
  for (int r = 0; r < W / Lanes; ++r) {
    sum.reg[0] = fma(x.reg[r], Pack<Scalar, W, Lanes, Native>::load_register(y + r * Lanes), sum.reg[0]);
  }
  return sum;
}

constexpr int smaller(int a, int b) {
  return a < b ? a : b;
}

/// The pack that a work item of Exec holds of a tile of `Tile` columns.
template <class Scalar, class Exec, int Tile>
using TilePack = Pack<Scalar, smaller(Tile, Tuning<Exec>::kColumnsPerItem),
                      smaller(smaller(Tile, Tuning<Exec>::kColumnsPerItem),
                              Tuning<Exec>::kVectorBytes / static_cast<int>(sizeof(Scalar))),
                      kNativeVectors && Tuning<Exec>::kHost>;

/// Asks for the pack of the row that comes some rows after `row` of the `rows` of X, for a kernel that goes through
/// them in order.
template <class Exec, class P, class Rows>
KOKKOS_FORCEINLINE_FUNCTION void prefetch_row_after(const Rows& x, std::int64_t row, std::int64_t rows, int column) {
  constexpr int kAhead = Tuning<Exec>::kStreamAhead;
  if constexpr (kAhead > 0) {
    if (row + kAhead < rows) P::prefetch(&x(row + kAhead, column));
  }
}

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

/// Calls f(std::integral_constant<int, Tile>) for the run-time tile width, one of the execution space's.
template <class F, int... Widths>
void dispatch_tile(int tile, const F& f, std::integer_sequence<int, Widths...>) {
  const bool found = ((tile == Widths && (f(std::integral_constant<int, Widths>()), true)) || ...);
  if (!found) Kokkos::abort("gsrgnn::dispatch_tile: a tile has 8, 16, 32 or 64 columns");
}
template <class Exec, class F>
void dispatch_tile(int tile, const F& f) {
  dispatch_tile(tile, f, typename TileWidths<Exec>::Type());
}

}  // namespace gsrgnn
