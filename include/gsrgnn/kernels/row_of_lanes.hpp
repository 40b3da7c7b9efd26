#pragma once

/// The k largest of a row as the lanes of a GPU find them: the row is loaded once, and what follows happens in
/// registers.

#include <cstdint>
#include <gsrgnn/kernels/lane_mask.hpp>
#include <gsrgnn/kernels/row_threshold.hpp>
#include <limits>

namespace gsrgnn {

/// Rows of up to `Turns` columns a lane: lane l has columns l, l + 32, l + 64 and so on.
template <int Turns, class Exec, class Scalar>
class RowOfLanes {
  static constexpr int kLanes = Tuning<Exec>::kVectorLength;
  static constexpr Scalar kNoColumn = std::numeric_limits<Scalar>::quiet_NaN();  // which reaches nothing

 public:
  static constexpr int kRows = 1;
  static std::size_t scratch_bytes(int /*width*/) { return 0; }

  /// As RowBisection's, whose search this is, step by step.
  template <class Column>
  KOKKOS_FORCEINLINE_FUNCTION RowThreshold<Scalar> keep_largest(const TeamMember<Exec>& member, const Scalar* row,
                                                                int width, int k, void* /*scratch*/, Scalar* v,
                                                                Column* index) {
    const auto every_lane = Kokkos::ThreadVectorRange(member, kLanes);
    bool nan = false;
    Kokkos::parallel_for(every_lane, [&](const int lane) {
      GSRGNN_UNROLL
      for (int turn = 0; turn < Turns; ++turn) {
        const int c = turn * kLanes + lane;
        value_[turn] = c < width ? row[c] : kNoColumn;
        nan = nan || (c < width && value_[turn] != value_[turn]);
      }
    });
    if (lanes_where<Exec>(member, nan) != 0) return {kNoColumn, false, true};
    const auto which_reach = [&](int turn, Scalar threshold) {
      return lanes_where<Exec>(member, value_[turn] >= threshold);
    };

    Scalar low, high;
    Kokkos::parallel_reduce(
        every_lane,
        [&](const int, Scalar& least) {
          GSRGNN_UNROLL
          for (int turn = 0; turn < Turns; ++turn) least = value_[turn] < least ? value_[turn] : least;
        },
        Kokkos::Min<Scalar>(low));
    Kokkos::parallel_reduce(
        every_lane,
        [&](const int, Scalar& most) {
          GSRGNN_UNROLL
          for (int turn = 0; turn < Turns; ++turn) most = value_[turn] > most ? value_[turn] : most;
        },
        Kokkos::Max<Scalar>(high));
    Scalar threshold = low;
    bool found = width == k;
    for (int step = 0; step < kBisections && !found; ++step) {
      threshold = low / 2 + high / 2;
      int count = 0;
      GSRGNN_UNROLL
      for (int turn = 0; turn < Turns; ++turn) count += count_bits(which_reach(turn, threshold));
      found = count == k;
      (count > k ? low : high) = threshold;
    }
    if (!found) return {threshold, false, false};

    std::uint32_t kept[Turns];
    GSRGNN_UNROLL
    for (int turn = 0; turn < Turns; ++turn) kept[turn] = which_reach(turn, threshold);
    Kokkos::parallel_for(every_lane, [&](const int lane) {
      int before = 0;  // columns kept of the turns so far
      GSRGNN_UNROLL
      for (int turn = 0; turn < Turns; ++turn) {
        if ((kept[turn] >> lane & 1U) != 0) {
          const int slot = before + count_bits(kept[turn] & ((std::uint32_t{1} << lane) - 1));
          v[slot] = value_[turn];
          index[slot] = static_cast<Column>(turn * kLanes + lane);
        }
        before += count_bits(kept[turn]);
      }
    });
    return {threshold, true, false};
  }

  KOKKOS_FORCEINLINE_FUNCTION void zero_below(const TeamMember<Exec>& member, Scalar* row, int width,
                                              Scalar threshold) const {
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, kLanes), [&](const int lane) {
      GSRGNN_UNROLL
      for (int turn = 0; turn < Turns; ++turn) {
        const int c = turn * kLanes + lane;
        if (c < width && !(value_[turn] >= threshold)) row[c] = 0;
      }
    });
  }

 private:
  Scalar value_[Turns];  ///< a lane's own
};

}  // namespace gsrgnn
