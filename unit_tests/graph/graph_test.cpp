// The arrays of both forms of the graph against the dense matrix of pairs of pins.

#include <gtest/gtest.h>

#include <algorithm>
#include <gsrgnn/graph/graph.hpp>
#include <gsrgnn/util/error.hpp>

#include "support/mismatches.hpp"
#include "support/random_circuit.hpp"
#include "support/small_circuits.hpp"
#include "support/spaces_and_scalars.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

std::vector<Circuit> circuits() {
  auto list = std::vector<Circuit>{awkward_circuit()};
  for (const int cells : {1, 2, 3, 40, 257}) list.push_back(random_circuit(cells, cells + 20, cells));
  list.push_back(random_circuit(10, 0, 1));
  list.push_back(random_circuit(5, 500, 2));
  list.push_back(random_circuit_with_long_nets(120, 3));
  return list;
}

/// B: pins of cell i on net n.
HostMatrix incidence(const Circuit& circuit) {
  HostMatrix b(circuit.cells(), circuit.nets());
  for (std::int64_t n = 0; n < circuit.nets(); ++n) {
    for (std::int64_t p = circuit.net_offset[n]; p < circuit.net_offset[n + 1]; ++p) b(circuit.net_cell[p], n) += 1;
  }
  return b;
}

std::vector<double> inverse_row_sums(const HostMatrix& a) {
  auto sums = row_sums(a);
  for (double& value : sums) value = 1 / value;
  return sums;
}

TEST(NetArrays, HoldTheIncidenceBothWays) {
  for (const auto& circuit : circuits()) {
    SCOPED_TRACE(::testing::Message() << circuit.cells() << " cells, " << circuit.nets() << " nets");
    const auto arrays = net_arrays(circuit);
    const auto size = count(circuit);
    ASSERT_EQ(arrays.net_offset.size(), static_cast<std::size_t>(size.nets + size.net_pieces + 1));
    ASSERT_EQ(arrays.long_net.size(), static_cast<std::size_t>(size.long_nets));
    ASSERT_EQ(arrays.long_net_offset.size(), static_cast<std::size_t>(size.long_nets + 1));
    ASSERT_EQ(arrays.long_net_offset.front(), circuit.nets());
    ASSERT_EQ(arrays.long_net_offset.back(), size.nets + size.net_pieces);
    ASSERT_EQ(arrays.cell_offset.size(), circuit.cells() + 1u);
    ASSERT_EQ(arrays.net_offset.front(), 0);
    ASSERT_EQ(arrays.cell_offset.front(), 0);
    ASSERT_EQ(arrays.net_offset.back(), circuit.pins());
    ASSERT_EQ(arrays.cell_offset.back(), circuit.pins());

    HostMatrix by_net(circuit.cells(), circuit.nets()), by_cell = by_net;
    const auto add_row = [&](int row, int net) {
      EXPECT_LE(arrays.net_offset[row + 1] - arrays.net_offset[row], kNetPiece);
      for (int p = arrays.net_offset[row]; p < arrays.net_offset[row + 1]; ++p) by_net(arrays.net_cell[p], net) += 1;
    };
    for (int n = 0; n < circuit.nets(); ++n) add_row(n, n);
    for (std::size_t i = 0; i < arrays.long_net.size(); ++i) {
      for (int row = arrays.long_net_offset[i]; row < arrays.long_net_offset[i + 1]; ++row) {
        add_row(row, arrays.long_net[i]);
      }
    }
    for (int i = 0; i < circuit.cells(); ++i) {
      const auto first = arrays.cell_net.begin() + arrays.cell_offset[i];
      const auto last = arrays.cell_net.begin() + arrays.cell_offset[i + 1];
      for (auto net = first; net != last; ++net) by_cell(i, *net) += 1;
      EXPECT_TRUE(std::is_sorted(first, last)) << "the nets of cell " << i;
    }
    const auto b = incidence(circuit);
    EXPECT_TRUE(all_same(by_net.value, b.value, circuit.nets()));
    EXPECT_TRUE(all_same(by_cell.value, b.value, circuit.nets()));
  }
}

TEST(NetArrays, HoldSelfWeightsAndDegrees) {
  for (const auto& circuit : circuits()) {
    SCOPED_TRACE(::testing::Message() << circuit.cells() << " cells, " << circuit.nets() << " nets");
    const auto arrays = net_arrays(circuit);
    const auto b = incidence(circuit);
    std::vector<double> self(circuit.cells(), 1.0);
    for (std::size_t i = 0; i < b.rows; ++i) {
      for (std::size_t n = 0; n < b.columns; ++n) self[i] -= b(i, n) * b(i, n);
    }
    EXPECT_TRUE(all_same(arrays.self_weight, self));
    EXPECT_TRUE(all_close(arrays.inverse_degree, inverse_row_sums(dense_adjacency(circuit)), 1e-15));
  }
}

// The identity the program stands on: A~ = B B^T + diag(self weight).
TEST(NetArrays, FactorTheAdjacency) {
  for (const auto& circuit : circuits()) {
    const auto b = incidence(circuit);
    auto a = product(b, transposed(b));
    const auto self = net_arrays(circuit).self_weight;
    for (std::size_t i = 0; i < a.rows; ++i) a(i, i) += self[i];
    EXPECT_TRUE(all_same(a.value, dense_adjacency(circuit).value, a.columns));
  }
}

TEST(EdgeArrays, HoldTheAdjacency) {
  for (const auto& circuit : circuits()) {
    SCOPED_TRACE(::testing::Message() << circuit.cells() << " cells, " << circuit.nets() << " nets");
    const auto arrays = edge_arrays(circuit);
    ASSERT_EQ(arrays.offset.size(), circuit.cells() + 1u);
    ASSERT_EQ(arrays.offset.front(), 0);
    ASSERT_EQ(arrays.offset.back(), static_cast<std::int64_t>(arrays.neighbour.size()));
    EXPECT_EQ(static_cast<std::int64_t>(arrays.neighbour.size()), count(circuit).edges);

    HostMatrix a(circuit.cells(), circuit.cells());
    for (int i = 0; i < circuit.cells(); ++i) {
      for (int e = arrays.offset[i]; e < arrays.offset[i + 1]; ++e) a(i, arrays.neighbour[e]) += 1;
    }
    const auto expected = dense_adjacency(circuit);
    EXPECT_TRUE(all_same(a.value, expected.value, a.columns));
    EXPECT_TRUE(all_same(transposed(a).value, a.value, a.columns)) << "A~ is symmetric";
    EXPECT_TRUE(all_close(arrays.inverse_degree, inverse_row_sums(expected), 1e-15));
  }
}

TEST(EdgeArrays, RefuseWhatDoesNotFit) {
  Circuit circuit = random_circuit(50000, 0, 1);  // one net of all cells: 2.5e9 edges
  for (int i = 0; i < 50000; ++i) circuit.net_cell.push_back(i);
  circuit.net_offset.push_back(circuit.pins());
  EXPECT_EQ(count(circuit).edges, 50000LL * 50000LL);
  EXPECT_THROW(edge_arrays(circuit), InputError);
  EXPECT_NO_THROW(net_arrays(circuit));
}

template <class T>
class GraphTest : public ::testing::Test {};
TYPED_TEST_SUITE(GraphTest, SpacesAndScalars, SpaceAndScalarName);

TYPED_TEST(GraphTest, ArrivesOnTheDevice) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  const Exec space;
  for (const auto& circuit : circuits()) {
    const auto size = count(circuit);
    Arena<Exec> plan;
    NetGraph<Scalar, Exec>(plan, size);
    EdgeGraph<Scalar, Exec>(plan, size);
    Arena<Exec> arena(plan.used());
    NetGraph<Scalar, Exec> nets(arena, size);
    EdgeGraph<Scalar, Exec> edges(arena, size);
    EXPECT_EQ(arena.used(), plan.used());
    nets.set(space, circuit);
    edges.set(space, circuit);
    const auto net = net_arrays(circuit);
    const auto edge = edge_arrays(circuit);
    EXPECT_EQ(nets.cells(), circuit.cells());
    EXPECT_EQ(edges.cells(), circuit.cells());
    EXPECT_TRUE(all_same(download(space, nets.net_offset), net.net_offset));
    EXPECT_TRUE(all_same(download(space, nets.net_cell), net.net_cell));
    EXPECT_TRUE(all_same(download(space, nets.long_net), net.long_net));
    EXPECT_TRUE(all_same(download(space, nets.long_net_offset), net.long_net_offset));
    EXPECT_TRUE(all_same(download(space, nets.cell_offset), net.cell_offset));
    EXPECT_TRUE(all_same(download(space, nets.cell_net), net.cell_net));
    EXPECT_TRUE(all_close(download(space, nets.self_weight), net.self_weight, 0));
    EXPECT_TRUE(all_close(download(space, nets.inverse_degree), net.inverse_degree, 1e-7));
    EXPECT_TRUE(all_same(download(space, edges.offset), edge.offset));
    EXPECT_TRUE(all_same(download(space, edges.neighbour), edge.neighbour));
    EXPECT_TRUE(all_close(download(space, edges.inverse_degree), edge.inverse_degree, 1e-7));
  }
}

}  // namespace
}  // namespace gsrgnn
