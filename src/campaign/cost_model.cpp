#include <gsrgnn/campaign/cost_model.hpp>

namespace gsrgnn {
namespace {

// Seconds, fitted to epochs of gsr models of width 64 to 384 and k 8 to 64 on circuits of 4,000 and 49,000 cells (one
// core of an EPYC, Serial); forward and backward together. The dense product is OpenBLAS' usual rate.
constexpr double kPerPin = 1.5e-9;    // a pin and column: aggregation through the nets
constexpr double kPerEdge = 1.5e-10;  // an edge and column: aggregation over the clique's edges
constexpr double kPerKept = 4.5e-10;  // a kept value and column: transform of a sparse row
constexpr double kPerDense = 5e-11;   // a multiply-add of a dense product
constexpr double kPerCell = 5e-7;     // a cell and layer: GS-Op, norm
constexpr double kPerScored = 9e-7;   // a cell and epoch: readout, loss, scores

}  // namespace

double predicted_seconds(const Deck& deck, const CircuitCounts& counts) {
  const auto cells = static_cast<double>(counts.cells), width = static_cast<double>(deck.model.hidden);
  const double group = width / deck.model.groups;
  const double aggregate = (deck.model.adjacency == Adjacency::expanded ? static_cast<double>(counts.edges) * kPerEdge
                                                                        : static_cast<double>(counts.pins) * kPerPin) *
                           width;
  double layer = cells * kPerCell + aggregate;
  switch (deck.model.kind) {
    case ModelKind::gcn:
      layer += 3 * cells * width * width * kPerDense;  // one weight; forward, and backward to input and weight
      break;
    case ModelKind::sage:
      layer += 6 * cells * width * width * kPerDense;
      break;
    case ModelKind::rev:
      layer += aggregate + 8 * cells * width * group * kPerDense;  // computed once more to rebuild the input
      break;
    case ModelKind::gsr:
      layer += cells * deck.model.k * width * kPerKept;
      break;
  }
  return deck.train.epochs * (deck.model.layers * layer + cells * kPerScored);
}

}  // namespace gsrgnn
