#pragma once

/// What the benchmarks of whole epochs share.

#include <gsrgnn/kernels/adam.hpp>
#include <gsrgnn/kernels/loss.hpp>
#include <gsrgnn/models/any_model.hpp>
#include <gsrgnn/training/standardise.hpp>

#include "scene.hpp"

namespace gsrgnn {

/// A model in training, with all of its cells in the training part.
class Training {
 public:
  Training(const Circuit& circuit, const ModelShape& shape)
      : arena_(planned(circuit, shape)), state_(arena_, count(circuit), shape) {
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
          adam.learning_rate = 1e-4;  // so small that the first steps lead downhill
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
  std::int64_t parameters() const { return state_.model->table().size(); }
  std::size_t bytes() const { return arena_.used() - yardstick_bytes_; }
  std::vector<double> forward, backward, update;  ///< seconds of each epoch

 private:
  struct State {
    State(Arena<Exec>& arena, const CircuitCounts& size, const ModelShape& shape)
        : model(make_model(arena, shape, size, Purpose::training)),
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
  std::size_t planned(const Circuit& circuit, const ModelShape& shape) {
    Arena<Exec> plan, yardstick_plan;
    const State state(plan, count(circuit), shape);
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

}  // namespace gsrgnn
