#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/gcell_congestion.hpp>
#include <gsrgnn/circuit/gcell_grid.hpp>
#include <gsrgnn/util/error.hpp>
#include <limits>

namespace gsrgnn {
namespace {

// OpenROAD's GCells: so many tracks of the third layer.
constexpr std::int64_t kTracksOfGcell = 15;
constexpr std::size_t kThirdLayer = 2;
constexpr std::int64_t kRowsOfGcell = 2;

std::int64_t made_step(const DefDesign& design, const std::vector<Technology::Layer>& layers) {
  if (!layers.empty()) {
    const std::size_t l = std::min(kThirdLayer, layers.size() - 1);
    const std::size_t axis = layer_roles(layers)[l] == LayerRole::horizontal ? 1 : 0;
    for (const std::size_t tried : {axis, 1 - axis}) {
      for (const DefDesign::Tracks& tracks : design.tracks[tried]) {
        if (design.layer[tracks.layer] == layers[l].name && tracks.step > 0) return kTracksOfGcell * tracks.step;
      }
    }
  }
  std::vector<std::int32_t> rows = design.row;
  for (const DefDesign::Component& component : design.component) rows.push_back(component.y);
  std::sort(rows.begin(), rows.end());
  std::int64_t height = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::int64_t step = std::int64_t{rows[i]} - rows[i - 1];
    if (step > 0 && (height == 0 || step < height)) height = step;
  }
  const std::int64_t side =
      std::max(std::int64_t{design.die[2]} - design.die[0], std::int64_t{design.die[3]} - design.die[1]);
  return height > 0 ? kRowsOfGcell * height : std::max<std::int64_t>(side / 10, 1);
}

// Of a side that the user gives, in microns.
std::int64_t asked_step(const DefDesign& design, double gcell) {
  const double step = std::round(gcell * design.units_per_micron);
  if (!(step >= 1 && step <= std::numeric_limits<std::int32_t>::max())) {
    throw InputError(design.path, fmt::format("GCells of {:g} microns cannot be made", gcell),
                     "give --gcell the side of a GCell in microns");
  }
  return static_cast<std::int64_t>(step);
}

}  // namespace

std::array<std::vector<std::int32_t>, 2> gcell_borders(const DefDesign& design,
                                                       const std::vector<Technology::Layer>& layers,
                                                       std::vector<std::string>& note, double gcell) {
  std::array<std::vector<std::int32_t>, 2> border = design.gcell_line;
  const std::int64_t most =
      most_gcells(static_cast<std::int64_t>(design.net.size()), static_cast<std::int64_t>(design.net_component.size()));
  const bool made = gcell > 0 || border[0].empty() || border[1].empty();
  const std::int64_t step = gcell > 0 ? asked_step(design, gcell) : made ? made_step(design, layers) : 0;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    std::vector<std::int32_t>& lines = border[axis];
    const std::int32_t first = design.die[axis], last = design.die[axis + 2];
    if (made) {
      lines.clear();
      if ((std::int64_t{last} - first) / step > most) {
        throw InputError(design.path, fmt::format("GCells of {} units would be too many", step),
                         gcell > 0 ? "give a larger --gcell" : "write the DEF with its GCELLGRID, or give --gcell");
      }
      // A last column that would be narrower than half a GCell widens the one before it.
      for (std::int64_t at = first; at < last && (at == first || last - at >= step / 2); at += step) {
        lines.push_back(static_cast<std::int32_t>(at));
      }
      lines.push_back(last);
      continue;
    }
    // OpenROAD writes the line on the left of each GCell only: the last GCell reaches to the edge of the die.
    if (first < lines.front()) lines.insert(lines.begin(), first);
    if (last > lines.back()) lines.push_back(last);
  }
  const auto columns = static_cast<std::int64_t>(border[0].size()) - 1,
             rows = static_cast<std::int64_t>(border[1].size()) - 1;
  if (columns < 1 || rows < 1 || columns * rows > most) {
    throw InputError(design.path, fmt::format("{} makes {} x {} GCells", made ? "--gcell" : "GCELLGRID", columns, rows),
                     fmt::format("1 to {} are supported for so many nets and pins", most));
  }
  if (made) {
    note.push_back(fmt::format("{}: GCells of {:g} microns were made", gcell > 0 ? "--gcell" : "no GCELLGRID",
                               static_cast<double>(step) / design.units_per_micron));
  }
  return border;
}

}  // namespace gsrgnn
