// A whole epoch (forward, loss, backward, update) of every kind of model, on scene.hpp's circuits:
//   build/release/bin/benchmark_epochs [--circuits=7157.h5,356-R,5324-F] [--layers=10] [--hidden=384] [...]

#include <cmath>
#include <gsrgnn/kernels/adam.hpp>
#include <gsrgnn/kernels/loss.hpp>
#include <gsrgnn/models/any_model.hpp>
#include <gsrgnn/training/standardise.hpp>

#include "scene.hpp"

namespace gsrgnn {
namespace {

constexpr int kEpochs = 3;
constexpr double kLearningRate = 1e-4;  // so small that the first steps lead downhill

struct ModelChoice {
  std::string name;
  ModelKind kind;
  int k;
  Adjacency adjacency;
};

ModelShape shape_of(const ModelChoice& choice, const Circuit& circuit, const BenchmarkOptions& options) {
  ModelShape shape;
  shape.kind = choice.kind;
  shape.features = static_cast<int>(circuit.features());
  shape.types = static_cast<int>(circuit.type_name.size());
  shape.outputs = static_cast<int>(circuit.labels());
  shape.layers = options.layers;
  shape.hidden = options.hidden;
  shape.groups = choice.kind == ModelKind::gsr || choice.kind == ModelKind::rev ? 2 : 1;
  shape.k = choice.k;
  return shape;
}

/// A model in training, with all of its cells in the training part.
class Training {
 public:
  Training(const Circuit& circuit, const ModelShape& shape, Adjacency adjacency)
      : arena_(planned(circuit, shape, adjacency)), state_(arena_, count(circuit), shape, adjacency) {
    const AnyModel& model = *state_.model;
    const auto initial = model.table().initial_values(0);
    upload(space_, model.parameters(), std::vector<float>(initial.begin(), initial.end()));
    model.set_graph(space_, circuit);
    const auto feature = Standardisation::fit(circuit.feature, circuit.feature_name.size());
    model.inputs().set(space_, feature.apply(circuit.feature), circuit.cell_type);
    const auto label = Standardisation::fit(circuit.label, circuit.label_name.size());
    upload(space_, state_.label, label.apply(circuit.label));
  }

  /// The mean squared error before the update.
  double epoch() {
    const State& s = state_;
    const AnyModel& model = *s.model;
    forward.push_back(seconds(space_, [&] { model.forward(space_, Pass::training); }));
    const auto count = static_cast<double>(s.label.size());
    double loss = 0, update_sum = 0;
    const double rest = seconds(space_, [&] {
      loss = squared_error(space_, model.output(), s.label, s.part, 0, s.loss_partial) / count;
      squared_error_gradient(space_, model.output(), s.label, s.part, 0, count, model.output_gradient());
      ++step_;
      model.backward(space_, [&](int number) {
        const ParameterBlock& block = model.table().blocks[number];
        update_sum += seconds(space_, [&] {
          AdamOptions adam;
          adam.learning_rate = kLearningRate;
          adam_update(space_, adam, step_, model.parameters(), s.moment1, s.moment2, model.gradient(), block.first,
                      block.count);
        });
      });
    });
    update.push_back(update_sum);
    backward.push_back(rest - update_sum);
    return loss;
  }

  const Exec& space() const { return space_; }
  const Yardsticks& yardsticks() const { return state_.yardsticks; }
  std::size_t bytes() const { return arena_.used() - yardstick_bytes_; }
  std::vector<double> forward, backward, update;  ///< seconds of each epoch

 private:
  struct State {
    State(Arena<Exec>& arena, const CircuitCounts& size, const ModelShape& shape, Adjacency adjacency)
        : model(make_model(arena, shape, adjacency, size, Purpose::training)),
          moment1(arena.take<Vector<float, Exec>>(model->table().size())),
          moment2(arena.take<Vector<float, Exec>>(model->table().size())),
          label(arena.take<Matrix<float, Exec>>(size.cells, shape.outputs)),
          part(arena.take<Vector<std::uint8_t, Exec>>(size.cells)),
          loss_partial(arena.take<Vector<double, Exec>>(Tuning<Exec>::kRowChunks)),
          yardsticks(arena, size.cells, shape.width()) {}
    std::unique_ptr<AnyModel> model;
    Vector<float, Exec> moment1, moment2;
    Matrix<float, Exec> label;
    Vector<std::uint8_t, Exec> part;
    Vector<double, Exec> loss_partial;
    Yardsticks yardsticks;
  };
  std::size_t planned(const Circuit& circuit, const ModelShape& shape, Adjacency adjacency) {
    Arena<Exec> plan, yardstick_plan;
    const State state(plan, count(circuit), shape, adjacency);
    const Yardsticks yardsticks(yardstick_plan, circuit.cells(), shape.width());
    yardstick_bytes_ = yardstick_plan.used();
    return plan.used();
  }

  Exec space_;
  std::size_t yardstick_bytes_ = 0;
  Arena<Exec> arena_;
  State state_;
  std::int64_t step_ = 0;
};

/// Counters beside those of time_step, whose copies are of one group's N x d matrix:
///   forward_ms, backward_ms, update_ms   medians
///   copies_per_layer                     time of a layer over that of a copy
///   ns_per_pin_and_layer                 what a pin costs
///   planned_MB                           memory of model, graph and optimiser
void time_epochs(benchmark::State& state, const ModelChoice& choice, const Circuit& circuit,
                 const BenchmarkOptions& options) {
  Training training(circuit, shape_of(choice, circuit, options), choice.adjacency);
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
