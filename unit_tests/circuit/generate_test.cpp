#include "gsrgnn/circuit/generate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "circuit/large_nets.hpp"
#include "gsrgnn/util/error.hpp"
#include "gsrgnn/util/random.hpp"

namespace gsrgnn {
namespace {

Circuit generate_sized(std::int64_t cells, std::int64_t edges, std::uint64_t seed = 0) {
  GeneratorSpec spec;
  spec.cells = cells;
  spec.edges = edges;
  spec.seed = seed;
  return generate(spec);
}

std::vector<std::int32_t> net(const Circuit& circuit, std::int64_t n) {
  const auto at = static_cast<std::size_t>(n);
  return {circuit.net_cell.begin() + circuit.net_offset[at], circuit.net_cell.begin() + circuit.net_offset[at + 1]};
}

struct Size {
  std::int64_t cells, edges;
};

void PrintTo(const Size& size, std::ostream* out) {
  *out << size.cells << " cells, " << size.edges << " edges";
}

class GenerateSize : public ::testing::TestWithParam<Size> {};

TEST_P(GenerateSize, ReachesTheEdgesAsked) {
  const auto [cells, edges] = GetParam();
  const Circuit circuit = generate_sized(cells, edges);
  validate(circuit, "generated");
  const CircuitCounts counts = count(circuit);
  EXPECT_EQ(counts.cells, cells);
  EXPECT_GE(counts.edges, edges - 1);
  EXPECT_LE(counts.edges, edges);
  EXPECT_NEAR(static_cast<double>(counts.nets), static_cast<double>(cells), 0.05 * static_cast<double>(cells));
  EXPECT_NEAR(static_cast<double>(counts.pins) / static_cast<double>(cells), 4.0, 0.6);
  if (edges > 6'000'000) {
    EXPECT_NEAR(testing::share_of_large_nets(circuit), 0.73, 0.15);
  }
}

INSTANTIATE_TEST_SUITE_P(RowsOfTable1, GenerateSize,
                         ::testing::Values(Size{69'800, 22'500'000}, Size{65'300, 21'800'000}, Size{49'000, 11'700'000},
                                           Size{44'300, 2'700'000}, Size{38'656, 6'768'184}, Size{19'193, 822'761}),
                         [](const auto& size) { return "Cells" + std::to_string(size.param.cells); });

TEST(Generate, ReachesAllThatItSaysItCanReach) {
  for (const Size size : {Size{2, 2}, Size{2, 4}, Size{3, 9}, Size{40, 41}, Size{40, 1'600}, Size{1'000, 1'002},
                          Size{1'000, 3'000}, Size{1'000, 12'000}, Size{1'000, 500'000}, Size{1'000, 1'000'000}}) {
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      const Circuit circuit = generate_sized(size.cells, size.edges, seed);
      validate(circuit, "generated");
      EXPECT_EQ(count(circuit).edges, size.edges - (size.edges - size.cells) % 2) << size.cells << " cells";
    }
  }
}

TEST(Generate, NaturalCountIsAboutFortyEdgesACell) {
  const Circuit circuit = generate(GeneratorSpec{});
  EXPECT_EQ(circuit.cells(), 2000);
  EXPECT_EQ(circuit.name, "generated-2000-s0");
  EXPECT_EQ(circuit.source, "generated");
  EXPECT_NEAR(static_cast<double>(count(circuit).edges) / 2000, 40, 0.4);
  for (std::int64_t cells = 2; cells < 300; cells += 7) {
    const Circuit small = generate_sized(cells, 0);
    validate(small, "generated");
    EXPECT_GT(count(small).edges, cells);
  }
}

TEST(Generate, NetSizesAreThoseOfRealDesigns) {
  const Circuit circuit = generate_sized(19'193, 822'761);
  std::vector<std::int64_t> nets_of_size(1'000, 0);
  for (std::int64_t n = 0; n < circuit.nets(); ++n) {
    ++nets_of_size.at(net(circuit, n).size());
  }
  const auto share = [&](std::size_t size) {
    return static_cast<double>(nets_of_size[size]) / static_cast<double>(circuit.nets());
  };
  EXPECT_NEAR(share(2), 0.56, 0.04);
  EXPECT_NEAR(share(3), 0.21, 0.04);
  EXPECT_GT(nets_of_size[1], 0);
  EXPECT_NEAR(static_cast<double>(count(circuit).largest_net), 298, 100);
}

TEST(Generate, SameSeedSameCircuit) {
  const Circuit a = generate_sized(3'000, 0, 7), b = generate_sized(3'000, 0, 7), c = generate_sized(3'000, 0, 8);
  EXPECT_EQ(a.net_offset, b.net_offset);
  EXPECT_EQ(a.net_cell, b.net_cell);
  EXPECT_EQ(a.feature, b.feature);
  EXPECT_EQ(a.cell_type, b.cell_type);
  EXPECT_EQ(a.position, b.position);
  EXPECT_EQ(a.box, b.box);
  EXPECT_EQ(a.label, b.label);
  EXPECT_NE(a.net_cell, c.net_cell);
  EXPECT_NE(a.label, c.label);
}

/// Two circuits agree on every machine and forever: a generated circuit is known by its spec alone.
TEST(Generate, DoesNotChange) {
  const Circuit circuit = generate_sized(500, 20'000, 3);
  std::uint64_t fingerprint = 0;
  const auto add = [&](auto value) { fingerprint = hash_words(fingerprint, static_cast<std::uint64_t>(value)); };
  for (const std::int32_t cell : circuit.net_cell) {
    add(cell);
  }
  for (std::size_t i = 0; i < circuit.label.size(); ++i) {
    add(circuit.cell_type[i]);
    add(std::llround(circuit.position[i][0] * 1000));
    add(std::llround(circuit.position[i][1] * 1000));
    add(circuit.label[i] * 16'777'216.0F);
  }
  EXPECT_EQ(fingerprint, 11644252616635334217ULL);
}

TEST(Generate, LabelsAreFiniteAndVary) {
  for (const Size size : {Size{2'000, 0}, Size{10'000, 0}, Size{38'656, 6'768'184}}) {
    const Circuit circuit = generate_sized(size.cells, size.edges);
    ASSERT_EQ(circuit.label_name, std::vector<std::string>{"congestion"});
    EXPECT_EQ(circuit.label_unit, "estimated demand / capacity");
    double sum = 0, squares = 0;
    for (const float label : circuit.label) {
      ASSERT_TRUE(std::isfinite(label));
      ASSERT_GE(label, 0);
      sum += label;
      squares += static_cast<double>(label) * label;
    }
    const auto cells = static_cast<double>(circuit.cells());
    const double mean = sum / cells, deviation = std::sqrt(squares / cells - mean * mean);
    EXPECT_GT(deviation / mean, 0.1);
    EXPECT_GT(mean, 0.2);
    EXPECT_LT(mean, 1.0);
  }
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sa += a[i];
    sb += b[i];
    saa += a[i] * a[i];
    sbb += b[i] * b[i];
    sab += a[i] * b[i];
  }
  return (sab - sa * sb / n) / std::sqrt((saa - sa * sa / n) * (sbb - sb * sb / n));
}

/// The label can be learned from the netlist: the pins of the cells around a cell tell more of it than its own do.
TEST(Generate, NeighboursTellOfTheLabel) {
  const Circuit circuit = generate_sized(20'000, 0);
  const auto cells = static_cast<std::size_t>(circuit.cells());
  std::vector<double> own(cells, 0), label(circuit.label.begin(), circuit.label.end());
  for (const std::int32_t cell : circuit.net_cell) {
    own[static_cast<std::size_t>(cell)] += 1;
  }
  std::vector<double> around = own;
  for (int hop = 0; hop < 3; ++hop) {
    std::vector<double> sum(cells, 0), weight(cells, 0);
    for (std::int64_t n = 0; n < circuit.nets(); ++n) {
      const auto pins = net(circuit, n);
      if (pins.size() > 10) {
        continue;
      }
      double total = 0;
      for (const std::int32_t cell : pins) {
        total += around[static_cast<std::size_t>(cell)];
      }
      for (const std::int32_t cell : pins) {
        sum[static_cast<std::size_t>(cell)] += total;
        weight[static_cast<std::size_t>(cell)] += static_cast<double>(pins.size());
      }
    }
    for (std::size_t i = 0; i < cells; ++i) {
      around[i] = weight[i] > 0 ? sum[i] / weight[i] : around[i];
    }
  }
  EXPECT_GT(correlation(own, label), 0.05);
  EXPECT_GT(correlation(around, label), correlation(own, label) + 0.1);
}

TEST(Generate, HasIsolatedCellsAndCellsWithSeveralPinsOnANet) {
  const Circuit circuit = generate(GeneratorSpec{});
  const auto isolated = std::count(circuit.cell_type.begin(), circuit.cell_type.end(), 0);
  EXPECT_EQ(circuit.type_name.front(), "TAPCELL_X1");
  EXPECT_GT(isolated, 0);
  EXPECT_LT(isolated, circuit.cells() / 100);
  std::set<std::int32_t> connected(circuit.net_cell.begin(), circuit.net_cell.end());
  EXPECT_EQ(static_cast<std::int64_t>(connected.size()), circuit.cells() - isolated);

  std::size_t repeated = 0;
  for (std::int64_t n = 0; n < circuit.nets(); ++n) {
    const auto pins = net(circuit, n);
    repeated += pins.size() - std::set<std::int32_t>(pins.begin(), pins.end()).size();
  }
  EXPECT_NEAR(static_cast<double>(repeated) / static_cast<double>(circuit.pins()), 0.015, 0.01);
}

TEST(Generate, SmallNetsAreLocal) {
  const Circuit circuit = generate_sized(20'000, 0);
  std::vector<double> half_perimeter;
  for (std::int64_t n = 0; n < circuit.nets(); ++n) {
    const auto pins = net(circuit, n);
    if (pins.size() < 2 || pins.size() > 4) {
      continue;
    }
    double length = 0;
    for (const std::size_t axis : {0U, 1U}) {
      double low = circuit.box[axis + 2], high = circuit.box[axis];
      for (const std::int32_t cell : pins) {
        const double at = circuit.position[static_cast<std::size_t>(cell)][axis];
        low = std::min(low, at);
        high = std::max(high, at);
      }
      length += high - low;
    }
    half_perimeter.push_back(length);
  }
  std::sort(half_perimeter.begin(), half_perimeter.end());
  const double die = circuit.box[2] + circuit.box[3];
  EXPECT_LT(half_perimeter[half_perimeter.size() / 2], 0.03 * die);
  EXPECT_GT(half_perimeter[half_perimeter.size() * 99 / 100], 0.1 * die);  // and some cross much of it
}

TEST(Generate, CellsLieInRowsInsideTheDieOnPlacesOfTheirOwn) {
  const Circuit circuit = generate_sized(5'000, 0);
  const double width = circuit.box[2], height = circuit.box[3];
  EXPECT_NEAR(width / height, 1, 0.1);
  std::set<std::pair<std::int64_t, std::int64_t>> places;
  for (const auto& [x, y] : circuit.position) {
    ASSERT_GE(x, 0);
    ASSERT_LT(x, width);
    ASSERT_GE(y, 0);
    ASSERT_LT(y, height);
    ASSERT_NEAR(y / 1.4, std::round(y / 1.4), 1e-9);
    ASSERT_NEAR(x / 0.19, std::round(x / 0.19), 1e-9);
    places.emplace(std::llround(x / 0.19), std::llround(y / 1.4));
  }
  EXPECT_EQ(places.size(), circuit.position.size());
}

std::string error_of(std::int64_t cells, std::int64_t edges) {
  try {
    generate_sized(cells, edges);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Generate, RefusesWhatCannotBeGenerated) {
  EXPECT_EQ(error_of(1, 0), "generate: 1 cells cannot be generated; ask for 2 to 50000000 cells");
  EXPECT_EQ(error_of(-5, 0), "generate: -5 cells cannot be generated; ask for 2 to 50000000 cells");
  EXPECT_EQ(error_of(50'000'001, 0), "generate: 50000001 cells cannot be generated; ask for 2 to 50000000 cells");
  EXPECT_EQ(error_of(2000, 1999),
            "generate: 1999 edges cannot be reached with 2000 cells; ask for 2000 (self loops alone) to 4000000 edges "
            "(all cells on one net), or for 0 to have about 80000");
  EXPECT_EQ(error_of(100, 10'001),
            "generate: 10001 edges cannot be reached with 100 cells; ask for 100 (self loops alone) to 10000 edges "
            "(all cells on one net), or for 0 to have about 1500");
  EXPECT_NE(error_of(100, -1), "no error");
}

// ---- the random numbers under it -----------------------------------------------------------------------------------

TEST(Random, SequencesAreFixedAndUnrelated) {
  EXPECT_EQ(mix_bits(0x9e3779b97f4a7c15ULL), 0xe220a8397b1dcdafULL);  // splitmix64's first number of seed 0
  Random a(1), b(1), other_seed(2), other_stream(1, 1);
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t x = a.next();
    EXPECT_EQ(x, b.next());
    EXPECT_NE(x, other_seed.next());
    EXPECT_NE(x, other_stream.next());
  }
}

TEST(Random, UniformIntegersAreUniform) {
  Random random(3);
  std::vector<int> hits(7, 0);
  for (int i = 0; i < 70'000; ++i) {
    ++hits.at(random.below(7));
  }
  for (const int h : hits) {
    EXPECT_NEAR(h, 10'000, 400);
  }
  int upper = 0;  // two thirds of 2^64: where a plain modulo would favour the lower half
  for (int i = 0; i < 30'000; ++i) {
    upper += random.below(0xAAAAAAAAAAAAAAAAULL) >= 0x5555555555555555ULL ? 1 : 0;
  }
  EXPECT_NEAR(upper, 15'000, 400);
  EXPECT_EQ(random.below(1), 0U);
}

TEST(Random, NormalHasTheMomentsOfANormal) {
  Random random(4);
  const int n = 1'000'000;
  double m1 = 0, m2 = 0, m4 = 0, outside = 0;
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    m1 += x / n;
    m2 += x * x / n;
    m4 += x * x * x * x / n;
    outside += std::abs(x) > 2 ? 1.0 / n : 0;
  }
  EXPECT_NEAR(m1, 0, 0.005);
  EXPECT_NEAR(m2, 1, 0.01);
  EXPECT_NEAR(m4, 3, 0.05);
  EXPECT_NEAR(outside, 0.0455, 0.001);
}

TEST(Random, PermutationHoldsEveryNumberOnce) {
  Random random(5);
  std::vector<int> first(5, 0);
  for (int i = 0; i < 10'000; ++i) {
    auto order = random.permutation(5);
    ++first.at(static_cast<std::size_t>(order[0]));
    std::sort(order.begin(), order.end());
    ASSERT_EQ(order, (std::vector<std::int32_t>{0, 1, 2, 3, 4}));
  }
  for (const int f : first) {
    EXPECT_NEAR(f, 2'000, 200);
  }
}

}  // namespace
}  // namespace gsrgnn
