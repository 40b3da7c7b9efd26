#pragma once

/// Joint training: one model of many circuits, for circuits that it has never seen.
///
/// An epoch makes an update from each batch of training circuits, in an order by seed and epoch: the ranks compute the
/// gradients of their circuits, which are summed exactly (kernels/fixed_sum.hpp), and all make the same update. The
/// loss of a batch is the mean over all its training cells. The result is the same, bit for bit, for any number of
/// ranks. After each epoch the model is judged by its mean Pearson over the validation circuits (or over the training
/// circuits' validation cells); the best is kept, and scored in the end on the circuits that were held out.
///
/// A rank keeps the graphs of its circuits on the device, and one model whose workspace they share.

#include <gsrgnn/campaign/joint_circuits.hpp>
#include <gsrgnn/training/checkpoint.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/run_file.hpp>

namespace gsrgnn {

struct JointRun {
  TrainedRun run;
  HeldOutCells cells;  ///< on rank 0
};

/// Bytes of device memory that this rank will need: counted, nothing is allocated.
struct JointPlan {
  std::array<std::int64_t, kMemoryParts> parts{};
  std::int64_t resident = 0;  ///< of the rank's circuits and the training
  std::int64_t shared = 0;    ///< of the model, on whichever circuit

  std::int64_t planned() const { return resident + shared; }
};
JointPlan plan_joint(const JointCircuits& circuits);

/// Trains as the deck says, with checkpoints, which rank 0 reads and writes; `report` and options.say are called there
/// only, options.stop on all ranks, and one that is asked to stop stops all. All ranks must call it. What one rank
/// throws is thrown on all: InputError, RunError when training diverges or memory is lacking, Stopped.
JointRun train_jointly(const Mpi& mpi, const Deck& deck, const JointCircuits& circuits, const ReportProgress& report,
                       const CheckpointOptions& options);

/// Builds everything that train_jointly() builds, and stops before the first epoch; same errors. Returns what the
/// rank that needs most has planned and allocated.
MemoryUse validate_joint(const Mpi& mpi, const Deck& deck, const JointCircuits& circuits);

}  // namespace gsrgnn
