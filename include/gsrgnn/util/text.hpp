#pragma once

/// Small helpers for messages.

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gsrgnn {

/// The candidate that the user probably meant: which begins with `word`, or has the least edit distance to it, up to a
/// letter of three. Empty: none.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// Reads a number in decimal, whatever zeros it begins with, and returns whether the text is one that T can hold.
template <class T>
bool parse_decimal(std::string_view text, T& number) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && stop == text.data() + text.size();
}

/// The bytes of "600MB", "1.5 GiB" or "1000000"; units B, kB (KB), MB, GB, TB and KiB, MiB, GiB, TiB. Nothing when the
/// text is no size, or is none from 1 byte to 2^62.
std::optional<std::int64_t> parse_bytes(std::string_view text);

/// A word as a message shows it: in quotes, shortened, without unprintable bytes.
std::string in_quotes(std::string_view word);
/// A text of several lines as a terminal may show it: "?" for what would control it, but for line feeds.
std::string printable(std::string_view text);
/// Whether all bytes are characters of UTF-8 (RFC 3629) that a text may hold: noncharacters, which Unicode keeps from
/// being exchanged, are none.
bool is_utf8(std::string_view text);
/// A field of a CSV file (RFC 4180), in quotes where it needs them.
std::string csv_field(const std::string& text);
/// "1,234,567"
std::string with_commas(std::int64_t number);
/// "1 run", "1,000 runs"
std::string plural(std::int64_t count, const char* thing);

/// "1h 02m", "3m 05s" or "12s"
std::string duration(double seconds);

}  // namespace gsrgnn
