#pragma once

/// Sets of relations of a small circuit whose cells are GCells too, for tests of models.

#include <gsrgnn/circuit/gcell_grid.hpp>
#include <gsrgnn/graph/bins.hpp>
#include <gsrgnn/graph/relations.hpp>
#include <gsrgnn/models/model_shape.hpp>

#include "support/small_circuits.hpp"

namespace gsrgnn::testing {

template <class Scalar, class Exec>
using NetsAndLattice = Relations<NetGraph<Scalar, Exec>, Lattice<Scalar, Exec>>;
template <class Scalar, class Exec>
using NetsAndBins = Relations<NetGraph<Scalar, Exec>, BinGraph<Scalar, Exec>>;

/// The nine cells as GCells, 3 x 3.
inline Circuit awkward_lattice() {
  Circuit circuit = awkward_circuit();
  circuit.placement.grid = make_grid({0, 0, 3, 3}, 1);
  return circuit;
}

inline ModelShape on(RelationSet relations, ModelShape shape) {
  shape.nodes = has_lattice(relations) ? Nodes::gcells : Nodes::cells;
  shape.relation_set = relations;
  shape.relations = relations_of(relations);
  return shape;
}

}  // namespace gsrgnn::testing
