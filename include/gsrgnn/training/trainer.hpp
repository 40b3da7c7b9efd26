#pragma once

/// Full-batch training of one model on one circuit: Adam on the mean squared error of the training cells, the model of
/// the best validation Pearson kept, the test cells scored once, with that model.

#include <functional>
#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/training/saved_model.hpp>
#include <gsrgnn/training/scores.hpp>
#include <gsrgnn/training/split.hpp>
#include <gsrgnn/training/state_array.hpp>

namespace gsrgnn {

/// Bytes. What is planned is what is allocated; the process peak has everything else in it too.
struct MemoryUse {
  std::int64_t planned = 0, allocated = 0, process_peak = 0;
};

/// Wall-clock seconds of each epoch and of its parts; `copy` is all that goes between host and device, which is the
/// output, the losses and a flag. What is left of `total` is scoring, most of it on the host.
struct EpochSeconds {
  std::vector<double> total, forward, backward, update, copy;
};

/// What became of one circuit of a joint training.
struct DesignResult {
  std::string name, path;
  Part part = Part::training;
  CircuitCounts counts;
  /// Means over the labels, of the model and of linear_fit.hpp; all cells of a circuit that was held out. Not a number
  /// for those that were trained on.
  Scores scores, linear_fit;
};

struct TrainedRun {
  CircuitCounts counts;
  /// Element e: after e updates (0: untrained), e = 0 .. epochs. Losses of the standardised labels; the Pearson is the
  /// mean over the labels.
  std::vector<double> loss, validation_loss, validation_pearson;
  std::int64_t best_epoch = 0;           ///< the e >= 1 with the largest validation Pearson
  std::vector<Scores> validation, test;  ///< at best_epoch, one entry a label
  std::vector<float> prediction;         ///< N x O at best_epoch, in the label's unit and the circuit's order
  std::vector<std::uint8_t> part;        ///< N: Part of each cell
  SavedModel model;                      ///< of best_epoch
  std::int64_t trained_parameters = 0;
  EpochSeconds seconds;
  MemoryUse memory;
  std::vector<DesignResult> designs;  ///< of a joint training, in the deck's order
  int ranks = 1;
};

/// What a progress display wants to know after each evaluation.
struct TrainingProgress {
  std::int64_t epoch, epochs;  ///< updates done, updates to do
  double loss, validation_pearson;
  std::int64_t best_epoch;
};
using ReportProgress = std::function<void(const TrainingProgress&)>;

/// Where a training stands between two epochs: all that the rest of it depends on beside deck and circuit. Random
/// numbers have no state of their own, for dropout is drawn by seed and epoch.
struct TrainingState {
  std::int64_t epoch = 0;                                         ///< updates done
  StateArray parameters, moment1, moment2;                        ///< in the layout of ModelParameters
  std::int64_t best_epoch = 0;                                    ///< of 1 .. epoch - 1; 0: none yet
  StateArray best_parameters;                                     ///< the model of best_epoch, or empty
  std::vector<float> best_output;                                 ///< and its output
  std::vector<double> loss, validation_loss, validation_pearson;  ///< of 0 .. epoch - 1
  EpochSeconds seconds;
};

/// Calls visit(name, array) for each array of a state.
template <class State, class Visit>
void for_each_array(State& state, const Visit& visit) {
  visit("parameters", state.parameters);
  visit("moment1", state.moment1);
  visit("moment2", state.moment2);
  visit("best_parameters", state.best_parameters);
  visit("best_output", state.best_output);
  visit("loss", state.loss);
  visit("validation_loss", state.validation_loss);
  visit("validation_pearson", state.validation_pearson);
  visit("seconds_total", state.seconds.total);
  visit("seconds_forward", state.seconds.forward);
  visit("seconds_backward", state.seconds.backward);
  visit("seconds_update", state.seconds.update);
  visit("seconds_copy", state.seconds.copy);
}

/// Called before each epoch, with the updates done. `state` gives the training's state, whose StateArrays are of use
/// during the call. What it throws ends the training.
using BetweenEpochs = std::function<void(std::int64_t epoch, const std::function<TrainingState()>& state)>;

/// Labels are standardised, so that a model which predicts their mean has a loss of 1: one of this has diverged.
constexpr double kDivergedLoss = 1e6;
/// Whether a state's sizes and epochs are those of a training of this deck; all but those of best_output.
bool fits_training(const TrainingState& state, const Deck& deck, std::size_t parameters);
/// What epochs are compared by: the validation Pearson; where it is undefined, for a prediction that is constant or
/// labels that are, below all others and the better the smaller the loss.
double rank_of_epoch(double pearson, double validation_loss);

/// Throws InputError when deck and circuit do not fit each other, RunError when training diverges or memory is lacking.
/// `place` names the circuit in messages. Given a state, it goes on from there, to the result that the training which
/// the state was taken from would have had, bit for bit but for the seconds.
TrainedRun train(const Deck& deck, const Circuit& circuit, const std::string& place, const ReportProgress& report,
                 const TrainingState* from = nullptr, const BetweenEpochs& between = BetweenEpochs());

/// Builds everything that train() builds, and stops before the first epoch; same errors.
MemoryUse validate_training(const Deck& deck, const Circuit& circuit, const std::string& place);

}  // namespace gsrgnn
