#pragma once

/// Maps over the GCells that follow from a placement before any wire is routed, and what cells see of them.
///
/// A pin lies where the design or the technology says; where it does not, in the middle of its cell; where the cell has
/// no size, at the cell's position. Pins of the design count like those of cells. Maps, each in a unit that is the same
/// whatever the technology:
///
///   rudy_h, rudy_v          RUDY's wire length / track capacity (wire_maps.hpp)
///   rudy_long, rudy_short   of both directions: of nets that leave a GCell, and of the others
///   pin_rudy                CircuitNet's
///   demand_h, demand_v      wire length of spanning trees, each edge by both of its L's / track capacity
///   steiner_h, steiner_v    likewise of Steiner trees
///   pins                    pins of cells / area, in pins a mean GCell
///   cells                   area of cells / area of the GCell
///   macros                  likewise of cells higher than two GCells
///   io                      pins of the design
///   power                   area of the wires of special nets / area of the GCell
///   routes_h, routes_v      demand by learned routes, in the unit of the labels that they were learned from; where the
///                           technology knows them (soft_routes.hpp)
///
/// Where the source knows no tracks, lengths are relative to the side of the GCell.

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/circuit/technology.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

/// Which features a model gets of each cell.
enum class FeatureSet {
  maps,    ///< those of the circuit, and the maps at the cell
  routes,  ///< these, and the maps of routes as they are learned from the training circuits (soft_routes.hpp)
  paper,   ///< those of the circuit alone
};

struct PlacementMap {
  std::string name;
  std::vector<double> value;  ///< rows x columns
};
struct PlacementMaps {
  GcellGrid grid;
  std::vector<PlacementMap> map;
};

/// The circuit's grid; where it has none, one of square GCells of about two cells each.
GcellGrid grid_of(const Circuit& circuit);

/// The place of each pin of each net, pins of the design last: those of net n are place[offset[n] .. offset[n + 1]).
struct PinPlaces {
  std::vector<std::int64_t> offset;
  std::vector<std::array<double, 2>> place;
  std::int64_t known = 0;  ///< pins of cells that the technology knows
};
PinPlaces pin_places(const Circuit& circuit, const Technology& technology);

/// All maps, in the order above, always all of them but for those of routes.
PlacementMaps placement_maps(const Circuit& circuit, const Technology& technology);

/// rudy_h and rudy_v of them alone, which take much less time.
PlacementMaps rudy_maps(const Circuit& circuit, const Technology& technology);

/// The names of the features that a model of this circuit gets: those of the circuit, then, of FeatureSet::maps, each
/// map as it is ("demand_h") and smoothed by Gaussians of .7, 1.5, 3 and 6 GCells ("demand_h~1.5"). Maps that tell the
/// label are left out: those of RUDY where the label is RUDY.
std::vector<std::string> feature_names(const Circuit& circuit, FeatureSet set);
/// The same from the circuit's own names and its labels' alone.
std::vector<std::string> feature_names(const std::vector<std::string>& own, const std::vector<std::string>& labels,
                                       FeatureSet set);

/// The maps among which the one is that tells most of a label: those features that are maps, and for each pair of
/// directions their mean ("demand~1.5" of demand_h~1.5 and demand_v~1.5), for labels that are one of both.
std::vector<std::string> telling_maps(const std::vector<std::string>& labels, FeatureSet set = FeatureSet::maps);

/// The features of those names, N x F: from the circuit, or from its maps at the GCell of the cell's position, the mean
/// over its box for cells wider or higher than two GCells. Throws InputError at `place` for a name that is neither, nor
/// one of telling_maps().
std::vector<float> cell_features(const Circuit& circuit, const Technology& technology,
                                 const std::vector<std::string>& names, const std::string& place);

/// The same of the GCells of grid_of(circuit), G x F: maps as they are, and of the circuit's own features the mean over
/// the cells in each GCell; over all cells where there is none.
std::vector<float> gcell_features(const Circuit& circuit, const Technology& technology,
                                  const std::vector<std::string>& names, const std::string& place);

}  // namespace gsrgnn
