#pragma once

/// The input layer, h = X W_f + W_t[type] + b: a linear map of the features, one learned row a cell type.
/// A type below 0 (unknown to the model) contributes nothing.

#include <gsrgnn/kernels/message_passing.hpp>
#include <gsrgnn/kernels/sparse_linear.hpp>

namespace gsrgnn {

/// Parameters of the input layer, or their gradients; C groups of padded width.
template <class Scalar, class Exec>
struct InputViews {
  Tensor<Scalar, Exec> feature_weight;  ///< C x F x padded d
  Tensor<Scalar, Exec> type_weight;     ///< C x T x padded d
  Tensor<Scalar, Exec> bias;            ///< C x 1 x padded d
};

/// What the input layer reads of a circuit.
template <class Scalar, class Exec>
struct CellInputs {
  CellInputs(Arena<Exec>& arena, std::int64_t cells, int features, int types)
      : feature(take<Matrix<Scalar, Exec>>(arena, MemoryPart::cells, cells, features)),
        type(take<Vector<int, Exec>>(arena, MemoryPart::cells, cells)),
        type_offset(take<Vector<int, Exec>>(arena, MemoryPart::cells, types + 1)),
        type_cell(take<Vector<int, Exec>>(arena, MemoryPart::cells, cells)) {}

  Matrix<Scalar, Exec> feature;              ///< N x F, standardised
  Vector<int, Exec> type;                    ///< N
  Vector<int, Exec> type_offset, type_cell;  ///< the cells of each type; unknown types at the end, of no type

  /// features: N x F; types: N, each below the number of types, or negative if unknown.
  void set(const Exec& space, const std::vector<Scalar>& features, const std::vector<int>& types) {
    std::vector<int> offset(type_offset.extent(0), 0);
    for (const int t : types) {
      if (t >= 0) ++offset[t + 1];
    }
    for (std::size_t t = 1; t < offset.size(); ++t) offset[t] += offset[t - 1];
    std::vector<int> cell(types.size(), 0), next(offset);
    for (std::size_t i = 0; i < types.size(); ++i) {
      if (types[i] >= 0) cell[next[types[i]]++] = static_cast<int>(i);
    }
    upload(space, feature, features);
    upload(space, type, types);
    upload(space, type_offset, offset);
    upload(space, type_cell, cell);
  }
};

/// X (C x N x padded d) from the cells' inputs.
template <int Tile, class Exec, class Scalar>
void input_forward(const Exec& space, const CellInputs<Scalar, Exec>& in, const InputViews<Scalar, Exec>& p,
                   const Tensor<Scalar, Exec>& x) {
  using P = TilePack<Scalar, Exec, Tile>;
  using Item = TileItem<P, Tile>;
  const auto feature = in.feature;
  const auto type = in.type;
  for (int g = 0; g < static_cast<int>(x.extent(0)); ++g) {
    const auto out = slice(x, g), bias = slice(p.bias, g);
    const auto feature_weight = slice(p.feature_weight, g), type_weight = slice(p.type_weight, g);
    for (int tile = 0; tile < static_cast<int>(x.extent(2)) / Tile; ++tile) {
      // Not a library's product: where it cuts rows for its threads, it may sum in another order.
      Kokkos::parallel_for(
          "gsrgnn::models::input_forward",
          Kokkos::RangePolicy<Exec>(space, 0, static_cast<std::int64_t>(x.extent(1)) * Item::kPacks),
          KOKKOS_LAMBDA(const std::int64_t i) {
            const Item item(i);
            const int column = tile * Tile + item.column, t = type(item.row);
            P of_type = P::load(&bias(0, column));
            if (t >= 0) of_type += P::load(&type_weight(t, column));
            P sum = 0;
            for (int f = 0; f < static_cast<int>(feature.extent(1)); ++f) {
              sum = fma(feature(item.row, f), P::load(&feature_weight(f, column)), sum);
            }
            sum += of_type;
            sum.store(&out(item.row, column));
          });
    }
  }
}

/// Gradients of the input layer from g = dL/dX (C x N x padded d). `partial` (row chunks x at least
/// F and 1 x Tile) is workspace.
template <int Tile, class Exec, class Scalar>
void input_backward(const Exec& space, const CellInputs<Scalar, Exec>& in, const Tensor<Scalar, Exec>& g,
                    const InputViews<Scalar, Exec>& gradient, const Tensor<Scalar, Exec>& partial) {
  for (int group = 0; group < static_cast<int>(g.extent(0)); ++group) {
    const auto rows = slice(g, group);
    const Vector<Scalar, Exec> bias(slice(gradient.bias, group).data(), g.extent(2));
    for (int first = 0; first < static_cast<int>(g.extent(2)); first += Tile) {
      sum_large_segments<Tile, Scalar>(space, "gsrgnn::models::type_weight_gradient", in.type_offset, in.type_cell,
                                       rows, first, slice(gradient.type_weight, group), first);
      sparse_linear_weight_gradient<Tile>(space, in.feature, EveryColumn(), rows, first, partial,
                                          slice(gradient.feature_weight, group), first);
      column_sums<Tile>(space, rows, first, partial, bias, first);
    }
  }
}

}  // namespace gsrgnn
