#pragma once

#include <gsrgnn/circuit/circuit_report.hpp>

namespace gsrgnn::cli {

void print_circuit_line(const Circuit& circuit);
void print_label_line(const Circuit& circuit);
/// The distributions of a circuit's description, as tables.
void print_distributions(const CircuitDescription& circuit);

}  // namespace gsrgnn::cli
