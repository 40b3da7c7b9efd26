// A deck as text, and what follows from it.

#include <yaml-cpp/yaml.h>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/training/deck.hpp>

namespace gsrgnn {

std::string to_yaml(const Deck& deck) {
  YAML::Emitter out;
  out.SetDoublePrecision(17);
  const auto entry = [&](const char* key, const auto& value) { out << YAML::Key << key << YAML::Value << value; };
  const auto section = [&](const char* key) { out << YAML::Key << key << YAML::Value << YAML::BeginMap; };
  const auto list = [&](const char* key, const auto& values) {
    out << YAML::Key << key << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const auto& value : values) out << value;
    out << YAML::EndSeq;
  };
  // What goes without saying: keys that the deck does not have, the usual mode, as in decks from before it had a name,
  // and defaults of keys that older decks lack.
  const ModelTraits& kind = traits_of(deck.model.kind);
  const bool joint = deck.mode == Mode::joint;
  const auto keys = [&](const char* name) {
    const Deck plain;
    for_each_key(
        [&](const DeckKey& key, const auto& rule, const auto& value, const auto& usual) {
          if (std::string_view(key.section) != name || !key.had(kind, deck.mode)) return;
          if constexpr (std::is_same_v<std::decay_t<decltype(rule)>, Shares>) {
            std::vector<std::string> shares;
            for (const double share : value) shares.push_back(fmt::format("{}", share));
            if (joint) shares.pop_back();
            if (deck.circuits.validation.empty()) list(key.name, shares);
          } else {
            const std::string text = value_text(rule, value);
            const bool unsaid = key.before != nullptr && text == key.before && text == value_text(rule, usual);
            if (!unsaid) entry(key.name, text);
          }
        },
        deck, plain);
  };
  out << YAML::BeginMap;
  keys("");
  if (!deck.lef.empty()) list("lef", deck.lef);
  if (joint) {
    section("circuits");
    list("training", deck.circuits.training);
    if (!deck.circuits.validation.empty()) list("validation", deck.circuits.validation);
    list("test", deck.circuits.test);
    out << YAML::EndMap;
  } else if (deck.circuit.empty()) {
    section("circuit");
    section("generate");
    if (deck.generate.like.empty()) {
      entry("cells", deck.generate.cells);
      entry("edges", deck.generate.edges);
    } else {
      entry("like", deck.generate.like);
    }
    entry("graph", value_text(generated_graphs(), deck.generate.graph));
    entry("seed", deck.generate.seed);
    out << YAML::EndMap << YAML::EndMap;
  } else {
    entry("circuit", deck.circuit);
  }
  section("model");
  keys("model");
  out << YAML::EndMap;
  section("train");
  keys("train");
  out << YAML::EndMap;
  entry("output", deck.output);
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

std::string circuit_place(const Deck& deck) {
  return deck.circuit.empty() ? "circuit.generate" : deck.circuit;
}

Circuit open_circuit(const Deck& deck) {
  return deck.circuit.empty() ? generate_ordered(deck.generate) : open_circuit(deck.circuit, deck.lef);
}

std::string circuit_key(const Deck& deck) {
  Deck only;
  only.mode = deck.mode;
  only.circuits = deck.circuits;
  only.circuit = deck.circuit;
  only.generate = deck.generate;
  only.lef = deck.lef;
  only.features = deck.features;  // which are as many inputs of the model
  return to_yaml(only);
}

std::string deck_identity(const Deck& deck) {
  Deck nowhere = deck;
  nowhere.output = ".";
  return to_yaml(nowhere);
}

std::string deck_identity(const std::string& text, const std::string& place) {
  return deck_identity(parse_deck(text, place));
}

}  // namespace gsrgnn
