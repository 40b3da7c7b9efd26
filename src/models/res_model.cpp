#include <gsrgnn/models/res_stack.hpp>

#include "model_on_graph.hpp"

namespace gsrgnn {

std::unique_ptr<AnyModel> make_res_model(const ModelRequest& request) {
  return make_with_index<ResModel>(request);
}

}  // namespace gsrgnn
