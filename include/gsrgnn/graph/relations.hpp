#pragma once

/// Several graphs on the cells of one circuit, e.g. its nets and another neighbourhood of its cells. A model passes
/// messages on each, with a neighbour weight of its own for each. Any graph by itself is one relation.

#include <algorithm>
#include <gsrgnn/graph/graph.hpp>
#include <gsrgnn/graph/lattice.hpp>
#include <tuple>
#include <utility>

namespace gsrgnn {

template <class... Graphs>
struct Relations {
  std::tuple<Graphs...> graphs;

  template <class Exec>
  Relations(Arena<Exec>& arena, const CircuitCounts& size) : graphs{Graphs(arena, size)...} {}

  template <class Exec>
  void set(const Exec& space, const Circuit& circuit) {
    std::apply([&](auto&... graph) { (graph.set(space, circuit), ...); }, graphs);
  }
  /// Relations take turns with the intermediate.
  static std::int64_t intermediate_rows(const CircuitCounts& size) {
    return std::max({Graphs::intermediate_rows(size)...});
  }
};

template <class Graph>
constexpr int kRelations = 1;
template <class... Graphs>
constexpr int kRelations<Relations<Graphs...>> = sizeof...(Graphs);

/// Calls f(std::integral_constant<int, r>, graph) for each relation r, in order.
template <class Graph, class F>
void for_each_relation(const Graph& graph, const F& f) {
  f(std::integral_constant<int, 0>(), graph);
}
template <class F, class... Graphs, int... R>
void for_each_relation(const Relations<Graphs...>& relations, const F& f, std::integer_sequence<int, R...>) {
  (f(std::integral_constant<int, R>(), std::get<R>(relations.graphs)), ...);
}
template <class... Graphs, class F>
void for_each_relation(const Relations<Graphs...>& relations, const F& f) {
  for_each_relation(relations, f, std::make_integer_sequence<int, sizeof...(Graphs)>());
}

template <class... Graphs>
void flip(Relations<Graphs...>& relations, bool x, bool y) {
  std::apply([&](auto&... graph) { (flip(graph, x, y), ...); }, relations.graphs);
}

}  // namespace gsrgnn
