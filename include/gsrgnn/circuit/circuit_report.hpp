#pragma once

/// What `gsrgnn info` says of a circuit: its row of Table 1, its distributions and its labels.

#include <gsrgnn/circuit/circuit.hpp>

namespace gsrgnn {

struct CircuitDescription {
  std::string name, source;
  CircuitCounts counts;
  std::size_t types = 0;
  std::vector<std::string> feature_name, label_name;
  std::string label_unit;

  /// Nets of `from` to `to` pins and their edges, by powers of two.
  struct NetSizes {
    std::int64_t from, to, nets, edges;
  };
  std::vector<NetSizes> net_sizes;
  /// Of the clique graph without self loops.
  struct {
    std::int64_t min, p10, median, p90, p99, max;
    double mean;
  } degrees{};

  /// Over all labels.
  float label_min = 0, label_max = 0;
  std::size_t label_values = 0;  ///< distinct
  struct Histogram {
    float from, to;
    std::vector<std::int64_t> counts;  ///< of ten equal bins
  };
  std::vector<Histogram> label_histogram;  ///< one a label
};
CircuitDescription describe_circuit(const Circuit& circuit);

}  // namespace gsrgnn
