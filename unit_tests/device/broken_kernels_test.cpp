// Kernels as the project has them, broken on purpose in one place at a time: every break is noticed, by the emulated
// device or by a wrong result, in every order of lanes; and nothing is where nothing is broken.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/gs_op.hpp>
#include <gsrgnn/kernels/pack.hpp>

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
  last_row_left_out,
  half_the_lanes,
  // of GS-Op by keys
  scratch_shared_by_threads,
  keys_not_synchronised,
  key_of_the_next_column,
  lanes_leave_early,
  a_place_too_few,
  places_not_scanned,
  // of sums over a chunk of rows
  sum_without_single,
  single_of_the_team,
  no_barrier,
  barrier_in_a_branch,
  chunk_off_by_one,
};

// ---- as in sparse_linear.hpp

constexpr int kSlice = 16;

struct WeightGradient {
  using P = TilePack<float, Exec, kSlice>;
  static constexpr int kPacks = kSlice / P::kWidth, kLanesOfValues = 32 / kPacks;
  Floats v;
  Columns index;
  Floats g;
  int slices, width;
  Tensor<float, Exec> partial;
  Break broken;

  template <class F>
  void for_lanes(const TeamMember<Exec>& member, const F& f) const {
    if (broken == Break::rows_not_synchronised) return f(member.lane());
    if (broken == Break::half_the_lanes && member.lane() % 2 == 1) return;
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, 32), f);
  }

  void operator()(const TeamMember<Exec>& member) const {
    const int chunk = member.league_rank() / slices;
    const int part = broken == Break::slice_of_another_block ? 0 : member.league_rank() % slices;
    const int slice = part * kSlice + (broken == Break::slice_off_by_one_column ? 1 : 0) +
                      (broken == Break::slice_off_by_one_pack ? P::kWidth : 0);
    auto* const sum = static_cast<float*>(
        member.team_scratch(0).get_shmem_aligned(static_cast<std::size_t>(width) * kSlice * sizeof(float), 64));
    const auto of_weight = Kokkos::ThreadVectorRange(member, width * kPacks);
    if (broken != Break::sums_not_cleared) {
      Kokkos::parallel_for(of_weight, [&](const int p) { P(0).store(sum + p * P::kWidth); });
    }
    const RowChunk rows = row_chunk<Exec>(static_cast<std::int64_t>(v.extent(0)), chunk);
    const std::int64_t last = rows.last - (broken == Break::last_row_left_out ? 1 : 0);
    for (std::int64_t row = rows.first; row < last; ++row) {
      for_lanes(member, [&](const int lane) {
        const int column = lane % kPacks * P::kWidth;
        const P gradient = P::load(&g(row, slice + column));
        const int step = broken == Break::lanes_share_a_value ? 1 : kLanesOfValues;
        for (int t = lane / kPacks; t < static_cast<int>(v.extent(1)); t += step) {
          float* const at = sum + index(row, t) * kSlice + column;
          fma(v(row, t), gradient, P::load(at)).store(at);
        }
      });
    }
    Kokkos::parallel_for(of_weight, [&](const int p) {
      P::load(sum + p * P::kWidth).store(&partial(chunk, p / kPacks, slice + p % kPacks * P::kWidth));
    });
  }
};

/// The partial sums that the kernel leaves.
std::vector<double> weight_gradient(Break broken) {
  const int rows = 600, width = 8, k = 5, slices = 2, chunks = Tuning<Exec>::kRowChunks;
  const Exec space;
  Allocations memory;
  const auto partial = memory.make<Tensor<float, Exec>>(chunks, width, slices * kSlice);
  const WeightGradient body{
      memory.make_from<Floats>(random_integers<float>(rows * k, 1), rows, k),
      memory.make_from<Columns>(random_columns<std::uint8_t>(rows, k, width, 2), rows, k),
      memory.make_from<Floats>(random_integers<float>(rows * slices * kSlice, 3), rows, slices * kSlice),
      slices,
      width,
      partial,
      broken};
  Kokkos::TeamPolicy<Exec> policy(space, chunks * slices, 1, 32);
  const int bytes = (width - (broken == Break::scratch_too_small ? 1 : 0)) * kSlice * static_cast<int>(sizeof(float));
  policy.set_scratch_size(0, Kokkos::PerTeam(bytes + 64));
  Kokkos::parallel_for("gsrgnn::test::weight_gradient", policy, body);
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
  expect_all_noticed<Break>({{weight_gradient, Break::sums_not_cleared, Break::half_the_lanes},
                             {keep_by_keys, Break::scratch_shared_by_threads, Break::places_not_scanned},
                             {sum_of_chunks, Break::sum_without_single, Break::chunk_off_by_one}});
}

}  // namespace
}  // namespace gsrgnn
