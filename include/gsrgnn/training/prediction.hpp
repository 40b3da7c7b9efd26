#pragma once

/// What models predict for a circuit, and how far the passes are apart whose mean it is: of several models, and of the
/// four flips of the die that a model with `flips` reads. Where they are far apart, they know less.

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/circuit/gcell_values.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

struct PredictedValues {
  std::vector<float> value;   ///< N x O, in the label's unit
  std::vector<float> gcells;  ///< G x O: likewise of all GCells, of a model of GCells; empty: of one of cells
};

/// What one model says of the die as it lies, or of a flip of it.
struct PredictionPass : PredictedValues {
  /// Its share in the mean: models have the same, and so have the flips of one. All sum to 1.
  double weight = 1;
};

/// A mean over passes.
struct Prediction : PredictedValues {
  std::vector<PredictionPass> passes;                 ///< models in their order, and of each its flips
  std::vector<float> spread;                          ///< N x O: see spread_of()
  std::int64_t unknown_types = 0, unknown_cells = 0;  ///< see ModelInputs
  std::vector<std::string> foreign;                   ///< see what_is_foreign()
};

/// The population standard deviation over the passes of each value x, N x O: sqrt(sum_p w_p (x_p - m)^2) of the
/// weights w and m = sum_p w_p x_p, both sums in double and in the order of the passes. Empty where there is one pass.
std::vector<float> spread_of(const std::vector<PredictionPass>& passes);

/// The values over the GCells, of `labels` columns: those of the GCells themselves, or else the means of their cells.
GcellValues gcell_map(const Circuit& circuit, const PredictedValues& predicted, std::size_t labels);

/// The deviation likewise over the passes' gcell_map()s, of each GCell: not that of its cells, for where cells differ
/// in any pass alike, the map is sure. Not a number where there are no cells; empty where there is one pass.
std::vector<double> gcell_spread(const Circuit& circuit, const std::vector<PredictionPass>& passes, std::size_t labels);

}  // namespace gsrgnn
