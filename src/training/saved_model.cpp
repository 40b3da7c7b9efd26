#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/models/any_model.hpp>
#include <gsrgnn/training/foreign_design.hpp>
#include <gsrgnn/training/saved_model.hpp>
#include <gsrgnn/util/blas.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/hash.hpp>
#include <map>
#include <set>

namespace gsrgnn {
namespace {

using Exec = AnyModel::Exec;

void write_standardisation(Hdf5Writer& file, const std::string& name, const Standardisation& s) {
  file.array(name + "_mean", s.mean);
  file.array(name + "_scale", s.scale);
}

Standardisation read_standardisation(const Hdf5Reader& file, const std::string& name, std::size_t columns) {
  Standardisation s;
  s.mean = file.array<double>(name + "_mean");
  s.scale = file.array<double>(name + "_scale");
  if (s.mean.size() != columns || s.scale.size() != columns) {
    file.fail(name + "_mean", fmt::format("does not hold one value for each of {} columns", columns));
  }
  for (const double scale : s.scale) {
    if (!(scale > 0) || !std::isfinite(scale))
      file.fail(name + "_scale", "holds a value that is not positive and finite");
  }
  for (const double mean : s.mean) {
    if (!std::isfinite(mean)) file.fail(name + "_mean", "holds a value that is not finite");
  }
  return s;
}

/// Calls visit(key, rule, setting) for the settings of a model that its file holds, the kind first: all but dropout,
/// which is of its training; of the kind's own, and groups, of which kinds that cannot choose have one.
template <class AnyDeck, class Visit>
void for_each_saved(AnyDeck& deck, const Visit& visit) {
  for_each_key(
      [&](const DeckKey& key, const auto& rule, auto& value) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, int> || std::is_enum_v<Value>) {
          const bool had = key.path() == "model.groups" || key.had(traits_of(deck.model.kind), Mode::independent);
          if (key.section == std::string("model") && had) visit(key, rule, value);
        }
      },
      deck);
}

void write_setting(Hdf5Writer& file, const DeckKey& key, const Range<int>& /*rule*/, int value) {
  file.attribute("model", key.name, std::int64_t{value});
}
template <class Enum>
void write_setting(Hdf5Writer& file, const DeckKey& key, const Choices<Enum>& choices, Enum value) {
  file.attribute("model", key.name, value_text(choices, value));
}

/// `model`: as far as it was read.
void read_setting(const Hdf5Reader& file, const ModelSettings& model, const DeckKey& key, const Range<int>& range,
                  int& value) {
  const std::string name = key.name;
  Range<std::int64_t> within{range.least, range.most};
  const ModelTraits& kind = traits_of(model.kind);
  if (name == "groups") within = {kind.least_groups, std::min(kind.most_groups, model.hidden)};
  if (name == "k") within.most = model.hidden / model.groups;
  const auto read = file.attribute_int("model", name);
  if (read < within.least || read > within.most) {
    file.fail("model@" + name, fmt::format("is {} where {} to {} is expected", read, within.least, within.most));
  }
  value = static_cast<int>(read);
  if (name == "groups" && model.hidden % model.groups != 0) {
    file.fail("model@hidden", fmt::format("is not divisible into {} groups", model.groups));
  }
}
template <class Enum>
void read_setting(const Hdf5Reader& file, const ModelSettings& /*model*/, const DeckKey& key,
                  const Choices<Enum>& choices, Enum& value) {
  const bool older = key.before != nullptr && !file.has_attribute("model", key.name);
  const auto text = older ? std::string(key.before) : file.attribute_string("model", key.name);
  const auto found = std::find_if(choices.begin(), choices.end(), [&](const auto& one) { return one.first == text; });
  if (found == choices.end()) {
    file.fail(fmt::format("model@{}", key.name), fmt::format("is '{}', which this program does not know", text));
  }
  value = found->second;
}

constexpr const char* kTechnology = "model/technology";

}  // namespace

std::vector<float> MapLine::predict(const ModelNodes& nodes, const Technology& technology,
                                    const std::string& place) const {
  const std::size_t labels = map.size();
  std::vector<std::string> names;  // each once; of labels that no map tells, none
  for (const std::string& name : map) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  const std::vector<float> maps = nodes.features(technology, names, place);
  std::vector<float> values;
  const auto rows = static_cast<std::size_t>(nodes.graph().cells());
  values.reserve(rows * labels);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t o = 0; o < labels; ++o) {
      double value = intercept[o];
      if (!map[o].empty()) {
        const auto column = static_cast<std::size_t>(std::find(names.begin(), names.end(), map[o]) - names.begin());
        value += slope[o] * static_cast<double>(maps[i * names.size() + column]);
      }
      values.push_back(static_cast<float>(value));
    }
  }
  return values;
}

std::string content_hash(const SavedModel& model) {
  return fingerprint(model.feature_name, model.type_name, model.label_name, model.feature.mean, model.feature.scale,
                     model.label.mean, model.label.scale, model.start.map, model.start.slope, model.start.intercept,
                     model.parameters);
}

void write_model(Hdf5Writer& file, const SavedModel& model) {
  const ModelShape& shape = model.shape;
  file.strings("model/feature_name", model.feature_name);
  file.strings("model/type_name", model.type_name);
  file.strings("model/label_name", model.label_name);
  write_standardisation(file, "model/feature", model.feature);
  if (!model.feature.least.empty()) {
    file.array("model/feature_least", model.feature.least);
    file.array("model/feature_most", model.feature.most);
  }
  write_standardisation(file, "model/label", model.label);
  Deck deck;
  deck.model = shape;
  for_each_saved(deck, [&](const auto&... setting) { write_setting(file, setting...); });
  file.attribute("model", "label_unit", model.label_unit);
  write_technology(file, kTechnology, model.technology);
  if (!model.start.empty()) {
    file.strings("model/start_map", model.start.map);
    file.array("model/start_slope", model.start.slope);
    file.array("model/start_intercept", model.start.intercept);
  }

  const ModelParameters parameters(shape);
  for (const ParameterArray& array : parameters.table.arrays) {
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(array.rows) * array.columns);
    for (int r = 0; r < array.rows; ++r) {
      for (int c = 0; c < array.columns; ++c) values.push_back(model.parameters[array.at(r, c)]);
    }
    file.array("model/parameters/" + array.name, values.data(),
               {static_cast<std::uint64_t>(array.rows), static_cast<std::uint64_t>(array.columns)});
  }
}

SavedModel read_model(const Hdf5Reader& file) {
  if (!file.has("model")) {
    throw InputError(file.path(), "holds no model", "give a run file written by gsrgnn train");
  }
  SavedModel model;
  model.feature_name = file.strings("model/feature_name");
  model.type_name = file.strings("model/type_name");
  model.label_name = file.strings("model/label_name");
  model.label_unit = file.attribute_string("model", "label_unit");
  if (model.label_name.empty() || model.label_name.size() > 2)
    file.fail("model/label_name", "does not name 1 or 2 labels");
  model.feature = read_standardisation(file, "model/feature", model.feature_name.size());
  if (file.has("model/feature_least")) {  // not in files of older programs
    model.feature.least = file.array<double>("model/feature_least");
    model.feature.most = file.array<double>("model/feature_most");
    for (const auto* range : {&model.feature.least, &model.feature.most}) {
      const bool finite = std::all_of(range->begin(), range->end(), [](double value) { return std::isfinite(value); });
      if (range->size() != model.feature_name.size() || !finite) {
        file.fail("model/feature_least", "does not hold the ranges of the features");
      }
    }
  }
  model.label = read_standardisation(file, "model/label", model.label_name.size());
  model.technology = read_technology(file, kTechnology);
  if (file.has("model/start_map")) {
    model.start = {file.strings("model/start_map"), file.array<double>("model/start_slope"),
                   file.array<double>("model/start_intercept")};
    const std::size_t labels = model.label_name.size();
    for (const std::size_t size : {model.start.map.size(), model.start.slope.size(), model.start.intercept.size()}) {
      if (size != labels) file.fail("model/start_map", fmt::format("has not {} entries", labels));
    }
    for (const auto* list : {&model.start.slope, &model.start.intercept}) {
      if (!std::all_of(list->begin(), list->end(), [](double value) { return std::isfinite(value); })) {
        file.fail("model/start_slope", "holds a value that is not finite");
      }
    }
    const auto known = telling_maps({}, FeatureSet::routes);
    for (const std::string& map : model.start.map) {
      if (!map.empty() && std::find(known.begin(), known.end(), map) == known.end()) {
        file.fail("model/start_map", fmt::format("names the unknown map '{}'", map));
      }
    }
  }
  Deck deck;
  for_each_saved(
      deck, [&](const auto& key, const auto& rule, auto& value) { read_setting(file, deck.model, key, rule, value); });
  model.shape = {deck.model, static_cast<int>(model.feature_name.size()), static_cast<int>(model.type_name.size()),
                 static_cast<int>(model.label_name.size())};

  // Checked one by one before anything of the announced size is made.
  const ModelParameters parameters(model.shape);
  for (const ParameterArray& array : parameters.table.arrays) {
    const Shape want{static_cast<std::uint64_t>(array.rows), static_cast<std::uint64_t>(array.columns)};
    const std::string name = "model/parameters/" + array.name;
    if (file.shape(name) != want) file.fail(name, fmt::format("is not {} x {}", array.rows, array.columns));
  }
  model.parameters.assign(parameters.table.size(), 0.0F);
  for (const ParameterArray& array : parameters.table.arrays) {
    const auto values = file.array<float>("model/parameters/" + array.name);
    if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); })) {
      file.fail("model/parameters/" + array.name, "holds a value that is not finite");
    }
    for (int r = 0; r < array.rows; ++r) {
      for (int c = 0; c < array.columns; ++c) {
        model.parameters[array.at(r, c)] = values[static_cast<std::size_t>(r) * array.columns + c];
      }
    }
  }
  return model;
}

ModelInputs match(const SavedModel& model, const Circuit& circuit, const ModelNodes& nodes, const Technology& eyes,
                  const std::string& place) {
  ModelInputs inputs;
  inputs.feature = nodes.features(eyes, model.feature_name, place);
  if (nodes.are_gcells()) {
    inputs.type.assign(static_cast<std::size_t>(nodes.graph().cells()), -1);
    return inputs;
  }
  std::map<std::string, int> row;
  for (std::size_t t = 0; t < model.type_name.size(); ++t) row[model.type_name[t]] = static_cast<int>(t);
  std::set<int> unknown;
  for (const std::int32_t type : circuit.cell_type) {
    const auto known = row.find(circuit.type_name[type]);
    inputs.type.push_back(known == row.end() ? -1 : known->second);
    if (known != row.end()) continue;
    unknown.insert(type);
    ++inputs.unknown_cells;
  }
  inputs.unknown_types = static_cast<std::int64_t>(unknown.size());
  return inputs;
}

std::string labels_text(const std::vector<std::string>& names, const std::string& unit) {
  return fmt::format("{} ({})", fmt::join(names, ", "), unit);
}

bool predicts_labels_of(const SavedModel& model, const Circuit& circuit) {
  return circuit.label_name == model.label_name && circuit.label_unit == model.label_unit;
}

std::vector<std::vector<float>> output_of_each_flip(const Exec& space, const ModelShape& shape, AnyModel& model) {
  std::vector<std::vector<float>> outputs;
  for (int f = shape.flips == Flips::on ? 3 : 0; f >= 0; --f) {
    model.flip_die((f & 1) != 0, (f & 2) != 0);
    model.forward(space, Pass::evaluation);
    outputs.push_back(download(space, model.output()));
  }
  return outputs;
}

std::vector<float> mean_over_flips(const std::vector<std::vector<float>>& outputs) {
  std::vector<float> mean(outputs.front().size(), 0);
  for (const auto& output : outputs) {
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += output[i] / static_cast<float>(outputs.size());
  }
  return mean;
}

Prediction predict(const SavedModel& model, const Circuit& circuit, const std::string& place) {
  Prediction prediction;
  const Technology eyes = for_design(model.technology, circuit.placement.technology);
  const ModelNodes nodes(model.shape.nodes, {std::shared_ptr<const void>(), &circuit}, eyes);
  ModelInputs inputs = match(model, circuit, nodes, eyes, place);
  prediction.foreign = what_is_foreign(model, circuit, inputs);
  inputs.feature = model.feature.apply(inputs.feature);
  prediction.unknown_types = inputs.unknown_types;
  prediction.unknown_cells = inputs.unknown_cells;
  const CircuitCounts size = count(nodes.graph());

  reserve_blas_buffer();
  const Exec space;
  const auto make = [&](Arena<Exec>& arena) {
    return make_model({arena, arena, model.shape, size, Purpose::prediction});
  };
  Arena<Exec> plan;
  make(plan);
  Arena<Exec> arena(plan.used());
  const auto on_graph = make(arena);
  on_graph->set_graph(space, nodes.graph());
  on_graph->inputs().set(space, inputs.feature, inputs.type);
  upload(space, on_graph->parameters(), model.parameters);
  const auto outputs = output_of_each_flip(space, model.shape, *on_graph);
  std::vector<float> start;
  if (!model.start.empty()) start = model.start.predict(nodes, eyes, place);
  const auto predicted = [&](const std::vector<float>& output) {
    if (!std::all_of(output.begin(), output.end(), [](float value) { return std::isfinite(value); })) {
      throw RunError(
          fmt::format("the model's prediction for {} is not finite; are its features far from the training "
                      "circuit's?",
                      place));
    }
    PredictedValues values;
    auto value = model.label.invert(output);
    for (std::size_t i = 0; i < start.size(); ++i) value[i] += start[i];
    expect_finite(value);
    if (nodes.are_gcells()) values.gcells = value;
    values.value = nodes.to_cells(std::move(value), model.label_name.size());
    return values;
  };
  static_cast<PredictedValues&>(prediction) = predicted(mean_over_flips(outputs));
  for (const auto& output : outputs) {
    prediction.passes.push_back({predicted(output), 1 / static_cast<double>(outputs.size())});
  }
  prediction.spread = spread_of(prediction.passes);
  return prediction;
}

}  // namespace gsrgnn
