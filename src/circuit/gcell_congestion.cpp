#include <algorithm>
#include <gsrgnn/circuit/gcell_congestion.hpp>
#include <gsrgnn/circuit/gcell_grid.hpp>
#include <gsrgnn/util/error.hpp>
#include <string>
#include <utility>

namespace gsrgnn {
namespace {

// More GCells than any design that fits the rest of the program has; a damaged grid must not take all memory.

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

// What layer_roles() says, by the design's numbers of layers.
std::vector<LayerRole> roles_by_index(const DefDesign& design, const std::vector<Technology::Layer>& layers) {
  const std::vector<LayerRole> roles = layer_roles(layers);
  std::vector<LayerRole> by_index(design.layer.size(), LayerRole::left_out);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const auto found = std::find(design.layer.begin(), design.layer.end(), layers[l].name);
    if (found != design.layer.end()) by_index[found - design.layer.begin()] = roles[l];
  }
  return by_index;
}

// Index of the interval [border[i], border[i + 1]) that holds the coordinate; the first and the last have no outer end.
std::int64_t interval(const std::vector<std::int32_t>& border, std::int32_t coordinate) {
  return std::upper_bound(border.begin() + 1, border.end() - 1, coordinate) - border.begin() - 1;
}

// Calls visit(i, length) for each interval i that a wire from `from` to `to` has some length in.
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

// How many of the tracks lie below the coordinate.
std::int64_t tracks_below(const DefDesign::Tracks& tracks, std::int64_t coordinate) {
  const std::int64_t reach = coordinate - tracks.start;
  if (reach <= 0) return 0;
  const std::int64_t step = std::max(tracks.step, 1);
  return std::min<std::int64_t>(tracks.count, (reach + step - 1) / step);
}

// Wires without any track to take them are a DEF cut short, not a congested one.
void require_tracks(const DefDesign& design, const std::vector<LayerRole>& roles, LayerRole role, int axis) {
  const std::vector<DefDesign::Tracks>& tracks = design.tracks[axis];
  const auto has_role = [&](const auto& item) { return roles[item.layer] == role; };
  if (std::any_of(tracks.begin(), tracks.end(), has_role)) return;
  if (!tracks.empty() && std::none_of(design.wire.begin(), design.wire.end(), has_role)) return;
  throw InputError(design.path,
                   fmt::format("there are routed wires and no TRACKS {} on {} layers", axis == 0 ? "X" : "Y",
                               role == LayerRole::horizontal ? "horizontal" : "vertical"),
                   "write the DEF with its TRACKS");
}

}  // namespace

std::int64_t GcellCongestion::at(std::int32_t x, std::int32_t y) const {
  return interval(border[1], y) * columns() + interval(border[0], x);
}

std::array<std::vector<std::int32_t>, 2> gcell_borders(const DefDesign& design,
                                                       const std::vector<Technology::Layer>& layers,
                                                       std::vector<std::string>& note) {
  std::array<std::vector<std::int32_t>, 2> border = design.gcell_line;
  const std::int64_t most =
      most_gcells(static_cast<std::int64_t>(design.net.size()), static_cast<std::int64_t>(design.net_component.size()));
  const bool made = border[0].empty() || border[1].empty();
  const std::int64_t step = made ? made_step(design, layers) : 0;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    std::vector<std::int32_t>& lines = border[axis];
    const std::int32_t first = design.die[axis], last = design.die[axis + 2];
    if (made) {
      lines.clear();
      if ((std::int64_t{last} - first) / step > most) {
        throw InputError(design.path, fmt::format("has no GCELLGRID, and GCells of {} units would be too many", step),
                         "write the DEF with its GCELLGRID, ROWs or TRACKS");
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
    throw InputError(design.path, fmt::format("GCELLGRID makes {} x {} GCells", columns, rows),
                     fmt::format("1 to {} are supported for so many nets and pins", most));
  }
  if (made) {
    note.push_back(fmt::format("no GCELLGRID: GCells of {:g} microns were made",
                               static_cast<double>(step) / design.units_per_micron));
  }
  return border;
}

std::vector<double> tracks_between(const std::vector<std::int32_t>& border, const DefDesign& design,
                                   const std::string& layer, int axis) {
  std::vector<double> count(border.size() - 1, 0.0);
  for (const DefDesign::Tracks& some : design.tracks[axis]) {
    if (design.layer[some.layer] != layer) continue;
    for (std::size_t i = 0; i < count.size(); ++i) {
      const std::int64_t end = std::int64_t{border[i + 1]} + (i + 1 == count.size() ? 1 : 0);
      count[i] += static_cast<double>(tracks_below(some, end) - tracks_below(some, border[i]));
    }
  }
  return count;
}

GcellCongestion gcell_congestion(const DefDesign& design, const std::vector<Technology::Layer>& layers,
                                 std::array<std::vector<std::int32_t>, 2> border) {
  GcellCongestion grid;
  grid.border = std::move(border);
  const auto& [x, y] = grid.border;
  const std::int64_t columns = grid.columns(), rows = grid.rows();
  const std::vector<LayerRole> roles = roles_by_index(design, layers);
  require_tracks(design, roles, LayerRole::horizontal, 1);
  require_tracks(design, roles, LayerRole::vertical, 0);

  // Demand first: lengths are whole numbers, so their sums are exact in any order.
  grid.horizontal.assign(columns * rows, 0.0);
  grid.vertical.assign(columns * rows, 0.0);
  for (const DefDesign::Wire& wire : design.wire) {
    const LayerRole role = roles[wire.layer];
    if (role == LayerRole::left_out) continue;
    std::vector<double>& demand = role == LayerRole::horizontal ? grid.horizontal : grid.vertical;
    if (wire.y1 == wire.y2) {
      const std::int64_t row = interval(y, wire.y1) * columns;
      const auto [from, to] = std::minmax(wire.x1, wire.x2);
      split(x, from, to, [&](std::int64_t column, double length) { demand[row + column] += length; });
    } else {
      const std::int64_t column = interval(x, wire.x1);
      const auto [from, to] = std::minmax(wire.y1, wire.y2);
      split(y, from, to, [&](std::int64_t row, double length) { demand[row * columns + column] += length; });
    }
  }

  std::vector<double> row_tracks(static_cast<std::size_t>(rows), 0.0),
      column_tracks(static_cast<std::size_t>(columns), 0.0);
  for (std::size_t l = 0; l < design.layer.size(); ++l) {
    if (roles[l] == LayerRole::left_out) continue;
    const int axis = roles[l] == LayerRole::horizontal ? 1 : 0;
    std::vector<double>& sum = axis == 1 ? row_tracks : column_tracks;
    const std::vector<double> tracks = tracks_between(grid.border[axis], design, design.layer[l], axis);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += tracks[i];
  }
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      const auto share = [](double demand, double capacity) { return capacity > 0 ? demand / capacity : 0.0; };
      const double width = static_cast<double>(x[column + 1]) - x[column];
      const double height = static_cast<double>(y[row + 1]) - y[row];
      const std::int64_t i = row * columns + column;
      grid.horizontal[i] = share(grid.horizontal[i], row_tracks[row] * width);
      grid.vertical[i] = share(grid.vertical[i], column_tracks[column] * height);
    }
  }
  return grid;
}

}  // namespace gsrgnn
