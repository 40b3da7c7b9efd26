#pragma once

/// The commands of the program. Each adds itself and its options to the command line; what it then does prints to
/// standard output and throws InputError or RunError.

#include <gsrgnn/cli/command_line.hpp>

namespace gsrgnn::cli {

/// What commands are given.
struct Arguments {
  std::string path, circuit, output;
  std::vector<std::string> overrides;  ///< keys of the deck
  std::vector<std::string> sources, lef;
  bool json = false, validate = false, resume = false, overwrite = false, leave = false;
};

/// Parses the command line, runs one command and returns its exit code; errors become one line on standard error.
int run(int argc, char** argv);

/// import with a command for each format of designs, and circuitnet. Without a design, the latter imports all designs
/// under the root into a folder, shared among the MPI ranks, with a table of what became of each.
void add_import(const Command& program, Arguments& given);
void add_generate(const Command& program, Arguments& given);
void add_info(const Command& program, Arguments& given);
/// Maps that follow from a circuit's placement, as HDF5 or one as CSV.
void add_maps(const Command& program, Arguments& given);
/// Where the memory of a deck's training will go, and whether it fits; of a sweep deck, a line a run. Nothing of it is
/// allocated.
void add_plan(const Command& program, Arguments& given);
void add_train(const Command& program, Arguments& given);
/// All runs of a sweep deck, shared among the MPI ranks.
void add_sweep(const Command& program, Arguments& given);
/// How far trainings are, from their logs (epoch_log.hpp).
void add_watch(const Command& program, Arguments& given);
void add_predict(const Command& program, Arguments& given);
/// All runs of a folder, or of the folder of a sweep deck, into one results file; damaged files are named on standard
/// error.
void add_collect(const Command& program, Arguments& given);
/// The paper's tables of the runs in results files, run files and folders of them: as text on standard output, and with
/// a folder also there, and as CSV.
void add_report(const Command& program, Arguments& given);

}  // namespace gsrgnn::cli
