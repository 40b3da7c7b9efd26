#include <gsrgnn/models/rev_stack.hpp>

#include "model_on_graph.hpp"

namespace gsrgnn {

std::unique_ptr<AnyModel> make_rev_model(const ModelRequest& request) {
  return make_on_graph<RevModel<float, AnyModel::Exec>>(request);
}

}  // namespace gsrgnn
