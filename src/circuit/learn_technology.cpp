#include <algorithm>
#include <cstdlib>
#include <gsrgnn/circuit/technology.hpp>
#include <gsrgnn/util/error.hpp>
#include <limits>
#include <map>
#include <unordered_map>

namespace gsrgnn {
namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();

/// Lowest first: as the LEF has them, else by their numbers where all have the same letters before them, else as the
/// DEF names them, which may be from the highest down.
std::vector<std::string> layers_by_height(const DefDesign& design, const LefTechnology* lef) {
  std::vector<std::string> names;
  if (lef != nullptr && !lef->routing.empty()) {
    for (const LefTechnology::Layer& layer : lef->routing) {
      if (std::count(design.layer.begin(), design.layer.end(), layer.name) > 0) names.push_back(layer.name);
    }
    return names;
  }
  names = design.layer;
  const auto split = [](const std::string& name) {
    const std::size_t digits = name.find_last_not_of("0123456789") + 1;
    return std::make_pair(name.substr(0, digits), digits < name.size() ? std::stol("0" + name.substr(digits, 9)) : -1);
  };
  const bool alike = std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return split(name).first == split(names.front()).first && split(name).second >= 0;
  });
  if (alike) {
    std::sort(names.begin(), names.end(),
              [&](const std::string& a, const std::string& b) { return split(a).second < split(b).second; });
    return names;
  }
  for (std::size_t l = 1; l < names.size(); ++l) {
    const auto below = split(names[l - 1]), above = split(names[l]);
    if (below.first != above.first || below.second < 0 || above.second < 0) continue;
    if (below.second > above.second) std::reverse(names.begin(), names.end());
    break;
  }
  return names;
}

std::vector<Technology::Layer> learn_layers(const DefDesign& design, const LefTechnology* lef) {
  std::vector<Technology::Layer> layers;
  std::unordered_map<std::string, std::size_t> index;
  for (const std::string& name : layers_by_height(design, lef)) {
    index.emplace(name, layers.size());
    layers.push_back({name, Origin::unknown, Direction::horizontal, 0, 0});
    if (lef == nullptr) continue;
    for (const LefTechnology::Layer& known : lef->routing) {
      if (known.name != name) continue;
      layers.back().origin = Origin::lef;
      layers.back().direction = known.direction;
    }
  }
  std::vector<std::int64_t> horizontal(layers.size(), 0), vertical(layers.size(), 0);
  for (const DefDesign::Wire& wire : design.wire) {
    const auto found = index.find(design.layer[wire.layer]);
    if (found == index.end()) {
      throw InputError(
          lef->path,
          fmt::format("there is no routing layer {}, on which {} has wires", design.layer[wire.layer], design.path),
          "give the technology LEF that the design was routed with");
    }
    horizontal[found->second] += std::abs(std::int64_t{wire.x2} - wire.x1);
    vertical[found->second] += std::abs(std::int64_t{wire.y2} - wire.y1);
  }
  for (std::size_t l = 0; l < layers.size(); ++l) {
    layers[l].horizontal = static_cast<double>(horizontal[l]) / design.units_per_micron;
    layers[l].vertical = static_cast<double>(vertical[l]) / design.units_per_micron;
  }
  return layers;
}

/// The least distance of two neighbours, in database units; none: 0.
std::int64_t least_step(std::vector<std::int32_t> values) {
  std::sort(values.begin(), values.end());
  std::int64_t least = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    const std::int64_t step = std::int64_t{values[i]} - values[i - 1];
    if (step > 0 && (least == 0 || step < least)) least = step;
  }
  return least;
}

std::int64_t row_height(const DefDesign& design) {
  if (const std::int64_t step = least_step(design.row); step > 0) return step;
  std::vector<std::int32_t> y;
  for (const DefDesign::Component& component : design.component) y.push_back(component.y);
  return least_step(std::move(y));
}

/// The width of each master in database units: the least distance to the next cell of the row, which abuts somewhere.
std::vector<double> learn_widths(const DefDesign& design) {
  std::vector<double> width(design.master.size(), kNone);
  std::vector<const DefDesign::Component*> order;
  for (const DefDesign::Component& component : design.component) order.push_back(&component);
  std::sort(order.begin(), order.end(),
            [](const auto* a, const auto* b) { return std::make_pair(a->y, a->x) < std::make_pair(b->y, b->x); });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const DefDesign::Component &cell = *order[i - 1], &next = *order[i];
    if (cell.y != next.y || cell.x == next.x || lies_on_its_side(cell.orientation)) continue;
    width[cell.master] = std::min(width[cell.master], static_cast<double>(next.x) - cell.x);
  }
  return width;
}

double median(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  return (values[values.size() / 2] + values[(values.size() - 1) / 2]) / 2;
}

/// Where the routes reach the pins: of each net the vias on the layer of the pins that lie within the cell, turned back
/// to the cell as drawn; of all cells of a type the median. Cells with several pins on a net are passed over.
void learn_pins(const DefDesign& design, const std::vector<Technology::Layer>& layers,
                std::vector<Technology::CellType>& type) {
  std::vector<bool> has_vias(design.layer.size(), false);
  for (const DefDesign::Via& via : design.via) has_vias[via.layer] = true;
  std::int32_t of_pins = -1;
  for (std::size_t l = layers.size(); l-- > 0;) {
    const auto named = std::find(design.layer.begin(), design.layer.end(), layers[l].name) - design.layer.begin();
    if (has_vias[named]) of_pins = static_cast<std::int32_t>(named);
  }

  struct Places {
    std::vector<double> x, y;
  };
  std::map<std::pair<std::int32_t, std::int32_t>, Places> places;  // by master and pin
  std::vector<Offset> vias;
  std::vector<std::int32_t> cells;
  for (std::size_t n = 0; n < design.net.size(); ++n) {
    vias.clear();
    for (std::int64_t v = design.via_offset[n]; v < design.via_offset[n + 1]; ++v) {
      const DefDesign::Via& via = design.via[v];
      if (via.layer == of_pins) vias.push_back({static_cast<double>(via.x), static_cast<double>(via.y)});
    }
    if (vias.empty()) continue;
    std::sort(vias.begin(), vias.end());
    cells.assign(design.net_component.begin() + design.net_offset[n],
                 design.net_component.begin() + design.net_offset[n + 1]);
    std::sort(cells.begin(), cells.end());
    for (std::int64_t p = design.net_offset[n]; p < design.net_offset[n + 1]; ++p) {
      const auto [first, last] = std::equal_range(cells.begin(), cells.end(), design.net_component[p]);
      if (last - first > 1) continue;
      const DefDesign::Component& cell = design.component[design.net_component[p]];
      const Technology::CellType& master = type[cell.master];
      if (master.origin == Origin::unknown) continue;
      const Offset size = {master.width, master.height};
      const bool side = lies_on_its_side(cell.orientation);
      Offset sum = {0, 0};
      int found = 0;
      const auto first_via = std::lower_bound(vias.begin(), vias.end(), Offset{static_cast<double>(cell.x), -kNone});
      for (auto via = first_via; via != vias.end(); ++via) {
        const Offset at = {((*via)[0] - cell.x) / design.units_per_micron,
                           ((*via)[1] - cell.y) / design.units_per_micron};
        if (at[0] > size[side ? 1 : 0]) break;
        if (at[0] < 0 || at[0] > size[side ? 1 : 0] || at[1] < 0 || at[1] > size[side ? 0 : 1]) continue;
        sum = {sum[0] + at[0], sum[1] + at[1]};
        ++found;
      }
      if (found == 0) continue;
      const Offset at = as_drawn(cell.orientation, {sum[0] / found, sum[1] / found}, size);
      Places& of_pin = places[{cell.master, design.net_pin[p]}];
      of_pin.x.push_back(at[0]);
      of_pin.y.push_back(at[1]);
    }
  }
  for (auto& [which, of_pin] : places) {
    const auto seen = static_cast<double>(of_pin.x.size());
    type[which.first].pin.push_back(
        {design.pin_name[which.second], Origin::learned, median(of_pin.x), median(of_pin.y), seen});
  }
}

void take_macro(const LefTechnology::Macro& macro, Technology::CellType& type) {
  type.origin = Origin::lef;
  type.width = macro.width;
  type.height = macro.height;
  for (const LefTechnology::Pin& pin : macro.pin) type.pin.push_back({pin.name, Origin::lef, pin.x, pin.y, 0});
}

}  // namespace

Technology learn_technology(const DefDesign& design, const LefTechnology* lef) {
  Technology technology;
  technology.layer = learn_layers(design, lef);
  const std::vector<double> width = learn_widths(design);
  const auto height = static_cast<double>(row_height(design));
  for (std::size_t m = 0; m < design.master.size(); ++m) {
    Technology::CellType type;
    type.name = design.master[m];
    if (width[m] != kNone && height > 0) {
      type.origin = Origin::learned;
      type.width = width[m] / design.units_per_micron;
      type.height = height / design.units_per_micron;
    }
    technology.type.push_back(std::move(type));
  }
  learn_pins(design, technology.layer, technology.type);
  if (lef != nullptr) {
    std::unordered_map<std::string, const LefTechnology::Macro*> macros;
    for (const LefTechnology::Macro& macro : lef->macro) macros.emplace(macro.name, &macro);
    for (Technology::CellType& type : technology.type) {
      const auto found = macros.find(type.name);
      if (found == macros.end()) continue;
      type.pin.clear();
      take_macro(*found->second, type);
    }
  }
  const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
  std::sort(technology.type.begin(), technology.type.end(), by_name);
  for (Technology::CellType& type : technology.type) {
    std::sort(type.pin.begin(), type.pin.end(), by_name);
    type.pin.erase(
        std::unique(type.pin.begin(), type.pin.end(), [](const auto& a, const auto& b) { return a.name == b.name; }),
        type.pin.end());
  }
  return technology;
}

}  // namespace gsrgnn
