#pragma once

/// The results file (HDF5): all runs of a folder in one file.
///
///   attributes of "/"   kind = "gsrgnn results", version
///   /runs               one compound dataset, a row a run, sorted by name; its columns are those of for_each_field
///   /designs            another, a row a circuit of a joint training; `run` is the row in /runs
///   /curves, /measured, /scores (test, validation), /predictions (value, label, position, split; design of joint ones)
///                       the arrays of the run files of those names, each joined over all runs: NAME holds all values,
///                       one run's after the other's, row by row, and NAME_first (rows of /runs + 1) where each run's
///                       begin; they end where the next's begin. Of a run that failed there are none; what no run
///                       has is left out, /designs too.
///
/// The model and the names of cells stay in the run files. The same run files give the same bytes.
///
/// One process writes it, and not all ranks of a sweep by parallel HDF5: a file that many processes have open for
/// writing is lost when one of them is killed, whereas run files, each written whole and then renamed, are not; every
/// parallel create is collective, so that no rank could hand in a run before all others have one; and to read a run
/// takes less than a millisecond. It is made in memory, beside the largest of its arrays.

#include <gsrgnn/results/results.hpp>

namespace gsrgnn {

/// Collects the runs of a folder (see read_run_folder) into the results file `path`, and returns what is in it and what
/// was left out. Throws InputError, and writes nothing, when the folder holds no run, failed ones included.
RunTable collect_runs(const std::string& folder, const std::string& path);

/// The rows of a results file, with all that their own files would tell, but for the lists. Throws InputError when a
/// column is missing or of another type, or the file is of an older program, which held each run in a group.
std::vector<RunSummary> read_results(const Hdf5Reader& file);

constexpr const char* kResultsKind = "gsrgnn results";

}  // namespace gsrgnn
