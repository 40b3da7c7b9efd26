// A whole epoch (forward, loss, backward, update) of every kind of model, on scene.hpp's circuits:
//   build/release/bin/benchmark_epochs [--circuits=7157.h5,356-R,5324-F] [--layers=10] [--hidden=384] [...]

#include <cmath>

#include "training_scene.hpp"

namespace gsrgnn {
namespace {

constexpr int kEpochs = 3;

struct ModelChoice {
  std::string name;
  ModelKind kind;
  int k;
  Adjacency adjacency;
};

ModelSettings settings_of(const ModelChoice& choice, const BenchmarkOptions& options) {
  ModelSettings settings;
  settings.kind = choice.kind;
  settings.layers = options.layers;
  settings.hidden = options.hidden;
  settings.groups = traits_of(choice.kind).least_groups;
  settings.k = choice.k;
  settings.adjacency = choice.adjacency;
  return settings;
}

/// Counters beside those of time_step, whose copies are of one group's N x d matrix:
///   forward_ms, backward_ms, update_ms   medians
///   copies_per_layer                     time of a layer over that of a copy
///   ns_per_pin_and_layer                 what a pin costs
///   planned_MB                           memory of model, graph and optimiser
void time_epochs(benchmark::State& state, const ModelChoice& choice, const Circuit& circuit,
                 const BenchmarkOptions& options) {
  Training training(circuit, settings_of(choice, options));
  const double before = training.epoch();
  training.epoch();
  const double after = training.epoch();
  // Deep plain stacks collapse to the mean, whose error is 1: they need not get better, but they must not get worse.
  if (!right_or_skip(state, std::isfinite(after) && (after < before || before < 1.01))) return;
  for (auto* times : {&training.forward, &training.backward, &training.update}) times->clear();

  Work work;
  work.items = static_cast<double>(circuit.cells()) * options.layers;
  // Of each layer: every group of the embedding read and written once, forward, and with its gradient backward.
  work.bytes = 4.0 * static_cast<double>(circuit.cells()) * options.hidden * options.layers * (2 + 4);
  time_step(state, training.space(), training.yardsticks(), work, [&] { training.epoch(); });
  const auto layers = static_cast<double>(options.layers);
  state.counters["forward_ms"] = median(training.forward) * 1e3;
  state.counters["backward_ms"] = median(training.backward) * 1e3;
  state.counters["update_ms"] = median(training.update) * 1e3;
  state.counters["copies_per_layer"] = state.counters["copies"] / layers;
  state.counters["ns_per_pin_and_layer"] =
      state.counters["median_ms"] * 1e6 / layers / static_cast<double>(circuit.pins());
  state.counters["planned_MB"] = static_cast<double>(training.bytes()) * 1e-6;
}

}  // namespace
}  // namespace gsrgnn

int main(int argc, char** argv) {
  using namespace gsrgnn;
  const std::vector<ModelChoice> choices{
      {"gsr/k=4", ModelKind::gsr, 4, Adjacency::nets},   {"gsr/k=16", ModelKind::gsr, 16, Adjacency::nets},
      {"gsr/k=32", ModelKind::gsr, 32, Adjacency::nets}, {"gsr_expanded/k=16", ModelKind::gsr, 16, Adjacency::expanded},
      {"rev", ModelKind::rev, 0, Adjacency::nets},       {"sage", ModelKind::sage, 0, Adjacency::nets},
      {"gcn", ModelKind::gcn, 0, Adjacency::nets},
  };
  return run_benchmarks(argc, argv, "benchmark_epochs",
                        [&](const std::shared_ptr<LazyCircuit>& circuit, const BenchmarkOptions& options) {
                          for (const ModelChoice& choice : choices) {
                            add_benchmark(
                                fmt::format("epoch/{}/{}", choice.name, circuit->name()),
                                [=](benchmark::State& state) { time_epochs(state, choice, circuit->get(), options); },
                                kEpochs);
                          }
                        });
}
