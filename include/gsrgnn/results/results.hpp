#pragma once

/// Many runs: one row each, from run files, folders of them and records of failures.

#include <functional>
#include <gsrgnn/training/run_file.hpp>

namespace gsrgnn {

/// One run as a row of a table: what it was made with, its scores, and what it cost.
struct RunSummary : RunDescription {
  std::string name;    ///< path of the run file below the collected folder, without .h5
  std::string status;  ///< "done" or "failed"
  std::string reason;  ///< of a failure

  bool done() const { return status == "done"; }
};

/// The column of a baseline's Pearson on the test part.
inline std::string baseline_column(const BaselineField& baseline) {
  return std::string(baseline.name) + "_pearson";
}

/// Calls visit(column, value) for each column of the table of runs, in its order: all but the lists and the designs.
template <class Summary, class Visit>
void for_each_field(Summary& run, const Visit& visit) {
  visit("name", run.name);
  for_each_fact(run, visit);
  visit("epochs_trained", run.epochs);
  visit("last_loss", run.loss);
  visit("validation_pearson", run.validation_pearson);
  for_each_part([&](const std::string& part, auto& seconds) { visit("seconds_" + part, seconds); }, run.seconds);
  visit("status", run.status);
  visit("reason", run.reason);
}

/// The kind that a file of this program says it is; empty when it says none.
std::string kind_of(const Hdf5Reader& file);

/// The row of a run file. Throws InputError when anything that it needs is missing, cannot be read or does not fit.
RunSummary summarise_run(const Hdf5Reader& file, const std::string& name);

/// A file that looked like a run and is none, or is damaged.
struct LeftOut {
  std::string path, reason;
};

struct RunTable {
  std::vector<RunSummary> rows;  ///< sorted by name
  std::vector<LeftOut> left_out;
};

/// Called on each whole run while its file is open; a run at which it throws InputError is left out.
using VisitRun = std::function<void(const Hdf5Reader&, const RunSummary&)>;

/// All runs of a folder and of the folders in it, sorted by name. Run files are the NAME.h5 that are run files (others
/// of this program's files, such as circuits, are passed over; files that are none of its are left out by name).
/// NAME.failed or NAME.h5.failed is the record of a run that failed: JSON with `reason` and `deck`; it counts unless
/// NAME.h5 is whole. Other files, temporary ones too, are passed over. Run files appear by being renamed, so a folder
/// can be read while it is still being written to. Throws InputError when the folder cannot be read.
RunTable read_run_folder(const std::string& folder, const VisitRun& visit = VisitRun());

}  // namespace gsrgnn
