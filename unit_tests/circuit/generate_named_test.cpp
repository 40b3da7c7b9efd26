// Graphs of Table 1 by name, and Barabasi-Albert graphs.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/util/error.hpp>
#include <set>

#include "circuit/large_nets.hpp"

namespace gsrgnn {
namespace {

TEST(GenerateLike, HitsEveryRowOfTable1) {
  ASSERT_EQ(table1().size(), 10U);
  for (const Table1Row& row : table1()) {
    GeneratorSpec spec;
    spec.like = row.name;
    const Circuit circuit = generate(spec);
    const CircuitCounts counts = count(circuit);
    EXPECT_NEAR(static_cast<double>(counts.cells), static_cast<double>(row.cells), 0.01 * row.cells) << row.name;
    EXPECT_NEAR(static_cast<double>(counts.edges), static_cast<double>(row.edges), 0.01 * row.edges) << row.name;
    if (row.edges > 6000000) {
      EXPECT_NEAR(testing::share_of_large_nets(circuit), 0.73, 0.15) << row.name;
    }
    EXPECT_EQ(circuit.name, std::string(row.name) + "-generated-s0");
  }
}

TEST(GenerateLike, NamesTheNearestRow) {
  GeneratorSpec spec;
  spec.like = "357-R";
  try {
    generate(spec);
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 356-R?"), std::string::npos) << error.what();
  }
}

GeneratorSpec barabasi_albert(std::int64_t nodes, std::int64_t edges, std::uint64_t seed = 0) {
  GeneratorSpec spec{nodes, edges, seed};
  spec.graph = GeneratedGraph::barabasi_albert;
  return spec;
}

TEST(BarabasiAlbert, HasExactlyTheEdgesAskedFor) {
  for (const auto& [nodes, edges] : {std::pair{2000, 82000}, {1000, 1000}, {1000, 3000}, {50, 2500}, {7000, 300000}}) {
    const Circuit circuit = generate(barabasi_albert(nodes, edges));
    validate(circuit, "barabasi-albert");
    EXPECT_EQ(count(circuit).edges, edges) << nodes;
    EXPECT_EQ(circuit.cells(), nodes);
    std::set<std::pair<std::int32_t, std::int32_t>> links;
    for (std::int64_t n = 0; n < circuit.nets(); ++n) {
      ASSERT_EQ(circuit.net_offset[n + 1] - circuit.net_offset[n], 2);
      const auto a = circuit.net_cell[2 * n], b = circuit.net_cell[2 * n + 1];
      EXPECT_NE(a, b);
      EXPECT_TRUE(links.emplace(std::min(a, b), std::max(a, b)).second) << "a link twice";
    }
  }
}

TEST(BarabasiAlbert, DegreesFollowAPowerLaw) {
  const Circuit circuit = generate(barabasi_albert(20000, 20000 + 2 * 10 * 20000));
  auto degree = clique_degree(circuit);
  std::sort(degree.begin(), degree.end());
  // P(degree > x) ~ x^-2: the median is about 1.4 times the least, the largest about sqrt(N) times.
  EXPECT_LT(degree[10000], 20);
  EXPECT_GT(degree.back(), 400);
  // Hill's estimate of the exponent over the upper 5 %.
  double sum = 0;
  for (std::size_t i = 19000; i < 20000; ++i)
    sum += std::log(static_cast<double>(degree[i]) / static_cast<double>(degree[19000]));
  EXPECT_NEAR(1000 / sum, 2.0, 0.4);
}

TEST(BarabasiAlbert, RepeatsBySeed) {
  const Circuit a = generate(barabasi_albert(500, 5000, 3)), b = generate(barabasi_albert(500, 5000, 3));
  EXPECT_EQ(a.net_cell, b.net_cell);
  EXPECT_EQ(a.label, b.label);
  EXPECT_NE(a.net_cell, generate(barabasi_albert(500, 5000, 4)).net_cell);
}

TEST(BarabasiAlbert, RefusesMoreEdgesThanThereAre) {
  EXPECT_THROW(generate(barabasi_albert(10, 101)), InputError);
}

}  // namespace
}  // namespace gsrgnn
