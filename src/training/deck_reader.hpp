#pragma once

/// The strict reader of decks, below what their keys mean: shared by the deck and the sweep deck. Not public, so that
/// only their sources need yaml-cpp.

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <map>

namespace gsrgnn {

/// A deck being read: knows where each key came from.
class Source {
 public:
  explicit Source(std::string file) : file_(std::move(file)) {}

  /// The key was given by `text`, which is the place of errors in it.
  void overridden(const std::string& key, const std::string& text) { overrides_[key] = text; }
  /// Said with every error, e.g. which of a sweep's runs it is in.
  void set_context(const std::string& context) { context_ = context; }

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
                         const std::string& hint) const {
    throw InputError(place(key, node), what + context_, hint);
  }

 private:
  std::string file_, context_;
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
                     fmt::format("did you mean '{}'? Known here: {}", meant(key, known), fmt::join(known, ", ")));
      }
      if (++seen[key] > 1)
        source_.fail(path(key), entry.first, fmt::format("'{}' is given twice", path(key)), "keep one");
    }
  }

  const std::string& name() const { return name_; }
  std::string path(const std::string& key) const { return name_.empty() ? key : name_ + "." + key; }
  YAML::Node get(const std::string& key) const {
    if (!node_.IsDefined() || !node_.IsMap() || !node_[key].IsDefined()) {
      return YAML::Node(YAML::NodeType::Undefined);
    }
    return node_[key];
  }
  [[noreturn]] void fail(const std::string& key, const std::string& what, const std::string& hint) const {
    source_.fail(path(key), get(key), what, hint);
  }

  template <class T>
  void read(const std::string& key, const Range<T>& range, T& value) const {
    const auto node = get(key);
    if (!node.IsDefined() || node.IsNull()) return;
    T number{};
    if (!node.IsScalar() || !YAML::convert<T>::decode(node, number) ||
        !(number >= range.least && number <= range.most)) {
      fail(key,
           fmt::format("'{}' is {}", path(key), node.IsScalar() ? "'" + node.Scalar() + "'" : "not a single value"),
           fmt::format("it must be a {} from {} to {}", std::is_integral_v<T> ? "whole number" : "number", range.least,
                       range.most));
    }
    value = number;
  }
  void string(const std::string& key, std::string& value) const {
    const auto node = get(key);
    if (!node.IsDefined() || node.IsNull()) return;
    if (!node.IsScalar() || node.Scalar().empty()) fail(key, fmt::format("'{}' must be a text", path(key)), "give one");
    value = node.Scalar();
  }
  template <class Enum>
  void read(const std::string& key, const Choices<Enum>& choices, Enum& value) const {
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
  /// At the deck's top, a key of its sections is meant to be one.
  std::string meant(const std::string& key, const std::vector<std::string>& known) const {
    if (!name_.empty()) return nearest(key, known);
    const auto among = [&](const std::vector<std::string>& keys) {
      return std::find(keys.begin(), keys.end(), key) != keys.end();
    };
    for (const char* section : {"model", "train"}) {
      if (among(keys_of(section))) return fmt::format("{}.{}", section, key);
    }
    return nearest(key, known);
  }
  const Source& source_;
  std::string name_;
  YAML::Node node_;
};

/// The text of a deck's file.
std::string deck_text(const std::string& path);
/// Its YAML, a mapping.
YAML::Node parse_deck_yaml(const std::string& text, const std::string& path);
/// Replaces a key ("section.key"), making the sections on the way; `place` is where the value was given.
void replace_key(const YAML::Node& root, Source& source, const std::string& key, const YAML::Node& value,
                 const std::string& place);
/// The same by an override, "section.key=value"; returns the key.
std::string apply_override(const YAML::Node& root, Source& source, const std::string& text);
/// The YAML of a deck's file with overrides.
YAML::Node read_deck_yaml(Source& source, const std::string& path, const std::vector<std::string>& overrides);
/// What the keys mean.
Deck resolve_deck(const YAML::Node& root, const Source& source, const std::string& path,
                  const std::string& default_output, bool resolved = false);
/// The keys at a deck's top.
std::vector<std::string> top_keys();

}  // namespace gsrgnn
