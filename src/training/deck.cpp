#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>
#include <limits>

#include "training/deck_reader.hpp"

namespace gsrgnn {
namespace {

const std::vector<std::pair<std::string, Mode>> kModes = {{"independent", Mode::independent}, {"joint", Mode::joint}};
const std::vector<std::pair<std::string, ModelKind>> kModelKinds = {
    {"gcn", ModelKind::gcn}, {"sage", ModelKind::sage}, {"rev", ModelKind::rev}, {"gsr", ModelKind::gsr}};
const std::vector<std::pair<std::string, Residual>> kResiduals = {{"sparse", Residual::sparse},
                                                                  {"dense", Residual::dense}};
const std::vector<std::pair<std::string, Adjacency>> kAdjacencies = {{"nets", Adjacency::nets},
                                                                     {"expanded", Adjacency::expanded}};

const std::vector<std::pair<std::string, GeneratedGraph>> kGraphs = {
    {"netlist", GeneratedGraph::netlist}, {"barabasi_albert", GeneratedGraph::barabasi_albert}};

template <class Enum>
std::string name_of(const std::vector<std::pair<std::string, Enum>>& choices, Enum value) {
  for (const auto& [name, meaning] : choices) {
    if (meaning == value) return name;
  }
  return "";
}

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
  generate.choice("graph", deck.generate.graph, kGraphs);
  constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
  generate.integer<std::int64_t>("cells", deck.generate.cells, 2, kMost);
  generate.integer<std::int64_t>("edges", deck.generate.edges, 0, std::numeric_limits<std::int64_t>::max());
  generate.integer<std::uint64_t>("seed", deck.generate.seed, 0, std::numeric_limits<std::int64_t>::max());
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

/// Which circuit or circuits, as the mode has them.
void read_circuits(const Source& source, const Section& root, Deck& deck) {
  root.choice("mode", deck.mode, kModes);
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

void read_checkpoint(const Section& checkpoint, Deck::Checkpoint& c) {
  checkpoint.integer("epochs", c.epochs, 0, 10000000);
  checkpoint.real("minutes", c.minutes, 0, 1e6);
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

/// The groups a kind of model can have.
void check_groups(const Section& model, ModelSettings& m) {
  if (m.kind == ModelKind::gsr && m.groups != 2) {
    model.fail("groups", fmt::format("model.groups is {}", m.groups),
               "a gsr model has 2 groups (the paper's Algorithm 1)");
  }
  if (m.kind == ModelKind::rev && m.groups < 2) {
    model.fail("groups", fmt::format("model.groups is {}", m.groups),
               "a rev model has 2 groups or more, for each is computed from another");
  }
  if (m.hidden % m.groups != 0) {
    model.fail(
        "hidden", fmt::format("model.hidden ({}) is not divisible by model.groups ({})", m.hidden, m.groups),
        fmt::format("use {} or {}", std::max(m.hidden / m.groups, 1) * m.groups, (m.hidden / m.groups + 1) * m.groups));
  }
}

/// Keys of other kinds of model are read and checked, and then put to rest: a sweep over kinds can hold them all.
void read_model(const Section& model, ModelSettings& m) {
  const ModelSettings unused;
  model.choice("kind", m.kind, kModelKinds);
  model.integer("layers", m.layers, 0, kMostLayers);
  model.integer("hidden", m.hidden, 2, 65536);
  model.integer("groups", m.groups, 1, 65536);
  model.integer("k", m.k, 1, 65536);
  model.choice("residual", m.residual, kResiduals);
  model.choice("adjacency", m.adjacency, kAdjacencies);
  model.real("dropout", m.dropout, 0, 0.99);
  if (m.kind == ModelKind::gcn || m.kind == ModelKind::sage) m.groups = 1;
  check_groups(model, m);
  if (m.kind != ModelKind::rev && m.kind != ModelKind::gsr) m.dropout = unused.dropout;
  if (m.kind != ModelKind::gsr) {
    m.k = unused.k;
    m.residual = unused.residual;
  } else if (m.k > m.hidden / m.groups) {
    model.fail("k", fmt::format("model.k ({}) is larger than the width of a group ({})", m.k, m.hidden / m.groups),
               fmt::format("use at most {}, or a larger model.hidden", m.hidden / m.groups));
  }
}

/// Shares that add up to 1, as many as the mode has.
void read_split(const Section& train, const Deck& deck, Deck::Train& t) {
  const bool joint = deck.mode == Mode::joint;
  if (joint) std::copy_n(std::array<double, 3>{0.9, 0.1, 0}.begin(), 3, t.split);
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
    good = YAML::convert<double>::decode(split[part], t.split[part]) && t.split[part] > 0 && t.split[part] < 1;
    sum += t.split[part];
  }
  if (good && std::abs(sum - 1) <= 1e-9) return;
  train.fail("split",
             fmt::format("'train.split' is not {} shares of the cells that add up to 1", joint ? "two" : "three"),
             joint ? "write training and validation, e.g. [0.9, 0.1]; the test is on whole circuits"
                   : "write training, validation and test, e.g. [0.8, 0.1, 0.1]");
}

void read_train(const Section& train, const Deck& deck, Deck::Train& t) {
  train.integer("epochs", t.epochs, 1, 10000000);
  train.real("learning_rate", t.learning_rate, 1e-12, 1e3);
  train.integer<std::uint64_t>("seed", t.seed, 0, std::numeric_limits<std::int64_t>::max());
  train.integer("batch", t.batch, 0, 10000000);
  if (deck.mode == Mode::independent) t.batch = 0;
  read_split(train, deck, t);
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

const std::vector<std::string>& model_keys() {
  static const std::vector<std::string> keys = {"kind", "layers",   "hidden",    "groups",
                                                "k",    "residual", "adjacency", "dropout"};
  return keys;
}

const std::vector<std::string>& train_keys() {
  static const std::vector<std::string> keys = {"epochs", "learning_rate", "seed", "split", "batch"};
  return keys;
}

Deck resolve_deck(const YAML::Node& root, const Source& source, const std::string& path,
                  const std::string& default_output) {
  Deck deck;
  try {
    const Section top(source, "", root, {"circuit", "circuits", "model", "train", "output", "memory_limit", "mode"});
    read_circuits(source, top, deck);
    read_model(Section(source, "model", top.get("model"), model_keys()), deck.model);
    std::vector<std::string> keys = train_keys();
    keys.emplace_back("checkpoint");
    const Section train(source, "train", top.get("train"), keys);
    read_train(train, deck, deck.train);
    read_checkpoint(Section(source, "train.checkpoint", train.get("checkpoint"), {"epochs", "minutes"}),
                    deck.checkpoint);
    read_memory_limit(top, deck.memory_limit);
    deck.output = default_output;
    top.string("output", deck.output);
  } catch (const YAML::Exception& e) {
    throw InputError(fmt::format("{}:{}", path, e.mark.line + 1), e.msg, "see inputs/ for examples");
  }
  return deck;
}

Deck read_deck(const std::string& path, const std::vector<std::string>& overrides) {
  const YAML::Node root = parse_deck_yaml(deck_text(path), path);
  Source source(path);
  for (const auto& text : overrides) apply_override(root, source, text);
  for (const auto& entry : root) {
    if (entry.first.IsScalar() && entry.first.Scalar() == "sweep") {
      source.fail("sweep", entry.first, "the deck is a sweep, of many runs", "use gsrgnn sweep");
    }
  }
  return resolve_deck(root, source, path,
                      (std::filesystem::path("runs") / std::filesystem::path(path).stem()).string() + ".h5");
}

Deck parse_deck(const std::string& text, const std::string& place) {
  return resolve_deck(parse_deck_yaml(text, place), Source(place), place, "");
}

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
  const bool joint =
      deck.mode == Mode::joint;  // the usual mode goes without saying, as in decks from before it had a name
  out << YAML::BeginMap;
  if (joint) {
    entry("mode", name_of(kModes, deck.mode));
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
    entry("graph", name_of(kGraphs, deck.generate.graph));
    entry("seed", deck.generate.seed);
    out << YAML::EndMap << YAML::EndMap;
  } else {
    entry("circuit", deck.circuit);
  }
  section("model");
  const bool gsr = deck.model.kind == ModelKind::gsr, rev = deck.model.kind == ModelKind::rev;
  entry("kind", name_of(deck.model.kind));
  entry("layers", deck.model.layers);
  entry("hidden", deck.model.hidden);
  if (gsr || rev) entry("groups", deck.model.groups);
  if (gsr) entry("k", deck.model.k);
  if (gsr) entry("residual", name_of(kResiduals, deck.model.residual));
  entry("adjacency", name_of(kAdjacencies, deck.model.adjacency));
  if (gsr || rev) entry("dropout", fmt::format("{}", deck.model.dropout));
  out << YAML::EndMap;
  section("train");
  entry("epochs", deck.train.epochs);
  entry("learning_rate", fmt::format("{}", deck.train.learning_rate));
  entry("seed", deck.train.seed);
  std::vector<std::string> shares;
  for (const double share : deck.train.split) shares.push_back(fmt::format("{}", share));
  if (joint) shares.pop_back();
  if (deck.circuits.validation.empty()) list("split", shares);
  if (joint) entry("batch", deck.train.batch);
  out << YAML::EndMap;
  entry("output", deck.output);
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
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
