#pragma once

/// Training: Adam on the loss of the training cells, by default the mean squared error, the model of the best
/// validation Pearson kept, the test cells scored once, with that model.
///
/// Of one circuit, an epoch is one update, from all of it. A joint training makes one model of many circuits, for
/// circuits that it has never seen: an epoch makes an update from each batch of training circuits, in an order by seed
/// and epoch; the ranks compute the gradients of their circuits, which are summed exactly (kernels/fixed_sum.hpp), and
/// all make the same update. The loss of a batch is the mean over all its training cells. The result is the same, bit
/// for bit, for any number of ranks. After each epoch the model is judged by its mean Pearson over the validation
/// circuits (or over the training circuits' validation cells); the best is kept, and scored in the end on the circuits
/// that were held out. A rank keeps the graphs of its circuits on the device, and one model whose workspace they share;
/// where the memory does not hold all of them, they take turns.

#include <functional>
#include <gsrgnn/training/field_scores.hpp>
#include <gsrgnn/training/scores.hpp>
#include <gsrgnn/training/state_array.hpp>
#include <gsrgnn/training/training_circuits.hpp>

namespace gsrgnn {

/// Bytes. What is planned is what is allocated; the process peak has everything else in it too.
struct MemoryUse {
  std::int64_t planned = 0, allocated = 0, process_peak = 0;
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.planned, self.allocated, self.process_peak);
  }
};

/// Wall-clock seconds of each epoch and of its parts; `copy` is what goes between host and device: outputs, and inputs
/// where several circuits share a model. What is left of `total` is evaluation: scores, most of them on the host, and
/// forward passes whose outputs are not trained on.
template <class T>
struct EpochParts {
  T total{}, forward{}, backward{}, update{}, copy{};
};
using EpochSeconds = EpochParts<std::vector<double>>;

/// Calls visit(name, part of each) for each part.
template <class Visit, class... Parts>
void for_each_part(const Visit& visit, Parts&... parts) {
  visit("total", parts.total...);
  visit("forward", parts.forward...);
  visit("backward", parts.backward...);
  visit("update", parts.update...);
  visit("copy", parts.copy...);
}

/// The cells of the circuits of a joint training that were held out, one circuit after the other, in the orders of
/// their sources.
struct HeldOutCells {
  std::vector<float> value, label;   ///< N x O
  std::vector<double> position;      ///< N x 2
  std::vector<std::string> name;     ///< N; of designs without names, empty ones
  std::vector<std::uint8_t> split;   ///< N
  std::vector<std::int64_t> design;  ///< N: index into TrainedRun::designs
};

/// What there is without a model, fitted on the same cells and scored on the same cells.
enum class Baseline {
  best_map,    ///< the map of the placement that tells most, by a line (baselines.hpp)
  linear_fit,  ///< ridge regression on the model's features of single cells (linear_fit.hpp)
  neighbours,  ///< the labels of the three nearest training cells; of one circuit only
};
constexpr std::size_t kBaselines = 3;
struct BaselineField {
  const char *name, *heading;
};
constexpr BaselineField kBaselineFields[kBaselines] = {
    {"best_map", "best map"}, {"linear_fit", "linear fit"}, {"neighbours", "neighbours"}};

/// Scores of some cells, means over the labels: of the model, of the model over GCells (mean prediction of a GCell's
/// cells against their mean label), and of the baselines.
struct Worth {
  Scores scores, gcells;
  Scores baseline[kBaselines];
  FieldScores field;  ///< of the model, over GCells

  const Scores& of(Baseline which) const { return baseline[static_cast<std::size_t>(which)]; }
};

/// What became of one circuit of a joint training: worth of all cells of a circuit that was held out, not a number for
/// those that were trained on.
struct DesignResult : Worth {
  std::string name, path;
  Part part = Part::training;
  CircuitCounts counts;
};

/// The means over the test circuits.
Worth mean_worth(const std::vector<DesignResult>& designs);

/// How a training went so far.
struct TrainingHistory {
  /// Element e: after e epochs (0: untrained). Losses (train.loss) of the standardised labels; the Pearson is the mean
  /// over the labels. The training loss of several circuits is not evaluated, but that of the passes that train in the
  /// epoch which follows: each circuit under its dropout and flips, before the update of its batch. After the last
  /// epoch it is that of such passes without an update.
  std::vector<double> loss, validation_loss, validation_pearson;
  std::int64_t best_epoch = 0;  ///< the e >= 1 with the largest validation Pearson; 0: none yet
  EpochSeconds seconds;
};

/// Calls visit(name, list) for each list of a history, which has a value an epoch.
template <class History, class Visit>
void for_each_curve(History& history, const Visit& visit) {
  visit("loss", history.loss);
  visit("validation_loss", history.validation_loss);
  visit("validation_pearson", history.validation_pearson);
  for_each_part([&](const std::string& part, auto& list) { visit("seconds_" + part, list); }, history.seconds);
}

struct TrainedRun : TrainingHistory {    // of epochs 0 .. epochs, the seconds of those that were trained
  std::string name, content_hash;        ///< of the circuit or circuits
  CircuitCounts counts;                  ///< of the circuit; sums over the training circuits
  std::vector<Scores> validation, test;  ///< at best_epoch, one entry a label
  Worth worth;                           ///< of the test cells at best_epoch; means over the test circuits
  std::vector<std::string> best_map;     ///< of each label
  // Of one circuit:
  std::vector<float> prediction;   ///< N x O at best_epoch, in the label's unit and the circuit's order
  std::vector<std::uint8_t> part;  ///< N: Part of each cell
  // Of several:
  std::vector<DesignResult> designs;  ///< in the deck's order
  HeldOutCells held_out;              ///< on rank 0
  SavedModel model;                   ///< of best_epoch
  std::int64_t trained_parameters = 0;
  MemoryUse memory;
  int ranks = 1;
};

/// What a progress display wants to know after each evaluation.
struct TrainingProgress {
  std::int64_t epoch, epochs;  ///< updates done, updates to do
  double loss, validation_pearson;
  std::int64_t best_epoch;
  double validation_loss;
  double seconds;  ///< of all epochs before, whatever processes they were trained by
  bool last;       ///< all updates are done, or train.patience is at an end
};
using ReportProgress = std::function<void(const TrainingProgress&)>;

/// Where a training stands between two epochs: all that the rest of it depends on beside deck and circuit. Random
/// numbers have no state of their own, for dropout is drawn by seed and epoch.
struct TrainingState : TrainingHistory {    // of epochs 0 .. epoch - 1
  std::int64_t epoch = 0;                   ///< updates done
  StateArray parameters, moment1, moment2;  ///< in the layout of ModelParameters
  StateArray best_parameters;               ///< the model of best_epoch, or empty
  std::vector<float> best_output;           ///< and its output

  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.epoch, self.best_epoch);
    for_each_array(self, [&](const auto&, auto& values) { visit(values); });
  }
};

/// Calls visit(name, array) for each array of a state.
template <class State, class Visit>
void for_each_array(State& state, const Visit& visit) {
  visit("parameters", state.parameters);
  visit("moment1", state.moment1);
  visit("moment2", state.moment2);
  visit("best_parameters", state.best_parameters);
  visit("best_output", state.best_output);
  for_each_curve(state, visit);
}

/// Called before each epoch, with the updates done. `state` gives the training's state, whose StateArrays are of use
/// during the call. What it throws ends the training.
using BetweenEpochs = std::function<void(std::int64_t epoch, const std::function<TrainingState()>& state)>;

/// Labels are standardised, so that a model which predicts their mean has a loss of 1: one of this has diverged.
constexpr double kDivergedLoss = 1e6;

/// Trains, by all ranks; `report` is called on rank 0. Throws RunError when training diverges or memory is lacking;
/// what one rank throws is thrown on all. Given a state, it goes on from there, to the result that the training which
/// the state was taken from would have had, bit for bit but for the seconds.
TrainedRun train(const Mpi& mpi, const Deck& deck, const TrainingCircuits& circuits, const ReportProgress& report,
                 const TrainingState* from = nullptr, const BetweenEpochs& between = BetweenEpochs());

/// Builds everything that train() builds, and stops before the first epoch; same errors. Returns what the rank that
/// needs most has planned and allocated.
MemoryUse validate_training(const Mpi& mpi, const Deck& deck, const TrainingCircuits& circuits);

}  // namespace gsrgnn
