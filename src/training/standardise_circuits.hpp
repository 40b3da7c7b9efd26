#pragma once

/// What circuits are trained with: features, labels and the model's start in the model's units.

#include <algorithm>
#include <gsrgnn/training/training_circuits.hpp>
#include <gsrgnn/util/exchange.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

/// Everything on every rank, in the designs' order.
template <class Row>
std::vector<Row> gather_by_design(const Mpi& mpi, const std::vector<Row>& own) {
  auto rows = join_all(mpi, own);
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.design < b.design; });
  return rows;
}

/// Features and labels in units of the training circuits' deviations, and the map that the model starts from, unless an
/// ancestor brings both. `place`: of the training circuits, for errors. What is of several circuits is joined in the
/// deck's order, so that the number of ranks changes no bit.
void standardise_circuits(const Mpi& mpi, const Deck& deck, const std::string& place, TrainingCircuits& all);

}  // namespace gsrgnn
