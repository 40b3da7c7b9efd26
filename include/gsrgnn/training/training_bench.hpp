#pragma once

/// A training under way: its deck and circuits, and what of it is on the device.

#include <limits>

#include <gsrgnn/training/training_memory.hpp>

namespace gsrgnn {

class TrainingBench {
 public:
  /// Plans, allocates and loads. All ranks must construct it; for what it throws see train().
  TrainingBench(const Mpi& mpi, const Deck& deck, const TrainingCircuits& circuits);

  const TrainingMemory& memory() const { return *memory_; }
  MemoryUse use() const;
  /// The model on one of this rank's circuits: its workspace, which another may have used, is set to zero as that of a
  /// new one is, and the circuit's inputs are copied there.
  CircuitOnDevice& attach(std::size_t held);

  /// The arrays of parameters of a state, to be read from the device when they are asked for; and the reverse.
  TrainingState take_parameters(bool with_best) const;
  void put_parameters(const TrainingState& state);
  /// The best parameters, after giving back all that the training has of the device.
  std::vector<float> release();

  const Mpi& mpi;
  const Deck& deck;
  const TrainingCircuits& circuits;
  Exec space;
  double training_values = 0, validation_values = 0;  ///< labels of training and of validation cells, on all ranks
  EpochParts<double> laps;                            ///< seconds of the epoch under way

 private:
  void allocate(const MemoryPlan& plan);
  void load();

  MemoryUse use_;
  std::unique_ptr<TrainingArenas> arenas_;
  std::unique_ptr<TrainingMemory> memory_;
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::size_t attached_ = kNone;
};

// The two ways from gradients to an update of the parameters.

/// Of one circuit: each block's parameters are updated as soon as its gradient is there, so that no whole gradient ever
/// exists. The outputs are those of the evaluation before, unless dropout asks for a pass of its own.
void update_by_block(TrainingBench& bench, std::int64_t epoch);

/// Of several circuits, on any number of ranks: an update from each batch, in an order by seed and epoch, by gradients
/// that are summed exactly (kernels/fixed_sum.hpp). All ranks must call it. Throws RunError when a gradient is not
/// finite, or beyond what can be summed.
void update_exactly(TrainingBench& bench, std::int64_t epoch);

}  // namespace gsrgnn
