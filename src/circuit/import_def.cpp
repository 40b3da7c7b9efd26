#include <algorithm>
#include <gsrgnn/circuit/def_reader.hpp>
#include <gsrgnn/circuit/gcell_congestion.hpp>
#include <gsrgnn/circuit/import_def.hpp>
#include <gsrgnn/circuit/lef_reader.hpp>
#include <optional>
#include <utility>

namespace gsrgnn {

namespace {

// Types are kept by name, sorted, so that they do not depend on the order of the components.
void add_cells(const DefDesign& design, Circuit& circuit) {
  circuit.type_name = design.master;
  std::sort(circuit.type_name.begin(), circuit.type_name.end());
  std::vector<std::int32_t> type_of_master;
  for (const std::string& master : design.master) {
    const auto type = std::lower_bound(circuit.type_name.begin(), circuit.type_name.end(), master);
    type_of_master.push_back(static_cast<std::int32_t>(type - circuit.type_name.begin()));
  }
  const auto microns = [&](std::int32_t units) { return static_cast<double>(units) / design.units_per_micron; };
  for (const DefDesign::Component& component : design.component) {
    circuit.cell_type.push_back(type_of_master[component.master]);
    circuit.position.push_back({microns(component.x), microns(component.y)});
  }
  std::transform(design.die.begin(), design.die.end(), circuit.box.begin(), microns);
}

void add_labels(const DefDesign& design, const LefTechnology* lef, CongestionLabel kind, Circuit& circuit) {
  const GcellCongestion grid = gcell_congestion(design, lef);
  circuit.label_unit = "routed length / track capacity";
  if (kind == CongestionLabel::average) {
    circuit.label_name = {"congestion"};
  } else {
    circuit.label_name = {"congestion_horizontal", "congestion_vertical"};
  }
  for (const DefDesign::Component& component : design.component) {
    const std::int64_t gcell = grid.at(component.x, component.y);
    const double horizontal = grid.horizontal[gcell], vertical = grid.vertical[gcell];
    if (kind == CongestionLabel::average) {
      circuit.label.push_back(static_cast<float>((horizontal + vertical) / 2));
    } else {
      circuit.label.push_back(static_cast<float>(horizontal));
      circuit.label.push_back(static_cast<float>(vertical));
    }
  }
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
