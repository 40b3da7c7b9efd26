#pragma once

/// The run-time choices of a model, made compile-time once, at the edge.

#include <gsrgnn/models/gsr_model.hpp>

namespace gsrgnn {

/// A GSR-GNN on its graph, in one arena of exactly the planned size.
template <class Index, class Graph, class Exec>
struct GsrOnGraph {
  GsrOnGraph(Arena<Exec>& arena, const GsrShape& shape, const CircuitCounts& size, Purpose purpose)
      : graph(arena, size), model(arena, shape, size.cells, Graph::intermediate_rows(size), purpose) {}
  Graph graph;
  GsrModel<float, Index, Exec> model;
};

/// Calls f(a null pointer to GsrOnGraph<...>) for the index type that the width asks for and the form of the graph.
template <class Exec, class F>
auto dispatch_gsr(const GsrShape& shape, bool expanded, const F& f) {
  using Nets = NetGraph<float, Exec>;
  using Edges = EdgeGraph<float, Exec>;
  if (shape.width() <= 256) {
    if (expanded) return f(static_cast<GsrOnGraph<std::uint8_t, Edges, Exec>*>(nullptr));
    return f(static_cast<GsrOnGraph<std::uint8_t, Nets, Exec>*>(nullptr));
  }
  if (expanded) return f(static_cast<GsrOnGraph<std::uint16_t, Edges, Exec>*>(nullptr));
  return f(static_cast<GsrOnGraph<std::uint16_t, Nets, Exec>*>(nullptr));
}

}  // namespace gsrgnn
