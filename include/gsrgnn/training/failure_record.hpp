#pragma once

/// The record of a run that failed, NAME.failed: a JSON object, which stands where the run file would.

#include <optional>
#include <string>

namespace gsrgnn {

struct FailureRecord {
  std::string name, reason;
  int exit_code = 3;                      ///< that of gsrgnn train: 2 for bad input, 3 otherwise
  bool final = false;                     ///< it would fail again
  std::string revision, deck_hash, deck;  ///< of the program; of the deck's identity, which `deck` is
};

/// Writes it whole, under a temporary name, and renames it. Returns whether it could.
bool write_failure_record(const std::string& path, const FailureRecord& record);
/// What a record tells; texts that it lacks are empty, and one that lacks its reason is not final. Nothing when the
/// file cannot be read or holds no object.
std::optional<FailureRecord> read_failure_record(const std::string& path);

}  // namespace gsrgnn
