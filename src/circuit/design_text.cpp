#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <gsrgnn/circuit/design_text.hpp>
#include <gsrgnn/circuit/gcell_grid.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>
#include <gsrgnn/util/gzip.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn {
namespace {

// A bomb must not take all memory; designs pack to a tenth.
constexpr std::size_t kMostUnpacked = std::size_t{1} << 28, kMostPacking = 200;

}  // namespace

std::string read_design_text(const std::string& path, std::string_view format) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  const std::string hint = fmt::format("give the path of a {} file", format);
  if (!fs::exists(status)) throw InputError(path, "there is no such file", hint);
  if (!fs::is_regular_file(status)) {
    throw InputError(path, fs::is_directory(status) ? "this is a directory" : "this is not a plain file", hint);
  }
  auto text = read_text_file(path);
  if (!text) throw InputError(path, "the file cannot be read", "check its permissions");
  if (is_gzip(*text)) *text = gunzip(*text, path, kMostUnpacked + kMostPacking * text->size());
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text->compare(0, kByteOrderMark.size(), kByteOrderMark) == 0) text->erase(0, kByteOrderMark.size());
  return std::move(*text);
}

TextLines::TextLines(const std::string& path, std::string_view format, std::string_view separators)
    : path_(path), text_(read_design_text(path, format)) {
  for (const char c : {' ', '\t', '\n', '\v', '\f', '\r'}) separates_[static_cast<unsigned char>(c)] = true;
  for (const char c : separators) separates_[static_cast<unsigned char>(c)] = true;
}

bool TextLines::next() {
  const auto parts = [this](char c) { return separates_[static_cast<unsigned char>(c)]; };
  words_.clear();
  while (words_.empty() && position_ < text_.size()) {
    ++line_;
    const std::size_t end = std::min(text_.find('\n', position_), text_.size());
    for (std::size_t at = position_; at < end;) {
      if (parts(text_[at])) {
        ++at;
        continue;
      }
      if (text_[at] == '#') break;
      const std::size_t first = at;
      while (at < end && !parts(text_[at])) ++at;
      words_.emplace_back(text_.data() + first, at - first);
    }
    position_ = end + 1;
  }
  return !words_.empty();
}

void TextLines::need(std::string_view what) {
  if (!next())
    fail(fmt::format("the file ends where {} should follow, it seems to be cut off", what), "copy it again in full");
}

std::string_view TextLines::word_at(std::size_t word, std::string_view what) const {
  if (word >= words_.size()) fail(fmt::format("{} is missing at the end of the line", what));
  return words_[word];
}

double TextLines::number(std::size_t word, std::string_view what) const {
  std::string_view text = word_at(word, what);
  const std::string_view shown = text;
  if (text.size() > 1 && text[0] == '+') text.remove_prefix(1);
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || !(std::abs(value) <= kFarthest)) {
    fail(fmt::format("expected a number for {}, found {}", what, in_quotes(shown)));
  }
  return value;
}

std::int64_t TextLines::integer(std::size_t word, std::string_view what, std::int64_t least, std::int64_t most) const {
  const double value = number(word, what);
  if (value != std::trunc(value) || value < static_cast<double>(least) || value > static_cast<double>(most)) {
    fail(fmt::format("{} is no whole number from {} to {} for {}", in_quotes(words_[word]), least, most, what));
  }
  return static_cast<std::int64_t>(value);
}

std::string TextLines::place(std::int64_t line) const {
  return fmt::format("{}:{}", path_, line);
}

void TextLines::fail(std::string_view what, std::string_view hint) const {
  throw InputError(place(), what, hint);
}

}  // namespace gsrgnn
