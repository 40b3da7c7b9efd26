#pragma once

/// What a sweep's folder knows of a run: NAME.h5, its run file; or NAME.failed (failure_record.hpp), why there is none.

#include <gsrgnn/campaign/run_locks.hpp>
#include <gsrgnn/campaign/sweep_deck.hpp>
#include <gsrgnn/training/failure_record.hpp>
#include <string>

namespace gsrgnn {

std::string run_path(const std::string& folder, const SweepRun& run);      ///< FOLDER/NAME.h5
std::string failure_path(const std::string& folder, const SweepRun& run);  ///< FOLDER/NAME.failed

enum class RunState { none, complete, damaged };
/// Whether there is a run file that can be read and holds this deck. `why` says what is wrong with a damaged one.
RunState run_state(const std::string& folder, const SweepRun& run, std::string& why);

/// Writes NAME.failed whole, under a temporary name, and renames it. Returns whether it could.
bool write_failure(const std::string& folder, const SweepRun& run, const Failure& failure);
/// Whether there is the record of a final failure of this deck with this revision of the program.
bool read_final_failure(const std::string& folder, const SweepRun& run, Failure& failure);

/// Removes the temporary files that the death of a process left of runs that nobody works on, and the checkpoints of
/// those that are done; nothing where the file system has no locks to tell.
void clean_sweep_folder(const std::string& folder, const std::vector<SweepRun>& runs, RunLocks& locks);

}  // namespace gsrgnn
