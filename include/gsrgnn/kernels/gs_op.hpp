#pragma once

/// GS-Op (the paper's section 4.1): keep the k largest values of each row, in CBSR form.
///
/// CBSR of an N x d matrix with k kept values a row: V, Scalar N x k, the values; I, uint8 N x k (uint16 when d > 256),
/// their columns in ascending order. Values, not magnitudes; of equal values the lower column wins; -0 equals +0.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <gsrgnn/kernels/row_candidates.hpp>
#include <gsrgnn/kernels/row_team.hpp>
#include <gsrgnn/util/views.hpp>
#include <limits>
#include <type_traits>

namespace gsrgnn {

/// What becomes of the dense row.
enum class GsRow { keep, sparsify /* zero what was not kept: X becomes scatter(V, I) */ };

/// A signed integer that is ordered as the value is, with -0 and +0 made one.
KOKKOS_FORCEINLINE_FUNCTION std::int32_t ordered_key(float value) {
  value += 0.0F;
  std::int32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}
KOKKOS_FORCEINLINE_FUNCTION std::int64_t ordered_key(double value) {
  value += 0.0;
  std::int64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits ^ ((bits >> 63) & 0x7fffffffffffffff);
}

template <class Search, class Exec, class Dense, class Values, class Columns>
struct GsOp {
  using Scalar = typename Dense::non_const_value_type;
  using Key = decltype(ordered_key(Scalar()));
  Dense x;
  int width;
  Values v;
  Columns index;
  GsRow after;
  Vector<int, Exec> has_nan;

  static std::size_t scratch_bytes(int width) { return std::max(width * sizeof(Key), Search::scratch_bytes(width)); }

  /// One row, or kRows of a host.
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t item, void* scratch) const {
    const int k = static_cast<int>(v.extent(1));
    if constexpr (Search::kRows > 1) {
      const std::int64_t first = item * Search::kRows, rows = static_cast<std::int64_t>(v.extent(0));
      const int count = first + Search::kRows < rows ? Search::kRows : static_cast<int>(rows - first);
      const bool is_last = first + 2 * Search::kRows > rows;
      const std::ptrdiff_t next = is_last ? 0 : &x(first + Search::kRows, 0) - &x(first, 0);
      const Scalar* row[Search::kRows];
      for (int r = 0; r < Search::kRows; ++r) row[r] = &x(first + (r < count ? r : 0), 0);
      RowThreshold<Scalar> threshold[Search::kRows];
      Search::keep_largest(member, row, count, next, width, k, scratch, &v(first, 0), &index(first, 0), threshold);
      for (int r = 0; r < count; ++r) finish(member, first + r, scratch, Search(), threshold[r]);
    } else {
      Search search;
      const auto threshold = search.keep_largest(member, &x(item, 0), width, k, scratch, &v(item, 0), &index(item, 0));
      finish(member, item, scratch, search, threshold);
    }
  }

  KOKKOS_FORCEINLINE_FUNCTION void finish(const TeamMember<Exec>& member, std::int64_t row, void* scratch,
                                          const Search& search, const RowThreshold<Scalar>& threshold) const {
    if (threshold.has_nan) Kokkos::atomic_exchange(&has_nan(0), 1);  // by whichever threads: all write the same
    if (!threshold.found) return keep_by_keys(member, row, static_cast<Key*>(scratch));
    if (after == GsRow::sparsify) search.zero_below(member, &x(row, 0), width, threshold.value);
  }

  /// The same for any row: bisects the keys, of which there are but so many, and of ties keeps the lower columns.
  KOKKOS_FUNCTION void keep_by_keys(const TeamMember<Exec>& member, std::int64_t row, Key* key) const {
    const int k = static_cast<int>(v.extent(1));
    Scalar* const value = &x(row, 0);
    using Column = typename Columns::non_const_value_type;
    const auto lanes = Kokkos::ThreadVectorRange(member, width);
    Kokkos::parallel_for(lanes, [&](const int c) { key[c] = ordered_key(value[c]); });
    const auto range = row_range<Exec>(member, key, width);
    Key low = range.least, high = range.most;
    while (low < high) {  // at least k keys are >= low, fewer than k are > high
      const Key middle = high - static_cast<Key>((static_cast<UnsignedKey>(high) - static_cast<UnsignedKey>(low)) / 2);
      if (count_at_least<Exec>(member, key, width, middle) >= k) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    // All above the threshold are kept; of those equal to it, as many as there is room for, lower columns first. One
    // scan counts both: the former in the low half of the sum, the latter in the high half.
    const int above = low < kLargest ? count_at_least<Exec>(member, key, width, low + 1) : 0;
    const int room = k - above;
    Kokkos::parallel_scan(lanes, [&](const int c, std::int64_t& seen, const bool final) {
      const bool is_above = key[c] > low;
      const bool is_equal = key[c] == low;
      if (final) {
        const int equal_before = static_cast<int>(seen >> 32);
        const int above_before = static_cast<int>(seen & 0xffffffff);
        if (is_above || (is_equal && equal_before < room)) {
          const int slot = above_before + (equal_before < room ? equal_before : room);
          v(row, slot) = value[c];
          index(row, slot) = static_cast<Column>(c);
        } else if (after == GsRow::sparsify) {
          value[c] = Scalar(0);
        }
      }
      seen += (is_above ? std::int64_t{1} : std::int64_t{0}) + (is_equal ? std::int64_t{1} << 32 : std::int64_t{0});
    });
  }

 private:
  using UnsignedKey = std::make_unsigned_t<Key>;
  static constexpr Key kLargest = std::numeric_limits<Key>::max();  // here, for a device must not call a host's max()
};

/// (V, I) = GS(X, k) over the first `width` columns of X (N x >= width), with k = V's second extent <= width.
/// With GsRow::sparsify the row is replaced by what was kept. Sets has_nan(0) to 1 if any row holds a NaN (the flag is
/// never cleared here); the other rows are right all the same. V and I have no gaps between their rows.
template <class Exec, class Dense, class Values, class Columns>
void gs_op(const Exec& space, const Dense& x, int width, const Values& v, const Columns& index,
           const Vector<int, Exec>& has_nan, GsRow after = GsRow::keep) {
  dispatch_row_search<Exec, typename Dense::non_const_value_type>(width, [&](auto search) {
    using Body = GsOp<decltype(search), Exec, Dense, Values, Columns>;
    constexpr int kTogether = decltype(search)::kRows;
    const auto rows = static_cast<std::int64_t>(v.extent(0));
    for_each_row(space, "gsrgnn::kernels::gs_op", (rows + kTogether - 1) / kTogether,
                 Body{x, width, v, index, after, has_nan}, Body::scratch_bytes(width),
                 Tuning<Exec>::kRowsPerTeam / kTogether);
  });
}

/// Whether the flag that GS-Op raises at a NaN is up; takes it down.
template <class Exec>
bool take_flag(const Exec& space, const Vector<int, Exec>& flag) {
  const bool up = download(space, flag)[0] != 0;
  if (up) Kokkos::deep_copy(space, flag, 0);
  return up;
}

}  // namespace gsrgnn
