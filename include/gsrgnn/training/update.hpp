#pragma once

/// The two ways from gradients to an update of the parameters.

#include <gsrgnn/training/training_bench.hpp>

namespace gsrgnn {

/// Of one circuit: each block's parameters are updated as soon as its gradient is there, so that no whole gradient ever
/// exists. The outputs are those of the evaluation before, unless dropout asks for a pass of its own.
void update_by_block(TrainingBench& bench, std::int64_t epoch);

/// Of several circuits, on any number of ranks: an update from each batch, in an order by seed and epoch, by gradients
/// that are summed exactly (kernels/fixed_sum.hpp). All ranks must call it. Throws RunError when a gradient is not
/// finite, or beyond what can be summed.
void update_exactly(TrainingBench& bench, std::int64_t epoch);

}  // namespace gsrgnn
