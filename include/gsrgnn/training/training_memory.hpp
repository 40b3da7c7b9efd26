#pragma once

/// All that a training takes of the device's memory. Constructed twice: on measuring arenas by the plan, and on arenas
/// of the planned sizes by the trainer.

#include <gsrgnn/kernels/tuning.hpp>
#include <gsrgnn/models/any_model.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/trainer.hpp>

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
        part(arenas.resident.take<Vector<std::uint8_t, Exec>>(MemoryPart::cells, size.counts.cells)) {
    Arena<Exec> from_the_start = arenas.model.anew();
    model = make_model(arenas.resident, from_the_start, shape, size.counts, size.purpose);
    model_bytes = from_the_start.used();
    if (model_bytes > arenas.model.used()) arenas.model = from_the_start;
  }
  Matrix<float, Exec> label;
  Vector<std::uint8_t, Exec> part;
  std::unique_ptr<AnyModel> model;
  std::size_t model_bytes;
};

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

}  // namespace gsrgnn
