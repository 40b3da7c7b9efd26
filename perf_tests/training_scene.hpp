#pragma once

/// What the benchmarks of whole epochs share.

#include <gsrgnn/kernels/loss.hpp>
#include <gsrgnn/training/training_bench.hpp>

#include "scene.hpp"

namespace gsrgnn {

/// A training of one circuit, an epoch at a time.
class Training {
 public:
  Training(const Circuit& circuit, const ModelSettings& model)
      : deck_(deck_of(model)),
        circuits_(one_circuit(deck_, circuit, circuit.name)),
        bench_(alone_, deck_, circuits_),
        yardstick_arena_(yardstick_bytes(circuit)),
        yardsticks_(yardstick_arena_, circuit.cells(), circuits_.model.shape.width()) {}

  /// The mean squared error before the update.
  double epoch() {
    bench_.laps = {};
    const CircuitOnDevice& on = bench_.attach(0);
    const TrainingMemory& m = bench_.memory();
    forward.push_back(seconds(space(), [&] { on.model->forward(space(), Pass::evaluation); }));
    const double error = squared_error(space(), on.model->output(), on.label, on.part,
                                       static_cast<std::uint8_t>(Part::training), m.training_error);
    update_by_block(bench_, epoch_++);
    backward.push_back(bench_.laps.backward);
    update.push_back(bench_.laps.update);
    return error / bench_.training_values;
  }

  const Exec& space() const { return bench_.space; }
  const Yardsticks& yardsticks() const { return yardsticks_; }
  const ModelShape& shape() const { return circuits_.model.shape; }
  std::int64_t parameters() const { return bench_.memory().table.size(); }
  std::int64_t bytes() const { return bench_.use().allocated; }
  std::vector<double> forward, backward, update;  ///< seconds of each epoch

 private:
  static Deck deck_of(const ModelSettings& model) {
    Deck deck;
    deck.model = model;
    deck.train.learning_rate = 1e-4;  // so small that the first steps lead downhill
    return deck;
  }
  std::size_t yardstick_bytes(const Circuit& circuit) const {
    Arena<Exec> plan;
    const Yardsticks yardsticks(plan, circuit.cells(), circuits_.model.shape.width());
    return plan.used();
  }

  const Mpi alone_ = Mpi::alone();
  Deck deck_;
  TrainingCircuits circuits_;
  TrainingBench bench_;
  Arena<Exec> yardstick_arena_;
  Yardsticks yardsticks_;
  std::int64_t epoch_ = 0;
};

}  // namespace gsrgnn
