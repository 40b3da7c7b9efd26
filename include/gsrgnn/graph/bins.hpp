#pragma once

/// The bins of a die as a relation of its cells (circuit/bin_circuit.hpp): a NetGraph whose nets are bins, so that the
/// mean over all cells nearby costs no more than the pins of that many nets.

#include <gsrgnn/circuit/bin_circuit.hpp>
#include <gsrgnn/graph/graph.hpp>

namespace gsrgnn {

/// The size of bin_circuit() of a circuit of this size.
inline CircuitCounts size_of_bins(const CircuitCounts& size) {
  CircuitCounts bins;
  bins.cells = size.cells;
  bins.nets = size.bins;
  bins.pins = size.bin_pins;
  bins.long_nets = size.long_bins;
  bins.net_pieces = size.bin_pieces;
  return bins;
}

template <class S, class Exec>
struct BinGraph : NetGraph<S, Exec> {
  BinGraph(Arena<Exec>& arena, const CircuitCounts& size) : NetGraph<S, Exec>(arena, size_of_bins(size)) {}

  void set(const Exec& space, const Circuit& circuit) { NetGraph<S, Exec>::set(space, bin_circuit(circuit)); }
  static std::int64_t intermediate_rows(const CircuitCounts& size) {
    return NetGraph<S, Exec>::intermediate_rows(size_of_bins(size));
  }
};

}  // namespace gsrgnn
