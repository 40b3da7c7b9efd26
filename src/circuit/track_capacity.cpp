#include "circuit/track_capacity.hpp"

#include <algorithm>

namespace gsrgnn {
namespace {

/// Tracks in each row or column, over the layers of a role; of no known layer 0.
std::vector<double> tracks(const Circuit& circuit, const Technology& technology, LayerRole role, std::size_t lines) {
  std::vector<double> sum(lines, 0.0);
  std::vector<Technology::Layer> layers;
  for (const Placement::Layer& layer : circuit.placement.layer) {
    const Technology::Layer* const known = technology.find_layer(layer.name);
    layers.push_back(known != nullptr ? *known : Technology::Layer{layer.name, Origin::unknown, {}, 0, 0});
  }
  const std::vector<LayerRole> roles = layer_roles(layers);
  for (std::size_t l = 0; l < roles.size(); ++l) {
    if (roles[l] != role) continue;
    const Placement::Layer& layer = circuit.placement.layer[l];
    const std::vector<float>& count = role == LayerRole::horizontal ? layer.row_tracks : layer.column_tracks;
    for (std::size_t i = 0; i < count.size(); ++i) sum[i] += static_cast<double>(count[i]);
  }
  return sum;
}

}  // namespace

TrackCapacity::TrackCapacity(const Circuit& circuit, const Technology& technology, const GcellGrid& grid)
    : grid_(grid),
      rows_(tracks(circuit, technology, LayerRole::horizontal, static_cast<std::size_t>(grid.rows()))),
      columns_(tracks(circuit, technology, LayerRole::vertical, static_cast<std::size_t>(grid.columns()))) {}

std::vector<double> TrackCapacity::share(std::vector<double> length, LayerRole role) const {
  const bool horizontal = role == LayerRole::horizontal;
  const auto columns = static_cast<std::size_t>(grid_.columns());
  for (std::size_t i = 0; i < length.size(); ++i) {
    const std::size_t row = i / columns, column = i % columns;
    const auto side = [&](std::size_t axis, std::size_t at) {
      return grid_.border[axis][at + 1] - grid_.border[axis][at];
    };
    const double run = horizontal ? side(0, column) : side(1, row);
    length[i] /= run * std::max(horizontal ? rows_[row] : columns_[column], 1.0);
  }
  return length;
}

}  // namespace gsrgnn
