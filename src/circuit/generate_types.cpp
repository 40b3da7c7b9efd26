#include "circuit/netlist_generator.hpp"

namespace gsrgnn::generator {
namespace {

struct TypeRange {
  std::int32_t first, count;
};
/// Of cell_types(): the gates of 0, 1, ..., 7 and more pins.
constexpr TypeRange kTypesOfPins[] = {{0, 1}, {1, 1}, {2, 3}, {7, 6}, {13, 6}, {19, 4}, {23, 1}, {24, 1}};
constexpr std::int32_t kMostPins = 7;
constexpr TypeRange kBuffers{5, 2}, kFlipFlops{25, 4};
constexpr std::int32_t kLightLoad = 5;  ///< pins of a net that a gate of two pins drives without being a buffer

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

}  // namespace gsrgnn::generator
