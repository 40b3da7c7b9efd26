#pragma once

/// What all benchmarks share: the circuits, a clock, the yardsticks (a copy, an sgemm), and the program around them.
///
/// Options, beside Google Benchmark's:
///   --circuits=7157.h5,356-R,5324-F   circuit files, DEFs and names of the paper's Table 1 (generated), by commas
///   --width=192  --layers=10  --hidden=384
///
/// Everything is checked before it is timed, and every timing ends with a fence. On one thread of a host the time is
/// the processor time of the process, which does not count what others do on the machine; else it is the time of the
/// clock. Yardsticks are timed in turns with what is measured, and counters are ratios of medians.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <functional>
#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/kernels/dense.hpp>
#include <gsrgnn/kernels/tuning.hpp>
#include <gsrgnn/util/arena.hpp>
#include <gsrgnn/util/random.hpp>
#include <gsrgnn/util/stopwatch.hpp>
#include <gsrgnn/util/version.hpp>
#include <gsrgnn/util/views.hpp>
#include <memory>
#include <string>
#include <vector>

namespace gsrgnn {

using Exec = Kokkos::DefaultExecutionSpace;

struct BenchmarkOptions {
  std::vector<std::string> circuits{"356-R", "5324-F"};
  int width = 192, layers = 10, hidden = 384;
};

/// A circuit to measure on, opened when the first of its benchmarks runs.
class LazyCircuit {
 public:
  explicit LazyCircuit(std::string place) : place_(std::move(place)) {}
  const Circuit& get();
  std::string name() const;

 private:
  std::string place_;
  std::unique_ptr<Circuit> circuit_;
};

/// Whether times are processor times.
bool times_are_processor_times();

/// Seconds that work() takes, device work done.
template <class Work>
double seconds(const Exec& space, const Work& work) {
  const auto now = [] {
    if (!times_are_processor_times()) return 0.0;
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  Stopwatch<Exec> watch(space);
  const double start = now();
  work();
  const double passed = watch.lap();
  return times_are_processor_times() ? now() - start : passed;
}

inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

inline std::vector<float> random_values(std::size_t count, std::uint64_t seed = 1) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

/// One copy of an N x d matrix, and one product of it with a d x d matrix.
struct Yardsticks {
  Yardsticks(Arena<Exec>& arena, std::int64_t cells, int width)
      : from(arena.take<Matrix<float, Exec>>(cells, width)),
        to(arena.take<Matrix<float, Exec>>(cells, width)),
        square(arena.take<Matrix<float, Exec>>(width, width)) {}

  double copy_seconds(const Exec& space) const {
    return seconds(space, [&] { Kokkos::deep_copy(space, to, from); });
  }
  double sgemm_seconds(const Exec& space) const {
    return seconds(space, [&] { gemm(space, 'N', 'N', 1.0F, from, square, 0.0F, to); });
  }
  double copy_bytes() const { return 2.0 * static_cast<double>(from.size()) * sizeof(float); }
  double sgemm_operations() const { return 2.0 * static_cast<double>(from.size() * square.extent(0)); }

  Matrix<float, Exec> from, to, square;
};

/// What a step has to do at least: values moved between memory and processor, once each, and floating-point operations.
/// And the bars it has to meet, in copies or sgemms of the same shape; 0: none.
struct Work {
  double items = 0, bytes = 0, operations = 0;
  double bar_copies = 0, bar_sgemms = 0;
};

/// Times step() against the yardsticks, with reset() before each, untimed. Counters:
///   copies, sgemms           time over that of one copy of N x d, one sgemm of N x d x d (sgemms: if it has
///   operations) of_copy_bandwidth        bytes a second over those of the copy of_sgemm_peak            operations a
///   second over those of the sgemm bar_copies, bar_sgemms   what copies, sgemms may be at most; meets_bar is 1 when
///   they are
void time_step(benchmark::State& state, const Exec& space, const Yardsticks& yardsticks, const Work& work,
               const std::function<void()>& step, const std::function<void()>& reset = {});

/// Skips the benchmark, and has the program end with 1, when its result is wrong.
bool right_or_skip(benchmark::State& state, bool right);

/// In milliseconds, by the times that time_step takes. Runs `iterations`, or as many as --benchmark_min_time wants.
void add_benchmark(const std::string& name, const std::function<void(benchmark::State&)>& body, int iterations = 0);

/// The main program of a benchmark: options, circuits, provenance; `add` registers the benchmarks of one circuit.
int run_benchmarks(int argc, char** argv, const std::string& program,
                   const std::function<void(const std::shared_ptr<LazyCircuit>&, const BenchmarkOptions&)>& add);

}  // namespace gsrgnn
