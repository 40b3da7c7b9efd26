#pragma once

/// Whether a design is like those that a model was trained on.

#include <gsrgnn/training/saved_model.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

/// What makes a circuit foreign to a model, a sentence each; none when it is not:
/// - more than a tenth of its cells are of types that the model does not know, of a model of GCells: that its
///   technology does not;
/// - of some features more than a fifth of its values are more than one standard deviation beyond all that the model
///   was trained on (of older run files, which do not hold the ranges, this is not known); the worst are named;
/// - its labels are of another kind or unit than those that the model predicts.
/// `inputs` are those of match(), not yet standardised.
std::vector<std::string> what_is_foreign(const SavedModel& model, const Circuit& circuit, const ModelInputs& inputs);

}  // namespace gsrgnn
