#pragma once

/// The k largest of a row, on a host with lane masks. Of 32 or 64 groups of columns k have a maximum of at least some
/// value, which then at least k of the row's values reach, and not many more: only these candidates are searched.

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
  static constexpr int kLanes = P::kWidth;
  static constexpr int kHalvingsOfMaxima = 5;

 public:
  /// Every halving waits for the one before: those of several rows are made at the same time.
  static constexpr int kRows = 8;

  static std::size_t scratch_bytes(int width) {
    return kRows * places(width) * kBytes + (static_cast<std::size_t>(kRows) * width + kLanes) * kBytes;
  }

  /// As RowBisection's, of the rows row[0 .. count), whose V and I lie one behind the other. The rows `next` places on
  /// are asked for meanwhile, bit by bit, for all at once would have this one's wait.
  template <class Column>
  static void keep_largest(const TeamMember<Exec>& member, const Scalar* const (&row)[kRows], int count,
                           std::ptrdiff_t next, int width, int k, void* scratch, Scalar* v, Column* index,
                           RowThreshold<Scalar> (&threshold)[kRows]) {
    Ranges range{};
    if (k <= 16 && width >= 32) {
      range = bracket<32>(row, width, k);
    } else if (k <= 64 && width >= 64) {
      range = bracket<64>(row, width, k);
    } else {
      for (int r = 0; r < kRows; ++r) {
        const auto [least, most] = row_range<Exec>(member, row[r], width);
        range.least.lanes[r] = least;
        range.most.lanes[r] = most;
      }
    }
    Candidates candidates[kRows];
    const Scalar* value[kRows];
    PerRow reached = PerRow::broadcast(0);
    int most = 0;
    for (int r = 0; r < kRows; ++r) {
      candidates[r].at(static_cast<char*>(scratch) + r * places(width) * kBytes, places(width));
      threshold[r].has_nan = !candidates[r].take(row[r], next, width, range.least.lanes[r]);
      value[r] = candidates[r].value;
      reached.lanes[r] = static_cast<Scalar>(candidates[r].count);
      most = candidates[r].count > most ? candidates[r].count : most;
    }
    const int registers = (most + kLanes - 1) / kLanes;
    for (int r = 0; r < kRows; ++r) candidates[r].fill(registers);
    for (int step = 0; step < kBisections && reached.most() > static_cast<Scalar>(k); ++step) {
      if (registers == 1) {
        halve<1>(value, 1, k, range, reached);
      } else if (registers == 2) {
        halve<2>(value, 2, k, range, reached);
      } else {
        halve<0>(value, registers, k, range, reached);
      }
    }
    auto* const kept = reinterpret_cast<Scalar*>(static_cast<char*>(scratch) + kRows * places(width) * kBytes);
    auto* const kept_column = reinterpret_cast<std::int32_t*>(kept + kRows * width + kLanes);
    for (int r = 0; r < count; ++r) {
      threshold[r].value = range.least.lanes[r];
      threshold[r].found = reached.lanes[r] == static_cast<Scalar>(k) && !threshold[r].has_nan;
      candidates[r].keep(threshold[r].value, k, kept + r * k, kept_column + r * k);
    }
    for (int i = 0; i < count * k; ++i) v[i] = kept[i];
    for (int i = 0; i < count * k; ++i) index[i] = static_cast<Column>(kept_column[i]);
  }

 private:
  static constexpr std::size_t kBytes = sizeof(Scalar) + sizeof(std::int32_t);
  static constexpr std::size_t places(int width) { return static_cast<std::size_t>(width) + 3 * kLanes; }

  /// A number of each row.
  using PerRow = VectorRegister<Scalar, kRows>;
  struct Ranges {
    PerRow least, most;
  };

  /// The values of a row that reach a value, and their columns, in order.
  struct Candidates {
    void at(void* memory, std::size_t places) {
      value = static_cast<Scalar*>(memory);
      column = reinterpret_cast<std::int32_t*>(value + places);
    }

    /// Whether none of the row is a NaN.
    bool take(const Scalar* row, std::ptrdiff_t next, int width, Scalar low) {
      constexpr unsigned kAll = (1U << kLanes) - 1U;
      unsigned numbers = kAll;
      count = 0;
      int c = 0;
      for (; c + kLanes <= width; c += kLanes) {
        __builtin_prefetch(row + next + c);
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
      return !has_nan;
    }
    /// So that the other lanes of so many registers reach nothing.
    void fill(int registers) {
      const auto nothing = Register::broadcast(-std::numeric_limits<Scalar>::infinity());
      nothing.store(value + count);
      for (int at = count + kLanes; at < registers * kLanes; at += kLanes) nothing.store(value + at);
    }
    /// Those that reach `low`, but no more than k.
    void keep(Scalar low, int k, Scalar* v, std::int32_t* index) const {
      for (int slot = 0, r = 0; slot < k && r * kLanes < count; ++r) {
        const auto values = Register::load(value + r * kLanes);
        const unsigned mask = Mask::at_least(values, low);
        Mask::compress(values, mask, column + r * kLanes, v + slot, index + slot);
        slot += Mask::count(mask);
      }
    }

    Scalar* value;
    std::int32_t* column;
    int count;
  };

  /// Of each row a value that at least k reach, and the largest; anything of one with a NaN.
  template <int Groups>
  static Ranges bracket(const Scalar* const (&row)[kRows], int width, int k) {
    constexpr int kRegisters = Groups / kLanes;
    alignas(Register) Scalar maximum[kRows][Groups];
    const Scalar* maxima[kRows];
    Ranges range{};
    for (int r = 0; r < kRows; ++r) {
      Register most[kRegisters];
      GSRGNN_UNROLL
      for (int i = 0; i < kRegisters; ++i) most[i] = Register::load(row[r] + i * kLanes);
      int c = Groups;
      for (; c + Groups <= width; c += Groups) {
        GSRGNN_UNROLL
        for (int i = 0; i < kRegisters; ++i) most[i] = max(most[i], Register::load(row[r] + c + i * kLanes));
      }
      Register least_of = most[0], most_of = most[0];
      GSRGNN_UNROLL
      for (int i = 0; i < kRegisters; ++i) {
        most[i].store(maximum[r] + i * kLanes);
        least_of = min(least_of, most[i]);
        most_of = max(most_of, most[i]);
      }
      maxima[r] = maximum[r];
      range.least.lanes[r] = least_of.least();
      range.most.lanes[r] = most_of.most();
    }
    PerRow largest = range.most;
    for (int c = width / Groups * Groups; c < width; ++c) {
      for (int r = 0; r < kRows; ++r) {
        largest.lanes[r] = row[r][c] > largest.lanes[r] ? row[r][c] : largest.lanes[r];
      }
    }
    PerRow unused{};
    for (int halving = 0; halving < kHalvingsOfMaxima; ++halving) {
      halve<kRegisters>(maxima, kRegisters, k, range, unused);
    }
    range.most = largest;
    return range;
  }

  /// Raises the least of each range, which at least k of its values in so many registers reach - `reached` of them,
  /// from then on -, or lowers the most. Registers are a constant, or 0.
  template <int Registers>
  static void halve(const Scalar* const (&value)[kRows], int registers, int k, Ranges& range, PerRow& reached) {
    const PerRow half = PerRow::broadcast(Scalar(0.5)), wanted = PerRow::broadcast(static_cast<Scalar>(k));
    PerRow middle = range.most;
    middle *= half;
    middle = fma(range.least, half, middle);
    PerRow count{};
    GSRGNN_UNROLL
    for (int r = 0; r < kRows; ++r) {
      int reach = 0;
      for (int i = 0; i < (Registers > 0 ? Registers : registers); ++i) {
        reach += Mask::count(Mask::at_least(Register::load(value[r] + i * kLanes), middle.lanes[r]));
      }
      count.lanes[r] = static_cast<Scalar>(reach);
    }
    range.least = choose_at_least(count, wanted, middle, range.least);
    range.most = choose_at_least(count, wanted, range.most, middle);
    reached = choose_at_least(count, wanted, count, reached);
  }
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
