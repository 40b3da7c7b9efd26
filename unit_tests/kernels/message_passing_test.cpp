// Message passing on nets and on edges against the dense matrix of pairs of pins.

#include <gtest/gtest.h>

#include <array>
#include <gsrgnn/kernels/cbsr.hpp>
#include <gsrgnn/kernels/message_passing.hpp>
#include <gsrgnn/kernels/sparse_linear.hpp>
#include <memory>

#include "support/guarded_memory.hpp"
#include "support/host_matrix.hpp"
#include "support/mismatches.hpp"
#include "support/random_circuit.hpp"
#include "support/small_circuits.hpp"
#include "support/spaces_and_scalars.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

/// A circuit's graph on the device.
template <class Graph, class Exec>
struct OnDevice {
  OnDevice(const Exec& space, const Circuit& circuit) {
    const auto size = count(circuit);
    Arena<Exec> plan;
    Graph(plan, size);
    arena = Arena<Exec>(plan.used());
    graph = std::make_unique<Graph>(arena, size);
    graph->set(space, circuit);
    intermediate_rows = Graph::intermediate_rows(size);
  }
  Arena<Exec> arena;
  std::unique_ptr<Graph> graph;
  std::int64_t intermediate_rows = 0;
};

/// A^ X, A^^T X and D^-1/2 A~ D^-1/2 X of X (cells x columns); all matrices are stored as Stored.
template <int Tile, class Graph, class Exec, class Stored>
std::array<std::vector<Stored>, 3> aggregate_all(const Circuit& circuit, const std::vector<Stored>& values,
                                                 int columns) {
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const OnDevice<Graph, Exec> on(space, circuit);
  const auto cells = circuit.cells();
  const auto x = memory.template make_from<Matrix<Stored, Exec>>(values, cells, columns);
  const auto forward = memory.template make<Matrix<Stored, Exec>>(cells, columns);
  const auto backward = memory.template make<Matrix<Stored, Exec>>(cells, columns);
  const auto symmetric = memory.template make<Matrix<Stored, Exec>>(cells, columns);
  const auto y = memory.template make<Matrix<Stored, Exec>>(on.intermediate_rows, Tile);
  mean_aggregate<Tile>(space, *on.graph, x, forward, y);
  mean_aggregate_transposed<Tile>(space, *on.graph, x, backward, y);
  symmetric_aggregate<Tile>(space, *on.graph, x, symmetric, y);
  EXPECT_TRUE(all_same(download(space, x), values, columns)) << "X must not change";
  return {download(space, forward), download(space, backward), download(space, symmetric)};
}

/// How much larger the terms are than their sum, at worst, in row i of B (B^T X) - delta o X + X over deg_i: on nets a
/// cell's pins on one net are added, B[i,n]^2 of them, to be taken away again. Roundings count by this factor.
double cancellation(const Circuit& circuit) {
  const auto arrays = net_arrays(circuit);
  double worst = 1;
  for (std::int64_t i = 0; i < circuit.cells(); ++i) {
    double terms = std::abs(arrays.self_weight[i]);
    for (int p = arrays.cell_offset[i]; p < arrays.cell_offset[i + 1]; ++p) {
      terms += static_cast<double>(circuit.net_offset[arrays.cell_net[p] + 1] - circuit.net_offset[arrays.cell_net[p]]);
    }
    worst = std::max(worst, terms * arrays.inverse_degree[i]);
  }
  return worst;
}

template <int Tile, template <class, class> class Graph, class Exec, class Scalar, class Stored = Scalar>
void check(const Circuit& circuit, int columns) {
  SCOPED_TRACE(::testing::Message() << circuit.cells() << " cells, " << circuit.nets() << " nets, " << columns
                                    << " columns, tile " << Tile);
  const auto values = random_values<Stored>(circuit.cells() * columns, 9);
  const auto [forward, backward, symmetric] = aggregate_all<Tile, Graph<Scalar, Exec>, Exec>(circuit, values, columns);

  auto mean = dense_adjacency(circuit), gcn = mean;
  const auto degree = row_sums(mean);
  for (std::size_t i = 0; i < mean.rows; ++i) {
    for (std::size_t j = 0; j < mean.columns; ++j) {
      mean(i, j) /= degree[i];
      gcn(i, j) /= std::sqrt(degree[i] * degree[j]);
    }
  }
  const HostMatrix x(circuit.cells(), columns, values);
  const bool on_nets = std::is_same_v<Graph<Scalar, Exec>, NetGraph<Scalar, Exec>>;
  const double tolerance = std::max(kTolerance<Scalar>, kTolerance<Stored>) * (on_nets ? cancellation(circuit) : 1);
  EXPECT_TRUE(all_close(forward, product(mean, x).value, tolerance, columns)) << "mean_aggregate";
  EXPECT_TRUE(all_close(backward, product(transposed(mean), x).value, tolerance, columns))
      << "mean_aggregate_transposed";
  EXPECT_TRUE(all_close(symmetric, product(gcn, x).value, tolerance, columns)) << "symmetric_aggregate";
}

template <int Tile, template <class, class> class Graph, class Exec, class Scalar>
void check_tile() {
  check<Tile, Graph, Exec, Scalar>(awkward_circuit(), Tile);
  check<Tile, Graph, Exec, Scalar>(awkward_circuit(), 3 * Tile);
  for (const int cells : {1, 2, 3, 31, 65, 257}) {
    if (cells > many(5000)) continue;
    check<Tile, Graph, Exec, Scalar>(random_circuit(cells, cells + 7, cells), 2 * Tile);
  }
  check<Tile, Graph, Exec, Scalar>(random_circuit_with_long_nets(200, 1), Tile);
  check<Tile, Graph, Exec, Scalar>(random_circuit(40, 0, 1), Tile);    // no nets
  check<Tile, Graph, Exec, Scalar>(random_circuit(6, 400, 2), Tile);   // many parallel edges
  check<Tile, Graph, Exec, Scalar>(random_circuit(300, 20, 3), Tile);  // mostly isolated cells
}

/// In float every tile; in double, which differs by its registers, the narrowest and the widest, as on a GPU, whose
/// packs are the same in all.
template <template <class, class> class Graph, class Exec, class Scalar>
void check_all_tiles() {
  check_tile<8, Graph, Exec, Scalar>();
  check_tile<64, Graph, Exec, Scalar>();
  if constexpr (std::is_same_v<Scalar, float> && !kEmulated) {
    check_tile<16, Graph, Exec, Scalar>();
    check_tile<32, Graph, Exec, Scalar>();
  }
}

template <class T>
class MessagePassingTest : public ::testing::Test {};
TYPED_TEST_SUITE(MessagePassingTest, SpacesAndScalars, SpaceAndScalarName);

TYPED_TEST(MessagePassingTest, NetsGiveTheDenseProduct) {
  check_all_tiles<NetGraph, typename TypeParam::Exec, typename TypeParam::Scalar>();
}
TYPED_TEST(MessagePassingTest, EdgesGiveTheDenseProduct) {
  check_all_tiles<EdgeGraph, typename TypeParam::Exec, typename TypeParam::Scalar>();
}

TYPED_TEST(MessagePassingTest, MatricesStoredInAnotherType) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  using Other = typename TypeParam::Other;
  for (const auto& circuit : {awkward_circuit(), random_circuit(257, 300, 6), random_circuit_with_long_nets(200, 1)}) {
    if (circuit.cells() > many(5000)) continue;
    check<8, NetGraph, Exec, Scalar, Other>(circuit, 24);
    check<64, EdgeGraph, Exec, Scalar, Other>(circuit, 64);
  }
}

// 2^24 + 1 + 1 is 2^24 in float, whatever the ones are stored as.
TYPED_TEST(MessagePassingTest, SumsAreMadeInTheGraphsType) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  using Other = typename TypeParam::Other;
  Circuit circuit = random_circuit(4, 0, 1);
  circuit.net_cell = {0, 1, 2, 3};
  circuit.net_offset = {0, 4};
  std::vector<Other> values(4 * 8, Other(1));
  std::fill_n(values.begin(), 8, Other(1 << 24));
  const auto edges = edge_arrays(circuit);
  std::vector<Other> mean;
  for (int i = 0; i < 4; ++i) {
    Scalar sum = 0;
    for (int e = edges.offset[i]; e < edges.offset[i + 1]; ++e)
      sum += static_cast<Scalar>(values[edges.neighbour[e] * 8]);
    mean.insert(mean.end(), 8, static_cast<Other>(sum / 4));
  }
  EXPECT_TRUE(all_same(aggregate_all<8, EdgeGraph<Scalar, Exec>, Exec>(circuit, values, 8)[0], mean, 8));
}

TYPED_TEST(MessagePassingTest, NetsAndEdgesAgreeOnALargerCircuit) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  const auto circuit = random_circuit(many(3000), many(3500), 4);
  const auto x = random_values<Scalar>(circuit.cells() * 64, 5);
  const auto nets = aggregate_all<64, NetGraph<Scalar, Exec>, Exec>(circuit, x, 64);
  const auto edges = aggregate_all<8, EdgeGraph<Scalar, Exec>, Exec>(circuit, x, 64);
  ASSERT_LT(cancellation(circuit), 20);
  EXPECT_TRUE(all_close(nets[0], edges[0], kTolerance<Scalar>, 64)) << "mean_aggregate";
  EXPECT_TRUE(all_close(nets[1], edges[1], kTolerance<Scalar>, 64)) << "mean_aggregate_transposed";
}

TYPED_TEST(MessagePassingTest, TheMeanOfOnesIsOne) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  const auto circuit = random_circuit(257, 300, 6);
  const std::vector<Scalar> ones(circuit.cells() * 8, Scalar(1));
  EXPECT_TRUE(
      all_close(aggregate_all<8, NetGraph<Scalar, Exec>, Exec>(circuit, ones, 8)[0], ones, kTolerance<Scalar>, 8));
  EXPECT_TRUE(
      all_close(aggregate_all<8, EdgeGraph<Scalar, Exec>, Exec>(circuit, ones, 8)[0], ones, kTolerance<Scalar>, 8));
}

// <A^ x, y> = <x, A^^T y>
TYPED_TEST(MessagePassingTest, TheTransposeIsTheAdjoint) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  const auto circuit = random_circuit(257, 300, 7);
  const auto x = random_values<Scalar>(circuit.cells() * 8, 8);
  const auto y = random_values<Scalar>(circuit.cells() * 8, 9);
  const auto dot = [](const std::vector<Scalar>& a, const std::vector<Scalar>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum;
  };
  const auto mean_x = aggregate_all<8, NetGraph<Scalar, Exec>, Exec>(circuit, x, 8)[0];
  const auto back_y = aggregate_all<8, NetGraph<Scalar, Exec>, Exec>(circuit, y, 8)[1];
  EXPECT_NEAR(dot(mean_x, y), dot(x, back_y), 100 * kTolerance<Scalar>);
  EXPECT_GT(std::abs(dot(mean_x, y)), 0.1) << "the test is blind";
}

/// The adjacency of the paper's examples, [[1,0,1,0],[0,1,0,1],[1,0,0,1],[0,1,1,0]]: two neighbours a row.
template <class Scalar, class Exec>
struct PaperGraph {
  explicit PaperGraph(const Exec& space) : arena(1 << 16), graph(arena, size()) {
    upload(space, graph.offset, {0, 2, 4, 6, 8});
    upload(space, graph.neighbour, {0, 2, 1, 3, 0, 3, 1, 2});
    upload(space, graph.inverse_degree, std::vector<Scalar>(4, Scalar(1)));
  }
  static CircuitCounts size() {
    CircuitCounts counts;
    counts.cells = 4;
    counts.edges = 8;
    return counts;
  }
  Arena<Exec> arena;
  EdgeGraph<Scalar, Exec> graph;
};

/// A~ X of the paper's adjacency, of X (4 x 4, padded to 8).
template <class Scalar, class Exec>
std::vector<Scalar> paper_product(const Exec& space, const Matrix<Scalar, Exec>& x) {
  const PaperGraph<Scalar, Exec> paper(space);
  GuardedMemory<Exec> memory(space);
  const auto y = memory.template make<Matrix<Scalar, Exec>>(0, 8);
  const auto out = memory.template make<Matrix<Scalar, Exec>>(4, 8);
  pass_to_nets<8, RowScale::one>(space, paper.graph, x, 0, y);
  store_neighbour_sums<8, RowScale::one, RowScale::one>(space, paper.graph, x, 0, y, out, 0);
  return download(space, out);
}

TYPED_TEST(MessagePassingTest, DenseExampleOfThePaper) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const std::vector<double> x = {.37, .76, 0,   .79, 0, 0, 0, 0,  //
                                 .58, 0,   .57, 0,   0, 0, 0, 0,  //
                                 0,   .55, .95, 0,   0, 0, 0, 0,  //
                                 0,   0,   .23, 0,   0, 0, 0, 0};
  const std::vector<double> expected = {.37, 1.31, .95,  .79, 0, 0, 0, 0,  //
                                        .58, 0,    .8,   0,   0, 0, 0, 0,  //
                                        .37, .76,  .23,  .79, 0, 0, 0, 0,  //
                                        .58, .55,  1.52, 0,   0, 0, 0, 0};
  const auto dense = memory.template make_from<Matrix<Scalar, Exec>>(x, 4, 8);
  EXPECT_TRUE(all_close(paper_product<Scalar>(space, dense), expected, kTolerance<Scalar>, 8));
}

TYPED_TEST(MessagePassingTest, CbsrExampleOfThePaper) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto v = memory.template make_from<Matrix<Scalar, Exec>>(std::vector<double>{.79, .58, .95, .86}, 4, 1);
  const auto index = memory.template make_from<Matrix<std::uint8_t, Exec>>(std::vector<int>{3, 0, 2, 3}, 4, 1);
  const std::vector<double> expected = {0,   0, .95, .79,  0, 0, 0, 0,  //
                                        .58, 0, 0,   .86,  0, 0, 0, 0,  //
                                        0,   0, 0,   1.65, 0, 0, 0, 0,  //
                                        .58, 0, .95, 0,    0, 0, 0, 0};
  const auto x = memory.template make_from<Matrix<Scalar, Exec>>(std::vector<double>(4 * 8, 0.0), 4, 8);
  scatter_add(space, v, index, x);
  EXPECT_TRUE(all_close(paper_product<Scalar>(space, x), expected, kTolerance<Scalar>, 8));

  // And without ever making X dense: S W with W = 1.
  std::vector<double> identity(4 * 8, 0.0);
  for (int c = 0; c < 4; ++c) identity[c * 8 + c] = 1;
  const auto w = memory.template make_from<Tensor<Scalar, Exec>>(identity, 1, 4, 8);
  const auto t = memory.template make<Matrix<Scalar, Exec>>(4, 8);
  sparse_linear<8>(space, v, index, w, 0, t);
  EXPECT_TRUE(all_close(paper_product<Scalar>(space, t), expected, kTolerance<Scalar>, 8));
}

template <int Tile, class Exec, class Scalar>
void check_segments(int segments, int rows) {
  SCOPED_TRACE(::testing::Message() << segments << " segments of " << rows << " rows, tile " << Tile);
  const int columns = 3 * Tile, from = Tile, to = 2 * Tile;
  Random random(segments);
  std::vector<int> offset = {0}, member;
  for (int s = 0; s < segments; ++s) {
    for (auto left = random.below(6); left > 0; --left) member.push_back(static_cast<int>(random.below(rows)));
    offset.push_back(static_cast<int>(member.size()));
  }
  const auto values = random_values<Scalar>(rows * columns, 10);
  const auto before = random_values<Scalar>(segments * columns, 11);

  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto first = memory.template make_from<Vector<int, Exec>>(offset, offset.size());
  const auto members = memory.template make_from<Vector<int, Exec>>(member, member.size());
  const auto x = memory.template make_from<Matrix<Scalar, Exec>>(values, rows, columns);
  const auto out = memory.template make_from<Matrix<Scalar, Exec>>(before, segments, columns);
  sum_segments<Tile, Scalar>(space, "gsrgnn::test::sum_segments", first, members, x, from, out, to, AddRow());

  HostMatrix expected(segments, columns, before);
  for (int s = 0; s < segments; ++s) {
    for (int c = 0; c < Tile; ++c) {
      expected(s, to + c) = 0;
      for (int p = offset[s]; p < offset[s + 1]; ++p) {
        expected(s, to + c) += static_cast<double>(values[member[p] * columns + from + c]);
      }
    }
  }
  EXPECT_TRUE(all_close(download(space, out), expected.value, kTolerance<Scalar>, columns));
}

TYPED_TEST(MessagePassingTest, SumsOfSegments) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  for (const int segments : {1, 5, 64, 301}) {
    check_segments<8, Exec, Scalar>(segments, 17);
    check_segments<16, Exec, Scalar>(segments, 1);
    check_segments<32, Exec, Scalar>(segments, 90);
    check_segments<64, Exec, Scalar>(segments, 40);
  }
}

// Empty ones, of as many members as a team has threads or nearly, and large ones.
TYPED_TEST(MessagePassingTest, SumsOfLargeSegments) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  constexpr int kTile = 16;
  const Exec space;
  GuardedMemory<Exec> memory(space);
  std::vector<int> offset = {0}, member;
  std::vector<double> expected;
  const int cells = 1000;
  const auto x = random_integers<Scalar>(cells * kTile * 2, 3);
  for (const int size : {0, 1, 7, 8, 9, 0, 300, 1, cells}) {
    std::vector<double> sum(kTile * 2, 0.0);
    for (int m = 0; m < size; ++m) {
      member.push_back((m * 7 + size) % cells);
      for (int c = 0; c < kTile; ++c) sum[kTile + c] += x[member.back() * kTile * 2 + kTile + c];
    }
    offset.push_back(static_cast<int>(member.size()));
    expected.insert(expected.end(), sum.begin() + kTile, sum.end());
  }
  const auto segments = static_cast<std::int64_t>(offset.size()) - 1;
  const auto out = memory.template make<Matrix<Scalar, Exec>>(segments, kTile);
  sum_large_segments<kTile, Scalar>(
      space, "gsrgnn::test::sum_large_segments", memory.template make_from<Vector<int, Exec>>(offset, offset.size()),
      memory.template make_from<Vector<int, Exec>>(member, member.size()),
      memory.template make_from<Matrix<Scalar, Exec>>(x, cells, 2 * kTile), kTile, out, 0);
  EXPECT_TRUE(all_same(download(space, out), std::vector<Scalar>(expected.begin(), expected.end()), kTile));
}

}  // namespace
}  // namespace gsrgnn
