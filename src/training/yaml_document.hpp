#pragma once

/// YAML of whatever origin, read within limits. Not public, so that only what reads decks needs yaml-cpp.

#include <yaml-cpp/yaml.h>

#include <cstddef>
#include <string>

namespace gsrgnn {

/// More than the largest sweep deck has.
constexpr std::size_t kMostYamlBytes = std::size_t{1} << 24U;

/// The one document of a text, every alias in it a copy of what it stands for. Throws YAML::ParserException, with the
/// line, for what is no YAML or no single document, holds NUL or what is not UTF-8, is larger than a deck can be,
/// nested deeper, or grows so by its aliases; also for an anchor that contains itself.
YAML::Node load_yaml(const std::string& text);

}  // namespace gsrgnn
