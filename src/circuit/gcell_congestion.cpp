#include <algorithm>
#include <gsrgnn/circuit/gcell_congestion.hpp>
#include <gsrgnn/circuit/obstructions.hpp>
#include <gsrgnn/util/error.hpp>
#include <string>
#include <utility>

#include "circuit/grid_lines.hpp"

namespace gsrgnn {
namespace {

// What layer_roles() says, by the design's numbers of layers.
std::vector<LayerRole> roles_by_index(const DefDesign& design, const std::vector<Technology::Layer>& layers) {
  const std::vector<LayerRole> roles = layer_roles(layers);
  std::vector<LayerRole> by_index(design.layer.size(), LayerRole::left_out);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const auto found = std::find(design.layer.begin(), design.layer.end(), layers[l].name);
    if (found != design.layer.end()) by_index[found - design.layer.begin()] = roles[l];
  }
  return by_index;
}

// Wires without any track to take them are a DEF cut short, not a congested one.
void require_tracks(const DefDesign& design, const std::vector<LayerRole>& roles, LayerRole role, int axis) {
  const std::vector<DefDesign::Tracks>& tracks = design.tracks[axis];
  const auto has_role = [&](const auto& item) { return roles[item.layer] == role; };
  if (std::any_of(tracks.begin(), tracks.end(), has_role)) return;
  if (!tracks.empty() && std::none_of(design.wire.begin(), design.wire.end(), has_role)) return;
  throw InputError(design.path,
                   fmt::format("there are routed wires and no TRACKS {} on {} layers", axis == 0 ? "X" : "Y",
                               role == LayerRole::horizontal ? "horizontal" : "vertical"),
                   "write the DEF with its TRACKS");
}

}  // namespace

std::vector<double> tracks_between(const std::vector<std::int32_t>& border, const DefDesign& design,
                                   const std::string& layer, int axis) {
  std::vector<double> count(border.size() - 1, 0.0);
  for (const DefDesign::Tracks& some : design.tracks[axis]) {
    if (design.layer[some.layer] != layer) continue;
    for (std::size_t i = 0; i < count.size(); ++i) {
      const std::int64_t end = std::int64_t{border[i + 1]} + (i + 1 == count.size() ? 1 : 0);
      count[i] += static_cast<double>(tracks_below(some, end) - tracks_below(some, border[i]));
    }
  }
  return count;
}

namespace {

// Of the tracks of each GCell what all layers of a direction have, and of it what obstructions take.
struct Capacity {
  std::vector<double> all, taken;
};

Capacity capacity(const DefDesign& design, const std::vector<LayerRole>& roles, LayerRole role,
                  const std::array<std::vector<std::int32_t>, 2>& border,
                  const std::vector<DefDesign::Obstruction>* obstruction) {
  const std::size_t axis = role == LayerRole::horizontal ? 1 : 0;
  const std::size_t columns = border[0].size() - 1, rows = border[1].size() - 1;
  std::vector<double> sum(axis == 1 ? rows : columns, 0.0);
  Capacity capacity{std::vector<double>(columns * rows), std::vector<double>(columns * rows, 0.0)};
  for (std::size_t l = 0; l < design.layer.size(); ++l) {
    if (roles[l] != role) continue;
    const std::vector<double> tracks = tracks_between(border[axis], design, design.layer[l], static_cast<int>(axis));
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += tracks[i];
    if (obstruction == nullptr) continue;
    const std::vector<double> covered =
        covered_tracks(design, static_cast<std::int32_t>(l), axis, border, *obstruction);
    for (std::size_t i = 0; i < covered.size(); ++i) capacity.taken[i] += covered[i];
  }
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      const std::size_t along = axis == 1 ? column : row;
      const double run = static_cast<double>(border[1 - axis][along + 1]) - border[1 - axis][along];
      capacity.all[row * columns + column] = sum[axis == 1 ? row : column] * run;
    }
  }
  return capacity;
}

}  // namespace

GcellCongestion gcell_congestion(const DefDesign& design, const std::vector<Technology::Layer>& layers,
                                 std::array<std::vector<std::int32_t>, 2> border,
                                 const std::vector<DefDesign::Obstruction>* obstruction) {
  GcellCongestion grid;
  grid.border = std::move(border);
  const auto& [x, y] = grid.border;
  const std::int64_t columns = grid.columns(), rows = grid.rows();
  const std::vector<LayerRole> roles = roles_by_index(design, layers);
  require_tracks(design, roles, LayerRole::horizontal, 1);
  require_tracks(design, roles, LayerRole::vertical, 0);

  // Demand first: lengths are whole numbers, so their sums are exact in any order.
  grid.horizontal.assign(columns * rows, 0.0);
  grid.vertical.assign(columns * rows, 0.0);
  for (const DefDesign::Wire& wire : design.wire) {
    const LayerRole role = roles[wire.layer];
    if (role == LayerRole::left_out) continue;
    std::vector<double>& demand = role == LayerRole::horizontal ? grid.horizontal : grid.vertical;
    if (wire.y1 == wire.y2) {
      const std::int64_t row = interval(y, wire.y1) * columns;
      const auto [from, to] = std::minmax(wire.x1, wire.x2);
      split(x, from, to, [&](std::int64_t column, double length) { demand[row + column] += length; });
    } else {
      const std::int64_t column = interval(x, wire.x1);
      const auto [from, to] = std::minmax(wire.y1, wire.y2);
      split(y, from, to, [&](std::int64_t row, double length) { demand[row * columns + column] += length; });
    }
  }

  const Capacity of_rows = capacity(design, roles, LayerRole::horizontal, grid.border, obstruction);
  const Capacity of_columns = capacity(design, roles, LayerRole::vertical, grid.border, obstruction);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      const std::int64_t i = row * columns + column;
      const auto share = [i](double demand, const Capacity& of, double track) {
        const double left = of.taken[i] > 0 ? std::max(of.all[i] - of.taken[i], track) : of.all[i];
        return of.all[i] > 0 ? demand / left : 0.0;
      };
      grid.horizontal[i] = share(grid.horizontal[i], of_rows, static_cast<double>(x[column + 1]) - x[column]);
      grid.vertical[i] = share(grid.vertical[i], of_columns, static_cast<double>(y[row + 1]) - y[row]);
    }
  }
  return grid;
}

}  // namespace gsrgnn
