#include <algorithm>
#include <cmath>
#include <filesystem>
#include <gsrgnn/circuit/bookshelf_reader.hpp>
#include <gsrgnn/circuit/import_bookshelf.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <map>
#include <stdexcept>
#include <utility>

namespace gsrgnn {
namespace {

using Node = BookshelfDesign::Node;
using Kind = BookshelfDesign::Kind;

bool is_cell(const Node& node) {
  return node.kind == Kind::movable || (node.kind == Kind::fixed && node.width > 0 && node.height > 0);
}

/// Width and height as placed.
std::array<double, 2> placed_size(const Node& node) {
  return lies_on_its_side(node.orientation) ? std::array{node.height, node.width} : std::array{node.width, node.height};
}

/// From the middle of the node as placed.
Offset placed_offset(const Node& node, const std::array<float, 2>& drawn) {
  const Offset from_corner = {node.width / 2 + static_cast<double>(drawn[0]),
                              node.height / 2 + static_cast<double>(drawn[1])};
  const Offset at = placed(node.orientation, from_corner, {node.width, node.height});
  const auto size = placed_size(node);
  return {at[0] - size[0] / 2, at[1] - size[1] / 2};
}

void add_cells(const BookshelfDesign& design, std::vector<std::int32_t>& cell, Circuit& circuit) {
  std::vector<bool> has_net(design.node.size(), false);
  for (const std::int32_t node : design.net_node) has_net[node] = true;
  cell.assign(design.node.size(), -1);
  std::map<std::array<double, 2>, std::string> size_name;
  std::vector<std::string_view> type;
  std::int64_t without_net = 0;
  for (std::size_t i = 0; i < design.node.size(); ++i) {
    const Node& node = design.node[i];
    if (!is_cell(node)) continue;
    if (!has_net[i]) {
      ++without_net;
      continue;
    }
    cell[i] = static_cast<std::int32_t>(type.size());
    if (node.kind == Kind::fixed) {
      type.emplace_back("fixed");
    } else {
      std::string& name = size_name[{node.width, node.height}];
      if (name.empty()) name = fmt::format("{:g}x{:g}", node.width, node.height);
      type.emplace_back(name);
    }
    circuit.position.push_back({node.x, node.y});
    circuit.cell_name.push_back(node.name);
    const auto size = placed_size(node);
    circuit.placement.size.push_back({static_cast<float>(size[0]), static_cast<float>(size[1])});
  }
  if (type.empty()) {
    throw InputError(design.path, fmt::format("no net connects any of the {} nodes", design.node.size()),
                     "give a design that has nets");
  }
  if (without_net > 0) {
    circuit.note.push_back(fmt::format("{} of {} nodes have no net and are no cells", with_commas(without_net),
                                       with_commas(static_cast<std::int64_t>(design.node.size()))));
  }
  set_types(circuit, type);
}

void add_nets(const BookshelfDesign& design, const std::vector<std::int32_t>& cell, Circuit& circuit) {
  Placement& placement = circuit.placement;
  const std::size_t nets = design.net_offset.size() - 1;
  circuit.net_offset.reserve(nets + 1);
  circuit.net_cell.reserve(design.net_node.size());
  placement.pin_offset.reserve(design.net_node.size());
  for (std::size_t n = 0; n < nets; ++n) {
    for (std::int64_t p = design.net_offset[n]; p < design.net_offset[n + 1]; ++p) {
      const std::int32_t number = design.net_node[p];
      const Node& node = design.node[number];
      const Offset offset = placed_offset(node, design.pin_offset[p]);
      if (cell[number] >= 0) {
        circuit.net_cell.push_back(cell[number]);
        placement.pin_offset.push_back({static_cast<float>(offset[0]), static_cast<float>(offset[1])});
      } else {
        const auto size = placed_size(node);
        placement.io_net.push_back(static_cast<std::int32_t>(n));
        placement.io_position.push_back({node.x + size[0] / 2 + offset[0], node.y + size[1] / 2 + offset[1]});
      }
    }
    circuit.net_offset.push_back(static_cast<std::int64_t>(circuit.net_cell.size()));
  }
}

void add_layers(const BookshelfDesign& design, Placement& placement) {
  const auto rows = static_cast<std::size_t>(placement.grid.rows()),
             columns = static_cast<std::size_t>(placement.grid.columns());
  const auto add = [&](const std::string& name, const BookshelfDesign::Layer& layer, bool horizontal) {
    const bool known = layer.horizontal + layer.vertical > 0;
    placement.technology.layer.push_back(
        {name, known ? Origin::lef : Origin::unknown, horizontal ? Direction::horizontal : Direction::vertical, 0, 0});
    placement.layer.push_back({name, std::vector<float>(rows, static_cast<float>(horizontal ? layer.horizontal : 0)),
                               std::vector<float>(columns, static_cast<float>(horizontal ? 0 : layer.vertical))});
  };
  // The lowest layer of a technology serves pins (layer_roles()); what .route lists serves signals.
  if (design.layer.front().horizontal + design.layer.front().vertical > 0) add("0", {}, true);
  for (std::size_t l = 0; l < design.layer.size(); ++l) {
    const BookshelfDesign::Layer& layer = design.layer[l];
    const bool both = layer.horizontal > 0 && layer.vertical > 0;
    const std::string name = std::to_string(l + 1);
    if (both || layer.horizontal > 0 || layer.vertical == 0) add(both ? name + "h" : name, layer, true);
    if (layer.vertical > 0) add(both ? name + "v" : name, layer, false);
  }
}

}  // namespace

ReadDesign read_bookshelf_design(const ImportOptions& options) {
  const BookshelfDesign design = read_bookshelf(options.design);
  Circuit circuit;
  const std::filesystem::path file(options.design);
  circuit.name = (file.extension() == ".gz" ? file.stem() : file).stem().string();
  circuit.source = "bookshelf";
  circuit.box = design.core;
  std::vector<std::int32_t> cell;
  add_cells(design, cell, circuit);
  add_nets(design, cell, circuit);
  Placement& placement = circuit.placement;
  if (options.gcell > 0) {
    try {
      placement.grid = make_grid(circuit.box, options.gcell);
    } catch (const std::invalid_argument&) {
      throw InputError(options.design, fmt::format("GCells of {:g} would be too many", options.gcell),
                       "give a larger --gcell");
    }
    circuit.note.push_back(fmt::format("--gcell: GCells of {:g} were made", options.gcell));
  } else if (!design.grid.empty()) {
    placement.grid = design.grid;
    add_layers(design, placement);
  }
  if (const std::int64_t most = most_gcells(circuit.nets(), circuit.pins()); placement.grid.size() > most) {
    throw InputError(options.design,
                     fmt::format("{} x {} GCells, and such a design has at most {}", placement.grid.columns(),
                                 placement.grid.rows(), most),
                     options.gcell > 0 ? "give a larger --gcell" : "give the .route of this design");
  }
  return {std::move(circuit), std::nullopt};
}

}  // namespace gsrgnn
