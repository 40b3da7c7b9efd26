#include <cmath>
#include <gsrgnn/circuit/obstructions.hpp>
#include <gsrgnn/util/error.hpp>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "circuit/grid_lines.hpp"

namespace gsrgnn {
namespace {

constexpr std::int64_t kMostTracks = 1 << 22;

/// A box as tracks see it: from `low` to `high` across them, from `from` to `to` along.
struct Cover {
  std::int32_t low, high, from, to;
};

/// Where a track is covered: intervals that neither touch nor overlap.
std::vector<std::pair<std::int32_t, std::int32_t>> joined(const std::vector<Cover>& covers) {
  std::vector<std::pair<std::int32_t, std::int32_t>> pieces;
  for (const Cover& cover : covers) pieces.emplace_back(cover.from, cover.to);
  std::sort(pieces.begin(), pieces.end());
  std::size_t last = 0;
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    if (pieces[i].first <= pieces[last].second) {
      pieces[last].second = std::max(pieces[last].second, pieces[i].second);
    } else {
      pieces[++last] = pieces[i];
    }
  }
  pieces.resize(std::min(pieces.size(), last + 1));
  return pieces;
}

/// Calls visit(coordinate, pieces) for each of the tracks between two coordinates that something covers.
template <class Visit>
void for_each_covered(const DefDesign::Tracks& tracks, std::int32_t first, std::int32_t last,
                      const std::vector<Cover>& covers, const Visit& visit) {
  std::vector<Cover> over;  // the track
  std::vector<std::pair<std::int32_t, std::int32_t>> pieces;
  std::size_t next = 0;
  const std::int64_t end = tracks_below(tracks, std::int64_t{last} + 1);
  for (std::int64_t t = tracks_below(tracks, first); t < end; ++t) {
    if (over.empty()) {
      if (next == covers.size()) break;
      t = std::max(t, tracks_below(tracks, covers[next].low));
      if (t >= end) break;
    }
    const std::int64_t at = tracks.start + t * tracks.step;
    const auto passed = std::remove_if(over.begin(), over.end(), [at](const Cover& cover) { return cover.high < at; });
    bool changed = passed != over.end();
    over.erase(passed, over.end());
    for (; next < covers.size() && covers[next].low <= at; ++next) {
      if (covers[next].high < at) continue;
      over.push_back(covers[next]);
      changed = true;
    }
    if (changed) pieces = joined(over);
    if (!pieces.empty()) visit(static_cast<std::int32_t>(at), pieces);
  }
}

}  // namespace

std::vector<DefDesign::Obstruction> all_obstructions(const DefDesign& design, const LefTechnology* lef) {
  std::vector<DefDesign::Obstruction> all = design.obstruction;
  if (lef == nullptr) return all;
  std::unordered_map<std::string_view, std::int32_t> layer;
  for (std::size_t l = 0; l < design.layer.size(); ++l) layer.emplace(design.layer[l], static_cast<std::int32_t>(l));
  std::unordered_map<std::string_view, const LefTechnology::Macro*> macro;
  for (const LefTechnology::Macro& some : lef->macro) macro.emplace(some.name, &some);
  std::vector<const LefTechnology::Macro*> of_master;
  for (const std::string& master : design.master) {
    const auto found = macro.find(master);
    of_master.push_back(found != macro.end() ? found->second : nullptr);
  }
  for (const DefDesign::Component& component : design.component) {
    if (of_master[component.master] == nullptr) continue;
    const LefTechnology::Macro& master = *of_master[component.master];
    const auto at = [&](double x, double y) {
      const Offset offset = placed(component.orientation, {x, y}, {master.width, master.height});
      const auto units = [&](std::int32_t corner, double microns) {
        constexpr double kMost = std::numeric_limits<std::int32_t>::max();
        return static_cast<std::int32_t>(
            std::clamp(std::round(corner + microns * design.units_per_micron), -kMost, kMost));
      };
      return std::array{units(component.x, offset[0]), units(component.y, offset[1])};
    };
    for (const LefTechnology::Shape& shape : master.obstruction) {
      const auto on = layer.find(shape.layer);
      if (on == layer.end()) continue;
      const auto a = at(shape.left, shape.bottom), b = at(shape.right, shape.top);
      all.push_back(
          {on->second, {std::min(a[0], b[0]), std::min(a[1], b[1]), std::max(a[0], b[0]), std::max(a[1], b[1])}});
    }
  }
  return all;
}

std::vector<double> covered_tracks(const DefDesign& design, std::int32_t layer, std::size_t axis,
                                   const std::array<std::vector<std::int32_t>, 2>& border,
                                   const std::vector<DefDesign::Obstruction>& obstruction) {
  const std::size_t along = 1 - axis;
  const std::vector<std::int32_t>&across_borders = border[axis], &along_borders = border[along];
  const auto columns = border[0].size() - 1, rows = border[1].size() - 1;
  std::vector<double> covered(columns * rows, 0.0);
  std::vector<Cover> covers;
  for (const DefDesign::Obstruction& some : obstruction) {
    if (some.layer != layer) continue;
    const std::int32_t from = std::max(some.box[along], along_borders.front());
    const std::int32_t to = std::min(some.box[along + 2], along_borders.back());
    if (from < to) covers.push_back({some.box[axis], some.box[axis + 2], from, to});
  }
  std::sort(covers.begin(), covers.end(), [](const Cover& a, const Cover& b) { return a.low < b.low; });
  for (const DefDesign::Tracks& tracks : design.tracks[axis]) {
    if (tracks.layer != layer) continue;
    const std::int64_t count =
        tracks_below(tracks, std::int64_t{across_borders.back()} + 1) - tracks_below(tracks, across_borders.front());
    if (count > kMostTracks) {
      throw InputError(design.path, fmt::format("layer {} has {} tracks", design.layer[layer], count),
                       fmt::format("at most {} can be looked at one by one for --label overflow", kMostTracks));
    }
    for_each_covered(tracks, across_borders.front(), across_borders.back(), covers,
                     [&](std::int32_t at, const auto& pieces) {
                       const auto across = static_cast<std::size_t>(interval(across_borders, at));
                       for (const auto& [from, to] : pieces) {
                         split(along_borders, from, to, [&](std::int64_t i, double length) {
                           const auto other = static_cast<std::size_t>(i);
                           covered[axis == 1 ? across * columns + other : other * columns + across] += length;
                         });
                       }
                     });
  }
  return covered;
}

}  // namespace gsrgnn
