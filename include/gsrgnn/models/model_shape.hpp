#pragma once

/// The size of a model, of whatever kind, and where its parameters lie. Every model is
///
///   h = input(cell);   L layers;   out = Linear(ReLU(LayerNorm(h)))
///
/// and the kinds differ in their layers only.

#include <gsrgnn/graph/graph.hpp>
#include <gsrgnn/graph/lattice.hpp>
#include <gsrgnn/kernels/pack.hpp>
#include <gsrgnn/models/model_kinds.hpp>
#include <gsrgnn/models/parameters.hpp>

namespace gsrgnn {

/// What becomes of X1 in Algorithm 1: X1' = scatter(V1, I1) + f2, or X1' = X1 + f2 (then both groups are reversible).
enum class Residual { sparse, dense };

/// What a model's nodes are.
enum class Nodes {
  cells,   ///< the circuit's, as in the paper
  gcells,  ///< the GCells of its grid, those without cells too (circuit/gcell_circuit.hpp)
};

/// Whether training shows the die flipped now and then, and predictions are means over its four flips.
enum class Flips { off, on };

/// What messages pass on, each with a neighbour weight of its own: the nets; of cells, the bins of those nearby
/// (graph/bins.hpp); of GCells, their lattice (graph/lattice.hpp).
enum class RelationSet { nets, lattice, nets_and_lattice, nets_and_bins };

constexpr bool has_lattice(RelationSet set) {
  return set == RelationSet::lattice || set == RelationSet::nets_and_lattice;
}
constexpr int relations_of(RelationSet set) {
  return set == RelationSet::nets || set == RelationSet::lattice ? 1 : 2;
}

/// What a deck chooses of a model.
struct ModelSettings {
  ModelKind kind = ModelKind::gsr;
  int layers = 12;                       ///< L
  int hidden = 64;                       ///< width D, in C groups
  int groups = 2;                        ///< C: as many as the kind can have, a divisor of D
  int k = 8;                             ///< values kept a row
  Residual residual = Residual::sparse;  ///< gsr
  double dropout = 0;                    ///< the probability of dropping a value in training
  Adjacency adjacency = Adjacency::nets;
  Nodes nodes = Nodes::cells;
  RelationSet relation_set = RelationSet::nets;  ///< a lattice is its last
  Flips flips = Flips::off;                      ///< with a lattice, the only one to tell directions
};

/// The same with what the circuit brings.
struct ModelShape : ModelSettings {
  int features = 0;                            ///< F
  int types = 0;                               ///< T, rows of the type table
  int outputs = 1;                             ///< O
  int relations = relations_of(relation_set);  ///< graphs that messages pass on (relations.hpp)
  /// gsr, in training: the lowest layers that keep what backward needs, and rebuild nothing. No part of the model: the
  /// result is the same.
  int kept_layers = 0;

  int width() const { return hidden / groups; }  ///< d
  int tile() const { return choose_tile(width()); }
  int stride() const { return padded(width(), tile()); }
  /// Neighbour weights of relation r.
  int neighbour_weights(int r) const {
    return has_lattice(relation_set) && r == relations - 1 ? kLatticeNeighbours : 1;
  }
};

/// The arrays of one block of a layer, as their kinds' rows in model_kinds.cpp list them.
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
/// with the arrays above (weights d x d, a lattice's 8 d x d, all else d), further relations' "neighbour_weight_2" on,
/// and "readout" (norm_weight, norm_bias D, weight O x D, bias O).
struct ModelParameters {
  explicit ModelParameters(const ModelShape& shape);
  ParameterTable table;
  int feature_weight, type_weight, input_bias;
  int readout_norm_weight, readout_norm_bias, readout_weight, readout_bias;
  int input_block = 0, readout_block;
  /// Number of a block of a layer (both from 0), and of an array of it.
  int block(int layer, int which) const { return 1 + blocks_a_layer_ * layer + which; }
  int arrays_a_block() const { return arrays_a_block_; }
  int array(int layer, int which, int array) const {
    return input_bias + 1 + arrays_a_block_ * (blocks_a_layer_ * layer + which) + array;
  }

 private:
  int blocks_a_layer_, arrays_a_block_;
};

}  // namespace gsrgnn
