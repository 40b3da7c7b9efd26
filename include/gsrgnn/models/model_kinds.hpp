#pragma once

/// The kinds of model. A kind is an enumerator here, its row in src/models/model_kinds.cpp, and a stack of layers; all
/// else follows from the row's traits.

#include <string>
#include <utility>
#include <vector>

namespace gsrgnn {

enum class ModelKind {
  gcn,   ///< h' = ReLU(D^-1/2 A~ D^-1/2 h W + b)
  sage,  ///< h' = ReLU(A^ h W_n + h W_s + b)
  rev,   ///< RevGNN: C reversible groups, Y_i' = X_i + f_i(Y_{i-1}')
  gsr,   ///< GSR-GNN: the paper's Algorithm 1
  res,   ///< its block in a plain residual stack: h' = h + f(GS(h, k))
};

/// An array of a block's parameters: its name, form and initial values.
struct BlockArray {
  enum class Form { row /* d */, matrix /* d x d */, tiled_matrix };
  enum class Start { zero, one, fan_in /* uniform within d^-1/2 */, glorot };
  std::string name;
  Form form;
  Start start;
  bool of_each_relation = false;  ///< there is another, behind all these, for each relation (relations.hpp) more
};

struct ModelTraits {
  const char* name;                       ///< as decks and files have it
  int least_groups = 1, most_groups = 1;  ///< of the hidden width; each is a block of a layer
  bool k = false;                         ///< keeps k values of a row
  bool residual = false;                  ///< what becomes of X1 is a choice
  bool dropout = false;
  bool relations = false;          ///< passes messages on others than the nets, too
  std::vector<BlockArray> arrays;  ///< of a block, in the order of the stack's enumeration of them
  /// What a layer does in an epoch, for the cost model: aggregations of a cell's D columns, and dense products of a
  /// cell's D columns with a weight of D / C.
  double aggregations, products;

  bool groups() const { return most_groups > 1; }
};

const ModelTraits& traits_of(ModelKind kind);
inline std::string name_of(ModelKind kind) {
  return traits_of(kind).name;
}
/// Names and kinds, in the order of ModelKind.
std::vector<std::pair<std::string, ModelKind>> model_kinds();

}  // namespace gsrgnn
