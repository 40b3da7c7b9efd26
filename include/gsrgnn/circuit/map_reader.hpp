#pragma once

/// Maps of a design that other tools have made, as files:
///
///   CSV      x0,y0,x1,y1,VALUE and a line a box, as OpenROAD's gui::dump_heatmap and `gsrgnn maps` write it. The
///            boxes lie on a grid, which need not be that of the GCells; boxes that are left out are 0 (OpenROAD writes
///            none where it has no value). Coordinates are in the unit of the design's positions: of DEFs microns.
///   report   of OpenROAD's global_route -congestion_report_file, in microns: of each GCell that has too many wires
///
///              violation type: Horizontal congestion
///                      srcs: net:NAME ...
///                      comment: capacity:2 usage:4 congestion:2       (older: congestion information: capacity:...)
///                      bbox = (48.4500, 42.7500) - (51.3000, 45.6000) on Layer -
///
///            The map is by how many tracks usage is beyond capacity, 0 where nothing is reported, summed over layers.
///
/// Any of them may be gzipped. Errors are InputErrors at "FILE" or "FILE:LINE".

#include <gsrgnn/circuit/circuit.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

/// Numbers over a grid of their own, row by row; their unit is the circuit's of positions.
struct GridMap {
  GcellGrid grid;
  std::vector<double> value;
};

struct MapFile {
  std::vector<GridMap> map;       ///< one, of both directions; or two, horizontal and vertical
  std::string unit;               ///< of its values
  std::vector<std::string> note;  ///< what was assumed
};

/// Reads a map of a circuit, whose kind its content tells. Refuses one that is damaged, names a box twice, or does not
/// fit the circuit: it has to cover all cells, and to end where the die does, to within a box of the map.
MapFile read_map_file(const std::string& path, const Circuit& circuit);

/// Reads a CSV of whatever design, in whatever unit of length: its one map.
MapFile read_csv_map(const std::string& path);

}  // namespace gsrgnn
