#pragma once

/// Sums over the chunks of rows that a reduction was cut into, and over other parts that lie ready, in an order that no
/// number of threads changes.

#include <gsrgnn/kernels/row_team.hpp>

namespace gsrgnn {

/// On a host the parts in order. On a GPU a team has as many neighbouring items as a warp has lanes, each of its
/// threads every so many parts of them, and the first thread then the sums of all, in order.
template <class P, class Exec, class Count, class Part, class Store>
struct PartSums {
  static constexpr int kThreads = Tuning<Exec>::kTeamSize, kLanes = Tuning<Exec>::kVectorLength;
  std::int64_t items;
  Count count;
  Part part;
  Store store;

  KOKKOS_FORCEINLINE_FUNCTION P sum_of(std::int64_t item, int first, int step) const {
    P sum = 0;
    for (int i = first, parts = count(item); i < parts; i += step) sum += part(i, item);
    return sum;
  }
  KOKKOS_FUNCTION void operator()(const std::int64_t item) const { store(item, sum_of(item, 0, 1)); }

  KOKKOS_FUNCTION static constexpr int scratch_bytes() { return kThreads * kLanes * static_cast<int>(sizeof(P)); }
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member) const {
    auto* const sums = static_cast<P*>(member.team_scratch(0).get_shmem_aligned(scratch_bytes(), 16));
    const std::int64_t first = static_cast<std::int64_t>(member.league_rank()) * kLanes;
    const auto here =
        Kokkos::ThreadVectorRange(member, first + kLanes < items ? kLanes : static_cast<int>(items - first));
    const int thread = member.team_rank();
    Kokkos::parallel_for(
        here, [&](const int lane) { sums[thread * kLanes + lane] = sum_of(first + lane, thread, kThreads); });
    member.team_barrier();
    if (thread > 0) return;
    Kokkos::parallel_for(here, [&](const int lane) {
      P sum = sums[lane];
      for (int other = 1; other < kThreads; ++other) sum += sums[other * kLanes + lane];
      store(first + lane, sum);
    });
  }
};

/// store(i, the sum over the p below count(i) of part(p, i), a P) for each item i.
template <class P, class Exec, class Count, class Part, class Store>
void sum_parts(const Exec& space, const std::string& label, std::int64_t items, const Count& count, const Part& part,
               const Store& store) {
  using Sums = PartSums<P, Exec, Count, Part, Store>;
  const Sums sums{items, count, part, store};
  if constexpr (Tuning<Exec>::kHost) {
    Kokkos::parallel_for(label, Kokkos::RangePolicy<Exec>(space, 0, items), sums);
  } else {
    const auto teams = static_cast<int>((items + Sums::kLanes - 1) / Sums::kLanes);
    Kokkos::TeamPolicy<Exec> policy(space, teams, Sums::kThreads, Sums::kLanes);
    policy.set_scratch_size(0, Kokkos::PerTeam(Sums::scratch_bytes() + 16));
    Kokkos::parallel_for(label, policy, sums);
  }
}
/// The same where each item has a part of every chunk.
template <class P, class Exec, class Part, class Store>
void sum_chunks(const Exec& space, const std::string& label, std::int64_t items, int chunks, const Part& part,
                const Store& store) {
  sum_parts<P>(
      space, label, items, KOKKOS_LAMBDA(std::int64_t) { return chunks; }, part, store);
}

/// out[c] = sum over the chunks of partial(chunk, c), for c below out's extent.
template <class Exec, class Partial, class Out>
void sum_row_chunks(const Exec& space, const std::string& label, const Partial& partial, const Out& out) {
  using Scalar = typename Out::non_const_value_type;
  sum_chunks<Scalar>(
      space, label, static_cast<std::int64_t>(out.extent(0)), Tuning<Exec>::kRowChunks,
      KOKKOS_LAMBDA(const int chunk, const std::int64_t c) { return partial(chunk, c); },
      KOKKOS_LAMBDA(const std::int64_t c, const Scalar sum) { out(c) = sum; });
}

}  // namespace gsrgnn
