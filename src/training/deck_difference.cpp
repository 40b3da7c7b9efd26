#include <algorithm>
#include <gsrgnn/training/deck_difference.hpp>

namespace gsrgnn {
namespace {

/// As the resolved deck has it; empty where it has none.
std::string text_of(const Deck& deck, const Shares& /*rule*/, const double (&shares)[3]) {
  if (!deck.circuits.validation.empty()) return "";
  return fmt::format("[{}]", fmt::join(shares, shares + (deck.mode == Mode::joint ? 2 : 3), ", "));
}
template <class Rule, class Value>
std::string text_of(const Deck& /*deck*/, const Rule& rule, const Value& value) {
  return value_text(rule, value);
}
std::string text_of(const std::vector<std::string>& files) {
  return files.empty() ? "" : fmt::format("[{}]", fmt::join(files, ", "));
}
std::string circuit_text(const Deck& deck) {
  if (deck.mode == Mode::joint) return "";
  if (!deck.circuit.empty()) return deck.circuit;
  const GeneratorSpec& spec = deck.generate;
  const std::string size = spec.like.empty() ? fmt::format("cells: {}, edges: {}", spec.cells, spec.edges)
                                             : fmt::format("like: {}", spec.like);
  return fmt::format("{{generate: {{{}, seed: {}, graph: {}}}}}", size, spec.seed,
                     value_text(deck_choices().generated_graph, spec.graph));
}

}  // namespace

std::vector<DeckDifference> differences(const Deck& there, const Deck& here) {
  std::vector<DeckDifference> all;
  const auto compare = [&](const std::string& key, const std::string& a, const std::string& b) {
    if (a != b) all.push_back({key, a.empty() ? "not given" : a, b.empty() ? "not given" : b});
  };
  for_each_key(
      [&](const DeckKey& key, const auto& rule, const auto& a, const auto& b) {
        const auto had = [&](const Deck& deck) { return key.had(traits_of(deck.model.kind), deck.mode); };
        compare(key.path(), had(there) ? text_of(there, rule, a) : "", had(here) ? text_of(here, rule, b) : "");
      },
      there, here);
  compare("lef", text_of(there.lef), text_of(here.lef));
  compare("circuit", circuit_text(there), circuit_text(here));
  compare("circuits.training", text_of(there.circuits.training), text_of(here.circuits.training));
  compare("circuits.validation", text_of(there.circuits.validation), text_of(here.circuits.validation));
  compare("circuits.test", text_of(there.circuits.test), text_of(here.circuits.test));
  return all;
}

std::string differences_text(const std::vector<DeckDifference>& all) {
  constexpr std::size_t kMost = 3;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < std::min(all.size(), kMost); ++i) {
    texts.push_back(fmt::format("{} is {} there and {} here", all[i].key, all[i].there, all[i].here));
  }
  if (all.size() > kMost) texts.push_back(fmt::format("and {} more", all.size() - kMost));
  return fmt::format("{}", fmt::join(texts, ", "));
}

bool goes_on(const Deck& there, const Deck& here, std::int64_t done) {
  const auto differ = differences(there, here);
  if (differ.empty()) return true;
  return differ.size() == 1 && differ.front().key == "train.epochs" && here.train.schedule == Schedule::constant &&
         here.train.epochs >= done;
}

}  // namespace gsrgnn
