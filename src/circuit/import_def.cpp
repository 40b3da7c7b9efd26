#include <algorithm>
#include <gsrgnn/circuit/def_reader.hpp>
#include <gsrgnn/circuit/gcell_congestion.hpp>
#include <gsrgnn/circuit/import_def.hpp>
#include <gsrgnn/circuit/lef_reader.hpp>
#include <optional>
#include <utility>

namespace gsrgnn {
namespace {

void add_cells(const DefDesign& design, Circuit& circuit) {
  std::vector<std::string_view> type;
  const auto microns = [&](std::int32_t units) { return static_cast<double>(units) / design.units_per_micron; };
  for (const DefDesign::Component& component : design.component) {
    type.emplace_back(design.master[component.master]);
    circuit.position.push_back({microns(component.x), microns(component.y)});
  }
  set_types(circuit, type);
  std::transform(design.die.begin(), design.die.end(), circuit.box.begin(), microns);
}

void add_labels(const DefDesign& design, const LefTechnology* lef, CongestionLabel kind, Circuit& circuit) {
  const GcellCongestion grid = gcell_congestion(design, lef);
  circuit.label_unit = "routed length / track capacity";
  for (const DefDesign::Component& component : design.component) {
    const std::int64_t gcell = grid.at(component.x, component.y);
    const double horizontal = grid.horizontal[gcell], vertical = grid.vertical[gcell];
    if (kind == CongestionLabel::average) {
      circuit.label.push_back(static_cast<float>((horizontal + vertical) / 2));
    } else {
      circuit.label.insert(circuit.label.end(), {static_cast<float>(horizontal), static_cast<float>(vertical)});
    }
  }
  circuit.label_name = {"congestion"};
  if (kind == CongestionLabel::separate) circuit.label_name = {"congestion_horizontal", "congestion_vertical"};
}

}  // namespace

Circuit import_def(const DefImportOptions& options) {
  std::optional<LefTechnology> technology;
  if (!options.lef.empty()) technology = read_lef(options.lef);
  const LefTechnology* const lef = technology ? &*technology : nullptr;
  DefDesign design = read_def(options.def, lef);

  Circuit circuit;
  circuit.name = design.name;
  circuit.source = "def";
  add_cells(design, circuit);
  if (!design.wire.empty()) add_labels(design, lef, options.label, circuit);
  circuit.net_offset = std::move(design.net_offset);
  circuit.net_cell = std::move(design.net_component);
  append_common_features(circuit);
  validate(circuit, options.def);
  return circuit;
}

}  // namespace gsrgnn
