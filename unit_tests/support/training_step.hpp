#pragma once

/// A small training in miniature, for tests that look at all kernels together: circuit, graph, model, loss, Adam.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/adam.hpp>
#include <gsrgnn/kernels/loss.hpp>
#include <gsrgnn/models/gsr_stack.hpp>
#include <memory>

#include "support/random_circuit.hpp"
#include "support/small_circuits.hpp"

namespace gsrgnn::testing {

template <class Exec, template <class, class> class Graph>
class TrainingStep {
 public:
  explicit TrainingStep(Residual residual) {
    shape_.features = 3;
    shape_.types = 2;
    shape_.outputs = 2;
    shape_.layers = 3;
    shape_.hidden = 40;
    shape_.k = 4;
    shape_.residual = residual;
    circuit_ = random_circuit(300, 350, 1);
    const auto size = count(circuit_);
    Arena<Exec> plan;
    take_all(plan, size);
    planned_ = plan.used();
    arena_ = Arena<Exec>(planned_);
    take_all(arena_, size);

    const auto cells = static_cast<std::size_t>(circuit_.cells());
    graph_->set(space_, circuit_);
    std::vector<int> types(cells);
    std::vector<std::uint8_t> part(cells);
    Random random(2);
    for (std::size_t i = 0; i < cells; ++i) {
      types[i] = static_cast<int>(random.below(3)) - 1;
      part[i] = static_cast<std::uint8_t>(random.below(3));
    }
    model_->inputs().set(space_, random_values<float>(cells * shape_.features, 3), types);
    upload(space_, label_, random_values<float>(cells * shape_.outputs, 4));
    upload(space_, part_, part);
    const auto start = model_->table().initial_values(5, {"", 0, model_->table().size()});
    upload(space_, model_->parameters(), std::vector<float>(start.begin(), start.end()));
  }

  /// Forward, loss, backward, update; returns the loss.
  double run() {
    ++step_;
    model_->forward(space_, *graph_);
    const double error = squared_error(space_, model_->output(), label_, part_, 0, partial_);
    squared_error_gradient(space_, model_->output(), label_, part_, 0, 100.0, model_->output_gradient());
    model_->backward(space_, *graph_, [&](int block) {
      const auto& range = model_->table().blocks[block];
      adam_update(space_, AdamOptions(), step_, model_->parameters(), m_, v_, model_->gradient(), range.first,
                  range.count);
    });
    EXPECT_FALSE(model_->take_found_nan(space_));
    return error;
  }

  std::size_t planned() const { return planned_; }
  std::vector<float> parameters() const { return download(space_, model_->parameters()); }
  std::vector<float> output() const { return download(space_, model_->output()); }
  std::vector<float> rebuilt() const { return download(space_, model_->embedding()); }

 private:
  void take_all(Arena<Exec>& arena, const CircuitCounts& size) {
    graph_ = std::make_unique<Graph<float, Exec>>(arena, size);
    model_ = std::make_unique<GsrModel<float, std::uint8_t, Exec>>(
        arena, shape_, size.cells, Graph<float, Exec>::intermediate_rows(size), Purpose::training);
    m_ = arena.template take<Vector<float, Exec>>(model_->table().size());
    v_ = arena.template take<Vector<float, Exec>>(model_->table().size());
    label_ = arena.template take<Matrix<float, Exec>>(size.cells, shape_.outputs);
    part_ = arena.template take<Vector<std::uint8_t, Exec>>(size.cells);
    partial_ = arena.template take<Vector<double, Exec>>(Tuning<Exec>::kRowChunks);
  }

  Exec space_;
  ModelShape shape_;
  Circuit circuit_;
  std::size_t planned_ = 0;
  Arena<Exec> arena_;
  std::unique_ptr<Graph<float, Exec>> graph_;
  std::unique_ptr<GsrModel<float, std::uint8_t, Exec>> model_;
  Vector<float, Exec> m_, v_;
  Matrix<float, Exec> label_;
  Vector<std::uint8_t, Exec> part_;
  Vector<double, Exec> partial_;
  std::int64_t step_ = 0;
};

}  // namespace gsrgnn::testing
