#pragma once

/// Small helpers for messages.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gsrgnn {

/// The candidate with the least edit distance to `word`: what the user probably meant.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// The bytes of "600MB", "1.5 GiB" or "1000000"; units B, kB (KB), MB, GB, TB and KiB, MiB, GiB, TiB. Nothing when the
/// text is no size, or is none from 1 byte to 2^62.
std::optional<std::int64_t> parse_bytes(std::string_view text);

/// A word as a message shows it: in quotes, shortened, without unprintable bytes.
std::string quoted(std::string_view word);
/// "1,234,567"
std::string with_commas(std::int64_t number);
/// "1 run", "1,000 runs"
std::string plural(std::int64_t count, const char* thing);

/// "1h 02m", "3m 05s" or "12s"
std::string duration(double seconds);

}  // namespace gsrgnn
