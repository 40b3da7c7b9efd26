#include <gsrgnn/models/gsr_stack.hpp>

#include "model_on_graph.hpp"

namespace gsrgnn {

std::unique_ptr<AnyModel> make_gsr_model(const ModelRequest& request) {
  using Exec = AnyModel::Exec;
  if (request.shape.width() <= 256) return make_on_graph<GsrModel<float, std::uint8_t, Exec>>(request);
  return make_on_graph<GsrModel<float, std::uint16_t, Exec>>(request);
}

}  // namespace gsrgnn
