#include <algorithm>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/machine.hpp>
#include <gsrgnn/util/text.hpp>

#include "training/training_setup.hpp"

namespace gsrgnn {
namespace {

struct PartName {
  const char *key, *words;
};
constexpr std::array<PartName, kMemoryParts> kPartNames = {{
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

using Exec = AnyModel::Exec;

Arena<Exec> measure(const Deck::Model& model, const CircuitSize& size) {
  Arena<Exec> arena;
  const TrainingSetup planned(arena, arena, model_shape(model, size), model.adjacency, size.counts);
  return arena;
}

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

/// What would fit, as a cure.
std::string cure(const MemoryPlan& plan, std::int64_t limit) {
  const int layers = plan.most_layers(limit);
  const auto k = plan.most_k(limit);
  std::vector<std::string> ways;
  if (layers > 0) {
    ways.push_back(k ? fmt::format("with k {} up to {} layers do", plan.model().k, layers)
                     : fmt::format("up to {} layers do", layers));
  }
  if (k.value_or(0) > 0) ways.push_back(fmt::format("with {} layers a k up to {} does", plan.model().layers, *k));
  if (!ways.empty()) return fmt::format("{}", fmt::join(ways, ", "));
  return fmt::format("fewer layers{} would not do either, a smaller model.hidden might", k ? " or a smaller k" : "");
}

}  // namespace

CircuitSize size_for_training(const Circuit& circuit, const std::string& place) {
  if (circuit.labels() == 0) {
    throw InputError(place, "the circuit has no label to learn", "give a routed design, or use gsrgnn predict");
  }
  return {count(circuit), static_cast<int>(circuit.features()), static_cast<int>(circuit.type_name.size()),
          static_cast<int>(circuit.labels())};
}

ModelShape model_shape(const Deck::Model& model, const CircuitSize& size) {
  ModelShape shape;
  shape.kind = model.kind;
  shape.features = size.features;
  shape.types = size.types;
  shape.outputs = size.labels;
  shape.layers = model.layers;
  shape.hidden = model.hidden;
  shape.groups = model.groups;
  shape.k = model.k;
  shape.residual = model.residual;
  shape.dropout = model.dropout;
  return shape;
}

MemoryPlan::MemoryPlan(const Deck::Model& model, const CircuitSize& size) : model_(model), size_(size) {
  const Arena<Exec> arena = measure(model, size);
  for (std::size_t part = 0; part < kMemoryParts; ++part) {
    parts_[part] = static_cast<std::int64_t>(arena.used(static_cast<MemoryPart>(part)));
  }
  planned_ = static_cast<std::int64_t>(arena.used());
}

std::int64_t MemoryPlan::planned_of(const Deck::Model& model) const {
  return static_cast<std::int64_t>(measure(model, size_).used());
}

int MemoryPlan::most_layers(std::int64_t limit) const {
  return largest_within(limit, kMostLayers, [&](int layers) {
    Deck::Model other = model_;
    other.layers = layers;
    return planned_of(other);
  });
}

std::optional<int> MemoryPlan::most_k(std::int64_t limit) const {
  if (model_.kind != ModelKind::gsr) return std::nullopt;
  return largest_within(limit, model_.hidden / model_.groups, [&](int k) {
    Deck::Model other = model_;
    other.k = k;
    return planned_of(other);
  });
}

std::int64_t memory_limit(const Deck& deck) {
  return deck.memory_limit > 0 ? deck.memory_limit : free_device_memory();
}

void require_fit(const MemoryPlan& plan, const Deck& deck) {
  const std::int64_t limit = memory_limit(deck);
  if (limit == 0 || plan.planned() <= limit) return;
  throw RunError(fmt::format("{} do not fit {} {}; {}", megabytes(plan.planned()),
                             deck.memory_limit > 0 ? "the memory limit of" : "what the device has free,",
                             megabytes(limit), cure(plan, limit)));
}

const char* words_of(MemoryPart part) {
  return kPartNames[static_cast<std::size_t>(part)].words;
}

const char* key_of(MemoryPart part) {
  return kPartNames[static_cast<std::size_t>(part)].key;
}

}  // namespace gsrgnn
