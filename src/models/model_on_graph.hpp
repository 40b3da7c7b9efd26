#pragma once

/// One Model on one form of the graph as an AnyModel. Included by the files of src/models that make them, one for a few
/// kinds each, so that they compile beside each other.

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

/// With the lattice of GCells among its relations.
template <class ModelType>
std::unique_ptr<AnyModel> make_on_lattice(const ModelRequest& r) {
  using Exec = AnyModel::Exec;
  using Gcells = Lattice<float, Exec>;
  if (r.shape.relation_set == RelationSet::lattice) return std::make_unique<ModelOnGraph<ModelType, Gcells>>(r);
  return std::make_unique<ModelOnGraph<ModelType, Relations<NetGraph<float, Exec>, Gcells>>>(r);
}

template <class ModelType>
std::unique_ptr<AnyModel> make_on_relations(const ModelRequest& r) {
  return r.shape.relation_set == RelationSet::nets ? make_on_graph<ModelType>(r) : make_on_lattice<ModelType>(r);
}

/// The same of models that store columns of a group.
template <template <class Scalar, class Index, class Exec> class ModelType>
std::unique_ptr<AnyModel> make_on_graph_with_index(const ModelRequest& r) {
  using Exec = AnyModel::Exec;
  if (r.shape.width() <= 256) return make_on_graph<ModelType<float, std::uint8_t, Exec>>(r);
  return make_on_graph<ModelType<float, std::uint16_t, Exec>>(r);
}
template <template <class Scalar, class Index, class Exec> class ModelType>
std::unique_ptr<AnyModel> make_on_lattice_with_index(const ModelRequest& r) {
  using Exec = AnyModel::Exec;
  if (r.shape.width() <= 256) return make_on_lattice<ModelType<float, std::uint8_t, Exec>>(r);
  return make_on_lattice<ModelType<float, std::uint16_t, Exec>>(r);
}

std::unique_ptr<AnyModel> make_gcn_model(const ModelRequest& request);
std::unique_ptr<AnyModel> make_sage_model(const ModelRequest& request);
std::unique_ptr<AnyModel> make_rev_model(const ModelRequest& request);
std::unique_ptr<AnyModel> make_gsr_model(const ModelRequest& request);
/// With a lattice among its relations.
std::unique_ptr<AnyModel> make_gsr_lattice_model(const ModelRequest& request);
std::unique_ptr<AnyModel> make_res_model(const ModelRequest& request);

}  // namespace gsrgnn
