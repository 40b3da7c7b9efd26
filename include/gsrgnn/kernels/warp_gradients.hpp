#pragma once

/// The gradients of k-sparse linear maps (sparse_linear.hpp) as the warps of a GPU make them.

#include <gsrgnn/kernels/pack.hpp>
#include <gsrgnn/kernels/row_team.hpp>
#include <string>
#include <type_traits>

namespace gsrgnn {

/// A chunk of rows' part in S^T G, for a slice of the columns. A warp has it, and its sum, d x slice, stays in the fast
/// memory of the processor, if it fits there (`Fast`); else it is made where it is left. The columns of a row's values
/// differ, so lanes add several of them at once. Rows follow each other, for they may share columns; but what several
/// add is loaded before the first of them does, so that memory is waited for once.
template <int Slice, bool Fast, class Exec, class Values, class Columns, class In, class Partial>
struct WarpWeightGradient {
  using Scalar = typename Values::non_const_value_type;
  using P = TilePack<Scalar, Exec, Slice>;
  static constexpr int kLanes = Tuning<Exec>::kVectorLength;
  static constexpr int kPacks = Slice / P::kWidth, kLanesOfValues = kLanes / kPacks;
  Values v;
  Columns index;
  In g;
  int first, slices, width;
  Partial partial;

  KOKKOS_FUNCTION static std::size_t scratch_bytes(int width) {
    return static_cast<std::size_t>(width) * Slice * sizeof(Scalar);
  }

  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member) const {
    const int chunk = member.league_rank() / slices;
    const int slice = member.league_rank() % slices * Slice;
    const RowChunk rows = row_chunk<Exec>(static_cast<std::int64_t>(v.extent(0)), chunk, Tuning<Exec>::kWeightChunks);
    if constexpr (Fast) {
      auto* const sum = static_cast<Scalar*>(member.team_scratch(0).get_shmem_aligned(scratch_bytes(width), 64));
      add_rows(member, rows, slice, sum, Slice);
      Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, width * kPacks), [&](const int p) {
        P::load(sum + p * P::kWidth).store(&partial(chunk, p / kPacks, slice + p % kPacks * P::kWidth));
      });
    } else {
      add_rows(member, rows, slice, &partial(chunk, 0, slice), static_cast<int>(partial.extent(2)));
    }
  }

 private:
  static constexpr int kRows = 8;  ///< loaded together

  /// sum = S^T G of the rows; its own rows lie `stride` apart.
  KOKKOS_FORCEINLINE_FUNCTION void add_rows(const TeamMember<Exec>& member, RowChunk rows, int slice, Scalar* sum,
                                            int stride) const {
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, width * kPacks),
                         [&](const int p) { P(0).store(sum + p / kPacks * stride + p % kPacks * P::kWidth); });
    // How many values of a row a lane adds together.
    if (static_cast<int>(v.extent(1)) <= 2 * kLanesOfValues) {
      add_in_turns<2>(member, rows, slice, sum, stride);
    } else {
      add_in_turns<4>(member, rows, slice, sum, stride);
    }
  }

  template <int Turns>
  KOKKOS_FORCEINLINE_FUNCTION void add_in_turns(const TeamMember<Exec>& member, RowChunk rows, int slice, Scalar* sum,
                                                int stride) const {
    std::int64_t row = rows.first;
    for (; row + kRows <= rows.last; row += kRows) add<Turns, kRows>(member, row, slice, sum, stride);
    for (; row < rows.last; ++row) add<Turns, 1>(member, row, slice, sum, stride);
  }

  /// Adds `Rows` rows. What is an array here is a lane's own, in registers.
  template <int Turns, int Rows>
  KOKKOS_FORCEINLINE_FUNCTION void add(const TeamMember<Exec>& member, std::int64_t row, int slice, Scalar* sum,
                                       int stride) const {
    const int k = static_cast<int>(v.extent(1));
    const auto every_lane = Kokkos::ThreadVectorRange(member, kLanes);
    P gradient[Rows];
    for (int from = 0; from < k; from += Turns * kLanesOfValues) {
      Scalar value[Rows][Turns];
      int place[Rows][Turns];  // of the sum of the value's column; below 0: there is no such value
      Kokkos::parallel_for(every_lane, [&](const int lane) {
        const int column = lane % kPacks * P::kWidth;
        GSRGNN_UNROLL
        for (int r = 0; r < Rows; ++r) {
          if (from == 0) gradient[r] = P::load(&g(row + r, first + slice + column));
          GSRGNN_UNROLL
          for (int turn = 0; turn < Turns; ++turn) {
            const int t = from + turn * kLanesOfValues + lane / kPacks;
            value[r][turn] = t < k ? v(row + r, t) : Scalar(0);
            place[r][turn] = t < k ? index(row + r, t) * stride + column : -1;
          }
        }
      });
      GSRGNN_UNROLL
      for (int r = 0; r < Rows; ++r) {
        Kokkos::parallel_for(every_lane, [&](const int) {
          P of_column[Turns];
          GSRGNN_UNROLL
          for (int turn = 0; turn < Turns; ++turn) {
            if (place[r][turn] >= 0) of_column[turn] = P::load(sum + place[r][turn]);
          }
          GSRGNN_UNROLL
          for (int turn = 0; turn < Turns; ++turn) {
            if (place[r][turn] < 0) continue;
            fma(value[r][turn], gradient[r], of_column[turn]).store(sum + place[r][turn]);
          }
        });
      }
    }
  }
};

/// Leaves the chunks' parts in columns first .. first + Tile of S^T G, in `partial` (at least the chunks x width x
/// Tile).
template <int Tile, class Exec, class Values, class Columns, class In, class Partial>
void weight_gradient_by_warps(const Exec& space, const std::string& label, const Values& v, const Columns& index,
                              const In& g, int first, int width, const Partial& partial) {
  constexpr int kSlice = smaller(Tile, Tuning<Exec>::kWeightSlice), kSlices = Tile / kSlice;
  using Policy = Kokkos::TeamPolicy<Exec>;
  using InFastMemory = WarpWeightGradient<kSlice, true, Exec, Values, Columns, In, Partial>;
  using InPlace = WarpWeightGradient<kSlice, false, Exec, Values, Columns, In, Partial>;
  Policy policy(space, Tuning<Exec>::kWeightChunks * kSlices, 1, Tuning<Exec>::kVectorLength);
  const std::size_t scratch = InFastMemory::scratch_bytes(width) + 64;  // room to align it
  if (scratch <= static_cast<std::size_t>(Policy::scratch_size_max(0))) {
    policy.set_scratch_size(0, Kokkos::PerTeam(static_cast<int>(scratch)));
    Kokkos::parallel_for(label, policy, InFastMemory{v, index, g, first, kSlices, width, partial});
  } else {
    Kokkos::parallel_for(label, policy, InPlace{v, index, g, first, kSlices, width, partial});
  }
}

/// In place of a second map.
struct NoMap {};

/// dV[i,t] (+)= <G_i, W[tile][I[i,t], :]>, of one map (G, W) or two of the same V. A row has a lane for each pack of
/// the tile, so that rows of G and W are read as they lie in memory; the sums over lanes are made for several values at
/// once, and dV is touched once a tile.
template <int Tile, class Exec, class Columns, class Values, class One, class Other>
struct LaneValueGradient {
  using Scalar = typename Values::non_const_value_type;
  using P = TilePack<Scalar, Exec, Tile>;
  static constexpr int kLanes = Tile / P::kWidth, kValues = 4;
  static constexpr int kRowsOfTeam = Tuning<Exec>::kTeamSize * Tuning<Exec>::kVectorLength / kLanes;
  static constexpr bool kTwo = !std::is_same_v<Other, NoMap>;
  using Sums = Pack<Scalar, kValues, kValues, false>;
  Columns index;
  One one;
  Other other;
  int tile;
  Values dv;
  bool replace;

  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member) const {
    const std::int64_t row = static_cast<std::int64_t>(member.league_rank()) * kRowsOfTeam + member.team_rank();
    if (row >= static_cast<std::int64_t>(dv.extent(0))) return;
    const int k = static_cast<int>(dv.extent(1));
    const auto every_lane = Kokkos::ThreadVectorRange(member, kLanes);
    P g, h;  // a lane's own
    Kokkos::parallel_for(every_lane, [&](const int lane) {
      g = P::load(&one.g(row, one.first + lane * P::kWidth));
      if constexpr (kTwo) h = P::load(&other.g(row, other.first + lane * P::kWidth));
    });
    for (int from = 0; from < k; from += kValues) {
      Sums sums;
      Kokkos::parallel_reduce(
          every_lane,
          [&](const int lane, Sums& sum) {
            GSRGNN_UNROLL
            for (int t = 0; t < kValues; ++t) {
              const int c = index(row, from + t < k ? from + t : from);
              auto products = dot_lanes(g, &one.w(tile, c, lane * P::kWidth));
              if constexpr (kTwo) products += dot_lanes(h, &other.w(tile, c, lane * P::kWidth));
              sum.reg[0].lane[t] += products.sum();
            }
          },
          sums);
      Kokkos::single(Kokkos::PerThread(member), [&] {
        GSRGNN_UNROLL
        for (int t = 0; t < kValues; ++t) {
          if (from + t >= k) continue;
          const Scalar sum = sums.reg[0].lane[t];
          dv(row, from + t) = replace ? sum : dv(row, from + t) + sum;
        }
      });
    }
  }
};

template <int Tile, class Exec, class Columns, class Values, class One, class Other = NoMap>
void value_gradient_by_lanes(const Exec& space, const std::string& label, const Columns& index, int tile,
                             const Values& dv, bool replace, const One& one, const Other& other = {}) {
  using Body = LaneValueGradient<Tile, Exec, Columns, Values, One, Other>;
  const auto rows = static_cast<std::int64_t>(dv.extent(0));
  const auto teams = static_cast<int>((rows + Body::kRowsOfTeam - 1) / Body::kRowsOfTeam);
  Kokkos::parallel_for(label, Kokkos::TeamPolicy<Exec>(space, teams, Body::kRowsOfTeam, Body::kLanes),
                       Body{index, one, other, tile, dv, replace});
}

}  // namespace gsrgnn
