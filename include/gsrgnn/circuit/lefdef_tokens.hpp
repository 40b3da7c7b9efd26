#pragma once

/// The words of a LEF or DEF file. Both formats are words separated by white space, `#` comments and "quoted strings";
/// a statement ends at the word `;`. Keywords may be in any case, names may not, and a file may be gzipped. Every error
/// names the file and the line.

#include <cstdint>
#include <gsrgnn/circuit/design_text.hpp>
#include <limits>
#include <string>
#include <string_view>

namespace gsrgnn {

/// Reads a whole file and hands out its words one by one, with one word of lookahead. The words are views into the
/// reader and live as long as it does. A quoted string is one word and keeps its quotes, so that it never equals `;`.
class LefDefTokens {
 public:
  /// `format` is "LEF" or "DEF", for messages. Throws InputError when there is no such file, or nothing in it.
  LefDefTokens(const std::string& path, std::string_view format);
  LefDefTokens(const LefDefTokens&) = delete;
  LefDefTokens& operator=(const LefDefTokens&) = delete;

  bool at_end() const { return ahead_.empty(); }
  /// The word that next() will give; empty at the end of the file.
  std::string_view peek() const { return ahead_; }
  /// The next word; throws at the end of the file, since whoever asks needs a word.
  std::string_view next();
  /// The next word as keywords are written, in capitals.
  std::string keyword();
  /// Takes the next word when it is `word`.
  bool accept(std::string_view word);
  /// Takes the next word, which has to be `word`.
  void expect(std::string_view word);
  /// Takes a whole number of at least `least` and at most 2^31 - 1; `what` says what it is, e.g. "the die's corner".
  std::int32_t integer(std::string_view what, std::int32_t least = std::numeric_limits<std::int32_t>::min());
  /// Takes a number, finite.
  double number(std::string_view what);
  /// Takes everything through the next such word: `;` ends a statement.
  void skip_through(std::string_view word);
  /// Takes everything through the words `END name`.
  void skip_to_end(std::string_view name);

  /// "FILE:LINE" of the word taken last.
  std::string place() const { return place(line_); }
  std::string place(std::int64_t line) const;
  std::int64_t line() const { return line_; }
  [[noreturn]] void fail(std::string_view what, std::string_view hint = kWriteItAgain) const;

 private:
  void scan();

  std::string path_;
  std::string text_;
  std::size_t position_ = 0;     // behind the word of lookahead
  std::int64_t scan_line_ = 1;   // at position_
  std::int64_t line_ = 1;        // of the word taken last
  std::int64_t ahead_line_ = 1;  // of the word of lookahead
  std::string_view ahead_;
};

}  // namespace gsrgnn
