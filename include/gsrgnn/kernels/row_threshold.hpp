#pragma once

/// A row against a threshold: its range, how many of its values reach the threshold, and which. What GS-Op searches
/// and keeps with; the lanes of a GPU share the row.

#include <cstdint>
#include <gsrgnn/kernels/row_team.hpp>

namespace gsrgnn {

template <class Scalar>
struct RowRange {
  Scalar least, most;
};

/// The least and the largest of row[0 .. width), width > 0; anything if one is a NaN.
template <class Exec, class Scalar>
KOKKOS_FORCEINLINE_FUNCTION RowRange<Scalar> row_range(const TeamMember<Exec>& member, const Scalar* row, int width) {
  RowRange<Scalar> range{row[0], row[0]};
  if constexpr (Tuning<Exec>::kHost) {
    using P = RowPack<Exec, Scalar>;
    int c = 0;
    if (width >= P::kWidth) {
      P least = P::load(row), most = least;
      for (; c + P::kWidth <= width; c += P::kWidth) {
        least = min(least, P::load(row + c));
        most = max(most, P::load(row + c));
      }
      Scalar lane[2][P::kWidth];
      least.store(lane[0]);
      most.store(lane[1]);
      for (int half = P::kWidth / 2; half > 0; half /= 2) {
        for (int l = 0; l < half; ++l) {
          lane[0][l] = lane[0][l + half] < lane[0][l] ? lane[0][l + half] : lane[0][l];
          lane[1][l] = lane[1][l + half] > lane[1][l] ? lane[1][l + half] : lane[1][l];
        }
      }
      range = {lane[0][0], lane[1][0]};
    }
    for (; c < width; ++c) {
      range.least = row[c] < range.least ? row[c] : range.least;
      range.most = row[c] > range.most ? row[c] : range.most;
    }
  } else {
    const auto lanes = Kokkos::ThreadVectorRange(member, width);
    Kokkos::parallel_reduce(
        lanes, [&](const int c, Scalar& least) { least = row[c] < least ? row[c] : least; },
        Kokkos::Min<Scalar>(range.least));
    Kokkos::parallel_reduce(
        lanes, [&](const int c, Scalar& most) { most = row[c] > most ? row[c] : most; },
        Kokkos::Max<Scalar>(range.most));
  }
  return range;
}

/// How many of row[0 .. width) are >= threshold; no NaN is.
template <class Exec, class Scalar>
KOKKOS_FORCEINLINE_FUNCTION int count_at_least(const TeamMember<Exec>& member, const Scalar* row, int width,
                                               Scalar threshold) {
  int count = 0;
  Kokkos::parallel_reduce(
      Kokkos::ThreadVectorRange(member, width), [&](const int c, int& sum) { sum += row[c] >= threshold ? 1 : 0; },
      count);
  return count;
}

/// The values of row[0 .. width) that are >= threshold to v, their columns to index, in order. There are just `count`.
template <class Exec, class Scalar, class Column>
KOKKOS_FORCEINLINE_FUNCTION void keep_at_least(const TeamMember<Exec>& member, const Scalar* row,
                                               [[maybe_unused]] int width, Scalar threshold, [[maybe_unused]] int count,
                                               Scalar* v, Column* index) {
  if constexpr (Tuning<Exec>::kHost) {
    // Every value goes to the next place, kept or not, for a branch could not be foretold.
    for (int c = 0, slot = 0; slot < count; ++c) {
      v[slot] = row[c];
      index[slot] = static_cast<Column>(c);
      slot += row[c] >= threshold ? 1 : 0;
    }
  } else {
    Kokkos::parallel_scan(Kokkos::ThreadVectorRange(member, width), [&](const int c, int& slot, const bool final) {
      const bool is_kept = row[c] >= threshold;
      if (final && is_kept) {
        v[slot] = row[c];
        index[slot] = static_cast<Column>(c);
      }
      slot += is_kept ? 1 : 0;
    });
  }
}

/// What came of a search: that exactly k values of the row are >= a threshold.
template <class Scalar>
struct RowThreshold {
  Scalar value;
  bool found;  ///< not in rows with ties at the edge or with a NaN
  bool has_nan;
};
/// Halvings of a row's range before it is taken for one with ties.
constexpr int kBisections = 24;

/// What a search does with the row afterwards: here it is where it was.
template <class Exec, class Scalar>
struct RowInMemory {
  KOKKOS_FORCEINLINE_FUNCTION static void zero_below(const TeamMember<Exec>& member, Scalar* row, int width,
                                                     Scalar threshold) {
    for_each_pack<Exec, Scalar>(member, width,
                                [&](const auto at) { at.store(where_at_least(at.load(row), threshold), row); });
  }
};

template <class Exec, class Scalar>
struct RowBisection : RowInMemory<Exec, Scalar> {
  static constexpr int kRows = 1;
  static std::size_t scratch_bytes(int /*width*/) { return 0; }

  /// Finds such a threshold for row[0 .. width), and writes the k values that reach it, which then are the k largest,
  /// to v, their columns to index, in order.
  template <class Column>
  KOKKOS_FORCEINLINE_FUNCTION static RowThreshold<Scalar> keep_largest(const TeamMember<Exec>& member,
                                                                       const Scalar* row, int width, int k,
                                                                       void* /*scratch*/, Scalar* v, Column* index) {
    // At least k values are >= low, fewer than k are >= high: halve what lies between until exactly k remain.
    const auto range = row_range<Exec>(member, row, width);
    Scalar low = range.least, high = range.most, threshold = low;
    const int numbers = count_at_least<Exec>(member, row, width, low);
    if (numbers < width) return {low, false, true};
    bool found = numbers == k;
    for (int step = 0; step < kBisections && !found; ++step) {
      threshold = low / 2 + high / 2;
      const int count = count_at_least<Exec>(member, row, width, threshold);
      found = count == k;
      (count > k ? low : high) = threshold;
    }
    if (found) keep_at_least<Exec>(member, row, width, threshold, k, v, index);
    return {threshold, found, false};
  }
};

}  // namespace gsrgnn
