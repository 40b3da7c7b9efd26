#pragma once

/// The record of a run that failed, NAME.failed: a JSON object, which stands where the run file would.

#include <optional>
#include <string>

namespace gsrgnn {

/// A run that failed. Training is repeatable bit for bit, so one that diverged would diverge again: it is final for the
/// revision of the program that ran it. All other failures (an unreadable circuit, memory, a full disk) may have been
/// mended, show before the first epoch, and are tried again by the next start.
struct Failure {
  std::string reason;
  int exit_code = 3;  ///< that of gsrgnn train: 2 for bad input, 3 otherwise
  bool final = false;
};

struct FailureRecord : Failure {
  std::string name, revision, deck_hash, deck;  ///< of the program; of the deck's identity, which `deck` is
};

/// Writes it whole, under a temporary name, and renames it. Returns whether it could.
bool write_failure_record(const std::string& path, const FailureRecord& record);
/// What a record tells; texts that it lacks are empty, and one that lacks its reason is not final. Nothing when the
/// file cannot be read or holds no object.
std::optional<FailureRecord> read_failure_record(const std::string& path);

}  // namespace gsrgnn
