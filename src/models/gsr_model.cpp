#include <gsrgnn/models/gsr_stack.hpp>

#include "model_on_graph.hpp"

namespace gsrgnn {

std::unique_ptr<AnyModel> make_gsr_model(const ModelRequest& request) {
  if (request.shape.relation_set != RelationSet::nets) return make_gsr_model_on_relations(request);
  return make_on_graph_with_index<GsrModel>(request);
}

}  // namespace gsrgnn
