#include <algorithm>
#include <gsrgnn/circuit/gcell_congestion.hpp>
#include <gsrgnn/util/error.hpp>
#include <string>

namespace gsrgnn {
namespace {

// More GCells than any design that fits the rest of the program has; a damaged grid must not take all memory.
constexpr std::int64_t kMostGcells = 1 << 24;

constexpr const char* kRouteFirst = "write the DEF after routing, with its TRACKS and GCELLGRID";

enum class Role { unknown, left_out, horizontal, vertical };

Role role_by_number(const std::string& layer) {
  const std::size_t letters = layer.find_last_not_of("0123456789");
  std::string digits = layer.substr(letters == std::string::npos ? 0 : letters + 1);
  if (digits.empty()) return Role::unknown;
  digits.erase(0, digits.find_first_not_of('0'));
  if (digits.empty() || digits == "1") return Role::left_out;
  return (digits.back() - '0') % 2 == 1 ? Role::horizontal : Role::vertical;
}

Role role_by_lef(const std::string& layer, const LefTechnology& lef) {
  for (const LefTechnology::Layer& known : lef.routing) {
    if (known.name != layer) continue;
    if (&known == &lef.routing.front()) return Role::left_out;
    return known.direction == Direction::horizontal ? Role::horizontal : Role::vertical;
  }
  return Role::unknown;
}

std::vector<Role> layer_roles(const DefDesign& design, const LefTechnology* lef) {
  std::vector<Role> roles;
  for (const std::string& layer : design.layer) {
    roles.push_back(lef != nullptr ? role_by_lef(layer, *lef) : role_by_number(layer));
  }
  for (const DefDesign::Wire& wire : design.wire) {
    if (roles[wire.layer] != Role::unknown) continue;
    const std::string& layer = design.layer[wire.layer];
    if (lef != nullptr) {
      throw InputError(lef->path,
                       fmt::format("there is no routing layer {}, on which {} has wires", layer, design.path),
                       "give the technology LEF that the design was routed with");
    }
    throw InputError(design.path, fmt::format("the direction of layer {} does not follow from its name", layer),
                     "give the technology LEF of the design");
  }
  return roles;
}

// The borders of columns (axis 0) or rows (axis 1).
std::vector<std::int32_t> borders(const DefDesign& design, int axis) {
  std::vector<std::int32_t> border = design.gcell_line[axis];
  if (border.empty()) {
    throw InputError(design.path, fmt::format("there are routed wires and no GCELLGRID {}", axis == 0 ? "X" : "Y"),
                     kRouteFirst);
  }
  // OpenROAD writes the line on the left of each GCell only: the last GCell reaches to the edge of the die.
  if (design.die[axis] < border.front()) border.insert(border.begin(), design.die[axis]);
  if (design.die[axis + 2] > border.back()) border.push_back(design.die[axis + 2]);
  return border;
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

// The tracks in each interval, over all layers of a role. A track on the last border belongs to the last interval.
std::vector<double> tracks_in_intervals(const std::vector<std::int32_t>& border,
                                        const std::vector<DefDesign::Tracks>& tracks, const std::vector<Role>& roles,
                                        Role role) {
  std::vector<double> count(border.size() - 1, 0.0);
  for (const DefDesign::Tracks& some : tracks) {
    if (roles[some.layer] != role) continue;
    for (std::size_t i = 0; i < count.size(); ++i) {
      const std::int64_t end = std::int64_t{border[i + 1]} + (i + 1 == count.size() ? 1 : 0);
      count[i] += static_cast<double>(tracks_below(some, end) - tracks_below(some, border[i]));
    }
  }
  return count;
}

// Wires without any track to take them are a DEF cut short, not a congested one.
void require_tracks(const DefDesign& design, const std::vector<Role>& roles, Role role, int axis) {
  const std::vector<DefDesign::Tracks>& tracks = design.tracks[axis];
  const auto has_role = [&](const auto& item) { return roles[item.layer] == role; };
  if (std::any_of(tracks.begin(), tracks.end(), has_role)) return;
  if (!tracks.empty() && std::none_of(design.wire.begin(), design.wire.end(), has_role)) return;
  throw InputError(design.path,
                   fmt::format("there are routed wires and no TRACKS {} on {} layers", axis == 0 ? "X" : "Y",
                               role == Role::horizontal ? "horizontal" : "vertical"),
                   kRouteFirst);
}

}  // namespace

std::int64_t GcellCongestion::at(std::int32_t x, std::int32_t y) const {
  return interval(border[1], y) * columns() + interval(border[0], x);
}

GcellCongestion gcell_congestion(const DefDesign& design, const LefTechnology* lef) {
  GcellCongestion grid;
  grid.border = {borders(design, 0), borders(design, 1)};
  const auto& [x, y] = grid.border;
  const std::int64_t columns = grid.columns(), rows = grid.rows();
  if (columns * rows > kMostGcells) {
    throw InputError(design.path, fmt::format("GCELLGRID makes {} x {} GCells", columns, rows),
                     fmt::format("at most {} GCells are supported", kMostGcells));
  }
  const std::vector<Role> roles = layer_roles(design, lef);
  require_tracks(design, roles, Role::horizontal, 1);
  require_tracks(design, roles, Role::vertical, 0);

  // Demand first: lengths are whole numbers, so their sums are exact in any order.
  grid.horizontal.assign(columns * rows, 0.0);
  grid.vertical.assign(columns * rows, 0.0);
  for (const DefDesign::Wire& wire : design.wire) {
    const Role role = roles[wire.layer];
    if (role == Role::left_out) continue;
    std::vector<double>& demand = role == Role::horizontal ? grid.horizontal : grid.vertical;
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

  const std::vector<double> row_tracks = tracks_in_intervals(y, design.tracks[1], roles, Role::horizontal);
  const std::vector<double> column_tracks = tracks_in_intervals(x, design.tracks[0], roles, Role::vertical);
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
