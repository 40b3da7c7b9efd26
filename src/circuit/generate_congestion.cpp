#include <cstdlib>

#include "circuit/netlist_generator.hpp"

namespace gsrgnn::generator {
namespace {

constexpr std::int64_t kDemandUnit = 4096;  // demand is counted in 10 nm / 4096
constexpr std::int64_t kPinDemand = 400;    // of 10 nm: what a pin takes of the tracks above it
constexpr std::int64_t kCapacity = 48'000;  // of 10 nm a GCell: about 115 tracks
constexpr std::size_t kWidestBox = 10;      // nets of more pins are routed as a tree

/// Adds up boxes of demand, in a table of differences, so that a box costs the same whatever its size.
class BoxSum {
 public:
  explicit BoxSum(const RowPlacement& placement)
      : placement_(placement), columns_(placement.gcells_x + 1), difference_(columns_ * (placement.gcells_y + 1), 0) {}

  /// The box around some cells.
  void add(const std::int32_t* first, const std::int32_t* last) {
    std::int64_t left = placement_.site[*first], right = left, bottom = placement_.row[*first], top = bottom;
    for (const std::int32_t* cell = first + 1; cell != last; ++cell) {
      left = std::min<std::int64_t>(left, placement_.site[*cell]);
      right = std::max<std::int64_t>(right, placement_.site[*cell]);
      bottom = std::min<std::int64_t>(bottom, placement_.row[*cell]);
      top = std::max<std::int64_t>(top, placement_.row[*cell]);
    }
    const std::int64_t length = (right - left) * kSiteLength + (top - bottom) * kRowLength;
    const std::int64_t x0 = left / kSitesOfGCell, x1 = right / kSitesOfGCell + 1;
    const std::int64_t y0 = bottom / kRowsOfGCell, y1 = top / kRowsOfGCell + 1;
    const std::int64_t demand = length * kDemandUnit / ((x1 - x0) * (y1 - y0));
    at(x0, y0) += demand;
    at(x1, y0) -= demand;
    at(x0, y1) -= demand;
    at(x1, y1) += demand;
  }

  /// The demand of every GCell. Ends the adding.
  std::vector<std::int64_t> sum() {
    std::vector<std::int64_t> demand;
    for (std::int64_t y = 0; y < placement_.gcells_y; ++y) {
      for (std::int64_t x = 0; x < placement_.gcells_x; ++x) {
        at(x, y) += (x > 0 ? at(x - 1, y) : 0) + (y > 0 ? at(x, y - 1) : 0) - (x > 0 && y > 0 ? at(x - 1, y - 1) : 0);
        demand.push_back(at(x, y));
      }
    }
    return demand;
  }

 private:
  std::int64_t& at(std::int64_t x, std::int64_t y) { return difference_[y * columns_ + x]; }

  const RowPlacement& placement_;
  std::int64_t columns_;
  std::vector<std::int64_t> difference_;
};

std::vector<std::int64_t> sum_demand(const Netlist& netlist, const RowPlacement& placement) {
  BoxSum boxes(placement);
  std::vector<std::int32_t> pins;
  for (std::size_t n = 0; n + 1 < netlist.offset.size(); ++n) {
    pins.assign(netlist.cell.begin() + netlist.offset[n], netlist.cell.begin() + netlist.offset[n + 1]);
    if (pins.size() <= kWidestBox) {
      boxes.add(pins.data(), pins.data() + pins.size());
      continue;
    }
    std::sort(pins.begin(), pins.end());
    for (std::size_t i = 0; i + 1 < pins.size(); ++i) boxes.add(pins.data() + i, pins.data() + i + 2);
  }
  std::vector<std::int64_t> demand = boxes.sum();
  for (std::size_t i = 0; i < netlist.pins.size(); ++i) {
    demand[placement.gcell(i)] += netlist.pins[i] * kPinDemand * kDemandUnit;
  }
  return demand;
}

}  // namespace

std::vector<float> estimate_congestion(const Netlist& netlist, const RowPlacement& placement) {
  const std::int64_t nx = placement.gcells_x, ny = placement.gcells_y;
  const std::vector<std::int64_t> demand = sum_demand(netlist, placement);
  // A router moves wires to the neighbours: smoothed by 1 2 1 in both directions.
  std::vector<float> congestion;
  for (std::int64_t y = 0; y < ny; ++y) {
    for (std::int64_t x = 0; x < nx; ++x) {
      std::int64_t sum = 0;
      for (std::int64_t dy = -1; dy <= 1; ++dy) {
        for (std::int64_t dx = -1; dx <= 1; ++dx) {
          const std::int64_t weight = (2 - std::abs(dx)) * (2 - std::abs(dy));
          sum += weight *
                 demand[std::clamp<std::int64_t>(y + dy, 0, ny - 1) * nx + std::clamp<std::int64_t>(x + dx, 0, nx - 1)];
        }
      }
      congestion.push_back(
          static_cast<float>(static_cast<double>(sum) / static_cast<double>(16 * kCapacity * kDemandUnit)));
    }
  }
  return congestion;
}

}  // namespace gsrgnn::generator
