#pragma once

/// The size of a model, of whatever kind, and where its parameters lie. Every model is
///
///   h = input(cell);   L layers;   out = Linear(ReLU(LayerNorm(h)))
///
/// and the kinds differ in their layers only.

#include <gsrgnn/kernels/pack.hpp>
#include <gsrgnn/models/parameters.hpp>

namespace gsrgnn {

enum class ModelKind {
  gcn,   ///< h' = ReLU(D^-1/2 A~ D^-1/2 h W + b)
  sage,  ///< h' = ReLU(A^ h W_n + h W_s + b)
  rev,   ///< RevGNN: C reversible groups, Y_i' = X_i + f_i(Y_{i-1}')
  gsr,   ///< GSR-GNN: the paper's Algorithm 1
};

/// As decks and files have them, in the order of ModelKind.
constexpr const char* kModelKindNames[] = {"gcn", "sage", "rev", "gsr"};
inline std::string name_of(ModelKind kind) {
  return kModelKindNames[static_cast<int>(kind)];
}

/// What becomes of X1 in Algorithm 1: X1' = scatter(V1, I1) + f2, or X1' = X1 + f2 (then both groups are reversible).
enum class Residual { sparse, dense };

struct ModelShape {
  ModelKind kind = ModelKind::gsr;
  int features = 0;                      ///< F
  int types = 0;                         ///< T, rows of the type table
  int outputs = 1;                       ///< O
  int layers = 0;                        ///< L
  int hidden = 0;                        ///< D, in C groups
  int groups = 2;                        ///< C: 1 for gcn and sage, 2 for gsr, a divisor of D from 2 on for rev
  int k = 0;                             ///< gsr: values kept a row
  Residual residual = Residual::sparse;  ///< gsr
  double dropout = 0;                    ///< rev, gsr: the probability of dropping a value in training

  int width() const { return hidden / groups; }  ///< d
  int tile() const { return choose_tile(width()); }
  int stride() const { return padded(width(), tile()); }
};

/// The arrays of one block of a layer, in the order of the table.
struct GcnArray {
  enum { weight, bias, count };
};
struct SageArray {
  enum { neighbour_weight, self_weight, bias, count };
};
struct RevArray {
  enum { norm_weight, norm_bias, neighbour_weight, self_weight, bias, count };
};
struct GsrArray {
  enum { neighbour_weight, self_weight, bias, norm_weight, count };
};

/// The parameters of a model, by blocks: "input" (feature_weight F x D, type_weight T x D, bias D), the layers' blocks
/// ("layer_0001" for gcn and sage, which have one a layer; "layer_0001/block_1" on for rev, with C, and gsr, with 2)
/// with the arrays above (weights d x d, all else d), and "readout" (norm_weight, norm_bias D, weight O x D, bias O).
struct ModelParameters {
  explicit ModelParameters(const ModelShape& shape);
  ParameterTable table;
  int feature_weight, type_weight, input_bias;
  int readout_norm_weight, readout_norm_bias, readout_weight, readout_bias;
  int input_block = 0, readout_block;
  /// Number of a block of a layer (both from 0), and of an array of it.
  int block(int layer, int which) const { return 1 + blocks_a_layer_ * layer + which; }
  int array(int layer, int which, int array) const {
    return input_bias + 1 + arrays_a_block_ * (blocks_a_layer_ * layer + which) + array;
  }

 private:
  int blocks_a_layer_, arrays_a_block_;
};

}  // namespace gsrgnn
