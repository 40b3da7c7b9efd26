#pragma once

/// A training under way: its deck and circuits, and what of it is on the device.

#include <gsrgnn/kernels/tuning.hpp>
#include <gsrgnn/models/any_model.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/trainer.hpp>
#include <limits>

namespace gsrgnn {

using Exec = AnyModel::Exec;

/// Host memory that a device copies from and to directly, and at its own time, where Kokkos knows of such.
#ifdef KOKKOS_HAS_SHARED_HOST_PINNED_SPACE
using StagingSpace = Kokkos::SharedHostPinnedSpace;
#else
using StagingSpace = Kokkos::HostSpace;
#endif
template <class T>
using HostBuffer = Kokkos::View<T*, Kokkos::LayoutRight, StagingSpace>;

struct TrainingArenas {
  Arena<Exec> resident;  ///< of the training, and of each of its circuits unless they stream
  Arena<Exec> model;     ///< the model, on one circuit at a time
  /// The parameters of the best epoch so far. They are brought to the host when the rest is given back, for on a host
  /// there is no need to have them twice beside all else.
  Arena<Exec> best;
  /// Where circuits stream, as much as the largest of them takes, for that whose turn it is.
  Arena<Exec> present;
};

/// A circuit, and the model on it: with a graph and labels of its own (or, where circuits stream, in memory that these
/// share too, in which only those of the attached circuit are), and all else in memory that is shared with the models
/// on the other circuits. These have the same parameters, for a model's parameters are what it takes first.
struct CircuitOnDevice {
  CircuitOnDevice(Arena<Exec>& own, Arena<Exec>& shared, const ModelShape& shape, const SizedCircuit& size)
      : label(own.take<Matrix<float, Exec>>(MemoryPart::cells, size.counts.cells, shape.outputs)),
        weight(own.take<Matrix<float, Exec>>(MemoryPart::cells, size.weighted ? size.counts.cells : 0, shape.outputs)),
        part(own.take<Vector<std::uint8_t, Exec>>(MemoryPart::cells, size.counts.cells)) {
    Arena<Exec> from_the_start = shared.anew();
    ModelShape with_kept = shape;
    with_kept.kept_layers = size.kept_layers;
    model = make_model({own, from_the_start, with_kept, size.counts, size.purpose});
    model_bytes = from_the_start.used();
    if (model_bytes > shared.used()) shared = from_the_start;
  }
  // Of the nodes:
  Matrix<float, Exec> label, weight;  ///< nodes x O; weight of no rows: all 1
  Vector<std::uint8_t, Exec> part;
  std::unique_ptr<AnyModel> model;
  std::size_t model_bytes;
  Vector<std::uint8_t, Exec> streamed;  ///< where circuits stream, all of its own; otherwise nothing
};

/// All that a training takes of the device's memory. Constructed twice: on measuring arenas by the plan, and on arenas
/// of the planned sizes by the trainer.
struct TrainingMemory {
  TrainingMemory(TrainingArenas& arenas, const ModelShape& shape, const std::vector<SizedCircuit>& sizes,
                 UpdateRule rule, bool streams)
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
    for (const SizedCircuit& size : sizes) {
      Arena<Exec> present = arenas.present.anew();
      circuits.emplace_back(streams ? present : arenas.resident, arenas.model, shape, size);
      if (!streams) continue;
      CircuitOnDevice& on = circuits.back();  // whose label is what it took first
      on.streamed = Vector<std::uint8_t, Exec>(reinterpret_cast<std::uint8_t*>(on.label.data()), present.used());
      if (present.used() > arenas.present.used()) arenas.present = present;
    }
    if (!streams || Tuning<Exec>::kHost) return;
    next = arenas.resident.take<Vector<std::uint8_t, Exec>>(MemoryPart::graph, arenas.present.used());
  }

  ParameterTable table;
  Vector<float, Exec> parameters, moment1, moment2, best;
  Vector<double, Exec> training_error, validation_error;  ///< row chunks; of an exact update the same
  // Of an exact update:
  Vector<std::int64_t, Exec> gradient_sum;  ///< of a batch: all of it, for the update waits for the last circuit
  Vector<float, Exec> gradient;             ///< of a block
  Vector<int, Exec> beyond;
  std::vector<CircuitOnDevice> circuits;  ///< of each held circuit
  Vector<std::uint8_t, Exec> next;        ///< where circuits stream, and come from elsewhere: the next, on its way
};

class TrainingBench {
 public:
  /// Plans, allocates and loads. All ranks must construct it; for what it throws see train().
  TrainingBench(const Mpi& mpi, const Deck& deck, const TrainingCircuits& circuits);

  const TrainingMemory& memory() const { return *memory_; }
  MemoryUse use() const;
  /// The model on one of this rank's circuits: its workspace, which another may have used, is set to zero as that of a
  /// new one is, and the circuit's inputs are copied there; where circuits stream, its graph and labels too.
  CircuitOnDevice& attach(std::size_t held);

  /// Calls work(i, circuit) for each of this rank's circuits whose TrainingDesign is chosen, in turn, attached; where
  /// they stream, the next is on its way meanwhile.
  template <class Chosen, class Work>
  void on_each(const Chosen& chosen, const Work& work) {
    std::vector<std::size_t> those;
    for (std::size_t i = 0; i < circuits.held.size(); ++i) {
      if (chosen(circuits.design_of(circuits.held[i]))) those.push_back(i);
    }
    for (std::size_t n = 0; n < those.size(); ++n) {
      CircuitOnDevice& on = attach(those[n]);
      if (n + 1 < those.size()) send(those[n + 1]);
      work(those[n], on);
    }
  }
  /// Of each element the sum over the ranks, on all of them. By way of the host, where device memory is not its own.
  void sum_over_ranks(const Vector<std::int64_t, Exec>& values);

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
  void load_circuit(std::size_t held);
  /// Streaming: what load_circuit() put on the device is kept by the host, which sends it ahead. Where the device's
  /// memory is the host's, that would be the same a second time, and a circuit is loaded anew whenever its turn comes.
  void keep_image(std::size_t held);
  void send(std::size_t held);
  void bring(std::size_t held);

  MemoryUse use_;
  std::unique_ptr<TrainingArenas> arenas_;
  std::unique_ptr<TrainingMemory> memory_;
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::size_t attached_ = kNone;
  std::size_t sent_ = kNone;
  std::vector<HostBuffer<std::uint8_t>> images_;  ///< of each held circuit
  Exec courier_;                                  ///< which sends while `space` computes
  HostBuffer<std::int64_t> for_ranks_;            ///< what sum_over_ranks() sends and receives
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

// Of several circuits, on any number of ranks, an update from each batch, by gradients that are summed exactly
// (kernels/fixed_sum.hpp). All ranks must call these.

/// The batches in the order in which the updates after `epoch` are made, by seed.
std::vector<int> order_of_batches(const TrainingBench& bench, std::int64_t epoch);
/// The passes of a batch's circuits for update `number`, counted from 1, whose gradients are summed; without `backward`
/// there are none. see(held) is called after each forward pass, whose output is that circuit's model's. Throws RunError
/// when a gradient is not finite, or beyond what can be summed.
void train_on_batch(TrainingBench& bench, int batch, std::int64_t number, bool backward,
                    const std::function<void(std::size_t held)>& see);
/// The update by that sum.
void update_exactly(TrainingBench& bench, std::int64_t number);

}  // namespace gsrgnn
