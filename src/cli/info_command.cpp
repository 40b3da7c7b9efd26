#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/json.hpp>
#include <gsrgnn/cli/print_circuit.hpp>
#include <gsrgnn/cli/say.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn::cli {
namespace {

Description describe(const std::string& path) {
  if (is_hdf5(path)) {
    const Hdf5Reader file(path);
    const std::string kind = kind_of(file);
    if (kind == kRunKind) return describe_run(file);
    if (kind == kCheckpointKind) return describe_checkpoint(file);
    if (kind == kPredictionKind) return describe_prediction(file);
    if (kind == kResultsKind) return read_results(file);
  }
  return describe_circuit(open_circuit(path));
}

std::string score_text(double score) {
  return std::isfinite(score) ? fmt::format("{:.4f}", score) : "undefined";
}

/// A line a run.
void print_runs(const std::vector<RunSummary>& results) {
  say("{:<28}{}\n{:<28}{}\n\n", "kind", "results", "runs", results.size());
  std::size_t name = 3, circuit = 7;  // widths of their columns
  for (const RunSummary& row : results) {
    name = std::max(name, row.name.size());
    circuit = std::max(circuit, row.circuit.size());
  }
  say("{:<{}}  {:<{}}  {:<6}{:>7}{:>7}{:>5}{:>6}{:>10}{:>12}{:>12}\n", "run", name, "circuit", circuit, "model",
      "layers", "hidden", "k", "seed", "Pearson", "s an epoch", "MB");
  for (const RunSummary& row : results) {
    const RunParameters& p = row.parameters;
    say("{:<{}}  {:<{}}  {:<6}{:>7}{:>7}{:>5}{:>6}", row.name, name, row.circuit, circuit, p.text("kind"),
        p.whole("layers"), p.whole("hidden"), p.whole("k"), p.whole("seed"));
    if (!row.done()) {
      say("  failed: {}\n", row.reason);
      continue;
    }
    say("{:>10}{:>12.4f}{:>12.1f}\n", score_text(row.pearson), row.seconds.total,
        static_cast<double>(row.memory_allocated) * 1e-6);
  }
}

/// Of a joint run: a line a circuit.
void print_designs(const std::vector<DesignResult>& designs) {
  say("\n{:<32}{:<12}{:>9}{:>11}{:>10}{:>10}{:>10}{:>9}{:>12}\n", "design", "part", "cells", "edges", "Pearson",
      "Spearman", "Kendall", "R2", "linear fit");
  for (const DesignResult& design : designs) {
    say("{:<32}{:<12}{:>9}{:>11}", design.name, kPartNames[static_cast<std::size_t>(design.part)],
        with_commas(design.counts.cells), with_commas(design.counts.edges));
    if (design.part != Part::training) {
      const Scores& s = design.scores;
      say("{:>10}{:>10}{:>10}{:>9}{:>12}", score_text(s.pearson), score_text(s.spearman), score_text(s.kendall),
          score_text(s.r2), score_text(design.of(Baseline::linear_fit).pearson));
    }
    say("\n");
  }
}

void tell_of(const std::string& path, bool json) {
  const Description description = describe(path);
  if (json) {
    say("{}\n", to_json(description));
    return;
  }
  if (const auto* results = std::get_if<std::vector<RunSummary>>(&description)) return print_runs(*results);
  print_lines(description);
  if (const auto* circuit = std::get_if<CircuitDescription>(&description)) print_distributions(*circuit);
  if (const auto* run = std::get_if<RunDescription>(&description); run != nullptr && run->joint()) {
    print_designs(run->designs);
  }
}

}  // namespace

void add_info(const Command& program, Arguments& a) {
  const Command command =
      program.add("info", "Say what is in a file of this program: circuit, run, checkpoint, prediction or results");
  command.required("FILE.h5", &a.path, "The file; a design (DEF, Bookshelf .aux) is read too");
  command.option("--json", &a.json, "As one JSON object");
  command.action([&a] { tell_of(a.path, a.json); });
}

}  // namespace gsrgnn::cli
