#include "model_on_graph.hpp"

namespace gsrgnn {

std::unique_ptr<AnyModel> make_model(Arena<AnyModel::Exec>& arena, const ModelShape& shape, Adjacency adjacency,
                                     const CircuitCounts& size, Purpose purpose) {
  return make_model(arena, arena, shape, adjacency, size, purpose);
}

std::unique_ptr<AnyModel> make_model(Arena<AnyModel::Exec>& graph_arena, Arena<AnyModel::Exec>& arena,
                                     const ModelShape& shape, Adjacency adjacency, const CircuitCounts& size,
                                     Purpose purpose) {
  const ModelRequest request{graph_arena, arena, shape, adjacency, size, purpose};
  switch (shape.kind) {
    case ModelKind::gcn:
    case ModelKind::sage:
      return make_plain_model(request);
    case ModelKind::rev:
      return make_rev_model(request);
    default:
      return make_gsr_model(request);
  }
}

}  // namespace gsrgnn
