#include <algorithm>
#include <gsrgnn/circuit/def_reader.hpp>
#include <gsrgnn/circuit/gcell_congestion.hpp>
#include <gsrgnn/circuit/guide_reader.hpp>
#include <gsrgnn/circuit/import_def.hpp>
#include <gsrgnn/circuit/lef_reader.hpp>
#include <gsrgnn/circuit/obstructions.hpp>
#include <gsrgnn/circuit/wire_maps.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <optional>
#include <utility>

#include "circuit/design_label.hpp"

namespace gsrgnn {
namespace {

/// The components that a net connects, in the order of the file; `cell` gets the number of each, or -1.
std::vector<const DefDesign::Component*> connected(const DefDesign& design, std::vector<std::int32_t>& cell) {
  std::vector<bool> has_net(design.component.size(), false);
  for (const std::int32_t component : design.net_component) has_net[component] = true;
  std::vector<const DefDesign::Component*> cells;
  cell.assign(design.component.size(), -1);
  for (std::size_t i = 0; i < design.component.size(); ++i) {
    if (!has_net[i]) continue;
    cell[i] = static_cast<std::int32_t>(cells.size());
    cells.push_back(&design.component[i]);
  }
  return cells;
}

void add_layers(const DefDesign& design, const std::array<std::vector<std::int32_t>, 2>& border, Circuit& circuit) {
  Placement& placement = circuit.placement;
  const auto counts = [&](const std::string& layer, int axis) {
    const std::vector<double> tracks = tracks_between(border[axis], design, layer, axis);
    return std::vector<float>(tracks.begin(), tracks.end());
  };
  std::vector<std::string> reason;
  const std::vector<LayerRole> roles = layer_roles(placement.technology.layer, &reason);
  std::string text;
  for (std::size_t l = 0; l < roles.size(); ++l) {
    const std::string& name = placement.technology.layer[l].name;
    placement.layer.push_back({name, counts(name, 1), counts(name, 0)});
    constexpr std::array kRoles = {"left out", "horizontal", "vertical"};  // by LayerRole
    text +=
        fmt::format("{}{} {} ({})", l == 0 ? "" : ", ", name, kRoles[static_cast<std::size_t>(roles[l])], reason[l]);
  }
  if (!text.empty()) circuit.note.push_back("layers: " + text);
}

void add_placement(const DefDesign& design, const std::vector<const DefDesign::Component*>& cells,
                   const std::array<std::vector<std::int32_t>, 2>& border, Circuit& circuit) {
  Placement& placement = circuit.placement;
  const auto microns = [&](std::int32_t units) { return static_cast<double>(units) / design.units_per_micron; };
  for (std::size_t axis = 0; axis < 2; ++axis) {
    std::transform(border[axis].begin(), border[axis].end(), std::back_inserter(placement.grid.border[axis]), microns);
  }
  add_layers(design, border, circuit);
  std::vector<std::array<double, 4>> straps;
  for (const auto& box : design.power) {
    straps.push_back({microns(box[0]), microns(box[1]), microns(box[2]), microns(box[3])});
  }
  if (!straps.empty()) {
    const std::vector<double> power = area_map(placement.grid, straps);
    placement.power.assign(power.begin(), power.end());
  }
  for (const DefDesign::Component* cell : cells) placement.orientation.push_back(cell->orientation);
  placement.pin_name = design.pin_name;
  placement.pin = design.net_pin;
  for (const DefDesign::IoPin& pin : design.io) {
    placement.io_net.push_back(pin.net);
    placement.io_position.push_back({microns(pin.x), microns(pin.y)});
  }
}

// What the routes take: of the guide, where one is given.
std::optional<RoutingMaps> routing(const DefDesign& design, const LefTechnology* lef,
                                   const std::array<std::vector<std::int32_t>, 2>& border, const ImportOptions& options,
                                   Circuit& circuit) {
  const bool guided = !options.guide.empty();
  if (!guided && !design.unknown_via.empty()) {
    circuit.note.push_back(fmt::format(
        "no label: a wire goes on behind the via {}, whose other layer is not known; a LEF that defines it would tell",
        in_quotes(design.unknown_via)));
    return std::nullopt;
  }
  if (design.wire.empty()) return std::nullopt;
  const bool overflow = wants_overflow(options);
  std::vector<DefDesign::Obstruction> obstruction;
  if (overflow) obstruction = all_obstructions(design, lef);
  GcellCongestion grid =
      gcell_congestion(design, circuit.placement.technology.layer, border, overflow ? &obstruction : nullptr);
  return RoutingMaps{std::move(grid.horizontal), std::move(grid.vertical),
                     fmt::format("{} length / track capacity{}", guided ? "guided" : "routed",
                                 overflow ? " that power, blockages and macros leave" : "")};
}

}  // namespace

ReadDesign read_def_design(const ImportOptions& options) {
  std::optional<LefTechnology> technology;
  if (!options.lef.empty()) technology = read_lef(options.lef);
  const LefTechnology* const lef = technology ? &*technology : nullptr;
  DefDesign design = read_def(options.design, lef);

  std::vector<std::int32_t> cell;
  const auto cells = connected(design, cell);
  Circuit circuit;
  circuit.name = design.name;
  circuit.source = "def";
  circuit.note = design.note;
  if (cells.empty()) {
    throw InputError(options.design, fmt::format("no net connects any of the {} components", design.component.size()),
                     "give a design whose netlist is placed");
  }
  if (const std::size_t rest = design.component.size() - cells.size(); rest > 0) {
    circuit.note.push_back(fmt::format("{} of {} components have no net and are no cells (fillers, taps, decaps)",
                                       with_commas(rest), with_commas(design.component.size())));
  }
  const auto microns = [&](std::int32_t units) { return static_cast<double>(units) / design.units_per_micron; };
  std::vector<std::string_view> type;
  for (const DefDesign::Component* placed : cells) {
    type.emplace_back(design.master[placed->master]);
    circuit.position.push_back({microns(placed->x), microns(placed->y)});
    circuit.cell_name.push_back(placed->name);
  }
  set_types(circuit, type);
  std::transform(design.die.begin(), design.die.end(), circuit.box.begin(), microns);
  circuit.placement.technology = learn_technology(design, lef);
  const auto border = gcell_borders(design, circuit.placement.technology.layer, circuit.note, options.gcell);
  if (!options.guide.empty()) {
    route_by_guide(options.guide, border, design, circuit.note);
    circuit.placement.technology = learn_technology(design, lef);
  }
  add_placement(design, cells, border, circuit);
  std::optional<RoutingMaps> routes;
  if (wants_routes(options)) routes = routing(design, lef, border, options, circuit);
  circuit.net_offset = std::move(design.net_offset);
  circuit.net_cell = std::move(design.net_component);
  for (std::int32_t& component : circuit.net_cell) component = cell[component];
  return {std::move(circuit), std::move(routes)};
}

}  // namespace gsrgnn
