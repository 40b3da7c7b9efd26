#pragma once

/// A model: the input layer, a stack of layers of one kind, and the readout, with exact gradients made one parameter
/// block after the other, so that no full gradient ever exists.
///
/// A stack (gsr_stack.hpp, rev_stack.hpp, plain_stack.hpp) has `Scalar`, `Exec`, a constructor like the model's, and
///   forward<Tile>(space, graph, parameters, x, dropout)                 x: the embedding, C x N x padded d, in place
///   backward<Tile>(space, graph, parameters, x, g, dropout, sink)       g: dL/dx, in place; x: as forward left it
///   take_found_nan(space)
/// with a graph, or Relations of several (relations.hpp).

#include <algorithm>
#include <gsrgnn/graph/relations.hpp>
#include <gsrgnn/models/input_layer.hpp>
#include <gsrgnn/models/layer_parameters.hpp>
#include <gsrgnn/models/readout.hpp>

namespace gsrgnn {

enum class Purpose { training, prediction /* nothing is kept for a backward pass */ };

/// Whether dropout drops. A backward pass follows a training pass.
enum class Pass { training, evaluation };

template <class Stack>
class Model {
 public:
  using Scalar = typename Stack::Scalar;
  using Exec = typename Stack::Exec;

  Model(Arena<Exec>& arena, const ModelShape& shape, std::int64_t cells, std::int64_t intermediate_rows,
        Purpose purpose)
      : shape_(shape),
        purpose_(purpose),
        places_(shape),
        values_(take<Vector<Scalar, Exec>>(arena, MemoryPart::parameters, places_.table.size())),
        gradient_(
            take<Vector<Scalar, Exec>>(arena, MemoryPart::gradient, training() ? places_.table.largest_block() : 0)),
        inputs_(arena, cells, shape.features, shape.types),
        x_(take<Tensor<Scalar, Exec>>(arena, MemoryPart::embedding, shape.groups, cells, shape.stride())),
        g_(take<Tensor<Scalar, Exec>>(arena, MemoryPart::embedding, shape.groups, cells, shape.stride())),
        output_(take<Matrix<Scalar, Exec>>(arena, cells, shape.outputs)),
        output_gradient_(take<Matrix<Scalar, Exec>>(arena, training() ? cells : 0, shape.outputs)),
        input_partial_(take<Tensor<Scalar, Exec>>(arena, training() ? Tuning<Exec>::kRowChunks : 0,
                                                  std::max(shape.features, 1), shape.tile())),
        kept_(take_mask(arena, cells)),
        readout_kept_(take_mask(arena, cells)),
        readout_(arena, cells, shape.groups, shape.stride(), shape.outputs),
        stack_(arena, shape, cells, intermediate_rows, purpose) {}

  const ModelShape& shape() const { return shape_; }
  const ParameterTable& table() const { return places_.table; }
  const Vector<Scalar, Exec>& parameters() const { return values_; }
  /// The gradient of the block last handed to backward's sink; element 0 belongs to the block's first parameter.
  const Vector<Scalar, Exec>& gradient() const { return gradient_; }
  CellInputs<Scalar, Exec>& inputs() { return inputs_; }
  const Matrix<Scalar, Exec>& output() const { return output_; }                    ///< N x O
  const Matrix<Scalar, Exec>& output_gradient() const { return output_gradient_; }  ///< N x O, read by backward
  /// The embedding: after forward the last layer's; after backward, in a reversible model that keeps no
  /// layers, the rebuilt first.
  const Tensor<Scalar, Exec>& embedding() const { return x_; }
  /// What dropout keeps in the layers (one mask, shared by all) and before the readout's linear map: C x N x padded d.
  const Tensor<std::uint8_t, Exec>& kept() const { return kept_; }
  const Tensor<std::uint8_t, Exec>& readout_kept() const { return readout_kept_; }
  /// Whether a row with a NaN met GS-Op since the last call: forgets it.
  bool take_found_nan(const Exec& space) { return stack_.take_found_nan(space); }

  /// New dropout masks, by seed and number of the draw.
  void draw_dropout(const Exec& space, std::uint64_t seed, std::uint64_t draw) {
    if (!drops()) return;
    gsrgnn::draw_dropout(space, shape_.dropout, shape_.width(), hash_words(seed, 1), draw, kept_);
    gsrgnn::draw_dropout(space, shape_.dropout, shape_.width(), hash_words(seed, 2), draw, readout_kept_);
  }

  /// output() from inputs().
  template <class Graph>
  void forward(const Exec& space, const Graph& graph, Pass pass = Pass::training) {
    if (kRelations<Graph> != shape_.relations) Kokkos::abort("gsrgnn::Model::forward: another number of relations");
    dispatch_tile<Exec>(shape_.tile(), [&](auto tile) {
      input_forward<tile()>(space, inputs_, input_views(values_, 0), x_);
      stack_.template forward<tile()>(space, graph, layer_parameters(), x_, dropout(kept_, pass));
    });
    readout_forward(space, x_, shape_.width(), readout_views(values_, 0), dropout(readout_kept_, pass), readout_, g_,
                    output_);
  }

  /// From output_gradient() and the state that forward left: makes the gradient of one parameter block after the
  /// other, from the readout down to the input, and calls sink(block number) for each. The block's parameters may be
  /// changed in the sink: backward does not read them again.
  template <class Graph, class Sink>
  void backward(const Exec& space, const Graph& graph, const Sink& sink) {
    if (!training()) Kokkos::abort("gsrgnn::Model::backward: made for prediction");
    readout_backward(space, x_, shape_.width(), readout_views(values_, 0), dropout(readout_kept_, Pass::training),
                     readout_, output_gradient_, g_, readout_views(gradient_, origin(places_.readout_block)));
    sink(places_.readout_block);
    dispatch_tile<Exec>(shape_.tile(), [&](auto tile) {
      stack_.template backward<tile()>(space, graph, layer_parameters(), x_, g_, dropout(kept_, Pass::training), sink);
      input_backward<tile()>(space, inputs_, g_, input_views(gradient_, origin(places_.input_block)), input_partial_);
    });
    sink(places_.input_block);
  }

 private:
  bool training() const { return purpose_ == Purpose::training; }
  bool drops() const { return training() && shape_.dropout > 0; }
  Tensor<std::uint8_t, Exec> take_mask(Arena<Exec>& arena, std::int64_t cells) const {
    if (!drops()) return {};
    return take<Tensor<std::uint8_t, Exec>>(arena, MemoryPart::dropout, shape_.groups, cells, shape_.stride());
  }
  Dropout<Scalar, Exec> dropout(const Tensor<std::uint8_t, Exec>& kept, Pass pass) const {
    if (!drops() || pass == Pass::evaluation) return {};
    return {kept, static_cast<Scalar>(1 / (1 - shape_.dropout))};
  }

  std::int64_t origin(int block) const { return places_.table.blocks[block].first; }
  LayerParameters<Scalar, Exec> layer_parameters() const { return {places_, values_, gradient_}; }
  Tensor<Scalar, Exec> view(const Vector<Scalar, Exec>& from, int array, std::int64_t origin) const {
    return array_view(from, places_.table.arrays[array], origin);
  }
  InputViews<Scalar, Exec> input_views(const Vector<Scalar, Exec>& from, std::int64_t origin) const {
    return {view(from, places_.feature_weight, origin), view(from, places_.type_weight, origin),
            view(from, places_.input_bias, origin)};
  }
  ReadoutViews<Scalar, Exec> readout_views(const Vector<Scalar, Exec>& from, std::int64_t origin) const {
    const auto rows = [&](int array) {
      return Matrix<Scalar, Exec>(view(from, array, origin).data(), shape_.groups, shape_.stride());
    };
    return {rows(places_.readout_norm_weight), rows(places_.readout_norm_bias),
            view(from, places_.readout_weight, origin),
            Vector<Scalar, Exec>(view(from, places_.readout_bias, origin).data(), shape_.outputs)};
  }

  ModelShape shape_;
  Purpose purpose_;
  ModelParameters places_;
  Vector<Scalar, Exec> values_, gradient_;
  CellInputs<Scalar, Exec> inputs_;
  Tensor<Scalar, Exec> x_, g_;
  Matrix<Scalar, Exec> output_, output_gradient_;
  Tensor<Scalar, Exec> input_partial_;
  Tensor<std::uint8_t, Exec> kept_, readout_kept_;
  ReadoutWorkspace<Scalar, Exec> readout_;
  Stack stack_;
};

}  // namespace gsrgnn
