#pragma once

/// What a training will take of the device's memory, known before any of it is taken: the trainer allocates exactly
/// what is planned here. And the limit that it has to keep to.

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/models/model.hpp>
#include <gsrgnn/training/training_circuits.hpp>
#include <gsrgnn/util/arena.hpp>
#include <limits>
#include <optional>

namespace gsrgnn {

/// All that a plan for one circuit depends on beside the deck.
struct CircuitSize {
  CircuitCounts counts, nodes;  ///< of the circuit, and of the graph that a model sees (model_nodes.hpp)
  int features = 0, types = 0, labels = 0;
  bool weighted = false;  ///< the loss has a weight for each label
};
/// Whether errors of the deck's nodes have weights in its loss: by their height, or as GCells of several cells.
bool has_weights(const Deck& deck);
/// Throws InputError at `place` when the circuit has no label, and so cannot be trained on.
CircuitSize size_for_training(const Deck& deck, const Circuit& circuit, const std::string& place);

/// A circuit that a rank holds: its size, what its model is for, and how many layers of it are kept (ModelShape).
struct SizedCircuit {
  CircuitCounts counts;  ///< of the graph that its model sees
  Purpose purpose;
  bool weighted = false;
  int kept_layers = 0;
};

/// Bytes of the device's memory: of the training of one circuit, or of a rank with its circuits of several. Of each
/// circuit's layers as many are kept as leave all of it within `keep_within` bytes: none if it is beyond that anyway.
class MemoryPlan {
 public:
  static constexpr std::int64_t kKeepNone = 0, kKeepAll = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t kNoLimit = 0;

  MemoryPlan(const ModelSettings& model, const CircuitSize& size, std::int64_t keep_within = kKeepNone);
  /// Circuits that are beyond `limit` together stream: what the device has of them shares the memory of the largest.
  explicit MemoryPlan(const TrainingCircuits& circuits, std::int64_t keep_within = kKeepNone,
                      std::int64_t limit = kNoLimit);

  std::int64_t planned() const { return bytes_.all(); }
  /// Of the parts, which add up to what is planned.
  std::int64_t planned(MemoryPart part) const { return bytes_.parts[static_cast<std::size_t>(part)]; }
  /// With all layers kept, and with none. Of models that rebuild nothing they are the same.
  std::int64_t planned_keeping_all() const;
  std::int64_t planned_keeping_none() const;
  /// How many layers are kept; of several circuits, the fewest of one.
  int kept_layers() const;
  const ModelSettings& model() const { return shape_; }
  const std::vector<SizedCircuit>& circuits() const { return circuits_; }
  bool streams() const { return streams_; }
  /// Of the arenas that a training allocates (training_bench.hpp).
  std::int64_t resident() const { return bytes_.resident; }
  std::int64_t of_model() const { return bytes_.model; }
  std::int64_t best() const { return bytes_.best; }
  std::int64_t present() const { return bytes_.present; }

  /// The most layers that fit, with all else as it is, and none of them kept unless all have to be; 0: not even one. At
  /// most as many as a deck can ask for.
  int most_layers(std::int64_t limit) const;
  /// The largest k that fits, likewise; 0: not even 1. Nothing for models without k.
  std::optional<int> most_k(std::int64_t limit) const;

 private:
  struct Bytes {
    std::array<std::int64_t, kMemoryParts> parts{};
    std::int64_t resident = 0, model = 0, best = 0, present = 0;
    std::int64_t all() const { return resident + model + best + present; }
  };
  Bytes measure(const ModelShape& shape, const std::vector<SizedCircuit>& circuits) const;
  void stream_what_does_not_fit(std::int64_t limit);
  void keep_what_fits(std::int64_t keep_within);
  std::vector<SizedCircuit> circuits_keeping(int layers) const;
  std::int64_t planned_with(int layers, int k) const;

  ModelShape shape_;
  std::vector<SizedCircuit> circuits_;
  UpdateRule rule_;
  bool keeps_all_, streams_ = false;
  Bytes bytes_;
};

/// What the device has free now, of which the ranks that share it have equal parts. All ranks must call it. 0: unknown.
std::int64_t share_of_device(const Mpi& mpi);
/// What a training of the deck may take on this rank: its memory_limit, or else the share of the device.
std::int64_t memory_limit(const Mpi& mpi, const Deck& deck);

/// Within how many bytes a training of the deck, that may take `limit`, keeps layers: by its `keep`. Without a
/// memory_limit that is half of what is free, for others may want some too.
std::int64_t keep_within(const Deck& deck, std::int64_t limit);

/// Throws RunError, with the numbers and with what would fit, when the plan is beyond the memory_limit() `limit`.
void require_fit(const MemoryPlan& plan, const Deck& deck, std::int64_t limit);

/// Names of a part: as a key of `plan --json`, and for people.
struct MemoryPartName {
  const char *key, *text;
};
MemoryPartName name_of(MemoryPart part);

}  // namespace gsrgnn
