#include <gsrgnn/circuit/gcell_circuit.hpp>
#include <gsrgnn/circuit/gcell_values.hpp>
#include <gsrgnn/circuit/placement_maps.hpp>
#include <gsrgnn/training/model_nodes.hpp>

namespace gsrgnn {

ModelNodes::ModelNodes(Nodes kind, std::shared_ptr<const Circuit> circuit, const Technology& technology)
    : circuit_(std::move(circuit)), graph_(circuit_) {
  if (kind == Nodes::cells) return;
  graph_ = std::make_shared<const Circuit>(gcell_circuit(*circuit_));
  const GcellGrid& grid = graph_->placement.grid;
  sampler_.emplace(*circuit_, technology, grid);
  cells_ = cells_of_gcells(*circuit_, grid);
}

std::vector<float> ModelNodes::features(const Technology& technology, const std::vector<std::string>& names,
                                        const std::string& place) const {
  return (are_gcells() ? gcell_features : cell_features)(*circuit_, technology, names, place);
}

std::vector<float> ModelNodes::to_cells(std::vector<float> values, std::size_t columns) const {
  if (!are_gcells()) return values;
  const auto cells = static_cast<std::size_t>(circuit_->cells());
  std::vector<float> read(cells * columns);
  std::vector<double> map(cells_.size());
  for (std::size_t c = 0; c < columns; ++c) {
    for (std::size_t g = 0; g < map.size(); ++g) map[g] = static_cast<double>(values[g * columns + c]);
    const std::vector<float> column = (*sampler_)(map);
    for (std::size_t i = 0; i < cells; ++i) read[i * columns + c] = column[i];
  }
  return read;
}

std::vector<float> ModelNodes::weights(std::vector<float> of_cells, std::size_t columns) const {
  if (!are_gcells()) return of_cells;
  std::vector<float> weight(cells_.size() * columns, 0.0F);
  for (std::size_t g = 0; g < cells_.size(); ++g) {
    for (const std::int32_t cell : cells_[g]) {
      for (std::size_t c = 0; c < columns; ++c) {
        weight[g * columns + c] += of_cells.empty() ? 1 : of_cells[static_cast<std::size_t>(cell) * columns + c];
      }
    }
  }
  return weight;
}

std::vector<std::uint8_t> ModelNodes::parts(const std::vector<std::uint8_t>& of_cells) const {
  if (!are_gcells()) return of_cells;
  std::vector<std::uint8_t> part;
  for (const auto& of_gcell : cells_) {
    part.push_back(of_gcell.empty() ? kNoPart : of_cells[static_cast<std::size_t>(of_gcell.front())]);
  }
  return part;
}

std::vector<float> ModelNodes::means(std::vector<float> of_cells, std::size_t columns) const {
  if (!are_gcells()) return of_cells;
  std::vector<float> mean(cells_.size() * columns);
  for (std::size_t g = 0; g < cells_.size(); ++g) {
    for (std::size_t c = 0; c < columns && !cells_[g].empty(); ++c) {
      double sum = 0;
      for (const std::int32_t cell : cells_[g]) {
        sum += static_cast<double>(of_cells[static_cast<std::size_t>(cell) * columns + c]);
      }
      mean[g * columns + c] = static_cast<float>(sum / static_cast<double>(cells_[g].size()));
    }
  }
  return mean;
}

}  // namespace gsrgnn
