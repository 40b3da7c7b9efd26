#include "scene.hpp"

#include <charconv>
#include <fstream>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/util/blas.hpp>
#include <sstream>

namespace gsrgnn {
namespace {

constexpr std::int64_t kYardstickRepeats = 20;
bool any_wrong = false;

bool is_of_table1(const std::string& place) {
  return std::any_of(table1().begin(), table1().end(), [&](const Table1Row& row) { return row.name == place; });
}

std::string in_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ';');
  return text;
}

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

/// Whether the option is one of ours and has a value that it can have.
bool read_option(const std::string& option, BenchmarkOptions& options) {
  const auto equals = option.find('=');
  if (equals == std::string::npos) return false;
  const std::string name = option.substr(0, equals), value = option.substr(equals + 1);
  if (name == "--circuits") {
    options.circuits = split_at_commas(value);
    return !options.circuits.empty();
  }
  int number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number <= 0) return false;
  if (name == "--width" && number <= 256 && number % 32 == 0) {
    options.width = number;
  } else if (name == "--layers") {
    options.layers = number;
  } else if (name == "--hidden" && number % 2 == 0) {
    options.hidden = number;
  } else {
    return false;
  }
  return true;
}

void add_provenance(const BenchmarkOptions& options) {
  std::string circuits;
  for (const std::string& place : options.circuits) circuits += (circuits.empty() ? "" : ",") + place;
  const std::pair<const char*, std::string> context[] = {
      {"circuits", circuits},
      {"width", std::to_string(options.width)},
      {"layers", std::to_string(options.layers)},
      {"hidden", std::to_string(options.hidden)},
      {"revision", program_revision()},
      {"kokkos", kokkos_version()},
      {"kokkos_configuration", in_one_line(kokkos_configuration())},
      {"execution_space", execution_space()},
      {"threads", std::to_string(execution_concurrency())},
      {"processor", processor()},
      {"clock", times_are_processor_times() ? "processor time" : "wall"},
  };
  for (const auto& [name, value] : context) benchmark::AddCustomContext(name, value);
}

}  // namespace

const Circuit& LazyCircuit::get() {
  if (!circuit_) {
    GeneratorSpec spec;
    spec.like = place_;
    circuit_ = std::make_unique<Circuit>(is_of_table1(place_) ? generate_ordered(spec) : open_circuit(place_));
  }
  return *circuit_;
}

std::string LazyCircuit::name() const {
  if (is_of_table1(place_)) return place_;
  const std::string file = place_.substr(place_.rfind('/') + 1);
  return file.substr(0, file.rfind('.'));
}

bool times_are_processor_times() {
  static const bool answer = Tuning<Exec>::kHost && execution_concurrency() == 1;
  return answer;
}

void time_step(benchmark::State& state, const Exec& space, const Yardsticks& yardsticks, const Work& work,
               const std::function<void()>& step, const std::function<void()>& reset) {
  const bool computes = work.operations > 0;
  std::vector<double> copies, sgemms, times;
  yardsticks.copy_seconds(space);  // the first time takes longer
  if (computes) yardsticks.sgemm_seconds(space);
  const std::int64_t between = std::max<std::int64_t>(1, state.max_iterations / kYardstickRepeats);
  for (auto _ : state) {
    if (times.size() % static_cast<std::size_t>(between) == 0) {
      copies.push_back(yardsticks.copy_seconds(space));
      if (computes) sgemms.push_back(yardsticks.sgemm_seconds(space));
    }
    if (reset) reset();
    times.push_back(seconds(space, step));
    state.SetIterationTime(times.back());
  }
  if (times.empty()) return;  // an error skipped the loop
  const double time = median(times), copy = median(copies), sgemm = median(sgemms);
  state.counters["items_per_second"] = work.items / time;
  state.counters["bytes_per_second"] = work.bytes / time;
  state.counters["median_ms"] = time * 1e3;
  state.counters["copy_ms"] = copy * 1e3;
  state.counters["copies"] = time / copy;
  state.counters["of_copy_bandwidth"] = work.bytes / time / (yardsticks.copy_bytes() / copy);
  if (computes) {
    state.counters["sgemm_ms"] = sgemm * 1e3;
    state.counters["sgemms"] = time / sgemm;
    state.counters["of_sgemm_peak"] = work.operations / time / (yardsticks.sgemm_operations() / sgemm);
  }
  const auto set_bar = [&](const char* name, double value, double bar) {
    if (bar == 0) return;
    state.counters[name] = bar;
    state.counters["meets_bar"] = value <= bar ? 1 : 0;
  };
  set_bar("bar_copies", time / copy, work.bar_copies);
  set_bar("bar_sgemms", time / sgemm, work.bar_sgemms);
}

bool right_or_skip(benchmark::State& state, bool right) {
  if (!right) {
    any_wrong = true;
    state.SkipWithError("wrong result");
  }
  return right;
}

void add_benchmark(const std::string& name, const std::function<void(benchmark::State&)>& body, int iterations) {
  auto* const added = benchmark::RegisterBenchmark(name.c_str(), [body](benchmark::State& state) { body(state); });
  added->UseManualTime()->Unit(benchmark::kMillisecond);
  if (iterations > 0) added->Iterations(iterations);
}

int run_benchmarks(int argc, char** argv, const std::string& program,
                   const std::function<void(const std::shared_ptr<LazyCircuit>&, const BenchmarkOptions&)>& add) {
  benchmark::Initialize(&argc, argv);
  BenchmarkOptions options;
  for (int i = 1; i < argc; ++i) {
    if (read_option(argv[i], options)) continue;
    fmt::print(stderr, "{}: {}: not an option, or not a value of it; see perf_tests/scene.hpp\n", program, argv[i]);
    return 2;
  }
  const Kokkos::ScopeGuard kokkos;
  try {
    set_blas_threads(Kokkos::DefaultHostExecutionSpace().concurrency());
    add_provenance(options);
    if (std::all_of(options.circuits.begin(), options.circuits.end(), is_of_table1)) {
      fmt::print(stderr, "{}: no real circuit is measured: none was given (--circuits=7157.h5,356-R,5324-F)\n",
                 program);
    }
    for (const std::string& place : options.circuits) {
      const auto circuit = std::make_shared<LazyCircuit>(place);
      if (!is_of_table1(place)) circuit->get();  // a name that is wrong is told before anything is measured
      add(circuit, options);
    }
    benchmark::RunSpecifiedBenchmarks();
    benchmark::ClearRegisteredBenchmarks();  // they hold Views, which must go before Kokkos does
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", program, error.what());
    return 2;
  }
  return any_wrong ? 1 : 0;
}

}  // namespace gsrgnn
