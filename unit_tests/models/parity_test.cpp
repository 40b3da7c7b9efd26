// The same graph, weights and inputs as in PyTorch and PyTorch Geometric give the same output and gradients. The
// fixtures in parity/ were made by perf_tests/peers/make_fixtures.py, which says how.

#include <gtest/gtest.h>

#include <filesystem>
#include <gsrgnn/models/gsr_stack.hpp>
#include <gsrgnn/models/plain_stack.hpp>
#include <gsrgnn/models/rev_stack.hpp>
#include <gsrgnn/util/hdf5_file.hpp>

#include "support/execution_spaces.hpp"

namespace gsrgnn {
namespace {

/// What float arithmetic may be off, relative to the largest value of an array.
constexpr double kRelative = 1e-4;

struct Fixture {
  explicit Fixture(const std::string& path) : file(path) {
    circuit.name = path;
    circuit.net_offset = file.array<std::int64_t>("circuit/net_offset");
    circuit.net_cell = file.array<std::int32_t>("circuit/net_cell");
    circuit.cell_type = file.array<std::int32_t>("circuit/cell_type");
    circuit.feature = file.array<float>("circuit/feature");
    const auto kind = file.attribute_string("/", "kind");
    const auto size = [&](const char* name) { return static_cast<int>(file.attribute_int("/", name)); };
    for (int i = 0; i < 4; ++i) {
      if (kind == model_kinds()[i].first) shape.kind = static_cast<ModelKind>(i);
    }
    EXPECT_EQ(name_of(shape.kind), kind);
    shape.features = static_cast<int>(file.shape("circuit/feature")[1]);
    shape.types = static_cast<int>(file.attribute_int("circuit", "types"));
    shape.outputs = size("outputs");
    shape.layers = size("layers");
    shape.hidden = size("hidden");
    shape.groups = size("groups");
    shape.k = size("k");
    shape.residual = file.attribute_string("/", "residual") == "dense" ? Residual::dense : Residual::sparse;
    shape.dropout = file.attribute_double("/", "dropout");
  }
  Hdf5Reader file;
  Circuit circuit;
  ModelShape shape;
};

::testing::AssertionResult agrees(const std::vector<float>& actual, const std::vector<float>& expected) {
  if (actual.size() != expected.size()) {
    return ::testing::AssertionFailure() << actual.size() << " values where " << expected.size() << " are expected";
  }
  double largest = 0, off = 0;
  std::size_t worst = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double difference = std::abs(static_cast<double>(actual[i]) - static_cast<double>(expected[i]));
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
    if (difference > off || !(difference == difference)) {
      off = difference;
      worst = i;
    }
  }
  if (largest > 0 && off <= kRelative * largest) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "value " << worst << " is " << actual[worst] << " and should be "
                                       << expected[worst] << "; the largest is " << largest;
}

/// Rows of N x D as they lie in a C x N x padded d tensor.
std::vector<std::uint8_t> grouped(const std::vector<std::uint8_t>& rows, const ModelShape& s, std::int64_t cells) {
  std::vector<std::uint8_t> values(static_cast<std::size_t>(s.groups) * cells * s.stride(), 0);
  for (std::int64_t i = 0; i < cells; ++i) {
    for (int c = 0; c < s.hidden; ++c) {
      values[(c / s.width() * cells + i) * s.stride() + c % s.width()] = rows[i * s.hidden + c];
    }
  }
  return values;
}

template <class Model, class Graph>
void compare_on(const Fixture& f) {
  using Exec = typename Model::Exec;
  const Exec space;
  const CircuitCounts size = count(f.circuit);
  const auto make = [&](Arena<Exec>& arena) {
    Graph graph(arena, size);
    return std::make_pair(graph, Model(arena, f.shape, size.cells, Graph::intermediate_rows(size), Purpose::training));
  };
  Arena<Exec> plan;
  make(plan);
  Arena<Exec> arena(plan.used());
  auto [graph, model] = make(arena);
  graph.set(space, f.circuit);
  model.inputs().set(space, f.circuit.feature, f.circuit.cell_type);
  if (f.shape.dropout > 0) {
    upload(space, model.kept(), grouped(f.file.template array<std::uint8_t>("mask"), f.shape, size.cells));
    upload(space, model.readout_kept(),
           grouped(f.file.template array<std::uint8_t>("readout_mask"), f.shape, size.cells));
  }
  std::vector<float> values(model.table().size(), 0.0F);
  for (const auto& array : model.table().arrays) {
    const auto from = f.file.template array<float>("parameters/" + array.name);
    ASSERT_EQ(from.size(), static_cast<std::size_t>(array.rows) * array.columns) << array.name;
    for (std::size_t i = 0; i < from.size(); ++i) {
      values[array.at(static_cast<int>(i) / array.columns, static_cast<int>(i) % array.columns)] = from[i];
    }
  }
  upload(space, model.parameters(), values);
  upload(space, model.output_gradient(), f.file.template array<float>("output_gradient"));

  model.forward(space, graph);
  EXPECT_TRUE(agrees(download(space, model.output()), f.file.template array<float>("output"))) << "output";
  std::vector<float> gradient(values.size(), 0.0F);
  model.backward(space, graph, [&](int number) {
    const auto& block = model.table().blocks[number];
    const auto part = download(space, model.gradient());
    std::copy_n(part.begin(), block.count, gradient.begin() + block.first);
  });
  for (const auto& array : model.table().arrays) {
    std::vector<float> actual;
    for (int r = 0; r < array.rows; ++r) {
      for (int c = 0; c < array.columns; ++c) actual.push_back(gradient[array.at(r, c)]);
    }
    EXPECT_TRUE(agrees(actual, f.file.template array<float>("gradient/" + array.name))) << array.name;
  }
}

template <class Model>
void compare(const Fixture& f) {
  using Exec = typename Model::Exec;
  {
    SCOPED_TRACE("on nets");
    compare_on<Model, NetGraph<float, Exec>>(f);
  }
  SCOPED_TRACE("on edges");
  compare_on<Model, EdgeGraph<float, Exec>>(f);
}

template <class Exec>
void compare_all(ModelKind kind, int at_least) {
  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(GSRGNN_PARITY)) {
    const Fixture f(entry.path().string());
    if (f.shape.kind != kind) continue;
    SCOPED_TRACE(entry.path().filename().string());
    ++compared;
    if (kind == ModelKind::gcn) compare<GcnModel<float, Exec>>(f);
    if (kind == ModelKind::sage) compare<SageModel<float, Exec>>(f);
    if (kind == ModelKind::rev) compare<RevModel<float, Exec>>(f);
    if (kind == ModelKind::gsr) compare<GsrModel<float, std::uint8_t, Exec>>(f);
  }
  EXPECT_GE(compared, at_least) << "fixtures are missing in " << GSRGNN_PARITY;
}

template <class Exec>
class Parity : public ::testing::Test {};
TYPED_TEST_SUITE(Parity, testing::ExecutionSpaces);

TYPED_TEST(Parity, GcnEqualsPyG) {
  compare_all<TypeParam>(ModelKind::gcn, 2);
}
TYPED_TEST(Parity, SageEqualsPyG) {
  compare_all<TypeParam>(ModelKind::sage, 2);
}
TYPED_TEST(Parity, RevEqualsPyG) {
  compare_all<TypeParam>(ModelKind::rev, 4);
}
TYPED_TEST(Parity, GsrEqualsPyTorch) {
  compare_all<TypeParam>(ModelKind::gsr, 4);
}

}  // namespace
}  // namespace gsrgnn
