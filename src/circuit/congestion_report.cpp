#include <algorithm>
#include <array>
#include <cmath>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <optional>
#include <set>
#include <tuple>

#include "circuit/map_formats.hpp"

namespace gsrgnn {
namespace {

// How far from the border of a GCell a box may end, in GCells: coordinates are rounded.
constexpr double kNear = 0.1;

constexpr double kMostTracks = 1e9;

struct Violation {
  bool vertical = false;
  std::optional<double> overflow;  // in tracks
};

/// The number behind a word of the line, "capacity" or "usage".
double count_of(const TextLines& lines, std::string_view what) {
  const auto found = std::find(lines.words().begin(), lines.words().end(), what);
  const double count = lines.number(static_cast<std::size_t>(found - lines.words().begin()) + 1, what);
  if (!(count >= 0 && count <= kMostTracks)) {
    lines.fail(fmt::format("{} is {:g}", what, count), "it is a number of tracks, from 0 on");
  }
  return count;
}

/// bbox = ( x0, y0 ) - ( x1, y1 ) on Layer LAYER: the GCell that it is.
std::int64_t gcell_of_box(const TextLines& lines, const GcellGrid& grid) {
  constexpr std::array<std::size_t, 4> kWords = {2, 3, 5, 6};
  std::array<double, 4> side{};
  for (std::size_t i = 0; i < 4; ++i) side[i] = lines.number(kWords[i], "a side of the bbox");
  const std::array<std::int64_t, 2> at = {grid.column((side[0] + side[2]) / 2), grid.row((side[1] + side[3]) / 2)};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const double low = grid.border[axis][at[axis]], high = grid.border[axis][at[axis] + 1];
    const double near = kNear * (high - low);
    if (std::abs(side[axis] - low) > near || std::abs(side[axis + 2] - high) > near) {
      lines.fail(fmt::format("the bbox is no GCell of the design: the nearest is from {:g} to {:g} in {}", low, high,
                             axis == 0 ? "x" : "y"),
                 "give the report of this design, and its grid by GCELLGRID or --gcell");
    }
  }
  return at[1] * grid.columns() + at[0];
}

}  // namespace

MapFile read_congestion_report(const std::string& path, TextLines& lines, const Circuit& circuit) {
  const GcellGrid& grid = circuit.placement.grid;
  if (grid.empty()) throw InputError(path, "the design has no GCells, of which a report tells", "give --gcell");
  MapFile file;
  file.unit = "overflow in tracks";
  file.map.assign(2, {grid, std::vector<double>(static_cast<std::size_t>(grid.size()), 0)});
  std::optional<Violation> open;
  std::set<std::tuple<bool, std::int64_t, std::string>> seen;
  do {
    if (lines[0] == "violation") {
      if (open) lines.fail("the violation before this one has no bbox");
      const std::string_view direction = lines.size() > 2 ? lines[2] : std::string_view();
      if (direction != "Horizontal" && direction != "Vertical") {
        lines.fail(fmt::format("expected Horizontal or Vertical congestion, found {}", in_quotes(direction)),
                   "give the report of global_route -congestion_report_file");
      }
      open = Violation{direction == "Vertical", {}};
    } else if (!open) {
      lines.fail(fmt::format("expected 'violation type:', found {}", in_quotes(lines[0])));
    } else if (lines[0] == "congestion" || lines[0] == "comment") {
      open->overflow = std::max(0.0, count_of(lines, "usage") - count_of(lines, "capacity"));
    } else if (lines[0] == "bbox") {
      if (!open->overflow) lines.fail("the violation has no capacity and usage before its bbox");
      const std::int64_t gcell = gcell_of_box(lines, grid);
      const std::string layer(lines.size() > 9 ? lines[9] : std::string_view("-"));
      if (!seen.emplace(open->vertical, gcell, layer).second) lines.fail("this GCell has been reported before");
      file.map[open->vertical ? 1 : 0].value[gcell] += *open->overflow;
      open.reset();
    } else if (lines[0] != "srcs") {
      lines.fail(fmt::format("expected srcs, congestion information or bbox, found {}", in_quotes(lines[0])));
    }
  } while (lines.next());
  if (open) lines.fail("the file ends within a violation, it seems to be cut off", "copy it again in full");
  return file;
}

}  // namespace gsrgnn
