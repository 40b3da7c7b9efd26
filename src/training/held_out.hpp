#pragma once

/// Scores of a trained model on the circuits of a joint training that it was not trained on.

#include <gsrgnn/training/training_bench.hpp>

namespace gsrgnn {

/// Whether the epoch is chosen by this circuit: by the validation circuits, or without any by cells of the training
/// circuits.
bool judges_epochs(const Deck& deck, const TrainingDesign& design);

/// Of the cells of a part, standardised; one entry a label.
std::vector<Scores> scores_of(const HeldCircuit& held, const std::vector<float>& output, std::size_t labels, Part part);

/// With the best parameters: sets designs, validation and test of the run on all ranks, and on rank 0 its held-out
/// cells. All ranks must call it.
void score_held_out(TrainingBench& bench, TrainedRun& run);

}  // namespace gsrgnn
