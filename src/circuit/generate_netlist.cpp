#include "circuit/netlist_generator.hpp"

namespace gsrgnn {

using namespace generator;

Circuit generate_netlist(const GeneratorSpec& spec) {
  const Netlist netlist = draw_netlist(spec);
  const std::vector<std::int32_t> types = draw_types(spec.seed, netlist);
  const Placement placement = place(spec.seed, types);
  const std::vector<float> congestion = estimate_congestion(netlist, placement);

  constexpr double kRowHeight = 1.4, kSiteWidth = 0.19;  // kRowLength and kSiteLength in micron
  Circuit circuit;
  for (const CellType& type : cell_types()) circuit.type_name.emplace_back(type.name);
  circuit.box = {0, 0, static_cast<double>(placement.gcells_x * kSitesOfGCell) * kSiteWidth,
                 static_cast<double>(placement.gcells_y * kRowsOfGCell) * kRowHeight};
  circuit.label_name = {"congestion"};
  circuit.label_unit = "estimated demand / capacity";

  // The numbers that cells and nets get tell nothing about where they lie.
  Random random(spec.seed, kNumbers);
  const std::vector<std::int32_t> number = random.permutation(spec.cells);
  circuit.cell_type.resize(number.size());
  circuit.position.resize(number.size());
  circuit.label.resize(number.size());
  for (std::size_t i = 0; i < number.size(); ++i) {
    const std::int32_t to = number[i];
    circuit.cell_type[to] = types[i];
    circuit.position[to] = {placement.site[i] * kSiteWidth, placement.row[i] * kRowHeight};
    circuit.label[to] = congestion[placement.gcell(i)];
  }
  circuit.net_offset.reserve(netlist.offset.size());
  circuit.net_cell.reserve(netlist.cell.size());
  for (const std::int64_t n : random.permutation<std::int64_t>(netlist.offset.size() - 1)) {
    for (std::int64_t pin = netlist.offset[n]; pin < netlist.offset[n + 1]; ++pin) {
      circuit.net_cell.push_back(number[netlist.cell[pin]]);
    }
    circuit.net_offset.push_back(static_cast<std::int64_t>(circuit.net_cell.size()));
  }
  append_common_features(circuit);
  return circuit;
}

}  // namespace gsrgnn
