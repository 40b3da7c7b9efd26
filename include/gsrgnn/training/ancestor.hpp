#pragma once

/// Starting from a model that is there (train.from) instead of from random numbers, as for a new design of a technology
/// that much is known of. The training has that model's weights, and sees circuits as it does: with its features and
/// labels in its units, the map that it starts from, and its cell types, found by name.

#include <gsrgnn/training/saved_model.hpp>

namespace gsrgnn {

struct Ancestor {
  SavedModel model;
  std::string hash;  ///< content_hash() of it as it was found
};
/// The model of the deck's train.from, with the cell types of `usual` that it does not know behind its own, whose rows
/// are zero. `usual` is the model from scratch, without parameters. Throws InputError when the file holds no model, or
/// one of other settings (`model`, but for dropout), features or labels.
Ancestor read_ancestor(const Deck& deck, const SavedModel& usual);

/// So many cell types has the model of a training of a circuit with these.
std::size_t trained_types(const Deck& deck, const std::vector<std::string>& of_circuit);

}  // namespace gsrgnn
