#include <gsrgnn/campaign/cost_model.hpp>

namespace gsrgnn {
namespace {

// Seconds an operation, fitted to epochs of all four kinds on circuits of 4,000 to 39,000 cells, width 64 to 384 and k
// 4 to 32 (one core of an EPYC, Serial); the fit is within a factor of two everywhere.
constexpr double kPerPin = 2.8e-10;    // a pin and column of an aggregation through the nets
constexpr double kPerEdge = 3e-11;     // an edge and column of one over the clique's edges
constexpr double kPerKept = 2e-10;     // a kept value and column, forward and backward: products of sparse rows
constexpr double kPerDense = 1.5e-11;  // a multiply-add of a dense product
constexpr double kPerCell = 2.3e-7;    // a cell and layer of gsr: GS-Op, norm
constexpr double kPerScored = 9e-7;    // a cell and epoch: readout, loss, scores
constexpr double kForwardShare = 0.4;  // of an epoch

/// What a layer of a model does in an epoch: columns aggregated, and multiply-adds of dense products a cell.
struct LayerWork {
  double columns, dense;
};

LayerWork work_of(const Deck::Model& m) {
  const double width = m.hidden, group = width / m.groups;
  switch (m.kind) {
    case ModelKind::gcn:
      return {2 * width, 3 * width * width};  // forward and backward; one product forward, two backward
    case ModelKind::sage:
      return {2 * width, 6 * width * width};
    case ModelKind::rev:
      return {3 * width, 8 * width * group};  // and once more to rebuild the input
    default:
      return {2.5 * width, 0};  // one block of the two is rebuilt
  }
}

}  // namespace

double predicted_seconds(const Deck& deck, const CircuitCounts& counts) {
  const auto cells = static_cast<double>(counts.cells);
  const LayerWork work = work_of(deck.model);
  const double aggregate = deck.model.adjacency == Adjacency::expanded ? static_cast<double>(counts.edges) * kPerEdge
                                                                       : static_cast<double>(counts.pins) * kPerPin;
  double layer = aggregate * work.columns + cells * work.dense * kPerDense;
  if (deck.model.kind == ModelKind::gsr) {
    layer += cells * (deck.model.k * static_cast<double>(deck.model.hidden) * kPerKept + kPerCell);
  }
  double epoch = deck.model.layers * layer + cells * kPerScored;
  // The model that is judged needs a pass of its own.
  if (deck.model.dropout > 0 || deck.mode == Mode::joint) epoch *= 1 + kForwardShare;
  return deck.train.epochs * epoch;
}

}  // namespace gsrgnn
