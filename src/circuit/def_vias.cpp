#include "circuit/def_vias.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace gsrgnn {

std::int32_t DefVias::layer_behind(std::string_view via, std::int32_t layer,
                                   const std::unordered_map<std::string_view, std::int32_t>& index) const {
  std::int32_t behind = -1;
  const auto leads_to_one = [&](std::string_view name) {
    const auto found = index.find(name);
    if (found == index.end() || found->second == layer || found->second == behind) return true;
    return std::exchange(behind, found->second) < 0;
  };
  const auto from = [&](const auto& layers) {
    return std::all_of(layers.begin(), layers.end(), leads_to_one) ? behind : -1;
  };
  if (const auto found = layers_.find(via); found != layers_.end()) return from(found->second);
  if (lef_ == nullptr) return -1;
  const auto found = lef_->via_layers.find(std::string(via));
  return found != lef_->via_layers.end() ? from(found->second) : -1;
}

}  // namespace gsrgnn
