#pragma once

/// The vias of a DEF, and to which layer each leads.

#include <cstdint>
#include <gsrgnn/circuit/lef_reader.hpp>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gsrgnn {

class DefVias {
 public:
  /// `lef` (may be null) tells of vias that the DEF does not define, and must live as long.
  explicit DefVias(const LefTechnology* lef) : lef_(lef) {}

  /// The layers of a via that the DEF defines, to be filled.
  std::vector<std::string_view>& layers_of(std::string_view via) { return layers_[via]; }
  /// The one other routing layer that a via on `layer` touches, or -1 when that is not known. Routing layers are those
  /// with an index: those of TRACKS, for the cut layer between has none.
  std::int32_t layer_behind(std::string_view via, std::int32_t layer,
                            const std::unordered_map<std::string_view, std::int32_t>& index) const;

 private:
  const LefTechnology* lef_;
  std::unordered_map<std::string_view, std::vector<std::string_view>> layers_;
};

}  // namespace gsrgnn
