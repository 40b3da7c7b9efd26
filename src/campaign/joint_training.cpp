#include <algorithm>
#include <cmath>
#include <gsrgnn/campaign/joint_training.hpp>
#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/kernels/adam.hpp>
#include <gsrgnn/kernels/fixed_sum.hpp>
#include <gsrgnn/kernels/loss.hpp>
#include <gsrgnn/models/any_model.hpp>
#include <gsrgnn/training/linear_fit.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/random_streams.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/machine.hpp>
#include <gsrgnn/util/random.hpp>
#include <gsrgnn/util/stopwatch.hpp>
#include <gsrgnn/util/text.hpp>
#include <limits>
#include <numeric>

#include "campaign/device_share.hpp"
#include "campaign/rank_text.hpp"
#include "training/device_state.hpp"

namespace gsrgnn {
namespace {

using Exec = AnyModel::Exec;
constexpr auto kTraining = static_cast<std::uint8_t>(Part::training);
constexpr auto kValidation = static_cast<std::uint8_t>(Part::validation);
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// What a rank keeps on the device beside the model: of the training, and of each of its circuits.
struct JointState {
  JointState(Arena<Exec>& arena, const ParameterTable& table)
      : moment1(arena.take<Vector<float, Exec>>(MemoryPart::adam, table.size())),
        moment2(arena.take<Vector<float, Exec>>(MemoryPart::adam, table.size())),
        best(arena.take<Vector<float, Exec>>(MemoryPart::best, table.size())),
        gradient_sum(arena.take<Vector<std::int64_t, Exec>>(MemoryPart::gradient, table.size())),
        gradient(arena.take<Vector<float, Exec>>(MemoryPart::gradient, table.largest_block())),
        beyond(arena.take<Vector<int, Exec>>(1)),
        loss_partial(arena.take<Vector<double, Exec>>(Tuning<Exec>::kRowChunks)) {}
  Vector<float, Exec> moment1, moment2, best;
  Vector<std::int64_t, Exec> gradient_sum;  ///< of a batch: all of it, for the updates wait for the last circuit
  Vector<float, Exec> gradient;             ///< of a block
  Vector<int, Exec> beyond;
  Vector<double, Exec> loss_partial;
};

/// A circuit, and the model on it: with a graph of its own, and all else in memory that is shared with the models on
/// the rank's other circuits.
struct OnDevice {
  OnDevice(Arena<Exec>& arena, Arena<Exec>& shared, const JointCircuits& all, std::size_t i) {
    const JointDesign& design = all.designs[all.held[i].design];
    label = arena.take<Matrix<float, Exec>>(MemoryPart::cells, design.counts.cells, all.model.shape.outputs);
    part = arena.take<Vector<std::uint8_t, Exec>>(MemoryPart::cells, design.counts.cells);
    model = make_model(arena, shared, all.model.shape, design.counts,
                       design.part == Part::training ? Purpose::training : Purpose::prediction);
    model_bytes = shared.used();
  }
  Matrix<float, Exec> label;
  Vector<std::uint8_t, Exec> part;
  std::unique_ptr<AnyModel> model;
  std::size_t model_bytes = 0;  ///< of the shared arena
};

/// One circuit's share of an evaluation.
struct Evaluation {
  std::size_t design = 0;
  double training_error = 0, validation_error = 0;  ///< sums of squares
  double pearson = 0;                               ///< of its validation cells, mean over the labels that vary there
  int varies = 0;                                   ///< whether one does
  int found_nan = 0;
};

class JointTraining {
 public:
  JointTraining(const Mpi& mpi, const Deck& deck, const JointCircuits& circuits)
      : mpi_(mpi), deck_(deck), all_(circuits), table_(ModelParameters(circuits.model.shape).table) {
    run_.counts = circuits.counts;
    run_.model = circuits.model;
    run_.trained_parameters = table_.trained();
    run_.ranks = mpi.size();
    for (const JointDesign& d : all_.designs) {
      const auto outputs = static_cast<double>(all_.model.shape.outputs);
      if (d.part == Part::training) {
        training_values_ += static_cast<double>(d.training_cells) * outputs;
        validation_values_ += static_cast<double>(d.counts.cells - d.training_cells) * outputs;
      }
      if (d.part == Part::validation) validation_values_ += static_cast<double>(d.counts.cells) * outputs;
    }
    memory_limit_ = deck.memory_limit > 0 ? deck.memory_limit : share_of_device(mpi);
    mpi.together([&] {
      plan_and_allocate();
      load();
    });
  }

  MemoryUse memory() {
    gather_memory();
    return run_.memory;
  }

  JointRun run(const ReportProgress& report, const CheckpointOptions& options) {
    std::string why_stop;
    CheckpointOptions agreed = options;
    agreed.stop = [&] { return why_stop; };
    const Checkpoints checkpoints(deck_, name(), all_.hash);
    CheckpointKeeper keeper(deck_, checkpoints, agreed);
    std::optional<TrainingState> from;
    mpi_.together([&] {
      if (mpi_.rank() == 0) from = keeper.resume();
    });
    resume_all(from);

    double best = run_.best_epoch == 0 ? -std::numeric_limits<double>::infinity() : rank_of(run_.best_epoch);
    for (std::int64_t epoch = from ? from->epoch : 0; epoch <= deck_.train.epochs; ++epoch) {
      why_stop = agree_to_stop(options);
      mpi_.together([&] {
        if (mpi_.rank() == 0) keeper(epoch, [&] { return take_state(space_, epoch, on_device(), run_); });
      });
      Stopwatch<Exec> watch(space_);
      lap_ = {};
      const double pearson = evaluate(epoch);
      if (epoch > 0 && rank_of(epoch) > best) {
        best = rank_of(epoch);
        run_.best_epoch = epoch;
        Kokkos::deep_copy(space_, state_->best, parameters_);
      }
      if (report && mpi_.rank() == 0) {
        report({epoch, deck_.train.epochs, run_.loss.back(), pearson, run_.best_epoch});
      }
      if (epoch == deck_.train.epochs) break;
      for (const int batch : order_of_batches(epoch)) update(batch);
      run_.seconds.total.push_back(watch.lap());
      run_.seconds.forward.push_back(lap_.forward);
      run_.seconds.backward.push_back(lap_.backward);
      run_.seconds.update.push_back(lap_.update);
      run_.seconds.copy.push_back(lap_.copy);
    }
    return finish();
  }

 private:
  std::string name() const {
    std::string name;
    for (const JointDesign& d : all_.designs) {
      if (d.part == Part::test) name += (name.empty() ? "" : "+") + d.name;
    }
    return name;
  }

  const HeldCircuit& held(std::size_t i) const { return all_.held[i]; }
  const JointDesign& design_of(std::size_t i) const { return all_.designs[all_.held[i].design]; }

  void plan_and_allocate() {
    const JointPlan plan = plan_joint(all_);
    run_.memory.planned = plan.planned();
    const std::int64_t limit = memory_limit_;
    if (limit > 0 && plan.planned() > limit) {
      throw RunError(
          fmt::format("{} bytes of rank {} do not fit {} {}; use more ranks, fewer layers, a smaller "
                      "model.hidden or model.k",
                      with_commas(plan.planned()), mpi_.rank(),
                      deck_.memory_limit > 0 ? "the memory limit of" : "its share of what the device has free,",
                      with_commas(limit)));
    }
    try {
      arena_ = std::make_unique<Arena<Exec>>(static_cast<std::size_t>(plan.resident));
      shared_ = std::make_unique<Arena<Exec>>(static_cast<std::size_t>(plan.shared));
    } catch (const std::exception&) {
      throw RunError(
          fmt::format("the device could not give the {} bytes that were planned; give a memory_limit, and use more "
                      "ranks, fewer layers, a smaller model.hidden or model.k",
                      with_commas(run_.memory.planned)));
    }
    state_ = std::make_unique<JointState>(*arena_, table_);
    parameters_ = shared_->take<Vector<float, Exec>>(table_.size());
    for (std::size_t i = 0; i < all_.held.size(); ++i) {
      shared_->rewind();
      OnDevice on(*arena_, *shared_, all_, i);
      if (on.model->parameters().data() != parameters_.data()) {
        Kokkos::abort("gsrgnn::JointTraining: models do not share their parameters");
      }
      on_device_.push_back(std::move(on));
    }
    run_.memory.allocated = static_cast<std::int64_t>(arena_->used()) + plan.shared;
    run_.memory.process_peak = process_peak();
  }

  void load() {
    const auto initial = table_.initial_values(deck_.train.seed);
    upload(space_, parameters_, std::vector<float>(initial.begin(), initial.end()));
    for (std::size_t i = 0; i < all_.held.size(); ++i) {
      on_device_[i].model->set_graph(space_, held(i).circuit);
      upload(space_, on_device_[i].label, held(i).label);
      upload(space_, on_device_[i].part, held(i).part);
    }
  }

  /// The model on one of this rank's circuits, its workspace as a new one is: zero.
  const AnyModel& on(std::size_t i) {
    const OnDevice& wanted = on_device_[i];
    if (attached_ == i) return *wanted.model;
    Stopwatch<Exec> watch(space_);
    const std::size_t first = parameters_.size() * sizeof(float);
    Kokkos::deep_copy(space_,
                      Vector<std::uint8_t, Exec>(reinterpret_cast<std::uint8_t*>(parameters_.data()) + first,
                                                 wanted.model_bytes - first),
                      std::uint8_t{0});
    wanted.model->inputs().set(space_, held(i).inputs.feature, held(i).inputs.type);
    attached_ = i;
    lap_.copy += watch.lap();
    return *wanted.model;
  }

  /// The first reason to stop that any rank has.
  std::string agree_to_stop(const CheckpointOptions& options) const {
    const auto whys = mpi_.gather_to_all(options.stop ? options.stop() : "");
    for (const auto& why : whys) {
      if (!why.empty()) return why;
    }
    return "";
  }

  std::vector<int> order_of_batches(std::int64_t epoch) const {
    return Random(hash_words(deck_.train.seed, static_cast<std::uint64_t>(epoch)), kOrderStream)
        .permutation<int>(static_cast<std::size_t>(all_.batches));
  }

  /// One update, from the circuits of a batch.
  void update(int batch) {
    const auto number = static_cast<std::uint64_t>(++updates_);
    const JointState& s = *state_;
    double values = 0, parts = 0;
    for (const JointDesign& d : all_.designs) {
      if (d.part != Part::training || d.batch != batch) continue;
      values += static_cast<double>(d.training_cells) * all_.model.shape.outputs;
      ++parts;
    }
    Kokkos::deep_copy(space_, s.gradient_sum, std::int64_t{0});
    mpi_.together([&] {
      for (std::size_t i = 0; i < all_.held.size(); ++i) {
        const JointDesign& design = design_of(i);
        if (design.part != Part::training || design.batch != batch) continue;
        const AnyModel& model = on(i);
        Stopwatch<Exec> watch(space_);
        model.draw_dropout(space_, hash_words(deck_.train.seed, held(i).design), number);
        model.forward(space_, Pass::training);
        lap_.forward += watch.lap();
        squared_error_gradient(space_, model.output(), on_device_[i].label, on_device_[i].part, kTraining, values,
                               model.output_gradient());
        model.backward(space_, [&](int block) {
          const ParameterBlock& range = table_.blocks[static_cast<std::size_t>(block)];
          add_to_fixed_sum(space_, model.gradient(), s.gradient_sum, range.first, range.count, parts, s.beyond);
        });
        lap_.backward += watch.lap();
      }
      if (download(space_, s.beyond)[0] != 0) {
        throw RunError(
            fmt::format("training diverged at update {} (a gradient is not finite, or beyond {} of a loss that "
                        "starts at about 1); lower train.learning_rate (now {})",
                        number, kFixedLimit, deck_.train.learning_rate));
      }
    });
    Stopwatch<Exec> watch(space_);
    sum_over_ranks();
    AdamOptions options;
    options.learning_rate = deck_.train.learning_rate;
    for (const ParameterBlock& block : table_.blocks) {
      read_fixed_sum(space_, s.gradient_sum, block.first, block.count, s.gradient);
      adam_update(space_, options, updates_, parameters_, s.moment1, s.moment2, s.gradient, block.first, block.count);
    }
    lap_.update += watch.lap();
  }

  void sum_over_ranks() {
    if (mpi_.size() == 1) return;
    if constexpr (Kokkos::SpaceAccessibility<Kokkos::HostSpace, typename Exec::memory_space>::accessible) {
      space_.fence();
      mpi_.sum(state_->gradient_sum.data(), state_->gradient_sum.size());
    } else {
      auto sum = download(space_, state_->gradient_sum);
      mpi_.sum(sum.data(), sum.size());
      upload(space_, state_->gradient_sum, sum);
    }
  }

  /// Losses and validation Pearson of the current model, onto the curves.
  double evaluate(std::int64_t epoch) {
    std::string own;
    mpi_.together([&] {
      for (std::size_t i = 0; i < all_.held.size(); ++i) {
        if (design_of(i).part != Part::test) put(own, evaluate_one(i));
      }
    });
    std::vector<Evaluation> rows(all_.designs.size());
    std::vector<bool> judged(rows.size(), false);
    for (const std::string& text : mpi_.gather_to_all(own)) {
      for (std::size_t at = 0; at < text.size();) {
        Evaluation row;
        get(text, at, row);
        rows[row.design] = row;
        judged[row.design] = true;
      }
    }
    double training = 0, validation = 0;
    std::vector<double> pearsons;
    bool found_nan = false;
    for (std::size_t d = 0; d < rows.size(); ++d) {
      if (!judged[d]) continue;
      training += rows[d].training_error;
      validation += rows[d].validation_error;
      found_nan = found_nan || rows[d].found_nan != 0;
      if (judges_epochs(all_.designs[d]) && rows[d].varies != 0) pearsons.push_back(rows[d].pearson);
    }
    run_.loss.push_back(training / training_values_);
    run_.validation_loss.push_back(validation / validation_values_);
    run_.validation_pearson.push_back(mean_score(pearsons));
    if (found_nan || !std::isfinite(run_.loss.back()) || !std::isfinite(run_.validation_loss.back()) ||
        run_.loss.back() > kDivergedLoss) {
      throw RunError(fmt::format("training diverged after {} epochs (loss {}); lower train.learning_rate (now {})",
                                 epoch, run_.loss.back(), deck_.train.learning_rate));
    }
    return run_.validation_pearson.back();
  }

  /// What the epoch is chosen by: the largest of it.
  double rank_of(std::int64_t epoch) const {
    const auto e = static_cast<std::size_t>(epoch);
    return rank_of_epoch(run_.validation_pearson[e], run_.validation_loss[e]);
  }

  bool judges_epochs(const JointDesign& design) const {
    return design.part == (deck_.circuits.validation.empty() ? Part::training : Part::validation);
  }

  Evaluation evaluate_one(std::size_t i) {
    const AnyModel& model = on(i);
    Stopwatch<Exec> watch(space_);
    model.forward(space_, Pass::evaluation);
    lap_.forward += watch.lap();
    Evaluation row;
    row.design = held(i).design;
    const OnDevice& data = on_device_[i];
    const auto error = [&](std::uint8_t part) {
      return squared_error(space_, model.output(), data.label, data.part, part, state_->loss_partial);
    };
    row.training_error = error(kTraining);
    row.validation_error = error(kValidation);
    row.found_nan = model.found_nan(space_) ? 1 : 0;
    if (!judges_epochs(design_of(i))) return row;
    const auto output = download(space_, model.output());
    const auto outputs = static_cast<std::size_t>(all_.model.shape.outputs);
    std::vector<double> of_labels;
    for (std::size_t o = 0; o < outputs; ++o) {
      const auto label = select(held(i).label, outputs, o, held(i).part, Part::validation);
      if (!varies(label)) continue;
      of_labels.push_back(pearson(select(output, outputs, o, held(i).part, Part::validation), label));
    }
    row.pearson = mean_score(of_labels);
    row.varies = of_labels.empty() ? 0 : 1;
    return row;
  }

  /// One entry a label.
  std::vector<Scores> scores_of(std::size_t i, const std::vector<float>& output, Part part) const {
    std::vector<Scores> scores;
    const auto outputs = static_cast<std::size_t>(all_.model.shape.outputs);
    for (std::size_t o = 0; o < outputs; ++o) {
      const auto predicted = select(output, outputs, o, held(i).part, part);
      const auto label = select(held(i).label, outputs, o, held(i).part, part);
      scores.push_back(score(predicted, label));
    }
    return scores;
  }

  DeviceState on_device() const { return {parameters_, state_->moment1, state_->moment2, state_->best}; }

  /// Rank 0's state, on all ranks.
  void resume_all(std::optional<TrainingState>& from) {
    std::string text;
    if (from) {
      put(text, from->epoch);
      put(text, from->best_epoch);
      for_each_array(*from, [&](const char*, const auto& values) { put(text, values); });
    }
    text = mpi_.broadcast(text);
    if (text.empty()) return;
    if (mpi_.rank() != 0) {
      from.emplace();
      std::size_t at = 0;
      get(text, at, from->epoch);
      get(text, at, from->best_epoch);
      for_each_array(*from, [&](const char*, auto& values) { get(text, at, values); });
    }
    if (!fits_training(*from, deck_, static_cast<std::size_t>(table_.size())) || !from->best_output.empty()) {
      throw RunError("the state to go on from is not that of a training of this deck on these circuits");
    }
    put_state(space_, *from, on_device(), run_);
    updates_ = from->epoch * all_.batches;
  }

  /// The best model on the circuits that were held out.
  JointRun finish() {
    LinearFit fit = fit_linearly();
    Kokkos::deep_copy(space_, parameters_, state_->best);
    std::string own_scores, own_cells;
    mpi_.together([&] {
      for (std::size_t i = 0; i < all_.held.size(); ++i) score_one(i, fit, own_scores, own_cells);
    });
    for (const JointDesign& d : all_.designs) {
      constexpr Scores kNone{kUnknown, kUnknown, kUnknown, kUnknown};
      run_.designs.push_back({d.name, d.path, d.part, d.counts, kNone, kNone});
    }
    std::vector<std::vector<Scores>> scores(all_.designs.size()), linear(all_.designs.size());
    std::vector<HeldOutCells> cells(all_.designs.size());
    for (const std::string& text : mpi_.gather_to_all(own_scores)) {
      for (std::size_t at = 0; at < text.size();) {
        std::size_t d = 0;
        get(text, at, d);
        get(text, at, scores[d]);
        get(text, at, linear[d]);
      }
    }
    for (const std::string& text : mpi_.gather(own_cells)) {  // to rank 0, who writes them
      for (std::size_t at = 0; at < text.size();) {
        std::size_t d = 0;
        get(text, at, d);
        get(text, at, cells[d].value);
        get(text, at, cells[d].label);
        get(text, at, cells[d].position);
      }
    }
    JointRun result;
    for (std::size_t d = 0; d < all_.designs.size(); ++d) {
      const Part part = all_.designs[d].part;
      if (part != Part::training) {
        run_.designs[d].scores = mean_scores(scores[d]);
        run_.designs[d].linear_fit = mean_scores(linear[d]);
      }
      const std::size_t count = cells[d].position.size() / 2;
      const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
      append(result.cells.value, cells[d].value);
      append(result.cells.label, cells[d].label);
      append(result.cells.position, cells[d].position);
      result.cells.split.insert(result.cells.split.end(), count, static_cast<std::uint8_t>(part));
      result.cells.design.insert(result.cells.design.end(), count, static_cast<std::int64_t>(d));
    }
    result.cells.content_hash = all_.hash;
    const auto mean_over = [&](const auto& chosen) {
      std::vector<Scores> mean;
      for (int o = 0; o < all_.model.shape.outputs; ++o) {
        std::vector<Scores> of_designs;
        for (std::size_t d = 0; d < all_.designs.size(); ++d) {
          if (chosen(all_.designs[d])) of_designs.push_back(scores[d][static_cast<std::size_t>(o)]);
        }
        mean.push_back(mean_scores(of_designs));
      }
      return mean;
    };
    run_.validation = mean_over([&](const JointDesign& d) { return judges_epochs(d); });
    run_.test = mean_over([](const JointDesign& d) { return d.part == Part::test; });
    run_.model.parameters = download(space_, parameters_);
    gather_memory();
    result.run = std::move(run_);
    return result;
  }

  /// What single cells tell; of all cells of the training circuits.
  LinearFit fit_linearly() {
    const std::size_t features = all_.model.feature_name.size(), labels = all_.model.label_name.size();
    std::string own;
    for (const HeldCircuit& h : all_.held) {
      if (all_.designs[h.design].part != Part::training) continue;
      LinearFit of_circuit(features, labels);
      of_circuit.add(h.inputs.feature, h.label);
      put(own, h.design);
      put(own, of_circuit.sums());
    }
    std::vector<std::vector<double>> sums(all_.designs.size());
    for (const std::string& text : mpi_.gather_to_all(own)) {
      for (std::size_t at = 0; at < text.size();) {
        std::size_t design = 0;
        get(text, at, design);
        get(text, at, sums[design]);
      }
    }
    LinearFit fit(features, labels);
    for (const auto& of_design : sums) {
      if (of_design.empty()) continue;
      LinearFit of_circuit(features, labels);
      of_circuit.set_sums(of_design);
      fit.add(of_circuit);
    }
    fit.solve();
    return fit;
  }

  void score_one(std::size_t i, const LinearFit& fit, std::string& own_scores, std::string& own_cells) {
    const JointDesign& design = design_of(i);
    if (design.part == Part::training && !judges_epochs(design)) return;
    const Part part = design.part == Part::training ? Part::validation : design.part;
    const AnyModel& model = on(i);
    model.forward(space_, Pass::evaluation);
    const auto output = download(space_, model.output());
    HeldOutCells cells;
    if (design.part != Part::training) {
      const Circuit& circuit = held(i).circuit;
      const auto labels = all_.model.label_name.size();
      cells.value = in_original_order(circuit, run_.model.label.invert(output), labels);
      cells.label = in_original_order(circuit, circuit.label, labels);
      for (const auto& point : in_original_order(circuit, circuit.position, 1)) {
        cells.position.insert(cells.position.end(), point.begin(), point.end());
      }
    }
    put(own_scores, held(i).design);
    put(own_scores, scores_of(i, output, part));
    put(own_scores, scores_of(i, fit.predict(held(i).inputs.feature), part));
    put(own_cells, held(i).design);
    put(own_cells, cells.value);
    put(own_cells, cells.label);
    put(own_cells, cells.position);
  }

  /// The largest of the ranks.
  void gather_memory() {
    run_.memory.process_peak = process_peak();
    std::string own;
    put(own, run_.memory);
    for (const std::string& text : mpi_.gather_to_all(own)) {
      MemoryUse of_rank;
      std::size_t at = 0;
      get(text, at, of_rank);
      run_.memory.planned = std::max(run_.memory.planned, of_rank.planned);
      run_.memory.allocated = std::max(run_.memory.allocated, of_rank.allocated);
      run_.memory.process_peak = std::max(run_.memory.process_peak, of_rank.process_peak);
    }
  }

  struct Lap {
    double forward = 0, backward = 0, update = 0, copy = 0;
  };

  const Mpi& mpi_;
  const Deck& deck_;
  const JointCircuits& all_;
  ParameterTable table_;
  Exec space_;
  TrainedRun run_;
  double training_values_ = 0, validation_values_ = 0;
  std::int64_t memory_limit_ = 0;  ///< of this rank; 0: unknown
  std::unique_ptr<Arena<Exec>> arena_, shared_;
  std::unique_ptr<JointState> state_;
  Vector<float, Exec> parameters_;
  std::vector<OnDevice> on_device_;  ///< of each held circuit
  std::size_t attached_ = std::numeric_limits<std::size_t>::max();
  std::int64_t updates_ = 0;
  Lap lap_;
};

}  // namespace

JointRun train_jointly(const Mpi& mpi, const Deck& deck, const JointCircuits& circuits, const ReportProgress& report,
                       const CheckpointOptions& options) {
  return JointTraining(mpi, deck, circuits).run(report, options);
}

JointPlan plan_joint(const JointCircuits& circuits) {
  const ParameterTable table = ModelParameters(circuits.model.shape).table;
  Arena<Exec> resident, largest;
  const JointState state(resident, table);
  largest.take<Vector<float, Exec>>(MemoryPart::parameters, table.size());  // a rank without a circuit updates them too
  for (std::size_t i = 0; i < circuits.held.size(); ++i) {
    Arena<Exec> model;
    const OnDevice circuit(resident, model, circuits, i);
    if (model.used() > largest.used()) largest = model;
  }
  JointPlan plan;
  plan.resident = static_cast<std::int64_t>(resident.used());
  plan.shared = static_cast<std::int64_t>(largest.used());
  for (std::size_t part = 0; part < kMemoryParts; ++part) {
    const auto which = static_cast<MemoryPart>(part);
    plan.parts[part] = static_cast<std::int64_t>(resident.used(which) + largest.used(which));
  }
  return plan;
}

MemoryUse validate_joint(const Mpi& mpi, const Deck& deck, const JointCircuits& circuits) {
  return JointTraining(mpi, deck, circuits).memory();
}

}  // namespace gsrgnn
