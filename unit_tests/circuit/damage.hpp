#pragma once

// How tests damage text files: bytes, words and lines that are changed, lost, doubled or exchanged.

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace gsrgnn::testing {

// Plain remainders: the distributions of the standard library differ from one implementation to another.
class Damage {
 public:
  explicit Damage(std::uint32_t seed) : random_(seed) {}

  std::string operator()(std::string text) {
    for (std::size_t change = 1 + below(4); change > 0 && !text.empty(); --change) {
      switch (below(3)) {
        case 0:
          damage_bytes(text);
          break;
        case 1:
          damage_piece(text, "\n");
          break;
        default:
          damage_piece(text, " \n");
      }
    }
    return text;
  }

 private:
  std::size_t below(std::size_t end) { return random_() % end; }

  void damage_bytes(std::string& text) {
    const std::size_t at = below(text.size());
    switch (below(5)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(at, 1 + below(20));
        break;
      case 2:
        text.insert(at, text.substr(below(text.size()), below(200)));
        break;
      case 3:
        text.insert(at, 1, " \n\t;()+-*#\"\\09\0"[below(16)]);
        break;
      default:
        if (below(8) == 0) text.resize(at);
    }
  }

  // A line or a word: deleted, doubled, exchanged for another one, or replaced by an extreme number.
  void damage_piece(std::string& text, const char* separators) {
    const auto [begin, length] = piece(text, separators);
    const auto [other, other_length] = piece(text, separators);
    const std::string copy = text.substr(other, other_length);
    static const std::vector<std::string> extremes = {
        "0",   "-1", "1", "65536", "2147483647", "-2147483648", "2147483648", "-99999999999999999999",
        "1e9", "*",  "",  "END",   "NEW",        "VIRTUAL",     "RECT"};
    switch (below(4)) {
      case 0:
        text.erase(begin, length);
        break;
      case 1:
        text.insert(begin, text.substr(begin, length) + separators[0]);
        break;
      case 2:
        text.replace(begin, length, copy);
        break;
      default:
        text.replace(begin, length, extremes[below(extremes.size())]);
    }
  }

  std::pair<std::size_t, std::size_t> piece(const std::string& text, const char* separators) {
    if (text.empty()) return {0, 0};
    const std::size_t at = below(text.size());
    const std::size_t before = text.find_last_of(separators, at);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    return {begin, end - begin};
  }

  std::mt19937 random_;
};

}  // namespace gsrgnn::testing
