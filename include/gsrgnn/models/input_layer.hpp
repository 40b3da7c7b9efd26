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

template <class Exec, class Scalar>
struct AddTypeAndBias {
  Vector<int, Exec> type;
  Tensor<Scalar, Exec> type_weight, bias, x;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t row, void*) const {
    const int t = type(row);
    for (int g = 0; g < static_cast<int>(x.extent(0)); ++g) {
      Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, static_cast<int>(x.extent(2))), [&](const int c) {
        x(g, row, c) += bias(g, 0, c) + (t >= 0 ? type_weight(g, t, c) : Scalar(0));
      });
    }
  }
};

/// A matrix by tiles of columns: as a weight by tile, row and column in the tile, or of one tile, `tile`, by row and
/// column.
template <int Tile, class Matrix>
struct TilesOfColumns {
  Matrix matrix;
  int tile = 0;
  KOKKOS_FORCEINLINE_FUNCTION auto& operator()(int of, int row, int column) const {
    return matrix(row, of * Tile + column);
  }
  KOKKOS_FORCEINLINE_FUNCTION auto& operator()(std::int64_t row, int column) const {
    return matrix(row, tile * Tile + column);
  }
};

/// X (C x N x padded d) from the cells' inputs.
template <int Tile, class Exec, class Scalar>
void input_forward(const Exec& space, const CellInputs<Scalar, Exec>& in, const InputViews<Scalar, Exec>& p,
                   const Tensor<Scalar, Exec>& x) {
  for (int g = 0; g < static_cast<int>(x.extent(0)); ++g) {
    if (in.feature.extent(1) > 0) {
      // Not a library's product: where it cuts rows for its threads, it may sum in another order.
      using Tiles = TilesOfColumns<Tile, Matrix<Scalar, Exec>>;
      for (int tile = 0; tile < static_cast<int>(x.extent(2)) / Tile; ++tile) {
        sparse_linear<Tile>(space, in.feature, EveryColumn(), Tiles{slice(p.feature_weight, g)}, tile,
                            Tiles{slice(x, g), tile});
      }
    } else {
      Kokkos::deep_copy(space, slice(x, g), Scalar(0));
    }
  }
  for_each_row(space, "gsrgnn::models::add_type_and_bias", static_cast<std::int64_t>(x.extent(1)),
               AddTypeAndBias<Exec, Scalar>{in.type, p.type_weight, p.bias, x});
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
