#include <gsrgnn/models/res_stack.hpp>

#include "model_on_graph.hpp"

namespace gsrgnn {

std::unique_ptr<AnyModel> make_res_model(const ModelRequest& request) {
  if (request.shape.relation_set != RelationSet::nets) return make_on_relations_with_index<ResModel>(request);
  return make_on_graph_with_index<ResModel>(request);
}

}  // namespace gsrgnn
