#pragma once

/// How long a run will take, roughly: enough to start the longest first, and to tell minutes from days.

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/training/deck.hpp>

namespace gsrgnn {

/// Seconds on one core of a current machine, within a factor of two or so there. Other devices are faster, but the
/// order of runs is what counts.
double predicted_seconds(const Deck& deck, const CircuitCounts& counts);

}  // namespace gsrgnn
