#pragma once

/// Two relations of one circuit's cells, in either form of the graph, for tests of models.

#include <gsrgnn/graph/relations.hpp>

namespace gsrgnn::testing {

template <class Scalar, class Exec>
using TwoRelations = Relations<NetGraph<Scalar, Exec>, EdgeGraph<Scalar, Exec>>;

/// The same nets on other cells: another graph of the same size.
inline Circuit second_relation(Circuit circuit) {
  const auto cells = static_cast<std::int32_t>(circuit.cells());
  for (auto& cell : circuit.net_cell) cell = (cell + 4) % cells;
  return circuit;
}

/// Sets a graph, or two relations.
template <class Exec, class Graph>
void set_relations(const Exec& space, Graph& graph, const Circuit& circuit) {
  graph.set(space, circuit);
}
template <class Exec, class Scalar>
void set_relations(const Exec& space, TwoRelations<Scalar, Exec>& graph, const Circuit& circuit) {
  graph.set(space, circuit);
  std::get<1>(graph.graphs).set(space, second_relation(circuit));
}

}  // namespace gsrgnn::testing
