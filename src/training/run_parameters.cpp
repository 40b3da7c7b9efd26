#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <gsrgnn/training/run_parameters.hpp>
#include <gsrgnn/util/error.hpp>
#include <map>

namespace gsrgnn {

RunParameters read_run_parameters(const std::string& deck, const std::string& place) {
  RunParameters parameters;
  try {
    const YAML::Node root = YAML::Load(deck);
    if (!root.IsMap()) throw InputError(place, "is not a deck", "the file is damaged; write it again");
    const std::map<std::string, const char*> elsewhere = {
        {"epochs", "train"}, {"learning_rate", "train"}, {"split", "train"}, {"seed", "train"}, {"batch", "train"}};
    for_each_parameter(parameters, [&](const std::string& name, auto& value) {
      const auto found = elsewhere.find(name);
      const YAML::Node section = name == "mode" ? root : root[found == elsewhere.end() ? "model" : found->second];
      if (!section.IsDefined() || !section.IsMap()) return;
      const YAML::Node node = section[name];
      if (!node.IsDefined() || node.IsNull()) return;
      if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
        value = node.IsSequence() ? fmt::format("{}", fmt::join(node.as<std::vector<std::string>>(), "/"))
                                  : node.as<std::string>();
      } else {
        value = node.as<std::decay_t<decltype(value)>>();
      }
    });
  } catch (const YAML::Exception& error) {
    throw InputError(place, fmt::format("is not a deck ({})", error.msg), "the file is damaged; write it again");
  }
  return parameters;
}

std::string circuit_of_deck(const std::string& deck) {
  try {
    const YAML::Node root = YAML::Load(deck);
    if (!root.IsMap()) return "";
    if (const YAML::Node circuits = root["circuits"]; circuits.IsDefined() && circuits.IsMap()) {
      std::string names;
      for (const auto& path : circuits["test"]) {
        names += (names.empty() ? "" : "+") + std::filesystem::path(path.as<std::string>()).stem().string();
      }
      return names;
    }
    if (!root["circuit"].IsDefined()) return "";
    const YAML::Node circuit = root["circuit"];
    if (circuit.IsScalar()) return std::filesystem::path(circuit.Scalar()).stem().string();
    if (!circuit.IsMap() || !circuit["generate"].IsMap()) return "";
    const YAML::Node generate = circuit["generate"];
    for (const char* key : {"like", "cells"}) {
      if (generate[key].IsDefined() && generate[key].IsScalar()) {
        return fmt::format("generated {} {}", key, generate[key].Scalar());
      }
    }
  } catch (const YAML::Exception&) {  // no deck, no name
    return "";
  }
  return "";
}

}  // namespace gsrgnn
