#include <charconv>
#include <cmath>
#include <cstdlib>
#include <gsrgnn/circuit/design_text.hpp>
#include <gsrgnn/circuit/gcell_grid.hpp>
#include <gsrgnn/circuit/lefdef_tokens.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

}  // namespace

LefDefTokens::LefDefTokens(const std::string& path, std::string_view format)
    : path_(path), text_(read_design_text(path, format)) {
  scan();
  if (at_end()) throw InputError(path, "the file is empty", fmt::format("give a {} file with a design", format));
}

void LefDefTokens::scan() {
  const char* const begin = text_.data();
  const char* const end = begin + text_.size();
  const char* p = begin + position_;
  while (p != end && (is_space(*p) || *p == '#')) {
    if (*p == '#') {
      while (p != end && *p != '\n') ++p;
    } else {
      if (*p == '\n') ++scan_line_;
      ++p;
    }
  }
  const char* const first = p;
  ahead_line_ = scan_line_;
  if (p != end && *p == '"') {
    for (++p; p != end && *p != '"'; ++p) {
      if (*p == '\\' && p + 1 != end) ++p;
      if (*p == '\n') ++scan_line_;
    }
    if (p == end) throw InputError(place(ahead_line_), "a quoted string has no end", kWriteItAgain);
    ++p;
  } else {
    while (p != end && !is_space(*p)) ++p;
  }
  ahead_ = std::string_view(first, static_cast<std::size_t>(p - first));
  position_ = static_cast<std::size_t>(p - begin);
}

std::string_view LefDefTokens::next() {
  line_ = ahead_line_;
  if (at_end()) fail("the file ends too early, it seems to be cut off", "copy it again in full");
  const std::string_view word = ahead_;
  scan();
  return word;
}

std::string LefDefTokens::keyword() {
  std::string word(next());
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return word;
}

bool LefDefTokens::accept(std::string_view word) {
  if (ahead_ != word && !is_keyword(ahead_, word)) return false;
  next();
  return true;
}

void LefDefTokens::expect(std::string_view word) {
  const std::string_view found = next();
  if (found != word && !is_keyword(found, word))
    fail(fmt::format("expected {}, found {}", in_quotes(word), in_quotes(found)));
}

std::int32_t LefDefTokens::integer(std::string_view what, std::int32_t least) {
  const std::string_view word = next();
  std::int32_t value = 0;
  // 5000.0 is a whole number too.
  const std::size_t point = word.find('.');
  const bool whole =
      point != std::string_view::npos && word.find_first_not_of('0', point + 1) == std::string_view::npos;
  const char* const end = word.data() + (whole ? point : word.size());
  const auto [stop, error] = std::from_chars(word.data(), end, value);
  if (error == std::errc::invalid_argument || stop != end) {
    fail(fmt::format("expected a whole number for {}, found {}", what, in_quotes(word)));
  }
  if (error != std::errc() || value < least) {
    fail(fmt::format("{} is out of range for {} ({} to {})", in_quotes(word), what, least,
                     std::numeric_limits<std::int32_t>::max()));
  }
  return value;
}

double LefDefTokens::number(std::string_view what) {
  const std::string word(next());
  char* stop = nullptr;
  const double value = std::strtod(word.c_str(), &stop);
  if (word.empty() || *stop != 0 || !(std::abs(value) <= kFarthest)) {
    fail(fmt::format("expected a number for {}, found {}", what, in_quotes(std::string_view(word))));
  }
  return value;
}

void LefDefTokens::skip_through(std::string_view word) {
  while (!is_keyword(next(), word)) {
  }
}

void LefDefTokens::skip_to_end(std::string_view name) {
  while (!is_keyword(next(), "END") || !accept(name)) {
  }
}

std::string LefDefTokens::place(std::int64_t line) const {
  return fmt::format("{}:{}", path_, line);
}

void LefDefTokens::fail(std::string_view what, std::string_view hint) const {
  throw InputError(place(), what, hint);
}

}  // namespace gsrgnn
