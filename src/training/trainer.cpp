#include <cmath>
#include <gsrgnn/training/trainer.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/exchange.hpp>
#include <gsrgnn/util/stopwatch.hpp>
#include <limits>
#include <numeric>

#include "training/scoring.hpp"

namespace gsrgnn {
namespace {

/// What a forward pass of one circuit says.
struct Evaluation {
  std::size_t design = 0;
  double training_error = 0;      ///< loss_sum()
  double validation_error = 0;    ///< likewise, where it judges
  std::optional<double> pearson;  ///< of its validation cells, mean over the labels that vary there, if any does
  bool found_nan = false;
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.design, self.training_error, self.validation_error, self.pearson, self.found_nan);
  }
};

class Trainer {
 public:
  Trainer(const Mpi& mpi, const Deck& deck, const TrainingCircuits& circuits) : bench_(mpi, deck, circuits) {
    run_.counts = circuits.counts;
    run_.name = circuits.name;
    run_.content_hash = circuits.hash;
    run_.model = circuits.model;
    run_.trained_parameters = bench_.memory().table.trained();
    run_.ranks = mpi.size();
    if (!exact()) run_.part = circuits.held.front().part;
  }

  MemoryUse use() const {
    // The largest of the ranks.
    MemoryUse largest;
    for (const MemoryUse& of_rank : gather_to_all(bench_.mpi, bench_.use())) {
      largest.planned = std::max(largest.planned, of_rank.planned);
      largest.allocated = std::max(largest.allocated, of_rank.allocated);
      largest.process_peak = std::max(largest.process_peak, of_rank.process_peak);
    }
    return largest;
  }

  TrainedRun run(const ReportProgress& report, const TrainingState* from, const BetweenEpochs& between) {
    if (from != nullptr) resume(*from);
    double best = run_.best_epoch == 0 ? -std::numeric_limits<double>::infinity() : merit_of(run_.best_epoch);
    for (std::int64_t epoch = from == nullptr ? 0 : from->epoch;; ++epoch) {
      if (between) between(epoch, [&] { return state(epoch); });
      Stopwatch<Exec> watch(bench_.space);
      bench_.laps = {};
      evaluate(epoch);
      if (epoch > 0 && merit_of(epoch) > best) {
        best = merit_of(epoch);
        run_.best_epoch = epoch;
        best_output_ = output_;
        Kokkos::deep_copy(bench_.space, bench_.memory().best, bench_.memory().parameters);
      }
      bench_.laps.total = watch.lap();
      const bool last = is_last(epoch);
      if (exact()) {
        train_exactly(epoch, last);
        bench_.laps.total += watch.lap();
      }
      if (report && bench_.mpi.rank() == 0) report(progress(epoch));
      if (last) break;
      if (!exact()) {
        watch.lap();
        update_by_block(bench_, epoch);
        bench_.laps.total += watch.lap();
      }
      trained_seconds_ += bench_.laps.total;
      for_each_part([](const char*, auto& list, double lap) { list.push_back(lap); }, run_.seconds, bench_.laps);
    }
    const bool changed = share_with_ancestor();
    if (!exact()) {
      if (changed || bench_.deck.model.flips == Flips::on) {
        Kokkos::deep_copy(bench_.space, bench_.memory().parameters, bench_.memory().best);
        best_output_ = bench_.final_prediction(0);
      }
      run_.prediction = run_.model.label.invert(best_output_);
      score_one(bench_, best_output_, run_);
    } else {
      score_held_out(bench_, run_);
    }
    run_.model.parameters = bench_.release();
    run_.memory = use();
    return std::move(run_);
  }

 private:
  /// Of several circuits. The best epoch's output is kept when it is of one; theirs would need more memory than the
  /// forward passes in the end take time.
  bool exact() const { return bench_.circuits.rule == UpdateRule::exact; }
  /// Whether of several circuits one forward pass does for both: what judges are cells of the training circuits, and
  /// all of these are trained on at once.
  bool judges_what_it_trains() const {
    return exact() && bench_.circuits.batches == 1 && bench_.deck.circuits.validation.empty() &&
           trains_as_evaluated(bench_.deck);
  }

  /// Makes the best weights the mean that the deck asks for of them and those that they began as, if it asks for one.
  /// Fine-tuned weights and those before have no barrier of loss between them, and the mean errs less than either, much
  /// as the mean of both predictions does (WiSE-FT: Wortsman et al., arXiv:2109.01903).
  bool share_with_ancestor() {
    const double share = bench_.deck.train.from_share;
    if (share == 0) return false;
    // Block by block, as they were loaded.
    for (const ParameterBlock& block : bench_.memory().table.blocks) {
      const Vector<float, Exec> here(bench_.memory().best.data() + block.first, static_cast<std::size_t>(block.count));
      std::vector<float> weight = download(bench_.space, here);
      const float* before = bench_.circuits.model.parameters.data() + block.first;
      for (std::size_t i = 0; i < weight.size(); ++i) {
        const double after = static_cast<double>(weight[i]);
        weight[i] = static_cast<float>(after + share * (static_cast<double>(before[i]) - after));
      }
      upload(bench_.space, here, weight);
    }
    return true;
  }

  /// Whether the model is judged for the last time: all updates are made, or none was better for too long. It follows
  /// from the curves, and so is the same in a training that was resumed.
  bool is_last(std::int64_t epoch) const {
    const int patience = bench_.deck.train.patience;
    return epoch == bench_.deck.train.epochs || (patience > 0 && epoch - run_.best_epoch >= patience);
  }

  TrainingProgress progress(std::int64_t epoch) const {
    return {epoch,           bench_.deck.train.epochs,    run_.loss.back(), run_.validation_pearson.back(),
            run_.best_epoch, run_.validation_loss.back(), trained_seconds_, is_last(epoch)};
  }

  TrainingState state(std::int64_t epoch) const {
    TrainingState state = bench_.take_parameters(run_.best_epoch > 0);
    static_cast<TrainingHistory&>(state) = run_;
    state.epoch = epoch;
    state.best_output = best_output_;
    return state;
  }

  void resume(const TrainingState& state) {
    const std::size_t outputs = run_.part.size() * static_cast<std::size_t>(run_.model.shape.outputs);
    const auto parameters = static_cast<std::size_t>(bench_.memory().table.size());
    const bool with_best = state.best_epoch > 0;
    bool fits = state.epoch >= 0 && state.epoch <= bench_.deck.train.epochs && state.best_epoch >= 0 &&
                state.best_epoch < std::max<std::int64_t>(state.epoch, 1) &&
                state.best_output.size() == (with_best ? outputs : 0) &&
                state.best_parameters.size() == (with_best ? parameters : 0);
    for (const StateArray* array : {&state.parameters, &state.moment1, &state.moment2}) {
      fits = fits && array->size() == parameters;
    }
    for_each_curve(state, [&](const auto&, const auto& list) {
      fits = fits && list.size() == static_cast<std::size_t>(state.epoch);
    });
    if (!fits) {
      throw RunError("the state to go on from is not that of a training of this deck on its circuits");
    }
    bench_.put_parameters(state);
    static_cast<TrainingHistory&>(run_) = state;
    trained_seconds_ = std::accumulate(state.seconds.total.begin(), state.seconds.total.end(), 0.0);
    best_output_ = state.best_output;
  }

  /// Validation loss and Pearson of the current model, onto the curves; and its training loss, where the same passes
  /// tell it.
  void evaluate(std::int64_t epoch) {
    std::vector<Evaluation> own;
    const auto see = [&](std::size_t i) { own.push_back(evaluation(i, true)); };
    if (judges_what_it_trains()) {
      train_on_batch(bench_, 0, epoch + 1, epoch < bench_.deck.train.epochs, see);
    } else {
      const auto judges = [&](const TrainingDesign& design) { return judges_epochs(bench_.deck, design); };
      bench_.mpi.together([&] {
        bench_.on_each(judges, [&](std::size_t i, const CircuitOnDevice& on) {
          Stopwatch<Exec> watch(bench_.space);
          on.model->flip_die(false, false);
          on.model->forward(bench_.space, Pass::evaluation);
          // A pass of its own, unless what is judged is what is trained.
          const double forward = watch.lap();
          if (!exact() && trains_as_evaluated(bench_.deck)) bench_.laps.forward += forward;
          see(i);
        });
      });
    }
    const auto rows = of_all_ranks(own);
    double validation = 0;
    std::vector<double> pearsons;
    for (const Evaluation& row : rows) {
      validation += row.validation_error;
      if (row.pearson) pearsons.push_back(*row.pearson);
    }
    run_.validation_loss.push_back(validation / bench_.validation_values);
    run_.validation_pearson.push_back(mean_score(pearsons));
    if (!exact() || judges_what_it_trains()) add_training_loss(epoch, rows);
    require_sane(epoch, run_.validation_loss.back(), rows);
  }

  /// The updates of several circuits after `epoch`; after the last there are none, only their training loss.
  void train_exactly(std::int64_t epoch, bool last) {
    std::vector<Evaluation> own;
    std::int64_t number = epoch * bench_.circuits.batches;
    for (const int batch : order_of_batches(bench_, epoch)) {
      ++number;
      if (!judges_what_it_trains()) {
        train_on_batch(bench_, batch, number, !last, [&](std::size_t i) { own.push_back(evaluation(i, false)); });
      }
      if (!last) update_exactly(bench_, number);
    }
    if (!judges_what_it_trains()) add_training_loss(epoch, of_all_ranks(own));
  }

  /// In the order of the designs, whichever ranks hold them.
  std::vector<Evaluation> of_all_ranks(const std::vector<Evaluation>& own) const {
    auto rows = join_all(bench_.mpi, own);
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.design < b.design; });
    return rows;
  }

  void add_training_loss(std::int64_t epoch, const std::vector<Evaluation>& rows) {
    double training = 0;
    for (const Evaluation& row : rows) training += row.training_error;
    run_.loss.push_back(training / bench_.training_values);
    require_sane(epoch, run_.loss.back(), rows);
    if (run_.loss.back() > kDivergedLoss) throw diverged(epoch, run_.loss.back());
  }

  void require_sane(std::int64_t epoch, double loss, const std::vector<Evaluation>& rows) const {
    const bool found_nan = std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.found_nan; });
    if (found_nan || !std::isfinite(loss)) throw diverged(epoch, loss);
  }
  RunError diverged(std::int64_t epoch, double loss) const {
    return RunError(fmt::format("training diverged after {} epochs (loss {}); lower train.learning_rate (now {})",
                                epoch, loss, bench_.deck.train.learning_rate));
  }

  /// After a forward pass of that circuit.
  Evaluation evaluation(std::size_t i, bool judges) {
    const CircuitOnDevice& on = bench_.attach(i);
    const HeldCircuit& held = bench_.circuits.held[i];
    const TrainingMemory& m = bench_.memory();
    Evaluation row;
    row.design = held.design;
    row.training_error = loss_sum(bench_, on, Part::training, m.training_error);
    row.found_nan = on.model->take_found_nan(bench_.space);
    if (!judges) return row;
    row.validation_error = loss_sum(bench_, on, Part::validation, m.validation_error);
    Stopwatch<Exec> watch(bench_.space);
    auto output = bench_.prediction(i);
    bench_.laps.copy += watch.lap();
    std::vector<double> of_labels;
    const auto outputs = static_cast<std::size_t>(run_.model.shape.outputs);
    for (std::size_t o = 0; o < outputs; ++o) {
      const auto label = select(held.label, outputs, o, held.part, Part::validation);
      if (varies(label)) of_labels.push_back(pearson(select(output, outputs, o, held.part, Part::validation), label));
    }
    if (!of_labels.empty()) row.pearson = mean_score(of_labels);
    if (!exact()) output_ = std::move(output);
    return row;
  }

  /// What the epoch is chosen by, the largest of it: the validation Pearson; where it is undefined, for a prediction
  /// that is constant or labels that are, below all others and the better the smaller the loss.
  double merit_of(std::int64_t epoch) const {
    const double pearson = run_.validation_pearson[static_cast<std::size_t>(epoch)];
    return std::isnan(pearson) ? -2.0 - run_.validation_loss[static_cast<std::size_t>(epoch)] : pearson;
  }

  TrainingBench bench_;
  TrainedRun run_;
  double trained_seconds_ = 0;
  std::vector<float> output_, best_output_;  ///< of this epoch and of best_epoch, if kept
};

}  // namespace

TrainedRun train(const Mpi& mpi, const Deck& deck, const TrainingCircuits& circuits, const ReportProgress& report,
                 const TrainingState* from, const BetweenEpochs& between) {
  return Trainer(mpi, deck, circuits).run(report, from, between);
}

MemoryUse validate_training(const Mpi& mpi, const Deck& deck, const TrainingCircuits& circuits) {
  return Trainer(mpi, deck, circuits).use();
}

}  // namespace gsrgnn
