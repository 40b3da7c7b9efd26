#pragma once

/// The lattice of GCells as a relation of a circuit's nodes: each has up to eight neighbours, `step` GCells to the
/// side, above or below, or both. At the die's edge what lies outside is absent.

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/util/arena.hpp>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

constexpr int kLatticeNeighbours = 8;

template <class S, class Exec>
struct Lattice {
  using Scalar = S;
  int columns = 0, rows = 0;
  int step = 1;                    ///< the dilation
  int toward_x = 1, toward_y = 1;  ///< -1: the die is seen flipped along that axis
  Vector<S, Exec> outside;         ///< zeros, as wide as the widest tile: a row of what lies outside

  Lattice(Arena<Exec>& arena, const CircuitCounts& /*size*/)
      : outside(arena.template take<Vector<S, Exec>>(MemoryPart::graph, kWidestRow)) {}

  /// Of a circuit whose cells are the GCells of its grid, row by row.
  void set(const Exec& /*space*/, const Circuit& circuit) {
    columns = static_cast<int>(circuit.placement.grid.columns());
    rows = static_cast<int>(circuit.placement.grid.rows());
  }
  KOKKOS_FUNCTION std::int64_t cells() const { return static_cast<std::int64_t>(columns) * rows; }
  static std::int64_t intermediate_rows(const CircuitCounts& /*size*/) { return 0; }

  /// The n-th neighbour of node i, row by row from the lower left; or, with `sign` -1, the node whose n-th neighbour i
  /// is. Below 0: there is none.
  KOKKOS_FORCEINLINE_FUNCTION std::int64_t neighbour(std::int64_t i, int n, int sign = 1) const {
    const int place = n < kLatticeNeighbours / 2 ? n : n + 1;  // of nine, the fourth is i itself
    const auto row = static_cast<int>(i / columns), column = static_cast<int>(i % columns);
    const int y = row + sign * step * toward_y * (place / 3 - 1), x = column + sign * step * toward_x * (place % 3 - 1);
    if (x < 0 || x >= columns || y < 0 || y >= rows) return -1;
    return static_cast<std::int64_t>(y) * columns + x;
  }

  static constexpr int kWidestRow = 64;
};

/// GCells from a node to its neighbours in a block, counted over a model's layers: near and far take turns, so that a
/// few layers see a wide neighbourhood and none of it is passed over.
constexpr int lattice_step(int block) {
  constexpr int kSteps[] = {1, 2, 1, 4};
  return kSteps[block % 4];
}

/// The relation with neighbours that far away; a graph's neighbours are what they are.
template <class Graph>
const Graph& dilated(const Graph& graph, int /*step*/) {
  return graph;
}
template <class S, class Exec>
Lattice<S, Exec> dilated(Lattice<S, Exec> lattice, int step) {
  lattice.step = step;
  return lattice;
}

/// From now on the die is seen flipped along the axes; nets are the same from either side.
template <class Graph>
void flip(Graph& /*graph*/, bool /*x*/, bool /*y*/) {}
template <class S, class Exec>
void flip(Lattice<S, Exec>& lattice, bool x, bool y) {
  lattice.toward_x = x ? -1 : 1;
  lattice.toward_y = y ? -1 : 1;
}

}  // namespace gsrgnn
