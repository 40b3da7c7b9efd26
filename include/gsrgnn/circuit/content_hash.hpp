#pragma once

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/util/hash.hpp>

namespace gsrgnn {

/// A hash of everything of a circuit that a training or its run file uses.
inline std::string content_hash(const Circuit& c) {
  return fingerprint(c.name, c.net_offset, c.net_cell, c.feature_name, c.feature, c.type_name, c.cell_type, c.position,
                     c.original, c.label_name, c.label_unit, c.label);
}
/// Of several circuits, from their hashes.
inline std::string content_hash(const std::vector<std::string>& hashes) {
  return fingerprint(hashes);
}

}  // namespace gsrgnn
