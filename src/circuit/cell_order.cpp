#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/cell_order.hpp>
#include <numeric>

namespace gsrgnn {
namespace {

constexpr int kLevels = 16;

/// The distance along the Hilbert curve of a 2^16 x 2^16 grid at which it passes through (x, y).
std::uint64_t hilbert(std::uint32_t x, std::uint32_t y) {
  std::uint64_t distance = 0;
  for (std::uint32_t side = 1U << (kLevels - 1); side > 0; side /= 2) {
    const std::uint32_t right = (x & side) != 0 ? 1 : 0, upper = (y & side) != 0 ? 1 : 0;
    distance = 4 * distance + ((3 * right) ^ upper);
    // Turn the quadrant so that the curve enters and leaves it as it does the whole.
    if (upper == 0) {
      if (right == 1) {
        x = ~x;
        y = ~y;
      }
      std::swap(x, y);
    }
  }
  return distance;
}

std::uint32_t grid_line(double at, double low, double high) {
  constexpr double kLast = (1U << kLevels) - 1;
  if (!(high > low)) return 0;
  return static_cast<std::uint32_t>(std::clamp((at - low) / (high - low), 0.0, 1.0) * kLast);
}

/// values[i] = old values[order[i]], for rows of `columns` values.
template <class T>
void permute(std::vector<T>& values, const std::vector<std::int32_t>& order, std::size_t columns) {
  std::vector<T> moved;
  moved.reserve(values.size());
  for (const std::int32_t from : order) {
    const auto row = values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(from) * columns);
    moved.insert(moved.end(), row, row + static_cast<std::ptrdiff_t>(columns));
  }
  values = std::move(moved);
}

/// Pins of a net by their cells, nets by their first cell.
void order_nets(Circuit& circuit) {
  Placement& placement = circuit.placement;
  const bool named = !placement.pin.empty(), located = !placement.pin_offset.empty();
  std::vector<std::int32_t> pins(circuit.net_cell.size());  // old places in the new order
  std::iota(pins.begin(), pins.end(), 0);
  const auto by_cell = [&](std::int32_t a, std::int32_t b) { return circuit.net_cell[a] < circuit.net_cell[b]; };
  for (std::int64_t n = 0; n < circuit.nets(); ++n) {
    std::stable_sort(pins.begin() + circuit.net_offset[n], pins.begin() + circuit.net_offset[n + 1], by_cell);
  }
  const auto first_cell = [&](std::int64_t n) {
    const bool empty = circuit.net_offset[n] == circuit.net_offset[n + 1];
    return empty ? circuit.cells() : static_cast<std::int64_t>(circuit.net_cell[pins[circuit.net_offset[n]]]);
  };
  std::vector<std::int64_t> order(static_cast<std::size_t>(circuit.nets()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return first_cell(a) < first_cell(b); });
  std::vector<std::int64_t> offset{0};
  std::vector<std::int32_t> cell, pin, place(order.size());
  offset.reserve(circuit.net_offset.size());
  cell.reserve(circuit.net_cell.size());
  pin.reserve(placement.pin.size());
  std::vector<std::array<float, 2>> pin_offset;
  pin_offset.reserve(placement.pin_offset.size());
  for (const std::int64_t n : order) {
    place[n] = static_cast<std::int32_t>(offset.size()) - 1;
    for (std::int64_t p = circuit.net_offset[n]; p < circuit.net_offset[n + 1]; ++p) {
      cell.push_back(circuit.net_cell[pins[p]]);
      if (named) pin.push_back(placement.pin[pins[p]]);
      if (located) pin_offset.push_back(placement.pin_offset[pins[p]]);
    }
    offset.push_back(static_cast<std::int64_t>(cell.size()));
  }
  circuit.net_offset = std::move(offset);
  circuit.net_cell = std::move(cell);
  placement.pin = std::move(pin);
  placement.pin_offset = std::move(pin_offset);
  for (std::int32_t& net : placement.io_net) net = place[net];
}

}  // namespace

void order_by_placement(Circuit& circuit) {
  const auto cells = static_cast<std::size_t>(circuit.cells());
  std::vector<std::uint64_t> key(cells);
  for (std::size_t i = 0; i < cells; ++i) {
    const auto& at = circuit.position[i];
    key[i] =
        hilbert(grid_line(at[0], circuit.box[0], circuit.box[2]), grid_line(at[1], circuit.box[1], circuit.box[3]));
  }
  std::vector<std::int32_t> order(cells);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) { return key[a] < key[b]; });

  permute(circuit.feature, order, circuit.feature_name.size());
  permute(circuit.label, order, circuit.label_name.size());
  permute(circuit.cell_type, order, 1);
  permute(circuit.position, order, 1);
  if (!circuit.cell_name.empty()) permute(circuit.cell_name, order, 1);
  if (!circuit.placement.size.empty()) permute(circuit.placement.size, order, 1);
  if (!circuit.placement.orientation.empty()) permute(circuit.placement.orientation, order, 1);
  if (circuit.original.empty()) {
    circuit.original = order;
  } else {
    permute(circuit.original, order, 1);
  }
  std::vector<std::int32_t> place(cells);
  for (std::size_t i = 0; i < cells; ++i) place[order[i]] = static_cast<std::int32_t>(i);
  for (std::int32_t& cell : circuit.net_cell) cell = place[cell];
  order_nets(circuit);
}

}  // namespace gsrgnn
