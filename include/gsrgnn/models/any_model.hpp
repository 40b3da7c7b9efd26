#pragma once

/// A model of any kind on its graph, in either form: the run-time choices of a deck, made compile-time ones once. What
/// trains and predicts sees no templates of models, and is compiled once.

#include <functional>
#include <gsrgnn/graph/graph.hpp>
#include <gsrgnn/models/model.hpp>
#include <memory>

namespace gsrgnn {

/// In float, on the default execution space. The Views and functions are those of Model (model.hpp).
class AnyModel {
 public:
  using Exec = Kokkos::DefaultExecutionSpace;
  using Sink = std::function<void(int block)>;

  virtual ~AnyModel() = default;
  virtual const ParameterTable& table() const = 0;
  virtual const Vector<float, Exec>& parameters() const = 0;
  virtual const Vector<float, Exec>& gradient() const = 0;
  virtual CellInputs<float, Exec>& inputs() = 0;
  virtual const Matrix<float, Exec>& output() const = 0;
  virtual const Matrix<float, Exec>& output_gradient() const = 0;

  virtual void set_graph(const Exec& space, const Circuit& circuit) = 0;
  /// From now on, along these axes (graph/lattice.hpp).
  virtual void flip_die(bool x, bool y) = 0;
  virtual void draw_dropout(const Exec& space, std::uint64_t seed, std::uint64_t draw) = 0;
  virtual void forward(const Exec& space, Pass pass) = 0;
  virtual void backward(const Exec& space, const Sink& sink) = 0;
  virtual bool take_found_nan(const Exec& space) = 0;
};

/// What a model is made of. The graph and the model are taken from their arenas, which may be one.
struct ModelRequest {
  Arena<AnyModel::Exec>& graph_arena;
  Arena<AnyModel::Exec>& arena;
  const ModelShape& shape;
  const CircuitCounts& size;
  Purpose purpose;
};

/// On measuring arenas, plans it. A model's parameters are what it takes first, so that models of one shape for several
/// circuits, each from the beginning of one arena, have the same parameters.
std::unique_ptr<AnyModel> make_model(const ModelRequest& request);

}  // namespace gsrgnn
