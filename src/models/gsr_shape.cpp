#include <fmt/format.h>

#include <cmath>
#include <gsrgnn/models/gsr_shape.hpp>

namespace gsrgnn {

GsrParameters::GsrParameters(const GsrShape& s) {
  const int d = s.width(), stride = s.stride(), tile = s.tile();
  const Initial zero{Initial::Kind::constant, 0.0}, one{Initial::Kind::constant, 1.0};
  const auto uniform = [](double fan_in) { return Initial{Initial::Kind::uniform, 1.0 / std::sqrt(fan_in)}; };

  table.begin_block("input");
  // A cell sees all its features but one type only: as a linear map of features and one-hot type, fan-in F + 1.
  feature_weight = table.add("feature_weight", s.features, s.hidden, d, stride, 0, uniform(s.features + 1));
  type_weight = table.add("type_weight", s.types, s.hidden, d, stride, 0, uniform(s.features + 1));
  input_bias = table.add("bias", 1, s.hidden, d, stride, 0, zero);
  for (int l = 0; l < s.layers; ++l) {
    for (int which = 0; which < 2; ++which) {
      table.begin_block(fmt::format("layer_{:04}/block_{}", l + 1, which + 1));
      table.add("neighbour_weight", d, d, d, stride, tile, uniform(d));
      table.add("self_weight", d, d, d, stride, tile, uniform(d));
      table.add("bias", 1, d, d, stride, 0, zero);
      table.add("norm_weight", 1, d, d, stride, 0, one);
    }
  }
  readout_block = static_cast<int>(table.blocks.size());
  table.begin_block("readout");
  readout_norm_weight = table.add("norm_weight", 1, s.hidden, d, stride, 0, one);
  readout_norm_bias = table.add("norm_bias", 1, s.hidden, d, stride, 0, zero);
  readout_weight = table.add("weight", s.outputs, s.hidden, d, stride, 0, uniform(s.hidden));
  readout_bias = table.add("bias", 1, s.outputs, s.outputs, s.outputs, 0, zero);
}

}  // namespace gsrgnn
