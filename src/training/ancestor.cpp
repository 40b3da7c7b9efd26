#include <algorithm>
#include <gsrgnn/training/ancestor.hpp>
#include <gsrgnn/util/error.hpp>

namespace gsrgnn {
namespace {

std::vector<std::string> joined(const std::vector<std::string>& known, const std::vector<std::string>& others) {
  std::vector<std::string> all = known;
  for (const std::string& name : others) {
    if (std::find(known.begin(), known.end(), name) == known.end()) all.push_back(name);
  }
  return all;
}

void check_settings(const Deck& deck, const SavedModel& there) {
  Deck of_model;
  of_model.model = there.shape;
  for_each_key(
      [&](const DeckKey& key, const auto& rule, const auto& wanted, const auto& found) {
        const bool counts = key.section == std::string("model") && key.name != std::string("dropout") &&
                            key.had(traits_of(deck.model.kind), deck.mode);
        if constexpr (!std::is_array_v<std::remove_reference_t<decltype(wanted)>>) {
          if (!counts || wanted == found) return;
          throw InputError(
              deck.train.from,
              fmt::format("its {} is {}, and that of the deck {}", key.path(), value_text(rule, found),
                          value_text(rule, wanted)),
              fmt::format("write {}={}, or start from another model", key.path(), value_text(rule, found)));
        }
      },
      deck, of_model);
}

void check_names(const Deck& deck, const SavedModel& usual, const SavedModel& there) {
  const auto refuse_first_missing = [&](const SavedModel& of, const SavedModel& in, const char* what) {
    for (const std::string& name : of.feature_name) {
      if (std::find(in.feature_name.begin(), in.feature_name.end(), name) != in.feature_name.end()) continue;
      throw InputError(deck.train.from, fmt::format("{} '{}'", what, name),
                       "give the deck the features, and the circuits the --feature, that its training had");
    }
  };
  refuse_first_missing(there, usual, "needs what the deck's circuits do not have, the feature");
  refuse_first_missing(usual, there, "does not know of the deck's circuits the feature");
  if (usual.label_name != there.label_name || usual.label_unit != there.label_unit) {
    throw InputError(
        deck.train.from,
        fmt::format("predicts {}, and the labels of the deck's circuits are {}",
                    labels_text(there.label_name, there.label_unit), labels_text(usual.label_name, usual.label_unit)),
        "import the circuits as those of its training were");
  }
}

/// The parameters in the layout of a model that differs in having more types, whose rows are zero.
std::vector<float> laid_out(const SavedModel& from, const ModelShape& shape) {
  const ParameterTable there = ModelParameters(from.shape).table, here = ModelParameters(shape).table;
  std::vector<float> parameters(static_cast<std::size_t>(here.size()), 0.0F);
  for (std::size_t a = 0; a < there.arrays.size(); ++a) {
    for (int r = 0; r < there.arrays[a].rows; ++r) {
      for (int c = 0; c < there.arrays[a].columns; ++c) {
        parameters[here.arrays[a].at(r, c)] = from.parameters[there.arrays[a].at(r, c)];
      }
    }
  }
  return parameters;
}

}  // namespace

Ancestor read_ancestor(const Deck& deck, const SavedModel& usual) {
  SavedModel model = read_model(Hdf5Reader(deck.train.from));
  check_settings(deck, model);
  check_names(deck, usual, model);
  const std::string hash = content_hash(model);
  model.type_name = joined(model.type_name, usual.type_name);
  ModelShape shape = usual.shape;
  shape.types = static_cast<int>(model.type_name.size());
  model.parameters = laid_out(model, shape);
  model.shape = shape;
  return {std::move(model), hash};
}

std::size_t trained_types(const Deck& deck, const std::vector<std::string>& of_circuit) {
  if (deck.train.from.empty()) return of_circuit.size();
  return joined(read_model(Hdf5Reader(deck.train.from)).type_name, of_circuit).size();
}

}  // namespace gsrgnn
