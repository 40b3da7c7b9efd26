#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/bin_circuit.hpp>
#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/util/error.hpp>
#include <limits>

namespace gsrgnn {
namespace {

constexpr const char* kReimport = "import the circuit again from its source";

void check_finite(const std::vector<float>& values, const std::vector<std::string>& names, const std::string& place,
                  const char* what) {
  const auto bad = std::find_if_not(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
  if (bad == values.end()) return;
  const auto i = static_cast<std::size_t>(bad - values.begin());
  throw InputError(place,
                   fmt::format("{} '{}' of cell {} is {}", what, names[i % names.size()], i / names.size(), *bad),
                   "every value must be a finite number");
}

bool is_place(double at) {
  return std::abs(at) <= kFarthest;  // false where it is not a number
}

/// Refuses a placement that does not fit its circuit.
void validate_placement(const Circuit& c, const std::string& place) {
  const Placement& p = c.placement;
  const auto refuse = [&](const std::string& what) { throw InputError(place, what, kReimport); };
  const auto expect_size = [&](const char* what, std::size_t have, std::int64_t want) {
    if (have != 0 && static_cast<std::int64_t>(have) != want) {
      refuse(fmt::format("{} has {} values where {} are expected", what, have, want));
    }
  };
  for (const std::vector<double>& border : p.grid.border) {
    if (border.empty() != p.grid.empty() || border.size() == 1) refuse("the grid has borders in one direction only");
    for (std::size_t i = 0; i < border.size(); ++i) {
      if (!is_place(border[i]) || (i > 0 && !(border[i - 1] < border[i]))) {
        refuse("the borders of GCells do not ascend");
      }
    }
  }
  const std::int64_t rows = p.grid.rows(), columns = p.grid.columns();
  if (const std::int64_t most = most_gcells(c.nets(), c.pins()); p.grid.size() > most) {
    refuse(fmt::format("the grid has {} x {} GCells, and such a design at most {}", columns, rows, most));
  }
  for (const Placement::Layer& layer : p.layer) {
    if (static_cast<std::int64_t>(layer.row_tracks.size()) != rows ||
        static_cast<std::int64_t>(layer.column_tracks.size()) != columns) {
      refuse(fmt::format("layer {} has not a number of tracks for each row and column", layer.name));
    }
    for (const auto* tracks : {&layer.row_tracks, &layer.column_tracks}) {
      if (std::any_of(tracks->begin(), tracks->end(), [](float t) { return !(t >= 0) || !std::isfinite(t); })) {
        refuse(fmt::format("layer {} has numbers of tracks that are none", layer.name));
      }
    }
  }
  expect_size("power", p.power.size(), p.grid.size());
  check_finite(p.power, {"power"}, place, "map");
  expect_size("size", p.size.size(), c.cells());
  for (const auto& size : p.size) {
    if (!(size[0] >= 0 && size[1] >= 0 && is_place(static_cast<double>(size[0])) &&
          is_place(static_cast<double>(size[1])))) {
      refuse("a cell's size is none");
    }
  }
  expect_size("orientation", p.orientation.size(), c.cells());
  expect_size("pin", p.pin.size(), c.pins());
  for (const std::int32_t pin : p.pin) {
    if (pin < 0 || static_cast<std::size_t>(pin) >= p.pin_name.size())
      refuse(fmt::format("a pin has the name {}", pin));
  }
  expect_size("pin_offset", p.pin_offset.size(), c.pins());
  for (const auto& offset : p.pin_offset) {
    if (!is_place(static_cast<double>(offset[0])) || !is_place(static_cast<double>(offset[1]))) {
      refuse("the offset of a pin is no place");
    }
  }
  if (p.io_net.size() != p.io_position.size()) refuse("io has nets and positions of different numbers");
  for (std::size_t i = 0; i < p.io_net.size(); ++i) {
    if (p.io_net[i] < 0 || p.io_net[i] >= c.nets()) refuse(fmt::format("io names net {} of {}", p.io_net[i], c.nets()));
    if (!is_place(p.io_position[i][0]) || !is_place(p.io_position[i][1])) {
      refuse("the position of an io pin is no place");
    }
  }
}

}  // namespace

void validate(const Circuit& c, const std::string& place) {
  const std::int64_t cells = c.cells();
  const auto refuse = [&](const std::string& what) { throw InputError(place, what, kReimport); };
  if (cells == 0) throw InputError(place, "the circuit has no cells", "a circuit needs at least one placed cell");
  if (cells > std::numeric_limits<std::int32_t>::max()) {
    throw InputError(place, fmt::format("{} cells", cells), "at most 2^31 - 1 cells are supported");
  }
  if (c.net_offset.empty() || c.net_offset.front() != 0 || c.net_offset.back() != c.pins()) {
    refuse(fmt::format("net offsets do not span the {} pins", c.pins()));
  }
  if (c.pins() > std::numeric_limits<std::int32_t>::max()) {
    throw InputError(place, fmt::format("{} pins", c.pins()), "at most 2^31 - 1 pins are supported");
  }
  for (std::int64_t n = 0; n < c.nets(); ++n) {
    if (c.net_offset[n + 1] < c.net_offset[n]) refuse(fmt::format("net offsets fall at net {}", n));
  }
  for (std::int64_t p = 0; p < c.pins(); ++p) {
    if (c.net_cell[p] < 0 || c.net_cell[p] >= cells) {
      refuse(fmt::format("pin {} names cell {} of {} cells", p, c.net_cell[p], cells));
    }
  }
  const auto expect_size = [&](const char* what, std::size_t have, std::int64_t want) {
    if (static_cast<std::int64_t>(have) != want) {
      refuse(fmt::format("{} has {} values where {} are expected", what, have, want));
    }
  };
  expect_size("feature", c.feature.size(), cells * c.features());
  expect_size("label", c.label.size(), cells * c.labels());
  expect_size("position", c.position.size(), cells);
  if (c.labels() > 2) throw InputError(place, fmt::format("{} labels a cell", c.labels()), "at most 2 are supported");
  for (std::int64_t i = 0; i < cells; ++i) {
    if (c.cell_type[i] < 0 || c.cell_type[i] >= static_cast<std::int64_t>(c.type_name.size())) {
      refuse(fmt::format("cell {} has type {} of {} types", i, c.cell_type[i], c.type_name.size()));
    }
    if (!is_place(c.position[i][0]) || !is_place(c.position[i][1])) {
      refuse(fmt::format("the position of cell {} is no place", i));
    }
  }
  if (!c.cell_name.empty()) expect_size("name", c.cell_name.size(), cells);
  for (const std::string& name : c.cell_name) {
    if (name.empty() || name.find('\0') != std::string::npos) refuse("the name of a cell is none");
  }
  if (!c.original.empty()) {
    expect_size("original", c.original.size(), cells);
    std::vector<bool> seen(cells, false);
    for (const std::int32_t number : c.original) {
      if (number < 0 || number >= cells || seen[number]) {
        refuse(fmt::format("the original cell number {} is out of range or given twice", number));
      }
      seen[number] = true;
    }
  }
  for (const double side : c.box) {
    if (!is_place(side)) refuse(fmt::format("a side of the box is {}", side));
  }
  check_finite(c.feature, c.feature_name, place, "feature");
  check_finite(c.label, c.label_name, place, "label");
  validate_placement(c, place);
}

std::vector<std::int64_t> clique_degree(const std::vector<std::int64_t>& net_offset,
                                        const std::vector<std::int32_t>& net_cell, std::int64_t cells) {
  std::vector<std::int64_t> degree(cells, 0);
  std::vector<std::int32_t> net;
  for (std::size_t n = 0; n + 1 < net_offset.size(); ++n) {
    net.assign(net_cell.begin() + net_offset[n], net_cell.begin() + net_offset[n + 1]);
    std::sort(net.begin(), net.end());
    for (auto first = net.begin(), last = first; first != net.end(); first = last) {
      last = std::upper_bound(first, net.end(), *first);
      degree[*first] += (last - first) * (static_cast<std::int64_t>(net.size()) - (last - first));
    }
  }
  return degree;
}

std::vector<std::int64_t> clique_degree(const Circuit& circuit) {
  return clique_degree(circuit.net_offset, circuit.net_cell, circuit.cells());
}

namespace {

/// A net of so many pins, if it is cut into pieces.
void count_pieces(std::int64_t pins, std::int64_t& long_nets, std::int64_t& pieces) {
  if (pins <= kNetPiece) return;
  ++long_nets;
  pieces += (pins + kNetPiece - 1) / kNetPiece;
}

}  // namespace

CircuitCounts count(const Circuit& circuit) {
  CircuitCounts counts;
  counts.cells = circuit.cells();
  counts.nets = circuit.nets();
  counts.pins = circuit.pins();
  counts.edges = circuit.cells();
  for (const std::int64_t degree : clique_degree(circuit)) {
    counts.edges += degree;
    counts.max_degree = std::max(counts.max_degree, degree);
  }
  for (std::int64_t n = 0; n < circuit.nets(); ++n) {
    const std::int64_t pins = circuit.net_offset[n + 1] - circuit.net_offset[n];
    counts.largest_net = std::max(counts.largest_net, pins);
    count_pieces(pins, counts.long_nets, counts.net_pieces);
  }
  for (const std::int64_t cells : bin_sizes(circuit)) {
    ++counts.bins;
    counts.bin_pins += cells;
    count_pieces(cells, counts.long_bins, counts.bin_pieces);
  }
  return counts;
}

void set_types(Circuit& circuit, const std::vector<std::string_view>& type) {
  std::vector<std::string_view> name = type;
  std::sort(name.begin(), name.end());
  name.erase(std::unique(name.begin(), name.end()), name.end());
  circuit.type_name.assign(name.begin(), name.end());
  for (const std::string_view some : type) {
    const auto found = std::lower_bound(name.begin(), name.end(), some);
    circuit.cell_type.push_back(static_cast<std::int32_t>(found - name.begin()));
  }
}

void append_common_features(Circuit& circuit) {
  const auto degree = clique_degree(circuit);
  std::vector<std::int64_t> pins(circuit.cells(), 0);
  for (const std::int32_t cell : circuit.net_cell) ++pins[cell];
  const double width = circuit.box[2] - circuit.box[0];
  const double height = circuit.box[3] - circuit.box[1];

  append_features(circuit, {"x", "y", "log_pins", "log_degree"}, [&](std::int64_t i) {
    return std::array{width > 0 ? (circuit.position[i][0] - circuit.box[0]) / width : 0,
                      height > 0 ? (circuit.position[i][1] - circuit.box[1]) / height : 0,
                      std::log1p(static_cast<double>(pins[i])), std::log1p(static_cast<double>(degree[i]))};
  });
}

}  // namespace gsrgnn
