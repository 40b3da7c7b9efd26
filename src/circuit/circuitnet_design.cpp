#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <gsrgnn/circuit/circuitnet.hpp>
#include <gsrgnn/circuit/pickle_reader.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace gsrgnn {
namespace {

namespace fs = std::filesystem;

// A whole map of this many GCells a side would not fit; a damaged index must not get that far.
constexpr std::int64_t kMostGcellsAcross = 1 << 20;

[[noreturn]] void damaged(const Pickle& file, std::string_view what) {
  throw InputError(file.path(), what, "download the graph features of CircuitNet again");
}

const PickleNode& as_node(const Pickle& file, const PickleValue& value, PickleNode::Kind kind, std::string_view what) {
  const PickleNode* const node = file.node(value);
  if (node == nullptr || node->kind != kind) damaged(file, fmt::format("expected {}, found something else", what));
  return *node;
}

std::string_view as_string(const Pickle& file, const PickleValue& value, std::string_view what) {
  const std::string_view* const text = std::get_if<std::string_view>(&value);
  if (text == nullptr) damaged(file, fmt::format("{} is no string", what));
  return *text;
}

// Integers, also those that went through a float.
std::optional<std::int64_t> as_integer(const PickleValue& value) {
  if (const std::int64_t* const integer = std::get_if<std::int64_t>(&value)) return *integer;
  const double* const real = std::get_if<double>(&value);
  if (real != nullptr && std::abs(*real) < 0x1p53 && *real == std::trunc(*real)) {
    return static_cast<std::int64_t>(*real);
  }
  return std::nullopt;
}

// ---- the placement --------------------------------------------------------------------------------------------------

using PlacedBoxes = std::unordered_map<std::string_view, GcellBox>;

GcellBox read_box(const Pickle& file, std::string_view cell, const PickleValue& value) {
  const PickleNode* const node = file.node(value);
  std::array<std::int64_t, 4> side{};
  bool good = node != nullptr && node->kind != PickleNode::Kind::dict && node->items.size() == side.size();
  for (std::size_t i = 0; good && i < side.size(); ++i) {
    const std::optional<std::int64_t> integer = as_integer(node->items[i]);
    good = integer && *integer >= 0 && *integer < kMostGcellsAcross;
    if (good) side[i] = *integer;
  }
  if (!good || side[0] > side[2] || side[1] > side[3]) {
    throw InputError(file.path(), fmt::format("the place of cell {} is no box of GCells", in_quotes(cell)),
                     "a place is [left, bottom, right, top], whole numbers from 0 on");
  }
  const auto narrow = [&](std::size_t i) { return static_cast<std::int32_t>(side[i]); };
  return {narrow(0), narrow(1), narrow(2), narrow(3)};
}

PlacedBoxes read_placement(const Pickle& file) {
  const PickleNode& array = as_node(file, file.root(), PickleNode::Kind::array, "an array of one dict");
  if (array.items.size() != 1) {
    damaged(file, fmt::format("there are {} objects instead of one dict", array.items.size()));
  }
  const PickleNode& dict = as_node(file, array.items[0], PickleNode::Kind::dict, "a dict of boxes");
  PlacedBoxes placement;
  placement.reserve(dict.items.size() / 2);
  for (std::size_t i = 0; i < dict.items.size(); i += 2) {
    const std::string_view cell = as_string(file, dict.items[i], "the name of a cell");
    if (!placement.emplace(cell, read_box(file, cell, dict.items[i + 1])).second) {
      damaged(file, fmt::format("the cell {} is placed twice", in_quotes(cell)));
    }
  }
  if (placement.empty()) throw InputError(file.path(), "no cell is placed", "give a design that has cells");
  return placement;
}

GcellBox extent_of(const PlacedBoxes& placement) {
  GcellBox extent = placement.begin()->second;
  for (const auto& [cell, box] : placement) {
    extent.left = std::min(extent.left, box.left);
    extent.bottom = std::min(extent.bottom, box.bottom);
    extent.right = std::max(extent.right, box.right);
    extent.top = std::max(extent.top, box.top);
  }
  return extent;
}

// ---- the netlist ----------------------------------------------------------------------------------------------------

// An array of the graph information, rows by columns.
class Table {
 public:
  Table(const CircuitNetFolders& folders, const std::string& netlist, const std::string& part, std::int64_t rows)
      : file_(find_circuitnet_file(parts(folders, part), netlist + "_" + part, {".npy", ""})),
        array_(as_node(file_, file_.root(), PickleNode::Kind::array, "an array")) {
    if (array_.shape.size() != 2 || array_.shape[0] != rows) {
      damaged(file_,
              fmt::format("the shape of the array is ({}) instead of ({}, n)", fmt::join(array_.shape, ", "), rows));
    }
  }

  const Pickle& file() const { return file_; }
  std::int64_t columns() const { return array_.shape[1]; }
  const PickleValue& at(std::int64_t row, std::int64_t column) const { return array_.items[row * columns() + column]; }

 private:
  static std::vector<std::string> parts(const CircuitNetFolders& folders, const std::string& part) {
    std::vector<std::string> found;
    for (const std::string& folder : folders.information) found.push_back((fs::path(folder) / part).string());
    return found;
  }

  Pickle file_;
  const PickleNode& array_;
};

// Calls visit(net, node) for each connection: a pin is on one net or lists several.
template <class Visit>
void for_each_connection(const Table& pins, std::int64_t nets, std::int64_t nodes, const Visit& visit) {
  const auto index = [&](const PickleValue& value, std::int64_t pin, std::int64_t end, const char* what) {
    const std::optional<std::int64_t> number = as_integer(value);
    if (number && *number >= 0 && *number < end) return *number;
    throw InputError(pins.file().path(),
                     number ? fmt::format("pin {} names the unknown {} {} (there are {})", pin, what, *number, end)
                            : fmt::format("the {} of pin {} is no number", what, pin),
                     "take net_attr, node_attr and pin_attr from the same download");
  };
  for (std::int64_t pin = 0; pin < pins.columns(); ++pin) {
    const std::int64_t node = index(pins.at(2, pin), pin, nodes, "cell");
    const PickleNode* const list = pins.file().node(pins.at(1, pin));
    if (list == nullptr) {
      visit(index(pins.at(1, pin), pin, nets, "net"), node);
    } else {
      for (const PickleValue& net : list->items) visit(index(net, pin, nets, "net"), node);
    }
  }
}

// The place of each node of the netlist, or null.
std::vector<const GcellBox*> places(const Table& nodes, const PlacedBoxes& placement) {
  std::unordered_set<std::string_view> names;
  names.reserve(static_cast<std::size_t>(nodes.columns()));
  std::vector<const GcellBox*> place;
  for (std::int64_t node = 0; node < nodes.columns(); ++node) {
    const std::string_view name = as_string(nodes.file(), nodes.at(0, node), "the name of a cell");
    if (!names.insert(name).second) damaged(nodes.file(), fmt::format("the cell {} is named twice", in_quotes(name)));
    const auto found = placement.find(name);
    place.push_back(found != placement.end() ? &found->second : nullptr);
  }
  return place;
}

void check_share(const std::vector<const GcellBox*>& place, const PlacedBoxes& placement, double least,
                 const Table& nodes, const std::string& placement_file) {
  const auto known = place.size() - static_cast<std::size_t>(std::count(place.begin(), place.end(), nullptr));
  const double share = static_cast<double>(known) / static_cast<double>(placement.size());
  if (share >= least) return;
  throw InputError(placement_file,
                   fmt::format("only {} of {} placed cells ({:.1f} %) are in the netlist {}", known, placement.size(),
                               100 * share, nodes.file().path()),
                   fmt::format("placement and netlist disagree (at least {:.0f} % are expected): leave the design out",
                               100 * least));
}

}  // namespace

CircuitNetDesign read_circuitnet_design(const std::string& root, const std::string& name, double least_share) {
  const CircuitNetFolders folders = find_circuitnet(root);
  const std::string placed = circuitnet_design(name);
  CircuitNetDesign design;
  design.placement = find_circuitnet_file(folders.placement, placed, {".npy", ""});
  const std::string netlist = circuitnet_netlist(placed, list_circuitnet_netlists(folders));
  if (netlist.empty()) {
    throw InputError(
        (fs::path(folders.information.front()) / "node_attr").string(),
        fmt::format("there is no netlist of the design {}", placed),
        "a design's name begins with that of its netlist: check that all of graph_information is in place");
  }

  const Pickle placement_file(design.placement);
  const PlacedBoxes placement = read_placement(placement_file);
  design.extent = extent_of(placement);
  const Table nodes(folders, netlist, "node_attr", 2);
  std::vector<const GcellBox*> place = places(nodes, placement);
  check_share(place, placement, least_share, nodes, design.placement);

  const std::int64_t all_nets = Table(folders, netlist, "net_attr", 1).columns();
  const Table pins(folders, netlist, "pin_attr", 3);
  std::vector<std::int64_t> net_size(static_cast<std::size_t>(all_nets), 0);
  std::vector<char> has_pin(place.size(), 0);
  for_each_connection(pins, all_nets, nodes.columns(), [&](std::int64_t net, std::int64_t node) {
    has_pin[node] = 1;
    if (place[node] != nullptr) ++net_size[net];
  });

  Circuit& circuit = design.circuit;
  std::vector<std::string_view> type;
  std::vector<std::int32_t> cell_of_node(place.size(), -1);
  for (std::size_t node = 0; node < place.size(); ++node) {
    if (place[node] == nullptr || has_pin[node] == 0) continue;
    cell_of_node[node] = static_cast<std::int32_t>(type.size());
    type.push_back(as_string(nodes.file(), nodes.at(1, static_cast<std::int64_t>(node)), "a cell type"));
    circuit.cell_name.emplace_back(as_string(nodes.file(), nodes.at(0, static_cast<std::int64_t>(node)), "a name"));
    design.box.push_back(*place[node]);
  }
  if (type.empty()) {
    throw InputError(design.placement, fmt::format("no placed cell has a pin in {}", pins.file().path()),
                     "give a design that has cells");
  }
  set_types(circuit, type);

  // Where the next pin of each net goes; nets without a cell are left out.
  std::vector<std::int64_t> next;
  for (const std::int64_t size : net_size) {
    next.push_back(circuit.net_offset.back());
    if (size > 0) circuit.net_offset.push_back(circuit.net_offset.back() + size);
  }
  circuit.net_cell.resize(static_cast<std::size_t>(circuit.net_offset.back()));
  for_each_connection(pins, all_nets, nodes.columns(), [&](std::int64_t net, std::int64_t node) {
    if (cell_of_node[node] >= 0) circuit.net_cell[next[net]++] = cell_of_node[node];
  });
  return design;
}

}  // namespace gsrgnn
