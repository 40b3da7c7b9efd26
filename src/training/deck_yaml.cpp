// A deck as text, and what follows from it.

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/training/deck.hpp>

namespace gsrgnn {

namespace {

/// Whether YAML has the text as it stands, by a rule that is stricter than YAML's, and quick.
bool is_plain(const std::string& text) {
  const auto is_safe = [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '/' || c == '_'; };
  const bool safe = std::all_of(text.begin(), text.end(), [&](char c) { return is_safe(c) || c == '-'; });
  return safe && !text.empty() && is_safe(text[0]) && text != "..." && text != "null" && text != "Null" &&
         text != "NULL";
}

/// A mapping as yaml-cpp's emitter writes it, in a tenth of the time: names of runs depend on every byte of it, and a
/// sweep has many.
class Mapping {
 public:
  void begin(const char* key) {
    start(key);
    ++depth_;
  }
  void end() { --depth_; }
  void entry(const char* key, const std::string& value) {
    start(key);
    text_ += ' ';
    text_ += is_plain(value) ? value : emitted([&](YAML::Emitter& out) { out << value; });
  }
  void list(const char* key, const std::vector<std::string>& values) {
    start(key);
    const bool plain = std::all_of(values.begin(), values.end(), is_plain);
    text_ += ' ';
    text_ += plain ? fmt::format("[{}]", fmt::join(values, ", "))
                   : emitted([&](YAML::Emitter& out) { out << YAML::Flow << values; });
  }
  std::string text() const { return text_ + "\n"; }

 private:
  void start(const char* key) {
    if (!text_.empty()) text_ += '\n';
    text_.append(2 * depth_, ' ');
    text_ += key;
    text_ += ':';
  }
  template <class Emit>
  static std::string emitted(const Emit& emit) {
    YAML::Emitter out;
    emit(out);
    return out.c_str();
  }

  std::string text_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string to_yaml(const Deck& deck) {
  Mapping out;
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
            if (deck.circuits.validation.empty()) out.list(key.name, shares);
          } else {
            const std::string text = value_text(rule, value);
            const bool unsaid = key.before != nullptr && text == key.before && text == value_text(rule, usual);
            if (!unsaid) out.entry(key.name, text);
          }
        },
        deck, plain);
  };
  keys("");
  if (!deck.lef.empty()) out.list("lef", deck.lef);
  if (joint) {
    out.begin("circuits");
    out.list("training", deck.circuits.training);
    if (!deck.circuits.validation.empty()) out.list("validation", deck.circuits.validation);
    out.list("test", deck.circuits.test);
    out.end();
  } else if (deck.circuit.empty()) {
    out.begin("circuit");
    out.begin("generate");
    if (deck.generate.like.empty()) {
      out.entry("cells", std::to_string(deck.generate.cells));
      out.entry("edges", std::to_string(deck.generate.edges));
    } else {
      out.entry("like", deck.generate.like);
    }
    out.entry("graph", value_text(deck_choices().generated_graph, deck.generate.graph));
    out.entry("seed", std::to_string(deck.generate.seed));
    out.end();
    out.end();
  } else {
    out.entry("circuit", deck.circuit);
  }
  out.begin("model");
  keys("model");
  out.end();
  out.begin("train");
  keys("train");
  out.end();
  out.entry("output", deck.output);
  return out.text();
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
  only.model.nodes = deck.model.nodes;
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
