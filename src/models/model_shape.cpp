#include <fmt/format.h>

#include <cmath>
#include <gsrgnn/models/model_shape.hpp>

namespace gsrgnn {
namespace {

const Initial kZero{Initial::Kind::constant, 0.0}, kOne{Initial::Kind::constant, 1.0};

Initial uniform(double fan_in) {
  return {Initial::Kind::uniform, 1.0 / std::sqrt(fan_in)};
}

Initial initial_of(BlockArray::Start start, int d) {
  if (start == BlockArray::Start::one) return kOne;
  if (start == BlockArray::Start::fan_in) return uniform(d);
  if (start == BlockArray::Start::glorot) return {Initial::Kind::uniform, std::sqrt(6.0 / (d + d))};
  return kZero;
}

/// An array of a block, and how many matrices of d rows lie in it below each other.
struct Stacked {
  BlockArray array;
  int matrices = 1;
};

std::vector<Stacked> block_arrays(const ModelShape& s) {
  std::vector<Stacked> own, further;
  for (const BlockArray& array : traits_of(s.kind).arrays) {
    own.push_back({array, array.of_each_relation ? s.neighbour_weights(0) : 1});
  }
  for (int r = 1; r < s.relations; ++r) {
    for (const Stacked& one : own) {
      if (!one.array.of_each_relation) continue;
      further.push_back({one.array, s.neighbour_weights(r)});
      further.back().array.name += fmt::format("_{}", r + 1);
    }
  }
  own.insert(own.end(), further.begin(), further.end());
  return own;
}

void add_block(ParameterTable& table, const ModelShape& s, const std::vector<Stacked>& arrays) {
  const int d = s.width();
  for (const auto& [array, matrices] : arrays) {
    const bool row = array.form == BlockArray::Form::row, tiled = array.form == BlockArray::Form::tiled_matrix;
    // A convolution's fan-in is that of its neighbours and of the middle.
    const int fan_in = matrices == 1 ? d : (matrices + 1) * d;
    table.add(array.name, row ? 1 : matrices * d, d, d, s.stride(), tiled ? s.tile() : 0,
              initial_of(array.start, fan_in));
  }
}

}  // namespace

ModelParameters::ModelParameters(const ModelShape& s) : blocks_a_layer_(s.groups) {
  const std::vector<Stacked> of_block = block_arrays(s);
  arrays_a_block_ = static_cast<int>(of_block.size());
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
      add_block(table, s, of_block);
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
