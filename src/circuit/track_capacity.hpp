#pragma once

/// How much wire the tracks of each GCell hold.

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/circuit/technology.hpp>
#include <vector>

namespace gsrgnn {

class TrackCapacity {
 public:
  /// By the design's tracks and the roles of their layers; where it knows none, one track a row and column.
  TrackCapacity(const Circuit& circuit, const Technology& technology, const GcellGrid& grid);

  /// Lengths of wire in each GCell (row by row) that runs horizontally or vertically, as shares of its tracks' length.
  std::vector<double> share(std::vector<double> length, LayerRole role) const;

 private:
  const GcellGrid& grid_;
  std::vector<double> rows_, columns_;  ///< tracks in each
};

}  // namespace gsrgnn
