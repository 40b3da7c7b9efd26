#include <gsrgnn/models/gsr_stack.hpp>

#include "model_on_graph.hpp"

namespace gsrgnn {
namespace {

using Exec = AnyModel::Exec;
using Gcells = Lattice<float, Exec>;

template <class Index>
std::unique_ptr<AnyModel> make_on_lattice(const ModelRequest& r) {
  using ModelType = GsrModel<float, Index, Exec>;
  if (r.shape.relation_set == RelationSet::lattice) return std::make_unique<ModelOnGraph<ModelType, Gcells>>(r);
  return std::make_unique<ModelOnGraph<ModelType, Relations<NetGraph<float, Exec>, Gcells>>>(r);
}

}  // namespace

std::unique_ptr<AnyModel> make_gsr_lattice_model(const ModelRequest& request) {
  return request.shape.width() <= 256 ? make_on_lattice<std::uint8_t>(request)
                                      : make_on_lattice<std::uint16_t>(request);
}

}  // namespace gsrgnn
