#include <cctype>
#include <filesystem>
#include <gsrgnn/campaign/sweep_deck.hpp>
#include <gsrgnn/util/hash.hpp>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "training/deck_reader.hpp"

namespace gsrgnn {
namespace {

constexpr std::int64_t kMostRuns = 1000000;

/// A key of `sweep:` and what it goes through.
struct Swept {
  std::string given, key;  ///< as written, and in full
  std::vector<YAML::Node> values;
  std::vector<std::string> texts, places;  ///< of the values
};

/// On one line, as an override would say it.
std::string flow(const YAML::Node& value) {
  if (value.IsScalar()) return value.Scalar();
  YAML::Emitter out;
  out.SetMapFormat(YAML::Flow);
  out.SetSeqFormat(YAML::Flow);
  out << value;
  return out.c_str();
}

/// The keys that can be swept, as they can be written, and in full.
std::map<std::string, std::string> swept_keys() {
  std::map<std::string, std::string> full = {
      {"circuit", "circuit"}, {"circuits", "circuits"}, {"features", "features"}};
  for (const char* section : {"model", "train"}) {
    for (const auto& key : keys_of(section)) {
      const std::string path = fmt::format("{}.{}", section, key);
      full[key] = full[path] = path;
    }
  }
  return full;
}

}  // namespace

std::vector<std::string> sweep_key_values() {
  std::vector<std::string> all;
  for (const auto& [given, key] : swept_keys()) {
    if (given.find('.') == std::string::npos) all.push_back(fmt::format("sweep.{}=", given));
  }
  return all;
}

namespace {

/// The key itself, which knows its line even when its value is empty.
YAML::Node key_of(const YAML::Node& root, const std::string& key) {
  for (const auto& entry : root) {
    if (entry.first.IsScalar() && entry.first.Scalar() == key) return entry.first;
  }
  return root;
}

std::vector<Swept> read_lists(const Source& source, const YAML::Node& root) {
  const YAML::Node sweep = root["sweep"];
  const auto full = swept_keys();
  std::vector<std::string> known;
  for (const auto& [key, meaning] : full) known.push_back(key);
  const Section section(source, "sweep", sweep, known);
  if (!sweep.IsMap() || sweep.size() == 0) {
    source.fail("sweep", key_of(root, "sweep"), "'sweep' holds no lists",
                "write e.g. sweep: {layers: [10, 20]}, or use gsrgnn train");
  }
  std::vector<Swept> lists;
  for (const auto& entry : sweep) {
    Swept swept{entry.first.as<std::string>(), full.at(entry.first.as<std::string>()), {}, {}, {}};
    const auto path = section.path(swept.given);
    const auto refuse = [&](bool bad, const YAML::Node& at, const std::string& what, const std::string& hint) {
      if (bad) source.fail(path, at, fmt::format("'{}' {}", path, what), hint);
    };
    for (const auto& other : lists) {
      refuse(other.key == swept.key, entry.first, fmt::format("is given twice, also as '{}'", other.given), "keep one");
    }
    const std::string single = entry.second.IsScalar() ? entry.second.Scalar() : "first, second";
    refuse(!entry.second.IsSequence(), entry.first, "is not a list",
           fmt::format("write {}: [{}]", swept.given, single));
    refuse(entry.second.size() == 0, entry.first, "is an empty list", "give it values or leave it out");
    std::set<std::string> seen;
    for (const auto& value : entry.second) {
      const bool empty = value.IsNull() || (value.IsScalar() && value.Scalar().empty());
      refuse(empty, value, "has an empty value", "give it one or take it out");
      const std::string text = flow(value);
      if (!seen.insert(text).second) refuse(true, value, fmt::format("has {} twice", text), "keep one");
      swept.values.push_back(value);
      swept.texts.push_back(text);
      swept.places.push_back(source.place(path, value));
    }
    lists.push_back(std::move(swept));
  }
  return lists;
}

/// A key that is swept cannot be set to one value besides.
void refuse_swept(const std::vector<Swept>& lists, const std::vector<std::pair<std::string, std::string>>& overridden) {
  for (const auto& [key, text] : overridden) {
    for (const auto& swept : lists) {
      if (key == swept.key || key.rfind(swept.key + ".", 0) == 0) {
        throw InputError(text, fmt::format("the sweep varies '{}'", swept.key),
                         fmt::format("write 'sweep.{}=[...]'", swept.given));
      }
    }
  }
}

std::string file_name_characters(std::string text) {
  for (char& c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && std::string("._+-").find(c) == std::string::npos) c = '_';
  }
  return text.substr(0, 64);
}

std::string stem(const std::string& path) {
  return std::filesystem::path(path).stem().string();
}

/// What a run's name calls its circuit or circuits.
std::string circuit_token(const Deck& deck) {
  if (deck.mode == Mode::joint) {
    std::vector<std::string> names;
    for (const std::string& path : deck.circuits.test) names.push_back(stem(path));
    return fmt::format("joint-{}", fmt::join(names, "+"));
  }
  if (!deck.circuit.empty()) return stem(deck.circuit);
  if (!deck.generate.like.empty()) return deck.generate.like;
  return fmt::format("{}{}", value_text(deck_choices().generated_graph, deck.generate.graph), deck.generate.cells);
}

/// "layers 10, k 4"
std::string say(const std::vector<Swept>& lists, const std::vector<std::size_t>& at) {
  std::string text;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", lists[i].given, lists[i].texts[at[i]]);
  }
  return text;
}

void check_folder(const Source& source, const YAML::Node& output, const std::string& folder) {
  const std::string what = fmt::format("the output of a sweep is a folder, and '{}' is ", folder);
  std::error_code error;
  if (std::filesystem::path(folder).extension() == ".h5") {
    source.fail("output", output, what + "the name of a file",
                fmt::format("write {}", std::filesystem::path(folder).replace_extension().string()));
  }
  if (std::filesystem::exists(folder, error) && !std::filesystem::is_directory(folder, error)) {
    source.fail("output", output, what + "a file", "give another name");
  }
}

/// What a sweep deck says but for its runs; sets the first values of the lists in it, so that it is a deck.
SweepDeck read_frame(GivenDeck& given, std::vector<Swept>& lists) {
  const Source& source = given.source;
  const std::string& path = source.file();
  SweepDeck sweep;
  std::vector<std::string> known = top_keys();
  known.emplace_back("sweep");
  const Section top(source, "", given.root, known);
  if (!given.root["sweep"].IsDefined()) {
    throw InputError(path, "the deck has no 'sweep'", "add e.g. sweep: {layers: [10, 20]}, or use gsrgnn train");
  }
  lists = read_lists(source, given.root);
  refuse_swept(lists, given.overridden);
  sweep.folder = (std::filesystem::path("runs") / stem(path)).string();
  top.get("output").read(sweep.folder);
  check_folder(source, given.root["output"], sweep.folder);
  sweep.combinations = 1;
  for (const Swept& swept : lists) {
    sweep.combinations *= static_cast<std::int64_t>(swept.values.size());
    if (sweep.combinations <= kMostRuns) continue;
    source.fail("sweep", key_of(given.root, "sweep"), fmt::format("the lists multiply to more than {} runs", kMostRuns),
                "split the sweep into several decks");
  }
  given.root.remove("sweep");
  for (const Swept& swept : lists) {
    replace_key(given.root, given.source, swept.key, swept.values[0], swept.places[0]);
  }
  return sweep;
}

SweepDeck read_sweep(GivenDeck& given) {
  std::vector<Swept> lists;
  SweepDeck sweep = read_frame(given, lists);
  std::vector<std::size_t> at(lists.size(), 0);
  const auto context = [&] { return fmt::format(" (in the run of {})", say(lists, at)); };
  given.source.set_context(context());
  const Deck first = read_values(given.root, given.source, "");
  sweep.checkpoint = first.checkpoint;  // which cannot be swept, nor can
  sweep.memory_limit = first.memory_limit;
  sweep.keep = first.keep;
  std::unordered_set<std::string> identities;
  std::unordered_map<std::string, std::string> names;  // and of what run each is
  for (std::int64_t combination = 0; combination < sweep.combinations; ++combination) {
    given.source.set_context(context());
    Deck deck = first;
    for (std::size_t i = 0; i < lists.size(); ++i) {
      given.source.overridden(lists[i].key, lists[i].places[at[i]]);
      read_value({given.source, lists[i].key, lists[i].values[at[i]]}, deck);
    }
    settle(deck, given.root, given.source);
    const std::string identity = deck_identity(deck);
    if (identities.insert(identity).second) {
      const std::string name = run_name(deck, identity);
      const auto [other, is_new] = names.emplace(name, say(lists, at));
      if (!is_new) {
        throw InputError(
            given.source.file(),
            fmt::format("the runs of {} and of {} would both be named {}", other->second, say(lists, at), name),
            "train one of them by a sweep of its own, with another output");
      }
      sweep.runs.push_back({name, identity});
      sweep.decks.push_back(std::move(deck));
    }
    for (std::size_t i = lists.size(); i-- > 0 && ++at[i] == lists[i].values.size();) at[i] = 0;
  }
  return sweep;
}

SweepDeck sweep_of(GivenDeck given) {
  try {
    return read_sweep(given);
  } catch (const YAML::Exception& e) {
    throw no_deck(given.source, e);
  }
}

}  // namespace

SweepDeck read_sweep_deck(const std::string& path, const std::vector<std::string>& overrides) {
  return sweep_of(given_deck(path, overrides));
}

std::variant<Deck, SweepDeck> read_any_deck(const std::string& path, const std::vector<std::string>& overrides) {
  GivenDeck given = given_deck(path, overrides);
  const YAML::Node root = given.root;
  if (root["sweep"].IsDefined()) return sweep_of(std::move(given));
  return one_deck(given);
}

std::string run_name(const Deck& deck, const std::string& identity) {
  const Deck plain;
  std::string name = file_name_characters(circuit_token(deck));
  std::string seed;  // last, for runs that differ in it alone are repetitions
  for_each_key(
      [&](const DeckKey& key, const auto& rule, const auto& value, const auto& usual) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(rule)>, Shares>) {
          const std::string text = value_text(rule, value);
          if (key.prefix == nullptr || !key.had(traits_of(deck.model.kind), deck.mode)) return;
          if (key.role == KeyRole::further && text == value_text(rule, usual)) return;
          (key.role == KeyRole::repetition ? seed : name) +=
              fmt::format("-{}{}", key.prefix, file_name_characters(text));
        }
      },
      deck, plain);
  name += seed;
  // Thirty-two bits are enough to tell apart what has the same tokens.
  return fmt::format("{}-{:08x}", name, static_cast<std::uint32_t>(identity_hash(identity)));
}

}  // namespace gsrgnn
