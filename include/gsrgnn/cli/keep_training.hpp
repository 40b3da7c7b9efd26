#pragma once

/// What the trainings of `gsrgnn train` have in common, of one circuit and of several: they keep checkpoints and end
/// with a run file, and say so.

#include <functional>
#include <gsrgnn/training/checkpoint.hpp>

namespace gsrgnn::cli {

/// Whether the deck's run on circuits of this content_hash() is there already, as for a job that is put back into the
/// queue just when it had ended. Says it, and removes what was kept to go on from. Throws InputError when it is that of
/// other circuits, under the same names.
bool complete_already(const Deck& deck, const std::string& content_hash);

/// Calls train(options), which may throw Stopped: what that says is followed by how to go on. `speaks`: whether this
/// rank tells of a checkpoint that is passed over.
void keep_training(const Deck& deck, bool resume, bool speaks,
                   const std::function<void(const CheckpointOptions&)>& train);

/// Removes what the run file replaces, once it is on the disk.
void remove_superseded(const std::string& output);

}  // namespace gsrgnn::cli
