#pragma once

/// The circuit graph on a device, in its two forms. Both stand for the same operator: the clique-expanded adjacency
/// with multiplicity and self loops, A~ = B B^T - diag(sum_n B[i,n]^2) + I, and deg = the row sums of A~.
///
///   NetGraph   the pins themselves, by net and by cell: A~ X = B (B^T X) + (1 - delta) o X. 2 P row additions.
///   EdgeGraph  the edges in CSR form (the paper's): E row additions. For comparison and as the reference in tests.

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/util/arena.hpp>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

enum class Adjacency { nets /* NetGraph */, expanded /* EdgeGraph */ };

/// The host arrays of a NetGraph. int32 throughout: a validated circuit has fewer than 2^31 pins.
struct NetArrays {
  /// The cells of each net's pins, P in all: M rows of nets, of which those of long nets are empty, then the rows of
  /// their pieces.
  std::vector<int> net_offset, net_cell;
  std::vector<int> long_net, long_net_offset;  ///< the long nets, and the row of each one's first piece (and the end)
  std::vector<int> cell_offset, cell_net;      ///< N + 1, P: the nets of each cell's pins
  std::vector<double> self_weight;             ///< N: 1 - delta_i, delta_i = sum_n B[i,n]^2
  std::vector<double> inverse_degree;          ///< N: 1 / deg_i
};
NetArrays net_arrays(const Circuit& circuit);

/// The host arrays of an EdgeGraph. Throws InputError when the edges do not fit 31 bits.
struct EdgeArrays {
  std::vector<int> offset, neighbour;  ///< N + 1, E: the neighbours of each cell, itself included, with multiplicity
  std::vector<double> inverse_degree;  ///< N
};
EdgeArrays edge_arrays(const Circuit& circuit);

template <class S, class Exec>
struct NetGraph {
  using Scalar = S;
  Vector<int, Exec> net_offset, net_cell, long_net, long_net_offset, cell_offset, cell_net;
  Vector<S, Exec> self_weight, inverse_degree;
  int nets;  ///< M: rows of nets, before those of pieces

  NetGraph(Arena<Exec>& arena, const CircuitCounts& size)
      : net_offset(take<Vector<int, Exec>>(arena, MemoryPart::graph, size.nets + size.net_pieces + 1)),
        net_cell(take<Vector<int, Exec>>(arena, MemoryPart::graph, size.pins)),
        long_net(take<Vector<int, Exec>>(arena, MemoryPart::graph, size.long_nets)),
        long_net_offset(take<Vector<int, Exec>>(arena, MemoryPart::graph, size.long_nets + 1)),
        cell_offset(take<Vector<int, Exec>>(arena, MemoryPart::graph, size.cells + 1)),
        cell_net(take<Vector<int, Exec>>(arena, MemoryPart::graph, size.pins)),
        self_weight(take<Vector<S, Exec>>(arena, MemoryPart::graph, size.cells)),
        inverse_degree(take<Vector<S, Exec>>(arena, MemoryPart::graph, size.cells)),
        nets(static_cast<int>(size.nets)) {}

  void set(const Exec& space, const Circuit& circuit) {
    const NetArrays host = net_arrays(circuit);
    upload(space, net_offset, host.net_offset);
    upload(space, net_cell, host.net_cell);
    upload(space, long_net, host.long_net);
    upload(space, long_net_offset, host.long_net_offset);
    upload(space, cell_offset, host.cell_offset);
    upload(space, cell_net, host.cell_net);
    upload(space, self_weight, std::vector<S>(host.self_weight.begin(), host.self_weight.end()));
    upload(space, inverse_degree, std::vector<S>(host.inverse_degree.begin(), host.inverse_degree.end()));
  }
  KOKKOS_FUNCTION std::int64_t cells() const { return static_cast<std::int64_t>(inverse_degree.extent(0)); }
  /// Rows of the intermediate that message passing needs: one a net, and one a piece of a long net.
  static std::int64_t intermediate_rows(const CircuitCounts& size) { return size.nets + size.net_pieces; }
};

template <class S, class Exec>
struct EdgeGraph {
  using Scalar = S;
  Vector<int, Exec> offset, neighbour;
  Vector<S, Exec> inverse_degree;

  EdgeGraph(Arena<Exec>& arena, const CircuitCounts& size)
      : offset(take<Vector<int, Exec>>(arena, MemoryPart::graph, size.cells + 1)),
        neighbour(take<Vector<int, Exec>>(arena, MemoryPart::graph, size.edges)),
        inverse_degree(take<Vector<S, Exec>>(arena, MemoryPart::graph, size.cells)) {}

  void set(const Exec& space, const Circuit& circuit) {
    const EdgeArrays host = edge_arrays(circuit);
    upload(space, offset, host.offset);
    upload(space, neighbour, host.neighbour);
    upload(space, inverse_degree, std::vector<S>(host.inverse_degree.begin(), host.inverse_degree.end()));
  }
  KOKKOS_FUNCTION std::int64_t cells() const { return static_cast<std::int64_t>(inverse_degree.extent(0)); }
  static std::int64_t intermediate_rows(const CircuitCounts&) { return 0; }
};

}  // namespace gsrgnn
