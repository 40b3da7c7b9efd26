// Bins of cells, by hand and against their sizes.

#include <gtest/gtest.h>

#include <gsrgnn/circuit/bin_circuit.hpp>
#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/circuit/placement_maps.hpp>
#include <set>

namespace gsrgnn {
namespace {

/// Four columns and two rows of GCells with sides of 10; five cells in four of them.
Circuit five_cells() {
  Circuit c;
  c.name = "five";
  c.source = "test";
  c.box = {0, 0, 40, 20};
  c.placement.grid = make_grid(c.box, 10);
  c.position = {{1, 1}, {2, 9}, {25, 3}, {15, 15}, {35, 15}};  // GCells 0, 0, 2, 5 and 7
  c.type_name = {"BUF", "INV"};
  c.cell_type = {0, 1, 0, 1, 1};
  return c;
}

std::vector<std::set<std::int32_t>> nets_of(const Circuit& c) {
  std::vector<std::set<std::int32_t>> nets;
  for (std::int64_t n = 0; n < c.nets(); ++n) {
    nets.emplace_back(c.net_cell.begin() + c.net_offset[n], c.net_cell.begin() + c.net_offset[n + 1]);
  }
  return nets;
}

TEST(BinCircuit, BinsAreTheCellsInAndAroundEachGcell) {
  const Circuit bins = bin_circuit(five_cells());
  EXPECT_NO_THROW(validate(bins, "test"));
  EXPECT_EQ(bins.cells(), 5);
  // Both rows see the same cells.
  const std::vector<std::set<std::int32_t>> row = {{0, 1, 3}, {0, 1, 2, 3}, {2, 3, 4}, {2, 4}};
  std::vector<std::set<std::int32_t>> both = row;
  both.insert(both.end(), row.begin(), row.end());
  EXPECT_EQ(nets_of(bins), both);
}

TEST(BinCircuit, ABinOfOneCellIsNone) {
  Circuit c = five_cells();
  c.position = {{1, 1}, {2, 9}, {5, 3}, {5, 15}, {35, 15}};  // the last stands alone
  const auto nets = nets_of(bin_circuit(c));
  EXPECT_EQ(nets, std::vector<std::set<std::int32_t>>(4, {0, 1, 2, 3}));
  EXPECT_EQ(bin_sizes(c), std::vector<std::int64_t>(4, 4));
}

TEST(BinCircuit, SizesAreThoseOfTheBins) {
  GeneratorSpec spec;
  spec.cells = 3000;
  const Circuit circuit = generate(spec);
  const Circuit bins = bin_circuit(circuit);
  const auto sizes = bin_sizes(circuit);
  ASSERT_EQ(static_cast<std::int64_t>(sizes.size()), bins.nets());
  for (std::size_t n = 0; n < sizes.size(); ++n) EXPECT_EQ(sizes[n], bins.net_offset[n + 1] - bins.net_offset[n]);
  const CircuitCounts counts = count(circuit), of_bins = count(bins);
  EXPECT_EQ(counts.bins, of_bins.nets);
  EXPECT_EQ(counts.bin_pins, of_bins.pins);
  EXPECT_EQ(counts.long_bins, of_bins.long_nets);
  EXPECT_EQ(counts.bin_pieces, of_bins.net_pieces);
}

// All cells at one place: their bin is as long as nets of clocks are, and cut into pieces likewise.
TEST(BinCircuit, LongBinsAreCounted) {
  Circuit c = five_cells();
  c.position.assign(kNetPiece + 1, {5, 5});
  c.cell_type.assign(kNetPiece + 1, 0);
  const CircuitCounts counts = count(c);
  EXPECT_EQ(counts.bins, 4);
  EXPECT_EQ(counts.long_bins, 4);
  EXPECT_EQ(counts.bin_pieces, 8);
  EXPECT_EQ(counts.bin_pins, 4 * (kNetPiece + 1));
}

TEST(BinCircuit, WithoutPositionsThereAreNoBins) {
  Circuit c = five_cells();
  c.position.clear();
  EXPECT_EQ(count(c).bins, 0);
}

}  // namespace
}  // namespace gsrgnn
