#pragma once

/// A placed circuit as the rest of the program sees it: which cells the pins of each net sit on, what is known of each
/// cell, and (when there is one) the congestion label to learn. Plain host data; graphs and devices come later.

#include <array>
#include <cstdint>
#include <gsrgnn/circuit/placement.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace gsrgnn {

/// N cells, M nets, P pins (cell-net connections with multiplicity), F features, T cell types, O labels a cell.
struct Circuit {
  std::string name;    ///< design name
  std::string source;  ///< what it came from, e.g. "def" or "generated"

  std::vector<std::int64_t> net_offset{0};  ///< M + 1: the pins of net n are net_cell[net_offset[n] .. net_offset[n+1])
  std::vector<std::int32_t> net_cell;       ///< P: the cell of each pin; a cell with several pins on a net recurs

  std::vector<std::string> feature_name;  ///< F
  std::vector<float> feature;             ///< N x F, row-major

  std::vector<std::string> type_name;   ///< T: cell types (the DEF's masters)
  std::vector<std::int32_t> cell_type;  ///< N: index into type_name

  std::vector<std::array<double, 2>> position;  ///< N: placement point (DEF, generated: in microns; Bookshelf: in the
                                                ///< unit of its files; CircuitNet: in GCells)
  std::array<double, 4> box{0, 0, 0, 0};        ///< left, bottom, right, top of the die, likewise
  std::vector<std::int32_t> original;  ///< N: each cell's number in the source; empty when the order is the source's
  std::vector<std::string> cell_name;  ///< N: names of instances as the source writes them; empty: it has none

  std::vector<std::string> label_name;  ///< O: 0 (no label: for prediction only), 1 or 2
  std::string label_unit;               ///< e.g. "routed length / track capacity"
  std::vector<float> label;             ///< N x O, row-major

  Placement placement;            ///< what maps are made from
  std::vector<std::string> note;  ///< what its import left out or took for granted, a line each

  std::int64_t cells() const { return static_cast<std::int64_t>(cell_type.size()); }
  std::int64_t nets() const { return static_cast<std::int64_t>(net_offset.size()) - 1; }
  std::int64_t pins() const { return static_cast<std::int64_t>(net_cell.size()); }
  std::int64_t features() const { return static_cast<std::int64_t>(feature_name.size()); }
  std::int64_t labels() const { return static_cast<std::int64_t>(label_name.size()); }
};

/// Checks every size, bound and number of the circuit, so that no later code has to.
/// Throws InputError whose place is `place` (the file) and the array at fault.
void validate(const Circuit& circuit, const std::string& place);

/// Message passing adds up a net of more pins in pieces of so many, for a few nets have thousands, and one would keep
/// all others waiting. It decides the order of summation, so it is the same on every backend.
constexpr int kNetPiece = 64;

/// What is known of a circuit without looking at its labels; the numbers of the paper's Table 1.
struct CircuitCounts {
  std::int64_t cells = 0, nets = 0, pins = 0;
  std::int64_t edges = 0;  ///< directed edges of the clique graph with multiplicity, one self loop a cell included
  std::int64_t largest_net = 0;
  std::int64_t max_degree = 0;  ///< without the self loop
  std::int64_t long_nets = 0;   ///< nets of more than kNetPiece pins
  std::int64_t net_pieces = 0;  ///< the pieces that those are cut into for message passing
  std::int64_t bins = 0, bin_pins = 0, long_bins = 0, bin_pieces = 0;  ///< likewise of the bins (bin_circuit.hpp)

  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.cells, self.nets, self.pins, self.edges, self.largest_net, self.max_degree, self.long_nets,
          self.net_pieces, self.bins, self.bin_pins, self.long_bins, self.bin_pieces);
  }
};
CircuitCounts count(const Circuit& circuit);

/// The degree of each cell in the clique graph, with multiplicity and without the self loop:
/// sum_n B[i,n] (s_n - B[i,n]).
std::vector<std::int64_t> clique_degree(const Circuit& circuit);
std::vector<std::int64_t> clique_degree(const std::vector<std::int64_t>& net_offset,
                                        const std::vector<std::int32_t>& net_cell, std::int64_t cells);

/// Sets the types from that of each cell: kept by name, sorted, and only those that occur, so that they do not depend
/// on the order of the cells.
void set_types(Circuit& circuit, const std::vector<std::string_view>& type);

/// Appends features: values(i) gives those of cell i, as many as there are names.
template <class Values>
void append_features(Circuit& circuit, const std::vector<std::string>& names, const Values& values) {
  const auto before = static_cast<std::ptrdiff_t>(circuit.feature_name.size());
  circuit.feature_name.insert(circuit.feature_name.end(), names.begin(), names.end());
  std::vector<float> feature;
  feature.reserve(circuit.cell_type.size() * circuit.feature_name.size());
  for (std::int64_t i = 0; i < circuit.cells(); ++i) {
    const auto row = circuit.feature.begin() + i * before;
    feature.insert(feature.end(), row, row + before);
    for (const double value : values(i)) feature.push_back(static_cast<float>(value));
  }
  circuit.feature = std::move(feature);
}

/// Appends the features every importer gives and that follow from the netlist and the placement alone:
/// `x`, `y` (placement point relative to the die, 0..1), `log_pins` and `log_degree` (log(1 + .)).
void append_common_features(Circuit& circuit);

}  // namespace gsrgnn
