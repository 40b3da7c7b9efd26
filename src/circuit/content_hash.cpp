#include <gsrgnn/circuit/content_hash.hpp>
#include <gsrgnn/util/hash.hpp>

namespace gsrgnn {

std::string content_hash(const Circuit& circuit) {
  Fingerprint print;
  print.add(circuit.name);
  print.add(circuit.net_offset);
  print.add(circuit.net_cell);
  print.add(circuit.feature_name);
  print.add(circuit.feature);
  print.add(circuit.type_name);
  print.add(circuit.cell_type);
  print.add(circuit.position);
  print.add(circuit.original);
  print.add(circuit.label_name);
  print.add(circuit.label_unit);
  print.add(circuit.label);
  return print.text();
}

std::string content_hash(const std::vector<std::string>& hashes) {
  Fingerprint print;
  print.add(hashes);
  return print.text();
}

}  // namespace gsrgnn
