// The counts against loops over all pairs of pins, the common features against hand values, and every kind of damage
// that validate() has to notice.

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/circuit/generate.hpp>
#include <limits>

#include "support/files.hpp"
#include "support/small_circuits.hpp"

namespace gsrgnn {
namespace {

using testing::awkward_circuit;
using testing::expect_message;
using testing::input_error;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

/// Each pair of pins of one net on different cells joins these two cells, once in each direction.
std::vector<std::int64_t> degrees_pair_by_pair(const Circuit& c) {
  std::vector<std::int64_t> degree(c.cells(), 0);
  for (std::int64_t n = 0; n < c.nets(); ++n) {
    for (std::int64_t p = c.net_offset[n]; p < c.net_offset[n + 1]; ++p) {
      for (std::int64_t q = c.net_offset[n]; q < c.net_offset[n + 1]; ++q) {
        degree[c.net_cell[p]] += c.net_cell[p] != c.net_cell[q] ? 1 : 0;
      }
    }
  }
  return degree;
}

void expect_counts_pair_by_pair(const Circuit& circuit) {
  const auto degree = degrees_pair_by_pair(circuit);
  EXPECT_EQ(clique_degree(circuit), degree);
  const CircuitCounts counts = count(circuit);
  EXPECT_EQ(counts.cells, circuit.cells());
  EXPECT_EQ(counts.nets, circuit.nets());
  EXPECT_EQ(counts.pins, circuit.pins());
  EXPECT_EQ(counts.edges, std::accumulate(degree.begin(), degree.end(), circuit.cells()));
  EXPECT_EQ(counts.max_degree, *std::max_element(degree.begin(), degree.end()));
  std::int64_t largest = 0;
  for (std::int64_t n = 0; n < circuit.nets(); ++n) {
    largest = std::max(largest, circuit.net_offset[n + 1] - circuit.net_offset[n]);
  }
  EXPECT_EQ(counts.largest_net, largest);
}

TEST(CircuitCounts, HandValues) {
  // Net 0: cell 0 three times, 1 and 2; net 1: 1, 2; net 2: 3 twice, 4, 5; net 5: 5, 6, 7, 0; net 6: 4, 7.
  const Circuit circuit = awkward_circuit();
  EXPECT_EQ(clique_degree(circuit), (std::vector<std::int64_t>{9, 5, 5, 4, 4, 6, 3, 4, 0}));
  const CircuitCounts counts = count(circuit);
  EXPECT_EQ(counts.cells, 9);
  EXPECT_EQ(counts.nets, 7);
  EXPECT_EQ(counts.pins, 18);
  EXPECT_EQ(counts.edges, 40 + 9);
  EXPECT_EQ(counts.largest_net, 5);
  EXPECT_EQ(counts.max_degree, 9);
}

TEST(CircuitCounts, PiecesOfLongNets) {
  Circuit circuit;
  circuit.type_name = {"A"};
  circuit.cell_type.assign(3, 0);
  for (const int pins : {kNetPiece, kNetPiece + 1, 2, 2 * kNetPiece, 2 * kNetPiece + 1}) {
    circuit.net_cell.insert(circuit.net_cell.end(), pins, 1);
    circuit.net_offset.push_back(circuit.pins());
  }
  EXPECT_EQ(count(circuit).long_nets, 3);
  EXPECT_EQ(count(circuit).net_pieces, 2 + 2 + 3);
}

TEST(CircuitCounts, AgreeWithPairsOfPins) {
  expect_counts_pair_by_pair(awkward_circuit());
  Random random(1);
  for (int trial = 0; trial < 50; ++trial) {
    Circuit circuit;
    circuit.type_name = {"A"};
    circuit.cell_type.assign(1 + random.below(12), 0);
    for (auto nets = random.below(20); nets > 0; --nets) {
      for (auto pins = random.below(9); pins > 0; --pins) {
        circuit.net_cell.push_back(static_cast<std::int32_t>(random.below(circuit.cell_type.size())));
      }
      circuit.net_offset.push_back(circuit.pins());
    }
    expect_counts_pair_by_pair(circuit);
  }
  GeneratorSpec spec;
  spec.cells = 500;
  expect_counts_pair_by_pair(generate(spec));
}

TEST(CircuitCounts, DoNotOverflow) {
  Circuit circuit;
  circuit.type_name = {"A"};
  circuit.cell_type.assign(2, 0);
  constexpr int kPins = 200000;  // of each cell on one net: 2 * 4e10 edges
  for (int cell = 0; cell < 2; ++cell) circuit.net_cell.insert(circuit.net_cell.end(), kPins, cell);
  circuit.net_offset.push_back(circuit.pins());
  EXPECT_EQ(count(circuit).edges, 2 * std::int64_t{kPins} * kPins + 2);
}

TEST(CommonFeatures, HandValues) {
  Circuit c = awkward_circuit();
  c.box = {10, 20, 14, 28};
  c.position.assign(9, {10, 20});
  c.position[1] = {14, 28};
  c.position[2] = {11, 26};
  c.position[3] = {8, 32};  // outside
  const std::vector<float> before = c.feature;
  append_common_features(c);
  EXPECT_EQ(c.feature_name, (std::vector<std::string>{"a", "b", "x", "y", "log_pins", "log_degree"}));
  ASSERT_EQ(c.feature.size(), 9U * 6U);
  const std::vector<std::array<double, 2>> place = {{0, 0}, {1, 1}, {0.25, 0.75}, {-0.5, 1.5}, {0, 0}};
  const std::vector<double> pins = {4, 2, 2, 2, 2, 2, 2, 2, 0}, degree = {9, 5, 5, 4, 4, 6, 3, 4, 0};
  for (std::size_t i = 0; i < 9; ++i) {
    const float* row = c.feature.data() + 6 * i;
    EXPECT_EQ(row[0], before[2 * i]);
    EXPECT_EQ(row[1], before[2 * i + 1]);
    if (i < place.size()) {
      EXPECT_FLOAT_EQ(row[2], static_cast<float>(place[i][0])) << i;
      EXPECT_FLOAT_EQ(row[3], static_cast<float>(place[i][1])) << i;
    }
    EXPECT_FLOAT_EQ(row[4], static_cast<float>(std::log(1 + pins[i]))) << i;
    EXPECT_FLOAT_EQ(row[5], static_cast<float>(std::log(1 + degree[i]))) << i;
  }
  validate(c, "test");
}

TEST(CommonFeatures, ADieWithoutExtentGivesZeros) {
  Circuit c = awkward_circuit();
  c.box = {1, 1, 1, 1};
  append_common_features(c);
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(c.feature[6 * i + 2], 0.0F);
    EXPECT_EQ(c.feature[6 * i + 3], 0.0F);
  }
}

TEST(ValidateCircuit, AcceptsWhatIsSound) {
  validate(awkward_circuit(), "test");
  Circuit one;
  one.type_name = {"A"};
  one.cell_type = {0};
  one.position = {{0, 0}};
  validate(one, "test");  // one cell, no net, no feature, no label
  Circuit two_labels = awkward_circuit();
  two_labels.label_name = {"h", "v"};
  two_labels.label.assign(18, 1.0F);
  validate(two_labels, "test");
  Circuit ordered = awkward_circuit();
  ordered.original = {8, 0, 7, 1, 6, 2, 5, 3, 4};
  validate(ordered, "test");
}

struct Damage {
  const char* name;
  std::function<void(Circuit&)> damage;
  std::vector<std::string> words;  // the message names these
};

TEST(ValidateCircuit, NamesWhatIsWrongAndWhere) {
  const std::vector<Damage> damages = {
      {"no cells", [](Circuit& c) { c = Circuit(); }, {"no cells"}},
      {"no offsets", [](Circuit& c) { c.net_offset.clear(); }, {"offsets", "18 pins"}},
      {"offsets start late", [](Circuit& c) { c.net_offset[0] = 1; }, {"offsets", "18 pins"}},
      {"offsets start below", [](Circuit& c) { c.net_offset[0] = -1; }, {"offsets"}},
      {"offsets end early", [](Circuit& c) { c.net_offset.back() = 17; }, {"offsets", "18 pins"}},
      {"offsets end late", [](Circuit& c) { c.net_offset.back() = 19; }, {"offsets", "18 pins"}},
      {"offsets fall", [](Circuit& c) { c.net_offset[3] = 6; }, {"fall", "net 2"}},
      {"offsets leap",
       [](Circuit& c) { c.net_offset[3] = std::numeric_limits<std::int64_t>::max(); },
       {"fall", "net 3"}},
      {"pin beyond", [](Circuit& c) { c.net_cell[4] = 9; }, {"pin 4", "cell 9", "9 cells"}},
      {"pin below", [](Circuit& c) { c.net_cell[17] = -1; }, {"pin 17", "cell -1"}},
      {"features short", [](Circuit& c) { c.feature.pop_back(); }, {"feature", "17", "18"}},
      {"features long", [](Circuit& c) { c.feature.push_back(0); }, {"feature", "19", "18"}},
      {"feature unnamed", [](Circuit& c) { c.feature_name.pop_back(); }, {"feature", "18", "9"}},
      {"labels short", [](Circuit& c) { c.label.pop_back(); }, {"label", "8", "9"}},
      {"label unnamed", [](Circuit& c) { c.label_name.clear(); }, {"label", "9", "0"}},
      {"label missing", [](Circuit& c) { c.label.clear(); }, {"label", "0", "9"}},
      {"three labels",
       [](Circuit& c) { c.label_name.assign(3, "l"), c.label.assign(27, 0); },
       {"3 labels", "at most 2"}},
      {"positions short", [](Circuit& c) { c.position.pop_back(); }, {"position", "8", "9"}},
      {"position infinite", [](Circuit& c) { c.position[3][0] = kInf; }, {"position", "cell 3", "no place"}},
      {"position NaN", [](Circuit& c) { c.position[8][1] = kNan; }, {"position", "cell 8", "no place"}},
      {"box NaN", [](Circuit& c) { c.box[2] = kNan; }, {"box"}},
      {"box infinite", [](Circuit& c) { c.box[0] = -kInf; }, {"box"}},
      {"type beyond", [](Circuit& c) { c.cell_type[5] = 3; }, {"cell 5", "type 3", "3 types"}},
      {"type below", [](Circuit& c) { c.cell_type[0] = -1; }, {"cell 0", "type -1"}},
      {"no types", [](Circuit& c) { c.type_name.clear(); }, {"cell 0", "0 types"}},
      {"feature NaN", [](Circuit& c) { c.feature[2 * 4 + 1] = kNan; }, {"'b'", "cell 4", "nan", "finite"}},
      {"feature infinite", [](Circuit& c) { c.feature[0] = -kInf; }, {"'a'", "cell 0", "-inf"}},
      {"originals short",
       [](Circuit& c) {
         c.original = {0, 1};
       },
       {"original", "2", "9"}},
      {"original twice", [](Circuit& c) { c.original = {0, 1, 2, 3, 4, 5, 6, 7, 1}; }, {"original", "1", "twice"}},
      {"original beyond", [](Circuit& c) { c.original = {0, 1, 2, 3, 4, 5, 6, 7, 9}; }, {"original", "9"}},
      {"original below", [](Circuit& c) { c.original = {0, 1, 2, 3, 4, 5, 6, 7, -8}; }, {"original", "-8"}},
      {"label NaN", [](Circuit& c) { c.label[7] = kNan; }, {"label 'congestion'", "cell 7", "nan"}},
  };
  for (const Damage& damage : damages) {
    SCOPED_TRACE(damage.name);
    Circuit circuit = awkward_circuit();
    damage.damage(circuit);
    expect_message(input_error([&] { validate(circuit, "some.h5"); }), "some.h5", damage.words);
  }
}

}  // namespace
}  // namespace gsrgnn
