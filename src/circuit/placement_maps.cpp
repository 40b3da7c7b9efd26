#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/cell_boxes.hpp>
#include <gsrgnn/circuit/gcell_values.hpp>
#include <gsrgnn/circuit/placement_maps.hpp>
#include <gsrgnn/circuit/soft_routes.hpp>
#include <gsrgnn/circuit/wire_maps.hpp>
#include <gsrgnn/util/error.hpp>
#include <map>
#include <unordered_map>

#include "circuit/track_capacity.hpp"

namespace gsrgnn {
namespace {

constexpr std::array kMapNames = {"rudy_h",   "rudy_v",   "rudy_long", "rudy_short", "pin_rudy",
                                  "demand_h", "demand_v", "steiner_h", "steiner_v",  "pins",
                                  "cells",    "macros",   "io",        "power"};
constexpr std::array kRouteMapNames = {"routes_h", "routes_v"};
constexpr std::string_view kHorizontal = "_h", kVertical = "_v";
constexpr std::array kWidths = {0.7, 1.5, 3.0, 6.0};  // of the Gaussians, in GCells
constexpr double kMostMadeGcells = 1 << 20;
constexpr double kCellsOfGcell = 2;  // of a grid that is made
constexpr double kNarrowest = 0.12;  // GCells: of RUDY's boxes

std::string smoothed_name(const char* map, double width) {
  return fmt::format("{}~{:g}", map, width);
}

double mean_height(const GcellGrid& grid) {
  return (grid.border[1].back() - grid.border[1].front()) / static_cast<double>(grid.rows());
}

/// Of RUDY's.
double narrowest_box(const GcellGrid& grid) {
  return kNarrowest * mean_height(grid);
}

std::vector<double> sum(std::vector<double> a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  return a;
}

bool is_rudy(const std::string& name) {
  return name.find("rudy") != std::string::npos;
}

}  // namespace

GcellGrid grid_of(const Circuit& circuit) {
  if (!circuit.placement.grid.empty()) return circuit.placement.grid;
  const auto& [left, bottom, right, top] = circuit.box;
  const double width = right - left, height = top - bottom;
  const double gcells = std::min(static_cast<double>(circuit.cells()) / kCellsOfGcell, kMostMadeGcells);
  double step = width > 0 && height > 0 ? std::sqrt(width * height / gcells) : std::max(width, height);
  // Of a long and thin die a square would be wider than it is high.
  step = std::max({step, width / kMostMadeGcells, height / kMostMadeGcells});
  return make_grid(circuit.box, step > 0 ? step : 1);
}

PinPlaces pin_places(const Circuit& circuit, const Technology& technology) {
  const Placement& placement = circuit.placement;
  const auto sizes = cell_sizes(circuit, technology);
  // Where the pins of each type lie, as drawn, by type and name.
  const std::size_t names = placement.pin_name.size();
  std::unordered_map<std::string_view, std::size_t> index;
  for (std::size_t p = 0; p < names; ++p) index.emplace(placement.pin_name[p], p);
  std::unordered_map<std::size_t, Offset> at;
  for (std::size_t t = 0; t < circuit.type_name.size() && names > 0; ++t) {
    const Technology::CellType* const type = technology.find_type(circuit.type_name[t]);
    if (type == nullptr || type->origin == Origin::unknown) continue;
    for (const Technology::Pin& pin : type->pin) {
      if (const auto named = index.find(pin.name); named != index.end()) at[t * names + named->second] = {pin.x, pin.y};
    }
  }
  std::vector<std::int64_t> io(static_cast<std::size_t>(circuit.nets()) + 1, 0);
  for (const std::int32_t net : placement.io_net) ++io[net + 1];
  PinPlaces pins;
  pins.offset.assign(1, 0);
  for (std::int64_t n = 0; n < circuit.nets(); ++n) {
    pins.offset.push_back(pins.offset.back() + circuit.net_offset[n + 1] - circuit.net_offset[n] + io[n + 1]);
  }
  pins.place.resize(static_cast<std::size_t>(pins.offset.back()));
  for (std::int64_t n = 0; n < circuit.nets(); ++n) {
    std::int64_t next = pins.offset[n];
    for (std::int64_t p = circuit.net_offset[n]; p < circuit.net_offset[n + 1]; ++p) {
      const std::int32_t cell = circuit.net_cell[p];
      const auto box = cell_box(circuit, cell, sizes[cell]);
      const auto known = placement.pin.empty() ? at.end() : at.find(circuit.cell_type[cell] * names + placement.pin[p]);
      Offset place = {(box[2] - box[0]) / 2, (box[3] - box[1]) / 2};
      if (!placement.pin_offset.empty()) {
        ++pins.known;
        place = {place[0] + static_cast<double>(placement.pin_offset[p][0]),
                 place[1] + static_cast<double>(placement.pin_offset[p][1])};
      } else if (known != at.end()) {
        ++pins.known;
        const Orientation turned = placement.orientation.empty() ? Orientation::N : placement.orientation[cell];
        const bool side = lies_on_its_side(turned);
        place = placed(turned, known->second, {sizes[cell][side ? 1 : 0], sizes[cell][side ? 0 : 1]});
      }
      pins.place[next++] = {box[0] + place[0], box[1] + place[1]};
    }
  }
  std::vector<std::int64_t> end(pins.offset.begin() + 1, pins.offset.end());
  for (std::size_t q = placement.io_net.size(); q-- > 0;) {
    pins.place[--end[placement.io_net[q]]] = placement.io_position[q];
  }
  return pins;
}

PlacementMaps rudy_maps(const Circuit& circuit, const Technology& technology) {
  PlacementMaps maps{grid_of(circuit), {}};
  const PinPlaces pins = pin_places(circuit, technology);
  const WireMap wire = rudy(maps.grid, {pins.offset, pins.place, {}}, narrowest_box(maps.grid)).all();
  const TrackCapacity capacity(circuit, technology, maps.grid);
  maps.map = {{kMapNames[0], capacity.share(wire.horizontal, LayerRole::horizontal)},
              {kMapNames[1], capacity.share(wire.vertical, LayerRole::vertical)}};
  return maps;
}

PlacementMaps placement_maps(const Circuit& circuit, const Technology& technology) {
  PlacementMaps maps;
  maps.grid = grid_of(circuit);
  const GcellGrid& grid = maps.grid;
  const auto gcells = static_cast<std::size_t>(grid.size());
  const TrackCapacity capacity(circuit, technology, grid);
  const PinPlaces pins = pin_places(circuit, technology);
  const NetPlaces nets{pins.offset, pins.place, {}};
  const auto horizontal = [&](std::vector<double> length) {
    return capacity.share(std::move(length), LayerRole::horizontal);
  };
  const auto vertical = [&](std::vector<double> length) {
    return capacity.share(std::move(length), LayerRole::vertical);
  };
  const auto both = [&](const WireMap& map) { return sum(horizontal(map.horizontal), vertical(map.vertical)); };

  const Rudy rudy_of = rudy(grid, nets, narrowest_box(grid));
  const WireMap rudy_all = rudy_of.all();
  const Demand demand = demand_maps(grid, nets);
  std::vector<std::array<double, 2>> of_cells;
  of_cells.reserve(circuit.net_cell.size());
  for (std::int64_t n = 0; n < circuit.nets(); ++n) {
    const auto first = pins.place.begin() + pins.offset[n];
    of_cells.insert(of_cells.end(), first, first + (circuit.net_offset[n + 1] - circuit.net_offset[n]));
  }
  std::vector<double> pin_density = count_map(grid, of_cells);
  const double mean_area = (grid.border[0].back() - grid.border[0].front()) *
                           (grid.border[1].back() - grid.border[1].front()) / static_cast<double>(gcells);
  for (std::size_t i = 0; i < gcells; ++i) {
    const std::size_t row = i / static_cast<std::size_t>(grid.columns()),
                      column = i % static_cast<std::size_t>(grid.columns());
    pin_density[i] *= mean_area / ((grid.border[0][column + 1] - grid.border[0][column]) *
                                   (grid.border[1][row + 1] - grid.border[1][row]));
  }
  const auto sizes = cell_sizes(circuit, technology);
  std::vector<std::array<double, 4>> boxes, macros;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    boxes.push_back(cell_box(circuit, i, sizes[i]));
    if (sizes[i][1] > kLargeCell * mean_height(grid)) macros.push_back(boxes.back());
  }
  const std::vector<float>& power = circuit.placement.power;
  std::vector<std::vector<double>> values = {
      horizontal(rudy_all.horizontal),
      vertical(rudy_all.vertical),
      both(rudy_of.long_nets),
      both(rudy_of.short_nets),
      pin_rudy(grid, nets),
      horizontal(demand.spanning.horizontal),
      vertical(demand.spanning.vertical),
      horizontal(demand.steiner.horizontal),
      vertical(demand.steiner.vertical),
      std::move(pin_density),
      area_map(grid, boxes),
      area_map(grid, macros),
      count_map(grid, circuit.placement.io_position),
      power.empty() ? std::vector<double>(gcells, 0.0) : std::vector<double>(power.begin(), power.end())};
  for (std::size_t m = 0; m < kMapNames.size(); ++m) maps.map.push_back({kMapNames[m], std::move(values[m])});
  if (!technology.routes.empty()) {
    const RouteCandidates candidates = route_candidates(circuit, technology, maps);
    SoftRoutes::Maps routes = SoftRoutes(technology.routes, candidates).maps();
    for (std::size_t d = 0; d < routes.size(); ++d) maps.map.push_back({kRouteMapNames[d], std::move(routes[d])});
  }
  return maps;
}

std::vector<std::string> feature_names(const std::vector<std::string>& own, const std::vector<std::string>& labels,
                                       FeatureSet set) {
  std::vector<std::string> names = own;
  if (set == FeatureSet::paper) return names;
  const bool learns_rudy = std::any_of(labels.begin(), labels.end(), is_rudy);
  const auto add = [&](const char* map) {
    names.emplace_back(map);
    for (const double width : kWidths) names.push_back(smoothed_name(map, width));
  };
  for (const char* map : kMapNames) {
    if (!(learns_rudy && is_rudy(map))) add(map);
  }
  if (set == FeatureSet::routes) std::for_each(kRouteMapNames.begin(), kRouteMapNames.end(), add);
  return names;
}

std::vector<std::string> feature_names(const Circuit& circuit, FeatureSet set) {
  return feature_names(circuit.feature_name, circuit.label_name, set);
}

std::vector<std::string> telling_maps(const std::vector<std::string>& labels, FeatureSet set) {
  std::vector<std::string> names = feature_names({}, labels, set);
  const std::size_t maps = names.size();
  for (std::size_t m = 0; m < maps; ++m) {
    if (const std::size_t at = names[m].find(kHorizontal); at != std::string::npos) {
      names.push_back(std::string(names[m]).erase(at, kHorizontal.size()));
    }
  }
  return names;
}

namespace {

/// The features of those names, rows x F: own(column) are those of the circuit's column, sampler(grid)(map) what the
/// rows see of a map.
template <class Own, class SamplerOn>
std::vector<float> features_of(const Circuit& circuit, const Technology& technology,
                               const std::vector<std::string>& names, const std::string& place, std::size_t rows,
                               const Own& own, const SamplerOn& sampler_on) {
  const std::size_t columns = names.size();
  std::vector<float> feature(rows * columns);
  const auto maps_known = feature_names({}, {}, technology.routes.empty() ? FeatureSet::maps : FeatureSet::routes);
  const auto is_map = [&](const std::string& name) {
    return std::find(maps_known.begin(), maps_known.end(), name) != maps_known.end();
  };
  struct Wanted {
    std::size_t column;
    float share;
  };
  std::multimap<std::string, Wanted> wanted;  // by map
  const auto add = [&](std::size_t column, float share, const std::vector<float>& values) {
    for (std::size_t i = 0; i < rows; ++i) feature[i * columns + column] += share * values[i];
  };
  for (std::size_t f = 0; f < columns; ++f) {
    const auto found = std::find(circuit.feature_name.begin(), circuit.feature_name.end(), names[f]);
    if (found != circuit.feature_name.end()) {
      add(f, 1, own(static_cast<std::size_t>(found - circuit.feature_name.begin())));
      continue;
    }
    if (is_map(names[f])) {
      wanted.emplace(names[f], Wanted{f, 1});
      continue;
    }
    const std::size_t at = std::min(names[f].find('~'), names[f].size());
    const auto of_direction = [&](std::string_view direction) { return std::string(names[f]).insert(at, direction); };
    if (!is_map(of_direction(kHorizontal))) {
      throw InputError(place, fmt::format("has no feature '{}', which the model was trained on", names[f]),
                       fmt::format("its features are {} and maps; import it as the training circuit was",
                                   fmt::join(circuit.feature_name, ", ")));
    }
    for (const std::string_view direction : {kHorizontal, kVertical}) {
      wanted.emplace(of_direction(direction), Wanted{f, 0.5F});
    }
  }
  if (wanted.empty()) return feature;
  const PlacementMaps maps = placement_maps(circuit, technology);
  const auto sample = sampler_on(maps.grid);
  for (const PlacementMap& map : maps.map) {
    const auto put = [&](const std::string& name, const auto& value) {
      const auto [first, last] = wanted.equal_range(name);
      if (first == last) return;
      const std::vector<float> seen = sample(value());
      for (auto entry = first; entry != last; ++entry) add(entry->second.column, entry->second.share, seen);
    };
    put(map.name, [&]() -> const std::vector<double>& { return map.value; });
    for (const double width : kWidths) {
      put(smoothed_name(map.name.c_str(), width),
          [&] { return smooth(map.value, maps.grid.columns(), maps.grid.rows(), width); });
    }
  }
  return feature;
}

}  // namespace

std::vector<float> cell_features(const Circuit& circuit, const Technology& technology,
                                 const std::vector<std::string>& names, const std::string& place) {
  const auto cells = static_cast<std::size_t>(circuit.cells()), present = circuit.feature_name.size();
  return features_of(
      circuit, technology, names, place, cells,
      [&](std::size_t column) {
        std::vector<float> values(cells);
        for (std::size_t i = 0; i < cells; ++i) values[i] = circuit.feature[i * present + column];
        return values;
      },
      [&](const GcellGrid& grid) { return CellSampler(circuit, technology, grid); });
}

std::vector<float> gcell_features(const Circuit& circuit, const Technology& technology,
                                  const std::vector<std::string>& names, const std::string& place) {
  const GcellGrid grid = grid_of(circuit);
  const auto cells = cells_of_gcells(circuit, grid);
  const std::size_t present = circuit.feature_name.size();
  return features_of(
      circuit, technology, names, place, cells.size(),
      [&](std::size_t column) {
        double all = 0;
        for (std::size_t i = column; i < circuit.feature.size(); i += present) {
          all += static_cast<double>(circuit.feature[i]) / static_cast<double>(circuit.cells());
        }
        std::vector<float> values;
        for (const auto& of_gcell : cells) {
          double sum = 0;
          for (const std::int32_t cell : of_gcell) {
            sum += static_cast<double>(circuit.feature[static_cast<std::size_t>(cell) * present + column]);
          }
          values.push_back(static_cast<float>(of_gcell.empty() ? all : sum / static_cast<double>(of_gcell.size())));
        }
        return values;
      },
      [](const GcellGrid&) {
        return [](const std::vector<double>& map) { return std::vector<float>(map.begin(), map.end()); };
      });
}

}  // namespace gsrgnn
