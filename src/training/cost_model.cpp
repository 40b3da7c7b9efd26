#include <gsrgnn/training/cost_model.hpp>

namespace gsrgnn {
namespace {

// Seconds an operation, fitted to epochs of all four kinds on circuits of 4,000 to 39,000 cells, width 64 to 384 and k
// 4 to 32 (one core of an EPYC, Serial); the fit is within a factor of two everywhere.
constexpr double kPerPin = 2.8e-10;    // a pin and column of an aggregation through the nets
constexpr double kPerEdge = 3e-11;     // an edge and column of one over the clique's edges
constexpr double kPerKept = 2e-10;     // a kept value and column, forward and backward: products of sparse rows
constexpr double kPerDense = 1.5e-11;  // a multiply-add of a dense product
constexpr double kPerCell = 2.3e-7;    // a cell and layer that keeps k values: GS-Op, norm
constexpr double kPerScored = 9e-7;    // a cell and epoch: readout, loss, scores
constexpr double kForwardShare = 0.4;  // of an epoch

}  // namespace

double predicted_seconds(const Deck& deck, const CircuitCounts& counts) {
  const auto cells = static_cast<double>(counts.cells);
  const ModelTraits& kind = traits_of(deck.model.kind);
  const double width = deck.model.hidden;
  double aggregate = deck.model.adjacency == Adjacency::expanded ? static_cast<double>(counts.edges) * kPerEdge
                                                                 : static_cast<double>(counts.pins) * kPerPin;
  // A cell and its neighbours each have a weight, those of every relation; on the lattice each neighbour has.
  double weights = 1;
  if (has_lattice(deck.model.relation_set)) weights = (1.0 + kLatticeNeighbours) / 2;
  if (deck.model.relation_set == RelationSet::nets_and_bins) {
    weights = 1.5;
    aggregate += static_cast<double>(counts.bin_pins) * kPerPin;
  }
  double layer = aggregate * kind.aggregations * width +
                 weights * cells * kind.products * width * (width / deck.model.groups) * kPerDense;
  if (kind.k) {
    layer += cells * (weights * deck.model.k * static_cast<double>(deck.model.hidden) * kPerKept + kPerCell);
  }
  double epoch = deck.model.layers * layer + cells * kPerScored;
  // The model that is judged needs a pass of its own; of several circuits only where cells of them judge.
  const bool changes = deck.model.dropout > 0 || deck.model.flips == Flips::on;
  const bool judged = deck.mode != Mode::joint || deck.circuits.validation.empty();
  const bool in_batches = deck.mode == Mode::joint && deck.train.batch > 0;
  if (judged && (changes || in_batches)) epoch *= 1 + kForwardShare;
  return deck.train.epochs * epoch;
}

}  // namespace gsrgnn
