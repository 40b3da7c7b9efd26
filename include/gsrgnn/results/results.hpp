#pragma once

/// Many runs: one row each, from run files, folders of them and records of failures.

#include <array>
#include <functional>
#include <gsrgnn/training/run_file.hpp>

namespace gsrgnn {

/// One run as a row of a table: what it was made with, its scores, and what it cost.
struct RunSummary : RunDescription {
  std::string name;                        ///< path of the run file below the collected folder, without .h5
  std::string circuit_file;                ///< circuit_of_deck()
  std::string label;                       ///< names, joined by "+"
  double validation_pearson = kUndefined;  ///< at best_epoch
  std::string status;                      ///< "done" or "failed"
  std::string reason;                      ///< of a failure

  bool done() const { return status == "done"; }
};

/// The column of a baseline's Pearson on the test part.
inline std::string baseline_column(const BaselineField& baseline) {
  return std::string(baseline.name) + "_pearson";
}

/// Calls visit(column, value) for each column of the table of runs, in its order.
template <class Summary, class Visit>
void for_each_field(Summary& run, const Visit& visit) {
  visit("name", run.name);
  visit("circuit", run.circuit);
  for (const CountField& field : kCountFields) visit(field.name, run.*field.value);
  visit("circuit_file", run.circuit_file);
  visit("content_hash", run.content_hash);
  visit("label", run.label);
  for_each_parameter(run.parameters, visit);
  visit("trained_parameters", run.trained_parameters);
  for (const ScoreField& field : kScoreFields) visit(field.name, run.*field.value);
  visit("best_epoch", run.best_epoch);
  visit("validation_pearson", run.validation_pearson);
  for (std::size_t b = 0; b < kBaselines; ++b) {
    visit(baseline_column(kBaselineFields[b]), run.worth.baseline[b].pearson);
  }
  for_each_part([&](const std::string& part, auto& seconds) { visit("seconds_" + part, seconds); }, run.seconds);
  visit("memory_planned", run.memory_planned);
  visit("memory_allocated", run.memory_allocated);
  visit("process_peak", run.process_peak);
  visit("execution_space", run.execution_space);
  visit("threads", run.threads);
  visit("revision", run.revision);
  visit("status", run.status);
  visit("reason", run.reason);
}

/// The same for what else a run of one circuit tells of itself.
template <class Summary, class Visit>
void for_each_detail(Summary& run, const Visit& visit) {
  visit("deck", run.deck);
  visit("kokkos_version", run.kokkos_version);
  visit("epochs", run.epochs);
  visit("loss", run.loss);
  visit("best_map", run.best_map);
  for (const ScoreField& field : kScoreFields) {
    visit(std::string("gcells_") + field.name, run.worth.gcells.*field.value);
    for (std::size_t b = 0; b < kBaselines; ++b) {
      visit(fmt::format("{}_{}", kBaselineFields[b].name, field.name), run.worth.baseline[b].*field.value);
    }
  }
}

/// What a results file takes over of a run file as it is; older programs wrote no baselines, and of one circuit there
/// are no designs, of several no memory.
constexpr std::array<const char*, 9> kCollected = {"circuit",     "curves", "deck",      "measured", "memory",
                                                   "predictions", "scores", "baselines", "designs"};

/// The kind that a file of this program says it is; empty when it says none.
std::string kind_of(const Hdf5Reader& file);

/// The row of a run file, of which everything that is collected is read and checked. Throws InputError when anything is
/// missing, cannot be read or does not fit.
RunSummary summarise_run(const Hdf5Reader& file, const std::string& name);

/// A file that looked like a run and is none, or is damaged.
struct LeftOut {
  std::string path, reason;
};

struct RunTable {
  std::vector<RunSummary> rows;  ///< sorted by name
  std::vector<LeftOut> left_out;
};

/// Called on each whole run while its file is open.
using VisitRun = std::function<void(const Hdf5Reader&, const RunSummary&)>;

/// All runs of a folder and of the folders in it, sorted by name. Run files are the NAME.h5 that are run files (others
/// of this program's files, such as circuits, are passed over; files that are none of its are left out by name).
/// NAME.failed or NAME.h5.failed is the record of a run that failed: JSON with `reason` and `deck`; it counts unless
/// NAME.h5 is whole. Other files, temporary ones too, are passed over. Run files appear by being renamed, so a folder
/// can be read while it is still being written to. Throws InputError when the folder cannot be read, and what `visit`
/// throws.
RunTable read_run_folder(const std::string& folder, const VisitRun& visit = VisitRun());

}  // namespace gsrgnn
