#pragma once

/// Moving between CBSR (V, I: N x k) and dense rows. The columns of a row are distinct, so lanes never meet.

#include <gsrgnn/kernels/row_team.hpp>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

/// Asks for the kept places of the row of X that comes some rows after `row`.
template <class Exec, class Columns, class Dense>
KOKKOS_FORCEINLINE_FUNCTION void prefetch_kept_after([[maybe_unused]] const Columns& index,
                                                     [[maybe_unused]] const Dense& x,
                                                     [[maybe_unused]] std::int64_t row) {
  using One = Pack<typename Dense::non_const_value_type, 1, 1>;
  constexpr int kAhead = Tuning<Exec>::kStreamAhead;
  if constexpr (kAhead > 0) {
    if (row + kAhead >= static_cast<std::int64_t>(index.extent(0))) return;
    for (int t = 0; t < static_cast<int>(index.extent(1)); ++t) One::prefetch(&x(row + kAhead, index(row + kAhead, t)));
  }
}

template <class Exec, class Values, class Columns, class Dense>
struct ScatterAdd {
  Values v;
  Columns index;
  Dense x;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t row, void*) const {
    prefetch_kept_after<Exec>(index, x, row);
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, static_cast<int>(v.extent(1))),
                         [&](const int t) { x(row, index(row, t)) += v(row, t); });
  }
};

/// X += scatter(V, I)
template <class Exec, class Values, class Columns, class Dense>
void scatter_add(const Exec& space, const Values& v, const Columns& index, const Dense& x) {
  for_each_row(space, "gsrgnn::kernels::scatter_add", static_cast<std::int64_t>(v.extent(0)),
               ScatterAdd<Exec, Values, Columns, Dense>{v, index, x});
}

template <class Exec, class Dense, class Columns, class Values>
struct Gather {
  Dense x;
  Columns index;
  Values v;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t row, void*) const {
    prefetch_kept_after<Exec>(index, x, row);
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, static_cast<int>(v.extent(1))),
                         [&](const int t) { v(row, t) = x(row, index(row, t)); });
  }
};

/// V = gather(X, I): the values at the kept places.
template <class Exec, class Dense, class Columns, class Values>
void gather(const Exec& space, const Dense& x, const Columns& index, const Values& v) {
  for_each_row(space, "gsrgnn::kernels::gather", static_cast<std::int64_t>(v.extent(0)),
               Gather<Exec, Dense, Columns, Values>{x, index, v});
}

template <class Exec, class Values, class Columns, class Dense>
struct AddWhereKept {
  Values v;
  Columns index;
  Dense x;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t row, void*) const {
    prefetch_kept_after<Exec>(index, x, row);
    const auto kept = Kokkos::ThreadVectorRange(member, static_cast<int>(v.extent(1)));
    Kokkos::parallel_for(kept, [&](const int t) { v(row, t) += x(row, index(row, t)); });
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, static_cast<int>(x.extent(1))),
                         [&](const int c) { x(row, c) = 0; });
    Kokkos::parallel_for(kept, [&](const int t) { x(row, index(row, t)) = v(row, t); });
  }
};

/// V += gather(X, I), then X = scatter(V, I), in one pass over the rows.
template <class Exec, class Values, class Columns, class Dense>
void add_where_kept(const Exec& space, const Values& v, const Columns& index, const Dense& x) {
  for_each_row(space, "gsrgnn::kernels::add_where_kept", static_cast<std::int64_t>(v.extent(0)),
               AddWhereKept<Exec, Values, Columns, Dense>{v, index, x});
}

}  // namespace gsrgnn
