#pragma once

/// The strict reader of decks, below what their keys mean: shared by the deck and the sweep deck. Not public, so that
/// only their sources need yaml-cpp.

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <map>

#include "training/deck_words.hpp"

namespace gsrgnn {

/// The keys of `circuit: {generate: ...}`.
constexpr std::array<const char*, 5> kGenerateKeys = {"like", "cells", "edges", "seed", "graph"};

/// A deck being read: knows where each key came from.
class Source {
 public:
  explicit Source(std::string file) : file_(std::move(file)) {}

  const std::string& file() const { return file_; }
  /// The key was given by `text`, which is the place of errors in it.
  void overridden(const std::string& key, const std::string& text) { overrides_[key] = text; }
  /// Said with every error, e.g. which of a sweep's runs it is in.
  void set_context(const std::string& context) { context_ = context; }

  /// Where a key's value was given: the override, or FILE:LINE.
  std::string place(const std::string& key, const YAML::Node& node) const;
  [[noreturn]] void fail(const std::string& key, const YAML::Node& node, const std::string& what,
                         const std::string& hint) const {
    throw InputError(place(key, node), what + context_, hint);
  }

 private:
  std::string file_, context_;
  std::map<std::string, std::string> overrides_;
};

/// What a deck gives a key.
class Value {
 public:
  Value(const Source& source, std::string path, const YAML::Node& node)
      : source_(source), path_(std::move(path)), node_(node) {}

  const Source& source() const { return source_; }
  const std::string& path() const { return path_; }
  const YAML::Node& node() const { return node_; }
  bool given() const { return node_.IsDefined() && !node_.IsNull(); }
  [[noreturn]] void fail(const std::string& what, const std::string& hint) const {
    source_.fail(path_, node_, what, hint);
  }

  template <class T>
  void read(const Range<T>& range, T& value) const {
    if (!given()) return;
    T number{};
    if (!node_.IsScalar() || !parse_decimal(node_.Scalar(), number) ||
        !(number >= range.least && number <= range.most)) {
      fail(fmt::format("'{}' is {}", path_, node_.IsScalar() ? "'" + node_.Scalar() + "'" : "not a single value"),
           fmt::format("it must be a {} from {} to {}", std::is_integral_v<T> ? "whole number" : "number", range.least,
                       range.most));
    }
    value = number;
  }
  void read(std::string& value) const {
    if (!given()) return;
    if (!node_.IsScalar() || node_.Scalar().empty()) fail(fmt::format("'{}' must be a text", path_), "give one");
    value = node_.Scalar();
  }
  void read(const Path& /*rule*/, std::string& value) const { read(value); }
  template <class Enum>
  void read(const Choices<Enum>& choices, Enum& value) const {
    std::string text;
    read(text);
    if (text.empty()) return;
    std::vector<std::string> names;
    for (const auto& [name, meaning] : choices) {
      if (name == text) {
        value = meaning;
        return;
      }
      names.push_back(name);
    }
    fail(fmt::format("'{}' is not a value of '{}'", text, path_), fmt::format("it can be {}", fmt::join(names, ", ")));
  }

 private:
  const Source& source_;
  std::string path_;
  YAML::Node node_;
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
        source_.fail(path(key), entry.first, fmt::format("unknown key '{}'", path(key)), hint_for(key, known));
      }
      if (++seen[key] > 1)
        source_.fail(path(key), entry.first, fmt::format("'{}' is given twice", path(key)), "keep one");
    }
  }

  const std::string& name() const { return name_; }
  std::string path(const std::string& key) const { return name_.empty() ? key : name_ + "." + key; }
  Value get(const std::string& key) const {
    if (!node_.IsDefined() || !node_.IsMap() || !node_[key].IsDefined()) {
      return {source_, path(key), YAML::Node(YAML::NodeType::Undefined)};
    }
    return {source_, path(key), node_[key]};
  }

 private:
  /// What may have been meant, and what is known. At the deck's top, a key of its sections is meant to be one.
  std::string hint_for(const std::string& key, const std::vector<std::string>& known) const {
    std::string guess;
    for (const char* section : {"model", "train"}) {
      const auto keys = keys_of(section);
      if (name_.empty() && std::find(keys.begin(), keys.end(), key) != keys.end()) guess = section + ("." + key);
    }
    const std::string all = fmt::format("{}", fmt::join(known, ", "));
    if (guess.empty()) {
      const std::string advice = advice_on(key);
      if (!advice.empty()) return fmt::format("{}; known here: {}", advice, all);
      guess = nearest(key, known);
    }
    return guess.empty() ? "known here: " + all : fmt::format("did you mean '{}'?", guess);
  }

  const Source& source_;
  std::string name_;
  YAML::Node node_;
};

/// The keys of a deck, as its file and the command line give them.
struct GivenDeck {
  Source source;
  YAML::Node root;                                              ///< a mapping
  std::vector<std::pair<std::string, std::string>> overridden;  ///< keys, and the overrides that name them
};
/// Reads the file, once: it may be a pipe.
GivenDeck given_deck(const std::string& path, const std::vector<std::string>& overrides);
/// The YAML of a deck's text, a mapping.
YAML::Node parse_deck_yaml(const std::string& text, const std::string& path);
/// Replaces a key ("section.key"), making the sections on the way; `place` is where the value was given.
void replace_key(const YAML::Node& root, Source& source, const std::string& key, const YAML::Node& value,
                 const std::string& place);

/// What to throw when the YAML has other forms than a deck has, e.g. a list as a key.
InputError no_deck(const Source& source, const YAML::Exception& error);

/// What the keys say, each checked by itself. `resolved`: the deck is that of a run.
Deck read_values(const YAML::Node& root, const Source& source, const std::string& default_output,
                 bool resolved = false);
/// The same of a single key, "circuit", "circuits" or one of for_each_key, in a deck of this mode.
void read_value(const Value& value, Deck& deck);
/// Checks what the keys ask of each other, and puts to rest those that this kind and mode do not have.
void settle(Deck& deck, const YAML::Node& root, const Source& source);
/// A deck that is none of a sweep.
Deck one_deck(const GivenDeck& given);
/// The keys at a deck's top.
std::vector<std::string> top_keys();

}  // namespace gsrgnn
