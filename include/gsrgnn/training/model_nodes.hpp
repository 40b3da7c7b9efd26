#pragma once

/// A circuit as a model sees it: its cells, or the GCells of its design, as nodes.

#include <gsrgnn/circuit/cell_boxes.hpp>
#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/models/model_shape.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gsrgnn {

class ModelNodes {
 public:
  ModelNodes() = default;
  /// `technology`: with its eyes the model sees the circuit.
  ModelNodes(Nodes kind, std::shared_ptr<const Circuit> circuit, const Technology& technology);

  /// A circuit whose cells are the nodes.
  const Circuit& graph() const { return *graph_; }
  /// Features of the nodes, nodes x F, by name (placement_maps.hpp).
  std::vector<float> features(const Technology& technology, const std::vector<std::string>& names,
                              const std::string& place) const;
  /// What cells read of values of the nodes: their GCell's, large ones the mean over their box.
  std::vector<float> to_cells(std::vector<float> values, std::size_t columns) const;

  /// What errors of the nodes count in a loss over cells, nodes x columns, from what those of cells do (N x columns;
  /// empty: all 1): the sum over the cells of a GCell. Empty: all 1.
  std::vector<float> weights(std::vector<float> of_cells, std::size_t columns) const;
  /// The part of each node; kNoPart where no cell is.
  std::vector<std::uint8_t> parts(const std::vector<std::uint8_t>& of_cells) const;
  /// The mean over the cells of each node, nodes x columns; 0 where there is none.
  std::vector<float> means(std::vector<float> of_cells, std::size_t columns) const;
  static constexpr std::uint8_t kNoPart = 255;

  bool are_gcells() const { return graph_ != circuit_; }

 private:
  std::shared_ptr<const Circuit> circuit_, graph_;
  std::optional<CellSampler> sampler_;            ///< of GCells
  std::vector<std::vector<std::int32_t>> cells_;  ///< of each GCell
};

}  // namespace gsrgnn
