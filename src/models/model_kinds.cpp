#include <gsrgnn/models/model_kinds.hpp>

#include "model_on_graph.hpp"

namespace gsrgnn {
namespace {

using Form = BlockArray::Form;
using Start = BlockArray::Start;

struct KindRow {
  ModelTraits traits;
  std::unique_ptr<AnyModel> (*make)(const ModelRequest& request);
};

/// Weights and biases start as PyG's GCNConv and SAGEConv do. Aggregations and products count forward, backward, and
/// what is computed again to rebuild an input.
const std::vector<KindRow>& rows() {
  static const std::vector<KindRow> all = [] {
    const std::vector<BlockArray> sage = {{"neighbour_weight", Form::matrix, Start::fan_in, true},
                                          {"self_weight", Form::matrix, Start::fan_in},
                                          {"bias", Form::row, Start::fan_in}};
    std::vector<BlockArray> rev = {{"norm_weight", Form::row, Start::one}, {"norm_bias", Form::row, Start::zero}};
    rev.insert(rev.end(), sage.begin(), sage.end());
    const std::vector<BlockArray> gcn = {{"weight", Form::matrix, Start::glorot}, {"bias", Form::row, Start::zero}};
    const std::vector<BlockArray> gsr = {{"neighbour_weight", Form::tiled_matrix, Start::fan_in, true},
                                         {"self_weight", Form::tiled_matrix, Start::fan_in},
                                         {"bias", Form::row, Start::zero},
                                         {"norm_weight", Form::row, Start::one}};
    constexpr int kAny = 65536;
    // name, groups, k, residual, dropout, relations, arrays, aggregations, products
    return std::vector<KindRow>{{{"gcn", 1, 1, false, false, false, false, gcn, 2, 3}, make_gcn_model},
                                {{"sage", 1, 1, false, false, false, true, sage, 2, 6}, make_sage_model},
                                {{"rev", 2, kAny, false, false, true, true, rev, 3, 8}, make_rev_model},
                                {{"gsr", 2, 2, true, true, true, true, gsr, 2.5, 0}, make_gsr_model},
                                {{"res", 1, 1, true, false, true, true, gsr, 2, 0}, make_res_model}};
  }();
  return all;
}

const KindRow& row_of(ModelKind kind) {
  return rows().at(static_cast<std::size_t>(kind));
}

}  // namespace

const ModelTraits& traits_of(ModelKind kind) {
  return row_of(kind).traits;
}

std::vector<std::pair<std::string, ModelKind>> model_kinds() {
  std::vector<std::pair<std::string, ModelKind>> kinds;
  for (const KindRow& row : rows()) kinds.emplace_back(row.traits.name, static_cast<ModelKind>(kinds.size()));
  return kinds;
}

std::unique_ptr<AnyModel> make_model(const ModelRequest& request) {
  return row_of(request.shape.kind).make(request);
}

}  // namespace gsrgnn
