#include <gsrgnn/models/gsr_stack.hpp>

#include "model_on_graph.hpp"

namespace gsrgnn {

std::unique_ptr<AnyModel> make_gsr_model_on_relations(const ModelRequest& request) {
  return make_on_relations_with_index<GsrModel>(request);
}

}  // namespace gsrgnn
