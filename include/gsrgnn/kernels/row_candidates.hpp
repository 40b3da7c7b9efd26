#pragma once

/// The k largest of a row, on a host with lane masks. Of 32 groups of columns k have a maximum of at least some value,
/// which then at least k of the row's values reach, and not many more: only these candidates are searched.

#include <gsrgnn/kernels/lane_mask.hpp>
#include <gsrgnn/kernels/row_of_lanes.hpp>
#include <gsrgnn/kernels/row_threshold.hpp>
#include <limits>

namespace gsrgnn {

template <class Exec, class Scalar>
class RowCandidates : public RowInMemory<Exec, Scalar> {
  using P = RowPack<Exec, Scalar>;
  using Register = typename P::Register;
  using Mask = LaneMask<Register>;
  static constexpr int kLanes = P::kWidth, kGroups = 32;

 public:
  static std::size_t scratch_bytes(int width) {
    return static_cast<std::size_t>(width + kLanes) * (sizeof(Scalar) + sizeof(std::int32_t));
  }

  /// As RowBisection's.
  template <class Column>
  static RowThreshold<Scalar> keep_largest(const TeamMember<Exec>& member, const Scalar* row, int width, int k,
                                           void* scratch, Scalar* v, Column* index) {
    auto [low, high] = bracket(member, row, width, k);
    auto* const value = static_cast<Scalar*>(scratch);
    auto* const column = reinterpret_cast<std::int32_t*>(value + width + kLanes);
    constexpr unsigned kAll = (1U << kLanes) - 1U;
    unsigned numbers = kAll;
    int count = 0, c = 0;
    for (; c + kLanes <= width; c += kLanes) {
      const auto values = Register::load(row + c);
      const unsigned mask = Mask::at_least(values, low);
      Mask::compress(values, mask, c, value + count, column + count);
      count += Mask::count(mask);
      numbers &= Mask::numbers(values);
    }
    bool has_nan = numbers != kAll;
    for (; c < width; ++c) {
      value[count] = row[c];
      column[count] = c;
      count += row[c] >= low ? 1 : 0;
      has_nan = has_nan || row[c] != row[c];
    }
    if (has_nan) return {low, false, true};
    // So that the last register's other lanes reach nothing.
    Register::broadcast(-std::numeric_limits<Scalar>::infinity()).store(value + count);
    const int registers = (count + kLanes - 1) / kLanes;
    if (count != k && !halve(value, registers, k, kBisections, low, high)) return {low, false, false};
    for (int slot = 0, r = 0; r < registers; ++r) {
      const auto values = Register::load(value + r * kLanes);
      const unsigned mask = Mask::at_least(values, low);
      Mask::compress(values, mask, column + r * kLanes, value + slot, column + slot);
      slot += Mask::count(mask);
    }
    for (int slot = 0; slot < k; ++slot) v[slot] = value[slot];
    for (int slot = 0; slot < k; ++slot) index[slot] = static_cast<Column>(column[slot]);
    return {low, true, false};
  }

 private:
  /// A value that at least k of the row reach, and the largest; anything if one is a NaN.
  static RowRange<Scalar> bracket(const TeamMember<Exec>& member, const Scalar* row, int width, int k) {
    constexpr int kRegisters = kGroups / kLanes;
    if (k > kGroups || width < kGroups) return row_range<Exec>(member, row, width);
    Register most[kRegisters];
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) most[r] = Register::load(row + r * kLanes);
    int c = kGroups;
    for (; c + kGroups <= width; c += kGroups) {
      GSRGNN_UNROLL
      for (int r = 0; r < kRegisters; ++r) most[r] = max(most[r], Register::load(row + c + r * kLanes));
    }
    Scalar maximum[kGroups];
    GSRGNN_UNROLL
    for (int r = 0; r < kRegisters; ++r) most[r].store(maximum + r * kLanes);
    auto [low, largest] = row_range<Exec>(member, maximum, kGroups);
    Scalar high = largest;
    halve(maximum, kRegisters, k, kHalvingsOfMaxima, low, high);
    for (; c < width; ++c) largest = row[c] > largest ? row[c] : largest;
    return {low, largest};
  }

  /// Raises low, which at least k of the values in these registers reach, and lowers high, until exactly k reach low:
  /// whether they do.
  static bool halve(const Scalar* value, int registers, int k, int halvings, Scalar& low, Scalar& high) {
    for (; halvings > 0; --halvings) {
      const Scalar middle = low / 2 + high / 2;
      int count = 0;
      for (int r = 0; r < registers; ++r) {
        count += Mask::count(Mask::at_least(Register::load(value + r * kLanes), middle));
      }
      (count >= k ? low : high) = middle;
      if (count == k) return true;
    }
    return false;
  }
  static constexpr int kHalvingsOfMaxima = 3;  // more would not leave so few candidates less as they cost
};

/// Calls f(the class by which the k largest of a row are found): among its candidates on a host with lane masks; on a
/// GPU by lanes that hold rows of so many columns; else in memory.
template <class Exec, class Scalar, class F>
void dispatch_row_search([[maybe_unused]] int width, const F& f) {
  if constexpr (LaneMask<typename RowPack<Exec, Scalar>::Register>::kAvailable) {
    f(RowCandidates<Exec, Scalar>());
  } else if constexpr (Tuning<Exec>::kHost) {
    f(RowBisection<Exec, Scalar>());
  } else {
    constexpr int kLanes = Tuning<Exec>::kVectorLength;
    if (width <= 2 * kLanes) return f(RowOfLanes<2, Exec, Scalar>());
    if (width <= 4 * kLanes) return f(RowOfLanes<4, Exec, Scalar>());
    if (width <= 6 * kLanes) return f(RowOfLanes<6, Exec, Scalar>());
    if (width <= 8 * kLanes) return f(RowOfLanes<8, Exec, Scalar>());
    f(RowBisection<Exec, Scalar>());
  }
}

}  // namespace gsrgnn
