// GSR-GNN against a transcription of Algorithm 1 in plain loops, and what reversibility promises in float: the state
// rebuilt through 1,000 layers is the one that forward had, and gradients are the same whichever layers keep theirs.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/kernels/adam.hpp>
#include <gsrgnn/kernels/loss.hpp>
#include <gsrgnn/models/gsr_stack.hpp>
#include <gsrgnn/training/standardise.hpp>
#include <numeric>

#include "support/execution_spaces.hpp"
#include "support/host_matrix.hpp"
#include "support/mismatches.hpp"
#include "support/small_circuits.hpp"
#include "support/two_relations.hpp"

namespace gsrgnn {
namespace {

/// A model on the nets of a circuit, or on another graph of it, ready to run.
template <class Scalar, class Exec, class Index = std::uint8_t, class Graph = NetGraph<Scalar, Exec>>
struct OnNets {
  OnNets(const Circuit& circuit, const ModelShape& shape, std::uint64_t seed) {
    const auto size = count(circuit);
    const auto make = [&](Arena<Exec>& from) {
      graph = std::make_unique<Graph>(from, size);
      model = std::make_unique<GsrModel<Scalar, Index, Exec>>(from, shape, size.cells, graph->intermediate_rows(size),
                                                              Purpose::training);
      moment1 = from.template take<Vector<Scalar, Exec>>(model->table().size());
      moment2 = from.template take<Vector<Scalar, Exec>>(model->table().size());
    };
    Arena<Exec> plan;
    make(plan);
    arena = std::make_unique<Arena<Exec>>(plan.used());
    make(*arena);
    testing::set_relations(space, *graph, circuit);
    model->inputs().set(space, {circuit.feature.begin(), circuit.feature.end()}, circuit.cell_type);
    const auto initial = model->table().initial_values(seed, {"", 0, model->table().size()});
    upload(space, model->parameters(), std::vector<Scalar>(initial.begin(), initial.end()));
  }
  Exec space;
  std::unique_ptr<Arena<Exec>> arena;
  std::unique_ptr<Graph> graph;
  std::unique_ptr<GsrModel<Scalar, Index, Exec>> model;
  Vector<Scalar, Exec> moment1, moment2;
};

ModelShape shape_for(const Circuit& circuit, int layers, int hidden, int k, Residual residual) {
  ModelShape s;
  s.features = static_cast<int>(circuit.features());
  s.types = static_cast<int>(circuit.type_name.size());
  s.layers = layers;
  s.hidden = hidden;
  s.k = k;
  s.residual = residual;
  return s;
}

using Rows = std::vector<std::vector<double>>;

/// Algorithm 1 as the paper has it, on dense rows and the clique graph made pin by pin.
class Transcription {
 public:
  Transcription(const Circuit& circuit, const ModelShape& shape, const ParameterTable& table,
                const std::vector<double>& values)
      : circuit_(circuit), s_(shape), table_(table), values_(values), edges_{edges(circuit)} {
    if (shape.relations == 2) edges_.push_back(edges(testing::second_relation(circuit)));
  }

  std::vector<double> output() const {
    const int d = s_.width();
    Rows x1(circuit_.cells(), std::vector<double>(d)), x2 = x1;
    for (int i = 0; i < circuit_.cells(); ++i) {
      for (int c = 0; c < s_.hidden; ++c) {
        double h = at("input/bias", 0, c) + at("input/type_weight", circuit_.cell_type[i], c);
        for (int f = 0; f < s_.features; ++f) {
          h += static_cast<double>(circuit_.feature[i * s_.features + f]) * at("input/feature_weight", f, c);
        }
        (c < d ? x1 : x2)[i][c % d] = h;
      }
    }
    for (int l = 0; l < s_.layers; ++l) {
      const Rows kept1 = gs(x1);
      add(x2, block(kept1, l, 1));
      const Rows f2 = block(gs(x2), l, 2);
      if (s_.residual == Residual::sparse) {
        x1 = kept1;
        for (auto& row : x1) {
          for (double& value : row) value = std::isnan(value) ? 0 : value;
        }
      }
      add(x1, f2);
    }
    std::vector<double> out;
    for (int i = 0; i < circuit_.cells(); ++i) {
      std::vector<double> h(x1[i]);
      h.insert(h.end(), x2[i].begin(), x2[i].end());
      const double mean = std::accumulate(h.begin(), h.end(), 0.0) / s_.hidden;
      double variance = 0;
      for (const double value : h) variance += (value - mean) * (value - mean) / s_.hidden;
      double sum = at("readout/bias", 0, 0);
      for (int c = 0; c < s_.hidden; ++c) {
        const double y = (h[c] - mean) / std::sqrt(variance + 1e-5) * at("readout/norm_weight", 0, c) +
                         at("readout/norm_bias", 0, c);
        sum += std::max(0.0, y) * at("readout/weight", 0, c);
      }
      out.push_back(sum);
    }
    return out;
  }

 private:
  using Edges = std::vector<std::vector<int>>;
  static Edges edges(const Circuit& circuit) {
    Edges edges(circuit.cells());
    for (int i = 0; i < circuit.cells(); ++i) edges[i].push_back(i);
    for (int n = 0; n < circuit.nets(); ++n) {
      for (auto p = circuit.net_offset[n]; p < circuit.net_offset[n + 1]; ++p) {
        for (auto q = circuit.net_offset[n]; q < circuit.net_offset[n + 1]; ++q) {
          if (circuit.net_cell[p] != circuit.net_cell[q]) edges[circuit.net_cell[p]].push_back(circuit.net_cell[q]);
        }
      }
    }
    return edges;
  }
  double at(const std::string& name, int row, int column) const {
    for (const auto& array : table_.arrays) {
      if (array.name == name) return values_[array.at(row, column)];
    }
    throw std::logic_error("no parameter " + name);
  }
  static void add(Rows& to, const Rows& from) {
    for (std::size_t i = 0; i < to.size(); ++i) {
      for (std::size_t c = 0; c < to[i].size(); ++c) to[i][c] += from[i][c];
    }
  }
  /// The k largest of each row; NaN marks what is not kept, so that a kept zero stays kept.
  Rows gs(const Rows& x) const {
    Rows kept(x.size(), std::vector<double>(s_.width(), std::nan("")));
    for (std::size_t i = 0; i < x.size(); ++i) {
      std::vector<int> order(s_.width());
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return x[i][a] > x[i][b]; });
      for (int t = 0; t < s_.k; ++t) kept[i][order[t]] = x[i][order[t]];
    }
    return kept;
  }
  Rows block(const Rows& kept, int layer, int which) const {
    const int d = s_.width();
    const std::string prefix = fmt::format("layer_{:04}/block_{}/", layer + 1, which);
    Rows normed(kept.size(), std::vector<double>(d, 0.0)), out = normed;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      double squares = 0;
      for (const double value : kept[i]) squares += std::isnan(value) ? 0 : value * value;
      const double r = 1 / std::sqrt(squares / s_.k + 1e-5);
      for (int c = 0; c < d; ++c) {
        if (!std::isnan(kept[i][c])) normed[i][c] = kept[i][c] * r * at(prefix + "norm_weight", 0, c);
      }
    }
    for (std::size_t i = 0; i < kept.size(); ++i) {
      for (int c = 0; c < d; ++c) {
        out[i][c] = at(prefix + "bias", 0, c);
        for (int j = 0; j < d; ++j) out[i][c] += normed[i][j] * at(prefix + "self_weight", j, c);
      }
      for (std::size_t r = 0; r < edges_.size(); ++r) {
        const auto& neighbours = edges_[r][i];
        const std::string weight = prefix + (r == 0 ? "neighbour_weight" : "neighbour_weight_2");
        std::vector<double> mean(d, 0.0);
        for (const int neighbour : neighbours) {
          for (int c = 0; c < d; ++c) mean[c] += normed[neighbour][c] / static_cast<double>(neighbours.size());
        }
        for (int c = 0; c < d; ++c) {
          for (int j = 0; j < d; ++j) out[i][c] += mean[j] * at(weight, j, c);
        }
      }
    }
    return out;
  }

  const Circuit& circuit_;
  ModelShape s_;
  const ParameterTable& table_;
  const std::vector<double>& values_;
  std::vector<Edges> edges_;  // of each relation
};

template <class Exec>
class GsrModelTest : public ::testing::Test {};
TYPED_TEST_SUITE(GsrModelTest, testing::ExecutionSpaces);

template <class Exec, class Index, class Graph = NetGraph<double, Exec>>
void compare_with_transcription(const ModelShape& shape, const Circuit& circuit) {
  const OnNets<double, Exec, Index, Graph> on(circuit, shape, 4);
  on.model->forward(on.space, *on.graph);
  const auto output = download(on.space, on.model->output());
  const auto values = download(on.space, on.model->parameters());
  const auto expected = Transcription(circuit, shape, on.model->table(), values).output();
  for (std::size_t i = 0; i < output.size(); ++i) EXPECT_NEAR(output[i], expected[i], 1e-9) << "cell " << i;
}

TYPED_TEST(GsrModelTest, IsAlgorithm1) {
  const Circuit circuit = testing::awkward_circuit();
  compare_with_transcription<TypeParam, std::uint8_t>(shape_for(circuit, 4, 22, 3, Residual::sparse), circuit);
}
TYPED_TEST(GsrModelTest, IsAlgorithm1WithDenseResidual) {
  const Circuit circuit = testing::awkward_circuit();
  compare_with_transcription<TypeParam, std::uint8_t>(shape_for(circuit, 4, 22, 3, Residual::dense), circuit);
}
TYPED_TEST(GsrModelTest, IsAlgorithm1WhenColumnsNeedTwoBytes) {
  const Circuit circuit = testing::awkward_circuit();
  compare_with_transcription<TypeParam, std::uint16_t>(shape_for(circuit, 1, 600, 40, Residual::sparse), circuit);
}

TYPED_TEST(GsrModelTest, IsAlgorithm1OnTwoRelations) {
  const Circuit circuit = testing::awkward_circuit();
  for (const int width : {22, 96}) {
    auto shape = shape_for(circuit, 4, width, 3, Residual::sparse);
    shape.relations = 2;
    compare_with_transcription<TypeParam, std::uint8_t, testing::TwoRelations<double, TypeParam>>(shape, circuit);
  }
}

/// f, dV and the parameters' gradients of a block in double whose tiles are stored as Stored.
template <class Exec, class Stored>
std::vector<double> run_block() {
  constexpr int kTile = 16, kKept = 3;
  const Exec space;
  const Circuit circuit = testing::awkward_circuit();
  const auto size = count(circuit);
  Arena<Exec> arena(1 << 20);
  std::uint64_t seed = 1;
  const auto random = [&](const auto& view) { upload(space, view, testing::random_values(view.size(), seed++)); };
  NetGraph<double, Exec> graph(arena, size);
  graph.set(space, circuit);
  GsrBlockWorkspace<double, Exec, Stored> work(arena, size.cells, graph.intermediate_rows(size), kTile, kTile, kKept);
  const auto take = [&](auto rows, auto columns) { return arena.template take<Matrix<double, Exec>>(rows, columns); };
  const auto weight = [&] { return as_tensor(take(kTile, kTile)); };
  const auto row = [&] { return arena.template take<Vector<double, Exec>>(kTile); };
  const GsrBlockViews<double, Exec> p{weight(), weight(), row(), row()}, gradient{weight(), weight(), row(), row()};
  const auto v = take(size.cells, kKept), dv = take(size.cells, kKept), x = take(size.cells, kTile);
  const auto g = take(size.cells, kTile);
  const auto index = arena.template take<Matrix<std::uint8_t, Exec>>(size.cells, kKept);
  upload(space, index, testing::random_columns<std::uint8_t>(size.cells, kKept, kTile, 3));
  for (const auto& one : {p.neighbour_weight, p.self_weight}) random(one);
  for (const auto& one : {p.bias, p.norm_weight}) random(one);
  for (const auto& one : {v, g}) random(one);
  add_gsr_block<kTile>(space, graph, work, v, index, p, {}, 1.0, x);
  gsr_block_backward<kTile>(space, graph, work, v, index, p, {}, g, dv, gradient);
  std::vector<double> all;
  const auto append = [&](const auto& view) {
    const auto values = download(space, view);
    all.insert(all.end(), values.begin(), values.end());
  };
  for (const auto& one : {x, dv}) append(one);
  for (const auto& one : {gradient.neighbour_weight, gradient.self_weight}) append(one);
  for (const auto& one : {gradient.bias, gradient.norm_weight}) append(one);
  return all;
}

TYPED_TEST(GsrModelTest, BlockOnTilesStoredInFloat) {
  const auto in_double = run_block<TypeParam, double>(), in_float = run_block<TypeParam, float>();
  EXPECT_TRUE(testing::all_close(in_float, in_double, testing::kTolerance<float>));
  EXPECT_NE(in_float, in_double) << "the tiles are not stored in float";
}

template <class Exec, class Graph = NetGraph<float, Exec>>
void rebuild_through(int layers, Residual residual) {
  const Circuit circuit = generate({300, 0, 1});
  auto shape = shape_for(circuit, 0, 32, 4, residual);
  shape.relations = kRelations<Graph>;
  const OnNets<float, Exec, std::uint8_t, Graph> shallow(circuit, shape, 2);
  shallow.model->forward(shallow.space, *shallow.graph);
  const auto first = download(shallow.space, slice(shallow.model->embedding(), 1));

  shape.layers = layers;
  const OnNets<float, Exec, std::uint8_t, Graph> deep(circuit, shape, 2);
  deep.model->forward(deep.space, *deep.graph);
  EXPECT_GT(testing::relative_difference(first, download(deep.space, slice(deep.model->embedding(), 1))), 0.5);
  deep.model->backward(deep.space, *deep.graph, [](int) {});
  EXPECT_EQ(download(deep.space, slice(deep.model->embedding(), 1)), first);
}

TYPED_TEST(GsrModelTest, RebuildsX2Through1000Layers) {
  rebuild_through<TypeParam>(1000, Residual::sparse);
}
TYPED_TEST(GsrModelTest, RebuildsX2Through1000LayersWithDenseResidual) {
  rebuild_through<TypeParam>(1000, Residual::dense);
}

TYPED_TEST(GsrModelTest, RebuildsX2OnTwoRelations) {
  rebuild_through<TypeParam, testing::TwoRelations<float, TypeParam>>(100, Residual::sparse);
}

TYPED_TEST(GsrModelTest, TrainsThrough1000Layers) {
  constexpr int kCells = 150;
  const Circuit circuit = generate({kCells, 0, 1});
  const OnNets<float, TypeParam> on(circuit, shape_for(circuit, 1000, 32, 4, Residual::sparse), 2);
  Arena<TypeParam> memory(1 << 20);
  const auto label = memory.template take<Matrix<float, TypeParam>>(kCells, 1);
  const auto part = memory.template take<Vector<std::uint8_t, TypeParam>>(kCells);
  const auto partial = memory.template take<Vector<double, TypeParam>>(Tuning<TypeParam>::kRowChunks);
  upload(on.space, label, Standardisation::fit(circuit.label, 1).apply(circuit.label));

  std::vector<double> loss;
  for (int step = 1; step <= 40; ++step) {
    on.model->forward(on.space, *on.graph);
    loss.push_back(squared_error(on.space, on.model->output(), label, part, 0, partial) / kCells);
    squared_error_gradient(on.space, on.model->output(), label, part, 0, kCells, on.model->output_gradient());
    on.model->backward(on.space, *on.graph, [&](int number) {
      const auto& block = on.model->table().blocks[number];
      adam_update(on.space, AdamOptions{3e-4}, step, on.model->parameters(), on.moment1, on.moment2,
                  on.model->gradient(), block.first, block.count);
    });
    ASSERT_TRUE(std::isfinite(loss.back())) << "at step " << step;
  }
  fmt::print("1,000 layers: loss {:.3f} after {} updates\n", fmt::join(loss, " "), loss.size() - 1);
  // The labels have variance 1: a lower loss is more than their mean learnt.
  EXPECT_LT(std::accumulate(loss.end() - 10, loss.end(), 0.0) / 10, 0.8);
}

/// A training pass: output and all gradients, and X2 as forward left it and as backward did.
struct Passed {
  std::vector<float> all, after_forward, after_backward;
};
template <class Exec, class Graph = NetGraph<float, Exec>>
Passed pass_through(const Circuit& circuit, ModelShape shape) {
  shape.relations = kRelations<Graph>;
  const OnNets<float, Exec, std::uint8_t, Graph> on(circuit, shape, 2);
  on.model->draw_dropout(on.space, 3, 4);
  on.model->forward(on.space, *on.graph);
  upload(on.space, on.model->output_gradient(), testing::random_values<float>(circuit.cells(), 8));
  Passed passed;
  passed.all = download(on.space, on.model->output());
  passed.after_forward = download(on.space, slice(on.model->embedding(), 1));
  on.model->backward(on.space, *on.graph, [&](int block) {
    const auto part = download(on.space, on.model->gradient());
    passed.all.insert(passed.all.end(), part.begin(), part.begin() + on.model->table().blocks[block].count);
  });
  passed.after_backward = download(on.space, slice(on.model->embedding(), 1));
  return passed;
}

TYPED_TEST(GsrModelTest, RepeatsBitForBit) {
  const Circuit circuit = generate({500, 0, 3});
  const auto shape = shape_for(circuit, 5, 64, 8, Residual::sparse);
  EXPECT_EQ(pass_through<TypeParam>(circuit, shape).all, pass_through<TypeParam>(circuit, shape).all);
}

/// The same bits with none, some and all of five layers kept; only those rebuild X2 that keep nothing.
template <class Exec, class Graph = NetGraph<float, Exec>>
void keep_layers(const Circuit& circuit, bool exact) {
  for (const Residual residual : {Residual::sparse, Residual::dense}) {
    auto shape = shape_for(circuit, 5, 64, 8, residual);
    shape.dropout = 0.2;
    const Passed none = pass_through<Exec, Graph>(circuit, shape);
    EXPECT_NE(none.after_backward, none.after_forward);
    for (const int kept : {1, 3, 5, 9}) {
      SCOPED_TRACE(::testing::Message() << kept << (residual == Residual::sparse ? " kept" : " kept, dense"));
      shape.kept_layers = kept;
      const Passed passed = pass_through<Exec, Graph>(circuit, shape);
      EXPECT_EQ(passed.all, none.all);
      EXPECT_EQ(passed.after_backward == passed.after_forward, exact && kept >= 5);
      EXPECT_EQ(passed.after_backward == none.after_backward, !exact);
    }
  }
}

TYPED_TEST(GsrModelTest, KeptLayersChangeNoBit) {
  keep_layers<TypeParam>(generate({500, 0, 3}), true);
}
TYPED_TEST(GsrModelTest, KeptLayersChangeNoBitOnTwoRelations) {
  keep_layers<TypeParam, testing::TwoRelations<float, TypeParam>>(generate({200, 0, 3}), true);
}
// Then rebuilt states are not forward's, and are used whatever is kept.
TYPED_TEST(GsrModelTest, KeptLayersChangeNoBitOfStatesTooLargeForExactSums) {
  Circuit circuit = generate({500, 0, 3});
  for (float& feature : circuit.feature) feature *= 1e4F;
  keep_layers<TypeParam>(circuit, false);
}

}  // namespace
}  // namespace gsrgnn
