// Where the keys of a deck come from: its file, and what the command line replaces.

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>

#include "training/deck_reader.hpp"
#include "training/yaml_document.hpp"

namespace gsrgnn {
namespace {

/// What the YAML reader says, fit for one line.
std::string said(const YAML::Exception& error) {
  std::string message = error.msg;
  std::replace_if(
      message.begin(), message.end(), [](unsigned char c) { return std::iscntrl(c) != 0; }, '?');
  return message;
}

/// The text of a deck's file.
std::string deck_text(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw InputError(path, "no such file", "check the path of the deck");
  if (std::filesystem::is_directory(path, error)) throw InputError(path, "is a folder", "give a deck (a YAML file)");
  // Read once and by parts: it may be a pipe.
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::array<char, 1 << 16> part{};
  while (file.read(part.data(), part.size()), file.gcount() > 0) {
    text.append(part.data(), static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMostYamlBytes) {
      throw InputError(path, "is longer than a deck can be", fmt::format("at most {} bytes are read", kMostYamlBytes));
    }
  }
  if (!file.eof() || file.bad()) throw InputError(path, "cannot be read", "check its permissions");
  return text;
}

}  // namespace

std::string Source::place(const std::string& key, const YAML::Node& node) const {
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

InputError no_deck(const Source& source, const YAML::Exception& error) {
  return {fmt::format("{}:{}", source.file(), error.mark.line + 1), said(error), "see inputs/ for examples"};
}

YAML::Node parse_deck_yaml(const std::string& text, const std::string& path) {
  YAML::Node root;
  try {
    root = load_yaml(text);
  } catch (const YAML::ParserException& e) {
    throw InputError(fmt::format("{}:{}", path, e.mark.line + 1), "not valid YAML: " + said(e), "mend the line");
  } catch (const YAML::Exception&) {
    throw InputError(path, "cannot be read", "mend it");
  }
  if (!root.IsDefined() || root.IsNull()) root = YAML::Node(YAML::NodeType::Map);
  if (!root.IsMap()) throw InputError(path, "a deck is a mapping of keys", "see inputs/ for examples");
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

/// Replaces the key of "section.key=value", and returns it.
static std::string apply_override(const YAML::Node& root, Source& source, const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw InputError(text, "is not an override", "write it as section.key=value, e.g. model.k=16");
  }
  const std::string key = text.substr(0, equals);
  YAML::Node value;
  try {
    value = load_yaml(text.substr(equals + 1));
  } catch (const YAML::Exception& e) {
    throw InputError(text, fmt::format("the value is not valid YAML ({})", said(e)), "quote it");
  }
  // A variable of a script that was not set, perhaps.
  if (value.IsNull()) throw InputError(text, "gives no value", fmt::format("write {}=VALUE, or leave it out", key));
  replace_key(root, source, key, value, text);
  return key;
}

GivenDeck given_deck(const std::string& path, const std::vector<std::string>& overrides) {
  GivenDeck given{Source(path), parse_deck_yaml(deck_text(path), path), {}};
  for (const std::string& text : overrides) {
    given.overridden.emplace_back(apply_override(given.root, given.source, text), text);
  }
  return given;
}

}  // namespace gsrgnn
