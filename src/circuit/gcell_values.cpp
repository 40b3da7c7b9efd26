#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/gcell_values.hpp>
#include <gsrgnn/circuit/placement_maps.hpp>
#include <limits>

namespace gsrgnn {

std::vector<std::int64_t> GcellValues::hottest() const {
  std::vector<std::int64_t> order;
  for (std::size_t g = 0; g < value.size(); ++g) {
    if (!std::isnan(value[g])) order.push_back(static_cast<std::int64_t>(g));
  }
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return value[a] > value[b]; });
  return order;
}

namespace {

/// Of the two directions the larger.
double largest(const std::vector<float>& values, std::size_t row, std::size_t columns) {
  const auto first = values.begin() + static_cast<std::ptrdiff_t>(row * columns);
  return static_cast<double>(*std::max_element(first, first + static_cast<std::ptrdiff_t>(columns)));
}

}  // namespace

GcellValues values_of_gcells(const Circuit& circuit, const std::vector<float>& values, std::size_t columns) {
  GcellValues map{grid_of(circuit), {}};
  for (std::size_t g = 0; g < values.size() / columns; ++g) map.value.push_back(largest(values, g, columns));
  return map;
}

GcellValues gcell_values(const Circuit& circuit, const std::vector<float>& values, std::size_t columns) {
  GcellValues map{grid_of(circuit), {}};
  map.value.assign(static_cast<std::size_t>(map.grid.size()), std::numeric_limits<double>::quiet_NaN());
  const auto cells = cells_of_gcells(circuit, map.grid);
  for (std::size_t g = 0; g < cells.size(); ++g) {
    double sum = 0;
    for (const std::int32_t cell : cells[g]) sum += largest(values, static_cast<std::size_t>(cell), columns);
    if (!cells[g].empty()) map.value[g] = sum / static_cast<double>(cells[g].size());
  }
  return map;
}

std::vector<std::vector<std::int32_t>> cells_of_gcells(const Circuit& circuit, const GcellGrid& grid) {
  std::vector<std::vector<std::int32_t>> cells(static_cast<std::size_t>(grid.size()));
  for (std::size_t i = 0; i < circuit.position.size(); ++i) {
    cells[static_cast<std::size_t>(grid.at(circuit.position[i][0], circuit.position[i][1]))].push_back(
        static_cast<std::int32_t>(i));
  }
  return cells;
}

double threshold_of_share(const GcellValues& map, double share) {
  const std::vector<std::int64_t> order = map.hottest();
  const auto hot = static_cast<std::size_t>(std::max(1.0, std::round(share * static_cast<double>(order.size()))));
  return map.value[order[std::min(hot, order.size()) - 1]];
}

}  // namespace gsrgnn
