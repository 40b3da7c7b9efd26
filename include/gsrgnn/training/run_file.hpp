#pragma once

/// The run file and the prediction file (HDF5).
///
/// Run file: attributes of "/" (kind = "gsrgnn run", version, program_version, revision, kokkos_version,
/// execution_space, threads), and
///   /deck                    the resolved deck, YAML text
///   /kokkos_configuration    text
///   /circuit                 attributes: name and counts
///   /curves                  loss, validation_loss, validation_pearson: element e is after e epochs; of a joint
///                            training the loss is that of the passes which train after it (TrainingHistory)
///   /scores                  attributes pearson, spearman, kendall, r2 of the test cells and best_epoch;
///                            test, validation: labels x 4; gcells: 1 x 4, of the test cells' GCells (Worth);
///                            field: 1 x 8, of the same GCells (field_scores.hpp)
///   /baselines               best_map, linear_fit, neighbours (1 x 4, see Baseline; not a number where there is none)
///                            of the same cells; attribute map: the best map, of each label
///   /predictions             value, label (N x labels), position (N x 2), split (0 training, 1 validation, 2 test)
///                            and, if the source has them, name (as /cells/name of a circuit file); rows in the order
///                            of the circuit's source, e.g. of a DEF's COMPONENTS
///   /designs                 of a joint training, one element a circuit: name, path, part (0 training, 1 validation,
///                            2 test), cells, nets, pins, edges; scores, gcells and the baselines (circuits
///                            x 4, see DesignResult; not a number for training circuits) and field (circuits x 8)
///   /model                   see saved_model.hpp; attribute content_hash, and of a training that started from a model
///                            the attribute ancestor, the content_hash of that
///   /memory                  attributes planned, allocated (bytes); of a joint training they depend on the number of
///                            ranks, and are in /measured, those of the rank that takes most
///   /measured                what differs between two equal runs: seconds of each epoch (total, forward, backward,
///                            update, copy) and the attributes process_peak and (joint) ranks; and summary and lists,
///                            what readers of many runs want of all this in one place (src/training/run_summary.hpp)
///
/// Of a joint training, /circuit has the test circuits' names, joined by "+", and the sums of the training circuits'
/// counts; scores are means over circuits; /predictions holds the cells of all circuits that were held out, one circuit
/// after the other, with `design`, the circuit's number in /designs.
/// Two runs of one deck on one machine are equal in everything but /measured.

#include <gsrgnn/training/run_description.hpp>
#include <optional>

namespace gsrgnn {

void write_run(const std::string& path, const Deck& deck, const TrainingCircuits& circuits, const TrainedRun& run);

/// The scores of a prediction, one a label; none when the circuit lacks the model's labels.
std::vector<Scores> scores_of(const SavedModel& model, const Circuit& circuit, const Prediction& prediction);

/// Likewise over all its GCells; undefined when the circuit lacks the model's labels.
FieldScores field_scores_of(const SavedModel& model, const Circuit& circuit, const Prediction& prediction);

/// Prediction file: attributes of "/" (kind = "gsrgnn prediction", version, model, circuit, source, label_unit,
/// unknown_types, unknown_cells), /label_name, /value and, of several models or flips, /spread (N x labels), /position
/// (N x 2), /name (if the source has names, as /cells/name of a circuit file), /grid_x, /grid_y and /map/rudy_h, rudy_v
/// (maps_file.hpp), /map/value and spread (gcell_map() and gcell_spread(), float64 rows x columns; not a number where
/// there is nothing to be said), /warning (of a foreign design, a line each) and, when there are scores, /label, the
/// attributes of /scores and /scores/field (1 x 8). Rows are in the order of the circuit's source.
void write_prediction(const std::string& path, const SavedModel& model, const std::string& model_path,
                      const Circuit& circuit, const Prediction& prediction, const std::vector<Scores>& scores);

/// What a run file tells: by its summary, or where it has none by all its parts. Throws InputError when anything is
/// missing or does not fit.
RunDescription describe_run(const Hdf5Reader& file);
/// What a run file tells, if there is a whole one; else `why` says what is wrong with what is there.
std::optional<RunDescription> whole_run(const std::string& path, std::string& why);
/// Whether there is a whole run file with this deck_identity(). `why` says what is wrong with one that is not.
bool holds_run(const std::string& path, const std::string& identity, std::string& why);

struct PredictionDescription {
  std::string circuit, model;
  std::uint64_t cells = 0;
  std::int64_t unknown_types = 0, unknown_cells = 0;
  std::vector<std::string> foreign;  ///< see Prediction
  std::optional<Scores> scores;
  FieldScores field;
};
PredictionDescription describe_prediction(const Hdf5Reader& file);

constexpr const char* kRunKind = "gsrgnn run";
constexpr const char* kPredictionKind = "gsrgnn prediction";

}  // namespace gsrgnn
