#pragma once

/// The size of a GSR-GNN and where its parameters lie.

#include <gsrgnn/kernels/pack.hpp>
#include <gsrgnn/models/parameters.hpp>

namespace gsrgnn {

/// What becomes of X1 in Algorithm 1: X1' = scatter(V1, I1) + f2, or X1' = X1 + f2 (then both groups are reversible).
enum class Residual { sparse, dense };

struct GsrShape {
  int features = 0;  ///< F
  int types = 0;     ///< T, rows of the type table
  int outputs = 1;   ///< O
  int layers = 0;    ///< L
  int hidden = 0;    ///< D, in two groups
  int k = 0;
  Residual residual = Residual::sparse;

  static constexpr int kGroups = 2;
  int width() const { return hidden / kGroups; }  ///< d
  int tile() const { return choose_tile(width()); }
  int stride() const { return padded(width(), tile()); }
};

/// The arrays of a GSR block, in the order of the table.
enum GsrBlockArray { kNeighbourWeight, kSelfWeight, kBias, kNormWeight, kGsrBlockArrays };

/// The parameters of a GSR-GNN: "input" (feature_weight F x D, type_weight T x D, bias D), for each layer l and block
/// b in {1, 2} "layer_l/block_b" (neighbour_weight, self_weight d x d, bias, norm_weight d), and "readout"
/// (norm_weight, norm_bias D, weight O x D, bias O).
struct GsrParameters {
  explicit GsrParameters(const GsrShape& shape);
  ParameterTable table;
  int feature_weight, type_weight, input_bias;
  int readout_norm_weight, readout_norm_bias, readout_weight, readout_bias;
  int input_block = 0, readout_block;
  /// Number of the first array, and of the parameter block, of f_{which} of a layer (which is 0 or 1).
  static int block(int layer, int which) { return 1 + 2 * layer + which; }
  int block_arrays(int layer, int which) const { return input_bias + 1 + kGsrBlockArrays * (2 * layer + which); }
};

}  // namespace gsrgnn
