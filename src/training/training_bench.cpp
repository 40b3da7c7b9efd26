#include <gsrgnn/training/training_bench.hpp>

#include <gsrgnn/util/blas.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/machine.hpp>
#include <gsrgnn/util/stopwatch.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn {
namespace {

StateArray on_device(const Exec& space, const Vector<float, Exec>& values) {
  return StateArray(values.size(), [space, values](std::size_t first, std::size_t count) {
    return download(space, Vector<float, Exec>(values.data() + first, count));
  });
}

void to_device(const Exec& space, const StateArray& values, const Vector<float, Exec>& view) {
  values.for_each_part([&](std::size_t first, const std::vector<float>& part) {
    upload(space, Vector<float, Exec>(view.data() + first, part.size()), part);
  });
}

/// An instance whose copies do not wait for the work of the default one, where there is such.
Exec make_courier() {
#if KOKKOS_VERSION >= 40000
  if constexpr (!Tuning<Exec>::kHost) return Kokkos::Experimental::partition_space(Exec(), 1).front();
#endif
  return Exec();
}

}  // namespace

TrainingBench::TrainingBench(const Mpi& all_ranks, const Deck& of_run, const TrainingCircuits& all)
    : mpi(all_ranks), deck(of_run), circuits(all), courier_(make_courier()) {
  const auto outputs = static_cast<double>(circuits.model.shape.outputs);
  for (const TrainingDesign& d : circuits.designs) {
    training_values += static_cast<double>(d.training_cells) * outputs;
    validation_values += static_cast<double>(d.validation_cells) * outputs;
  }
  const std::int64_t limit = memory_limit(mpi, deck);
  mpi.together([&] {
    const MemoryPlan plan(circuits, keep_within(deck, limit), limit);
    require_fit(plan, deck, limit);
    reserve_blas_buffer();
    allocate(plan);
    load();
  });
}

void TrainingBench::allocate(const MemoryPlan& plan) {
  use_.planned = plan.planned();
  const auto make = [](std::int64_t bytes) { return Arena<Exec>(static_cast<std::size_t>(bytes)); };
  try {
    arenas_.reset(
        new TrainingArenas{make(plan.resident()), make(plan.of_model()), make(plan.best()), make(plan.present())});
  } catch (const std::exception&) {
    throw RunError(
        fmt::format("the device could not give the {} bytes that were planned; give a memory_limit, and see gsrgnn "
                    "plan for what fits it",
                    with_commas(plan.planned())));
  }
  memory_ =
      std::make_unique<TrainingMemory>(*arenas_, circuits.model.shape, plan.circuits(), circuits.rule, plan.streams());
  for (const CircuitOnDevice& on : memory_->circuits) {
    if (on.model->parameters().data() != memory_->parameters.data()) {
      Kokkos::abort("gsrgnn::TrainingBench: models do not share their parameters");
    }
  }
  use_.allocated = static_cast<std::int64_t>(arenas_->resident.used() + arenas_->model.used() + arenas_->best.used() +
                                             arenas_->present.used());
}

void TrainingBench::load() {
  const TrainingMemory& m = *memory_;
  // Block by block, for all of them would need as much of the host's memory again.
  for (const ParameterBlock& block : m.table.blocks) {
    std::vector<float> initial(static_cast<std::size_t>(block.count));
    if (const std::vector<float>& given = circuits.model.parameters; !given.empty()) {
      std::copy_n(given.begin() + block.first, block.count, initial.begin());
    } else {
      const auto drawn = m.table.initial_values(deck.train.seed, block);
      std::copy(drawn.begin(), drawn.end(), initial.begin());
    }
    upload(space, Vector<float, Exec>(m.parameters.data() + block.first, initial.size()), initial);
  }
  for (std::size_t i = 0; i < m.circuits.size(); ++i) {
    m.circuits[i].streamed.size() == 0 ? load_circuit(i) : keep_image(i);
  }
}

void TrainingBench::load_circuit(std::size_t i) {
  CircuitOnDevice& on = memory_->circuits[i];
  const HeldCircuit& held = circuits.held[i];
  Kokkos::deep_copy(space, on.streamed, std::uint8_t{0});  // as an arena's memory is at first
  on.model->set_graph(space, held.nodes.graph());
  auto rest = held.nodes.means(held.label, on.label.extent(1));  // what is to be learned
  for (std::size_t v = 0; v < held.start.size(); ++v) rest[v] -= held.start[v];
  upload(space, on.label, rest);
  if (!held.weight.empty()) upload(space, on.weight, held.weight);
  upload(space, on.part, held.nodes.parts(held.part));
}

void TrainingBench::keep_image(std::size_t held) {
  if constexpr (!Tuning<Exec>::kHost) {
    load_circuit(held);
    const auto& streamed = memory_->circuits[held].streamed;
    images_.emplace_back("gsrgnn::circuit_image", streamed.size());
    Kokkos::deep_copy(space, images_[held], streamed);
    space.fence();
  }
}

void TrainingBench::send(std::size_t held) {
  if (images_.empty()) return;
  Kokkos::deep_copy(courier_, Vector<std::uint8_t, Exec>(memory_->next.data(), images_[held].size()), images_[held]);
  sent_ = held;
}

void TrainingBench::bring(std::size_t held) {
  if (images_.empty()) return load_circuit(held);
  if (sent_ != held) send(held);
  courier_.fence();
  const auto& streamed = memory_->circuits[held].streamed;
  Kokkos::deep_copy(space, streamed, Vector<std::uint8_t, Exec>(memory_->next.data(), streamed.size()));
  space.fence();  // before the next is sent to where it lies
  sent_ = kNone;
}

CircuitOnDevice& TrainingBench::attach(std::size_t held) {
  CircuitOnDevice& on = memory_->circuits[held];
  if (attached_ == held) return on;
  Stopwatch<Exec> watch(space);
  if (attached_ != kNone) {  // an arena's memory is zero at first
    const std::size_t first = memory_->parameters.size() * sizeof(float);
    Kokkos::deep_copy(space,
                      Vector<std::uint8_t, Exec>(reinterpret_cast<std::uint8_t*>(memory_->parameters.data()) + first,
                                                 on.model_bytes - first),
                      std::uint8_t{0});
  }
  if (on.streamed.size() > 0) bring(held);
  on.model->inputs().set(space, circuits.held[held].inputs.feature, circuits.held[held].inputs.type);
  attached_ = held;
  laps.copy += watch.lap();
  return on;
}

void TrainingBench::sum_over_ranks(const Vector<std::int64_t, Exec>& values) {
  if (mpi.size() == 1) return;
  if constexpr (Tuning<Exec>::kHost) {
    space.fence();
    mpi.sum(values.data(), values.size());
  } else {
    if (for_ranks_.size() != values.size()) for_ranks_ = HostBuffer<std::int64_t>("gsrgnn::for_ranks", values.size());
    Kokkos::deep_copy(space, for_ranks_, values);
    space.fence();
    mpi.sum(for_ranks_.data(), values.size());
    Kokkos::deep_copy(space, values, for_ranks_);
  }
}

std::vector<float> TrainingBench::prediction(std::size_t held) const {
  return with_start(held, download(space, memory_->circuits[held].model->output()));
}

std::vector<float> TrainingBench::final_prediction(std::size_t held) {
  AnyModel& model = *attach(held).model;
  return with_start(held, mean_over_flips(output_of_each_flip(space, circuits.model.shape, model)));
}

std::vector<float> TrainingBench::with_start(std::size_t held, std::vector<float> of_nodes) const {
  const HeldCircuit& circuit = circuits.held[held];
  for (std::size_t i = 0; i < circuit.start.size(); ++i) of_nodes[i] += circuit.start[i];
  return circuit.nodes.to_cells(std::move(of_nodes), memory_->circuits[held].label.extent(1));
}

MemoryUse TrainingBench::use() const {
  MemoryUse use = use_;
  use.process_peak = process_peak();
  return use;
}

TrainingState TrainingBench::take_parameters(bool with_best) const {
  TrainingState state;
  state.parameters = on_device(space, memory_->parameters);
  state.moment1 = on_device(space, memory_->moment1);
  state.moment2 = on_device(space, memory_->moment2);
  if (with_best) state.best_parameters = on_device(space, memory_->best);
  return state;
}

void TrainingBench::put_parameters(const TrainingState& state) {
  to_device(space, state.parameters, memory_->parameters);
  to_device(space, state.moment1, memory_->moment1);
  to_device(space, state.moment2, memory_->moment2);
  to_device(space, state.best_parameters, memory_->best);
}

std::vector<float> TrainingBench::release() {
  const Vector<float, Exec> best = memory_->best;
  memory_.reset();
  arenas_->resident = arenas_->model = arenas_->present = Arena<Exec>();
  images_.clear();
  auto values = download(space, best);
  arenas_.reset();
  return values;
}

}  // namespace gsrgnn
