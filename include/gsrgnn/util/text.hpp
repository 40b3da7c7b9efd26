#pragma once

/// Small helpers for messages.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gsrgnn {

/// The candidate with the least edit distance to `word`: what the user probably meant.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "1,234,567"
std::string with_commas(std::int64_t number);

/// "1h 02m", "3m 05s" or "12s"
std::string duration(double seconds);

}  // namespace gsrgnn
