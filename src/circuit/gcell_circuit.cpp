#include <algorithm>
#include <gsrgnn/circuit/gcell_circuit.hpp>
#include <gsrgnn/circuit/placement_maps.hpp>

namespace gsrgnn {

Circuit gcell_circuit(const Circuit& circuit) {
  Circuit gcells;
  gcells.name = circuit.name;
  gcells.source = circuit.source;
  gcells.box = circuit.box;
  const GcellGrid grid = grid_of(circuit);
  gcells.type_name = {"gcell"};
  gcells.cell_type.assign(static_cast<std::size_t>(grid.size()), 0);
  const auto middle = [&](std::size_t axis, std::int64_t at) {
    return (grid.border[axis][static_cast<std::size_t>(at)] + grid.border[axis][static_cast<std::size_t>(at) + 1]) / 2;
  };
  gcells.position.reserve(gcells.cell_type.size());
  for (std::int64_t row = 0; row < grid.rows(); ++row) {
    for (std::int64_t column = 0; column < grid.columns(); ++column) {
      gcells.position.push_back({middle(0, column), middle(1, row)});
    }
  }
  std::vector<std::int32_t> of_cell;
  of_cell.reserve(circuit.position.size());
  for (const auto& [x, y] : circuit.position) of_cell.push_back(static_cast<std::int32_t>(grid.at(x, y)));
  std::vector<std::int32_t> of_net;
  for (std::int64_t n = 0; n < circuit.nets(); ++n) {
    of_net.clear();
    for (std::int64_t p = circuit.net_offset[n]; p < circuit.net_offset[n + 1]; ++p) {
      of_net.push_back(of_cell[circuit.net_cell[p]]);
    }
    std::sort(of_net.begin(), of_net.end());
    of_net.erase(std::unique(of_net.begin(), of_net.end()), of_net.end());
    if (of_net.size() < 2) continue;
    gcells.net_cell.insert(gcells.net_cell.end(), of_net.begin(), of_net.end());
    gcells.net_offset.push_back(static_cast<std::int64_t>(gcells.net_cell.size()));
  }
  gcells.placement.grid = grid;
  return gcells;
}

}  // namespace gsrgnn
