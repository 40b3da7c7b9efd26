#pragma once

/// The results file (HDF5): all runs of a folder in one file.
///
///   attributes of "/"   kind = "gsrgnn results", version
///   /runs               one compound dataset, a row a run, sorted by name; its columns are those of for_each_field
///   /details            the same rows, with the columns of for_each_detail: what else `info` tells of each
///   /run/NAME           of each run that is done: circuit, curves, deck, measured, memory, predictions, scores and
///   (joint)
///                       designs, as they are in the run file, its attributes of "/" but kind and version, and of the
///                       model label_name, label_unit and trained_parameters. The model itself stays in the run file.
///
/// The same run files give the same bytes.
///
/// One process writes it, and not all ranks of a sweep by parallel HDF5: a file that many processes have open for
/// writing is lost when one of them is killed, whereas run files, each written whole and then renamed, are not; every
/// parallel create is collective, so that no rank could hand in a run before all others have one; and the copy is bound
/// by the disk, a run taking as long as a few of its epochs at most.

#include <gsrgnn/results/results.hpp>

namespace gsrgnn {

/// Collects the runs of a folder (see read_run_folder) into the results file `path`, and returns what is in it and what
/// was left out. Throws InputError, and writes nothing, when the folder holds no run, failed ones included.
RunTable collect_runs(const std::string& folder, const std::string& path);

/// The rows of a results file. Throws InputError when a column is missing or of another type.
std::vector<RunSummary> read_results(const Hdf5Reader& file);

/// The same rows; of runs that are done with all that their own files would tell.
std::vector<RunSummary> describe_results(const Hdf5Reader& file);

constexpr const char* kResultsKind = "gsrgnn results";

}  // namespace gsrgnn
