#include "training/yaml_document.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <gsrgnn/util/text.hpp>
#include <sstream>
#include <unordered_map>
#include <vector>

namespace gsrgnn {
namespace {

constexpr std::size_t kMostNodes = 300000;  // of a tree that takes some hundred bytes a node
constexpr std::size_t kMostShared = 10000;  // where there are aliases, which cost more than they take room
constexpr std::size_t kDeepest = 64;

/// Counts the nodes of a document before any is made, those that aliases stand for each time.
class Census : public YAML::EventHandler {
 public:
  bool has_aliases() const { return aliases_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) throw YAML::ParserException(mark, "a second document begins, and a deck is one");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { leaf(mark, anchor); }
  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                const std::string& value) override {
    if (value.find('\0') != std::string::npos) throw YAML::ParserException(mark, "a text holds NUL");
    if (!is_utf8(value)) throw YAML::ParserException(mark, "a text is not UTF-8");  // and would be written as another
    leaf(mark, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = size_.find(anchor);
    if (found == size_.end()) throw YAML::ParserException(mark, "an anchor contains itself");
    aliases_ = true;
    count(mark, found->second);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    begin(mark, anchor);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    begin(mark, anchor);
  }
  void OnMapEnd() override { end(); }

 private:
  struct Open {
    YAML::anchor_t anchor;
    std::size_t before;
  };

  void count(const YAML::Mark& mark, std::size_t nodes) {
    nodes_ += nodes;
    if (nodes_ > (aliases_ ? kMostShared : kMostNodes)) {
      throw YAML::ParserException(
          mark, aliases_ ? "aliases make more of it than a deck can be" : "more values than a deck can have");
    }
  }
  void leaf(const YAML::Mark& mark, YAML::anchor_t anchor) {
    count(mark, 1);
    if (anchor != YAML::NullAnchor) size_[anchor] = 1;
  }
  void begin(const YAML::Mark& mark, YAML::anchor_t anchor) {
    open_.push_back({anchor, nodes_});
    if (open_.size() > kDeepest) throw YAML::ParserException(mark, "lists and mappings in each other too deep");
    count(mark, 1);
  }
  void end() {
    const Open closed = open_.back();
    open_.pop_back();
    if (closed.anchor != YAML::NullAnchor) size_[closed.anchor] = nodes_ - closed.before;
  }

  int documents_ = 0;
  bool aliases_ = false;
  std::size_t nodes_ = 0;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, std::size_t> size_;  ///< of the anchors that are closed
};

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

YAML::Mark mark_of_line(int line) {
  YAML::Mark mark;
  mark.line = line;
  return mark;
}

}  // namespace

YAML::Node load_yaml(const std::string& text) {
  if (text.size() > kMostYamlBytes) throw YAML::ParserException(mark_of_line(0), "longer than a deck can be");
  if (const auto nul = text.find('\0'); nul != std::string::npos) {
    const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(nul), '\n');
    throw YAML::ParserException(mark_of_line(static_cast<int>(line)), "it holds NUL");
  }
  Census census;
  std::istringstream stream(text);
  for (YAML::Parser parser(stream); parser.HandleNextDocument(census);) {
  }
  YAML::Node root = YAML::Load(text);
  std::vector<YAML::Node> seen;
  if (census.has_aliases() && root.IsMap()) unshare(root, seen);
  return root;
}

}  // namespace gsrgnn
