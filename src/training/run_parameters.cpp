#include <algorithm>
#include <filesystem>
#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/training/run_parameters.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <stdexcept>

#include "training/yaml_document.hpp"

namespace gsrgnn {

namespace {

template <class T>
RunParameters::Value absent(const DeckKey& /*key*/, const Range<T>& /*rule*/) {
  if constexpr (std::is_integral_v<T>) return std::int64_t{0};
  return 0.0;
}
template <class Rule>
RunParameters::Value absent(const DeckKey& key, const Rule& /*rule*/) {
  return std::string(key.before != nullptr ? key.before : "");
}

std::size_t column_of(const std::string& name) {
  for (const DeckKey& key : parameter_keys()) {
    if (name == key.name) return static_cast<std::size_t>(key.column);
  }
  throw std::logic_error("gsrgnn::RunParameters: no key is named " + name);
}

}  // namespace

RunParameters::RunParameters() : values_(parameter_keys().size()) {
  const Deck any;
  for_each_key([&](const DeckKey& key, const auto& rule, const auto&) { values_.at(key.column) = absent(key, rule); },
               any);
}

const RunParameters::Value& RunParameters::value(const std::string& name) const {
  return values_[column_of(name)];
}

void RunParameters::set(const std::string& name, Value value) {
  Value& slot = values_[column_of(name)];
  if (slot.index() != value.index()) throw std::logic_error("gsrgnn::RunParameters: another type than that of " + name);
  slot = std::move(value);
}

std::string RunParameters::said(const DeckKey& key) const {
  for (const auto& [name, kind] : model_kinds()) {
    const bool joint = text("mode") == "joint";
    if (name == text("kind") && !key.had(traits_of(kind), joint ? Mode::joint : Mode::independent)) return "";
  }
  return std::visit([](const auto& value) { return fmt::format("{}", value); }, value(key.name));
}

const std::vector<DeckKey>& parameter_keys() {
  static const std::vector<DeckKey> keys = [] {
    std::vector<DeckKey> found;
    const Deck any;
    for_each_key([&](const DeckKey& key, const auto&, const auto&) { found.push_back(key); }, any);
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.column < b.column; });
    return found;
  }();
  return keys;
}

RunParameters read_run_parameters(const std::string& deck, const std::string& place) {
  RunParameters parameters;
  try {
    const YAML::Node root = load_yaml(deck);
    if (!root.IsMap()) throw InputError(place, "is not a deck", "the file is damaged; write it again");
    std::size_t column = 0;
    for_each_parameter(parameters, [&](const char* name, auto& value) {
      const std::string section = parameter_keys()[column++].section;
      const YAML::Node in = section.empty() ? root : root[section];
      if (!in.IsDefined() || !in.IsMap()) return;
      const YAML::Node node = in[name];
      if (!node.IsDefined() || node.IsNull()) return;
      if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
        value = node.IsSequence() ? fmt::format("{}", fmt::join(node.as<std::vector<std::string>>(), "/"))
                                  : node.as<std::string>();
      } else {
        if (!node.IsScalar() || !parse_decimal(node.Scalar(), value)) {
          throw InputError(place, fmt::format("is not a deck ({} is no number)", name),
                           "the file is damaged; write it again");
        }
      }
    });
  } catch (const YAML::Exception& error) {
    throw InputError(place, fmt::format("is not a deck ({})", error.msg), "the file is damaged; write it again");
  }
  return parameters;
}

std::string circuit_of_deck(const std::string& deck) {
  try {
    const YAML::Node root = load_yaml(deck);
    if (const YAML::Node circuits = root["circuits"]; circuits.IsDefined() && circuits.IsMap()) {
      std::string names;
      for (const auto& path : circuits["test"]) {
        names += (names.empty() ? "" : "+") + std::filesystem::path(path.as<std::string>()).stem().string();
      }
      return names;
    }
    const YAML::Node circuit = root["circuit"];
    if (circuit.IsDefined() && circuit.IsScalar()) return std::filesystem::path(circuit.Scalar()).stem().string();
    for (const char* key : {"like", "cells"}) {
      const YAML::Node value = circuit["generate"][key];
      if (value.IsDefined() && value.IsScalar()) return fmt::format("generated {} {}", key, value.Scalar());
    }
  } catch (const YAML::Exception&) {  // no deck, no name; nor has what is not there keys
  }
  return "";
}

}  // namespace gsrgnn
