#include <algorithm>
#include <gsrgnn/circuit/gcell_circuit.hpp>
#include <gsrgnn/training/training_bench.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/exchange.hpp>
#include <gsrgnn/util/machine.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn {
namespace {

constexpr std::array<MemoryPartName, kMemoryParts> kMemoryPartNames = {{
    {"graph", "graph"},
    {"cells", "features, types and labels of the cells"},
    {"parameters", "parameters"},
    {"adam", "Adam's moments"},
    {"best", "parameters of the best epoch"},
    {"gradient", "gradient of one block"},
    {"activations", "activations kept for backward"},
    {"embedding", "embedding and its gradient"},
    {"dropout", "dropout masks"},
    {"workspace", "work space of a layer"},
}};

/// The largest value from 1 to `most` for which bytes(value) is within the limit; 0: none. bytes never falls, and rises
/// on a straight line but for rounding: few steps along the line through the first and the last value lead there.
template <class Bytes>
int largest_within(std::int64_t limit, int most, const Bytes& bytes) {
  const std::int64_t first = bytes(1);
  if (first > limit) return 0;
  int fits = 1, fails = most + 1;
  for (double guess = 2; fails - fits > 1;) {
    const int value = static_cast<int>(std::clamp<double>(guess, fits + 1, fails - 1));
    const std::int64_t taken = bytes(value);
    (taken <= limit ? fits : fails) = value;
    const double slope = static_cast<double>(taken - first) / (value - 1);
    guess = slope > 0 ? value + static_cast<double>(limit - taken) / slope : 2.0 * value;
  }
  return fits;
}

std::string megabytes(std::int64_t bytes) {
  return fmt::format("{} bytes ({:.1f} MB)", with_commas(bytes), static_cast<double>(bytes) * 1e-6);
}

/// What would fit, as a hint.
std::string hint(const MemoryPlan& plan, std::int64_t limit) {
  const int layers = plan.most_layers(limit);
  const auto k = plan.most_k(limit);
  std::vector<std::string> ways;
  if (plan.planned_keeping_none() <= limit) return "with keep: fit it does";
  if (layers > 0) {
    ways.push_back(k ? fmt::format("with k {} up to {} layers do", plan.model().k, layers)
                     : fmt::format("up to {} layers do", layers));
  }
  if (k.value_or(0) > 0) ways.push_back(fmt::format("with {} layers a k up to {} does", plan.model().layers, *k));
  if (!ways.empty()) return fmt::format("{}", fmt::join(ways, ", "));
  return fmt::format("fewer layers{} would not do either, a smaller model.hidden might", k ? " or a smaller k" : "");
}

}  // namespace

bool has_weights(const Deck& deck) {
  return deck.model.nodes == Nodes::gcells || deck.train.loss == TrainingLoss::hot;
}

CircuitSize size_for_training(const Deck& deck, const Circuit& circuit, const std::string& place) {
  if (circuit.labels() == 0) {
    throw InputError(place, "the circuit has no label to learn", "give a routed design, or use gsrgnn predict");
  }
  const CircuitCounts counts = count(circuit);
  const bool cells = deck.model.nodes == Nodes::cells;
  return {counts,
          cells ? counts : count(gcell_circuit(circuit)),
          static_cast<int>(feature_names(circuit, deck.features).size()),
          cells ? static_cast<int>(trained_types(deck, circuit.type_name)) : 0,
          static_cast<int>(circuit.labels()),
          has_weights(deck)};
}

MemoryPlan::MemoryPlan(const ModelSettings& model, const CircuitSize& size, std::int64_t keep_within)
    : shape_{model, size.features, size.types, size.labels},
      circuits_{{size.nodes, Purpose::training, size.weighted}},
      rule_(UpdateRule::by_block),
      keeps_all_(keep_within == kKeepAll) {
  keep_what_fits(keep_within);
}

MemoryPlan::MemoryPlan(const TrainingCircuits& circuits, std::int64_t keep_within, std::int64_t limit)
    : shape_(circuits.model.shape), rule_(circuits.rule), keeps_all_(keep_within == kKeepAll) {
  for (const HeldCircuit& held : circuits.held) {
    const TrainingDesign& design = circuits.designs[held.design];
    circuits_.push_back(
        {design.nodes, design.part == Part::training ? Purpose::training : Purpose::prediction, !held.weight.empty()});
  }
  if (limit != kNoLimit) stream_what_does_not_fit(limit);
  keep_what_fits(keep_within);
}

void MemoryPlan::stream_what_does_not_fit(std::int64_t limit) {
  const auto circuits = circuits_keeping(keeps_all_ ? shape_.layers : 0);
  const std::int64_t together = measure(shape_, circuits).all();
  if (together <= limit) return;
  streams_ = true;
  streams_ = measure(shape_, circuits).all() < together;
}

void MemoryPlan::keep_what_fits(std::int64_t keep_within) {
  bytes_ = measure(shape_, circuits_);
  if (keep_within <= bytes_.all() || planned_keeping_all() == bytes_.all()) return;
  // The circuits' models share an arena, as large as the largest of them.
  const std::int64_t for_model = keep_within - (bytes_.all() - bytes_.model);
  for (SizedCircuit& circuit : circuits_) {
    if (circuit.purpose != Purpose::training) continue;
    circuit.kept_layers = largest_within(for_model, shape_.layers, [&](int layers) {
      return measure(shape_, {{circuit.counts, circuit.purpose, circuit.weighted, layers}}).model;
    });
  }
  bytes_ = measure(shape_, circuits_);
}

int MemoryPlan::kept_layers() const {
  int fewest = shape_.layers;
  for (const SizedCircuit& circuit : circuits_) {
    if (circuit.purpose == Purpose::training) fewest = std::min(fewest, circuit.kept_layers);
  }
  return fewest;
}

std::vector<SizedCircuit> MemoryPlan::circuits_keeping(int layers) const {
  auto circuits = circuits_;
  for (SizedCircuit& circuit : circuits) circuit.kept_layers = layers;
  return circuits;
}

std::int64_t MemoryPlan::planned_keeping_all() const {
  return measure(shape_, circuits_keeping(shape_.layers)).all();
}

std::int64_t MemoryPlan::planned_keeping_none() const {
  return measure(shape_, circuits_keeping(0)).all();
}

MemoryPlan::Bytes MemoryPlan::measure(const ModelShape& shape, const std::vector<SizedCircuit>& circuits) const {
  TrainingArenas arenas;
  const TrainingMemory memory(arenas, shape, circuits, rule_, streams_);
  const auto used = [](const auto& arena, auto... part) { return static_cast<std::int64_t>(arena.used(part...)); };
  Bytes bytes;
  for (std::size_t p = 0; p < kMemoryParts; ++p) {
    const auto part = static_cast<MemoryPart>(p);
    bytes.parts[p] =
        used(arenas.resident, part) + used(arenas.model, part) + used(arenas.best, part) + used(arenas.present, part);
  }
  bytes.resident = used(arenas.resident);
  bytes.model = used(arenas.model);
  bytes.best = used(arenas.best);
  bytes.present = used(arenas.present);
  return bytes;
}

std::int64_t MemoryPlan::planned_with(int layers, int k) const {
  ModelShape other = shape_;
  other.layers = layers;
  other.k = k;
  return measure(other, circuits_keeping(keeps_all_ ? layers : 0)).all();
}

int MemoryPlan::most_layers(std::int64_t limit) const {
  const int most = std::min(kMostLayers, kMostBlocks / shape_.groups);
  return largest_within(limit, most, [&](int layers) { return planned_with(layers, shape_.k); });
}

std::optional<int> MemoryPlan::most_k(std::int64_t limit) const {
  if (!traits_of(shape_.kind).k) return std::nullopt;
  return largest_within(limit, shape_.width(), [&](int k) { return planned_with(shape_.layers, k); });
}

std::int64_t share_of_device(const Mpi& mpi) {
  const std::int64_t free = free_device_memory();
  const auto places = gather_to_all(mpi, device_place());
  return free / std::max<std::int64_t>(std::count(places.begin(), places.end(), device_place()), 1);
}

std::int64_t memory_limit(const Mpi& mpi, const Deck& deck) {
  return deck.memory_limit > 0 ? deck.memory_limit : share_of_device(mpi);
}

std::int64_t keep_within(const Deck& deck, std::int64_t limit) {
  switch (deck.keep) {
    case Keep::none:
      return MemoryPlan::kKeepNone;
    case Keep::all:
      return MemoryPlan::kKeepAll;
    default:
      return deck.memory_limit > 0 ? limit : limit / 2;
  }
}

void require_fit(const MemoryPlan& plan, const Deck& deck, std::int64_t limit) {
  if (limit == 0 || plan.planned() <= limit) return;
  throw RunError(fmt::format("{} do not fit {} {}; {}", megabytes(plan.planned()),
                             deck.memory_limit > 0 ? "the memory limit of" : "what the device has free,",
                             megabytes(limit), hint(plan, limit)));
}

MemoryPartName name_of(MemoryPart part) {
  return kMemoryPartNames[static_cast<std::size_t>(part)];
}

}  // namespace gsrgnn
