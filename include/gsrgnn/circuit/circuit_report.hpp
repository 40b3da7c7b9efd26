#pragma once

/// What `gsrgnn info` says of a circuit: its row of Table 1, its distributions and its labels.

#include <gsrgnn/circuit/circuit.hpp>
#include <nlohmann/json_fwd.hpp>

namespace gsrgnn {

/// name, source, cells, nets, pins, edges, largest_net, max_degree, types, features, label_names, label_unit;
/// net_sizes: [{pins: [from, to], nets, edges}] by powers of two; degrees: {min, p10, median, p90, p99, max, mean} of
/// the clique graph without self loops; and when there are labels label_min, label_max, labels (distinct values) over
/// all of them, and label_histogram: {NAME: {from, to, counts: ten equal bins}}.
nlohmann::ordered_json describe_circuit(const Circuit& circuit);

}  // namespace gsrgnn
