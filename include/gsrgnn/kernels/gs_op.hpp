#pragma once

/// GS-Op (the paper's section 4.1): keep the k largest values of each row, in CBSR form.
///
/// CBSR of an N x d matrix with k kept values a row: V, Scalar N x k, the values; I, uint8 N x k (uint16 when d > 256),
/// their columns in ascending order. Values, not magnitudes; of equal values the lower column wins; -0 equals +0.

#include <cstdint>
#include <cstring>
#include <gsrgnn/kernels/row_team.hpp>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

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

/// What becomes of the dense row.
enum class GsRow { keep, sparsify /* zero what was not kept: X becomes scatter(V, I) */ };

template <class Exec, class Dense, class Values, class Columns>
struct GsOp {
  using Scalar = typename Dense::non_const_value_type;
  using Key = decltype(ordered_key(Scalar()));
  Dense x;
  int width;
  Values v;
  Columns index;
  GsRow after;
  Vector<int, Exec> has_nan;

  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t row, void* scratch) const {
    const int k = static_cast<int>(v.extent(1));
    Scalar* const value = &x(row, 0);
    Key* const key = static_cast<Key*>(scratch);
    using Column = typename Columns::non_const_value_type;
    const auto lanes = Kokkos::ThreadVectorRange(member, width);

    Key low, high;
    Kokkos::parallel_for(lanes, [&](const int c) { key[c] = ordered_key(value[c]); });
    Kokkos::parallel_reduce(
        lanes, [&](const int c, Key& least) { least = key[c] < least ? key[c] : least; }, Kokkos::Min<Key>(low));
    Kokkos::parallel_reduce(
        lanes, [&](const int c, Key& most) { most = key[c] > most ? key[c] : most; }, Kokkos::Max<Key>(high));
    // A NaN's key lies beyond an infinity's, on either side.
    const Key infinity = ordered_key(static_cast<Scalar>(INFINITY));
    if (high > infinity || low < ordered_key(static_cast<Scalar>(-INFINITY))) has_nan(0) = 1;

    // Bisection for the k-th largest key: at least k keys are >= low, fewer than k are > high. Most rows are done as
    // soon as exactly k remain; ties run it to the end.
    int at_least_low = width;  // keys >= low
    while (low < high) {
      const Key middle = high - static_cast<Key>((static_cast<UnsignedKey>(high) - static_cast<UnsignedKey>(low)) / 2);
      int count = 0;
      Kokkos::parallel_reduce(
          lanes, [&](const int c, int& sum) { sum += key[c] >= middle ? 1 : 0; }, count);
      low = count >= k ? middle : low;
      at_least_low = count >= k ? count : at_least_low;
      if (count == k) break;
      high = count < k ? middle - 1 : high;
    }
    if (Tuning<Exec>::kHost && at_least_low == k) {
      // The one lane stores every column at the next place, kept or not, for a branch could not be foretold.
      Column* const place = reinterpret_cast<Column*>(key + width);
      int slot = 0;
      for (int c = 0; c < width; ++c) {
        place[slot] = static_cast<Column>(c);
        slot += key[c] >= low ? 1 : 0;
      }
      for (int t = 0; t < k; ++t) {
        v(row, t) = value[place[t]];
        index(row, t) = place[t];
      }
      if (after == GsRow::sparsify) {
        for (int c = 0; c < width; ++c) value[c] = key[c] >= low ? value[c] : Scalar(0);
      }
      return;
    }
    // All above the threshold are kept; of those equal to it, as many as there is room for, lower columns first. One
    // scan counts both: the former in the low half of the sum, the latter in the high half.
    int above = 0;
    Kokkos::parallel_reduce(
        lanes, [&](const int c, int& sum) { sum += key[c] > low ? 1 : 0; }, above);
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
};

/// (V, I) = GS(X, k) over the first `width` columns of X (N x >= width), with k = V's second extent <= width.
/// With GsRow::sparsify the row is replaced by what was kept. Sets has_nan(0) to 1 if any row holds a NaN (the flag is
/// never cleared here); the other rows are right all the same.
template <class Exec, class Dense, class Values, class Columns>
void gs_op(const Exec& space, const Dense& x, int width, const Values& v, const Columns& index,
           const Vector<int, Exec>& has_nan, GsRow after = GsRow::keep) {
  using Body = GsOp<Exec, Dense, Values, Columns>;
  const auto rows = static_cast<std::int64_t>(x.extent(0));
  for_each_row(space, "gsrgnn::kernels::gs_op", rows, Body{x, width, v, index, after, has_nan},
               width * (sizeof(typename Body::Key) + sizeof(typename Columns::non_const_value_type)));
}

}  // namespace gsrgnn
