#include <gsrgnn/kernels/adam.hpp>
#include <gsrgnn/kernels/cell_loss.hpp>
#include <gsrgnn/kernels/clip.hpp>
#include <gsrgnn/kernels/fixed_sum.hpp>
#include <gsrgnn/training/learning_rate.hpp>
#include <gsrgnn/training/random_streams.hpp>
#include <gsrgnn/training/training_bench.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/random.hpp>
#include <gsrgnn/util/stopwatch.hpp>

namespace gsrgnn {
namespace {

constexpr auto kTraining = static_cast<std::uint8_t>(Part::training);

ErrorMeasure measure_of(TrainingLoss loss) {
  if (loss == TrainingLoss::mae) return ErrorMeasure::absolute;
  return loss == TrainingLoss::huber ? ErrorMeasure::huber : ErrorMeasure::square;
}

/// Of update `number`, counted from 1, and a block of parameters, of which the last is the readout's.
AdamOptions adam_options(const TrainingBench& bench, std::int64_t number, std::size_t block) {
  AdamOptions options;
  options.learning_rate = learning_rate(bench.deck, number, bench.circuits.batches);
  if (block + 1 < bench.memory().table.blocks.size()) options.learning_rate *= bench.deck.train.body_rate;
  options.weight_decay = bench.deck.train.weight_decay;
  return options;
}

/// The loss is the mean over `values`.
void start_backward(const TrainingBench& bench, const CircuitOnDevice& on, double values) {
  const TrainingLoss loss = bench.deck.train.loss;
  if (loss == TrainingLoss::mse && on.weight.size() == 0) {
    squared_error_gradient(bench.space, on.model->output(), on.label, on.part, kTraining, values,
                           on.model->output_gradient());
  } else {
    cell_loss_gradient(bench.space, measure_of(loss), on.model->output(), on.label, on.weight, on.part, kTraining,
                       values, on.model->output_gradient());
  }
}

/// What the deck lets through of a block's gradient. A training of one circuit never has more of it at a time, and for
/// one of several the key means the same.
void clip(const TrainingBench& bench, const Vector<float, Exec>& gradient, std::int64_t count) {
  const double most = bench.deck.train.clip;
  if (most > 0) clip_norm(bench.space, gradient, count, most, bench.memory().training_error);
}

/// Shows the model the die from another side, by seed.
void draw_flips(const TrainingBench& bench, const CircuitOnDevice& on, std::uint64_t seed, std::int64_t number) {
  if (bench.deck.model.flips == Flips::off) return;
  const std::uint64_t drawn = hash_words(hash_words(seed, kFlipStream), static_cast<std::uint64_t>(number));
  on.model->flip_die((drawn & 1) != 0, (drawn & 2) != 0);
}

}  // namespace

double loss_sum(const TrainingBench& bench, const CircuitOnDevice& on, Part part, const Vector<double, Exec>& partial) {
  const auto which = static_cast<std::uint8_t>(part);
  const TrainingLoss loss = bench.deck.train.loss;
  if (loss == TrainingLoss::mse && on.weight.size() == 0) {
    return squared_error(bench.space, on.model->output(), on.label, on.part, which, partial);
  }
  return cell_loss(bench.space, measure_of(loss), on.model->output(), on.label, on.weight, on.part, which, partial);
}

void update_by_block(TrainingBench& bench, std::int64_t epoch) {
  const TrainingMemory& m = bench.memory();
  const CircuitOnDevice& on = bench.attach(0);
  Stopwatch<Exec> watch(bench.space);
  if (!trains_as_evaluated(bench.deck)) {
    draw_flips(bench, on, bench.deck.train.seed, epoch);
    on.model->draw_dropout(bench.space, bench.deck.train.seed, static_cast<std::uint64_t>(epoch));
    on.model->forward(bench.space, Pass::training);
    bench.laps.forward += watch.lap();
  }
  start_backward(bench, on, bench.training_values);
  double updates = 0;
  on.model->backward(bench.space, [&](int number) {
    Stopwatch<Exec> of_update(bench.space);
    const auto b = static_cast<std::size_t>(number);
    const ParameterBlock& block = m.table.blocks[b];
    clip(bench, on.model->gradient(), block.count);
    adam_update(bench.space, adam_options(bench, epoch + 1, b), epoch + 1, m.parameters, m.moment1, m.moment2,
                on.model->gradient(), block.first, block.count);
    updates += of_update.lap();
  });
  bench.laps.update += updates;
  bench.laps.backward += watch.lap() - updates;
}

std::vector<int> order_of_batches(const TrainingBench& bench, std::int64_t epoch) {
  return Random(hash_words(bench.deck.train.seed, static_cast<std::uint64_t>(epoch)), kOrderStream)
      .permutation<int>(static_cast<std::size_t>(bench.circuits.batches));
}

void train_on_batch(TrainingBench& bench, int batch, std::int64_t number, bool backward,
                    const std::function<void(std::size_t held)>& see) {
  const TrainingCircuits& all = bench.circuits;
  const TrainingMemory& m = bench.memory();
  const Exec& space = bench.space;
  const auto in_batch = [&](const TrainingDesign& d) { return d.part == Part::training && d.batch == batch; };
  double values = 0, parts = 0;
  for (const TrainingDesign& d : all.designs) {
    if (!in_batch(d)) continue;
    values += static_cast<double>(d.training_cells) * all.model.shape.outputs;
    ++parts;
  }
  Kokkos::deep_copy(space, m.gradient_sum, std::int64_t{0});
  bench.mpi.together([&] {
    bench.on_each(in_batch, [&](std::size_t i, const CircuitOnDevice& on) {
      Stopwatch<Exec> watch(space);
      const std::uint64_t seed = hash_words(bench.deck.train.seed, all.held[i].design);
      on.model->draw_dropout(space, seed, static_cast<std::uint64_t>(number));
      draw_flips(bench, on, seed, number);
      on.model->forward(space, Pass::training);
      bench.laps.forward += watch.lap();
      see(i);
      if (!backward) return;
      watch.lap();
      start_backward(bench, on, values);
      on.model->backward(space, [&](int block) {
        const ParameterBlock& range = m.table.blocks[static_cast<std::size_t>(block)];
        add_to_fixed_sum(space, on.model->gradient(), m.gradient_sum, range.first, range.count, parts, m.beyond);
      });
      bench.laps.backward += watch.lap();
    });
    if (download(space, m.beyond)[0] != 0) {
      throw RunError(
          fmt::format("training diverged at update {} (a gradient is not finite, or beyond {} of a loss that starts at "
                      "about 1); lower train.learning_rate (now {})",
                      number, kFixedLimit, bench.deck.train.learning_rate));
    }
  });
}

void update_exactly(TrainingBench& bench, std::int64_t number) {
  const TrainingMemory& m = bench.memory();
  const Exec& space = bench.space;
  Stopwatch<Exec> watch(space);
  bench.sum_over_ranks(m.gradient_sum);
  for (std::size_t b = 0; b < m.table.blocks.size(); ++b) {
    const ParameterBlock& block = m.table.blocks[b];
    read_fixed_sum(space, m.gradient_sum, block.first, block.count, m.gradient);
    clip(bench, m.gradient, block.count);
    adam_update(space, adam_options(bench, number, b), number, m.parameters, m.moment1, m.moment2, m.gradient,
                block.first, block.count);
  }
  bench.laps.update += watch.lap();
}

}  // namespace gsrgnn
