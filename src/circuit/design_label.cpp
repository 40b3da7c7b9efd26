#include "circuit/design_label.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <gsrgnn/circuit/cell_boxes.hpp>
#include <gsrgnn/circuit/map_reader.hpp>
#include <gsrgnn/circuit/placement_maps.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn {
namespace {

constexpr std::array kDirections = {"_horizontal", "_vertical"};  // of names, by place of the map

bool is_of_routes(const std::string& label) {
  return label == kWireLabel || label == kOverflowLabel;
}

/// Maps to learn from: one, or a horizontal and a vertical one.
struct LabelMaps {
  std::vector<GridMap> map;
  std::string name, unit;
};

/// Without the sizes that were learned from where cells stand, which tell how large a cell is at most.
Technology with_certain_sizes(Technology technology) {
  for (Technology::CellType& type : technology.type) {
    if (type.origin != Origin::lef) type.width = type.height = 0;
  }
  return technology;
}

LabelMaps of_routes(const RoutingMaps& routing, const GcellGrid& grid) {
  return {{{grid, routing.horizontal}, {grid, routing.vertical}}, "congestion", routing.unit};
}

LabelMaps of_rudy(const Circuit& circuit) {
  PlacementMaps rudy = rudy_maps(circuit, circuit.placement.technology);
  const bool tracks = !circuit.placement.layer.empty();
  LabelMaps maps{{}, kRudyLabel, fmt::format("RUDY's wire length / {}", tracks ? "track capacity" : "side of a GCell")};
  for (PlacementMap& map : rudy.map) maps.map.push_back({rudy.grid, std::move(map.value)});
  return maps;
}

LabelMaps of_files(const std::vector<std::string>& files, Circuit& circuit) {
  LabelMaps maps{{}, "congestion", ""};
  for (const std::string& path : files) {
    MapFile file = read_map_file(path, circuit);
    if (file.map.size() == 2 && files.size() > 1) {
      throw InputError(path, "tells both directions by itself", "give it alone");
    }
    if (!maps.map.empty() && file.unit != maps.unit) {
      throw InputError(path,
                       fmt::format("its values are {}, and those of {} are {}", in_quotes(std::string_view(file.unit)),
                                   files.front(), in_quotes(std::string_view(maps.unit))),
                       "give a horizontal and a vertical map of one kind");
    }
    maps.unit = file.unit;
    circuit.note.insert(circuit.note.end(), file.note.begin(), file.note.end());
    std::move(file.map.begin(), file.map.end(), std::back_inserter(maps.map));
  }
  return maps;
}

/// One map of both directions.
void average(LabelMaps& maps, const std::vector<std::string>& files) {
  if (maps.map.size() < 2) return;
  GridMap& first = maps.map.front();
  const GridMap& second = maps.map.back();
  if (first.grid.border != second.grid.border) {
    throw InputError(files.back(), fmt::format("the map has not the boxes of {}", files.front()),
                     "give maps on one grid, or --combine separate");
  }
  for (std::size_t i = 0; i < first.value.size(); ++i) first.value[i] = (first.value[i] + second.value[i]) / 2;
  maps.map.pop_back();
}

}  // namespace

void check_label(const ImportOptions& options) {
  const auto is_name = [](const std::string& label) { return is_of_routes(label) || label == kRudyLabel; };
  const bool named = std::any_of(options.label.begin(), options.label.end(), is_name);
  std::error_code error;
  for (const std::string& label : options.label) {
    if (is_name(label) || std::filesystem::exists(label, error)) continue;
    throw InputError(label, "no such label or map",
                     fmt::format("--label is {}, {}, {} or the path of a map", kWireLabel, kOverflowLabel, kRudyLabel));
  }
  if (options.label.size() <= (named ? 1 : 2)) return;
  throw InputError("label", fmt::format("'{}' is no label", fmt::join(options.label, " ")),
                   fmt::format("give {}, {} or {} alone, one map, or a horizontal and a vertical one", kWireLabel,
                               kOverflowLabel, kRudyLabel));
}

bool wants_routes(const ImportOptions& options) {
  return options.label.empty() || is_of_routes(options.label.front());
}

bool wants_overflow(const ImportOptions& options) {
  return !options.label.empty() && options.label.front() == kOverflowLabel;
}

void add_labels(const ImportOptions& options, ReadDesign& design) {
  Circuit& circuit = design.circuit;
  if (options.label.empty() && !design.routing) return;
  LabelMaps maps;
  if (wants_routes(options)) {
    if (!design.routing) {
      throw InputError(options.design, "the design has no routes to make a label of",
                       "give a routed one, a route guide (--guide), or a map or rudy as --label");
    }
    maps = of_routes(*design.routing, circuit.placement.grid);
  } else if (options.label.front() == kRudyLabel) {
    maps = of_rudy(circuit);
  } else {
    maps = of_files(options.label, circuit);
  }
  if (options.combine == CongestionLabel::average) average(maps, options.label);
  circuit.label_unit = maps.unit;
  circuit.label_name = {maps.name};
  if (maps.map.size() == 2) circuit.label_name = {maps.name + kDirections[0], maps.name + kDirections[1]};
  const Technology technology = with_certain_sizes(circuit.placement.technology);
  const std::size_t labels = maps.map.size(), cells = circuit.cell_type.size();
  circuit.label.resize(cells * labels);
  for (std::size_t label = 0; label < labels; ++label) {
    const std::vector<float> values = CellSampler(circuit, technology, maps.map[label].grid)(maps.map[label].value);
    for (std::size_t i = 0; i < cells; ++i) circuit.label[i * labels + label] = values[i];
  }
}

void add_feature_maps(const ImportOptions& options, Circuit& circuit) {
  const Technology technology = with_certain_sizes(circuit.placement.technology);
  for (const auto& [name, path] : options.feature_maps) {
    MapFile file = read_map_file(path, circuit);
    circuit.note.insert(circuit.note.end(), file.note.begin(), file.note.end());
    for (std::size_t m = 0; m < file.map.size(); ++m) {
      const std::string feature = file.map.size() == 1 ? name : name + kDirections[m];
      const auto maps = feature_names({}, {}, FeatureSet::maps);  // which every circuit has
      if (std::count(circuit.feature_name.begin(), circuit.feature_name.end(), feature) > 0 ||
          std::count(maps.begin(), maps.end(), feature) > 0) {
        throw InputError(path, fmt::format("the feature name '{}' is taken", feature),
                         fmt::format("choose another name than {}", fmt::join(circuit.feature_name, ", ")));
      }
      const std::vector<float> values = CellSampler(circuit, technology, file.map[m].grid)(file.map[m].value);
      append_features(circuit, {feature}, [&](std::int64_t i) { return std::array{values[i]}; });
    }
  }
}

}  // namespace gsrgnn
