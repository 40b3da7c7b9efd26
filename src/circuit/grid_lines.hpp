#pragma once

/// Borders of GCells and tracks as lines at whole coordinates.

#include <algorithm>
#include <cstdint>
#include <gsrgnn/circuit/def_reader.hpp>
#include <vector>

namespace gsrgnn {

/// Index of the interval [border[i], border[i + 1]) that holds the coordinate; the first and the last have no outer
/// end.
inline std::int64_t interval(const std::vector<std::int32_t>& border, std::int64_t coordinate) {
  return std::upper_bound(border.begin() + 1, border.end() - 1, coordinate) - border.begin() - 1;
}

/// Calls visit(i, length) for each interval i that a wire from `from` to `to` has some length in.
template <class Visit>
void split(const std::vector<std::int32_t>& border, std::int32_t from, std::int32_t to, Visit&& visit) {
  const std::int64_t last = static_cast<std::int64_t>(border.size()) - 2;
  std::int64_t at = from;
  for (std::int64_t i = interval(border, from); at < to; ++i) {
    const std::int64_t end = i == last ? to : std::min(to, border[i + 1]);
    visit(i, static_cast<double>(end - at));
    at = end;
  }
}

/// How many of the tracks lie below the coordinate.
inline std::int64_t tracks_below(const DefDesign::Tracks& tracks, std::int64_t coordinate) {
  const std::int64_t reach = coordinate - tracks.start;
  if (reach <= 0) return 0;
  const std::int64_t step = std::max(tracks.step, 1);
  return std::min<std::int64_t>(tracks.count, (reach + step - 1) / step);
}

}  // namespace gsrgnn
