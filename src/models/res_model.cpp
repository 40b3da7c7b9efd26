#include <gsrgnn/models/res_stack.hpp>

#include "model_on_graph.hpp"

namespace gsrgnn {

std::unique_ptr<AnyModel> make_res_model(const ModelRequest& request) {
  using Exec = AnyModel::Exec;
  if (request.shape.width() <= 256) return make_on_graph<ResModel<float, std::uint8_t, Exec>>(request);
  return make_on_graph<ResModel<float, std::uint16_t, Exec>>(request);
}

}  // namespace gsrgnn
