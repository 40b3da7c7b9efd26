#include <algorithm>
#include <filesystem>
#include <gsrgnn/circuit/bookshelf_reader.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <limits>
#include <map>
#include <string_view>

#include "circuit/bookshelf_routing.hpp"
#include "circuit/name_index.hpp"

namespace gsrgnn {
namespace {

using Node = BookshelfDesign::Node;
using Kind = BookshelfDesign::Kind;

constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
// More cells at one place than so many are no coincidence: the design is not placed.
constexpr double kMostAtOnePlace = 0.5;

/// The files that an .aux names, by extension.
std::map<std::string, std::string> read_aux(const std::string& path) {
  namespace fs = std::filesystem;
  constexpr std::string_view kHint = "an .aux is RowBasedPlacement : and the names of .nodes, .nets, .pl, .scl, ...";
  TextLines lines(path, ".aux", kBookshelfSeparators);
  std::map<std::string, std::string> files;
  while (lines.next()) {
    for (std::size_t w = 1; w < lines.size(); ++w) {
      const fs::path name(lines[w]);
      const bool packed = name.extension() == ".gz";
      fs::path file = fs::path(path).parent_path() / name;
      std::error_code error;
      if (!fs::exists(file, error) && fs::exists(file.string() + ".gz", error)) file += ".gz";
      const std::string extension = (packed ? name.stem() : name).extension().string();
      if (extension.empty()) lines.fail(fmt::format("{} is no file of a design", in_quotes(lines[w])), kHint);
      if (!files.emplace(extension, file.string()).second)
        lines.fail(fmt::format("a second {} file", extension), kHint);
    }
  }
  for (const char* needed : {".nodes", ".nets", ".pl"}) {
    if (files.count(needed) == 0) throw InputError(path, fmt::format("names no {} file", needed), kHint);
  }
  return files;
}

/// A file whose first lines announce how many entries follow.
class Entries {
 public:
  Entries(const std::string& path, const char* extension) : lines(path, extension, kBookshelfSeparators) {}

  /// Goes on to the next line that is neither the title (UCLA nodes 1.0) nor an announcement.
  bool next() {
    while (lines.next()) {
      if (lines[0] == "UCLA") continue;
      if (lines[0].substr(0, 3) != "Num" || lines.size() != 2) return true;
      announced[std::string(lines[0])] = lines.integer(1, lines[0], 0, kMost);
    }
    return false;
  }
  /// At the end of the file.
  void require(const char* what, std::size_t found) const {
    const auto count = announced.find(what);
    if (count == announced.end() || static_cast<std::int64_t>(found) >= count->second) return;
    lines.fail(
        fmt::format("{} announces {} and {} are there, the file seems to be cut off", what, count->second, found),
        "copy it again in full");
  }

  TextLines lines;
  std::map<std::string, std::int64_t> announced;
};

void read_nodes(const std::string& path, std::vector<Node>& nodes) {
  Entries file(path, ".nodes");
  const TextLines& lines = file.lines;
  while (file.next()) {
    Node node{std::string(lines[0]), lines.number(1, "the width of a node"), lines.number(2, "the height of a node"),
              Kind::movable};
    if (node.width < 0 || node.height < 0)
      lines.fail(fmt::format("{} has a negative size", in_quotes(std::string_view(node.name))));
    if (lines.size() > 3) {
      if (!is_one_of(lines[3], {"TERMINAL", "TERMINAL_NI"})) {
        lines.fail(fmt::format("expected terminal or terminal_NI, found {}", in_quotes(lines[3])));
      }
      node.kind = is_keyword(lines[3], "TERMINAL") ? Kind::fixed : Kind::pin;
    }
    nodes.push_back(std::move(node));
  }
  file.require("NumNodes", nodes.size());
  if (nodes.empty()) throw InputError(path, "there are no nodes", "give a design that has cells");
}

NameIndex index_by_name(const std::string& path, const std::vector<Node>& nodes) {
  if (static_cast<std::int64_t>(nodes.size()) > kMost) {
    throw InputError(path, "more than 2^31 nodes", "split the design");
  }
  NameIndex index(nodes.size());
  for (const Node& node : nodes) {
    if (index.add(node.name)) continue;
    throw InputError(path, fmt::format("there is a second node {}", in_quotes(std::string_view(node.name))),
                     "give each node its own name");
  }
  return index;
}

std::int32_t find_node(const TextLines& lines, const NameIndex& index) {
  const std::int32_t node = index.find(lines[0]);
  if (node < 0) {
    lines.fail(fmt::format("the node {} is not among the .nodes", in_quotes(lines[0])), "give files of one design");
  }
  return node;
}

void read_nets(const std::string& path, const NameIndex& index, BookshelfDesign& design) {
  Entries file(path, ".nets");
  const TextLines& lines = file.lines;
  std::int64_t missing = 0;  // pins of the net
  while (file.next()) {
    if (lines[0] == "NetDegree") {
      if (missing > 0) lines.fail(fmt::format("the net before this one lacks {} of its pins", missing));
      missing = lines.integer(1, "the number of pins of a net", 0, kMost);
      design.net_offset.push_back(design.net_offset.back());
      continue;
    }
    if (missing == 0) lines.fail(fmt::format("expected NetDegree, found {}", in_quotes(lines[0])));
    --missing;
    // NODE, or NODE DIRECTION, either of them with X Y.
    const std::size_t x = lines.size() == 3 ? 1 : 2;
    std::array<float, 2> offset{0, 0};
    if (lines.size() > 2) {
      offset = {static_cast<float>(lines.number(x, "the x of a pin")),
                static_cast<float>(lines.number(x + 1, "the y of a pin"))};
    }
    design.net_node.push_back(find_node(lines, index));
    design.pin_offset.push_back(offset);
    ++design.net_offset.back();
    if (design.net_offset.back() > kMost) lines.fail("the nets have more than 2^31 pins", "split the design");
  }
  if (missing > 0) {
    lines.fail(fmt::format("the last net lacks {} of its pins, the file seems to be cut off", missing),
               "copy it again in full");
  }
  file.require("NumNets", design.net_offset.size() - 1);
  file.require("NumPins", design.net_node.size());
}

void read_places(const std::string& path, const NameIndex& index, std::vector<Node>& nodes) {
  Entries file(path, ".pl");
  const TextLines& lines = file.lines;
  std::vector<bool> placed(nodes.size(), false);
  while (file.next()) {
    const std::int32_t number = find_node(lines, index);
    if (placed[number]) lines.fail(fmt::format("there is a second place of {}", in_quotes(lines[0])));
    placed[number] = true;
    Node& node = nodes[number];
    node.x = lines.number(1, "the x of a node");
    node.y = lines.number(2, "the y of a node");
    for (std::size_t w = 3; w < lines.size(); ++w) {
      if (const auto orientation = orientation_of(lines[w])) {
        node.orientation = *orientation;
      } else if (is_keyword(lines[w], "/FIXED_NI")) {
        node.kind = Kind::pin;
      } else if (is_keyword(lines[w], "/FIXED")) {
        if (node.kind == Kind::movable) node.kind = Kind::fixed;
      } else {
        lines.fail(fmt::format("expected an orientation or /FIXED, found {}", in_quotes(lines[w])));
      }
    }
  }
  const auto missing = std::find(placed.begin(), placed.end(), false);
  if (missing != placed.end()) {
    throw InputError(path,
                     fmt::format("{} of {} nodes have no place, the first of them {}",
                                 std::count(placed.begin(), placed.end(), false), nodes.size(),
                                 in_quotes(std::string_view(nodes[missing - placed.begin()].name))),
                     "give the whole .pl of this design");
  }
}

/// As contests hand designs out, all cells at one place.
void require_placed(const std::string& path, const std::vector<Node>& nodes) {
  std::vector<std::array<double, 2>> places;
  for (const Node& node : nodes) {
    if (node.kind == Kind::movable) places.push_back({node.x, node.y});
  }
  std::sort(places.begin(), places.end());
  const auto many = static_cast<std::size_t>(kMostAtOnePlace * static_cast<double>(places.size())) + 1;
  if (many < 3) return;
  for (std::size_t i = 0; i + many <= places.size(); ++i) {
    if (places[i] != places[i + many - 1]) continue;
    throw InputError(path,
                     fmt::format("more than half of the {} movable nodes lie at ({:g}, {:g})", places.size(),
                                 places[i][0], places[i][1]),
                     "place the design first, and name the .pl of the placement in the .aux");
  }
}

std::array<double, 4> box_around(const std::vector<Node>& nodes) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  std::array<double, 4> box = {kNone, kNone, -kNone, -kNone};
  for (const Node& node : nodes) {
    const bool side = lies_on_its_side(node.orientation);
    box = {std::min(box[0], node.x), std::min(box[1], node.y),
           std::max(box[2], node.x + (side ? node.height : node.width)),
           std::max(box[3], node.y + (side ? node.width : node.height))};
  }
  return box;
}

}  // namespace

BookshelfDesign read_bookshelf(const std::string& path) {
  std::map<std::string, std::string> files = read_aux(path);
  BookshelfDesign design;
  design.path = path;
  read_nodes(files[".nodes"], design.node);
  const NameIndex index = index_by_name(files[".nodes"], design.node);
  read_places(files[".pl"], index, design.node);
  require_placed(files[".pl"], design.node);
  read_nets(files[".nets"], index, design);
  design.core = box_around(design.node);
  if (files.count(".scl") > 0) read_scl(files[".scl"], design);
  if (files.count(".route") > 0) read_route(files[".route"], design);
  return design;
}

}  // namespace gsrgnn
