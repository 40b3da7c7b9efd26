// As broken_kernels_test.cpp: the kernels of nets and bins, of the lattice, and of the models themselves.

#include <gtest/gtest.h>

#include <gsrgnn/graph/lattice.hpp>
#include <gsrgnn/kernels/exact_sum.hpp>
#include <gsrgnn/kernels/row_team.hpp>

#include "support/broken_kernels.hpp"
#include "support/host_matrix.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

using Exec = EmulatedDevice;
using Floats = Matrix<float, Exec>;
using Columns = Matrix<std::uint8_t, Exec>;
using Numbers = Vector<int, Exec>;
using P = TilePack<float, Exec, 16>;
using Item = TileItem<P, 16>;

enum class Break {
  nothing,
  // of the lattice
  edge_not_seen,
  giver_for_receiver,
  step_left_out,
  weight_of_the_next_neighbour,
  weight_off_by_one_column,
  last_neighbour_left_out,
  lattice_off_by_one_pack,
  // of the two passes over the members of nets or bins
  both_passes_at_once,
  offset_of_the_next,
  last_member_left_out,
  member_before_the_first,
  self_left_out,
  inexact_without_atomic,
  // of nets by teams
  pins_of_every_thread,
  long_net_stored_as_a_short_one,
  long_net_not_waited_for,
  nets_after_the_last,
  // of the readout
  sum_without_single,
  rows_beyond_the_last,
  columns_beyond_the_width,
  bias_of_every_lane,
  half_the_lanes,
  scratch_of_the_team,
  row_not_synchronised,
};

std::vector<double> values_of(const Floats& view) {
  const auto values = download(Exec(), view);
  return {values.begin(), values.end()};
}

// ---- as in lattice.hpp

std::vector<double> add_lattice(Break broken) {
  const int columns = 5, rows = 4, cells = columns * rows, k = 3, width = 16;
  const Exec space;
  Allocations memory;
  Arena<Exec> arena(4096);
  Lattice<float, Exec> lattice(arena, {});
  lattice.columns = columns;
  lattice.rows = rows;
  lattice.step = broken == Break::step_left_out ? 1 : 2;
  const auto v = memory.make_from<Floats>(random_integers<float>(cells * k, 1), cells, k);
  const auto index = memory.make_from<Columns>(random_columns<std::uint8_t>(cells, k, width, 2), cells, k);
  const auto w = memory.make_from<Floats>(random_integers<float>(kLatticeNeighbours * width * 16, 3),
                                          kLatticeNeighbours * width, 16);
  const auto x = memory.make_from<Floats>(std::vector<float>(cells * 16, 0), cells, 16);
  Kokkos::parallel_for("gsrgnn::test::add_lattice", Kokkos::RangePolicy<Exec>(space, 0, cells * Item::kPacks),
                       [=](const std::int64_t i) {
                         const Item item(i);
                         P sum = 0;
                         const int neighbours = kLatticeNeighbours - (broken == Break::last_neighbour_left_out ? 1 : 0);
                         for (int n = 0; n < neighbours; ++n) {
                           std::int64_t j =
                               lattice.neighbour(item.row, n, broken == Break::giver_for_receiver ? -1 : 1);
                           if (j < 0 && broken == Break::edge_not_seen) j = item.row + columns + 1;
                           if (j < 0) continue;
                           const int of = broken == Break::weight_of_the_next_neighbour ? n + 1 : n;
                           const int beside = broken == Break::weight_off_by_one_column ? 1 : 0;
                           for (int t = 0; t < k; ++t) {
                             sum = fma(v(j, t), P::load(&w(of * width + index(j, t), item.column) + beside), sum);
                           }
                         }
                         sum.store(&x(item.row, item.column) + (broken == Break::lattice_off_by_one_pack ? 4 : 0));
                       });
  return values_of(x);
}

// ---- as in message_passing.hpp and gsr_block.hpp

std::vector<double> pass_over_members(Break broken) {
  // Net n has cells n .. n + 3; so have bins.
  const int nets = 600, cells = nets + 3, members = 4;
  const Exec space;
  Allocations memory;
  std::vector<int> offset, cell, cell_offset = {0}, net;
  for (int n = 0; n <= nets; ++n) offset.push_back(n * members);
  for (int n = 0; n < nets; ++n) {
    for (int m = 0; m < members; ++m) cell.push_back(n + m);
  }
  for (int c = 0; c < cells; ++c) {
    for (int n = std::max(c - 3, 0); n <= std::min(c, nets - 1); ++n) net.push_back(n);
    cell_offset.push_back(static_cast<int>(net.size()));
  }
  const auto net_offset = memory.make_from<Numbers>(offset, nets + 1),
             net_cell = memory.make_from<Numbers>(cell, nets * members);
  const auto of_cell = memory.make_from<Numbers>(cell_offset, cells + 1);
  const auto cell_net = memory.make_from<Numbers>(net, net.size());
  const auto x = memory.make_from<Floats>(random_integers<float>(cells * 16, 5), cells, 16);
  const auto y = memory.make<Floats>(nets, 16);
  const auto out = memory.make_from<Floats>(std::vector<float>(cells * 16, 0.25F), cells, 16);
  const auto inexact = memory.make_from<Numbers>(std::vector<int>{0}, 1);
  const auto first = [=](const std::int64_t i) {
    const Item item(i);
    P sum = 0;
    const auto row = item.row + (broken == Break::offset_of_the_next ? 1 : 0);
    const int from = net_offset(row) - (broken == Break::member_before_the_first ? 1 : 0);
    const int to = net_offset(row + 1) - (broken == Break::last_member_left_out ? 1 : 0);
    for (int p = from; p < to; ++p) sum += P::load(&x(net_cell(p), item.column));
    sum.store(&y(item.row, item.column));
  };
  const auto second = [=](const std::int64_t i) {
    const Item item(i);
    P sum = broken == Break::self_left_out ? P(0) : P::load(&x(item.row, item.column));
    for (int p = of_cell(item.row); p < of_cell(item.row + 1); ++p) sum += P::load(&y(cell_net(p), item.column));
    // What is lost is told by all that lose it.
    if (broken == Break::inexact_without_atomic) {
      inexact(0) = 1;
    } else {
      Kokkos::atomic_exchange(&inexact(0), 1);
    }
    sum.store(&out(item.row, item.column));
  };
  using Range = Kokkos::RangePolicy<Exec>;
  if (broken == Break::both_passes_at_once) {
    Kokkos::parallel_for("gsrgnn::test::passes", Range(space, 0, cells * Item::kPacks), [=](const std::int64_t i) {
      if (i < nets * Item::kPacks) first(i);
      second(i);
    });
  } else {
    Kokkos::parallel_for("gsrgnn::test::pass_to_nets", Range(space, 0, nets * Item::kPacks), first);
    Kokkos::parallel_for("gsrgnn::test::pass_to_cells", Range(space, 0, cells * Item::kPacks), second);
  }
  return values_of(out);
}

struct NetsOfTeam {
  static constexpr int kLanes = 16 / P::kWidth, kThreads = 8;
  Numbers offset, cell;
  int long_net, nets;
  Floats x, y;
  Break broken;

  P sum_of(int pin, int last, int step, int column) const {
    P sum = 0;
    for (; pin < last; pin += step) sum += P::load(&x(cell(pin), column));
    return sum;
  }

  void operator()(const TeamMember<Exec>& member) const {
    const auto every_lane = Kokkos::ThreadVectorRange(member, kLanes);
    const int thread = member.team_rank();
    if (member.league_rank() > 0) {
      const int net = (member.league_rank() - 1) * kThreads + thread;
      if (net >= nets && broken != Break::nets_after_the_last) return;
      const int from = offset(net), to = offset(net + 1);
      if (from == to && broken != Break::long_net_stored_as_a_short_one) return;
      Kokkos::parallel_for(
          every_lane, [&](const int lane) { sum_of(from, to, 1, lane * P::kWidth).store(&y(net, lane * P::kWidth)); });
      return;
    }
    auto* const sums = static_cast<P*>(member.team_scratch(0).get_shmem_aligned(kThreads * kLanes * sizeof(P), 16));
    const int shift = broken == Break::pins_of_every_thread ? 0 : thread;
    Kokkos::parallel_for(every_lane, [&](const int lane) {
      sums[thread * kLanes + lane] = sum_of(offset(nets) + shift, offset(nets + 1), kThreads, lane * P::kWidth);
    });
    if (broken != Break::long_net_not_waited_for) member.team_barrier();
    if (thread > 0) return;
    Kokkos::parallel_for(every_lane, [&](const int lane) {
      P sum = sums[lane];
      for (int other = 1; other < kThreads; ++other) sum += sums[other * kLanes + lane];
      sum.store(&y(long_net, lane * P::kWidth));
    });
  }
};

std::vector<double> nets_of_teams(Break broken) {
  // The sixth of 21 nets is long: its pins come after those of the others.
  const int nets = 21, cells = 100, long_net = 5, pins = 90;
  Allocations memory;
  std::vector<int> offset = {0}, cell;
  for (int n = 0; n < nets; ++n) {
    for (int m = 0; m < 3 && n != long_net; ++m) cell.push_back((n * 7 + m * 11) % cells);
    offset.push_back(static_cast<int>(cell.size()));
  }
  for (int m = 0; m < pins; ++m) cell.push_back(m);
  offset.push_back(static_cast<int>(cell.size()));
  const auto y = memory.make<Floats>(nets, 16);
  const NetsOfTeam body{memory.make_from<Numbers>(offset, offset.size()),
                        memory.make_from<Numbers>(cell, cell.size()),
                        long_net,
                        nets,
                        memory.make_from<Floats>(random_integers<float>(cells * 16, 8), cells, 16),
                        y,
                        broken};
  Kokkos::TeamPolicy<Exec> policy(Exec(), 1 + (nets + NetsOfTeam::kThreads - 1) / NetsOfTeam::kThreads,
                                  NetsOfTeam::kThreads, NetsOfTeam::kLanes);
  policy.set_scratch_size(0, Kokkos::PerTeam(NetsOfTeam::kThreads * 16 * static_cast<int>(sizeof(float)) + 16));
  Kokkos::parallel_for("gsrgnn::test::nets_of_teams", policy, body);
  return values_of(y);
}

// ---- as in readout.hpp

struct ReadoutLinear {
  Floats y, weight, bias, out;
  int width;
  Break broken;

  void operator()(const TeamMember<Exec>& member) const {
    const std::int64_t row = static_cast<std::int64_t>(member.league_rank()) * member.team_size() + member.team_rank();
    if (row >= static_cast<std::int64_t>(y.extent(0)) && broken != Break::rows_beyond_the_last) return;
    const std::size_t bytes = width * sizeof(float);
    auto* const held =
        static_cast<float*>(broken == Break::scratch_of_the_team ? member.team_scratch(0).get_shmem(bytes)
                                                                 : member.thread_scratch(0).get_shmem(bytes));
    const int last = width + (broken == Break::columns_beyond_the_width ? 1 : 0);
    if (broken == Break::row_not_synchronised) {
      for (int c = member.lane(); c < width; c += member.lanes()) held[c] = y(row, c);
    } else {
      Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, last), [&](const int c) { held[c] = y(row, c); });
    }
    float sum = 0;
    // From the other end, so that lanes read what others wrote.
    const auto add = [&](const int c, float& partial) {
      if (broken == Break::half_the_lanes && member.lane() % 2 == 1) return;
      partial +=
          held[width - 1 - c] * weight(0, width - 1 - c) + (broken == Break::bias_of_every_lane ? bias(0, 0) : 0);
    };
    Kokkos::parallel_reduce(Kokkos::ThreadVectorRange(member, width), add, sum);
    const auto store = [&] { out(row, 0) = sum + bias(0, 0); };
    if (broken == Break::sum_without_single) {
      store();
    } else {
      Kokkos::single(Kokkos::PerThread(member), store);
    }
  }
};

std::vector<double> readout_linear(Break broken) {
  const int rows = 11, width = 40, threads = 4;
  Allocations memory;
  const auto out = memory.make<Floats>(rows, 1);
  Kokkos::TeamPolicy<Exec> policy(Exec(), (rows + threads - 1) / threads, threads, 32);
  policy.set_scratch_size(0, Kokkos::PerThread(width * static_cast<int>(sizeof(float))));
  Kokkos::parallel_for("gsrgnn::test::readout_linear", policy,
                       ReadoutLinear{memory.make_from<Floats>(random_integers<float>(rows * width, 6), rows, width),
                                     memory.make_from<Floats>(random_integers<float>(width, 7), 1, width),
                                     memory.make_from<Floats>(std::vector<float>{3}, 1, 1), out, width, broken});
  return values_of(out);
}

TEST(BrokenKernels, OfModelsAreNoticedInEveryOrder) {
  expect_all_noticed<Break>({{add_lattice, Break::edge_not_seen, Break::lattice_off_by_one_pack},
                             {pass_over_members, Break::both_passes_at_once, Break::inexact_without_atomic},
                             {nets_of_teams, Break::pins_of_every_thread, Break::nets_after_the_last},
                             {readout_linear, Break::sum_without_single, Break::row_not_synchronised}});
}

}  // namespace
}  // namespace gsrgnn
