#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <gsrgnn/campaign/sweep_deck.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/print_runs.hpp>
#include <gsrgnn/results/report.hpp>
#include <gsrgnn/results/results_file.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <iterator>
#include <nlohmann/json.hpp>

namespace gsrgnn::cli {
namespace {

void warn_of(const std::vector<LeftOut>& left_out) {
  for (const LeftOut& file : left_out) fmt::print(stderr, "gsrgnn: left out: {}\n", file.reason);
}

std::string kind_of(const Hdf5Reader& file) {
  return file.has_attribute("/", "kind") ? file.attribute_string("/", "kind") : "";
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

std::string score_text(const nlohmann::ordered_json& score) {
  return score.is_null() ? "undefined" : fmt::format("{:.4f}", score.get<double>());
}

}  // namespace

void print_runs(const nlohmann::ordered_json& results) {
  const auto& runs = results["runs"];
  fmt::print("{:<28}{}\n{:<28}{}\n\n", "kind", "results", "runs", runs.size());
  std::size_t name = 3, circuit = 7;  // widths of their columns
  for (const auto& run : runs) {
    name = std::max(name, run["name"].get_ref<const std::string&>().size());
    circuit = std::max(circuit, run["circuit"].get_ref<const std::string&>().size());
  }
  fmt::print("{:<{}}  {:<{}}  {:<6}{:>7}{:>7}{:>5}{:>6}{:>10}{:>12}{:>12}\n", "run", name, "circuit", circuit, "model",
             "layers", "hidden", "k", "seed", "Pearson", "s an epoch", "MB");
  for (const auto& run : runs) {
    const auto& p = run["parameters"];
    fmt::print("{:<{}}  {:<{}}  {:<6}{:>7}{:>7}{:>5}{:>6}", run["name"].get<std::string>(), name,
               run["circuit"].get<std::string>(), circuit, p["kind"].get<std::string>(), p["layers"].dump(),
               p["hidden"].dump(), p["k"].dump(), p["seed"].dump());
    if (run["status"] == "failed") {
      fmt::print("  failed: {}\n", run["reason"].get<std::string>());
      continue;
    }
    fmt::print("{:>10}{:>12.4f}{:>12.1f}\n", score_text(run["scores"]["pearson"]),
               run["seconds_per_epoch"]["total"].get<double>(), run["memory"]["allocated"].get<double>() * 1e-6);
  }
}

void print_designs(const nlohmann::ordered_json& designs) {
  fmt::print("\n{:<32}{:<12}{:>9}{:>11}{:>10}{:>10}{:>10}{:>9}{:>12}\n", "design", "part", "cells", "edges", "Pearson",
             "Spearman", "Kendall", "R2", "linear fit");
  for (const auto& design : designs) {
    fmt::print("{:<32}{:<12}{:>9}{:>11}", design["name"].get<std::string>(), design["part"].get<std::string>(),
               with_commas(design["cells"]), with_commas(design["edges"]));
    if (design.contains("scores")) {
      const auto& s = design["scores"];
      fmt::print("{:>10}{:>10}{:>10}{:>9}{:>12}", score_text(s["pearson"]), score_text(s["spearman"]),
                 score_text(s["kendall"]), score_text(s["r2"]), score_text(design["linear_fit"]["pearson"]));
    }
    fmt::print("\n");
  }
}

void collect_command(const std::string& source, const std::vector<std::string>& overrides, const std::string& to) {
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
  fmt::print("{} runs of {} collected into {}: {} done, {} failed; {} damaged file{} left out\n", table.rows.size(),
             folder, output, table.rows.size() - failed, failed, table.left_out.size(),
             table.left_out.size() == 1 ? "" : "s");
}

void report_command(const std::vector<std::string>& sources, const std::string& folder) {
  std::vector<RunSummary> rows;
  for (const std::string& source : sources) {
    auto more = open_runs(source);
    rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  const Comparison comparison = compare(rows);
  fmt::print("{}", report_text(comparison));
  if (folder.empty()) return;
  const auto names = write_report(comparison, folder);
  fmt::print("\nwritten to {}\n", fmt::join(names, ", "));
}

}  // namespace gsrgnn::cli
