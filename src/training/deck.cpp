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
#include <set>

#include "training/deck_reader.hpp"

namespace gsrgnn {
namespace {

/// A file, or how to generate it.
void read_circuit(const Value& value, Deck& deck) {
  deck.circuit.clear();
  deck.generate = {};
  if (!value.given()) return;
  if (value.node().IsScalar()) return value.read(deck.circuit);
  const Section circuit(value.source(), "circuit", value.node(), {"generate"});
  const Section generate(value.source(), "circuit.generate", circuit.get("generate").node(),
                         {kGenerateKeys.begin(), kGenerateKeys.end()});
  const Value like = generate.get("like"), cells = generate.get("cells"), edges = generate.get("edges");
  like.read(deck.generate.like);
  if (!deck.generate.like.empty() && (cells.node().IsDefined() || edges.node().IsDefined())) {
    like.fail("'circuit.generate.like' is given beside cells or edges",
              "give one or the other; on the command line all of it: circuit='{generate: {like: 356-R}}'");
  }
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  generate.get("graph").read(deck_choices().generated_graph, deck.generate.graph);
  cells.read(Range<std::int64_t>{2, std::numeric_limits<std::int32_t>::max()}, deck.generate.cells);
  edges.read(Range<std::int64_t>{0, kMost}, deck.generate.edges);
  generate.get("seed").read(Range<std::uint64_t>{0, kMost}, deck.generate.seed);
}

/// One of the lists of a joint deck; `used` holds the circuits of those before it.
void read_circuit_list(const Value& value, const char* key, bool needed, std::vector<std::string>& list,
                       std::set<std::string>& used) {
  if (value.given() && !value.node().IsSequence()) {
    value.fail(fmt::format("'{}' is not a list", value.path()), fmt::format("write {}: [first.def, second.h5]", key));
  }
  list.clear();
  if (value.given()) {
    for (const auto& entry : value.node()) {
      if (!entry.IsScalar() || entry.Scalar().empty()) {
        value.fail(fmt::format("'{}' has an entry that is not a file's name", value.path()),
                   "name circuit files and DEFs; gsrgnn generate makes circuit files");
      }
      list.push_back(entry.Scalar());
      if (!used.insert(std::filesystem::path(entry.Scalar()).lexically_normal().string()).second) {
        value.fail(fmt::format("'{}' is named twice", entry.Scalar()), "a circuit has one part to play");
      }
    }
  }
  if (needed && list.empty()) {
    value.fail(fmt::format("a joint training needs circuits in '{}'", value.path()),
               "list the files, e.g. circuits: {training: [a.def, b.def], test: [c.def]}");
  }
}

void read_circuits(const Value& value, Deck& deck) {
  const Section circuits(value.source(), "circuits", value.node(), {"training", "validation", "test"});
  std::set<std::string> used;
  read_circuit_list(circuits.get("training"), "training", true, deck.circuits.training, used);
  read_circuit_list(circuits.get("validation"), "validation", false, deck.circuits.validation, used);
  read_circuit_list(circuits.get("test"), "test", true, deck.circuits.test, used);
}

/// One LEF or a list of them.
void read_lefs(const Value& value, std::vector<std::string>& lef) {
  if (!value.given()) return;
  const auto add = [&](const YAML::Node& entry) {
    if (!entry.IsScalar() || entry.Scalar().empty()) {
      value.fail("'lef' has an entry that is not a file's name", "write lef: [technology.lef, cells.lef]");
    }
    lef.push_back(entry.Scalar());
  };
  if (!value.node().IsSequence()) return add(value.node());
  for (const auto& entry : value.node()) add(entry);
}

void read_memory_limit(const Value& value, std::int64_t& bytes) {
  std::string text;
  value.read(text);
  if (text.empty()) return;
  const auto size = parse_bytes(text);
  if (!size) {
    value.fail(fmt::format("'memory_limit' is '{}', which is no size", text),
               "write e.g. 600MB, 1.5GiB or a number of bytes");
  }
  bytes = *size;
}

/// Shares that add up to 1, as many as the mode has.
void read_split(const Value& value, Mode mode, double (&share)[3]) {
  const bool joint = mode == Mode::joint;
  if (joint) std::copy_n(std::array<double, 3>{0.9, 0.1, 0}.begin(), 3, share);
  if (!value.given()) return;
  const YAML::Node& split = value.node();
  const std::size_t parts = joint ? 2 : 3;
  double sum = 0;
  bool good = split.IsSequence() && split.size() == parts;
  for (std::size_t part = 0; good && part < parts; ++part) {
    good = split[part].IsScalar() && parse_decimal(split[part].Scalar(), share[part]) && share[part] > 0 &&
           share[part] < 1;
    sum += share[part];
  }
  if (good && std::abs(sum - 1) <= 1e-9) return;
  value.fail(fmt::format("'train.split' is not {} shares of the cells that add up to 1", joint ? "two" : "three"),
             joint ? "write training and validation, e.g. [0.9, 0.1]; the test is on whole circuits"
                   : "write training, validation and test, e.g. [0.8, 0.1, 0.1]");
}

/// A key of a resolved deck of an older program, which lacks it.
template <class Rule, class Member>
void set_as_before(const DeckKey& key, const Rule& rule, Member& member) {
  if constexpr (std::is_enum_v<Member>) {
    for (const auto& [choice, meaning] : rule) {
      if (key.before != nullptr && choice == key.before) member = meaning;
    }
  }
}

template <class Rule, class Member>
void read_by_rule(const Value& value, const Rule& rule, Mode mode, Member& member) {
  if constexpr (std::is_array_v<Member>) {
    read_split(value, mode, member);
  } else {
    value.read(rule, member);
  }
}

/// Reads the keys of one section by their rules. `resolved`: the deck is that of a run.
void read_keys(const Section& section, bool resolved, Deck& deck) {
  for_each_key(
      [&](const DeckKey& key, const auto& rule, auto& member) {
        if (section.name() != key.section) return;
        if (resolved) set_as_before(key, rule, member);
        read_by_rule(section.get(key.name), rule, deck.mode, member);
      },
      deck);
}

/// What keys of a model ask of each other; given(section, key) is what the deck says.
template <class Given>
void check_model(const Given& given, const ModelSettings& m) {
  const ModelTraits& kind = traits_of(m.kind);
  if (m.groups < kind.least_groups || m.groups > kind.most_groups) {
    given("model", "groups")
        .fail(fmt::format("model.groups is {}", m.groups),
              fmt::format("a {} model has {} groups{}", kind.name, kind.least_groups,
                          kind.least_groups == kind.most_groups ? "" : " or more"));
  }
  if (m.layers > kMostBlocks / m.groups) {
    given("model", "layers")
        .fail(fmt::format("model.layers ({}) times model.groups ({}) is more than {} blocks", m.layers, m.groups,
                          kMostBlocks),
              fmt::format("use at most {} layers, or fewer groups", kMostBlocks / m.groups));
  }
  if (m.hidden % m.groups != 0) {
    given("model", "hidden")
        .fail(fmt::format("model.hidden ({}) is not divisible by model.groups ({})", m.hidden, m.groups),
              fmt::format("use {} or {}", std::max(m.hidden / m.groups, 1) * m.groups,
                          (m.hidden / m.groups + 1) * m.groups));
  }
  if (kind.k && m.k > m.hidden / m.groups) {
    given("model", "k")
        .fail(fmt::format("model.k ({}) is larger than the width of a group ({})", m.k, m.hidden / m.groups),
              fmt::format("use at most {}, or a larger model.hidden", m.hidden / m.groups));
  }
  const bool lattice = has_lattice(m.relation_set);
  if (lattice && m.nodes == Nodes::cells) {
    given("model", "relations")
        .fail("the lattice is one of GCells", "use model.nodes: gcells, or model.relations: nets or nets+bins");
  }
  if (m.relation_set == RelationSet::nets_and_bins && m.nodes == Nodes::gcells) {
    given("model", "relations")
        .fail("bins are of cells", "use model.nodes: cells, or model.relations: lattice or nets+lattice");
  }
  if (m.relation_set != RelationSet::nets && m.adjacency == Adjacency::expanded) {
    given("model", "adjacency")
        .fail("with further relations messages pass through the nets", "use model.adjacency: nets");
  }
  if (!lattice && m.flips == Flips::on) {
    given("model", "flips")
        .fail("without a lattice nothing tells a die from its flips",
              "use model.relations: lattice, or leave flips out");
  }
}

/// Keys that this kind of model or mode does not have.
void put_to_rest(Deck& deck) {
  const ModelTraits& kind = traits_of(deck.model.kind);
  Deck at_rest;
  at_rest.model.groups = kind.least_groups;
  for_each_key(
      [&](const DeckKey& key, const auto& /*rule*/, auto& member, const auto& rest) {
        if constexpr (!std::is_array_v<std::remove_reference_t<decltype(member)>>) {
          if (!key.had(kind, deck.mode)) member = rest;
        }
      },
      deck, at_rest);
}

}  // namespace

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

std::string said(const Path& /*rule*/) {
  return "a file";
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
          const std::string preset = value_text(rule, value);
          text +=
              fmt::format("  {:<21}{}; {}; {}\n", key.path(), key.help, said(rule), preset.empty() ? "none" : preset);
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
  std::vector<std::string> keys = {"circuit", "circuits", "model", "train", "output", "memory_limit", "keep", "lef"};
  for (const std::string& key : keys_of("")) keys.push_back(key);
  return keys;
}

Deck read_values(const YAML::Node& root, const Source& source, const std::string& default_output, bool resolved) {
  Deck deck;
  try {
    const Section top(source, "", root, top_keys());
    read_keys(top, resolved, deck);
    read_lefs(top.get("lef"), deck.lef);
    const Value circuit = top.get("circuit"), circuits = top.get("circuits");
    if (deck.mode == Mode::independent) {
      if (circuits.node().IsDefined()) {
        circuits.fail("'circuits' is of joint trainings only",
                      "write mode: joint to train one model on all of them, or give one 'circuit'");
      }
      read_circuit(circuit, deck);
    } else {
      if (circuit.node().IsDefined()) {
        circuit.fail("a joint training has no 'circuit'", "list several under 'circuits'");
      }
      read_circuits(circuits, deck);
    }
    read_keys(Section(source, "model", top.get("model").node(), keys_of("model")), resolved, deck);
    std::vector<std::string> keys = keys_of("train");
    keys.emplace_back("checkpoint");
    const Section train(source, "train", top.get("train").node(), keys);
    read_keys(train, resolved, deck);
    const Section checkpoint(source, "train.checkpoint", train.get("checkpoint").node(), {"epochs", "minutes", "keep"});
    checkpoint.get("epochs").read(Range<int>{0, 10000000}, deck.checkpoint.epochs);
    checkpoint.get("minutes").read(Range<double>{0, 1e6}, deck.checkpoint.minutes);
    checkpoint.get("keep").read(Choices<bool>{{"false", false}, {"true", true}}, deck.checkpoint.keep);
    read_memory_limit(top.get("memory_limit"), deck.memory_limit);
    top.get("keep").read(Choices<Keep>{{"fit", Keep::fit}, {"all", Keep::all}, {"none", Keep::none}}, deck.keep);
    deck.output = default_output;
    top.get("output").read(deck.output);
  } catch (const YAML::Exception& e) {
    throw no_deck(source, e);
  }
  return deck;
}

void read_value(const Value& value, Deck& deck) {
  if (value.path() == "circuit") return read_circuit(value, deck);
  if (value.path() == "circuits") return read_circuits(value, deck);
  for_each_key(
      [&](const DeckKey& key, const auto& rule, auto& member) {
        if (key.is(value.path())) read_by_rule(value, rule, deck.mode, member);
      },
      deck);
}

void settle(Deck& deck, const YAML::Node& root, const Source& source) {
  const auto given = [&](const char* section, const char* key) {
    const YAML::Node in = root[section];
    const bool has_it = in.IsDefined() && in.IsMap() && in[key].IsDefined();
    return Value(source, fmt::format("{}.{}", section, key), has_it ? in[key] : YAML::Node(YAML::NodeType::Undefined));
  };
  put_to_rest(deck);
  check_model(given, deck.model);
  if (deck.model.nodes == Nodes::gcells && deck.train.split_by == SplitUnit::cells) {
    given("train", "split_by")
        .fail("the cells of a GCell are one node, which has one part", "use train.split_by: tiles, or gcells");
  }
  const auto needs_ancestor = [&](const char* key, bool asked) {
    if (!asked || !deck.train.from.empty()) return;
    given("train", key)
        .fail(fmt::format("'train.{}' is of trainings that start from a model", key),
              fmt::format("name that model in train.from, or leave {} out", key));
  };
  needs_ancestor("body_rate", deck.train.body_rate != 1);
  needs_ancestor("from_share", deck.train.from_share != 0);
  if (!deck.circuits.validation.empty() && given("train", "split").given()) {
    given("train", "split")
        .fail("'train.split' divides the cells of circuits, and here whole circuits are held out",
              "leave it out, or leave out circuits.validation");
  }
}

Deck one_deck(const GivenDeck& given) {
  for (const auto& entry : given.root) {
    if (entry.first.IsScalar() && entry.first.Scalar() == "sweep") {
      given.source.fail("sweep", entry.first, "the deck is a sweep, of many runs", "use gsrgnn sweep");
    }
  }
  const auto stem = std::filesystem::path(given.source.file()).stem();
  Deck deck = read_values(given.root, given.source, (std::filesystem::path("runs") / stem).string() + ".h5");
  settle(deck, given.root, given.source);
  return deck;
}

Deck read_deck(const std::string& path, const std::vector<std::string>& overrides) {
  return one_deck(given_deck(path, overrides));
}

Deck parse_deck(const std::string& text, const std::string& place) {
  const Source source(place);
  const YAML::Node root = parse_deck_yaml(text, place);
  Deck deck = read_values(root, source, "", true);
  settle(deck, root, source);
  return deck;
}

}  // namespace gsrgnn
