#pragma once

/// Checkpoints: a training's state on disk, from which it goes on after it was stopped or killed.
///
/// Those of the run file OUTPUT are OUTPUT.checkpoint and, one older, OUTPUT.checkpoint.previous. Each is an HDF5 file,
/// whole and on the disk before it has its name: attributes of "/" (kind = "gsrgnn checkpoint", version,
/// program_version, revision, execution_space, deck_hash, circuit, circuit_hash, seed, epoch, epochs, best_epoch,
/// and with train.from ancestor_hash), /deck (the resolved deck) and /state, with the arrays of TrainingState. Arrays
/// of parameters are as they lie in memory, for only the revision that wrote a checkpoint goes on from it: another may
/// compute other bits.

#include <gsrgnn/circuit/content_hash.hpp>
#include <gsrgnn/training/trainer.hpp>
#include <optional>

namespace gsrgnn {

std::string checkpoint_path(const std::string& output);           ///< OUTPUT.checkpoint
std::string previous_checkpoint_path(const std::string& output);  ///< OUTPUT.checkpoint.previous

/// The checkpoints of one run.
class Checkpoints {
 public:
  /// `circuit` and `hash` are the name and the content_hash() of what is trained on, `ancestor` the hash of the model
  /// that it started from.
  Checkpoints(const Deck& deck, std::string circuit, std::string hash, std::string ancestor = "");
  Checkpoints(const Deck& deck, const Circuit& circuit) : Checkpoints(deck, circuit.name, content_hash(circuit)) {}

  /// Makes `state` the newest; the newest becomes the previous. Throws InputError when it cannot be written; the newest
  /// is still there then.
  void write(const TrainingState& state) const;
  /// The newest that is whole, or nothing; its StateArrays are read from it when they are asked for. `note` then names
  /// what was damaged and so passed over. Throws InputError when it is of a deck that the training does not go on from
  /// (deck_difference.hpp), or of another circuit or revision of the program.
  std::optional<TrainingState> read(std::string& note) const;

 private:
  std::optional<TrainingState> read_one(const std::string& path, std::string& note) const;

  const Deck& deck_;
  std::string circuit_name_, circuit_hash_, ancestor_hash_;
};

/// Removes the checkpoints of a run file, once it is on the disk.
void remove_checkpoints(const std::string& output);
/// Removes what killed processes left of this run file and its checkpoints, unfinished and so without their name. Looks
/// through the whole folder.
void remove_unfinished(const std::string& output);

/// How a training that keeps checkpoints behaves.
struct CheckpointOptions {
  bool resume = false;                          ///< go on from a checkpoint, if there is one
  bool restart_when_refused = false;            ///< and start anew when it is of another deck, circuit or revision
  bool log = false;                             ///< write OUTPUT.log.csv (epoch_log.hpp)
  std::function<std::string()> stop;            ///< asked between epochs: why to stop now, or ""
  std::function<void(const std::string&)> say;  ///< lines on checkpoints for the user
};

/// train(), with checkpoints as the deck asks for them, which rank 0 reads and writes. options.say is called there
/// only, options.stop on all ranks, and one that is asked to stop stops all: throws Stopped when a checkpoint was
/// written. The checkpoints stay; remove them when the run file is written, unless the deck keeps the last.
TrainedRun train_with_checkpoints(const Mpi& mpi, const Deck& deck, const TrainingCircuits& circuits,
                                  const ReportProgress& report, const CheckpointOptions& options);

struct CheckpointDescription {
  std::string circuit;
  std::int64_t epoch = 0, epochs = 0, best_epoch = 0;
  double validation_pearson = 0, loss = 0;  ///< at best_epoch, and the last; not a number where there is none
  double seconds = 0;                       ///< of all epochs
  std::int64_t seed = 0;
  std::string deck_hash, program_version, revision, execution_space, deck;
};
CheckpointDescription describe_checkpoint(const Hdf5Reader& file);

constexpr const char* kCheckpointKind = "gsrgnn checkpoint";

}  // namespace gsrgnn
