#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/results/report.hpp>
#include <set>

namespace gsrgnn {
namespace {

const char* const kUndefinedNote = "Undefined scores (of a constant prediction) count as 0.";
const char* const kNoRun = "no run is done";
const char* const kNoRev = "no run of rev has the circuit, layers and hidden of a run of another model";

/// A cell as its row is made, with the column that it stands in.
struct Cell {
  Cell(const std::string& name, ReportCell of_row) : Cell(name, name, std::move(of_row)) {}
  Cell(const std::string& name, const std::string& heading, ReportCell of_row, int digits = 0, bool sign = false)
      : column{name, heading, digits, sign}, value(std::move(of_row)) {}
  ReportColumn column;
  ReportCell value;
};
using Row = std::vector<Cell>;

void append(Row& row, const Row& more) {
  row.insert(row.end(), more.begin(), more.end());
}

/// All rows of a table have the columns of its first.
void add(ReportTable& table, const Row& row) {
  const bool first = table.rows.empty();
  auto& values = table.rows.emplace_back();
  for (const Cell& cell : row) {
    if (first) table.columns.push_back(cell.column);
    values.push_back(cell.value);
  }
}

/// 0 is the k of models that have none.
Cell k_cell(std::int64_t k) {
  return {"k", k == 0 ? ReportCell(std::string()) : ReportCell(k)};
}

std::int64_t count_of(std::size_t n) {
  return static_cast<std::int64_t>(n);
}

Row model_cells(const Comparison& comparison, const Configuration& c) {
  Row row = {{"hidden", c.hidden}, {"model", c.kind}, k_cell(c.k)};
  if (comparison.has_variants()) row.emplace_back("variant", c.variant);
  row.emplace_back("layers", c.layers);
  return row;
}

/// What a configuration is, as rows of tables by configuration begin.
Row identity(const Comparison& comparison, const Configuration& c) {
  Row row = {{"circuit", c.circuit}, {"cells", c.cells}, {"edges", c.edges}};
  append(row, model_cells(comparison, c));
  return row;
}

/// Of one beside a configuration of rev.
Row identity(const Comparison& comparison, const Configuration& c, const Configuration& rev) {
  Row row = identity(comparison, c);
  if (comparison.has_variants()) row.emplace_back("rev_variant", "rev's variant", rev.variant);
  return row;
}

bool same_machine(const Configuration& a, const Configuration& b) {
  return a.runs.front().execution_space == b.runs.front().execution_space &&
         a.runs.front().threads == b.runs.front().threads;
}

bool same_size(const Configuration& a, const Configuration& b) {
  return a.circuit == b.circuit && a.cells == b.cells && a.edges == b.edges && a.layers == b.layers &&
         a.hidden == b.hidden;
}

/// Every pair of a configuration that is not rev with one of rev, at equal circuit, depth and width.
template <class Visit>
void for_each_beside_rev(const Comparison& comparison, const Visit& visit) {
  for (const Configuration& c : comparison.configurations) {
    if (c.kind == "rev") continue;
    for (const Configuration* rev : comparison.of("rev")) {
      if (same_size(c, *rev)) visit(c, *rev);
    }
  }
}

/// Differences that are pooled in one row of a table.
struct Pool {
  ScoreDifferences differences;
  std::set<std::string> designs;

  void add(const Configuration& a, const Configuration& b) {
    const std::size_t before = differences[0].size();
    append_differences(a, b, differences);
    if (differences[0].size() > before) designs.insert(a.circuit);
  }
  /// Designs, pairs, and mean and standard error of each score.
  Row cells() const {
    Row row = {{"designs", count_of(designs.size())}, {"pairs", count_of(differences[0].size())}};
    for (std::size_t s = 0; s < kScores; ++s) {
      const Spread of_score = spread(differences[s]);
      const auto& [name, heading, value] = kScoreFields[s];
      row.emplace_back(std::string(name) + "_difference", heading, of_score.mean, 4, true);
      row.emplace_back(std::string(name) + "_standard_error", "+-", of_score.standard_error, 4);
    }
    return row;
  }
};

}  // namespace

ReportTable scores_table(const Comparison& comparison) {
  ReportTable table{"scores", "Scores of the test cells, mean and deviation over the seeds", kNoRun};
  table.notes = {"At the epoch of the best validation Pearson; +- is the sample standard deviation.", kUndefinedNote};
  for (const Configuration& c : comparison.configurations) {
    Row row = identity(comparison, c);
    row.emplace_back("seeds", count_of(c.runs.size()));
    for (const auto& [name, heading, score] : kScoreFields) {
      std::vector<double> values;
      for (const RunSummary& run : c.runs) values.push_back(counted(run.*score));
      const Spread over_seeds = spread(values);
      row.emplace_back(name, heading, over_seeds.mean, 4);
      row.emplace_back(std::string(name) + "_deviation", "+-", over_seeds.deviation, 4);
    }
    const auto undefined = [](const RunSummary& run) { return !std::isfinite(run.pearson); };
    row.emplace_back("undefined", std::int64_t{std::count_if(c.runs.begin(), c.runs.end(), undefined)});
    add(table, row);
  }
  return table;
}

ReportTable seconds_table(const Comparison& comparison) {
  ReportTable table{"seconds", "Seconds of an epoch", kNoRun};
  table.notes = {"Each run's median over its epochs, and the mean of these over the runs."};
  for (const Configuration& c : comparison.configurations) {
    Row row = identity(comparison, c);
    row.emplace_back("runs", count_of(c.runs.size()));
    const EpochParts<double> mean = c.mean_seconds();
    for_each_part([&](const std::string& part, double seconds) { row.emplace_back(part + "_s", part, seconds, 5); },
                  mean);
    add(table, row);
  }
  return table;
}

ReportTable speedup_table(const Comparison& comparison) {
  ReportTable table{"speedup", "Speedup of an epoch over rev",
                    std::string(kNoRev) + ", on the same backend and threads"};
  table.notes = {"Seconds of rev over those of the model, at equal circuit, layers, hidden, backend and threads."};
  for_each_beside_rev(comparison, [&](const Configuration& c, const Configuration& rev) {
    if (!same_machine(c, rev)) return;
    const EpochParts<double> own = c.mean_seconds(), other = rev.mean_seconds();
    const auto ratio = [](double of_rev, double of_model) { return of_model > 0 ? of_rev / of_model : kUndefined; };
    Row row = identity(comparison, c, rev);
    append(row, {{"rev_s", "rev s", other.total, 5},
                 {"model_s", "model s", own.total, 5},
                 {"speedup", "speedup", ratio(other.total, own.total), 2},
                 {"forward_speedup", "forward", ratio(other.forward, own.forward), 2},
                 {"backward_speedup", "backward", ratio(other.backward, own.backward), 2}});
    add(table, row);
  });
  return table;
}

ReportTable memory_table(const Comparison& comparison) {
  ReportTable table{"memory", "Memory in MB", kNoRun};
  table.notes = {
      "planned: all arrays of the training; allocated: what was taken from the device for them, once, up front;",
      "efficiency: planned / allocated, the paper's allocated / reserved; of peak: allocated / process peak, which has",
      "the program, its libraries and the circuit in it too, and what earlier runs of the same process took."};
  for (const Configuration& c : comparison.configurations) {
    const double planned = c.mean(&RunSummary::memory_planned), allocated = c.mean(&RunSummary::memory_allocated);
    const double peak = c.mean(&RunSummary::process_peak);
    Row row = identity(comparison, c);
    append(row, {{"planned_MB", "planned", planned * 1e-6, 2},
                 {"allocated_MB", "allocated", allocated * 1e-6, 2},
                 {"process_peak_MB", "process peak", peak * 1e-6, 2},
                 {"efficiency", "efficiency", allocated > 0 ? planned / allocated : kUndefined, 3},
                 {"allocated_of_peak", "of peak", peak > 0 ? allocated / peak : kUndefined, 3}});
    add(table, row);
  }
  return table;
}

ReportTable saving_table(const Comparison& comparison) {
  ReportTable table{"saving", "Memory saved against rev", kNoRev};
  table.notes = {"1 - allocated / rev's allocated, at equal circuit, layers and hidden."};
  for_each_beside_rev(comparison, [&](const Configuration& c, const Configuration& rev) {
    const double own = c.mean(&RunSummary::memory_allocated), other = rev.mean(&RunSummary::memory_allocated);
    Row row = identity(comparison, c, rev);
    append(row, {{"rev_allocated_MB", "rev MB", other * 1e-6, 2},
                 {"allocated_MB", "model MB", own * 1e-6, 2},
                 {"saving_percent", "saved %", other > 0 ? 100 * (1 - own / other) : kUndefined, 1}});
    add(table, row);
  });
  return table;
}

ReportTable gsr_against_rev_table(const Comparison& comparison) {
  ReportTable table{"gsr_against_rev", "Scores of gsr minus those of rev, mean over designs and seeds",
                    "no run of gsr has the circuit, layers, hidden and seed of a run of rev"};
  table.notes = {
      "Pairs have equal circuit, layers, hidden and seed; +- is the standard error of the mean over the pairs.",
      "best: the one k whose runs, over all designs, depths and seeds, have the best mean validation Pearson.",
      kUndefinedNote};
  using Pair = std::pair<const Configuration*, const Configuration*>;
  using Set = std::tuple<std::int64_t, std::string, std::string>;  // of pairs: their hidden and variants
  std::map<Set, std::vector<Pair>> sets;
  for_each_beside_rev(comparison, [&](const Configuration& c, const Configuration& rev) {
    ScoreDifferences paired;
    append_differences(c, rev, paired);
    if (c.kind == "gsr" && !paired[0].empty()) sets[{c.hidden, c.variant, rev.variant}].emplace_back(&c, &rev);
  });
  constexpr std::int64_t kBest = std::numeric_limits<std::int64_t>::max();  // after every k
  for (const auto& [set, pairs] : sets) {
    std::vector<const Configuration*> candidates;
    for (const auto& [gsr, rev] : pairs) candidates.push_back(gsr);
    const std::int64_t best = best_k_by_validation(candidates);
    std::map<std::pair<std::int64_t, std::int64_t>, Pool> pools;  // by layers and k
    for (const auto& [gsr, rev] : pairs) {
      pools[{gsr->layers, gsr->k}].add(*gsr, *rev);
      if (gsr->k == best) pools[{gsr->layers, kBest}].add(*gsr, *rev);
    }
    for (const auto& [key, pool] : pools) {
      const auto& [layers, k] = key;
      Row row = {{"hidden", std::get<0>(set)},
                 {"layers", layers},
                 {"k", k == kBest ? ReportCell(fmt::format("best ({})", best)) : ReportCell(k)}};
      if (comparison.has_variants()) {
        append(row, {{"variant", std::get<1>(set)}, {"rev_variant", "rev's variant", std::get<2>(set)}});
      }
      append(row, pool.cells());
      add(table, row);
    }
  }
  return table;
}

ReportTable depth_table(const Comparison& comparison) {
  ReportTable table{"depth", "Scores of deep models minus those of their own shallowest, mean over designs and seeds",
                    "no model was trained at several depths on one circuit with one seed"};
  table.notes = {"Pairs have equal circuit, k, hidden and seed; +- is the standard error of the mean over the pairs.",
                 kUndefinedNote};
  std::vector<std::vector<const Configuration*>> families;  // as they come: by kind, not by letter
  for (const Configuration& c : comparison.configurations) {
    const auto family = std::find_if(families.begin(), families.end(), [&](const auto& members) {
      const Configuration& one = *members.front();
      return std::tie(one.hidden, one.kind, one.k, one.variant) == std::tie(c.hidden, c.kind, c.k, c.variant);
    });
    (family != families.end() ? *family : families.emplace_back()).push_back(&c);
  }
  std::stable_sort(families.begin(), families.end(),
                   [](const auto& a, const auto& b) { return a.front()->hidden < b.front()->hidden; });
  for (const auto& members : families) {
    std::int64_t shallowest = members.front()->layers;
    for (const Configuration* c : members) shallowest = std::min(shallowest, c->layers);
    std::map<std::int64_t, std::pair<const Configuration*, Pool>> pools;  // by depth, each with one of its members
    for (const Configuration* deep : members) {
      for (const Configuration* shallow : members) {
        if (deep->layers > shallowest && shallow->layers == shallowest && deep->circuit == shallow->circuit) {
          auto& [one, pool] = pools[deep->layers];
          one = deep;
          pool.add(*deep, *shallow);
        }
      }
    }
    for (const auto& [layers, of_depth] : pools) {
      const auto& [one, pool] = of_depth;
      if (pool.differences[0].empty()) continue;
      Row row = model_cells(comparison, *one);
      row.emplace_back("shallowest", shallowest);
      append(row, pool.cells());
      add(table, row);
    }
  }
  return table;
}

ReportTable worth_table(const Comparison& comparison) {
  ReportTable table{"worth", "Pearson of the test part, beside what there is on it without the model", kNoRun};
  table.notes = {
      "The test part is the test cells, or of joint trainings, whose cells and edges are those of the training",
      "circuits together, the circuits held out. all: over all circuits and seeds. ahead: of the best of the",
      "others, run by run; +- is the standard error of its mean over the runs. " + std::string(kUndefinedNote)};
  const auto add_runs = [&](Row row, const std::vector<const RunSummary*>& runs) {
    const auto mean = [&](const auto& of_run) {
      std::vector<double> values;
      for (const RunSummary* run : runs) values.push_back(of_run(*run));
      return spread(values);
    };
    append(row, {{"runs", count_of(runs.size())},
                 {"pearson", "model", mean([](const RunSummary& run) { return counted(run.pearson); }).mean, 4}});
    for (std::size_t b = 0; b < kBaselines; ++b) {
      // Not a number in runs without it, and so is then its mean.
      const auto of_baseline = [&](const RunSummary& run) { return run.worth.baseline[b].pearson; };
      row.emplace_back(baseline_column(kBaselineFields[b]), kBaselineFields[b].heading, mean(of_baseline).mean, 4);
    }
    const Spread ahead = mean([](const RunSummary& run) {
      double best = kUndefined;
      for (const Scores& baseline : run.worth.baseline) best = std::fmax(best, baseline.pearson);
      return counted(run.pearson) - best;
    });
    append(row, {{"ahead", "ahead", ahead.mean, 4, true}, {"standard_error", "+-", ahead.standard_error, 4}});
    add(table, row);
  };
  using Family = std::tuple<std::string, std::int64_t, std::string, std::int64_t, std::string, std::int64_t>;
  std::map<Family, std::pair<const Configuration*, std::vector<const RunSummary*>>> families;
  for (const Configuration& c : comparison.configurations) {
    auto& [one, all] = families[{c.runs.front().parameters.text("mode"), c.hidden, c.kind, c.k, c.variant, c.layers}];
    std::vector<const RunSummary*> runs;
    for (const RunSummary& run : c.runs) runs.push_back(&run);
    add_runs(identity(comparison, c), runs);
    one = &c;
    all.insert(all.end(), runs.begin(), runs.end());
  }
  for (const auto& [key, family] : families) {
    Row row = {{"circuit", "all"}, {"cells", ""}, {"edges", ""}};
    append(row, model_cells(comparison, *family.first));
    add_runs(row, family.second);
  }
  return table;
}

ReportTable failed_table(const Comparison& comparison) {
  ReportTable table{"failed", "Runs that failed", "no run failed"};
  for (const RunSummary& run : comparison.failed) {
    const RunParameters& p = run.parameters;
    add(table, {{"name", "run", run.name},
                {"circuit", run.circuit},
                {"hidden", p.whole("hidden")},
                {"model", p.text("kind")},
                k_cell(p.whole("k")),
                {"layers", p.whole("layers")},
                {"seed", p.whole("seed")},
                {"reason", run.reason}});
  }
  return table;
}

}  // namespace gsrgnn
