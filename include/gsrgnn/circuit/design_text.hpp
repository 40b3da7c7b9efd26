#pragma once

/// Text files that tell of designs, gzipped or not: whole, or line by line.

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace gsrgnn {

/// What to do about a file that is not as its format demands.
inline constexpr std::string_view kWriteItAgain = "write the file again with the tool that made it";

/// Whether a word is that keyword, which is in capitals.
inline bool is_keyword(std::string_view word, std::string_view keyword) {
  return std::equal(word.begin(), word.end(), keyword.begin(), keyword.end(),
                    [](char a, char b) { return a == b || (a >= 'a' && a <= 'z' && a - 'a' + 'A' == b); });
}
inline bool is_one_of(std::string_view word, std::initializer_list<std::string_view> keywords) {
  return std::any_of(keywords.begin(), keywords.end(), [&](std::string_view one) { return is_keyword(word, one); });
}

/// What is in a file, unpacked and without a byte order mark. `format` says in messages what it should be, e.g. "DEF".
/// Throws InputError when there is no such file or it cannot be read.
std::string read_design_text(const std::string& path, std::string_view format);

/// The lines of such a file, of those that have words the words: what stands between white space and `separators`. A
/// word that begins with `#` and what follows it in its line is a comment. Words are views into the reader.
class TextLines {
 public:
  TextLines(const std::string& path, std::string_view format, std::string_view separators = "");
  TextLines(const TextLines&) = delete;
  TextLines& operator=(const TextLines&) = delete;

  /// Goes on to the next line with words; false at the end of the file.
  bool next();
  /// The same where there has to be one.
  void need(std::string_view what);
  const std::vector<std::string_view>& words() const { return words_; }
  std::string_view operator[](std::size_t word) const { return words_[word]; }
  std::size_t size() const { return words_.size(); }

  /// Word `word` of the line as a number, finite and no farther than a place may be; `what` says what it is.
  double number(std::size_t word, std::string_view what) const;
  /// A whole number from `least` to `most`.
  std::int64_t integer(std::size_t word, std::string_view what, std::int64_t least, std::int64_t most) const;

  std::int64_t line() const { return line_; }
  /// "FILE:LINE" of the line.
  std::string place() const { return place(line_); }
  std::string place(std::int64_t line) const;
  [[noreturn]] void fail(std::string_view what, std::string_view hint = kWriteItAgain) const;

 private:
  std::string_view word_at(std::size_t word, std::string_view what) const;

  std::string path_;
  std::array<bool, 256> separates_{};  // by character
  std::string text_;
  std::size_t position_ = 0;
  std::int64_t line_ = 0;
  std::vector<std::string_view> words_;
};

}  // namespace gsrgnn
