#pragma once

/// A training under way: its deck and circuits, and what of it is on the device.

#include <gsrgnn/kernels/tuning.hpp>
#include <gsrgnn/models/any_model.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/trainer.hpp>
#include <limits>

namespace gsrgnn {

using Exec = AnyModel::Exec;

struct TrainingArenas {
  Arena<Exec> resident;  ///< of the training, and of each of its circuits
  Arena<Exec> model;     ///< the model, on one circuit at a time
  /// The parameters of the best epoch so far. They are brought to the host when the rest is given back, for on a host
  /// there is no need to have them twice beside all else.
  Arena<Exec> best;
};

/// A circuit, and the model on it: with a graph of its own, and all else in memory that is shared with the models on
/// the other circuits. These have the same parameters, for a model's parameters are what it takes first.
struct CircuitOnDevice {
  CircuitOnDevice(TrainingArenas& arenas, const ModelShape& shape, const SizedCircuit& size)
      : label(arenas.resident.take<Matrix<float, Exec>>(MemoryPart::cells, size.counts.cells, shape.outputs)),
        weight(arenas.resident.take<Matrix<float, Exec>>(MemoryPart::cells, size.weighted ? size.counts.cells : 0,
                                                         shape.outputs)),
        part(arenas.resident.take<Vector<std::uint8_t, Exec>>(MemoryPart::cells, size.counts.cells)) {
    Arena<Exec> from_the_start = arenas.model.anew();
    ModelShape with_kept = shape;
    with_kept.kept_layers = size.kept_layers;
    model = make_model({arenas.resident, from_the_start, with_kept, size.counts, size.purpose});
    model_bytes = from_the_start.used();
    if (model_bytes > arenas.model.used()) arenas.model = from_the_start;
  }
  // Of the nodes:
  Matrix<float, Exec> label, weight;  ///< nodes x O; weight of no rows: all 1
  Vector<std::uint8_t, Exec> part;
  std::unique_ptr<AnyModel> model;
  std::size_t model_bytes;
};

/// All that a training takes of the device's memory. Constructed twice: on measuring arenas by the plan, and on arenas
/// of the planned sizes by the trainer.
struct TrainingMemory {
  TrainingMemory(TrainingArenas& arenas, const ModelShape& shape, const std::vector<SizedCircuit>& sizes,
                 UpdateRule rule)
      : table(ModelParameters(shape).table) {
    const bool exact = rule == UpdateRule::exact;
    const auto take = [&](MemoryPart part, std::int64_t size) {
      return arenas.resident.take<Vector<float, Exec>>(part, size);
    };
    moment1 = take(MemoryPart::adam, table.size());
    moment2 = take(MemoryPart::adam, table.size());
    gradient = take(MemoryPart::gradient, exact ? table.largest_block() : 0);
    gradient_sum = arenas.resident.take<Vector<std::int64_t, Exec>>(MemoryPart::gradient, exact ? table.size() : 0);
    beyond = arenas.resident.take<Vector<int, Exec>>(exact ? 1 : 0);
    training_error = arenas.resident.take<Vector<double, Exec>>(Tuning<Exec>::kRowChunks);
    validation_error = exact ? training_error : arenas.resident.take<Vector<double, Exec>>(Tuning<Exec>::kRowChunks);
    best = arenas.best.take<Vector<float, Exec>>(MemoryPart::best, table.size());
    // A rank without a circuit updates them too.
    parameters = arenas.model.take<Vector<float, Exec>>(MemoryPart::parameters, table.size());
    for (const SizedCircuit& size : sizes) circuits.emplace_back(arenas, shape, size);
  }

  ParameterTable table;
  Vector<float, Exec> parameters, moment1, moment2, best;
  Vector<double, Exec> training_error, validation_error;  ///< row chunks; of an exact update the same
  // Of an exact update:
  Vector<std::int64_t, Exec> gradient_sum;  ///< of a batch: all of it, for the update waits for the last circuit
  Vector<float, Exec> gradient;             ///< of a block
  Vector<int, Exec> beyond;
  std::vector<CircuitOnDevice> circuits;  ///< of each held circuit
};

class TrainingBench {
 public:
  /// Plans, allocates and loads. All ranks must construct it; for what it throws see train().
  TrainingBench(const Mpi& mpi, const Deck& deck, const TrainingCircuits& circuits);

  const TrainingMemory& memory() const { return *memory_; }
  MemoryUse use() const;
  /// The model on one of this rank's circuits: its workspace, which another may have used, is set to zero as that of a
  /// new one is, and the circuit's inputs are copied there.
  CircuitOnDevice& attach(std::size_t held);

  /// What the model on that circuit predicts for its cells, after its forward pass: its output and what it starts from,
  /// N x O, in units of SavedModel::label.
  std::vector<float> prediction(std::size_t held) const;
  /// The same by passes of its own, the mean over flips of the die where the model was trained on them.
  std::vector<float> final_prediction(std::size_t held);

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
  std::vector<float> with_start(std::size_t held, std::vector<float> of_nodes) const;
  void allocate(const MemoryPlan& plan);
  void load();

  MemoryUse use_;
  std::unique_ptr<TrainingArenas> arenas_;
  std::unique_ptr<TrainingMemory> memory_;
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::size_t attached_ = kNone;
};

/// Whether what is trained on is what was evaluated, so that one forward pass does for both.
inline bool trains_as_evaluated(const Deck& deck) {
  return deck.model.dropout == 0 && deck.model.flips == Flips::off;
}
/// What the deck's loss (TrainingLoss) is of the model's output, before it is divided by the number of labels: the sum
/// over the cells of a part.
double loss_sum(const TrainingBench& bench, const CircuitOnDevice& on, Part part, const Vector<double, Exec>& partial);

// The two ways from gradients to an update of the parameters.

/// Of one circuit: each block's parameters are updated as soon as its gradient is there, so that no whole gradient ever
/// exists. The outputs are those of the evaluation before, unless dropout or flips ask for a pass of its own.
void update_by_block(TrainingBench& bench, std::int64_t epoch);

/// Of several circuits, on any number of ranks: an update from each batch, in an order by seed and epoch, by gradients
/// that are summed exactly (kernels/fixed_sum.hpp). All ranks must call it. Throws RunError when a gradient is not
/// finite, or beyond what can be summed.
void update_exactly(TrainingBench& bench, std::int64_t epoch);

}  // namespace gsrgnn
