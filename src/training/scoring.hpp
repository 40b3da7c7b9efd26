#pragma once

/// What a trained model is worth: its scores on the cells it was not trained on, beside those of what there is without
/// it on the same cells.

#include <gsrgnn/training/training_bench.hpp>

namespace gsrgnn {

/// Whether the epoch is chosen by this circuit: by the validation circuits, or without any by cells of the training
/// circuits.
bool judges_epochs(const Deck& deck, const TrainingDesign& design);

/// Of one circuit: sets scores of validation and test cells. `output` is the best epoch's, N x O, standardised.
void score_one(const TrainingBench& bench, const std::vector<float>& output, TrainedRun& run);

/// Of several, with the best parameters: sets designs, validation, test and what is beside it on all ranks, and on rank
/// 0 its held-out cells. All ranks must call it.
void score_held_out(TrainingBench& bench, TrainedRun& run);

}  // namespace gsrgnn
