#include <algorithm>
#include <gsrgnn/circuit/bin_circuit.hpp>
#include <gsrgnn/circuit/gcell_values.hpp>
#include <gsrgnn/circuit/placement_maps.hpp>

namespace gsrgnn {
namespace {

/// Calls visit(the GCells of its bin) for each GCell, row by row.
template <class Visit>
void for_each_bin(const GcellGrid& grid, const Visit& visit) {
  std::vector<std::size_t> gcells;
  for (std::int64_t row = 0; row < grid.rows(); ++row) {
    for (std::int64_t column = 0; column < grid.columns(); ++column) {
      gcells.clear();
      for (std::int64_t y = std::max<std::int64_t>(row - 1, 0); y < std::min(row + 2, grid.rows()); ++y) {
        for (std::int64_t x = std::max<std::int64_t>(column - 1, 0); x < std::min(column + 2, grid.columns()); ++x) {
          gcells.push_back(static_cast<std::size_t>(y * grid.columns() + x));
        }
      }
      visit(gcells);
    }
  }
}

}  // namespace

Circuit bin_circuit(const Circuit& circuit) {
  Circuit bins;
  bins.name = circuit.name;
  bins.source = circuit.source;
  bins.type_name = {"cell"};
  bins.cell_type.assign(circuit.cell_type.size(), 0);
  bins.position = circuit.position;
  bins.box = circuit.box;
  const GcellGrid grid = grid_of(circuit);
  const auto cells = cells_of_gcells(circuit, grid);
  for_each_bin(grid, [&](const std::vector<std::size_t>& gcells) {
    for (const std::size_t g : gcells) bins.net_cell.insert(bins.net_cell.end(), cells[g].begin(), cells[g].end());
    if (bins.pins() < bins.net_offset.back() + 2) {
      bins.net_cell.resize(static_cast<std::size_t>(bins.net_offset.back()));
    } else {
      bins.net_offset.push_back(bins.pins());
    }
  });
  return bins;
}

std::vector<std::int64_t> bin_sizes(const Circuit& circuit) {
  std::vector<std::int64_t> sizes;
  if (circuit.position.empty()) return sizes;
  const GcellGrid grid = grid_of(circuit);
  std::vector<std::int64_t> cells(static_cast<std::size_t>(grid.size()), 0);
  for (const auto& [x, y] : circuit.position) ++cells[static_cast<std::size_t>(grid.at(x, y))];
  for_each_bin(grid, [&](const std::vector<std::size_t>& gcells) {
    std::int64_t size = 0;
    for (const std::size_t g : gcells) size += cells[g];
    if (size >= 2) sizes.push_back(size);
  });
  return sizes;
}

}  // namespace gsrgnn
