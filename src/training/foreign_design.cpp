#include <fmt/ranges.h>

#include <algorithm>
#include <gsrgnn/training/foreign_design.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn {
namespace {

// Any design has some of either: new buffers, a reset of more pins. Of held-out designs of NanGate45 and sky130 these
// tell those of another technology, kind or size from those that are like the training.
constexpr double kManyCells = 0.1;   // of unknown types
constexpr double kManyValues = 0.2;  // far beyond the range
constexpr double kFar = 1;           // deviations
constexpr std::size_t kNamed = 3;

/// Types that the model has never seen. One of GCells has no table of types; its technology has those that it saw.
struct UnknownTypes {
  std::int64_t types = 0, cells = 0;
};
UnknownTypes unknown_types(const SavedModel& model, const Circuit& circuit, const ModelInputs& inputs) {
  if (model.shape.nodes == Nodes::cells) return {inputs.unknown_types, inputs.unknown_cells};
  UnknownTypes unknown;
  if (model.technology.type.empty()) return unknown;
  std::vector<bool> is_unknown;
  for (const std::string& name : circuit.type_name) {
    is_unknown.push_back(model.technology.find_type(name) == nullptr);
    if (is_unknown.back()) ++unknown.types;
  }
  for (const std::int32_t type : circuit.cell_type) {
    if (is_unknown[static_cast<std::size_t>(type)]) ++unknown.cells;
  }
  return unknown;
}

/// What of a feature is far beyond what the model was trained on.
struct Beyond {
  std::size_t feature;
  double share;     ///< of the cells
  double farthest;  ///< from the range, in deviations
};

/// Features with many such values, the worst first.
std::vector<Beyond> features_beyond(const SavedModel& model, const ModelInputs& inputs) {
  std::vector<Beyond> found;
  const Standardisation& known = model.feature;
  if (known.least.empty()) return found;
  const std::size_t features = model.feature_name.size(), cells = inputs.type.size();
  for (std::size_t f = 0; f < features; ++f) {
    std::size_t beyond = 0;
    double farthest = 0;
    for (std::size_t i = 0; i < cells; ++i) {
      const auto value = static_cast<double>(inputs.feature[i * features + f]);
      const double distance = std::max(known.least[f] - value, value - known.most[f]) / known.scale[f];
      if (distance > kFar) ++beyond;
      farthest = std::max(farthest, distance);
    }
    const double share = static_cast<double>(beyond) / static_cast<double>(cells);
    if (share > kManyValues) found.push_back({f, share, farthest});
  }
  std::sort(found.begin(), found.end(), [](const Beyond& a, const Beyond& b) { return a.share > b.share; });
  return found;
}

}  // namespace

std::vector<std::string> what_is_foreign(const SavedModel& model, const Circuit& circuit, const ModelInputs& inputs) {
  std::vector<std::string> foreign;
  const UnknownTypes unknown = unknown_types(model, circuit, inputs);
  const double share = static_cast<double>(unknown.cells) / static_cast<double>(circuit.cells());
  if (share > kManyCells) {
    foreign.push_back(fmt::format("{:.1f} % of the cells are of types that the model does not know ({} of {} types)",
                                  100 * share, unknown.types, circuit.type_name.size()));
  }
  const std::vector<Beyond> beyond = features_beyond(model, inputs);
  if (!beyond.empty()) {
    std::vector<std::string> worst;
    for (std::size_t i = 0; i < std::min(kNamed, beyond.size()); ++i) {
      worst.push_back(fmt::format("{} of {:.1f} % of the cells, by up to {:.1f} deviations",
                                  model.feature_name[beyond[i].feature], 100 * beyond[i].share, beyond[i].farthest));
    }
    foreign.push_back(fmt::format("{} of {} features are far beyond what the model was trained on: {}{}", beyond.size(),
                                  model.feature_name.size(), fmt::join(worst, "; "),
                                  beyond.size() > kNamed ? "; ..." : ""));
  }
  if (!circuit.label_name.empty() && !predicts_labels_of(model, circuit)) {
    foreign.push_back(fmt::format("its labels are {}, the model predicts {}: they are not compared",
                                  labels_text(circuit.label_name, circuit.label_unit),
                                  labels_text(model.label_name, model.label_unit)));
  }
  return foreign;
}

}  // namespace gsrgnn
