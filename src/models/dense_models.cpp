#include <gsrgnn/models/plain_stack.hpp>
#include <gsrgnn/models/rev_stack.hpp>

#include "model_on_graph.hpp"

namespace gsrgnn {

std::unique_ptr<AnyModel> make_gcn_model(const ModelRequest& request) {
  return make_on_graph<GcnModel<float, AnyModel::Exec>>(request);
}

std::unique_ptr<AnyModel> make_sage_model(const ModelRequest& request) {
  return make_on_any<SageModel<float, AnyModel::Exec>>(request);
}

std::unique_ptr<AnyModel> make_rev_model(const ModelRequest& request) {
  return make_on_any<RevModel<float, AnyModel::Exec>>(request);
}

}  // namespace gsrgnn
