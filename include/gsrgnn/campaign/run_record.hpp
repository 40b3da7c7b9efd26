#pragma once

/// What a sweep's folder knows of a run: NAME.h5, its run file; or NAME.failed (failure_record.hpp), why there is none;
/// and who works on it: no two processes at a time, whether of one sweep or of several started on the same folder.

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

/// Locks on the runs of a folder, held by the process: the kernel gives them up at its death, however it dies, so there
/// are no stale ones. They are POSIX locks (fcntl) of one byte a run, at the run's hash, of the file sweep.lock, which
/// stays empty and is never removed; one file, because a lock file that is removed after use can be locked twice.
///
/// Over NFS they hold between nodes as far as its lock manager does (v4, or v3 with lockd); Lustre wants the mount
/// option `flock`. Where there are none, two sweeps on one folder may train a run twice; its file is whole all the
/// same.
class RunLocks {
 public:
  /// Opens or makes folder/sweep.lock, which must not be open twice in a process (POSIX: closing one releases the
  /// locks of all). Throws InputError when it cannot.
  explicit RunLocks(const std::string& folder);
  ~RunLocks();
  RunLocks(const RunLocks&) = delete;
  RunLocks& operator=(const RunLocks&) = delete;

  /// Whether this process may now work on the run: false while another does. Always true without support().
  bool claim(std::uint64_t hash);
  void release(std::uint64_t hash);
  /// Whether the file system has locks; known after the first claim.
  bool supported() const { return supported_; }

 private:
  int file_ = -1;
  bool supported_ = true;
};

/// A claim for as long as it lives.
class RunClaim {
 public:
  RunClaim(RunLocks& locks, std::uint64_t hash) : locks_(locks), hash_(hash), held_(locks.claim(hash)) {}
  ~RunClaim() {
    if (held_) locks_.release(hash_);
  }
  RunClaim(const RunClaim&) = delete;
  RunClaim& operator=(const RunClaim&) = delete;
  bool held() const { return held_; }

 private:
  RunLocks& locks_;
  std::uint64_t hash_;
  bool held_;
};

/// Removes the temporary files that the death of a process left of runs that nobody works on, and the checkpoints of
/// those that are done; nothing where the file system has no locks to tell.
void clean_sweep_folder(const std::string& folder, const std::vector<SweepRun>& runs, RunLocks& locks);

}  // namespace gsrgnn
