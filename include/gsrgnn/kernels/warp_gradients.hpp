#pragma once

/// The gradients of k-sparse linear maps (sparse_linear.hpp) as the warps of a GPU make them.

#include <gsrgnn/kernels/pack.hpp>
#include <gsrgnn/kernels/row_team.hpp>
#include <string>
#include <type_traits>

namespace gsrgnn {

/// The gradient of a map's output as kernels read it: columns `first` on of the rows of G.
template <class In>
struct RowsOfTile {
  In g;
  int first;
  template <class P>
  KOKKOS_FORCEINLINE_FUNCTION void load(std::int64_t row, int column, P* packs) const {
    packs[0] = P::load(&g(row, first + column));
  }
};
/// In place of a second map.
struct NoMap {};

/// A chunk of rows' part in S^T G, for a slice of the columns, of one map or of two of the same S. A warp has it, and
/// its sum, d x slice, stays in the fast memory of the processor, if it fits there (`Fast`); else it is made where it
/// is left. The columns of a row's values differ, so lanes add several of them at once. Rows follow each other, for
/// they may share columns; but what several add is loaded before the first of them does, so that memory is waited for
/// once. The parts of the second map come after those of the first, and the sums of G's columns are a row more of them.
template <int Slice, bool Fast, class Exec, class Values, class Columns, class One, class Other, class Partial>
struct WarpWeightGradient {
  using Scalar = typename Values::non_const_value_type;
  using P = TilePack<Scalar, Exec, Slice>;
  static constexpr int kLanes = Tuning<Exec>::kVectorLength, kChunks = Tuning<Exec>::kWeightChunks;
  static constexpr int kPacks = Slice / P::kWidth, kLanesOfValues = kLanes / kPacks;
  static constexpr bool kTwo = !std::is_same_v<Other, NoMap>;
  Values v;
  Columns index;
  One one;
  Other other;
  int slices, width;
  Partial partial;

  KOKKOS_FUNCTION static std::size_t scratch_bytes(int width) {
    return static_cast<std::size_t>(width) * Slice * sizeof(Scalar);
  }

  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member) const {
    const int part = member.league_rank() / slices, slice = member.league_rank() % slices * Slice;
    if constexpr (kTwo) {
      if (part >= kChunks) return make<true>(member, other, part - kChunks, part, slice);
    }
    make<false>(member, one, part, part, slice);
  }

 private:
  static constexpr int kRows = 8;  ///< loaded together

  template <bool WithSums, class Map>
  KOKKOS_FORCEINLINE_FUNCTION void make(const TeamMember<Exec>& member, const Map& map, int chunk, int part,
                                        int slice) const {
    const RowChunk rows = row_chunk<Exec>(static_cast<std::int64_t>(v.extent(0)), chunk, kChunks);
    P of_columns = 0;  // a lane's own: the sum of its columns of G
    if constexpr (Fast) {
      auto* const sum = static_cast<Scalar*>(member.team_scratch(0).get_shmem_aligned(scratch_bytes(width), 64));
      add_rows<WithSums>(member, map, rows, slice, sum, Slice, of_columns);
      Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, width * kPacks), [&](const int p) {
        P::load(sum + p * P::kWidth).store(&partial(part, p / kPacks, slice + p % kPacks * P::kWidth));
      });
    } else {
      add_rows<WithSums>(member, map, rows, slice, &partial(part, 0, slice), static_cast<int>(partial.extent(2)),
                         of_columns);
    }
    if constexpr (WithSums) {
      Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, kPacks),
                           [&](const int lane) { of_columns.store(&partial(part, width, slice + lane * P::kWidth)); });
    }
  }

  /// sum = S^T G of the rows; its own rows lie `stride` apart.
  template <bool WithSums, class Map>
  KOKKOS_FORCEINLINE_FUNCTION void add_rows(const TeamMember<Exec>& member, const Map& map, RowChunk rows, int slice,
                                            Scalar* sum, int stride, P& of_columns) const {
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, width * kPacks),
                         [&](const int p) { P(0).store(sum + p / kPacks * stride + p % kPacks * P::kWidth); });
    // How many values of a row a lane adds together.
    if (static_cast<int>(v.extent(1)) <= 2 * kLanesOfValues) {
      add_in_turns<2, WithSums>(member, map, rows, slice, sum, stride, of_columns);
    } else {
      add_in_turns<4, WithSums>(member, map, rows, slice, sum, stride, of_columns);
    }
  }

  template <int Turns, bool WithSums, class Map>
  KOKKOS_FORCEINLINE_FUNCTION void add_in_turns(const TeamMember<Exec>& member, const Map& map, RowChunk rows,
                                                int slice, Scalar* sum, int stride, P& of_columns) const {
    std::int64_t row = rows.first;
    for (; row + kRows <= rows.last; row += kRows) {
      add<Turns, kRows, WithSums>(member, map, row, slice, sum, stride, of_columns);
    }
    for (; row < rows.last; ++row) add<Turns, 1, WithSums>(member, map, row, slice, sum, stride, of_columns);
  }

  /// Adds `Rows` rows. What is an array here is a lane's own, in registers.
  template <int Turns, int Rows, bool WithSums, class Map>
  KOKKOS_FORCEINLINE_FUNCTION void add(const TeamMember<Exec>& member, const Map& map, std::int64_t row, int slice,
                                       Scalar* sum, int stride, P& of_columns) const {
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
          if (from == 0) map.load(row + r, slice + column, &gradient[r]);
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
          if (WithSums && from == 0) of_columns += gradient[r];
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

/// Leaves the chunks' parts in `partial`: of one map chunks x width x Tile, of two twice as many, of width + 1 rows.
template <int Tile, class Exec, class Values, class Columns, class One, class Partial, class Other = NoMap>
void weight_gradients_by_warps(const Exec& space, const Values& v, const Columns& index, int width,
                               const Partial& partial, const One& one, const Other& other = {}) {
  constexpr const char* kLabel = "gsrgnn::kernels::sparse_linear_weight_gradient";
  constexpr int kSlice = smaller(Tile, Tuning<Exec>::kWeightSlice), kSlices = Tile / kSlice;
  using Policy = Kokkos::TeamPolicy<Exec>;
  using InFastMemory = WarpWeightGradient<kSlice, true, Exec, Values, Columns, One, Other, Partial>;
  using InPlace = WarpWeightGradient<kSlice, false, Exec, Values, Columns, One, Other, Partial>;
  Policy policy(space, (InPlace::kTwo ? 2 : 1) * InPlace::kChunks * kSlices, 1, Tuning<Exec>::kVectorLength);
  const std::size_t scratch = InFastMemory::scratch_bytes(width) + 64;  // room to align it
  if (scratch <= static_cast<std::size_t>(Policy::scratch_size_max(0))) {
    policy.set_scratch_size(0, Kokkos::PerTeam(static_cast<int>(scratch)));
    Kokkos::parallel_for(kLabel, policy, InFastMemory{v, index, one, other, kSlices, width, partial});
  } else {
    Kokkos::parallel_for(kLabel, policy, InPlace{v, index, one, other, kSlices, width, partial});
  }
}

/// dV[i,t] (+)= the sum over `Maps` linear maps of the same V of <row i of the gradient of the map's output, W[I[i,t],
/// :]>, over a tile of columns. A row has a lane for each pack of the tile, so that rows are read as they lie in
/// memory; the sums over lanes are made for several values at once, and dV is touched once a tile. rows.load(i, column,
/// packs) gives the packs of a row from a column of the tile on, one a map.
template <int Tile, int Maps, class Exec, class Columns, class Values, class Rows>
struct LaneValueGradient {
  using Scalar = typename Values::non_const_value_type;
  using P = TilePack<Scalar, Exec, Tile>;
  static constexpr int kLanes = Tile / P::kWidth, kValues = 4;
  static constexpr int kRowsOfTeam = Tuning<Exec>::kTeamSize * Tuning<Exec>::kVectorLength / kLanes;
  using Sums = Pack<Scalar, kValues, kValues, false>;
  Columns index;
  Rows rows;
  const Scalar* weight[Maps];  ///< d x Tile each; not Views, of which a kernel's arguments have not room for so many
  Values dv;
  bool replace;

  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member) const {
    const std::int64_t row = static_cast<std::int64_t>(member.league_rank()) * kRowsOfTeam + member.team_rank();
    if (row >= static_cast<std::int64_t>(dv.extent(0))) return;
    const int k = static_cast<int>(dv.extent(1));
    const auto every_lane = Kokkos::ThreadVectorRange(member, kLanes);
    P of_row[Maps];  // a lane's own
    Kokkos::parallel_for(every_lane, [&](const int lane) { rows.load(row, lane * P::kWidth, of_row); });
    for (int from = 0; from < k; from += kValues) {
      Sums sums;
      Kokkos::parallel_reduce(
          every_lane,
          [&](const int lane, Sums& sum) {
            GSRGNN_UNROLL
            for (int t = 0; t < kValues; ++t) {
              const std::ptrdiff_t at = index(row, from + t < k ? from + t : from) * Tile + lane * P::kWidth;
              auto products = dot_lanes(of_row[0], weight[0] + at);
              GSRGNN_UNROLL
              for (int map = 1; map < Maps; ++map) products += dot_lanes(of_row[map], weight[map] + at);
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

/// Launches that for all rows.
template <class Exec, int Tile, int Maps, class... Types>
void launch(const Exec& space, const std::string& label, const LaneValueGradient<Tile, Maps, Exec, Types...>& body) {
  using Body = LaneValueGradient<Tile, Maps, Exec, Types...>;
  const auto rows = static_cast<std::int64_t>(body.dv.extent(0));
  const auto teams = static_cast<int>((rows + Body::kRowsOfTeam - 1) / Body::kRowsOfTeam);
  Kokkos::parallel_for(label, Kokkos::TeamPolicy<Exec>(space, teams, Body::kRowsOfTeam, Body::kLanes), body);
}

}  // namespace gsrgnn
