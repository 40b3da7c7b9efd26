#include <cmath>
#include <gsrgnn/kernels/adam.hpp>
#include <gsrgnn/kernels/loss.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/split.hpp>
#include <gsrgnn/training/trainer.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/machine.hpp>
#include <gsrgnn/util/stopwatch.hpp>
#include <gsrgnn/util/text.hpp>
#include <limits>

#include "training/device_state.hpp"
#include "training/training_setup.hpp"

namespace gsrgnn {
namespace {

using Exec = AnyModel::Exec;
constexpr auto kTraining = static_cast<std::uint8_t>(Part::training);
constexpr auto kValidation = static_cast<std::uint8_t>(Part::validation);

/// What an epoch brings to the host, and nothing else crosses.
struct Outcome {
  std::vector<float> output;  ///< N x O
  double training_error, validation_error;
  bool has_nan;
};

class Training {
 public:
  Training(const Deck& deck, const Circuit& circuit, const std::string& place) : deck_(deck) {
    const CircuitSize size = size_for_training(circuit, place);
    const MemoryPlan plan(deck.model, size);
    require_fit(plan, deck);
    run_.counts = size.counts;
    split(circuit);
    describe_model(circuit, size);
    standardise(circuit, place);
    allocate(plan);
    load(circuit);
  }

  const MemoryUse& memory() const { return run_.memory; }

  TrainedRun run(const ReportProgress& report, const TrainingState* from, const BetweenEpochs& between) {
    if (from != nullptr) resume(*from);
    double best = run_.best_epoch == 0 ? -std::numeric_limits<double>::infinity() : rank_of(run_.best_epoch);
    for (std::int64_t epoch = from == nullptr ? 0 : from->epoch; epoch <= deck_.train.epochs; ++epoch) {
      if (between) between(epoch, [&] { return state(epoch); });
      // With dropout the model that is judged is not the one that is trained, and needs a pass of its own.
      const bool drops = run_.model.shape.dropout > 0;
      Stopwatch<Exec> watch(space_);
      model().forward(space_, Pass::evaluation);
      double forward = watch.lap();
      sum_errors();
      double scoring = watch.lap();
      const Outcome outcome = fetch();
      const double copy = watch.lap();

      const double pearson = evaluate(epoch, outcome);
      if (epoch > 0 && rank_of(epoch) > best) {
        best = rank_of(epoch);
        run_.best_epoch = epoch;
        best_output_ = outcome.output;
        Kokkos::deep_copy(space_, setup_->best, model().parameters());
      }
      scoring += watch.lap();
      if (report) report({epoch, deck_.train.epochs, run_.loss.back(), pearson, run_.best_epoch});
      if (epoch == deck_.train.epochs) break;

      watch.lap();
      if (drops) {
        scoring += forward;
        model().draw_dropout(space_, deck_.train.seed, static_cast<std::uint64_t>(epoch));
        model().forward(space_, Pass::training);
        forward = watch.lap();
      }
      const double update = step(epoch + 1);
      const double backward = watch.lap() - update;
      run_.seconds.total.push_back(forward + copy + scoring + backward + update);
      run_.seconds.forward.push_back(forward);
      run_.seconds.backward.push_back(backward);
      run_.seconds.update.push_back(update);
      run_.seconds.copy.push_back(copy);
    }
    run_.prediction = run_.model.label.invert(best_output_);
    run_.validation = scores(best_output_, Part::validation);
    run_.test = scores(best_output_, Part::test);
    const Vector<float, Exec> parameters = setup_->best;
    setup_.reset();
    arena_.reset();
    run_.model.parameters = download(space_, parameters);
    run_.memory.process_peak = process_peak();
    return std::move(run_);
  }

 private:
  const AnyModel& model() const { return *setup_->model; }

  DeviceState on_device() const {
    return {model().parameters(), setup_->state.moment1, setup_->state.moment2, setup_->best};
  }

  TrainingState state(std::int64_t epoch) const {
    TrainingState state = take_state(space_, epoch, on_device(), run_);
    state.best_output = best_output_;
    return state;
  }

  void resume(const TrainingState& state) {
    check(state);
    put_state(space_, state, on_device(), run_);
    best_output_ = state.best_output;
  }

  void check(const TrainingState& state) const {
    const std::size_t outputs = run_.part.size() * static_cast<std::size_t>(run_.model.shape.outputs);
    const bool fits = fits_training(state, deck_, static_cast<std::size_t>(model().table().size())) &&
                      state.best_output.size() == (state.best_epoch > 0 ? outputs : 0);
    if (!fits) throw RunError("the state to go on from is not that of a training of this deck on this circuit");
  }

  /// By the cells' numbers in their source: the order they are held in changes no split.
  void split(const Circuit& circuit) {
    const auto part = split_cells(circuit.cells(), deck_.train.split, deck_.train.seed);
    run_.part = part;
    for (std::size_t i = 0; i < circuit.original.size(); ++i) run_.part[i] = part[circuit.original[i]];
  }

  void describe_model(const Circuit& circuit, const CircuitSize& size) {
    SavedModel& saved = run_.model;
    saved.shape = model_shape(deck_.model, size);
    saved.feature_name = circuit.feature_name;
    saved.type_name = circuit.type_name;
    saved.label_name = circuit.label_name;
    saved.label_unit = circuit.label_unit;
  }

  void standardise(const Circuit& circuit, const std::string& place) {
    std::vector<bool> training;
    for (const std::uint8_t part : run_.part) training.push_back(part == kTraining);
    run_.model.feature = Standardisation::fit(circuit.feature, circuit.feature_name.size());
    run_.model.label = Standardisation::fit(circuit.label, circuit.label_name.size(), training);
    for (std::size_t o = 0; o < circuit.label_name.size(); ++o) {
      if (run_.model.label.constant(o)) {
        throw InputError(
            place,
            fmt::format("the label '{}' is {} in every training cell", circuit.label_name[o], run_.model.label.mean[o]),
            "there is nothing to learn; check the label's source");
      }
    }
    label_ = run_.model.label.apply(circuit.label);
  }

  void allocate(const MemoryPlan& plan) {
    run_.memory.planned = plan.planned();
    try {
      const std::int64_t best = plan.planned(MemoryPart::best);
      arena_ = std::make_unique<Arena<Exec>>(static_cast<std::size_t>(plan.planned() - best));
      arena_of_best_ = std::make_unique<Arena<Exec>>(static_cast<std::size_t>(best));
    } catch (const std::exception&) {
      throw RunError(
          fmt::format("the device could not give the {} bytes that were planned; give a memory_limit, and see "
                      "gsrgnn plan for what fits it",
                      with_commas(plan.planned())));
    }
    setup_ = std::make_unique<TrainingSetup>(*arena_, *arena_of_best_, run_.model.shape, run_.counts);
    run_.memory.allocated = static_cast<std::int64_t>(arena_->used() + arena_of_best_->used());
    run_.memory.process_peak = process_peak();
    run_.trained_parameters = model().table().trained();
  }

  void load(const Circuit& circuit) {
    // Block by block, for all of them would need as much of the host's memory again.
    for (const ParameterBlock& block : model().table().blocks) {
      const auto initial = model().table().initial_values(deck_.train.seed, block);
      upload(space_, Vector<float, Exec>(model().parameters().data() + block.first, initial.size()),
             std::vector<float>(initial.begin(), initial.end()));
    }
    model().set_graph(space_, circuit);
    model().inputs().set(space_, run_.model.feature.apply(circuit.feature), circuit.cell_type);
    upload(space_, setup_->state.label, label_);
    upload(space_, setup_->state.part, run_.part);
  }

  std::vector<Scores> scores(const std::vector<float>& output, Part part) const {
    std::vector<Scores> scores;
    const auto outputs = static_cast<std::size_t>(run_.model.shape.outputs);
    for (std::size_t o = 0; o < outputs; ++o) {
      scores.push_back(score(select(output, outputs, o, run_.part, part), select(label_, outputs, o, run_.part, part)));
    }
    return scores;
  }

  void sum_errors() const {
    const TrainerState& s = setup_->state;
    squared_error_chunks(space_, model().output(), s.label, s.part, kTraining, s.training_error);
    squared_error_chunks(space_, model().output(), s.label, s.part, kValidation, s.validation_error);
  }

  Outcome fetch() const {
    const TrainerState& s = setup_->state;
    return {download(space_, model().output()), sum_chunks(space_, s.training_error),
            sum_chunks(space_, s.validation_error), model().found_nan(space_)};
  }

  /// Losses and validation Pearson of the current outputs, onto the curves.
  double evaluate(std::int64_t epoch, const Outcome& outcome) {
    run_.loss.push_back(outcome.training_error / values_in(Part::training));
    run_.validation_loss.push_back(outcome.validation_error / values_in(Part::validation));
    if (outcome.has_nan || !std::isfinite(run_.loss.back()) || !std::isfinite(run_.validation_loss.back()) ||
        run_.loss.back() > kDivergedLoss) {
      throw RunError(fmt::format("training diverged after {} updates (loss {}); lower train.learning_rate (now {})",
                                 epoch, run_.loss.back(), deck_.train.learning_rate));
    }
    const auto outputs = static_cast<std::size_t>(run_.model.shape.outputs);
    std::vector<double> of_labels;
    for (std::size_t o = 0; o < outputs; ++o) {
      const auto label = select(label_, outputs, o, run_.part, Part::validation);
      if (!varies(label)) continue;
      of_labels.push_back(pearson(select(outcome.output, outputs, o, run_.part, Part::validation), label));
    }
    run_.validation_pearson.push_back(mean_score(of_labels));
    return run_.validation_pearson.back();
  }

  /// What the epoch is chosen by: the largest of it.
  double rank_of(std::int64_t epoch) const {
    const auto e = static_cast<std::size_t>(epoch);
    return rank_of_epoch(run_.validation_pearson[e], run_.validation_loss[e]);
  }

  double values_in(Part part) const {
    const auto cells = std::count(run_.part.begin(), run_.part.end(), static_cast<std::uint8_t>(part));
    return static_cast<double>(cells) * run_.model.shape.outputs;
  }

  /// Gradient and update, block by block; returns the seconds spent in updates.
  double step(std::int64_t number) {
    const TrainerState& s = setup_->state;
    squared_error_gradient(space_, model().output(), s.label, s.part, kTraining, values_in(Part::training),
                           model().output_gradient());
    AdamOptions options;
    options.learning_rate = deck_.train.learning_rate;
    double seconds = 0;
    model().backward(space_, [&](int number_of_block) {
      Stopwatch<Exec> watch(space_);
      const ParameterBlock& block = model().table().blocks[number_of_block];
      adam_update(space_, options, number, model().parameters(), s.moment1, s.moment2, model().gradient(), block.first,
                  block.count);
      seconds += watch.lap();
    });
    return seconds;
  }

  Deck deck_;
  Exec space_;
  TrainedRun run_;
  std::vector<float> label_;        ///< standardised
  std::vector<float> best_output_;  ///< of best_epoch
  std::unique_ptr<Arena<Exec>> arena_, arena_of_best_;
  std::unique_ptr<TrainingSetup> setup_;
};

}  // namespace

bool fits_training(const TrainingState& state, const Deck& deck, std::size_t parameters) {
  const std::size_t epochs = state.loss.size();
  const EpochSeconds& seconds = state.seconds;
  return state.epoch >= 0 && state.epoch <= deck.train.epochs && epochs == static_cast<std::size_t>(state.epoch) &&
         state.validation_loss.size() == epochs && state.validation_pearson.size() == epochs &&
         seconds.total.size() == epochs && seconds.forward.size() == epochs && seconds.backward.size() == epochs &&
         seconds.update.size() == epochs && seconds.copy.size() == epochs && state.parameters.size() == parameters &&
         state.moment1.size() == parameters && state.moment2.size() == parameters && state.best_epoch >= 0 &&
         state.best_epoch < std::max<std::int64_t>(state.epoch, 1) &&
         state.best_parameters.size() == (state.best_epoch > 0 ? parameters : 0);
}

double rank_of_epoch(double pearson, double validation_loss) {
  return std::isnan(pearson) ? -2.0 - validation_loss : pearson;
}

TrainedRun train(const Deck& deck, const Circuit& circuit, const std::string& place, const ReportProgress& report,
                 const TrainingState* from, const BetweenEpochs& between) {
  return Training(deck, circuit, place).run(report, from, between);
}

MemoryUse validate_training(const Deck& deck, const Circuit& circuit, const std::string& place) {
  return Training(deck, circuit, place).memory();
}

}  // namespace gsrgnn
