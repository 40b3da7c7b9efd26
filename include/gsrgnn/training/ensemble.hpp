#pragma once

/// Several models of one label, for instance of several seeds: their mean predicts better than one of them, and where
/// they disagree they know less (Lakshminarayanan, Pritzel and Blundell, "Simple and scalable predictive uncertainty
/// estimation using deep ensembles", 2017).

#include <gsrgnn/training/saved_model.hpp>
#include <string>
#include <utility>
#include <vector>

namespace gsrgnn {

/// The mean of what the models predict for a circuit (of GCells without cells where all models predict those), and how
/// far the models and their flips of the die are apart (prediction.hpp). Cell types that one of them does not know
/// count as unknown, and what makes the circuit foreign to one of them is told. `models` are pairs of a run file's path
/// and its model, one at least. Throws InputError at the path of a model that predicts another label than the first,
/// and what predict() throws.
Prediction predict(const std::vector<std::pair<std::string, SavedModel>>& models, const Circuit& circuit,
                   const std::string& place);

}  // namespace gsrgnn
