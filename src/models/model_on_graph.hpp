#pragma once

/// One Model on one form of the graph as an AnyModel. Included by the files of src/models that make them, one for a few
/// kinds each, so that they compile beside each other.

#include <gsrgnn/graph/bins.hpp>
#include <gsrgnn/models/any_model.hpp>

namespace gsrgnn {

template <class ModelType, class Graph>
class ModelOnGraph final : public AnyModel {
 public:
  explicit ModelOnGraph(const ModelRequest& r)
      : graph_(r.graph_arena, r.size),
        model_(r.arena, r.shape, r.size.cells, Graph::intermediate_rows(r.size), r.purpose) {}

  const ParameterTable& table() const override { return model_.table(); }
  const Vector<float, Exec>& parameters() const override { return model_.parameters(); }
  const Vector<float, Exec>& gradient() const override { return model_.gradient(); }
  CellInputs<float, Exec>& inputs() override { return model_.inputs(); }
  const Matrix<float, Exec>& output() const override { return model_.output(); }
  const Matrix<float, Exec>& output_gradient() const override { return model_.output_gradient(); }
  void set_graph(const Exec& space, const Circuit& circuit) override { graph_.set(space, circuit); }
  void flip_die(bool x, bool y) override { flip(graph_, x, y); }
  void draw_dropout(const Exec& space, std::uint64_t seed, std::uint64_t draw) override {
    model_.draw_dropout(space, seed, draw);
  }
  void forward(const Exec& space, Pass pass) override { model_.forward(space, graph_, pass); }
  void backward(const Exec& space, const Sink& sink) override { model_.backward(space, graph_, sink); }
  bool take_found_nan(const Exec& space) override { return model_.take_found_nan(space); }

 private:
  Graph graph_;
  ModelType model_;
};

template <class ModelType>
std::unique_ptr<AnyModel> make_on_graph(const ModelRequest& r) {
  using Exec = AnyModel::Exec;
  if (r.shape.adjacency == Adjacency::nets) return std::make_unique<ModelOnGraph<ModelType, NetGraph<float, Exec>>>(r);
  return std::make_unique<ModelOnGraph<ModelType, EdgeGraph<float, Exec>>>(r);
}

/// On other relations than the nets alone.
template <class ModelType>
std::unique_ptr<AnyModel> make_on_relations(const ModelRequest& r) {
  using Exec = AnyModel::Exec;
  using Nets = NetGraph<float, Exec>;
  using Bins = BinGraph<float, Exec>;
  using Gcells = Lattice<float, Exec>;
  switch (r.shape.relation_set) {
    case RelationSet::lattice:
      return std::make_unique<ModelOnGraph<ModelType, Gcells>>(r);
    case RelationSet::nets_and_lattice:
      return std::make_unique<ModelOnGraph<ModelType, Relations<Nets, Gcells>>>(r);
    case RelationSet::nets_and_bins:
      return std::make_unique<ModelOnGraph<ModelType, Relations<Nets, Bins>>>(r);
    case RelationSet::nets:
      break;
  }
  return nullptr;
}

template <class ModelType>
std::unique_ptr<AnyModel> make_on_any(const ModelRequest& r) {
  return r.shape.relation_set == RelationSet::nets ? make_on_graph<ModelType>(r) : make_on_relations<ModelType>(r);
}

/// The same of models that store columns of a group.
template <template <class Scalar, class Index, class Exec> class ModelType>
std::unique_ptr<AnyModel> make_on_graph_with_index(const ModelRequest& r) {
  using Exec = AnyModel::Exec;
  if (r.shape.width() <= 256) return make_on_graph<ModelType<float, std::uint8_t, Exec>>(r);
  return make_on_graph<ModelType<float, std::uint16_t, Exec>>(r);
}
template <template <class Scalar, class Index, class Exec> class ModelType>
std::unique_ptr<AnyModel> make_on_relations_with_index(const ModelRequest& r) {
  using Exec = AnyModel::Exec;
  if (r.shape.width() <= 256) return make_on_relations<ModelType<float, std::uint8_t, Exec>>(r);
  return make_on_relations<ModelType<float, std::uint16_t, Exec>>(r);
}

std::unique_ptr<AnyModel> make_gcn_model(const ModelRequest& request);
std::unique_ptr<AnyModel> make_sage_model(const ModelRequest& request);
std::unique_ptr<AnyModel> make_rev_model(const ModelRequest& request);
std::unique_ptr<AnyModel> make_gsr_model(const ModelRequest& request);
/// On other relations than the nets alone.
std::unique_ptr<AnyModel> make_gsr_model_on_relations(const ModelRequest& request);
std::unique_ptr<AnyModel> make_res_model(const ModelRequest& request);

}  // namespace gsrgnn
