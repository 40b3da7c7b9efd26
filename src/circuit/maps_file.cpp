#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/cell_boxes.hpp>
#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/circuit/maps_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/png.hpp>
#include <gsrgnn/util/write_file.hpp>
#include <limits>

namespace gsrgnn {
namespace {

constexpr double kLongerSide = 1000;  // pixels
constexpr Colour kNoValue = {0xd9, 0xd9, 0xd9};

/// From 0 to 1: dark blue, blue, green and yellow, ever lighter, so that it can be read without seeing colours.
Colour colour_of(double value) {
  constexpr std::array<Colour, 5> kRamp = {
      {{0x44, 0x01, 0x54}, {0x3b, 0x52, 0x8b}, {0x21, 0x91, 0x8c}, {0x5e, 0xc9, 0x62}, {0xfd, 0xe7, 0x25}}};
  const double place = std::clamp(value, 0.0, 1.0) * (kRamp.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), kRamp.size() - 2);
  Colour colour{};
  for (std::size_t part = 0; part < colour.size(); ++part) {
    const double from = kRamp[below][part], to = kRamp[below + 1][part];
    colour[part] = static_cast<std::uint8_t>(std::lround(from + (to - from) * (place - static_cast<double>(below))));
  }
  return colour;
}

}  // namespace

void write_placement_maps(Hdf5Writer& file, const PlacementMaps& maps) {
  const auto rows = static_cast<std::uint64_t>(maps.grid.rows()),
             columns = static_cast<std::uint64_t>(maps.grid.columns());
  file.array("grid_x", maps.grid.border[0]);
  file.array("grid_y", maps.grid.border[1]);
  for (const PlacementMap& map : maps.map) file.array("map/" + map.name, map.value.data(), {rows, columns});
}

void write_maps(const std::string& path, const Circuit& circuit, const Technology& technology,
                const Technology& of_model) {
  Hdf5Writer file(path);
  file.attribute("/", "kind", kMapsKind);
  file.attribute("/", "version", std::int64_t{1});
  file.attribute("/", "circuit", circuit.name);
  write_technology(file, "technology", of_model);
  write_placement_maps(file, placement_maps(circuit, technology));
  const auto names = feature_names(circuit, technology.routes.empty() ? FeatureSet::maps : FeatureSet::routes);
  const auto feature = in_original_order(circuit, cell_features(circuit, technology, names, path), names.size());
  const auto cells = static_cast<std::uint64_t>(circuit.cells());
  file.strings("cells/feature_name", names);
  file.array("cells/feature", feature.data(), {cells, names.size()});
  file.array("cells/position", in_original_order(circuit, circuit.position, 1).front().data(), {cells, 2});
  const GcellGrid grid = grid_of(circuit);
  const auto seen = in_original_order(circuit, CellSampler(circuit, technology, grid).parts(), 1);
  file.array("cells/gcells", seen.front().data(), {cells, 4});
  file.array("gcells/feature", gcell_features(circuit, technology, names, path).data(),
             {static_cast<std::uint64_t>(grid.size()), names.size()});
  if (circuit.labels() > 0) {
    file.strings("cells/label_name", circuit.label_name);
    file.array("cells/label", in_original_order(circuit, circuit.label, circuit.label_name.size()).data(),
               {cells, circuit.label_name.size()});
  }
  file.commit();
}

const PlacementMap& find_map(const PlacementMaps& maps, const std::string& name) {
  const auto found = std::find_if(maps.map.begin(), maps.map.end(), [&](const auto& map) { return map.name == name; });
  if (found != maps.map.end()) return *found;
  std::vector<std::string> known;
  for (const PlacementMap& map : maps.map) known.push_back(map.name);
  throw InputError(name, "there is no such map", fmt::format("there are {}", fmt::join(known, ", ")));
}

void write_map_csv(const std::string& path, const GcellGrid& grid, const std::vector<MapColumn>& columns) {
  std::string text = "x0,y0,x1,y1";
  for (const MapColumn& one : columns) text += "," + one.heading;
  text += '\n';
  const auto& [x, y] = grid.border;
  for (std::size_t row = 0; row + 1 < y.size(); ++row) {
    for (std::size_t column = 0; column + 1 < x.size(); ++column) {
      const std::size_t gcell = row * (x.size() - 1) + column;
      if (std::isnan(columns.front().value[gcell])) continue;
      text += fmt::format("{},{},{},{}", x[column], y[row], x[column + 1], y[row + 1]);
      for (const MapColumn& one : columns) text += fmt::format(",{:.6g}", one.value[gcell]);
      text += '\n';
    }
  }
  write_file(path, text);
}

void write_map_png(const std::string& path, const GcellGrid& grid, const std::vector<double>& value) {
  const auto& [x, y] = grid.border;
  const double width = x.back() - x.front(), height = y.back() - y.front();
  const auto across = static_cast<double>(std::max(grid.columns(), grid.rows()));
  const double step = std::max(width, height) / (across * std::max(1.0, std::round(kLongerSide / across)));
  const auto pixels = [&](double length) { return static_cast<std::size_t>(std::max(1.0, std::round(length / step))); };
  const std::size_t columns = pixels(width), rows = pixels(height);
  double least = std::numeric_limits<double>::infinity(), most = -least;
  for (const double at : value) {
    if (std::isnan(at)) continue;
    least = std::min(least, at);
    most = std::max(most, at);
  }
  std::vector<Colour> picture;
  picture.reserve(rows * columns);
  for (std::size_t row = rows; row-- > 0;) {
    const std::int64_t from = grid.row(y.front() + (static_cast<double>(row) + 0.5) * step) * grid.columns();
    for (std::size_t column = 0; column < columns; ++column) {
      const double at = value[from + grid.column(x.front() + (static_cast<double>(column) + 0.5) * step)];
      picture.push_back(std::isnan(at) ? kNoValue : colour_of(most > least ? (at - least) / (most - least) : 0));
    }
  }
  write_file(path, png(columns, rows, picture));
}

}  // namespace gsrgnn
