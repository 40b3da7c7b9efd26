#pragma once

/// Hand-made circuits and random arrays that several tests share.

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/util/random.hpp>

namespace gsrgnn::testing {

/// 9 cells, 7 nets: cell 0 has three pins on net 0 and cell 3 two on net 2 (multiplicity), net 3 has one pin, net 4
/// none, cells 1 and 2 share two nets, cell 8 is isolated. Three cell types, two features.
inline Circuit awkward_circuit() {
  Circuit c;
  c.name = "awkward";
  c.source = "test";
  const std::vector<std::vector<std::int32_t>> nets = {{0, 1, 0, 2, 0}, {1, 2}, {3, 4, 3, 5}, {6}, {},
                                                       {5, 6, 7, 0},    {4, 7}};
  for (const auto& net : nets) {
    c.net_cell.insert(c.net_cell.end(), net.begin(), net.end());
    c.net_offset.push_back(static_cast<std::int64_t>(c.net_cell.size()));
  }
  c.type_name = {"AND", "DFF", "INV"};
  c.cell_type = {0, 1, 2, 2, 0, 1, 0, 2, 1};
  c.feature_name = {"a", "b"};
  Random random(7);
  for (int i = 0; i < 9; ++i) {
    c.feature.push_back(static_cast<float>(random.normal()));
    c.feature.push_back(static_cast<float>(random.normal()));
    c.position.push_back({random.uniform(), random.uniform()});
  }
  c.box = {0, 0, 1, 1};
  c.label_name = {"congestion"};
  for (int i = 0; i < 9; ++i) c.label.push_back(static_cast<float>(random.normal()));
  return c;
}

template <class T = double>
std::vector<T> random_values(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<T> values(count);
  for (auto& value : values) value = static_cast<T>(random.normal());
  return values;
}

}  // namespace gsrgnn::testing
