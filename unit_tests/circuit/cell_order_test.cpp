#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/circuit/generate.hpp>
#include <numeric>
#include <set>

#include "support/small_circuits.hpp"

namespace gsrgnn {
namespace {

/// What a renumbering must not change, cell by source cell: its nets' sets of source cells, type, label, features.
std::vector<std::vector<std::vector<std::int32_t>>> nets_of_source_cells(const Circuit& c) {
  const auto source = [&](std::int32_t cell) { return c.original.empty() ? cell : c.original[cell]; };
  std::vector<std::vector<std::vector<std::int32_t>>> nets(c.cells());
  for (std::int64_t n = 0; n < c.nets(); ++n) {
    std::vector<std::int32_t> members;
    for (auto p = c.net_offset[n]; p < c.net_offset[n + 1]; ++p) members.push_back(source(c.net_cell[p]));
    std::sort(members.begin(), members.end());
    for (const auto member : members) nets[member].push_back(members);
  }
  for (auto& list : nets) std::sort(list.begin(), list.end());
  return nets;
}

TEST(CellOrder, IsTheSameCircuit) {
  Circuit named = testing::awkward_circuit();
  for (std::int64_t i = 0; i < named.cells(); ++i) named.cell_name.push_back("u" + std::to_string(i));
  for (const Circuit& source : {named, generate({500, 0, 1})}) {
    Circuit ordered = source;
    order_by_placement(ordered);
    validate(ordered, "ordered");
    ASSERT_EQ(ordered.original.size(), source.cell_type.size());
    EXPECT_EQ(nets_of_source_cells(ordered), nets_of_source_cells(source));
    EXPECT_EQ(ordered.nets(), source.nets());
    EXPECT_EQ(in_original_order(ordered, ordered.cell_type, 1), source.cell_type);
    EXPECT_EQ(in_original_order(ordered, ordered.feature, source.feature_name.size()), source.feature);
    EXPECT_EQ(in_original_order(ordered, ordered.label, source.label_name.size()), source.label);
    EXPECT_EQ(in_original_order(ordered, ordered.position, 1), source.position);
    EXPECT_EQ(in_original_order(ordered, ordered.cell_name, 1), source.cell_name);
  }
}

TEST(CellOrder, TakesThePlacementAlong) {
  Circuit source = generate({500, 0, 1});
  Placement& placement = source.placement;
  placement.pin_name = {"A", "B", "C"};
  for (std::int64_t i = 0; i < source.cells(); ++i) {
    placement.orientation.push_back(static_cast<Orientation>(i % 8));
    placement.size.push_back({static_cast<float>(i), 1});
  }
  for (std::int64_t p = 0; p < source.pins(); ++p) placement.pin.push_back(static_cast<std::int32_t>(p % 3));
  for (std::int32_t n = 0; n < 20; ++n) {
    placement.io_net.push_back(7 * n);
    placement.io_position.push_back({1.0 * n, 2.0 * n});
  }
  Circuit ordered = source;
  order_by_placement(ordered);
  validate(ordered, "ordered");
  EXPECT_EQ(in_original_order(ordered, ordered.placement.orientation, 1), placement.orientation);
  EXPECT_EQ(in_original_order(ordered, ordered.placement.size, 1), placement.size);
  // A net is known by its cells and the names of its pins there; each pin of the design is on the same net as before.
  using Net = std::multiset<std::pair<std::int32_t, std::int32_t>>;
  const auto net_of = [](const Circuit& c, std::int64_t n) {
    Net net;
    for (auto p = c.net_offset[n]; p < c.net_offset[n + 1]; ++p) {
      net.emplace(c.original.empty() ? c.net_cell[p] : c.original[c.net_cell[p]], c.placement.pin[p]);
    }
    return net;
  };
  std::multiset<Net> before, after;
  for (std::int64_t n = 0; n < source.nets(); ++n) before.insert(net_of(source, n)), after.insert(net_of(ordered, n));
  EXPECT_EQ(after, before);
  for (std::size_t q = 0; q < 20; ++q) {
    EXPECT_EQ(net_of(ordered, ordered.placement.io_net[q]), net_of(source, placement.io_net[q]));
  }
}

TEST(CellOrder, FollowsAHilbertCurve) {
  // Cells in the middles of a 4 x 4 grid: the curve visits each square once, always the next to the last.
  Circuit c;
  for (int i = 0; i < 16; ++i) c.position.push_back({i / 4 + 0.5, i % 4 + 0.5});
  c.cell_type.assign(16, 0);
  c.type_name = {"A"};
  c.box = {0, 0, 4, 4};
  order_by_placement(c);
  EXPECT_EQ(c.original.front(), 0);
  for (int i = 1; i < 16; ++i) {
    const double step =
        std::abs(c.position[i][0] - c.position[i - 1][0]) + std::abs(c.position[i][1] - c.position[i - 1][1]);
    EXPECT_EQ(step, 1.0) << "from place " << i - 1;
  }
}

TEST(CellOrder, OrderingTwiceKeepsTheSourceNumbers) {
  Circuit once = generate({300, 0, 2});
  const auto source_types = once.cell_type;
  order_by_placement(once);
  Circuit twice = once;
  order_by_placement(twice);
  EXPECT_EQ(twice.original, once.original);
  EXPECT_EQ(in_original_order(twice, twice.cell_type, 1), source_types);
}

TEST(CellOrder, BringsThePinsOfANetTogether) {
  Circuit circuit = generate({4000, 0, 1});
  const auto spread = [](const Circuit& c) {
    std::vector<std::int32_t> spans;
    for (std::int64_t n = 0; n < c.nets(); ++n) {
      const auto first = c.net_cell.begin() + c.net_offset[n], last = c.net_cell.begin() + c.net_offset[n + 1];
      if (last - first < 2) continue;
      const auto [low, high] = std::minmax_element(first, last);
      spans.push_back(*high - *low);
    }
    std::nth_element(spans.begin(), spans.begin() + static_cast<std::ptrdiff_t>(spans.size() / 2), spans.end());
    return spans[spans.size() / 2];
  };
  const auto before = spread(circuit);
  order_by_placement(circuit);
  EXPECT_LT(10 * spread(circuit), before);
}

}  // namespace
}  // namespace gsrgnn
