#pragma once

/// The part of a training's state that lies on the device, as a TrainingState and back.

#include <gsrgnn/models/any_model.hpp>
#include <gsrgnn/training/trainer.hpp>

namespace gsrgnn {

/// One value a parameter each.
struct DeviceState {
  Vector<float, AnyModel::Exec> parameters, moment1, moment2;
  Vector<float, AnyModel::Exec> best;  ///< the parameters of best_epoch
};

/// Where the training stands after so many updates: arrays that are read from the device when they are asked for, and
/// what `run` holds of curves and seconds. best_output is the caller's.
inline TrainingState take_state(const AnyModel::Exec& space, std::int64_t epoch, const DeviceState& device,
                                const TrainedRun& run) {
  const auto on_device = [&space](const Vector<float, AnyModel::Exec>& values) {
    return StateArray(values.size(), [space, values](std::size_t first, std::size_t count) {
      return download(space, Vector<float, AnyModel::Exec>(values.data() + first, count));
    });
  };
  TrainingState state;
  state.epoch = epoch;
  state.parameters = on_device(device.parameters);
  state.moment1 = on_device(device.moment1);
  state.moment2 = on_device(device.moment2);
  state.best_epoch = run.best_epoch;
  if (run.best_epoch > 0) state.best_parameters = on_device(device.best);
  state.loss = run.loss;
  state.validation_loss = run.validation_loss;
  state.validation_pearson = run.validation_pearson;
  state.seconds = run.seconds;
  return state;
}

/// The reverse of take_state().
inline void put_state(const AnyModel::Exec& space, const TrainingState& state, const DeviceState& device,
                      TrainedRun& run) {
  const auto to_device = [&space](const StateArray& values, const Vector<float, AnyModel::Exec>& view) {
    values.for_each_part([&](std::size_t first, const std::vector<float>& part) {
      upload(space, Vector<float, AnyModel::Exec>(view.data() + first, part.size()), part);
    });
  };
  to_device(state.parameters, device.parameters);
  to_device(state.moment1, device.moment1);
  to_device(state.moment2, device.moment2);
  to_device(state.best_parameters, device.best);
  run.best_epoch = state.best_epoch;
  run.loss = state.loss;
  run.validation_loss = state.validation_loss;
  run.validation_pearson = state.validation_pearson;
  run.seconds = state.seconds;
}

}  // namespace gsrgnn
