#pragma once

/// What a training will take of the device's memory, known before any of it is taken: the trainer allocates exactly
/// what is planned here. And the limit that it has to keep to.

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/models/model.hpp>
#include <gsrgnn/training/training_circuits.hpp>
#include <gsrgnn/util/arena.hpp>
#include <optional>

namespace gsrgnn {

/// All that a plan for one circuit depends on beside the deck.
struct CircuitSize {
  CircuitCounts counts, nodes;  ///< of the circuit, and of the graph that a model sees (model_nodes.hpp)
  int features = 0, types = 0, labels = 0;
};
/// Throws InputError at `place` when the circuit has no label, and so cannot be trained on.
CircuitSize size_for_training(const Deck& deck, const Circuit& circuit, const std::string& place);

/// A circuit that a rank holds: its size, and what its model is for.
struct SizedCircuit {
  CircuitCounts counts;  ///< of the graph that its model sees
  Purpose purpose;
};

/// Bytes of the device's memory: of the training of one circuit, or of a rank with its circuits of several.
class MemoryPlan {
 public:
  MemoryPlan(const ModelSettings& model, const CircuitSize& size);
  explicit MemoryPlan(const TrainingCircuits& circuits);

  std::int64_t planned() const { return bytes_.all(); }
  /// Of the parts, which add up to what is planned.
  std::int64_t planned(MemoryPart part) const { return bytes_.parts[static_cast<std::size_t>(part)]; }
  const ModelSettings& model() const { return shape_; }
  const std::vector<SizedCircuit>& circuits() const { return circuits_; }
  /// Of the three arenas that a training allocates (training_bench.hpp).
  std::int64_t resident() const { return bytes_.resident; }
  std::int64_t of_model() const { return bytes_.model; }
  std::int64_t best() const { return bytes_.best; }

  /// The most layers that fit, with all else as it is; 0: not even one. At most as many as a deck can ask for.
  int most_layers(std::int64_t limit) const;
  /// The largest k that fits, with all else as it is; 0: not even 1. Nothing for models without k.
  std::optional<int> most_k(std::int64_t limit) const;

 private:
  struct Bytes {
    std::array<std::int64_t, kMemoryParts> parts{};
    std::int64_t resident = 0, model = 0, best = 0;
    std::int64_t all() const { return resident + model + best; }
  };
  Bytes measure(const ModelShape& shape) const;
  std::int64_t planned_with(int layers, int k) const;

  ModelShape shape_;
  std::vector<SizedCircuit> circuits_;
  UpdateRule rule_;
  Bytes bytes_;
};

/// What the device has free now, of which the ranks that share it have equal parts. All ranks must call it. 0: unknown.
std::int64_t share_of_device(const Mpi& mpi);
/// What a training of the deck may take on this rank: its memory_limit, or else the share of the device.
std::int64_t memory_limit(const Mpi& mpi, const Deck& deck);

/// Throws RunError, with the numbers and with what would fit, when the plan is beyond the memory_limit() `limit`.
void require_fit(const MemoryPlan& plan, const Deck& deck, std::int64_t limit);

/// Names of a part: as a key of `plan --json`, and for people.
struct MemoryPartName {
  const char *key, *text;
};
MemoryPartName name_of(MemoryPart part);

}  // namespace gsrgnn
