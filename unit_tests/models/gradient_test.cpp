// Every parameter's gradient against central differences in double precision, for every kind of model, both residuals,
// both forms of the graph, two relations, the lattice, several shapes, dropout, and rows with ties.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/models/gsr_stack.hpp>
#include <gsrgnn/models/plain_stack.hpp>
#include <gsrgnn/models/res_stack.hpp>
#include <gsrgnn/models/rev_stack.hpp>

#include "support/execution_spaces.hpp"
#include "support/small_circuits.hpp"
#include "support/two_relations.hpp"

namespace gsrgnn {
namespace {

using testing::awkward_circuit;
using testing::random_values;
using testing::TwoRelations;

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
    testing::set_relations(space_, *graph_, circuit_);
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
          const double keep = parameters_[at], h = 3e-6;
          parameters_[at] = keep + h;
          const double up = loss();
          parameters_[at] = keep - h;
          const double down = loss();
          parameters_[at] = keep;
          const double difference = (up - down) / (2 * h);
          // Below 1e-4 the difference quotient itself has no five digits.
          const double scale = std::max({std::abs(difference), std::abs(exact[at]), 1e-4});
          EXPECT_LT(std::abs(exact[at] - difference) / scale, 1e-5)
              << array.name << "(" << r << "," << c << "): gradient " << exact[at] << ", difference " << difference;
          largest = std::max(largest, std::abs(exact[at]));
        }
      }
    }
    EXPECT_GT(largest, 1e-2) << "the probe is blind: all gradients vanish";
  }

 private:
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

ModelShape shape(ModelKind kind, int layers, int hidden, int groups, int outputs = 1) {
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
ModelShape gsr_shape(int layers, int hidden, int k, Residual residual, int outputs = 1) {
  ModelShape s = shape(ModelKind::gsr, layers, hidden, 2, outputs);
  s.k = k;
  s.residual = residual;
  return s;
}
ModelShape rev_shape(int layers, int hidden, int groups, double dropout = 0, int outputs = 1) {
  ModelShape s = shape(ModelKind::rev, layers, hidden, groups, outputs);
  s.dropout = dropout;
  return s;
}

ModelShape res_shape(int layers, int hidden, int k, double dropout = 0) {
  ModelShape s = shape(ModelKind::res, layers, hidden, 1);
  s.k = k;
  s.dropout = dropout;
  return s;
}

ModelShape on_two_relations(ModelShape shape) {
  shape.relations = 2;
  return shape;
}

template <class Exec>
class Gradient : public ::testing::Test {
 protected:
  using Gcn = GcnModel<double, Exec>;
  using Sage = SageModel<double, Exec>;
  using Rev = RevModel<double, Exec>;
  using Gsr = GsrModel<double, std::uint8_t, Exec>;
  using Res = ResModel<double, std::uint8_t, Exec>;
};
TYPED_TEST_SUITE(Gradient, testing::ExecutionSpaces);

TYPED_TEST(Gradient, GsrSparseResidualOnNets) {
  Probe<typename TestFixture::Gsr, NetGraph>(gsr_shape(3, 20, 3, Residual::sparse)).compare();
}
TYPED_TEST(Gradient, GsrDenseResidualOnNets) {
  Probe<typename TestFixture::Gsr, NetGraph>(gsr_shape(3, 20, 3, Residual::dense)).compare();
}
TYPED_TEST(Gradient, GsrSparseResidualOnEdges) {
  Probe<typename TestFixture::Gsr, EdgeGraph>(gsr_shape(2, 20, 4, Residual::sparse)).compare();
}
TYPED_TEST(Gradient, GsrDenseResidualOnEdges) {
  Probe<typename TestFixture::Gsr, EdgeGraph>(gsr_shape(2, 20, 4, Residual::dense)).compare();
}
TYPED_TEST(Gradient, GsrSeveralTilesAndTwoOutputs) {
  Probe<typename TestFixture::Gsr, NetGraph>(gsr_shape(1, 96, 5, Residual::sparse, 2)).compare();
}
TYPED_TEST(Gradient, GsrAllValuesKept) {
  Probe<typename TestFixture::Gsr, NetGraph>(gsr_shape(2, 12, 6, Residual::sparse)).compare();
}
TYPED_TEST(Gradient, GsrOneValueKept) {
  Probe<typename TestFixture::Gsr, NetGraph>(gsr_shape(2, 16, 1, Residual::sparse)).compare();
}
TYPED_TEST(Gradient, GsrNoLayers) {
  Probe<typename TestFixture::Gsr, NetGraph>(gsr_shape(0, 16, 1, Residual::sparse)).compare();
}

TYPED_TEST(Gradient, ResOnNetsAndOnEdges) {
  Probe<typename TestFixture::Res, NetGraph>(res_shape(3, 20, 4)).compare();
  Probe<typename TestFixture::Res, EdgeGraph>(res_shape(2, 20, 4)).compare();
  Probe<typename TestFixture::Res, NetGraph>(res_shape(2, 20, 4, 0.3)).compare();
}

TYPED_TEST(Gradient, GsrWithDropout) {
  for (const Residual residual : {Residual::sparse, Residual::dense}) {
    auto dropped = gsr_shape(2, 20, 4, residual);
    dropped.dropout = 0.3;
    Probe<typename TestFixture::Gsr, NetGraph>(dropped).compare();
  }
}

TYPED_TEST(Gradient, GsrOnTwoRelations) {
  for (const Residual residual : {Residual::sparse, Residual::dense}) {
    Probe<typename TestFixture::Gsr, TwoRelations>(on_two_relations(gsr_shape(3, 20, 3, residual))).compare();
  }
}
TYPED_TEST(Gradient, GsrOnTwoRelationsInSeveralTiles) {
  Probe<typename TestFixture::Gsr, TwoRelations>(on_two_relations(gsr_shape(1, 48, 5, Residual::sparse))).compare();
}

template <class Scalar, class Exec>
using NetsAndLattice = Relations<NetGraph<Scalar, Exec>, Lattice<Scalar, Exec>>;

/// The nine cells as GCells, 3 x 3.
Circuit awkward_lattice() {
  Circuit circuit = awkward_circuit();
  circuit.placement.grid = make_grid({0, 0, 3, 3}, 1);
  return circuit;
}
ModelShape on_lattice(ModelShape shape, RelationSet relations) {
  shape.nodes = Nodes::gcells;
  shape.relation_set = relations;
  shape.relations = relations == RelationSet::lattice ? 1 : 2;
  return shape;
}

TYPED_TEST(Gradient, GsrOnTheLattice) {
  for (const Residual residual : {Residual::sparse, Residual::dense}) {
    const auto shape = on_lattice(gsr_shape(2, 20, 3, residual), RelationSet::lattice);
    Probe<typename TestFixture::Gsr, Lattice>(shape, awkward_lattice()).compare();
  }
}
TYPED_TEST(Gradient, GsrOnNetsAndTheLattice) {
  const auto shape = on_lattice(gsr_shape(1, 48, 5, Residual::sparse), RelationSet::nets_and_lattice);
  Probe<typename TestFixture::Gsr, NetsAndLattice>(shape, awkward_lattice()).compare();
}

// Whole rows of equal values, kept and not kept. Where a tie crosses the edge of what is kept the loss jumps with the
// parameters that break it, those of the input; all others must agree.
TYPED_TEST(Gradient, GsrRowsWithTies) {
  Probe<typename TestFixture::Gsr, NetGraph> probe(gsr_shape(1, 20, 3, Residual::sparse));
  for (const auto& array : probe.table().arrays) {
    if (probe.table().blocks[array.block].name != "input") continue;
    for (int r = 0; r < array.rows; ++r) {
      for (int c = 0; c < array.columns / 2; ++c) probe.parameters()[array.at(r, c)] = c < 2 ? 0.5 : 0.25;
    }
  }
  probe.compare("input");
}

TYPED_TEST(Gradient, GcnOnNets) {
  Probe<typename TestFixture::Gcn, NetGraph>(shape(ModelKind::gcn, 3, 20, 1)).compare();
}
TYPED_TEST(Gradient, GcnOnEdges) {
  Probe<typename TestFixture::Gcn, EdgeGraph>(shape(ModelKind::gcn, 2, 20, 1, 2)).compare();
}
TYPED_TEST(Gradient, SageOnNets) {
  Probe<typename TestFixture::Sage, NetGraph>(shape(ModelKind::sage, 3, 20, 1)).compare();
}
TYPED_TEST(Gradient, SageOnEdges) {
  Probe<typename TestFixture::Sage, EdgeGraph>(shape(ModelKind::sage, 2, 20, 1, 2)).compare();
}
TYPED_TEST(Gradient, PlainStackWithoutLayers) {
  Probe<typename TestFixture::Sage, NetGraph>(shape(ModelKind::sage, 0, 16, 1)).compare();
}
TYPED_TEST(Gradient, RevOnNets) {
  Probe<typename TestFixture::Rev, NetGraph>(rev_shape(3, 20, 2)).compare();
}
TYPED_TEST(Gradient, RevOnEdges) {
  Probe<typename TestFixture::Rev, EdgeGraph>(rev_shape(2, 20, 2, 0, 2)).compare();
}
TYPED_TEST(Gradient, RevOfManyGroups) {
  Probe<typename TestFixture::Rev, NetGraph>(rev_shape(2, 20, 5)).compare();
}
TYPED_TEST(Gradient, RevOfGroupsOneWide) {
  Probe<typename TestFixture::Rev, NetGraph>(rev_shape(1, 3, 3)).compare();
}
TYPED_TEST(Gradient, RevWithDropout) {
  Probe<typename TestFixture::Rev, NetGraph>(rev_shape(2, 24, 4, 0.3)).compare();
}

TYPED_TEST(Gradient, SageOnTwoRelations) {
  Probe<typename TestFixture::Sage, TwoRelations>(on_two_relations(shape(ModelKind::sage, 2, 20, 1))).compare();
}
TYPED_TEST(Gradient, RevOnTwoRelations) {
  Probe<typename TestFixture::Rev, TwoRelations>(on_two_relations(rev_shape(2, 20, 2))).compare();
}

}  // namespace
}  // namespace gsrgnn
