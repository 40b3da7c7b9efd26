#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/gcell_grid.hpp>
#include <gsrgnn/circuit/soft_routes.hpp>
#include <gsrgnn/circuit/technology.hpp>
#include <map>
#include <optional>
#include <utility>

namespace gsrgnn {
namespace {

// The share of all wires below which the lowest layer is taken to serve pins only.
constexpr double kCarriesSignals = 0.05;
// How many times longer a layer's main wires are than the others where they tell its direction.
constexpr double kPlain = 2;

template <class Named>
const Named* find_by_name(const std::vector<Named>& list, const std::string& name) {
  const auto found = std::lower_bound(list.begin(), list.end(), name,
                                      [](const Named& entry, const std::string& key) { return entry.name < key; });
  return found != list.end() && found->name == name ? &*found : nullptr;
}

/// Odd layers run horizontally; by place where there is no number.
Direction by_number(const std::string& name, std::size_t place) {
  const char last = name.empty() ? 'x' : name.back();
  const bool odd = last >= '0' && last <= '9' ? (last - '0') % 2 == 1 : place % 2 == 0;
  return odd ? Direction::horizontal : Direction::vertical;
}

Direction across(Direction direction) {
  return direction == Direction::horizontal ? Direction::vertical : Direction::horizontal;
}

void join_pin(const Technology::Pin& pin, std::map<std::string, Technology::Pin>& pins) {
  const auto [entry, fresh] = pins.emplace(pin.name, pin);
  Technology::Pin& known = entry->second;
  if (fresh || known.origin > pin.origin) return;
  if (known.origin < pin.origin) {
    known = pin;
  } else if (pin.origin == Origin::learned) {
    const double all = known.seen + pin.seen;
    known.x += (pin.x - known.x) * pin.seen / all;
    known.y += (pin.y - known.y) * pin.seen / all;
    known.seen = all;
  }
}

}  // namespace

const Technology::Layer* Technology::find_layer(const std::string& name) const {
  const auto found = std::find_if(layer.begin(), layer.end(), [&](const Layer& some) { return some.name == name; });
  return found != layer.end() ? &*found : nullptr;
}

const Technology::CellType* Technology::find_type(const std::string& name) const {
  return find_by_name(type, name);
}

const Technology::Pin* find_pin(const Technology::CellType& type, const std::string& name) {
  return find_by_name(type.pin, name);
}

Technology join(const std::vector<Technology>& technologies) {
  Technology all;
  std::map<std::string, Technology::CellType> types;
  std::map<std::string, std::map<std::string, Technology::Pin>> pins;
  for (const Technology& some : technologies) {
    for (const Technology::Layer& layer : some.layer) {
      const auto known = std::find_if(all.layer.begin(), all.layer.end(),
                                      [&](const Technology::Layer& other) { return other.name == layer.name; });
      if (known == all.layer.end()) {
        all.layer.push_back(layer);
        continue;
      }
      if (known->origin < layer.origin) {
        known->origin = layer.origin;
        known->direction = layer.direction;
      }
      known->horizontal += layer.horizontal;
      known->vertical += layer.vertical;
    }
    for (const Technology::CellType& type : some.type) {
      Technology::CellType& known = types[type.name];
      known.name = type.name;
      if (known.origin < type.origin) {
        known.origin = type.origin;
        known.width = type.width;
        known.height = type.height;
      } else if (known.origin == Origin::learned && type.origin == Origin::learned) {
        known.width = std::min(known.width, type.width);
        known.height = std::min(known.height, type.height);
      }
      for (const Technology::Pin& pin : type.pin) join_pin(pin, pins[type.name]);
    }
  }
  for (auto& [name, type] : types) {
    for (auto& [pin_name, pin] : pins[name]) type.pin.push_back(std::move(pin));
    all.type.push_back(std::move(type));
  }
  return all;
}

Technology for_design(const Technology& of_model, const Technology& own) {
  // What is the design's own is kept where it is from a LEF, and sizes that the model does not know.
  Technology usable = own;
  for (Technology::Layer& layer : usable.layer) {
    const Technology::Layer* const known = of_model.find_layer(layer.name);
    layer.horizontal = known != nullptr ? known->horizontal : 0;
    layer.vertical = known != nullptr ? known->vertical : 0;
    if (known == nullptr || layer.origin == Origin::lef) continue;
    layer.origin = known->origin;
    layer.direction = known->direction;
  }
  for (Technology::CellType& type : usable.type) {
    const Technology::CellType* const known = of_model.find_type(type.name);
    std::vector<Technology::Pin> pin;
    for (Technology::Pin& of_own : type.pin) {
      if (of_own.origin == Origin::lef) pin.push_back(std::move(of_own));
    }
    type.pin = std::move(pin);
    if (known == nullptr) continue;
    if (type.origin < Origin::lef && known->origin != Origin::unknown) {
      type.origin = known->origin;
      type.width = known->width;
      type.height = known->height;
    }
    if (type.pin.empty()) type.pin = known->pin;
  }
  usable.routes = of_model.routes;
  return usable;
}

std::vector<LayerRole> layer_roles(const std::vector<Technology::Layer>& layers, std::vector<std::string>* reason) {
  const std::size_t count = layers.size();
  std::vector<std::optional<Direction>> direction(count);
  std::vector<std::string> why(count);
  double all = 0;
  for (std::size_t l = 0; l < count; ++l) {
    const Technology::Layer& layer = layers[l];
    all += layer.length();
    const bool plain = std::max(layer.horizontal, layer.vertical) > kPlain * std::min(layer.horizontal, layer.vertical);
    const Direction of_wires = layer.horizontal > layer.vertical ? Direction::horizontal : Direction::vertical;
    if (layer.origin == Origin::lef) {
      direction[l] = layer.direction;
      why[l] = plain && of_wires != layer.direction ? "by the LEF, against most of its wires" : "by the LEF";
    } else if (plain) {
      direction[l] = of_wires;
      why[l] = "by its wires";
    } else if (layer.length() > 0) {
      why[l] = "its wires run both ways; ";
    }
  }
  const auto neighbour = [&](std::size_t l) -> std::optional<Direction> {
    for (std::size_t apart = 1; apart < count; ++apart) {
      for (const std::size_t other : {l - apart, l + apart}) {
        if (other < count && direction[other]) return apart % 2 == 1 ? across(*direction[other]) : *direction[other];
      }
    }
    return std::nullopt;
  };
  std::vector<LayerRole> roles(count);
  for (std::size_t l = 0; l < count; ++l) {
    auto runs = direction[l];
    if (!runs) {
      runs = neighbour(l);
      why[l] += runs ? "across its neighbour" : "by its number";
      if (!runs) runs = by_number(layers[l].name, l);
    }
    roles[l] = *runs == Direction::horizontal ? LayerRole::horizontal : LayerRole::vertical;
    if (l == 0 && count > 1 && layers[l].length() <= kCarriesSignals * all) {
      roles[l] = LayerRole::left_out;
      why[l] = "serves pins";
    }
  }
  if (reason != nullptr) *reason = std::move(why);
  return roles;
}

void write_technology(Hdf5Writer& file, const std::string& group, const Technology& technology) {
  if (technology.layer.empty() && technology.type.empty() && technology.routes.empty()) return;
  std::vector<std::string> layer, type, pin;
  std::vector<std::uint8_t> layer_origin, layer_direction, type_origin, pin_origin;
  std::vector<std::int32_t> pin_type;
  std::vector<double> wire, size, place;
  for (const Technology::Layer& some : technology.layer) {
    layer.push_back(some.name);
    layer_origin.push_back(static_cast<std::uint8_t>(some.origin));
    layer_direction.push_back(static_cast<std::uint8_t>(some.direction));
    wire.insert(wire.end(), {some.horizontal, some.vertical});
  }
  for (const Technology::CellType& some : technology.type) {
    for (const Technology::Pin& of_type : some.pin) {
      pin.push_back(of_type.name);
      pin_type.push_back(static_cast<std::int32_t>(type.size()));
      pin_origin.push_back(static_cast<std::uint8_t>(of_type.origin));
      place.insert(place.end(), {of_type.x, of_type.y, of_type.seen});
    }
    type.push_back(some.name);
    type_origin.push_back(static_cast<std::uint8_t>(some.origin));
    size.insert(size.end(), {some.width, some.height});
  }
  file.strings(group + "/layer_name", layer);
  file.array(group + "/layer_origin", layer_origin);
  file.array(group + "/layer_direction", layer_direction);
  file.array(group + "/layer_wire", wire.data(), {layer.size(), 2});
  file.strings(group + "/type_name", type);
  file.array(group + "/type_origin", type_origin);
  file.array(group + "/type_size", size.data(), {type.size(), 2});
  file.strings(group + "/pin_name", pin);
  file.array(group + "/pin_type", pin_type);
  file.array(group + "/pin_origin", pin_origin);
  file.array(group + "/pin_place", place.data(), {pin.size(), 3});
  if (!technology.routes.empty()) file.array(group + "/routes", technology.routes);
}

Technology read_technology(const Hdf5Reader& file, const std::string& group) {
  Technology technology;
  if (!file.has(group)) return technology;
  const auto layer = file.strings(group + "/layer_name"), type = file.strings(group + "/type_name"),
             pin = file.strings(group + "/pin_name");
  const auto bytes = [&](const char* name, std::size_t size, std::uint8_t most) {
    auto values = file.array<std::uint8_t>(group + name);
    if (values.size() != size) file.fail(group + name, fmt::format("has {} values, not {}", values.size(), size));
    for (const std::uint8_t value : values) {
      if (value > most) file.fail(group + name, fmt::format("holds {}, which means nothing", value));
    }
    return values;
  };
  const auto numbers = [&](const char* name, std::size_t size) {
    auto values = file.array<double>(group + name);
    if (values.size() != size) file.fail(group + name, fmt::format("has {} values, not {}", values.size(), size));
    for (const double value : values) {
      if (!(std::abs(value) <= kFarthest)) file.fail(group + name, fmt::format("holds {}, which is no place", value));
    }
    return values;
  };
  const auto layer_origin = bytes("/layer_origin", layer.size(), 2),
             direction = bytes("/layer_direction", layer.size(), 1);
  const auto type_origin = bytes("/type_origin", type.size(), 2), pin_origin = bytes("/pin_origin", pin.size(), 2);
  const auto wire = numbers("/layer_wire", 2 * layer.size()), size = numbers("/type_size", 2 * type.size()),
             place = numbers("/pin_place", 3 * pin.size());
  const auto pin_type = file.array<std::int32_t>(group + "/pin_type");
  for (std::size_t l = 0; l < layer.size(); ++l) {
    technology.layer.push_back({layer[l], static_cast<Origin>(layer_origin[l]), static_cast<Direction>(direction[l]),
                                wire[2 * l], wire[2 * l + 1]});
  }
  for (std::size_t t = 0; t < type.size(); ++t) {
    if (t > 0 && !(type[t - 1] < type[t])) file.fail(group + "/type_name", "is not in ascending order");
    if (size[2 * t] < 0 || size[2 * t + 1] < 0) file.fail(group + "/type_size", "holds a negative size");
    technology.type.push_back({type[t], static_cast<Origin>(type_origin[t]), size[2 * t], size[2 * t + 1], {}});
  }
  if (pin_type.size() != pin.size()) file.fail(group + "/pin_type", "has not a value a pin");
  for (std::size_t p = 0; p < pin.size(); ++p) {
    const std::int32_t t = pin_type[p];
    if (t < 0 || static_cast<std::size_t>(t) >= type.size()) file.fail(group + "/pin_type", "names an unknown type");
    if (static_cast<Origin>(pin_origin[p]) == Origin::learned && !(place[3 * p + 2] > 0)) {
      file.fail(group + "/pin_place", "holds a pin that was learned from none");
    }
    std::vector<Technology::Pin>& pins = technology.type[static_cast<std::size_t>(t)].pin;
    if (!pins.empty() && !(pins.back().name < pin[p])) file.fail(group + "/pin_name", "is not in ascending order");
    pins.push_back({pin[p], static_cast<Origin>(pin_origin[p]), place[3 * p], place[3 * p + 1], place[3 * p + 2]});
  }
  if (file.has(group + "/routes")) {
    technology.routes = file.array<float>(group + "/routes");
    if (technology.routes.size() != SoftRoutes::size()) {
      file.fail(group + "/routes", fmt::format("has {} values, not {}", technology.routes.size(), SoftRoutes::size()));
    }
    for (const float value : technology.routes) {
      if (!std::isfinite(value)) file.fail(group + "/routes", "holds a value that is not finite");
    }
  }
  return technology;
}

}  // namespace gsrgnn
