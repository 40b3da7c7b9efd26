#pragma once

/// The two launch patterns of kernels whose lanes run along a row: one row at a time, and a chunk of rows at a time
/// (for sums over rows, cut at places that do not depend on the number of threads).

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <gsrgnn/kernels/pack.hpp>
#include <gsrgnn/kernels/tuning.hpp>
#include <string>

namespace gsrgnn {

template <class Exec>
using TeamMember = typename Kokkos::TeamPolicy<Exec>::member_type;

/// Threads of a team that each hold some scratch, and the level of that: 0, a processor's own memory, or 1, the
/// device's.
struct TeamShape {
  int threads, scratch_level;
};
/// As many threads as there are, if their scratch fits level 0 (`fast_bytes`); else as many as do. A row of which not
/// even one thread can hold its scratch there goes to level 1.
inline TeamShape shape_team(int threads, std::size_t scratch_bytes_a_thread, std::size_t fast_bytes) {
  if (scratch_bytes_a_thread > fast_bytes) return {threads, 1};
  if (scratch_bytes_a_thread * static_cast<std::size_t>(threads) <= fast_bytes) return {threads, 0};
  return {static_cast<int>(fast_bytes / scratch_bytes_a_thread), 0};
}

template <class Exec, class Body>
struct RowTeam {
  std::int64_t rows;
  int rows_per_team;
  std::size_t scratch_bytes;
  int scratch_level;
  Body body;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member) const {
    const std::int64_t first = static_cast<std::int64_t>(member.league_rank()) * rows_per_team;
    const std::int64_t last = first + rows_per_team < rows ? first + rows_per_team : rows;
    // Taken once a thread: every call takes more.
    void* const scratch = scratch_bytes > 0 ? member.thread_scratch(scratch_level).get_shmem(scratch_bytes) : nullptr;
    Kokkos::parallel_for(Kokkos::TeamThreadRange(member, first, last),
                         [&](const std::int64_t row) { body(member, row, scratch); });
  }
};

/// Runs body(member, row, scratch) for each row; inside it, ThreadVectorRange runs along the row. `scratch` points to
/// `scratch_bytes` of fast memory of the thread that has the row (null when none are asked for).
template <class Exec, class Body>
void for_each_row(const Exec& space, const std::string& label, std::int64_t rows, const Body& body,
                  std::size_t scratch_bytes = 0, int rows_per_team = Tuning<Exec>::kRowsPerTeam) {
  using T = Tuning<Exec>;
  const auto teams = static_cast<int>((rows + rows_per_team - 1) / rows_per_team);
  using Policy = Kokkos::TeamPolicy<Exec>;
  // Room for one allocation as the scratch space aligns it.
  const std::size_t room = scratch_bytes > 0 ? scratch_bytes + 64 : 0;
  const TeamShape team = shape_team(T::kTeamSize, room, static_cast<std::size_t>(Policy::scratch_size_max(0)));
  auto policy = Policy(space, teams, team.threads, T::kVectorLength);
  policy.set_scratch_size(team.scratch_level, Kokkos::PerThread(static_cast<int>(room)));
  Kokkos::parallel_for(label, policy,
                       RowTeam<Exec, Body>{rows, rows_per_team, scratch_bytes, team.scratch_level, body});
}

/// What one lane of a row kernel takes of a row at a time: a vector register's worth on a host, where one thread has
/// the whole row and a sum written number by number would not be vectorised; one number on a GPU, whose lanes share it.
template <class Exec, class Scalar>
using RowPack = Pack<Scalar, Tuning<Exec>::kHost ? Tuning<Exec>::kVectorBytes / static_cast<int>(sizeof(Scalar)) : 1,
                     Tuning<Exec>::kHost ? Tuning<Exec>::kVectorBytes / static_cast<int>(sizeof(Scalar)) : 1,
                     kNativeVectors && Tuning<Exec>::kHost>;

/// Columns `column` on of a row, as many as a pack P holds.
template <class P>
struct PackOfRow {
  using Type = P;
  int column;
  template <class Scalar>
  KOKKOS_FORCEINLINE_FUNCTION P load(const Scalar* row) const {
    return P::load(row + column);
  }
  template <class Scalar>
  KOKKOS_FORCEINLINE_FUNCTION void store(const P& values, Scalar* row) const {
    values.store(row + column);
  }
};

/// Calls f(a PackOfRow) for packs that together are the first `width` columns: RowPacks, and for the last few columns
/// of an odd width packs of one.
template <class Exec, class Scalar, class F>
KOKKOS_FORCEINLINE_FUNCTION void for_each_pack(const TeamMember<Exec>& member, int width, const F& f) {
  using P = RowPack<Exec, Scalar>;
  const int packs = width / P::kWidth;
  Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, packs), [&](const int p) { f(PackOfRow<P>{p * P::kWidth}); });
  if constexpr (P::kWidth > 1) {
    for (int c = packs * P::kWidth; c < width; ++c) f(PackOfRow<Pack<Scalar, 1, 1>>{c});
  }
}

/// The sum over the first `width` columns of the packs that f, called as above, gives.
template <class Exec, class Scalar, class F>
KOKKOS_FORCEINLINE_FUNCTION Scalar sum_packs(const TeamMember<Exec>& member, int width, const F& f) {
  using P = RowPack<Exec, Scalar>;
  if constexpr (P::kWidth == 1) {
    Scalar total = 0;
    Kokkos::parallel_reduce(
        Kokkos::ThreadVectorRange(member, width), [&](const int c, Scalar& sum) { sum += f(PackOfRow<P>{c}).sum(); },
        total);
    return total;
  } else {
    P sum = 0;
    int c = 0;
    for (; c + P::kWidth <= width; c += P::kWidth) sum += f(PackOfRow<P>{c});
    Scalar total = sum.sum();
    // Through memory, so that a product is rounded before it is added whatever a compiler makes of the loop around it.
    Scalar rest[P::kWidth];
    const int first = c;
    for (; c < width; ++c) rest[c - first] = f(PackOfRow<Pack<Scalar, 1, 1>>{c}).sum();
    for (c = first; c < width; ++c) total += rest[c - first];
    return total;
  }
}

/// Chunk c of `rows` rows; every chunk but the last ones has the same size, the last ones may be empty.
struct RowChunk {
  std::int64_t first, last;
};
template <class Exec>
KOKKOS_INLINE_FUNCTION RowChunk row_chunk(std::int64_t rows, std::int64_t chunk,
                                          int chunks = Tuning<Exec>::kRowChunks) {
  const std::int64_t size = (rows + chunks - 1) / chunks;
  const std::int64_t first = chunk * size < rows ? chunk * size : rows;
  return {first, first + size < rows ? first + size : rows};
}

template <class Exec, class Body>
struct ChunkTeam {
  std::int64_t rows;
  Body body;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member) const {
    body(member, member.league_rank(), row_chunk<Exec>(rows, member.league_rank()));
  }
};

/// Runs body(member, chunk, rows of the chunk) with one thread a chunk, lanes along the row.
template <class Exec, class Body>
void for_each_row_chunk(const Exec& space, const std::string& label, std::int64_t rows, const Body& body) {
  using T = Tuning<Exec>;
  Kokkos::parallel_for(label, Kokkos::TeamPolicy<Exec>(space, T::kRowChunks, 1, T::kVectorLength),
                       ChunkTeam<Exec, Body>{rows, body});
}

}  // namespace gsrgnn
