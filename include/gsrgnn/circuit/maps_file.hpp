#pragma once

/// Maps of a placement as files.

#include <gsrgnn/circuit/placement_maps.hpp>
#include <gsrgnn/util/hdf5_file.hpp>
#include <string>

namespace gsrgnn {

/// /grid_x and /grid_y float64 (borders of the GCells, in the unit of the positions), and /map/NAME float64, rows x
/// columns.
void write_placement_maps(Hdf5Writer& file, const PlacementMaps& maps);

/// HDF5, of kind "gsrgnn maps": all maps as write_placement_maps() writes them, and what models read of them. Of cells,
/// in the order of the circuit's source: /cells/feature float32 N x F, /cells/feature_name, /cells/position,
/// /cells/gcells int64 N x 4 (CellSampler::parts()), and /cells/label float32 N x O with /cells/label_name if there is
/// one; of GCells, row by row: /gcells/feature float32 G x F, of the same names. `of_model`: the technology of the
/// model with whose eyes `technology` sees, as /technology, by which readers tell for which models the features are.
/// Appears whole; throws InputError when it cannot be written.
void write_maps(const std::string& path, const Circuit& circuit, const Technology& technology,
                const Technology& of_model = {});

/// The map of that name. Throws InputError, which names those there are.
const PlacementMap& find_map(const PlacementMaps& maps, const std::string& name);

/// A column of a table of GCells: rows x columns values.
struct MapColumn {
  std::string heading;
  std::vector<double> value;
};
/// Values over GCells as text: "x0,y0,x1,y1,HEADING" and a line a GCell whose first value is a number, as OpenROAD's
/// gui::dump_heatmap writes them (microns of DEFs); further columns stand behind.
void write_map_csv(const std::string& path, const GcellGrid& grid, const std::vector<MapColumn>& columns);

/// The same as a picture (PNG), north up, from dark blue for the least value to yellow for the largest; where the value
/// is not a number it is grey. The longer side has about a thousand pixels.
void write_map_png(const std::string& path, const GcellGrid& grid, const std::vector<double>& value);

constexpr const char* kMapsKind = "gsrgnn maps";

}  // namespace gsrgnn
