// A tile of a GSR block's backward pass, whichever kernels make it, against dense matrices.

#include <gtest/gtest.h>

#include <gsrgnn/models/gsr_block.hpp>

#include "support/guarded_memory.hpp"
#include "support/host_matrix.hpp"
#include "support/mismatches.hpp"
#include "support/random_circuit.hpp"
#include "support/small_circuits.hpp"
#include "support/spaces_and_scalars.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

/// The parameters of a block, its tiles beside each other: dense[row][column].
HostMatrix dense(const std::vector<double>& tiled, int width, int tiles, int tile) {
  HostMatrix all(width, tiles * tile);
  for (int t = 0; t < tiles; ++t) {
    for (int row = 0; row < width; ++row) {
      for (int c = 0; c < tile; ++c) all(row, t * tile + c) = tiled[(t * width + row) * tile + c];
    }
  }
  return all;
}

/// The gradients of all tiles, and dV of one relation, which replaces what there was, and of a further one.
template <int Tile, class Exec, class Scalar>
void check(const Circuit& circuit, int k) {
  SCOPED_TRACE(::testing::Message() << circuit.cells() << " cells, k " << k << ", tiles of " << Tile);
  const int tiles = 2, width = tiles * Tile - 3, columns = tiles * Tile;
  const auto rows = circuit.cells();
  const Exec space;
  GuardedMemory<Exec> memory(space);
  Arena<Exec> plan;
  using Graph = NetGraph<Scalar, Exec>;
  Graph(plan, count(circuit));
  Arena<Exec> arena(plan.used());
  Graph graph(arena, count(circuit));
  graph.set(space, circuit);

  using M = Matrix<Scalar, Exec>;
  using T = Tensor<Scalar, Exec>;
  Arena<Exec> work_plan;
  const auto workspace = [&](Arena<Exec>& from) {
    return GsrBlockWorkspace<Scalar, Exec>(from, rows, Graph::intermediate_rows(count(circuit)), width, Tile, k);
  };
  workspace(work_plan);
  Arena<Exec> work_arena(work_plan.used());
  const auto w = workspace(work_arena);
  const auto values = [](std::size_t number, std::uint64_t seed) { return random_values<double>(number, seed); };
  const auto cast = [](const std::vector<double>& from) { return std::vector<Scalar>(from.begin(), from.end()); };
  const auto v = values(rows * k, 1), g = values(rows * columns, 2), before = values(rows * k, 3);
  const auto of_neighbours = values(columns * width, 4), of_self = values(columns * width, 5);
  const auto kept = random_columns<std::uint8_t>(rows, k, width, 6);
  upload(space, w.normed, cast(v));
  const auto index = memory.template make_from<Matrix<std::uint8_t, Exec>>(kept, rows, k);
  const auto on_device = memory.template make_from<M>(cast(g), rows, columns);
  const auto parameters = [&](const std::vector<double>& neighbour, const std::vector<double>& self) {
    return GsrBlockViews<Scalar, Exec>{memory.template make_from<T>(cast(neighbour), tiles, width, Tile),
                                       memory.template make_from<T>(cast(self), tiles, width, Tile),
                                       memory.template make<Vector<Scalar, Exec>>(columns),
                                       {}};
  };
  const auto p = parameters(of_neighbours, of_self), gradient = parameters(of_neighbours, of_self);
  const auto dv = memory.template make_from<M>(cast(before), rows, k);
  const auto further = memory.template make_from<M>(cast(before), rows, k);
  const auto of_further = memory.template make<T>(tiles, width, Tile);
  for (int tile = 0; tile < tiles; ++tile) {
    relation_backward_tile<Tile, true>(space, graph, w, index, p, p.neighbour_weight, tile, on_device, dv, gradient,
                                       gradient.neighbour_weight);
    relation_backward_tile<Tile, false>(space, graph, w, index, p, p.neighbour_weight, tile, on_device, further,
                                        gradient, of_further);
  }

  auto mean = dense_adjacency(circuit);
  const auto degree = row_sums(mean);
  for (std::size_t i = 0; i < mean.rows; ++i) {
    for (std::size_t j = 0; j < mean.columns; ++j) mean(i, j) /= degree[i];
  }
  const HostMatrix s = scattered(v, kept, rows, width), g_matrix(rows, columns, g);
  const HostMatrix q = product(transposed(mean), g_matrix), ones(1, rows, std::vector<double>(rows, 1.0));
  const double tolerance = 10 * kTolerance<Scalar>;
  const auto expect = [&](const T& actual, const HostMatrix& expected, const char* what) {
    const auto host = download(space, actual);
    const HostMatrix all = dense(std::vector<double>(host.begin(), host.end()), width, tiles, Tile);
    EXPECT_TRUE(all_close(all.value, expected.value, tolerance, columns)) << what;
  };
  expect(gradient.neighbour_weight, product(transposed(s), q), "dW_n");
  expect(of_further, product(transposed(s), q), "dW_n of a further relation");
  expect(gradient.self_weight, product(transposed(s), g_matrix), "dW_s");
  EXPECT_TRUE(all_close(download(space, gradient.bias), product(ones, g_matrix).value, tolerance, columns)) << "db";

  const HostMatrix to_neighbours = product(q, transposed(dense(of_neighbours, width, tiles, Tile)));
  const HostMatrix to_self = product(g_matrix, transposed(dense(of_self, width, tiles, Tile)));
  std::vector<double> both, added(before);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (int t = 0; t < k; ++t) {
      const int c = kept[i * k + t];
      both.push_back(to_neighbours(i, c) + to_self(i, c));
      added[i * k + t] += to_neighbours(i, c);
    }
  }
  EXPECT_TRUE(all_close(download(space, dv), both, tolerance, k)) << "dV";
  EXPECT_TRUE(all_close(download(space, further), added, tolerance, k)) << "dV with that of a further relation";
}

template <class T>
class GsrBlockTest : public ::testing::Test {};
TYPED_TEST_SUITE(GsrBlockTest, SpacesAndScalars, SpaceAndScalarName);

TYPED_TEST(GsrBlockTest, BackwardOfATileIsThatOfDenseMatrices) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  for (const int k : {1, 4, 5}) {
    check<8, Exec, Scalar>(random_circuit(90, 80, 1), k);
    check<64, Exec, Scalar>(random_circuit(kEmulated ? 65 : 300, 70, k), k);
  }
  check<16, Exec, Scalar>(awkward_circuit(), 3);
  check<32, Exec, Scalar>(random_circuit_with_long_nets(150, 1), 9);
}

}  // namespace
}  // namespace gsrgnn
