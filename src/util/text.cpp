#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <gsrgnn/util/text.hpp>
#include <numeric>
#include <utility>

namespace gsrgnn {
namespace {

/// Letters left out, put in, exchanged for another, or (neighbours) for each other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1), above, above_that;
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    above_that = std::exchange(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replace, above[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], above_that[j - 2] + 1);
    }
  }
  return row.back();
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  // One letter of three may be wrong; or the word was left off.
  std::size_t least = (word.size() + 1) / 3 + 1;
  std::string best;
  for (const std::string& candidate : candidates) {
    const bool begins = lower.size() >= 3 && candidate.rfind(lower, 0) == 0;
    const std::size_t distance = begins ? std::min<std::size_t>(1, candidate.size() - lower.size())
                                        : std::min(edit_distance(word, candidate), edit_distance(lower, candidate));
    if (distance >= least) continue;
    least = distance;
    best = candidate;
  }
  return best;
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  constexpr std::pair<std::string_view, double> kUnits[] = {
      {"", 1},      {"B", 1},      {"kB", 1e3},      {"KB", 1e3},      {"MB", 1e6},    {"GB", 1e9},
      {"TB", 1e12}, {"KiB", 1024}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 0x1p40}};
  const auto digits = std::min(text.find_first_not_of("0123456789."), text.size());
  double number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (digits == 0 || error != std::errc() || stop != text.data() + digits) return std::nullopt;
  text.remove_prefix(digits);
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  for (const auto& [unit, bytes] : kUnits) {
    if (text != unit) continue;
    const double size = number * bytes;
    return size >= 1 && size <= 0x1p62 ? std::optional(static_cast<std::int64_t>(size)) : std::nullopt;
  }
  return std::nullopt;
}

std::string in_quotes(std::string_view word) {
  constexpr std::size_t longest = 60;
  std::string shown = "'";
  for (const char c : word.substr(0, longest)) shown += c >= ' ' && c <= '~' ? c : '?';
  return shown + (word.size() > longest ? "...'" : "'");
}

std::string printable(std::string_view text) {
  std::string shown(text);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto c = static_cast<unsigned char>(shown[i]);
    // In UTF-8 there are further control characters, U+0080 to U+009F.
    const bool second = i > 0 && shown[i - 1] == '\xc2' && c >= 0x80 && c <= 0x9f;
    if (second) shown[i - 1] = '?';
    if (second || (c < ' ' && c != '\n') || c == 0x7f) shown[i] = '?';
  }
  return shown;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
    const unsigned first = byte(i++);
    if (first < 0x80) continue;
    const unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;  // bytes that follow
    char32_t character = first & (0x3fU >> more);
    for (unsigned m = 0; m < more; ++m) {
      if ((byte(i) & 0xc0U) != 0x80) return false;
      character = character << 6U | (byte(i++) & 0x3fU);
    }
    constexpr char32_t kLeast[] = {0, 0x80, 0x800, 0x10000};  // what takes fewer bytes is not written with more
    const bool surrogate = character >= 0xd800 && character <= 0xdfff;
    const bool nothing = (character & 0xfffeU) == 0xfffe || (character >= 0xfdd0 && character <= 0xfdef);
    if (first < 0xc0 || first > 0xf7 || character < kLeast[more] || character > 0x10ffff || surrogate || nothing) {
      return false;
    }
  }
  return true;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string with_commas(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::int64_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

std::string plural(std::int64_t count, const char* thing) {
  return fmt::format("{} {}{}", with_commas(count), thing, count == 1 ? "" : "s");
}

std::string duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  if (whole >= 3600) return fmt::format("{}h {:02}m", whole / 3600, whole % 3600 / 60);
  if (whole >= 60) return fmt::format("{}m {:02}s", whole / 60, whole % 60);
  return fmt::format("{}s", whole);
}

}  // namespace gsrgnn
