#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/circuit/circuitnet.hpp>
#include <gsrgnn/circuit/placement_maps.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <optional>

namespace gsrgnn {
namespace {

constexpr const char* kRudy = "rudy";

void add_places(const CircuitNetDesign& design, Circuit& circuit) {
  const GcellBox& all = design.extent;
  circuit.box = {static_cast<double>(all.left), static_cast<double>(all.bottom), all.right + 1.0, all.top + 1.0};
  const double width = circuit.box[2] - circuit.box[0], height = circuit.box[3] - circuit.box[1];
  Placement& placement = circuit.placement;
  placement.anchor = Placement::Anchor::centre;
  for (std::int32_t x = all.left; x <= all.right + 1; ++x) placement.grid.border[0].push_back(x);
  for (std::int32_t y = all.bottom; y <= all.top + 1; ++y) placement.grid.border[1].push_back(y);
  append_features(
      circuit, {"box_left", "box_bottom", "box_right", "box_top", "half_width", "half_height"}, [&](std::int64_t i) {
        const GcellBox& box = design.box[i];
        const double right = box.right + 1.0, top = box.top + 1.0;
        circuit.position.push_back({(box.left + right) / 2, (box.bottom + top) / 2});
        placement.size.push_back({static_cast<float>(right - box.left), static_cast<float>(top - box.bottom)});
        return std::array{(box.left - circuit.box[0]) / width,
                          (box.bottom - circuit.box[1]) / height,
                          (right - circuit.box[0]) / width,
                          (top - circuit.box[1]) / height,
                          (right - box.left) / 2,
                          (top - box.bottom) / 2};
      });
}

// A map with the cells' boxes on it. RUDY covers what the placement does.
struct PlacedMap {
  GcellMap map;
  std::vector<GcellBox> box;

  PlacedMap(const CircuitNetOptions& options, const CircuitNetDesign& design, const std::string& where)
      : map(where == kRudy ? rudy_map(design) : read_gcell_map(where, options.design, design.extent, options.resized)),
        box(where == kRudy ? design.box : boxes_on(map, design, options.resized)) {}
};

// The mean of two maps in each GCell.
GcellMap average(GcellMap first, const GcellMap& second) {
  if (first.columns != second.columns || first.rows != second.rows) {
    throw InputError(second.place,
                     fmt::format("the map has {} x {} GCells and {} has {} x {}", second.columns, second.rows,
                                 first.place, first.columns, first.rows),
                     "give the horizontal and the vertical map of the same design");
  }
  for (std::size_t i = 0; i < first.value.size(); ++i) first.value[i] = (first.value[i] + second.value[i]) / 2;
  return first;
}

// What the values of maps are: two are of one kind as far as their files tell.
std::string unit_of(const std::vector<PlacedMap>& maps) {
  const std::string& unit = maps.front().map.unit;
  for (const auto& [map, box] : maps) {
    if (map.unit.empty() || unit.empty() || map.unit == unit) continue;
    throw InputError(map.place,
                     fmt::format("its values are {}, and those of {} are {}", in_quotes(std::string_view(map.unit)),
                                 maps.front().map.place, in_quotes(std::string_view(unit))),
                     "give a horizontal and a vertical map of one kind");
  }
  return unit;
}

void check_label(const std::vector<std::string>& label) {
  const bool rudy = std::count(label.begin(), label.end(), kRudy) > 0;
  if (label.size() <= (rudy ? 1 : 2)) return;
  throw InputError("label", fmt::format("'{}' is no label", fmt::join(label, " ")),
                   "give one map, or a horizontal and a vertical one, or rudy alone");
}

void add_labels(const CircuitNetOptions& options, const CircuitNetDesign& design, Circuit& circuit) {
  if (options.label.empty()) return;
  const bool rudy = options.label.front() == kRudy;
  std::vector<PlacedMap> maps;
  for (const std::string& where : options.label) maps.emplace_back(options, design, where);
  for (const auto& [map, box] : maps) circuit.note.insert(circuit.note.end(), map.note.begin(), map.note.end());
  const std::string unit = unit_of(maps);
  std::string source = unit.empty() ? "value of a map" : unit;
  if (rudy) {
    circuit.label_name = {kRudy};
    source = "RUDY of the placement, sum over nets of (w + h) / (w h) with lengths in GCells";
  } else if (maps.size() == 1) {
    circuit.label_name = {"congestion"};
  } else if (options.combine == CongestionLabel::average) {
    circuit.label_name = {"congestion"};
    source = "mean of the horizontal and the vertical map" + (unit.empty() ? "" : ", " + unit);
    maps[0].map = average(std::move(maps[0].map), maps[1].map);
    maps.pop_back();
  } else {
    circuit.label_name = {"congestion_horizontal", "congestion_vertical"};
  }
  constexpr std::array kRules = {"largest value in", "mean over", "value at the centre of"};  // by BoxRule
  circuit.label_unit = fmt::format("{}: {} the cell's box", source, kRules[static_cast<std::size_t>(options.rule)]);
  const std::size_t labels = maps.size();
  circuit.label.resize(design.box.size() * labels);
  for (std::size_t label = 0; label < labels; ++label) {
    const std::vector<double> values = sample(maps[label].map, maps[label].box, options.rule);
    for (std::size_t i = 0; i < values.size(); ++i) circuit.label[i * labels + label] = static_cast<float>(values[i]);
  }
}

}  // namespace

Circuit import_circuitnet(const CircuitNetOptions& options) {
  check_label(options.label);
  const CircuitNetDesign design = read_circuitnet_design(options.root, options.design, options.least_share);

  Circuit circuit = design.circuit;
  circuit.name = circuitnet_design(options.design);
  circuit.source = "circuitnet";
  add_places(design, circuit);
  append_common_features(circuit);
  for (const auto& [name, where] : options.feature_maps) {
    const auto maps = feature_names({}, {}, FeatureSet::maps);  // which every circuit has
    if (name.empty() || std::count(circuit.feature_name.begin(), circuit.feature_name.end(), name) > 0 ||
        std::count(maps.begin(), maps.end(), name) > 0) {
      throw InputError(where, fmt::format("the feature name '{}' is {}", name, name.empty() ? "empty" : "taken"),
                       fmt::format("choose another name than {}", fmt::join(circuit.feature_name, ", ")));
    }
    const PlacedMap placed(options, design, where);
    circuit.note.insert(circuit.note.end(), placed.map.note.begin(), placed.map.note.end());
    const std::vector<double> values = sample(placed.map, placed.box, options.rule);
    append_features(circuit, {name}, [&](std::int64_t i) { return std::array{values[i]}; });
  }
  add_labels(options, design, circuit);
  validate(circuit, design.placement);
  return circuit;
}

std::vector<CircuitNetRow> import_circuitnet_dataset(const CircuitNetOptions& options,
                                                     const std::vector<std::string>& designs, const std::string& folder,
                                                     std::size_t first, std::size_t step) {
  check_label(options.label);  // or every design would be skipped for it
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw InputError(folder, "the folder cannot be made", "check the path and its permissions");
  std::vector<CircuitNetRow> rows;
  CircuitNetOptions one = options;
  for (std::size_t i = first; i < designs.size(); i += step) {
    CircuitNetRow& row = rows.emplace_back();
    one.design = designs[i];
    row.design = circuitnet_design(one.design);
    std::optional<Circuit> circuit;
    try {
      circuit = import_circuitnet(one);
      order_by_placement(*circuit);
    } catch (const InputError& error_of_design) {
      row.skipped = error_of_design.what();
      continue;
    }
    write_circuit(*circuit, (std::filesystem::path(folder) / (row.design + ".h5")).string());
    row.counts = count(*circuit);
  }
  return rows;
}

}  // namespace gsrgnn
