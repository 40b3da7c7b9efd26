#include <gsrgnn/circuit/cell_boxes.hpp>

namespace gsrgnn {

std::vector<std::array<double, 2>> cell_sizes(const Circuit& circuit, const Technology& technology) {
  const Placement& placement = circuit.placement;
  std::vector<std::array<double, 2>> sizes;
  sizes.reserve(circuit.cell_type.size());
  if (!placement.size.empty()) {
    for (const auto& [width, height] : placement.size) sizes.push_back({width, height});
    return sizes;
  }
  std::vector<std::array<double, 2>> of_type(circuit.type_name.size(), {0, 0});
  for (std::size_t t = 0; t < of_type.size(); ++t) {
    const Technology::CellType* const known = technology.find_type(circuit.type_name[t]);
    if (known != nullptr) of_type[t] = {known->width, known->height};
  }
  for (std::size_t i = 0; i < circuit.cell_type.size(); ++i) {
    const auto [width, height] = of_type[circuit.cell_type[i]];
    const bool side = !placement.orientation.empty() && lies_on_its_side(placement.orientation[i]);
    sizes.push_back(side ? std::array{height, width} : std::array{width, height});
  }
  return sizes;
}

std::array<double, 4> cell_box(const Circuit& circuit, std::size_t cell, const std::array<double, 2>& size) {
  const auto& [x, y] = circuit.position[cell];
  if (circuit.placement.anchor == Placement::Anchor::corner) return {x, y, x + size[0], y + size[1]};
  return {x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2};
}

CellSampler::CellSampler(const Circuit& circuit, const Technology& technology, const GcellGrid& grid)
    : columns_(grid.columns()) {
  const auto sizes = cell_sizes(circuit, technology);
  const double width = (grid.border[0].back() - grid.border[0].front()) / static_cast<double>(grid.columns());
  const double height = (grid.border[1].back() - grid.border[1].front()) / static_cast<double>(grid.rows());
  part_.reserve(sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto& [x, y] = circuit.position[i];
    const std::int64_t column = grid.column(x), row = grid.row(y);
    if (sizes[i][0] <= kLargeCell * width && sizes[i][1] <= kLargeCell * height) {
      part_.push_back({column, row, column, row});
      continue;
    }
    const std::array<double, 4> box = cell_box(circuit, i, sizes[i]);
    const std::int64_t left = grid.column(box[0]), bottom = grid.row(box[1]);
    // What ends on a border does not reach into the GCell behind it.
    const std::int64_t right = grid.column(box[2]), top = grid.row(box[3]);
    part_.push_back({left, bottom, right > left && grid.border[0][right] >= box[2] ? right - 1 : right,
                     top > bottom && grid.border[1][top] >= box[3] ? top - 1 : top});
  }
}

std::vector<float> CellSampler::operator()(const std::vector<double>& map) const {
  std::vector<float> at_cells;
  at_cells.reserve(part_.size());
  for (const auto& [left, bottom, right, top] : part_) {
    double total = 0;
    for (std::int64_t row = bottom; row <= top; ++row) {
      for (std::int64_t at = left; at <= right; ++at) total += map[row * columns_ + at];
    }
    at_cells.push_back(static_cast<float>(total / static_cast<double>((right - left + 1) * (top - bottom + 1))));
  }
  return at_cells;
}

}  // namespace gsrgnn
