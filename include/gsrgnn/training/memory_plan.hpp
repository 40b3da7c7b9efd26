#pragma once

/// What a training will take of the device's memory, known before any of it is taken: the trainer allocates exactly
/// what is planned here. And the limit that it has to keep to.

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/util/arena.hpp>
#include <optional>

namespace gsrgnn {

/// All that a plan depends on beside the deck.
struct CircuitSize {
  CircuitCounts counts;
  int features = 0, types = 0, labels = 0;
};
/// Throws InputError at `place` when the circuit has no label, and so cannot be trained on.
CircuitSize size_for_training(const Circuit& circuit, const std::string& place);

ModelShape model_shape(const Deck::Model& model, const CircuitSize& size);

/// Bytes of the device's memory.
class MemoryPlan {
 public:
  MemoryPlan(const Deck::Model& model, const CircuitSize& size);

  std::int64_t planned() const { return planned_; }
  /// Of the parts, which add up to what is planned.
  std::int64_t planned(MemoryPart part) const { return parts_[static_cast<std::size_t>(part)]; }
  const Deck::Model& model() const { return model_; }

  /// The most layers that fit, with all else as it is; 0: not even one. At most as many as a deck can ask for.
  int most_layers(std::int64_t limit) const;
  /// The largest k that fits, with all else as it is; 0: not even 1. Nothing for models without k.
  std::optional<int> most_k(std::int64_t limit) const;

 private:
  std::int64_t planned_of(const Deck::Model& model) const;

  Deck::Model model_;
  CircuitSize size_;
  std::array<std::int64_t, kMemoryParts> parts_{};
  std::int64_t planned_ = 0;
};

/// What a training of the deck may take: its memory_limit, or else what the device has free now. 0: unknown.
std::int64_t memory_limit(const Deck& deck);

/// Throws RunError, with the numbers and with what would fit, when the plan is beyond memory_limit(deck).
void require_fit(const MemoryPlan& plan, const Deck& deck);

/// A part's name: in words, and as a key of `plan --json`.
const char* words_of(MemoryPart part);
const char* key_of(MemoryPart part);

}  // namespace gsrgnn
