#pragma once

/// GSR-GNN, the paper's Algorithm 1, and its exact gradient. For layer l:
///
///   (V1, I1) = GS(X1, k);    X2' = X2 + f1(V1, I1)
///   (V2, I2) = GS(X2', k);   X1' = scatter(V1, I1) + f2(V2, I2)        (residual dense: X1' = X1 + f2)
///
/// Only (V1, I1) of each layer is stored, O(L N k), and all else is rebuilt on the way down. With residual dense X1 is
/// rebuilt too, and only the indices I1 and I2 are stored: chosen again from a state rebuilt with rounding errors, a
/// near tie could fall the other way, and the jump would grow from layer to layer.

#include <algorithm>
#include <gsrgnn/kernels/cbsr.hpp>
#include <gsrgnn/kernels/gs_op.hpp>
#include <gsrgnn/models/gsr_block.hpp>
#include <gsrgnn/models/gsr_shape.hpp>
#include <gsrgnn/models/input_layer.hpp>
#include <gsrgnn/models/readout.hpp>

namespace gsrgnn {

enum class Purpose { training, prediction /* nothing is kept for a backward pass */ };

/// Index: uint8_t when the group width d <= 256, else uint16_t.
template <class Scalar, class Index, class Exec>
class GsrModel {
 public:
  using Values = Matrix<Scalar, Exec>;
  using Columns = Matrix<Index, Exec>;

  GsrModel(Arena<Exec>& arena, const GsrShape& shape, std::int64_t cells, std::int64_t intermediate_rows,
           Purpose purpose)
      : shape_(shape),
        purpose_(purpose),
        parameters_(shape),
        values_(take<Vector<Scalar, Exec>>(arena, parameters_.table.size())),
        gradient_(take<Vector<Scalar, Exec>>(arena, training() ? parameters_.table.largest_block() : 0)),
        inputs_(arena, cells, shape.features, shape.types),
        x_(take<Tensor<Scalar, Exec>>(arena, GsrShape::kGroups, cells, shape.stride())),
        g_(take<Tensor<Scalar, Exec>>(arena, GsrShape::kGroups, cells, shape.stride())),
        saved_v_(take<Tensor<Scalar, Exec>>(arena, stores_values() ? shape.layers : 1, cells, shape.k)),
        saved_index_(take<Tensor<Index, Exec>>(arena, training() ? shape.layers : 1, cells, shape.k)),
        v2_(take<Values>(arena, cells, shape.k)),
        saved_index2_(take<Tensor<Index, Exec>>(arena, training() && !sparse() ? shape.layers : 1, cells, shape.k)),
        dv_(take<Values>(arena, training() ? cells : 0, shape.k)),
        output_(take<Matrix<Scalar, Exec>>(arena, cells, shape.outputs)),
        output_gradient_(take<Matrix<Scalar, Exec>>(arena, training() ? cells : 0, shape.outputs)),
        has_nan_(take<Vector<int, Exec>>(arena, 1)),
        block_(arena, cells, intermediate_rows, shape.width(), shape.tile(), shape.k,
               std::max(shape.width(), shape.features)),
        readout_(arena, cells, GsrShape::kGroups, shape.stride(), shape.outputs) {}

  const GsrShape& shape() const { return shape_; }
  const ParameterTable& table() const { return parameters_.table; }
  const Vector<Scalar, Exec>& parameters() const { return values_; }
  /// The gradient of the block last handed to backward's sink; element 0 belongs to the block's first parameter.
  const Vector<Scalar, Exec>& gradient() const { return gradient_; }
  const CellInputs<Scalar, Exec>& inputs() const { return inputs_; }
  const Matrix<Scalar, Exec>& output() const { return output_; }                    ///< N x O
  const Matrix<Scalar, Exec>& output_gradient() const { return output_gradient_; }  ///< N x O, read by backward
  /// The embedding: after forward the last layer's; after backward the rebuilt first.
  const Tensor<Scalar, Exec>& embedding() const { return x_; }
  /// Whether a row with a NaN met GS-Op since the last call.
  bool found_nan(const Exec& space) const {
    const bool found = download(space, has_nan_)[0] != 0;
    if (found) Kokkos::deep_copy(space, has_nan_, 0);
    return found;
  }

  /// output() from inputs().
  template <class Graph>
  void forward(const Exec& space, const Graph& graph) const {
    input_forward(space, inputs_, input_views(values_, 0), x_);
    dispatch_tile(shape_.tile(), [&](auto tile) {
      for (int l = 0; l < shape_.layers; ++l) layer_forward<tile()>(space, graph, l);
    });
    readout_forward(space, x_, shape_.width(), readout_views(values_, 0), readout_, g_, output_);
  }

  /// From output_gradient() and the state that forward left: makes the gradient of one parameter block after the
  /// other, from the readout down to the input, and calls sink(block number) for each. The block's parameters may be
  /// changed in the sink: backward does not read them again.
  template <class Graph, class Sink>
  void backward(const Exec& space, const Graph& graph, const Sink& sink) const {
    if (!training()) Kokkos::abort("gsrgnn::GsrModel::backward: made for prediction");
    readout_backward(space, x_, shape_.width(), readout_views(values_, 0), readout_, output_gradient_, g_,
                     readout_views(gradient_, origin(parameters_.readout_block)));
    sink(parameters_.readout_block);
    dispatch_tile(shape_.tile(), [&](auto tile) {
      for (int l = shape_.layers - 1; l >= 0; --l) layer_backward<tile()>(space, graph, l, sink);
      input_backward<tile()>(space, inputs_, g_, input_views(gradient_, origin(parameters_.input_block)),
                             block_.weight_partial);
    });
    sink(parameters_.input_block);
  }

 private:
  template <class View, class... Extents>
  static View take(Arena<Exec>& arena, Extents... extents) {
    return arena.template take<View>(extents...);
  }
  bool training() const { return purpose_ == Purpose::training; }
  bool sparse() const { return shape_.residual == Residual::sparse; }
  bool stores_values() const { return training() && sparse(); }
  std::int64_t origin(int block) const { return parameters_.table.blocks[block].first; }

  Values values_of(int layer) const { return slice(saved_v_, stores_values() ? layer : 0); }
  Columns columns_of(int layer) const { return slice(saved_index_, training() ? layer : 0); }
  Columns columns2_of(int layer) const { return slice(saved_index2_, training() && !sparse() ? layer : 0); }

  Tensor<Scalar, Exec> view(const Vector<Scalar, Exec>& from, int array, std::int64_t origin) const {
    return array_view(from, parameters_.table.arrays[array], origin);
  }
  Vector<Scalar, Exec> row(const Vector<Scalar, Exec>& from, int array, std::int64_t origin, int extent) const {
    return Vector<Scalar, Exec>(view(from, array, origin).data(), extent);
  }
  InputViews<Scalar, Exec> input_views(const Vector<Scalar, Exec>& from, std::int64_t origin) const {
    return {view(from, parameters_.feature_weight, origin), view(from, parameters_.type_weight, origin),
            view(from, parameters_.input_bias, origin)};
  }
  ReadoutViews<Scalar, Exec> readout_views(const Vector<Scalar, Exec>& from, std::int64_t origin) const {
    const auto rows = [&](int array) {
      return Matrix<Scalar, Exec>(view(from, array, origin).data(), GsrShape::kGroups, shape_.stride());
    };
    return {rows(parameters_.readout_norm_weight), rows(parameters_.readout_norm_bias),
            view(from, parameters_.readout_weight, origin),
            row(from, parameters_.readout_bias, origin, shape_.outputs)};
  }
  GsrBlockViews<Scalar, Exec> block_views(const Vector<Scalar, Exec>& from, int layer, int which,
                                          std::int64_t origin) const {
    const int first = parameters_.block_arrays(layer, which);
    return {view(from, first + kNeighbourWeight, origin), view(from, first + kSelfWeight, origin),
            row(from, first + kBias, origin, shape_.stride()), row(from, first + kNormWeight, origin, shape_.width())};
  }

  template <int Tile, class Graph>
  void layer_forward(const Exec& space, const Graph& graph, int l) const {
    const auto x1 = slice(x_, 0), x2 = slice(x_, 1);
    const auto v1 = values_of(l);
    const auto index1 = columns_of(l), index2 = columns2_of(l);
    gs_op(space, x1, shape_.width(), v1, index1, has_nan_, sparse() ? GsRow::sparsify : GsRow::keep);
    add_gsr_block<Tile>(space, graph, block_, v1, index1, block_views(values_, l, 0, 0), Scalar(1), x2);
    gs_op(space, x2, shape_.width(), v2_, index2, has_nan_);
    add_gsr_block<Tile>(space, graph, block_, v2_, index2, block_views(values_, l, 1, 0), Scalar(1), x1);
  }

  /// One block's gradient: dv_ = dL/dV, then the sink has the parameters' part.
  template <int Tile, class Graph>
  void block_backward(const Exec& space, const Graph& graph, int l, int which, const Values& v, const Columns& index,
                      const Matrix<Scalar, Exec>& g) const {
    gsr_block_backward<Tile>(space, graph, block_, v, index, block_views(values_, l, which, 0), g, dv_,
                             block_views(gradient_, l, which, origin(GsrParameters::block(l, which))));
  }

  template <int Tile, class Graph, class Sink>
  void layer_backward(const Exec& space, const Graph& graph, int l, const Sink& sink) const {
    const auto x1 = slice(x_, 0), x2 = slice(x_, 1), g1 = slice(g_, 0), g2 = slice(g_, 1);
    const auto v1 = values_of(l);
    const auto index1 = columns_of(l), index2 = columns2_of(l);

    if (sparse()) {
      gs_op(space, x2, shape_.width(), v2_, index2, has_nan_);
    } else {
      gather(space, x2, index2, v2_);
    }
    block_backward<Tile>(space, graph, l, 1, v2_, index2, g1);
    scatter_add(space, dv_, index2, g2);
    if (!sparse()) {
      add_gsr_block<Tile>(space, graph, block_, v2_, index2, block_views(values_, l, 1, 0), Scalar(-1), x1);
      gather(space, x1, index1, v1);
    }
    sink(GsrParameters::block(l, 1));

    block_backward<Tile>(space, graph, l, 0, v1, index1, g2);
    if (sparse()) {
      gather_add(space, g1, index1, dv_);
      scatter(space, dv_, index1, g1);
    } else {
      scatter_add(space, dv_, index1, g1);
    }
    add_gsr_block<Tile>(space, graph, block_, v1, index1, block_views(values_, l, 0, 0), Scalar(-1), x2);
    sink(GsrParameters::block(l, 0));
  }

  GsrShape shape_;
  Purpose purpose_;
  GsrParameters parameters_;
  Vector<Scalar, Exec> values_, gradient_;
  CellInputs<Scalar, Exec> inputs_;
  Tensor<Scalar, Exec> x_, g_;
  Tensor<Scalar, Exec> saved_v_;
  Tensor<Index, Exec> saved_index_;
  Values v2_;
  Tensor<Index, Exec> saved_index2_;
  Values dv_;
  Matrix<Scalar, Exec> output_, output_gradient_;
  Vector<int, Exec> has_nan_;
  GsrBlockWorkspace<Scalar, Exec> block_;
  ReadoutWorkspace<Scalar, Exec> readout_;
};

}  // namespace gsrgnn
