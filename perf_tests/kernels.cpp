// What the steps of a GSR block cost, on a generated circuit of the size of 7157-zero-riscy-a (or --cells=N --edges=E).
//
//   build/release/bin/benchmark_kernels [--cells=38656 --edges=6768184] [--width=192] [Google Benchmark's options]
//
// Each result is checked before it is timed, and every timing ends with a fence. `of_copy` is the time of one copy of
// the N x d matrix over the time of the step: 1 means as fast as memory allows one reading and one writing.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/kernels/cbsr.hpp>
#include <gsrgnn/kernels/gs_op.hpp>
#include <gsrgnn/models/gsr_block.hpp>
#include <gsrgnn/util/random.hpp>
#include <gsrgnn/util/version.hpp>
#include <memory>

namespace gsrgnn {
namespace {

using Exec = Kokkos::DefaultExecutionSpace;
using Index = std::uint8_t;
constexpr int kTile = 32;

std::vector<float> random_values(std::size_t count) {
  Random random(1);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

/// The graph in both forms and one block's data, for k kept values.
struct Scene {
  Scene(const Circuit& circuit, const CircuitCounts& counts, int width, int k)
      : size(counts), arena(layout(nullptr, circuit, width, k)) {
    layout(&arena, circuit, width, k);
  }

  std::size_t layout(Arena<Exec>* real, const Circuit& circuit, int width, int k) {
    Arena<Exec> plan;
    Arena<Exec>& from = real != nullptr ? *real : plan;
    nets = std::make_unique<NetGraph<float, Exec>>(from, size);
    edges = std::make_unique<EdgeGraph<float, Exec>>(from, size);
    work = std::make_unique<GsrBlockWorkspace<float, Exec>>(from, size.cells, size.nets, width, kTile, k);
    x = from.take<Matrix<float, Exec>>(size.cells, width);
    out = from.take<Matrix<float, Exec>>(size.cells, width);
    v = from.take<Matrix<float, Exec>>(size.cells, k);
    dv = from.take<Matrix<float, Exec>>(size.cells, k);
    index = from.take<Matrix<Index, Exec>>(size.cells, k);
    has_nan = from.take<Vector<int, Exec>>(1);
    for (auto* block : {&parameters, &gradient}) {
      block->neighbour_weight = from.take<Tensor<float, Exec>>(width / kTile, width, kTile);
      block->self_weight = from.take<Tensor<float, Exec>>(width / kTile, width, kTile);
      block->bias = from.take<Vector<float, Exec>>(width);
      block->norm_weight = from.take<Vector<float, Exec>>(width);
    }
    if (real == nullptr) return plan.used();
    nets->set(space, circuit);
    edges->set(space, circuit);
    upload(space, x, random_values(x.size()));
    upload(space, parameters.neighbour_weight, random_values(parameters.neighbour_weight.size()));
    upload(space, parameters.self_weight, random_values(parameters.self_weight.size()));
    Kokkos::deep_copy(space, parameters.norm_weight, 1.0F);
    gs_op(space, x, width, v, index, has_nan);
    return real->used();
  }

  Exec space;
  CircuitCounts size;
  std::unique_ptr<NetGraph<float, Exec>> nets;
  std::unique_ptr<EdgeGraph<float, Exec>> edges;
  std::unique_ptr<GsrBlockWorkspace<float, Exec>> work;
  Matrix<float, Exec> x, out, v, dv;
  Matrix<Index, Exec> index;
  Vector<int, Exec> has_nan;
  GsrBlockViews<float, Exec> parameters, gradient;
  Arena<Exec> arena;
};

/// Times step() and sets it against a copy of X measured right before, so that both see the same machine.
template <class Step>
void time_step(benchmark::State& state, const Scene& s, const Step& step) {
  const auto seconds = [&](const auto& work) {
    s.space.fence();
    const Kokkos::Timer timer;
    work();
    s.space.fence();
    return timer.seconds();
  };
  double copy = 1e30, best = 1e30;
  for (int repeat = 0; repeat < 5; ++repeat) {
    copy = std::min(copy, seconds([&] { Kokkos::deep_copy(s.space, s.out, s.x); }));
  }
  for (auto _ : state) {
    const double time = seconds(step);
    best = std::min(best, time);
    state.SetIterationTime(time);
  }
  state.counters["of_copy"] = copy / best;
  state.counters["copy_ms"] = copy * 1e3;
}

void check(benchmark::State& state, bool right, const char* what) {
  if (!right) state.SkipWithError(what);
}

/// Whether the largest difference of A^ X on nets and on edges is rounding.
bool aggregations_agree(const Scene& s) {
  mean_aggregate<kTile>(s.space, *s.nets, s.x, s.out, s.work->cell_tile, s.work->net_tile);
  const auto a = download(s.space, s.out);
  mean_aggregate<kTile>(s.space, *s.edges, s.x, s.out, s.work->cell_tile, s.work->net_tile);
  const auto b = download(s.space, s.out);
  float difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference = std::max(difference, std::abs(a[i] - b[i]));
  return difference < 1e-3F;
}

/// Whether adding a block and taking it away again gives X back.
bool block_reverses(const Scene& s) {
  Kokkos::deep_copy(s.space, s.out, s.x);
  add_gsr_block<kTile>(s.space, *s.nets, *s.work, s.v, s.index, s.parameters, {}, 1.0F, s.out);
  const auto moved = download(s.space, s.out);
  add_gsr_block<kTile>(s.space, *s.nets, *s.work, s.v, s.index, s.parameters, {}, -1.0F, s.out);
  const auto back = download(s.space, s.out), x = download(s.space, s.x);
  float difference = 0, change = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    difference = std::max(difference, std::abs(back[i] - x[i]));
    change = std::max(change, std::abs(moved[i] - x[i]));
  }
  return difference < 1e-3F && change > 1.0F;
}

void add_benchmarks(const Circuit& circuit, int width) {
  const CircuitCounts counts = count(circuit);
  for (const int k : {4, 16, 32}) {
    const auto scene = std::make_shared<Scene>(circuit, counts, width, k);
    const auto add = [&](const char* name, auto&& prepare, auto&& step) {
      benchmark::RegisterBenchmark(fmt::format("{}/k={}", name, k).c_str(),
                                   [=](benchmark::State& state) {
                                     check(state, prepare(*scene), "wrong result");
                                     time_step(state, *scene, [&] { step(*scene); });
                                   })
          ->UseManualTime()
          ->Unit(benchmark::kMillisecond);
    };
    add(
        "gs_op",
        [=](const Scene& s) {
          gs_op(s.space, s.x, width, s.v, s.index, s.has_nan);
          scatter(s.space, s.v, s.index, s.out);
          const auto kept = download(s.space, s.out), x = download(s.space, s.x);
          std::size_t same = 0;
          for (std::size_t i = 0; i < x.size(); ++i) same += kept[i] == x[i] ? 1U : 0U;
          return same == static_cast<std::size_t>(s.size.cells) * k;
        },
        [=](const Scene& s) { gs_op(s.space, s.x, width, s.v, s.index, s.has_nan); });
    add("block_forward", block_reverses, [](const Scene& s) {
      add_gsr_block<kTile>(s.space, *s.nets, *s.work, s.v, s.index, s.parameters, {}, 1.0F, s.out);
    });
    add(
        "block_backward", [](const Scene&) { return true; },
        [](const Scene& s) {
          gsr_block_backward<kTile>(s.space, *s.nets, *s.work, s.v, s.index, s.parameters, {}, s.x, s.dv, s.gradient);
        });
    if (k != 4) continue;
    add("mean_aggregate_nets", aggregations_agree, [](const Scene& s) {
      mean_aggregate<kTile>(s.space, *s.nets, s.x, s.out, s.work->cell_tile, s.work->net_tile);
    });
    add("mean_aggregate_expanded", aggregations_agree, [](const Scene& s) {
      mean_aggregate<kTile>(s.space, *s.edges, s.x, s.out, s.work->cell_tile, s.work->net_tile);
    });
  }
}

}  // namespace
}  // namespace gsrgnn

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  gsrgnn::GeneratorSpec spec{38656, 6768184, 0};
  int width = 192;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    const auto equals = option.find('=');
    const std::string name = option.substr(0, equals);
    const std::int64_t value = equals == std::string::npos ? 0 : std::strtoll(option.c_str() + equals + 1, nullptr, 10);
    if (name == "--cells") {
      spec.cells = value;
    } else if (name == "--edges") {
      spec.edges = value;
    } else if (name == "--width" && value > 0 && value <= 256 && value % gsrgnn::kTile == 0) {
      width = static_cast<int>(value);
    } else {
      fmt::print(stderr, "benchmark_kernels: {}: not an option, or not a value of it; see perf_tests/kernels.cpp\n",
                 option);
      return 2;
    }
  }
  const Kokkos::ScopeGuard kokkos;
  try {
    const gsrgnn::Circuit circuit = gsrgnn::generate(spec);
    benchmark::AddCustomContext("circuit", circuit.name);
    benchmark::AddCustomContext("width", std::to_string(width));
    benchmark::AddCustomContext("revision", gsrgnn::program_revision());
    benchmark::AddCustomContext("kokkos", gsrgnn::kokkos_version());
    benchmark::AddCustomContext("execution_space", gsrgnn::execution_space());
    benchmark::AddCustomContext("threads", std::to_string(gsrgnn::execution_concurrency()));
    gsrgnn::add_benchmarks(circuit, width);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::ClearRegisteredBenchmarks();  // they hold Views, which must go before Kokkos does
  } catch (const std::exception& error) {
    fmt::print(stderr, "benchmark_kernels: {}\n", error.what());
    return 2;
  }
  return 0;
}
