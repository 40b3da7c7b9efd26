#pragma once

/// All that a training takes of the device's memory. Constructed twice: on a measuring arena by the plan, and on one of
/// the planned size by the trainer.

#include <gsrgnn/kernels/tuning.hpp>
#include <gsrgnn/models/any_model.hpp>

namespace gsrgnn {

/// Everything that a training needs beside model and graph.
struct TrainerState {
  using Exec = AnyModel::Exec;
  TrainerState(Arena<Exec>& arena, std::int64_t parameters, std::int64_t cells, int outputs)
      : moment1(arena.take<Vector<float, Exec>>(MemoryPart::adam, parameters)),
        moment2(arena.take<Vector<float, Exec>>(MemoryPart::adam, parameters)),
        label(arena.take<Matrix<float, Exec>>(MemoryPart::cells, cells, outputs)),
        part(arena.take<Vector<std::uint8_t, Exec>>(MemoryPart::cells, cells)),
        training_error(arena.take<Vector<double, Exec>>(Tuning<Exec>::kRowChunks)),
        validation_error(arena.take<Vector<double, Exec>>(Tuning<Exec>::kRowChunks)) {}
  Vector<float, Exec> moment1, moment2;
  Matrix<float, Exec> label;
  Vector<std::uint8_t, Exec> part;
  Vector<double, Exec> training_error, validation_error;  ///< row chunks
};

/// Everything, from one arena but for the best parameters so far: these are brought to the host when the training is
/// done, and on a host there is no need to have them twice beside all the rest.
struct TrainingSetup {
  using Exec = AnyModel::Exec;
  TrainingSetup(Arena<Exec>& arena, Arena<Exec>& arena_of_best, const ModelShape& shape, const CircuitCounts& size)
      : model(make_model(arena, shape, size, Purpose::training)),
        state(arena, model->table().size(), size.cells, shape.outputs),
        best(arena_of_best.take<Vector<float, Exec>>(MemoryPart::best, model->table().size())) {}
  std::unique_ptr<AnyModel> model;
  TrainerState state;
  Vector<float, Exec> best;
};

}  // namespace gsrgnn
