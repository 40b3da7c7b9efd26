#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>
#include <limits>

#include "training/deck_reader.hpp"

namespace gsrgnn {
namespace {

void read_circuit_choice(const Source& source, const Section& root, Deck& deck) {
  const auto node = root.get("circuit");
  if (!node.IsDefined() || node.IsNull()) return;
  if (node.IsScalar()) return root.string("circuit", deck.circuit);
  const Section circuit(source, "circuit", node, {"generate"});
  const Section generate(source, "circuit.generate", circuit.get("generate"),
                         {"like", "cells", "edges", "seed", "graph"});
  generate.string("like", deck.generate.like);
  if (!deck.generate.like.empty() && (generate.get("cells").IsDefined() || generate.get("edges").IsDefined())) {
    generate.fail("like", "'circuit.generate.like' is given beside cells or edges",
                  "give one or the other; on the command line all of it: circuit='{generate: {like: 356-R}}'");
  }
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  generate.read("graph", generated_graphs(), deck.generate.graph);
  generate.read("cells", Range<std::int64_t>{2, std::numeric_limits<std::int32_t>::max()}, deck.generate.cells);
  generate.read("edges", Range<std::int64_t>{0, kMost}, deck.generate.edges);
  generate.read("seed", Range<std::uint64_t>{0, kMost}, deck.generate.seed);
}

/// One of the lists of a joint deck; `used` holds the circuits of those before it.
void read_circuit_list(const Section& circuits, const char* key, bool needed, std::vector<std::string>& list,
                       std::vector<std::string>& used) {
  const auto node = circuits.get(key);
  const std::string path = circuits.path(key);
  if (node.IsDefined() && !node.IsNull() && !node.IsSequence()) {
    circuits.fail(key, fmt::format("'{}' is not a list", path), fmt::format("write {}: [first.def, second.h5]", key));
  }
  if (node.IsSequence()) {
    for (const auto& entry : node) {
      if (!entry.IsScalar() || entry.Scalar().empty()) {
        circuits.fail(key, fmt::format("'{}' has an entry that is not a file's name", path),
                      "name circuit files and DEFs; gsrgnn generate makes circuit files");
      }
      list.push_back(entry.Scalar());
      const auto file = std::filesystem::path(entry.Scalar()).lexically_normal().string();
      if (std::find(used.begin(), used.end(), file) != used.end()) {
        circuits.fail(key, fmt::format("'{}' is named twice", entry.Scalar()), "a circuit has one part to play");
      }
      used.push_back(file);
    }
  }
  if (needed && list.empty()) {
    circuits.fail(key, fmt::format("a joint training needs circuits in '{}'", path),
                  "list the files, e.g. circuits: {training: [a.def, b.def], test: [c.def]}");
  }
}

/// One LEF or a list of them.
void read_lefs(const Section& root, std::vector<std::string>& lef) {
  const auto node = root.get("lef");
  if (!node.IsDefined() || node.IsNull()) return;
  const auto add = [&](const YAML::Node& entry) {
    if (!entry.IsScalar() || entry.Scalar().empty()) {
      root.fail("lef", "'lef' has an entry that is not a file's name", "write lef: [technology.lef, cells.lef]");
    }
    lef.push_back(entry.Scalar());
  };
  if (!node.IsSequence()) return add(node);
  for (const auto& entry : node) add(entry);
}

/// Which circuit or circuits, as the mode has them.
void read_circuits(const Source& source, const Section& root, Deck& deck) {
  if (deck.mode == Mode::independent) {
    if (root.get("circuits").IsDefined()) {
      root.fail("circuits", "'circuits' is of joint trainings only",
                "write mode: joint to train one model on all of them, or give one 'circuit'");
    }
    return read_circuit_choice(source, root, deck);
  }
  if (root.get("circuit").IsDefined()) {
    root.fail("circuit", "a joint training has no 'circuit'", "list several under 'circuits'");
  }
  const Section circuits(source, "circuits", root.get("circuits"), {"training", "validation", "test"});
  std::vector<std::string> used;
  read_circuit_list(circuits, "training", true, deck.circuits.training, used);
  read_circuit_list(circuits, "validation", false, deck.circuits.validation, used);
  read_circuit_list(circuits, "test", true, deck.circuits.test, used);
}

void read_memory_limit(const Section& root, std::int64_t& bytes) {
  std::string text;
  root.string("memory_limit", text);
  if (text.empty()) return;
  const auto size = parse_bytes(text);
  if (!size) {
    root.fail("memory_limit", fmt::format("'memory_limit' is '{}', which is no size", text),
              "write e.g. 600MB, 1.5GiB or a number of bytes");
  }
  bytes = *size;
}

/// What keys of a model ask of each other.
void check_model(const Section& model, const ModelSettings& m) {
  const ModelTraits& kind = traits_of(m.kind);
  if (m.groups < kind.least_groups || m.groups > kind.most_groups) {
    model.fail("groups", fmt::format("model.groups is {}", m.groups),
               fmt::format("a {} model has {} groups{}", kind.name, kind.least_groups,
                           kind.least_groups == kind.most_groups ? "" : " or more"));
  }
  if (m.hidden % m.groups != 0) {
    model.fail(
        "hidden", fmt::format("model.hidden ({}) is not divisible by model.groups ({})", m.hidden, m.groups),
        fmt::format("use {} or {}", std::max(m.hidden / m.groups, 1) * m.groups, (m.hidden / m.groups + 1) * m.groups));
  }
  if (kind.k && m.k > m.hidden / m.groups) {
    model.fail("k", fmt::format("model.k ({}) is larger than the width of a group ({})", m.k, m.hidden / m.groups),
               fmt::format("use at most {}, or a larger model.hidden", m.hidden / m.groups));
  }
}

/// Shares that add up to 1, as many as the mode has.
void read_split(const Section& train, const Deck& deck, double (&share)[3]) {
  const bool joint = deck.mode == Mode::joint;
  if (joint) std::copy_n(std::array<double, 3>{0.9, 0.1, 0}.begin(), 3, share);
  const auto split = train.get("split");
  if (!split.IsDefined() || split.IsNull()) return;
  if (!deck.circuits.validation.empty()) {
    train.fail("split", "'train.split' divides the cells of circuits, and here whole circuits are held out",
               "leave it out, or leave out circuits.validation");
  }
  const std::size_t parts = joint ? 2 : 3;
  double sum = 0;
  bool good = split.IsSequence() && split.size() == parts;
  for (std::size_t part = 0; good && part < parts; ++part) {
    good = YAML::convert<double>::decode(split[part], share[part]) && share[part] > 0 && share[part] < 1;
    sum += share[part];
  }
  if (good && std::abs(sum - 1) <= 1e-9) return;
  train.fail("split",
             fmt::format("'train.split' is not {} shares of the cells that add up to 1", joint ? "two" : "three"),
             joint ? "write training and validation, e.g. [0.9, 0.1]; the test is on whole circuits"
                   : "write training, validation and test, e.g. [0.8, 0.1, 0.1]");
}

/// A key of a resolved deck of an older program, which lacks it.
template <class Rule, class Value>
void set_as_before(const DeckKey& key, const Rule& rule, Value& value) {
  if constexpr (std::is_enum_v<Value>) {
    for (const auto& [choice, meaning] : rule) {
      if (key.before != nullptr && choice == key.before) value = meaning;
    }
  }
}

/// Reads the keys of one section by their rules. `resolved`: the deck is that of a run.
void read_keys(const Section& section, bool resolved, Deck& deck) {
  for_each_key(
      [&](const DeckKey& key, const auto& rule, auto& value) {
        if (section.name() != key.section) return;
        if (resolved) set_as_before(key, rule, value);
        if constexpr (std::is_array_v<std::remove_reference_t<decltype(value)>>) {
          read_split(section, deck, value);
        } else {
          section.read(key.name, rule, value);
        }
      },
      deck);
}

/// Keys that this kind of model or mode does not have.
void put_to_rest(Deck& deck) {
  const ModelTraits& kind = traits_of(deck.model.kind);
  Deck at_rest;
  at_rest.model.groups = kind.least_groups;
  for_each_key(
      [&](const DeckKey& key, const auto& /*rule*/, auto& value, const auto& rest) {
        if constexpr (!std::is_array_v<std::remove_reference_t<decltype(value)>>) {
          if (!key.had(kind, deck.mode)) value = rest;
        }
      },
      deck, at_rest);
}

}  // namespace

std::string deck_text(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw InputError(path, "no such file", "check the path of the deck");
  if (std::filesystem::is_directory(path, error)) throw InputError(path, "is a folder", "give a deck (a YAML file)");
  auto text = read_text_file(path);
  if (!text) throw InputError(path, "cannot be read", "check its permissions");
  return std::move(*text);
}

/// An alias is the anchor's node itself, and a key that is replaced there would change under every name. Gives each key
/// a node of its own; errors in what an alias stood for then name the file alone.
void unshare(YAML::Node map, std::vector<YAML::Node>& seen) {
  std::vector<std::pair<YAML::Node, YAML::Node>> shared;
  for (const auto& entry : map) {
    const bool again =
        std::any_of(seen.begin(), seen.end(), [&](const YAML::Node& other) { return other.is(entry.second); });
    if (again) {
      shared.emplace_back(entry.first, YAML::Clone(entry.second));
    } else {
      seen.push_back(entry.second);
      if (entry.second.IsMap()) unshare(entry.second, seen);
    }
  }
  for (auto& [key, copy] : shared) {
    std::vector<YAML::Node> seen_in_copy;
    if (copy.IsMap()) unshare(copy, seen_in_copy);
    map.remove(key);
    map.force_insert(key, copy);
  }
}

YAML::Node parse_deck_yaml(const std::string& text, const std::string& path) {
  YAML::Node root;
  try {
    root = YAML::Load(text);
  } catch (const YAML::ParserException& e) {
    std::string message = e.msg;
    std::replace_if(
        message.begin(), message.end(), [](unsigned char c) { return std::iscntrl(c) != 0; }, '?');
    throw InputError(fmt::format("{}:{}", path, e.mark.line + 1), "not valid YAML: " + message, "mend the line");
  } catch (const YAML::Exception&) {
    throw InputError(path, "cannot be read", "mend it");
  }
  if (!root.IsDefined() || root.IsNull()) root = YAML::Node(YAML::NodeType::Map);
  if (!root.IsMap()) throw InputError(path, "a deck is a mapping of keys", "see inputs/ for examples");
  std::vector<YAML::Node> seen;
  unshare(root, seen);
  return root;
}

void replace_key(const YAML::Node& root, Source& source, const std::string& key, const YAML::Node& value,
                 const std::string& place) {
  YAML::Node node;
  node.reset(root);
  std::size_t start = 0;
  for (std::size_t dot = key.find('.'); dot != std::string::npos; start = dot + 1, dot = key.find('.', start)) {
    YAML::Node child = node[key.substr(start, dot - start)];
    // A section that names something else (`circuit: x.def`) gives way to the key (`circuit.generate...`).
    if (!child.IsDefined() || !child.IsMap()) {
      node[key.substr(start, dot - start)] = YAML::Node(YAML::NodeType::Map);
      child.reset(node[key.substr(start, dot - start)]);
    }
    node.reset(child);
  }
  node[key.substr(start)] = value;
  source.overridden(key, place);
}

std::string apply_override(const YAML::Node& root, Source& source, const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw InputError(text, "is not an override", "write it as section.key=value, e.g. model.k=16");
  }
  const std::string key = text.substr(0, equals);
  YAML::Node value;
  try {
    value = YAML::Load(text.substr(equals + 1));
  } catch (const YAML::Exception&) {
    throw InputError(text, "the value is not valid YAML", "quote it");
  }
  // A variable of a script that was not set, perhaps.
  if (value.IsNull()) throw InputError(text, "gives no value", fmt::format("write {}=VALUE, or leave it out", key));
  replace_key(root, source, key, value, text);
  return key;
}

const Choices<GeneratedGraph>& generated_graphs() {
  static const Choices<GeneratedGraph> graphs = {{"netlist", GeneratedGraph::netlist},
                                                 {"barabasi_albert", GeneratedGraph::barabasi_albert}};
  return graphs;
}

namespace {

template <class T>
std::string said(const Range<T>& range) {
  return fmt::format("{} to {}", range.least, range.most);
}
template <class Enum>
std::string said(const Choices<Enum>& choices) {
  std::vector<std::string> names;
  for (const auto& choice : choices) names.push_back(choice.first);
  return fmt::format("{}", fmt::join(names, " | "));
}

}  // namespace

std::string describe_keys() {
  std::string text;
  const Deck usual;
  for_each_key(
      [&](const DeckKey& key, const auto& rule, const auto& value) {
        if constexpr (std::is_same_v<std::decay_t<decltype(rule)>, Shares>) {
          text += fmt::format("  {:<21}{}; [{}]\n", key.path(), key.help, fmt::join(value, ", "));
        } else {
          text += fmt::format("  {:<21}{}; {}; {}\n", key.path(), key.help, said(rule), value_text(rule, value));
        }
      },
      usual);
  return text;
}

std::vector<std::string> keys_of(const std::string& section) {
  std::vector<std::string> keys;
  const Deck any;
  for_each_key(
      [&](const DeckKey& key, const auto& /*rule*/, const auto& /*value*/) {
        if (section == key.section) keys.emplace_back(key.name);
      },
      any);
  return keys;
}

std::vector<std::string> top_keys() {
  std::vector<std::string> keys = {"circuit", "circuits", "model", "train", "output", "memory_limit", "lef"};
  for (const std::string& key : keys_of("")) keys.push_back(key);
  return keys;
}

Deck resolve_deck(const YAML::Node& root, const Source& source, const std::string& path,
                  const std::string& default_output, bool resolved) {
  Deck deck;
  try {
    const Section top(source, "", root, top_keys());
    read_keys(top, resolved, deck);
    read_lefs(top, deck.lef);
    read_circuits(source, top, deck);
    const Section model(source, "model", top.get("model"), keys_of("model"));
    read_keys(model, resolved, deck);
    put_to_rest(deck);
    check_model(model, deck.model);
    std::vector<std::string> keys = keys_of("train");
    keys.emplace_back("checkpoint");
    const Section train(source, "train", top.get("train"), keys);
    read_keys(train, resolved, deck);
    put_to_rest(deck);
    const Section checkpoint(source, "train.checkpoint", train.get("checkpoint"), {"epochs", "minutes"});
    checkpoint.read("epochs", Range<int>{0, 10000000}, deck.checkpoint.epochs);
    checkpoint.read("minutes", Range<double>{0, 1e6}, deck.checkpoint.minutes);
    read_memory_limit(top, deck.memory_limit);
    deck.output = default_output;
    top.string("output", deck.output);
  } catch (const YAML::Exception& e) {
    throw InputError(fmt::format("{}:{}", path, e.mark.line + 1), e.msg, "see inputs/ for examples");
  }
  return deck;
}

YAML::Node read_deck_yaml(Source& source, const std::string& path, const std::vector<std::string>& overrides) {
  const YAML::Node root = parse_deck_yaml(deck_text(path), path);
  for (const auto& text : overrides) apply_override(root, source, text);
  return root;
}

Deck read_deck(const std::string& path, const std::vector<std::string>& overrides) {
  Source source(path);
  const YAML::Node root = read_deck_yaml(source, path, overrides);
  for (const auto& entry : root) {
    if (entry.first.IsScalar() && entry.first.Scalar() == "sweep") {
      source.fail("sweep", entry.first, "the deck is a sweep, of many runs", "use gsrgnn sweep");
    }
  }
  return resolve_deck(root, source, path,
                      (std::filesystem::path("runs") / std::filesystem::path(path).stem()).string() + ".h5");
}

Deck parse_deck(const std::string& text, const std::string& place) {
  return resolve_deck(parse_deck_yaml(text, place), Source(place), place, "", true);
}

}  // namespace gsrgnn
