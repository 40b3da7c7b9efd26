#pragma once

/// A small model on a small circuit, and every parameter's gradient against central differences in double precision.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/models/model.hpp>
#include <memory>

#include "support/small_circuits.hpp"
#include "support/two_relations.hpp"

namespace gsrgnn::testing {

template <class Model, template <class, class> class Graph>
class Probe {
 public:
  using Exec = typename Model::Exec;

  explicit Probe(const ModelShape& shape, const Circuit& circuit = awkward_circuit()) : circuit_(circuit) {
    const auto size = count(circuit_);
    Arena<Exec> plan;
    make(plan, shape, size);
    arena_ = std::make_unique<Arena<Exec>>(plan.used());
    make(*arena_, shape, size);
    EXPECT_EQ(arena_->used(), plan.used());
    set_relations(space_, *graph_, circuit_);
    flip(*graph_, true, false);
    weight_ = random_values(circuit_.cells() * shape.outputs, 11);
    upload(space_, model_->output_gradient(), weight_);

    // Away from the start values: biases and norms that are not 0 and 1.
    parameters_ = model_->table().initial_values(3, {"", 0, model_->table().size()});
    Random random(5);
    for (const auto& array : model_->table().arrays) {
      for (int r = 0; r < array.rows; ++r) {
        for (int c = 0; c < array.columns; ++c) parameters_[array.at(r, c)] += 0.2 * random.normal();
      }
    }
    model_->draw_dropout(space_, 1, 2);
    set_features({circuit_.feature.begin(), circuit_.feature.end()});
  }

  void set_features(const std::vector<double>& features) {
    model_->inputs().set(space_, features, {circuit_.cell_type.begin(), circuit_.cell_type.end()});
  }
  std::vector<double>& parameters() { return parameters_; }
  const ParameterTable& table() const { return model_->table(); }

  /// L = <weight, output>
  double loss() {
    upload(space_, model_->parameters(), parameters_);
    model_->forward(space_, *graph_);
    const auto output = download(space_, model_->output());
    double sum = 0;
    for (std::size_t i = 0; i < output.size(); ++i) sum += weight_[i] * output[i];
    return sum;
  }

  std::vector<double> gradient() {
    loss();
    std::vector<double> all(table().size(), 0.0);
    model_->backward(space_, *graph_, [&](int block) {
      const auto part = download(space_, model_->gradient());
      std::copy_n(part.begin(), table().blocks[block].count, all.begin() + table().blocks[block].first);
    });
    EXPECT_FALSE(model_->take_found_nan(space_));
    return all;
  }

  void compare(const std::string& skip_block = "") {
    const auto exact = gradient();
    double largest = 0;
    for (const auto& array : table().arrays) {
      if (table().blocks[array.block].name == skip_block) continue;
      for (int r = 0; r < array.rows; ++r) {
        for (int c = 0; c < array.columns; ++c) {
          const auto at = array.at(r, c);
          const double keep = parameters_[at], h = kStep;
          parameters_[at] = keep + h;
          const double up = loss();
          parameters_[at] = keep - h;
          const double down = loss();
          parameters_[at] = keep;
          expect_slope(exact[at], (up - down) / (2 * h), fmt::format("{}({},{})", array.name, r, c));
          largest = std::max(largest, std::abs(exact[at]));
        }
      }
    }
    EXPECT_GT(largest, 1e-2) << "the probe is blind: all gradients vanish";
  }

  /// The same along one direction of each array, where a pass takes long.
  void compare_along_directions() {
    const auto exact = gradient(), kept = parameters_;
    Random random(13);
    double largest = 0;
    for (const auto& array : table().arrays) {
      std::vector<double> direction(kept.size(), 0.0);
      double slope = 0;
      for (int r = 0; r < array.rows; ++r) {
        for (int c = 0; c < array.columns; ++c) {
          const auto at = array.at(r, c);
          direction[at] = random.normal();
          slope += direction[at] * exact[at];
        }
      }
      const auto loss_at = [&](double step) {
        for (std::size_t i = 0; i < kept.size(); ++i) parameters_[i] = kept[i] + step * direction[i];
        return loss();
      };
      const double up = loss_at(kStep), down = loss_at(-kStep);
      expect_slope(slope, (up - down) / (2 * kStep), array.name);
      largest = std::max(largest, std::abs(slope));
    }
    parameters_ = kept;
    EXPECT_GT(largest, 1e-2) << "the probe is blind: all gradients vanish";
  }

 private:
  static constexpr double kStep = 3e-6;

  static void expect_slope(double exact, double difference, const std::string& of) {
    // Below 1e-4 the difference quotient itself has no five digits.
    const double scale = std::max({std::abs(difference), std::abs(exact), 1e-4});
    EXPECT_LT(std::abs(exact - difference) / scale, 1e-5)
        << of << ": gradient " << exact << ", difference " << difference;
  }

  void make(Arena<Exec>& arena, const ModelShape& shape, const CircuitCounts& size) {
    graph_ = std::make_unique<Graph<double, Exec>>(arena, size);
    model_ = std::make_unique<Model>(arena, shape, size.cells, Graph<double, Exec>::intermediate_rows(size),
                                     Purpose::training);
  }

  Exec space_;
  Circuit circuit_;
  std::unique_ptr<Arena<Exec>> arena_;
  std::unique_ptr<Graph<double, Exec>> graph_;
  std::unique_ptr<Model> model_;
  std::vector<double> parameters_, weight_;
};

inline ModelShape shape(ModelKind kind, int layers, int hidden, int groups, int outputs = 1) {
  ModelShape s;
  s.kind = kind;
  s.features = 2;
  s.types = 3;
  s.outputs = outputs;
  s.layers = layers;
  s.hidden = hidden;
  s.groups = groups;
  return s;
}
inline ModelShape gsr_shape(int layers, int hidden, int k, Residual residual, int outputs = 1) {
  ModelShape s = shape(ModelKind::gsr, layers, hidden, 2, outputs);
  s.k = k;
  s.residual = residual;
  return s;
}
inline ModelShape rev_shape(int layers, int hidden, int groups, double dropout = 0, int outputs = 1) {
  ModelShape s = shape(ModelKind::rev, layers, hidden, groups, outputs);
  s.dropout = dropout;
  return s;
}

inline ModelShape res_shape(int layers, int hidden, int k, double dropout = 0) {
  ModelShape s = shape(ModelKind::res, layers, hidden, 1);
  s.k = k;
  s.dropout = dropout;
  return s;
}

inline ModelShape on_two_relations(ModelShape shape) {
  shape.relations = 2;
  return shape;
}

}  // namespace gsrgnn::testing
