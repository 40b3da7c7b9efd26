#include <gsrgnn/circuit/content_hash.hpp>
#include <gsrgnn/util/hash.hpp>

namespace gsrgnn {

std::string content_hash(const Circuit& c) {
  return fingerprint(c.name, c.net_offset, c.net_cell, c.feature_name, c.feature, c.type_name, c.cell_type, c.position,
                     c.original, c.label_name, c.label_unit, c.label);
}

std::string content_hash(const std::vector<std::string>& hashes) {
  return fingerprint(hashes);
}

}  // namespace gsrgnn
