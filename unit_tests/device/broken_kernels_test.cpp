// Kernels as the project has them, broken on purpose in one place at a time: every break is noticed, by the emulated
// device or by a wrong result, in every order of lanes; and nothing is where nothing is broken.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/gs_op.hpp>
#include <gsrgnn/kernels/pack.hpp>
#include <limits>

#include "support/broken_kernels.hpp"
#include "support/host_matrix.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

using Exec = EmulatedDevice;
using Floats = Matrix<float, Exec>;
using Columns = Matrix<std::uint8_t, Exec>;

enum class Break {
  nothing,
  // of the weight's gradient
  sums_not_cleared,
  lanes_share_a_value,
  rows_not_synchronised,
  scratch_too_small,
  slice_of_another_block,
  slice_off_by_one_column,
  slice_off_by_one_pack,
  rest_of_rows_left_out,
  value_of_another_row,
  half_the_lanes,
  rows_summed_for_every_value,
  second_map_reads_the_first,
  parts_of_both_maps_in_one_place,
  sums_of_another_lane,
  // of the values' gradient, and the rows it stores
  row_of_another_lane_stored,
  lanes_not_summed,
  every_lane_stores,
  pack_of_another_lane,
  row_left_by_half_its_lanes,
  // of sums over chunks
  sums_not_waited_for,
  threads_share_a_place,
  every_thread_stores,
  last_thread_left_out,
  parts_of_the_first_item,
  // of the norm's gradient
  parts_not_waited_for,
  parts_share_memory,
  parts_added_after_a_row,
  // of GS-Op by keys
  scratch_shared_by_threads,
  keys_not_synchronised,
  key_of_the_next_column,
  lanes_leave_early,
  a_place_too_few,
  places_not_scanned,
  // of GS-Op in registers
  columns_beyond_the_width,
  missing_columns_reach,
  lanes_that_do_not_ask,
  places_of_every_turn_from_0,
  a_lane_behind_itself,
  // of sums over a chunk of rows
  sum_without_single,
  single_of_the_team,
  no_barrier,
  barrier_in_a_branch,
  chunk_off_by_one,
};

// ---- as in warp_gradients.hpp

constexpr int kSlice = 16;

struct WeightGradient {
  using P = TilePack<float, Exec, kSlice>;
  static constexpr int kPacks = kSlice / P::kWidth, kLanesOfValues = 32 / kPacks, kRows = 8;
  Floats v;
  Columns index;
  Floats g, h;
  int slices, width;
  Tensor<float, Exec> partial;
  Break broken;

  template <class F>
  void for_lanes(const TeamMember<Exec>& member, const F& f) const {
    if (broken == Break::rows_not_synchronised) return f(member.lane());
    if (broken == Break::half_the_lanes && member.lane() % 2 == 1) return;
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, 32), f);
  }

  /// Adds `count` rows, of which all is loaded before any is added.
  void add(const TeamMember<Exec>& member, const Floats& of_map, std::int64_t row, int count, int slice, float* sum,
           P& of_columns) const {
    const int shift = broken == Break::value_of_another_row ? count - 1 : 0;
    const int step = broken == Break::lanes_share_a_value ? 1 : kLanesOfValues;
    P gradient[kRows];
    float value[kRows];
    int place[kRows];
    for (int from = 0; from < static_cast<int>(v.extent(1)); from += step) {
      Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, 32), [&](const int lane) {
        const int column = lane % kPacks * P::kWidth, t = from + lane / kPacks;
        for (int r = 0; r < count; ++r) {
          gradient[r] = P::load(&of_map(row + r, slice + column));
          const bool is_one = t < static_cast<int>(v.extent(1));
          value[r] = is_one ? v(row + (r + shift) % count, t) : 0;
          place[r] = is_one ? index(row + r, t) * kSlice + column : -1;
        }
      });
      for (int r = 0; r < count; ++r) {
        if (from == 0 || broken == Break::rows_summed_for_every_value) of_columns += gradient[r];
        for_lanes(member, [&](const int) {
          if (place[r] >= 0) fma(value[r], gradient[r], P::load(sum + place[r])).store(sum + place[r]);
        });
      }
    }
  }

  void operator()(const TeamMember<Exec>& member) const {
    constexpr int kChunks = Tuning<Exec>::kWeightChunks;
    const int rank = member.league_rank() / slices, chunk = rank % kChunks;
    const int place = broken == Break::parts_of_both_maps_in_one_place ? chunk : rank;
    const Floats& of_map = rank < kChunks || broken == Break::second_map_reads_the_first ? g : h;
    const int part = broken == Break::slice_of_another_block ? 0 : member.league_rank() % slices;
    const int slice = part * kSlice + (broken == Break::slice_off_by_one_column ? 1 : 0) +
                      (broken == Break::slice_off_by_one_pack ? P::kWidth : 0);
    auto* const sum = static_cast<float*>(
        member.team_scratch(0).get_shmem_aligned(static_cast<std::size_t>(width) * kSlice * sizeof(float), 64));
    const auto of_weight = Kokkos::ThreadVectorRange(member, width * kPacks);
    if (broken != Break::sums_not_cleared) {
      Kokkos::parallel_for(of_weight, [&](const int p) { P(0).store(sum + p * P::kWidth); });
    }
    const RowChunk rows = row_chunk<Exec>(static_cast<std::int64_t>(v.extent(0)), chunk, kChunks);
    P of_columns = 0;
    std::int64_t row = rows.first;
    for (; row + kRows <= rows.last; row += kRows) add(member, of_map, row, kRows, slice, sum, of_columns);
    if (broken != Break::rest_of_rows_left_out) {
      for (; row < rows.last; ++row) add(member, of_map, row, 1, slice, sum, of_columns);
    }
    Kokkos::parallel_for(of_weight, [&](const int p) {
      P::load(sum + p * P::kWidth).store(&partial(place, p / kPacks, slice + p % kPacks * P::kWidth));
    });
    const int shift = broken == Break::sums_of_another_lane ? 1 : 0;
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, kPacks - shift), [&](const int lane) {
      of_columns.store(&partial(place, width, slice + (lane + shift) * P::kWidth));
    });
  }
};

/// The partial sums that the kernel leaves.
std::vector<double> weight_gradient(Break broken) {
  const int chunks = Tuning<Exec>::kWeightChunks, rows = chunks * 9, width = 12, k = 10, slices = 2;
  const Exec space;
  Allocations memory;
  const auto partial = memory.make_from<Tensor<float, Exec>>(
      std::vector<float>(2 * chunks * (width + 1) * slices * kSlice, 0), 2 * chunks, width + 1, slices * kSlice);
  const WeightGradient body{
      memory.make_from<Floats>(random_integers<float>(rows * k, 1), rows, k),
      memory.make_from<Columns>(random_columns<std::uint8_t>(rows, k, width, 2), rows, k),
      memory.make_from<Floats>(random_integers<float>(rows * slices * kSlice, 3), rows, slices * kSlice),
      memory.make_from<Floats>(random_integers<float>(rows * slices * kSlice, 12), rows, slices * kSlice),
      slices,
      width,
      partial,
      broken};
  Kokkos::TeamPolicy<Exec> policy(space, 2 * chunks * slices, 1, 32);
  const int bytes = (width - (broken == Break::scratch_too_small ? 1 : 0)) * kSlice * static_cast<int>(sizeof(float));
  policy.set_scratch_size(0, Kokkos::PerTeam(bytes + 64));
  Kokkos::parallel_for("gsrgnn::test::weight_gradient", policy, body);
  const auto values = download(space, partial);
  return {values.begin(), values.end()};
}

struct ValueGradient {
  using P = TilePack<float, Exec, 64>;
  static constexpr int kLanes = 64 / P::kWidth, kValues = 4;
  using Sums = Pack<float, kValues, kValues, false>;
  Columns index;
  Floats g, w, q, dv;
  Break broken;

  void operator()(const TeamMember<Exec>& member) const {
    const std::int64_t row = static_cast<std::int64_t>(member.league_rank()) * member.team_size() + member.team_rank();
    if (row >= static_cast<std::int64_t>(dv.extent(0))) return;
    if (broken == Break::row_left_by_half_its_lanes && member.lane() >= kLanes / 2) return;
    const int k = static_cast<int>(dv.extent(1));
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, kLanes), [&](const int lane) {
      const int to = broken == Break::row_of_another_lane_stored ? (lane + 1) % kLanes : lane;
      (P::load(&g(row, lane * P::kWidth)) + P(1)).store(&q(row, to * P::kWidth));
    });
    for (int from = 0; from < k; from += kValues) {
      Sums sums = 0;
      const auto add = [&](const int lane, Sums& sum) {
        const int column = (broken == Break::pack_of_another_lane ? lane ^ 1 : lane) * P::kWidth;
        const P of_row = P::load(&g(row, column));
        for (int t = 0; t < kValues; ++t) {
          const int c = index(row, from + t < k ? from + t : from);
          sum.reg[0].lane[t] += dot_lanes(of_row, &w(c, lane * P::kWidth)).sum();
        }
      };
      if (broken == Break::lanes_not_summed) {
        add(member.lane(), sums);
      } else {
        Kokkos::parallel_reduce(Kokkos::ThreadVectorRange(member, kLanes), add, sums);
      }
      const auto store = [&] {
        for (int t = 0; t < kValues && from + t < k; ++t) dv(row, from + t) = dv(row, from + t) + sums.reg[0].lane[t];
      };
      if (broken == Break::every_lane_stores) {
        store();
      } else {
        Kokkos::single(Kokkos::PerThread(member), store);
      }
    }
  }
};

std::vector<double> value_gradient(Break broken) {
  const int threads = 4, rows = 3 * threads - 1, width = 9, k = 6;
  const Exec space;
  Allocations memory;
  const auto dv = memory.make_from<Floats>(random_integers<float>(rows * k, 5), rows, k);
  const auto q = memory.make<Floats>(rows, 64);
  const ValueGradient body{memory.make_from<Columns>(random_columns<std::uint8_t>(rows, k, width, 6), rows, k),
                           memory.make_from<Floats>(random_integers<float>(rows * 64, 7), rows, 64),
                           memory.make_from<Floats>(random_integers<float>(width * 64, 8), width, 64),
                           q,
                           dv,
                           broken};
  Kokkos::parallel_for("gsrgnn::test::value_gradient",
                       Kokkos::TeamPolicy<Exec>(space, 3, threads, ValueGradient::kLanes), body);
  std::vector<double> all;
  for (const auto& view : {q, dv}) {
    for (const float value : download(space, view)) all.push_back(static_cast<double>(value));
  }
  return all;
}

// ---- as in chunk_sums.hpp

struct SumOverChunks {
  static constexpr int kThreads = 4, kLanes = 32;
  Floats partial, out;
  Break broken;

  void operator()(const TeamMember<Exec>& member) const {
    auto* const sums = static_cast<float*>(member.team_scratch(0).get_shmem(kThreads * kLanes * sizeof(float)));
    const int first = member.league_rank() * kLanes, items = static_cast<int>(out.extent(1));
    const int thread = member.team_rank();
    const auto here = Kokkos::ThreadVectorRange(member, first + kLanes < items ? kLanes : items - first);
    Kokkos::parallel_for(here, [&](const int lane) {
      float sum = 0;
      // Every third item has a part fewer.
      const int item = broken == Break::parts_of_the_first_item ? first : first + lane;
      const int parts = static_cast<int>(partial.extent(0)) - (item % 3 == 0 ? 1 : 0);
      for (int chunk = thread; chunk < parts; chunk += kThreads) {
        sum += partial(chunk, first + lane);
      }
      sums[(broken == Break::threads_share_a_place ? 0 : thread * kLanes) + lane] = sum;
    });
    if (broken != Break::sums_not_waited_for) member.team_barrier();
    if (thread > 0 && broken != Break::every_thread_stores) return;
    Kokkos::parallel_for(here, [&](const int lane) {
      float sum = sums[lane];
      const int threads = kThreads - (broken == Break::last_thread_left_out ? 1 : 0);
      for (int other = 1; other < threads; ++other) sum += sums[other * kLanes + lane];
      out(0, first + lane) = sum;
    });
  }
};

std::vector<double> sum_over_chunks(Break broken) {
  const int chunks = 10, items = 50;
  const Exec space;
  Allocations memory;
  const auto out = memory.make<Floats>(1, items);
  Kokkos::TeamPolicy<Exec> policy(space, 2, SumOverChunks::kThreads, SumOverChunks::kLanes);
  policy.set_scratch_size(0, Kokkos::PerTeam(SumOverChunks::kThreads * SumOverChunks::kLanes * 4));
  Kokkos::parallel_for(
      "gsrgnn::test::sum_over_chunks", policy,
      SumOverChunks{memory.make_from<Floats>(random_integers<float>(chunks * items, 9), chunks, items), out, broken});
  const auto values = download(space, out);
  return {values.begin(), values.end()};
}

// ---- as in rms_norm.hpp

struct NormGradient {
  Floats v;
  Columns index;
  Floats partial;
  Break broken;

  void operator()(const TeamMember<Exec>& member) const {
    const int d = static_cast<int>(partial.extent(1)), k = static_cast<int>(v.extent(1));
    const int threads = member.team_size(), thread = member.team_rank(), chunk = member.league_rank();
    const RowChunk rows = row_chunk<Exec>(static_cast<std::int64_t>(v.extent(0)), chunk);
    auto* const sums = static_cast<float*>(member.team_scratch(0).get_shmem(threads * d * sizeof(float)));
    float* const sum = sums + (broken == Break::parts_share_memory ? 0 : thread * d);
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, d), [&](const int c) { sum[c] = 0; });
    for (std::int64_t row = rows.first + thread; row < rows.last; row += threads) {
      Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, k), [&](const int t) { sum[index(row, t)] += v(row, t); });
      if (broken == Break::parts_added_after_a_row) break;
    }
    if (broken != Break::parts_not_waited_for) member.team_barrier();
    const int share = (d + threads - 1) / threads;
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, share), [&](const int i) {
      const int c = thread * share + i;
      if (c >= d) return;
      float all = 0;
      for (int other = 0; other < threads; ++other) all += sums[other * d + c];
      partial(chunk, c) = all;
    });
  }
};

std::vector<double> norm_gradient(Break broken) {
  const int chunks = Tuning<Exec>::kRowChunks, rows = chunks * 5, threads = 4, width = 10, k = 3;
  const Exec space;
  Allocations memory;
  const auto partial = memory.make<Floats>(chunks, width);
  Kokkos::TeamPolicy<Exec> policy(space, chunks, threads, 32);
  policy.set_scratch_size(0, Kokkos::PerThread(width * static_cast<int>(sizeof(float))));
  Kokkos::parallel_for(
      "gsrgnn::test::norm_gradient", policy,
      NormGradient{memory.make_from<Floats>(random_integers<float>(rows * k, 10), rows, k),
                   memory.make_from<Columns>(random_columns<std::uint8_t>(rows, k, width, 11), rows, k), partial,
                   broken});
  const auto values = download(space, partial);
  return {values.begin(), values.end()};
}

// ---- as in gs_op.hpp

struct KeepByKeys {
  Floats x, v;
  Columns index;
  Break broken;

  void operator()(const TeamMember<Exec>& member) const {
    const int width = static_cast<int>(x.extent(1)), k = static_cast<int>(v.extent(1));
    const int row = member.league_rank() * member.team_size() + member.team_rank();
    const std::size_t bytes = width * sizeof(std::int32_t);
    auto* const key = static_cast<std::int32_t*>(broken == Break::scratch_shared_by_threads
                                                     ? member.team_scratch(0).get_shmem(bytes)
                                                     : member.thread_scratch(0).get_shmem(bytes));
    if (broken == Break::keys_not_synchronised) {
      for (int c = member.lane(); c < width; c += member.lanes()) key[c] = ordered_key(x(row, c));
    } else {
      const int shift = broken == Break::key_of_the_next_column ? 1 : 0;
      Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, width),
                           [&](const int c) { key[c + shift] = ordered_key(x(row, c)); });
    }
    // The threshold is the k-th largest key, found the simple way, and there are no ties.
    std::int32_t threshold = 0;
    Kokkos::parallel_reduce(
        Kokkos::ThreadVectorRange(member, width),
        [&](const int c, std::int32_t& found) {
          int above = 0;
          for (int other = 0; other < width; ++other) above += key[other] > key[c] ? 1 : 0;
          if (above == k - 1) found += key[c];
        },
        threshold);
    if (broken == Break::lanes_leave_early && key[member.lane() % width] < threshold) return;
    Kokkos::parallel_scan(Kokkos::ThreadVectorRange(member, width), [&](const int c, int& slot, const bool final) {
      const bool is_kept = key[c] >= threshold;
      if (final && is_kept) {
        const int place = broken == Break::places_not_scanned ? 0 : broken == Break::a_place_too_few ? slot + 1 : slot;
        (&v(row, 0))[place] = x(row, c);
        (&index(row, 0))[place] = static_cast<std::uint8_t>(c);
      }
      slot += is_kept ? 1 : 0;
    });
  }
};

std::vector<double> keep_by_keys(Break broken) {
  const int threads = 4, rows = 3 * threads, width = 40, k = 6;
  const Exec space;
  Allocations memory;
  std::vector<float> host;
  for (int row = 0; row < rows; ++row) {
    for (int c = 0; c < width; ++c) host.push_back(static_cast<float>((c * 17 + row * 5) % 41 - 20));
  }
  const auto v = memory.make<Floats>(rows, k);
  const auto index = memory.make<Columns>(rows, k);
  Kokkos::TeamPolicy<Exec> policy(space, rows / threads, threads, 32);
  policy.set_scratch_size(0, Kokkos::PerThread(width * static_cast<int>(sizeof(std::int32_t))));
  Kokkos::parallel_for("gsrgnn::test::keep_by_keys", policy,
                       KeepByKeys{memory.make_from<Floats>(host, rows, width), v, index, broken});
  std::vector<double> all;
  for (const float value : download(space, v)) all.push_back(static_cast<double>(value));
  for (const std::uint8_t column : download(space, index)) all.push_back(column);
  return all;
}

// ---- as in row_of_lanes.hpp

struct KeepInRegisters {
  static constexpr int kTurns = 2;
  Floats x, v;
  Columns index;
  Break broken;

  void operator()(const TeamMember<Exec>& member) const {
    const int width = static_cast<int>(x.extent(1)), k = static_cast<int>(v.extent(1)), row = member.league_rank();
    const int lane = member.lane(), last = width + (broken == Break::columns_beyond_the_width ? 1 : 0);
    float value[kTurns];
    for (int turn = 0; turn < kTurns; ++turn) {
      const int c = turn * 32 + lane;
      value[turn] = c < last                                 ? x(row, c)
                    : broken == Break::missing_columns_reach ? 1000
                                                             : std::numeric_limits<float>::quiet_NaN();
    }
    std::uint32_t kept[kTurns];
    for (int low = -30, count = width; count != k; ++low) {  // all values are whole numbers, and there are no ties
      count = 0;
      for (int turn = 0; turn < kTurns; ++turn) {
        if (broken == Break::lanes_that_do_not_ask && value[turn] < -10) return;
        kept[turn] = lanes_where<Exec>(member, value[turn] >= static_cast<float>(low));
        count += count_bits(kept[turn]);
      }
      if (low > 30) break;
    }
    int before = 0;
    for (int turn = 0; turn < kTurns; ++turn) {
      const int shift = lane + (broken == Break::a_lane_behind_itself ? 1 : 0);
      if ((kept[turn] >> lane & 1U) != 0) {
        const int place = before + count_bits(kept[turn] & ((std::uint64_t{1} << shift) - 1));
        (&v(row, 0))[place] = value[turn];
        (&index(row, 0))[place] = static_cast<std::uint8_t>(turn * 32 + lane);
      }
      if (broken != Break::places_of_every_turn_from_0) before += count_bits(kept[turn]);
    }
  }
};

std::vector<double> keep_in_registers(Break broken) {
  const int rows = 5, width = 40, k = 6;
  Allocations memory;
  std::vector<float> host;
  for (int row = 0; row < rows; ++row) {
    for (int c = 0; c < width; ++c) host.push_back(static_cast<float>((c * 17 + row * 5) % 41 - 20));
  }
  const auto v = memory.make<Floats>(rows, k);
  const auto index = memory.make<Columns>(rows, k);
  Kokkos::parallel_for("gsrgnn::test::keep_in_registers", Kokkos::TeamPolicy<Exec>(Exec(), rows, 1, 32),
                       KeepInRegisters{memory.make_from<Floats>(host, rows, width), v, index, broken});
  std::vector<double> all;
  for (const float value : download(Exec(), v)) all.push_back(static_cast<double>(value));
  for (const std::uint8_t column : download(Exec(), index)) all.push_back(column);
  return all;
}

// ---- as in readout.hpp, by teams of several threads

struct SumOfChunk {
  Floats x, sums;
  Break broken;

  void operator()(const TeamMember<Exec>& member) const {
    const int columns = static_cast<int>(x.extent(1)), threads = member.team_size();
    const auto rows = row_chunk<Exec>(static_cast<std::int64_t>(x.extent(0)), member.league_rank());
    auto* const part = static_cast<float*>(member.team_scratch(0).get_shmem(threads * sizeof(float)));
    float sum = 0;
    const std::int64_t first = rows.first + (broken == Break::chunk_off_by_one ? 1 : 0);
    for (std::int64_t row = first + member.team_rank(); row < rows.last; row += threads) {
      float of_row = 0;
      Kokkos::parallel_reduce(
          Kokkos::ThreadVectorRange(member, columns), [&](const int c, float& partial) { partial += x(row, c); },
          of_row);
      sum += of_row;
    }
    const auto keep = [&] { part[member.team_rank()] = sum; };
    if (broken == Break::sum_without_single) {
      keep();
    } else if (broken == Break::single_of_the_team) {
      Kokkos::single(Kokkos::PerTeam(member), keep);
    } else {
      Kokkos::single(Kokkos::PerThread(member), keep);
    }
    if (broken == Break::barrier_in_a_branch ? member.team_rank() > 0 : broken != Break::no_barrier) {
      member.team_barrier();
    }
    Kokkos::single(Kokkos::PerTeam(member), [&] {
      float all = 0;
      for (int thread = 0; thread < threads; ++thread) all += part[thread];
      sums(member.league_rank(), 0) = all;
    });
  }
};

std::vector<double> sum_of_chunks(Break broken) {
  const int rows = 700, columns = 40, chunks = Tuning<Exec>::kRowChunks;
  const Exec space;
  Allocations memory;
  const auto sums = memory.make<Floats>(chunks, 1);
  Kokkos::TeamPolicy<Exec> policy(space, chunks, 4, 32);
  policy.set_scratch_size(0, Kokkos::PerTeam(64));
  Kokkos::parallel_for(
      "gsrgnn::test::sum_of_chunks", policy,
      SumOfChunk{memory.make_from<Floats>(random_integers<float>(rows * columns, 4), rows, columns), sums, broken});
  const auto values = download(space, sums);
  return {values.begin(), values.end()};
}

TEST(BrokenKernels, AreNoticedInEveryOrder) {
  expect_all_noticed<Break>({{weight_gradient, Break::sums_not_cleared, Break::sums_of_another_lane},
                             {value_gradient, Break::row_of_another_lane_stored, Break::row_left_by_half_its_lanes},
                             {sum_over_chunks, Break::sums_not_waited_for, Break::parts_of_the_first_item},
                             {norm_gradient, Break::parts_not_waited_for, Break::parts_added_after_a_row},
                             {keep_by_keys, Break::scratch_shared_by_threads, Break::places_not_scanned},
                             {keep_in_registers, Break::columns_beyond_the_width, Break::a_lane_behind_itself},
                             {sum_of_chunks, Break::sum_without_single, Break::chunk_off_by_one}});
}

}  // namespace
}  // namespace gsrgnn
