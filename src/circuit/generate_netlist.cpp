#include "circuit/netlist_generator.hpp"

namespace gsrgnn {
namespace generator {
namespace {

struct TypeRange {
  std::int32_t first, count;
};
/// Of cell_types(): the gates of 0, 1, ..., 7 and more pins.
constexpr TypeRange kTypesOfPins[] = {{0, 1}, {1, 1}, {2, 3}, {7, 6}, {13, 6}, {19, 4}, {23, 1}, {24, 1}};
constexpr std::int32_t kMostPins = 7;
constexpr TypeRange kBuffers{5, 2}, kFlipFlops{25, 4};
constexpr std::int32_t kLightLoad = 5;  ///< pins of a net that a gate of two pins drives without being a buffer

/// Gates have a type of their number of pins, buffers drive the larger nets, and flip-flops have a type of the number
/// of control nets that they are on: so the type tells of the netlist around the cell, as it does in a real design.
std::vector<std::int32_t> draw_types(std::uint64_t seed, const Netlist& netlist) {
  Random random(seed, kTypes);
  std::vector<std::int32_t> types;
  for (std::size_t i = 0; i < netlist.pins.size(); ++i) {
    if (netlist.sequential[i] != 0) {
      types.push_back(kFlipFlops.first + std::clamp(netlist.control[i] - 1, 0, kFlipFlops.count - 1));
      continue;
    }
    const std::int32_t pins = std::min(netlist.pins[i], kMostPins);
    const TypeRange range = pins == 2 && netlist.drives[i] > kLightLoad ? kBuffers : kTypesOfPins[pins];
    types.push_back(range.first + static_cast<std::int32_t>(random.below(range.count)));
  }
  return types;
}

}  // namespace

const std::vector<CellType>& cell_types() {
  // Named after and as wide as those of the NanGate45 library.
  static const std::vector<CellType> types = {
      {"TAPCELL_X1", 1}, {"LOGIC1_X1", 2}, {"INV_X1", 2},   {"INV_X2", 3},    {"BUF_X1", 3},    {"BUF_X4", 7},
      {"CLKBUF_X2", 4},  {"NAND2_X1", 3},  {"NOR2_X1", 3},  {"AND2_X1", 4},   {"OR2_X1", 4},    {"XOR2_X1", 6},
      {"XNOR2_X1", 6},   {"NAND3_X1", 4},  {"NOR3_X1", 4},  {"AOI21_X1", 4},  {"OAI21_X1", 4},  {"MUX2_X1", 7},
      {"HA_X1", 10},     {"NAND4_X1", 5},  {"AOI22_X1", 5}, {"OAI211_X1", 5}, {"FA_X1", 16},    {"AOI221_X1", 6},
      {"AOI222_X1", 8},  {"DFF_X1", 17},   {"DFFR_X1", 20}, {"SDFF_X1", 23},  {"SDFFR_X1", 25},
  };
  return types;
}

}  // namespace generator

using namespace generator;

Circuit generate_netlist(const GeneratorSpec& spec) {
  const Netlist netlist = draw_netlist(spec);
  const std::vector<std::int32_t> types = draw_types(spec.seed, netlist);
  const RowPlacement placement = place(spec.seed, types);
  const std::vector<float> congestion = estimate_congestion(netlist, placement);

  constexpr double kRowHeight = 1.4, kSiteWidth = 0.19;  // kRowLength and kSiteLength in micron
  Circuit circuit;
  for (const CellType& type : cell_types()) circuit.type_name.emplace_back(type.name);
  circuit.box = {0, 0, static_cast<double>(placement.gcells_x * kSitesOfGCell) * kSiteWidth,
                 static_cast<double>(placement.gcells_y * kRowsOfGCell) * kRowHeight};
  std::vector<double>&x = circuit.placement.grid.border[0], &y = circuit.placement.grid.border[1];
  for (std::int64_t i = 0; i <= placement.gcells_x; ++i)
    x.push_back(static_cast<double>(i * kSitesOfGCell) * kSiteWidth);
  for (std::int64_t i = 0; i <= placement.gcells_y; ++i)
    y.push_back(static_cast<double>(i * kRowsOfGCell) * kRowHeight);
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
