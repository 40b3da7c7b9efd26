#include <fmt/format.h>

#include <cmath>
#include <gsrgnn/models/model_shape.hpp>

namespace gsrgnn {
namespace {

const Initial kZero{Initial::Kind::constant, 0.0}, kOne{Initial::Kind::constant, 1.0};

Initial uniform(double fan_in) {
  return {Initial::Kind::uniform, 1.0 / std::sqrt(fan_in)};
}

/// Adds the arrays of one block. Weights and biases start as PyG's GCNConv and SAGEConv do.
void add_block(ParameterTable& table, const ModelShape& s) {
  const int d = s.width(), stride = s.stride();
  const auto row = [&](const char* name, Initial initial) { table.add(name, 1, d, d, stride, 0, initial); };
  const auto weight = [&](const char* name, Initial initial, int tile = 0) {
    table.add(name, d, d, d, stride, tile, initial);
  };
  switch (s.kind) {
    case ModelKind::gcn:
      weight("weight", {Initial::Kind::uniform, std::sqrt(6.0 / (d + d))});
      row("bias", kZero);
      break;
    case ModelKind::rev:
      row("norm_weight", kOne);
      row("norm_bias", kZero);
      [[fallthrough]];
    case ModelKind::sage:
      weight("neighbour_weight", uniform(d));
      weight("self_weight", uniform(d));
      row("bias", uniform(d));
      break;
    case ModelKind::gsr:
      weight("neighbour_weight", uniform(d), s.tile());
      weight("self_weight", uniform(d), s.tile());
      row("bias", kZero);
      row("norm_weight", kOne);
      break;
  }
}

int blocks_a_layer(const ModelShape& s) {
  return s.kind == ModelKind::rev || s.kind == ModelKind::gsr ? s.groups : 1;
}

int arrays_a_block(ModelKind kind) {
  switch (kind) {
    case ModelKind::gcn:
      return GcnArray::count;
    case ModelKind::sage:
      return SageArray::count;
    case ModelKind::rev:
      return RevArray::count;
    default:
      return GsrArray::count;
  }
}

}  // namespace

ModelParameters::ModelParameters(const ModelShape& s)
    : blocks_a_layer_(blocks_a_layer(s)), arrays_a_block_(arrays_a_block(s.kind)) {
  const int d = s.width(), stride = s.stride();
  table.begin_block("input");
  // A cell sees all its features but one type only: as a linear map of features and one-hot type, fan-in F + 1.
  feature_weight = table.add("feature_weight", s.features, s.hidden, d, stride, 0, uniform(s.features + 1));
  type_weight = table.add("type_weight", s.types, s.hidden, d, stride, 0, uniform(s.features + 1));
  input_bias = table.add("bias", 1, s.hidden, d, stride, 0, kZero);
  for (int l = 0; l < s.layers; ++l) {
    const std::string layer = fmt::format("layer_{:04}", l + 1);
    for (int which = 0; which < blocks_a_layer_; ++which) {
      table.begin_block(blocks_a_layer_ == 1 ? layer : fmt::format("{}/block_{}", layer, which + 1));
      add_block(table, s);
    }
  }
  readout_block = static_cast<int>(table.blocks.size());
  table.begin_block("readout");
  readout_norm_weight = table.add("norm_weight", 1, s.hidden, d, stride, 0, kOne);
  readout_norm_bias = table.add("norm_bias", 1, s.hidden, d, stride, 0, kZero);
  readout_weight = table.add("weight", s.outputs, s.hidden, d, stride, 0, uniform(s.hidden));
  readout_bias = table.add("bias", 1, s.outputs, s.outputs, s.outputs, 0, kZero);
}

}  // namespace gsrgnn
