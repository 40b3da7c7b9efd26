#pragma once

/// Moving between CBSR (V, I: N x k) and dense rows. The columns of a row are distinct, so lanes never meet.

#include <gsrgnn/kernels/row_team.hpp>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

template <class Exec, class Values, class Columns, class Dense, bool Add>
struct Scatter {
  Values v;
  Columns index;
  Dense x;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t row, void*) const {
    if (!Add) {
      Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, static_cast<int>(x.extent(1))),
                           [&](const int c) { x(row, c) = 0; });
    }
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, static_cast<int>(v.extent(1))), [&](const int t) {
      if (Add) {
        x(row, index(row, t)) += v(row, t);
      } else {
        x(row, index(row, t)) = v(row, t);
      }
    });
  }
};

/// X = scatter(V, I): zero but at the kept places.
template <class Exec, class Values, class Columns, class Dense>
void scatter(const Exec& space, const Values& v, const Columns& index, const Dense& x) {
  for_each_row(space, "gsrgnn::kernels::scatter", static_cast<std::int64_t>(v.extent(0)),
               Scatter<Exec, Values, Columns, Dense, false>{v, index, x});
}

/// X += scatter(V, I)
template <class Exec, class Values, class Columns, class Dense>
void scatter_add(const Exec& space, const Values& v, const Columns& index, const Dense& x) {
  for_each_row(space, "gsrgnn::kernels::scatter_add", static_cast<std::int64_t>(v.extent(0)),
               Scatter<Exec, Values, Columns, Dense, true>{v, index, x});
}

template <class Exec, class Dense, class Columns, class Values, bool Add>
struct Gather {
  Dense x;
  Columns index;
  Values v;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t row, void*) const {
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, static_cast<int>(v.extent(1))), [&](const int t) {
      if (Add) {
        v(row, t) += x(row, index(row, t));
      } else {
        v(row, t) = x(row, index(row, t));
      }
    });
  }
};

/// V = gather(X, I): the values at the kept places.
template <class Exec, class Dense, class Columns, class Values>
void gather(const Exec& space, const Dense& x, const Columns& index, const Values& v) {
  for_each_row(space, "gsrgnn::kernels::gather", static_cast<std::int64_t>(v.extent(0)),
               Gather<Exec, Dense, Columns, Values, false>{x, index, v});
}

/// V += gather(X, I)
template <class Exec, class Dense, class Columns, class Values>
void gather_add(const Exec& space, const Dense& x, const Columns& index, const Values& v) {
  for_each_row(space, "gsrgnn::kernels::gather_add", static_cast<std::int64_t>(v.extent(0)),
               Gather<Exec, Dense, Columns, Values, true>{x, index, v});
}

}  // namespace gsrgnn
