#pragma once

#include <gsrgnn/circuit/circuit.hpp>

namespace gsrgnn {

/// A hash of everything of a circuit that a training or its run file uses.
std::string content_hash(const Circuit& circuit);
/// Of several circuits, from their hashes.
std::string content_hash(const std::vector<std::string>& hashes);

}  // namespace gsrgnn
