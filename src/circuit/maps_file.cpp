#include <fmt/ranges.h>

#include <algorithm>
#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/circuit/maps_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>
#include <gsrgnn/util/hdf5_file.hpp>

namespace gsrgnn {

void write_maps(const std::string& path, const Circuit& circuit, const Technology& technology) {
  const PlacementMaps maps = placement_maps(circuit, technology);
  const auto rows = static_cast<std::uint64_t>(maps.grid.rows()),
             columns = static_cast<std::uint64_t>(maps.grid.columns());
  Hdf5Writer file(path);
  file.attribute("/", "kind", kMapsKind);
  file.attribute("/", "version", std::int64_t{1});
  file.attribute("/", "circuit", circuit.name);
  file.array("grid_x", maps.grid.border[0]);
  file.array("grid_y", maps.grid.border[1]);
  for (const PlacementMap& map : maps.map) file.array("map/" + map.name, map.value.data(), {rows, columns});
  const auto names = feature_names(circuit, FeatureSet::maps);
  const auto feature = in_original_order(circuit, cell_features(circuit, technology, names, path), names.size());
  const auto cells = static_cast<std::uint64_t>(circuit.cells());
  file.strings("cells/feature_name", names);
  file.array("cells/feature", feature.data(), {cells, names.size()});
  file.array("cells/position", in_original_order(circuit, circuit.position, 1).front().data(), {cells, 2});
  if (circuit.labels() > 0) {
    file.strings("cells/label_name", circuit.label_name);
    file.array("cells/label", in_original_order(circuit, circuit.label, circuit.label_name.size()).data(),
               {cells, circuit.label_name.size()});
  }
  file.commit();
}

void write_map_csv(const std::string& path, const PlacementMaps& maps, const std::string& name) {
  const auto found = std::find_if(maps.map.begin(), maps.map.end(), [&](const auto& map) { return map.name == name; });
  if (found == maps.map.end()) {
    std::vector<std::string> known;
    for (const PlacementMap& map : maps.map) known.push_back(map.name);
    throw InputError(name, "there is no such map", fmt::format("there are {}", fmt::join(known, ", ")));
  }
  std::string text = fmt::format("x0,y0,x1,y1,{}\n", name);
  const auto& [x, y] = maps.grid.border;
  for (std::size_t row = 0; row + 1 < y.size(); ++row) {
    for (std::size_t column = 0; column + 1 < x.size(); ++column) {
      text += fmt::format("{:.6g},{:.6g},{:.6g},{:.6g},{:.6g}\n", x[column], y[row], x[column + 1], y[row + 1],
                          found->value[row * (x.size() - 1) + column]);
    }
  }
  if (!write_text_file(path, text)) throw InputError(path, "cannot be written", "check the folder and its space");
}

}  // namespace gsrgnn
