#include <algorithm>
#include <array>
#include <cmath>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>

#include "circuit/map_formats.hpp"

namespace gsrgnn {
namespace {

struct ValuedBox {
  std::array<double, 4> side;  // x0, y0, x1, y1
  double value;
  std::int64_t line;
};

// The words of a first line before those of the column "spread", which `predict` writes behind some of its maps.
std::size_t words_before_spread(const TextLines& header) {
  std::size_t words = 5;
  while (words < header.size() && header[words] != "spread") ++words;
  return words;
}

// "value (%)", whose parentheses are no words.
std::string unit_of(const TextLines& header) {
  std::string unit(header[4]);
  const std::size_t words = words_before_spread(header);
  for (std::size_t w = 5; w < words; ++w) unit += fmt::format("{}{}", w == 5 ? " (" : " ", header[w]);
  return words > 5 ? unit + ")" : unit;
}

std::vector<ValuedBox> read_boxes(const std::string& path, TextLines& lines) {
  std::vector<ValuedBox> boxes;
  const std::size_t columns = words_before_spread(lines) < lines.size() ? 6 : 5;
  while (lines.next()) {
    ValuedBox box{{}, 0, lines.line()};
    if (lines.size() != columns) {
      lines.fail(
          fmt::format("expected x0,y0,x1,y1,value{}, found {} values", columns > 5 ? ",spread" : "", lines.size()));
    }
    for (std::size_t i = 0; i < 4; ++i) box.side[i] = lines.number(i, "a side of the box");
    box.value = lines.number(4, "the value");
    if (!(box.side[0] < box.side[2] && box.side[1] < box.side[3])) {
      lines.fail("the box is empty", "write coordinates with more digits: dump_heatmap has four of them");
    }
    if (static_cast<std::int64_t>(boxes.size()) == kMostMapBoxes) {
      lines.fail(fmt::format("the map has more than {} boxes", kMostMapBoxes), "give a coarser map");
    }
    boxes.push_back(box);
  }
  if (boxes.empty()) throw InputError(path, "the map has no boxes", "write it again, of a design that has them");
  return boxes;
}

GcellGrid grid_of_boxes(const std::vector<ValuedBox>& boxes) {
  GcellGrid grid;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    std::vector<double>& border = grid.border[axis];
    for (const ValuedBox& box : boxes) border.insert(border.end(), {box.side[axis], box.side[axis + 2]});
    std::sort(border.begin(), border.end());
    border.erase(std::unique(border.begin(), border.end()), border.end());
  }
  return grid;
}

// Whether the map ends where the design does, to within one of its boxes.
bool covers(const GcellGrid& map, const std::array<double, 4>& die) {
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::vector<double>& border = map.border[axis];
    const double box = (border.back() - border.front()) / static_cast<double>(border.size() - 1);
    if (std::abs(border.front() - die[axis]) > box || std::abs(border.back() - die[axis + 2]) > box) return false;
  }
  return true;
}

void require_fit(const GcellGrid& map, const Circuit& circuit, const std::string& path) {
  if (covers(map, circuit.box)) return;
  const auto& [x, y] = circuit.placement.grid.border;
  if (!circuit.placement.grid.empty() && covers(map, {x.front(), y.front(), x.back(), y.back()})) return;
  const auto& [mx, my] = map.border;
  throw InputError(path,
                   fmt::format("the map reaches from ({:g}, {:g}) to ({:g}, {:g}), and {} from ({:g}, {:g}) to "
                               "({:g}, {:g})",
                               mx.front(), my.front(), mx.back(), my.back(), circuit.name, circuit.box[0],
                               circuit.box[1], circuit.box[2], circuit.box[3]),
                   "give the map of this design, over its whole die");
}

MapFile read_grid(const std::string& path, TextLines& lines) {
  constexpr std::array<std::string_view, 4> kSides = {"x0", "y0", "x1", "y1"};
  if (lines.size() < 5 || !std::equal(kSides.begin(), kSides.end(), lines.words().begin())) {
    lines.fail("the first line of a map is x0,y0,x1,y1 and what its values are");
  }
  MapFile file;
  file.unit = unit_of(lines);
  const std::vector<ValuedBox> boxes = read_boxes(path, lines);
  GridMap map{grid_of_boxes(boxes), {}};
  if (map.grid.size() > most_gcells(0, static_cast<std::int64_t>(boxes.size()))) {
    throw InputError(path,
                     fmt::format("{} boxes on a grid of {} x {}", boxes.size(), map.grid.columns(), map.grid.rows()),
                     "the boxes of a map have to tile the die");
  }
  map.value.assign(static_cast<std::size_t>(map.grid.size()), 0);
  std::vector<bool> seen(map.value.size(), false);
  for (const ValuedBox& box : boxes) {
    std::array<std::int64_t, 2> at{};
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const std::vector<double>& border = map.grid.border[axis];
      at[axis] = std::lower_bound(border.begin(), border.end(), box.side[axis]) - border.begin();
      if (border[at[axis] + 1] != box.side[axis + 2]) {
        throw InputError(lines.place(box.line), "the box reaches over others", "the boxes of a map lie on a grid");
      }
    }
    const std::int64_t index = at[1] * map.grid.columns() + at[0];
    if (seen[index]) throw InputError(lines.place(box.line), "there is a second value of this box", "give one a box");
    seen[index] = true;
    map.value[index] = box.value;
  }
  if (const auto missing = map.grid.size() - static_cast<std::int64_t>(boxes.size()); missing > 0) {
    file.note.push_back(fmt::format("{}: {} of {} boxes have no value, which counts as 0", path, with_commas(missing),
                                    with_commas(map.grid.size())));
  }
  file.map.push_back(std::move(map));
  return file;
}

}  // namespace

MapFile read_csv_map(const std::string& path, TextLines& lines, const Circuit& circuit) {
  MapFile file = read_grid(path, lines);
  require_fit(file.map.front().grid, circuit, path);
  return file;
}

MapFile read_csv_map(const std::string& path) {
  TextLines lines(path, "map", kMapSeparators);
  lines.need("x0,y0,x1,y1,value");
  return read_grid(path, lines);
}

}  // namespace gsrgnn
