#pragma once

/// CircuitNet as a user has it on disk (circuitnet_files.hpp), made into circuits. Maps are arrays of numbers over the
/// GCells of a design, axis 0 along x, with two axes longer than 1, or CSVs (map_reader.hpp) whose boxes are GCells or
/// of several. Every error is an InputError that names the file.

#include <cstddef>
#include <cstdint>
#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/circuit/circuitnet_files.hpp>
#include <gsrgnn/circuit/import_def.hpp>
#include <string>
#include <utility>
#include <vector>

namespace gsrgnn {

/// The GCells left..right and bottom..top that a cell lies in, both ends included. GCell i reaches from i to i + 1.
struct GcellBox {
  std::int32_t left, bottom, right, top;
};

/// What a cell takes from a map: the largest value in its box, their mean, or the value at the centre of the box (the
/// GCell to its right or above when the centre lies on a border).
enum class BoxRule { max, mean, center };

// ---- one design -----------------------------------------------------------------------------------------------------

struct CircuitNetOptions {
  std::string root;    ///< folder of the dataset
  std::string design;  ///< name (or path) of a placement, with or without ".npy"

  /// No label, or one or two maps (horizontal, vertical), or "rudy": see rudy_map(). A map is a file (.npy; .npz, of
  /// several arrays "FILE.npz:ARRAY"; .csv, also gzipped), or a folder that holds the map of each design under the
  /// design's name.
  std::vector<std::string> label;
  CongestionLabel combine = CongestionLabel::average;  ///< of two maps: their mean in each GCell, or two labels a cell
  BoxRule rule = BoxRule::max;                         ///< for labels and features alike
  bool resized = false;                                ///< maps were resized, as those of the training set to 256 x 256
  /// Further features: name, and map as for `label`, "rudy" included.
  std::vector<std::pair<std::string, std::string>> feature_maps;

  /// A design is refused when a lesser share of its placed cells is in the netlist: the two are of different designs.
  /// (The placer adds buffers, so that 0.92 to 0.98 is usual.)
  double least_share = 0.9;
};

/// Cells are those that have a pin in pin_attr and a place, in the order of the netlist; nets are those that have such
/// a cell. A pin that lists several nets counts in each of them, as often as it lists it.
///
/// Lengths are in GCells (these files do not tell their size): the position of a cell is the centre of its box, and the
/// circuit's box is the extent of all placed cells, also of those that are not in the netlist.
/// Features: box_left, box_bottom, box_right, box_top (relative to the circuit's box, 0..1, so that they mean the same
/// on a die of any size), half_width and half_height (in GCells: a cell is as large on any die), those of
/// append_common_features(), and those of feature_maps.
/// Labels: "congestion", or "congestion_horizontal" and "congestion_vertical", or "rudy".
Circuit import_circuitnet(const CircuitNetOptions& options);

// ---- a whole dataset ------------------------------------------------------------------------------------------------

/// What became of one design of a dataset.
struct CircuitNetRow {
  std::string design;
  std::string skipped;   ///< why there is no circuit file; empty when there is one
  CircuitCounts counts;  ///< of the circuit, when there is one

  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.design, self.skipped, self.counts);
  }
};

/// Imports the designs first, first + step, first + 2 step, ... of the list, one row each: rank r of R takes (r, R).
/// Each goes into FOLDER/DESIGN.h5, its cells ordered by order_by_placement(). A design that cannot be imported (files
/// missing or damaged, netlist and placement of different designs, ...) is skipped and nothing is written for it.
/// options.design is ignored. The folder is made when it is missing. Throws when a file cannot be written.
std::vector<CircuitNetRow> import_circuitnet_dataset(const CircuitNetOptions& options,
                                                     const std::vector<std::string>& designs, const std::string& folder,
                                                     std::size_t first = 0, std::size_t step = 1);

// ---- the parts ------------------------------------------------------------------------------------------------------

/// The files of a design, joined: a circuit of types and nets, with each cell's box.
struct CircuitNetDesign {
  std::string placement;  ///< the file of the placement, for messages
  GcellBox extent;        ///< of all placed cells
  std::vector<GcellBox> box;
  Circuit circuit;
};
/// Refuses, among all that is damaged, cells that are named or placed twice, pins of unknown nets or cells, a design
/// without cells, and one in whose placement the netlist has a lesser share than `least_share`.
CircuitNetDesign read_circuitnet_design(const std::string& root, const std::string& design, double least_share);

/// Numbers over GCells.
struct GcellMap {
  std::string place;  ///< where it is from, for messages
  std::int64_t columns = 0, rows = 0;
  std::vector<double> value;      ///< value[x * rows + y]
  std::string unit;               ///< of its values, where the file tells
  std::vector<std::string> note;  ///< what was assumed
};

/// Reads a map; `where`, `design` and `resized` as in CircuitNetOptions, `extent` of the design's placed cells. Axes of
/// length 1 beside its two are dropped. Every value must be finite. The boxes of a CSV have their sides at whole GCells
/// as the placement counts them; where there is none its value is 0, also if it ends up to 2 GCells before the extent.
/// A resized CSV may be in any unit: its GCells are as wide and high as most of its boxes.
GcellMap read_gcell_map(const std::string& where, const std::string& design, const GcellBox& extent, bool resized);

/// Rectangular uniform wire density (Spindler and Johannes, DATE 2007) of the placement: each net of two cells or more
/// adds (w + h) / (w h) to all GCells of the box around its cells' centres, w by h GCells large. It covers the GCells
/// from 0 to the design's extent. Sums are of multiples of 2^-30, so that they depend on no order.
GcellMap rudy_map(const CircuitNetDesign& design);

/// The boxes of a design's cells on a map. No file tells how many GCells a design has; there is about the same margin
/// around the placed cells on all sides. Throws at the map when it is smaller or larger than that, by more than a
/// twentieth (and by more than 2 GCells when it is 256 x 256, the size of CircuitNet's training set). A map that was
/// `resized` may be of any size, and the boxes are scaled to it.
std::vector<GcellBox> boxes_on(const GcellMap& map, const CircuitNetDesign& design, bool resized);

/// One value a cell, whose boxes lie on the map.
std::vector<double> sample(const GcellMap& map, const std::vector<GcellBox>& box, BoxRule rule);

}  // namespace gsrgnn
