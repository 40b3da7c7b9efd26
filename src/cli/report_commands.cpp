#include <filesystem>
#include <gsrgnn/campaign/sweep_deck.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/say.hpp>
#include <gsrgnn/cli/tell.hpp>
#include <gsrgnn/results/report.hpp>
#include <gsrgnn/results/results_file.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <iterator>

namespace gsrgnn::cli {
namespace {

void warn_of(const std::vector<LeftOut>& left_out) {
  for (const LeftOut& file : left_out) warn("left out: " + file.reason);
}

bool is_results_file(const std::string& path) {
  return is_hdf5(path) && kind_of(Hdf5Reader(path)) == kResultsKind;
}

/// The runs of a folder, a results file or a run file.
std::vector<RunSummary> open_runs(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    RunTable table = read_run_folder(path);
    warn_of(table.left_out);
    if (table.rows.empty()) throw InputError(path, "holds no whole run file", "give the folder that runs are in");
    return std::move(table.rows);
  }
  const Hdf5Reader file(path);
  const std::string kind = kind_of(file);
  if (kind == kResultsKind) return read_results(file);
  if (kind == kRunKind) return {summarise_run(file, std::filesystem::path(path).replace_extension().string())};
  throw InputError(path, "is neither a results file nor a run file",
                   "give what 'gsrgnn collect' or 'gsrgnn train' wrote, or the folder of the run files");
}

void collect(const std::string& source, const std::vector<std::string>& overrides, const std::string& to) {
  std::error_code error;
  const std::filesystem::path extension = std::filesystem::path(source).extension();
  const bool deck = !std::filesystem::is_directory(source, error) && (extension == ".yaml" || extension == ".yml");
  if (!deck && !overrides.empty()) {
    throw InputError(overrides.front(), fmt::format("replaces a key of a deck, and '{}' is none", source),
                     "leave it out, or give the sweep deck");
  }
  const std::string folder = deck ? read_sweep_deck(source, overrides).folder : source;
  std::string output = to;
  if (to.empty()) {  // "runs/" too is written to runs.h5
    std::filesystem::path name = std::filesystem::path(folder).lexically_normal();
    output = (name.has_filename() ? name : name.parent_path()).string() + ".h5";
  }
  if (std::filesystem::is_regular_file(output, error) && !is_results_file(output)) {
    throw InputError(output, "is there and no results file, and would be overwritten", "give another name with -o");
  }
  const RunTable table = collect_runs(folder, output);
  warn_of(table.left_out);
  std::size_t failed = 0;
  for (const RunSummary& row : table.rows) failed += row.done() ? 0 : 1;
  say("{} runs of {} collected into {}: {} done, {} failed; {} file{} left out\n", table.rows.size(), folder, output,
      table.rows.size() - failed, failed, table.left_out.size(), table.left_out.size() == 1 ? "" : "s");
}

void report(const std::vector<std::string>& sources, const std::string& folder) {
  std::vector<RunSummary> rows;
  for (const std::string& source : sources) {
    auto more = open_runs(source);
    rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  const Comparison comparison = compare(rows);
  say("{}", report_text(comparison));
  if (folder.empty()) return;
  const auto names = write_report(comparison, folder);
  say("\nwritten to {}\n", fmt::join(names, ", "));
}

}  // namespace

void add_collect(const Command& program, Arguments& a) {
  const Command command = program.add("collect", "Gather the run files of a folder into one results file");
  command.required("RUNS_DIR", &a.path, "The folder; those in it are searched too. Or the deck of a sweep");
  command.option("KEY=VALUE", &a.overrides, "Keys of the deck to replace, e.g. output=runs/depth");
  command.option("-o,--output", &a.output, "The results file to write; RUNS_DIR.h5 if none is named");
  command.action([&a] { collect(a.path, a.overrides, a.output); });
}

void add_report(const Command& program, Arguments& a) {
  const Command command = program.add("report", "The paper's tables of many runs, as text and CSV");
  command.required("RESULTS.h5", &a.sources, "Results files, run files or folders of run files");
  command.option("-o,--output", &a.output, "A folder for report.txt and a CSV file a table");
  command.action([&a] { report(a.sources, a.output); });
}

}  // namespace gsrgnn::cli
