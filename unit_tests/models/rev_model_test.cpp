// What RevGNN's reversibility promises in float: the embedding rebuilt through many layers is the one that forward had,
// and memory does not grow with depth but for the parameters.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/models/any_model.hpp>
#include <gsrgnn/models/rev_stack.hpp>

#include "support/execution_spaces.hpp"
#include "support/mismatches.hpp"
#include "support/small_circuits.hpp"

namespace gsrgnn {
namespace {

ModelShape shape(int layers, int groups, double dropout) {
  ModelShape s;
  s.kind = ModelKind::rev;
  s.features = 4;
  s.types = 16;
  s.layers = layers;
  s.hidden = 32;
  s.groups = groups;
  s.dropout = dropout;
  return s;
}

/// The embedding after a forward pass and, if asked for, a backward pass.
template <class Exec>
std::vector<float> embedding(const Circuit& circuit, const ModelShape& shape, bool backward) {
  const Exec space;
  const CircuitCounts size = count(circuit);
  const auto make = [&](Arena<Exec>& arena) {
    NetGraph<float, Exec> graph(arena, size);
    return std::make_pair(
        graph, RevModel<float, Exec>(arena, shape, size.cells, graph.intermediate_rows(size), Purpose::training));
  };
  Arena<Exec> plan;
  make(plan);
  Arena<Exec> arena(plan.used());
  auto [graph, model] = make(arena);
  graph.set(space, circuit);
  auto features = testing::random_values<float>(circuit.cells() * shape.features, 3);
  std::vector<int> types;
  for (std::int64_t i = 0; i < circuit.cells(); ++i) types.push_back(static_cast<int>(i % shape.types));
  model.inputs().set(space, features, types);
  const auto initial = model.table().initial_values(2, {"", 0, model.table().size()});
  upload(space, model.parameters(), std::vector<float>(initial.begin(), initial.end()));
  model.draw_dropout(space, 1, 1);
  model.forward(space, graph);
  if (backward) {
    upload(space, model.output_gradient(), testing::random_values<float>(circuit.cells(), 4));
    model.backward(space, graph, [](int) {});
  }
  return download(space, model.embedding());
}

template <class Exec>
class RevModelTest : public ::testing::Test {};
TYPED_TEST_SUITE(RevModelTest, testing::ExecutionSpaces);

TYPED_TEST(RevModelTest, RebuildsTheEmbeddingThrough200Layers) {
  const Circuit circuit = generate({300, 0, 1});
  for (const auto& [groups, dropout] : {std::pair{2, 0.0}, std::pair{4, 0.2}}) {
    const auto first = embedding<TypeParam>(circuit, shape(0, groups, dropout), false);
    const auto deep = shape(200, groups, dropout);
    EXPECT_GT(testing::relative_difference(first, embedding<TypeParam>(circuit, deep, false)), 0.5);
    const double drift = testing::relative_difference(first, embedding<TypeParam>(circuit, deep, true));
    EXPECT_LT(drift, 1e-3);
    fmt::print("embedding rebuilt through 200 layers of {} groups: relative difference {:.2e}\n", groups, drift);
  }
}

/// Bytes of graph and model without parameters.
std::int64_t activation_bytes(ModelKind kind, int layers) {
  ModelShape s = shape(layers, kind == ModelKind::rev ? 2 : 1, 0.1);
  s.kind = kind;
  CircuitCounts size;
  size.cells = 10000;
  size.nets = 11000;
  size.pins = 40000;
  Arena<AnyModel::Exec> plan;
  const auto model = make_model({plan, plan, s, size, Purpose::training});
  return static_cast<std::int64_t>(plan.used()) - model->table().size() * static_cast<std::int64_t>(sizeof(float));
}

TEST(ActivationMemory, OfRevGnnDoesNotGrowWithDepth) {
  const auto shallow = activation_bytes(ModelKind::rev, 8);
  // The arena rounds each array up to 256 bytes.
  EXPECT_NEAR(static_cast<double>(activation_bytes(ModelKind::rev, 64)), static_cast<double>(shallow), 1024);
  EXPECT_NEAR(static_cast<double>(activation_bytes(ModelKind::rev, 1000)), static_cast<double>(shallow), 1024);
  fmt::print("activations and graph of RevGNN, 10,000 cells, D = 32: {} bytes at any depth\n", shallow);
}

TEST(ActivationMemory, OfAPlainStackGrowsByAnEmbeddingALayer) {
  for (const ModelKind kind : {ModelKind::gcn, ModelKind::sage}) {
    EXPECT_NEAR(static_cast<double>(activation_bytes(kind, 64) - activation_bytes(kind, 8)), 56.0 * 10000 * 32 * 4,
                1024);
  }
}

}  // namespace
}  // namespace gsrgnn
