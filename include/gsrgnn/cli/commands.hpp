#pragma once

/// The commands of the program. Each prints to standard output and throws InputError or RunError.

#include <gsrgnn/circuit/circuitnet.hpp>
#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/circuit/import_def.hpp>
#include <string>
#include <vector>

namespace gsrgnn::cli {

/// Exit codes that scripts rely on.
enum ExitCode { kDone = 0, kBadInput = 2, kRunFailed = 3, kStopped = 75 };
ExitCode exit_code_of(const std::exception& error);
/// Says what is wrong in one line on standard error; returns the exit code.
ExitCode tell(const std::exception& error);

/// Thrown in place of an error that rank 0 has told of.
struct Told {
  ExitCode code;
};

/// Parses the command line, runs one command and returns its exit code; errors become one line on standard error.
int run(int argc, char** argv);

void import_def_command(const DefImportOptions& options, const std::string& output);
/// With a design in the options one circuit file; without, all designs under the root into the folder `output`, shared
/// among the MPI ranks, with a table of what became of each.
void import_circuitnet_command(const CircuitNetOptions& options, const std::string& output);
void generate_command(const GeneratorSpec& spec, const std::string& output);
void info_command(const std::string& path, bool json);
/// Where the memory of a deck's training will go, and whether it fits; of a sweep deck, a line a run. Nothing of it is
/// allocated.
void plan_command(const std::string& deck, const std::vector<std::string>& overrides, bool json);
struct TrainOptions {
  bool validate = false;  ///< build everything and stop
  bool resume = false;    ///< go on from a checkpoint
};
void train_command(const std::string& deck, const std::vector<std::string>& overrides, const TrainOptions& options);
/// All runs of a folder, or of the folder of a sweep deck, into one results file, FOLDER.h5 if none is named; damaged
/// files are named on standard error.
void collect_command(const std::string& source, const std::vector<std::string>& overrides, const std::string& output);
/// The paper's tables of the runs in results files, run files and folders of them: as text on standard output, and with
/// a folder also there, and as CSV.
void report_command(const std::vector<std::string>& sources, const std::string& folder);
struct SweepOptions {
  bool validate = false;  ///< list the runs and stop
  bool leave = false;     ///< do not wait for runs under way elsewhere, as long as another does
};
/// All runs of a sweep deck, shared among the MPI ranks.
void sweep_command(const std::string& deck, const std::vector<std::string>& overrides, const SweepOptions& options);
void predict_command(const std::string& model, const std::string& circuit, const std::string& output);

}  // namespace gsrgnn::cli
