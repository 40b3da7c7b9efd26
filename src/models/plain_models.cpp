#include <gsrgnn/models/plain_stack.hpp>

#include "model_on_graph.hpp"

namespace gsrgnn {

std::unique_ptr<AnyModel> make_plain_model(const ModelRequest& request) {
  using Exec = AnyModel::Exec;
  if (request.shape.kind == ModelKind::gcn) return make_on_graph<GcnModel<float, Exec>>(request);
  return make_on_graph<SageModel<float, Exec>>(request);
}

}  // namespace gsrgnn
