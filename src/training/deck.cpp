#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <limits>
#include <map>

namespace gsrgnn {
namespace {

/// A deck being read: knows where each key came from.
class Source {
 public:
  explicit Source(std::string file) : file_(std::move(file)) {}

  void overridden(const std::string& key, const std::string& text) { overrides_[key] = text; }

  /// Where a key's value was given: the override, or FILE:LINE.
  std::string place(const std::string& key, const YAML::Node& node) const {
    for (std::string prefix = key; !prefix.empty();) {
      const auto found = overrides_.find(prefix);
      if (found != overrides_.end()) return found->second;
      const auto dot = prefix.rfind('.');
      prefix = dot == std::string::npos ? "" : prefix.substr(0, dot);
    }
    for (const auto& [overridden, text] : overrides_) {  // one that went deeper than there are keys
      if (overridden.rfind(key + ".", 0) == 0 || (key.empty() && overridden[0] == '.')) return text;
    }
    return node.Mark().is_null() ? file_ : fmt::format("{}:{}", file_, node.Mark().line + 1);
  }
  [[noreturn]] void fail(const std::string& key, const YAML::Node& node, const std::string& what,
                         const std::string& cure) const {
    throw InputError(place(key, node), what, cure);
  }

 private:
  std::string file_;
  std::map<std::string, std::string> overrides_;
};

/// One mapping of the deck, whose keys must all be known.
class Section {
 public:
  Section(const Source& source, std::string name, const YAML::Node& node, const std::vector<std::string>& known)
      : source_(source), name_(std::move(name)), node_(node) {
    if (!node_.IsDefined() || node_.IsNull()) return;
    if (!node_.IsMap()) source_.fail(name_, node_, fmt::format("'{}' must be a mapping of keys", name_), "see inputs/");
    std::map<std::string, int> seen;
    for (const auto& entry : node_) {
      const auto key = entry.first.as<std::string>();
      if (std::find(known.begin(), known.end(), key) == known.end()) {
        source_.fail(path(key), entry.first, fmt::format("unknown key '{}'", path(key)),
                     fmt::format("did you mean '{}'? Known here: {}", nearest(key, known), fmt::join(known, ", ")));
      }
      if (++seen[key] > 1)
        source_.fail(path(key), entry.first, fmt::format("'{}' is given twice", path(key)), "keep one");
    }
  }

  std::string path(const std::string& key) const { return name_.empty() ? key : name_ + "." + key; }
  YAML::Node get(const std::string& key) const {
    if (!node_.IsDefined() || !node_.IsMap() || !node_[key].IsDefined()) {
      return YAML::Node(YAML::NodeType::Undefined);
    }
    return node_[key];
  }
  [[noreturn]] void fail(const std::string& key, const std::string& what, const std::string& cure) const {
    source_.fail(path(key), get(key), what, cure);
  }

  template <class T>
  void integer(const std::string& key, T& value, T least, T most) const {
    number(key, value, least, most, "a whole number");
  }
  void real(const std::string& key, double& value, double least, double most) const {
    number(key, value, least, most, "a number");
  }
  void string(const std::string& key, std::string& value) const {
    const auto node = get(key);
    if (!node.IsDefined() || node.IsNull()) return;
    if (!node.IsScalar() || node.Scalar().empty()) fail(key, fmt::format("'{}' must be a text", path(key)), "give one");
    value = node.Scalar();
  }
  template <class Enum>
  void choice(const std::string& key, Enum& value, const std::vector<std::pair<std::string, Enum>>& choices) const {
    std::string text;
    string(key, text);
    if (text.empty()) return;
    std::vector<std::string> names;
    for (const auto& [name, meaning] : choices) {
      if (name == text) {
        value = meaning;
        return;
      }
      names.push_back(name);
    }
    fail(key, fmt::format("'{}' is not a value of '{}'", text, path(key)),
         fmt::format("it can be {}", fmt::join(names, ", ")));
  }

 private:
  template <class T>
  void number(const std::string& key, T& value, T least, T most, const char* kind) const {
    const auto node = get(key);
    if (!node.IsDefined() || node.IsNull()) return;
    T read{};
    if (!node.IsScalar() || !YAML::convert<T>::decode(node, read) || !(read >= least && read <= most)) {
      fail(key,
           fmt::format("'{}' is {}", path(key), node.IsScalar() ? "'" + node.Scalar() + "'" : "not a single value"),
           fmt::format("it must be {} from {} to {}", kind, least, most));
    }
    value = read;
  }

  const Source& source_;
  std::string name_;
  YAML::Node node_;
};

YAML::Node parse(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw InputError(path, "no such file", "check the path of the deck");
  if (std::filesystem::is_directory(path, error)) throw InputError(path, "is a folder", "give a deck (a YAML file)");
  try {
    return YAML::LoadFile(path);
  } catch (const YAML::ParserException& e) {
    std::string message = e.msg;
    std::replace_if(
        message.begin(), message.end(), [](unsigned char c) { return std::iscntrl(c) != 0; }, '?');
    throw InputError(fmt::format("{}:{}", path, e.mark.line + 1), "not valid YAML: " + message, "mend the line");
  } catch (const YAML::Exception&) {
    throw InputError(path, "cannot be read", "check its permissions");
  }
}

void apply_override(const YAML::Node& root, Source& source, const std::string& text) {
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
  source.overridden(key, text);
}

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
    generate.fail("like", "'circuit.generate.like' is given beside cells or edges", "give one or the other");
  }
  generate.choice("graph", deck.generate.graph, kGraphs);
  constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
  generate.integer<std::int64_t>("cells", deck.generate.cells, 2, kMost);
  generate.integer<std::int64_t>("edges", deck.generate.edges, 0, std::numeric_limits<std::int64_t>::max());
  generate.integer<std::uint64_t>("seed", deck.generate.seed, 0, std::numeric_limits<std::int64_t>::max());
}

/// The groups a kind of model can have.
void check_groups(const Section& model, Deck::Model& m) {
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
void read_model(const Section& model, Deck::Model& m) {
  const Deck::Model unused;
  model.choice("kind", m.kind, kModelKinds);
  model.integer("layers", m.layers, 0, 100000);
  model.integer("hidden", m.hidden, 2, 65536);
  model.integer("groups", m.groups, 1, 65536);
  model.integer("k", m.k, 1, 65536);
  model.choice("residual", m.residual, kResiduals);
  model.choice("adjacency", m.adjacency, kAdjacencies);
  model.real("dropout", m.dropout, 0, 0.99);
  if (m.kind == ModelKind::gcn || m.kind == ModelKind::sage) m.groups = 1;
  check_groups(model, m);
  if (m.kind != ModelKind::rev) m.dropout = unused.dropout;
  if (m.kind != ModelKind::gsr) {
    m.k = unused.k;
    m.residual = unused.residual;
  } else if (m.k > m.hidden / m.groups) {
    model.fail("k", fmt::format("model.k ({}) is larger than the width of a group ({})", m.k, m.hidden / m.groups),
               fmt::format("use at most {}, or a larger model.hidden", m.hidden / m.groups));
  }
}

void read_train(const Section& train, Deck::Train& t) {
  train.integer("epochs", t.epochs, 1, 10000000);
  train.real("learning_rate", t.learning_rate, 1e-12, 1e3);
  train.integer<std::uint64_t>("seed", t.seed, 0, std::numeric_limits<std::int64_t>::max());
  const auto split = train.get("split");
  if (!split.IsDefined() || split.IsNull()) return;
  double sum = 0;
  bool good = split.IsSequence() && split.size() == 3;
  for (std::size_t part = 0; good && part < 3; ++part) {
    good = YAML::convert<double>::decode(split[part], t.split[part]) && t.split[part] > 0 && t.split[part] < 1;
    sum += t.split[part];
  }
  if (!good || std::abs(sum - 1) > 1e-9) {
    train.fail("split", "'train.split' is not three shares of the cells that add up to 1",
               "write training, validation and test, e.g. [0.8, 0.1, 0.1]");
  }
}

}  // namespace

Deck read_deck(const std::string& path, const std::vector<std::string>& overrides) {
  YAML::Node root = parse(path);
  Source source(path);
  if (!root.IsDefined() || root.IsNull()) root = YAML::Node(YAML::NodeType::Map);
  if (!root.IsMap()) throw InputError(path, "a deck is a mapping of keys", "see inputs/ for examples");
  for (const auto& text : overrides) apply_override(root, source, text);

  Deck deck;
  try {
    const Section top(source, "", root, {"circuit", "model", "train", "output"});
    read_circuit_choice(source, top, deck);
    read_model(Section(source, "model", top.get("model"),
                       {"kind", "layers", "hidden", "groups", "k", "residual", "adjacency", "dropout"}),
               deck.model);
    read_train(Section(source, "train", top.get("train"), {"epochs", "learning_rate", "seed", "split"}), deck.train);
    deck.output = (std::filesystem::path("runs") / std::filesystem::path(path).stem()).string() + ".h5";
    top.string("output", deck.output);
  } catch (const YAML::Exception& e) {
    throw InputError(fmt::format("{}:{}", path, e.mark.line + 1), e.msg, "see inputs/ for examples");
  }
  return deck;
}

std::string to_yaml(const Deck& deck) {
  YAML::Emitter out;
  out.SetDoublePrecision(17);
  const auto entry = [&](const char* key, const auto& value) { out << YAML::Key << key << YAML::Value << value; };
  const auto section = [&](const char* key) { out << YAML::Key << key << YAML::Value << YAML::BeginMap; };
  out << YAML::BeginMap;
  if (deck.circuit.empty()) {
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
  if (rev) entry("dropout", fmt::format("{}", deck.model.dropout));
  out << YAML::EndMap;
  section("train");
  entry("epochs", deck.train.epochs);
  entry("learning_rate", fmt::format("{}", deck.train.learning_rate));
  entry("seed", deck.train.seed);
  out << YAML::Key << "split" << YAML::Value << YAML::Flow << YAML::BeginSeq;
  for (const double share : deck.train.split) out << fmt::format("{}", share);
  out << YAML::EndSeq << YAML::EndMap;
  entry("output", deck.output);
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace gsrgnn
