#include "circuit/bookshelf_routing.hpp"

#include <algorithm>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <limits>
#include <map>

namespace gsrgnn {
namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();
constexpr std::int64_t kMostAcross = 1 << 20, kMostGcells = 1 << 24, kMostRoutingLayers = 1 << 10, kMostSites = 1 << 30;

double positive(const TextLines& lines, std::size_t word, std::string_view what) {
  const double value = lines.number(word, what);
  if (!(value > 0)) lines.fail(fmt::format("{} is {:g}", what, value), "it has to be more than 0");
  return value;
}

/// The number behind each of some words of the line.
double number_behind(const TextLines& lines, std::string_view word, std::string_view what) {
  const auto found = std::find(lines.words().begin(), lines.words().end(), word);
  return lines.number(static_cast<std::size_t>(found - lines.words().begin()) + 1, what);
}

}  // namespace

void read_scl(const std::string& path, BookshelfDesign& design) {
  TextLines lines(path, ".scl", kBookshelfSeparators);
  std::array<double, 4> core = {kNone, kNone, -kNone, -kNone};
  double bottom = 0, height = 0, spacing = 1;
  std::int64_t announced = 0, rows = 0;
  bool in_row = false;
  while (lines.next()) {
    const std::string_view word = lines[0];
    if (word == "NumRows" || word == "Numrows") announced = lines.integer(1, "the number of rows", 0, kMostSites);
    if (word == "CoreRow") {
      if (in_row) lines.fail("a row begins before the one before it has its End");
      in_row = true;
      bottom = height = 0;
      spacing = 1;
    }
    if (!in_row) continue;
    if (word == "End") {
      in_row = false;
      ++rows;
    } else if (word == "Coordinate") {
      bottom = lines.number(1, "the row's y");
    } else if (word == "Height") {
      height = positive(lines, 1, "the row's height");
    } else if (word == "Sitespacing") {
      spacing = positive(lines, 1, "the spacing of sites");
    } else if (word == "SubrowOrigin") {
      const double left = lines.number(1, "the row's x");
      const double sites = number_behind(lines, "NumSites", "the number of sites");
      if (!(sites >= 0 && sites <= kMostSites)) lines.fail(fmt::format("a row of {:g} sites", sites));
      core = {std::min(core[0], left), std::min(core[1], bottom), std::max(core[2], left + sites * spacing),
              std::max(core[3], bottom + height)};
    }
  }
  if (in_row || rows < announced) {
    lines.fail(fmt::format("{} rows are announced and {} are whole, the file seems to be cut off", announced, rows),
               "copy it again in full");
  }
  if (!(core[0] < core[2] && core[1] < core[3]))
    throw InputError(path, "the rows have no area", "give a .scl with rows");
  design.core = core;
}

void read_route(const std::string& path, BookshelfDesign& design) {
  TextLines lines(path, ".route", kBookshelfSeparators);
  std::int64_t size[3] = {0, 0, 0};  // columns, rows, layers
  std::map<std::string, std::vector<double>, std::less<>> values;
  const auto layers = [&] {
    if (size[2] == 0) lines.fail("the layers come before the Grid", "a .route begins with its Grid");
    std::vector<double> of_layers;
    for (std::int64_t l = 0; l < size[2]; ++l) {
      of_layers.push_back(
          lines.number(static_cast<std::size_t>(l) + 1, fmt::format("{} of layer {}", lines[0], l + 1)));
      if (of_layers.back() < 0) lines.fail(fmt::format("{} of layer {} is negative", lines[0], l + 1));
    }
    return of_layers;
  };
  while (lines.next()) {
    const std::string word(lines[0]);
    if (word == "Grid") {
      const char* const what[] = {"the number of columns", "the number of rows", "the number of layers"};
      for (std::size_t i = 0; i < 3; ++i) {
        // The contests' files have all three; some that were made after them have one layer and do not say so.
        const bool unsaid = i == 2 && lines.size() == 3;
        size[i] = unsaid ? 1 : lines.integer(i + 1, what[i], 1, i < 2 ? kMostAcross : kMostRoutingLayers);
      }
      if (size[0] * size[1] > kMostGcells) {
        lines.fail(fmt::format("{} x {} GCells", size[0], size[1]),
                   fmt::format("at most {} are supported", kMostGcells));
      }
    } else if (word == "VerticalCapacity" || word == "HorizontalCapacity" || word == "MinWireWidth" ||
               word == "MinWireSpacing") {
      values[word] = layers();
    } else if (word == "GridOrigin") {
      values[word] = {lines.number(1, "the x of the grid"), lines.number(2, "the y of the grid")};
    } else if (word == "TileSize") {
      values[word] = {positive(lines, 1, "the width of a GCell"), positive(lines, 2, "the height of a GCell")};
    } else if (word == "NumNiTerminals" || word == "NumBlockageNodes") {
      break;
    }
  }
  if (size[2] == 0) throw InputError(path, "there is no Grid", "give the .route of the design");
  for (const char* needed :
       {"VerticalCapacity", "HorizontalCapacity", "MinWireWidth", "MinWireSpacing", "GridOrigin", "TileSize"}) {
    if (values.count(needed) == 0) {
      throw InputError(path, fmt::format("there is no {}, the file seems to be cut off", needed),
                       "copy it again in full");
    }
  }
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const double origin = values["GridOrigin"][axis], step = values["TileSize"][axis];
    for (std::int64_t i = 0; i <= size[axis]; ++i) {
      design.grid.border[axis].push_back(origin + static_cast<double>(i) * step);
    }
  }
  for (std::size_t l = 0; l < static_cast<std::size_t>(size[2]); ++l) {
    const double track = values["MinWireWidth"][l] + values["MinWireSpacing"][l];
    const double vertical = values["VerticalCapacity"][l], horizontal = values["HorizontalCapacity"][l];
    if (vertical + horizontal > 0 && !(track > 0)) {
      throw InputError(path, fmt::format("wires of layer {} have neither width nor spacing", l + 1),
                       "a capacity is counted in such wires");
    }
    design.layer.push_back(track > 0 ? BookshelfDesign::Layer{vertical / track, horizontal / track}
                                     : BookshelfDesign::Layer{});
  }
}

}  // namespace gsrgnn
