#pragma once

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/util/hash.hpp>

namespace gsrgnn {

/// A hash of everything of a circuit that decides a training; what its cells are called does not. A circuit without a
/// placement has that which it had before there were any.
inline std::string content_hash(const Circuit& c) {
  Fingerprint print;
  const auto add = [&](const auto&... values) { (print.add(values), ...); };
  add(c.name, c.net_offset, c.net_cell, c.feature_name, c.feature, c.type_name, c.cell_type, c.position, c.original,
      c.label_name, c.label_unit, c.label);
  const Placement& p = c.placement;
  if (p.empty()) return print.text();
  add(p.grid.border[0], p.grid.border[1], p.power, p.size, p.orientation, p.pin_name, p.pin, p.io_net, p.io_position);
  if (!p.pin_offset.empty()) add(p.pin_offset);
  print.add_word(static_cast<std::uint64_t>(p.anchor));
  add(std::vector<double>(c.box.begin(), c.box.end()));
  for (const Placement::Layer& layer : p.layer) add(layer.name, layer.row_tracks, layer.column_tracks);
  for (const Technology::Layer& layer : p.technology.layer) {
    add(layer.name, std::vector{layer.horizontal, layer.vertical});
    print.add_word(static_cast<std::uint64_t>(layer.direction));
    print.add_word(static_cast<std::uint64_t>(layer.origin));
  }
  for (const Technology::CellType& type : p.technology.type) {
    add(type.name, std::vector{type.width, type.height});
    print.add_word(static_cast<std::uint64_t>(type.origin));
    for (const Technology::Pin& pin : type.pin) {
      add(pin.name, std::vector{pin.x, pin.y, pin.seen});
      print.add_word(static_cast<std::uint64_t>(pin.origin));
    }
  }
  return print.text();
}
/// Of several circuits, from their hashes.
inline std::string content_hash(const std::vector<std::string>& hashes) {
  return fingerprint(hashes);
}

}  // namespace gsrgnn
