#pragma once

/// The baselines of a training: fitted on its training cells, on whatever rank they are.

#include <gsrgnn/training/linear_fit.hpp>
#include <gsrgnn/training/training_bench.hpp>

namespace gsrgnn {

class FittedBaselines {
 public:
  /// All ranks must construct it.
  explicit FittedBaselines(const TrainingBench& bench);

  /// What each baseline predicts for a circuit, N x O, in units of SavedModel::label; empty where it says nothing of
  /// this circuit, as neighbours say nothing of another die.
  std::array<std::vector<float>, kBaselines> predict(const HeldCircuit& held) const;

 private:
  const TrainingCircuits& circuits_;
  LinearFit fit_;
};

}  // namespace gsrgnn
