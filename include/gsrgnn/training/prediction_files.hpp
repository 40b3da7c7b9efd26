#pragma once

/// A prediction as a flow reads it: a table of its cells, and what to do about them. (As HDF5: run_file.hpp.)

#include <gsrgnn/circuit/gcell_values.hpp>
#include <gsrgnn/training/saved_model.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

/// A line a cell, in the order of the source: "instance,x,y,prediction", "spread" of several models or flips, and
/// "label" when the circuit has the model's labels; of two labels "prediction_NAME" and "label_NAME" of each. Positions
/// are in microns (of CircuitNet in GCells); an instance without a name is its number in the source. Fields with a
/// comma or a quote are quoted (RFC 4180).
void write_prediction_csv(const std::string& path, const SavedModel& model, const Circuit& circuit,
                          const Prediction& prediction);

/// Cells in GCells whose value is `least` or more get so many sites on either side.
struct PaddingRule {
  double least;
  int sites;
};
/// Padding of the hottest tenth of the GCells by one site on either side, and of the hottest fiftieth by two.
std::vector<PaddingRule> padding_of_the_hottest(const GcellValues& map);

/// Commands of OpenROAD (set_placement_padding -instances, of its detailed placement), one for each number of sites; a
/// cell gets the most that a rule gives it. Returns how many cells each rule pads, in the order of the rules. Throws
/// InputError at `place` (the circuit) when it has no names, or one that Tcl cannot hold in a list.
std::vector<std::int64_t> write_padding(const std::string& path, const Circuit& circuit, const GcellValues& map,
                                        const std::vector<PaddingRule>& rules, const std::string& place);

}  // namespace gsrgnn
