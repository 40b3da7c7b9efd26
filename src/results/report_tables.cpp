#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/results/report.hpp>
#include <set>

namespace gsrgnn {
namespace {

using Row = std::vector<ReportCell>;

const char* const kUndefinedNote = "Undefined scores (of a constant prediction) count as 0.";
const std::array<const char*, kScores> kScoreHeadings = {"Pearson", "Spearman", "Kendall", "R2"};

/// 0 is the k of models that have none.
ReportCell k_cell(std::int64_t k) {
  return k == 0 ? ReportCell(std::string()) : ReportCell(k);
}

std::int64_t count_of(std::size_t n) {
  return static_cast<std::int64_t>(n);
}

std::vector<ReportColumn> circuit_columns() {
  return {{"circuit", "circuit"}, {"cells", "cells"}, {"edges", "edges"}};
}

std::vector<ReportColumn> model_columns(const Comparison& comparison) {
  std::vector<ReportColumn> columns = {{"hidden", "hidden"}, {"model", "model"}, {"k", "k"}};
  if (comparison.has_variants()) columns.push_back({"variant", "variant"});
  columns.push_back({"layers", "layers"});
  return columns;
}

/// Columns to a table, or cells to a row.
template <class T>
void append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// What circuit_columns and model_columns announce.
Row identity(const Comparison& comparison, const Configuration& c) {
  Row row = {c.circuit, c.cells, c.edges, c.hidden, c.kind, k_cell(c.k)};
  if (comparison.has_variants()) row.emplace_back(c.variant);
  row.emplace_back(c.layers);
  return row;
}

ReportTable table_by_configuration(const Comparison& comparison, const std::string& name, const std::string& title) {
  ReportTable table{name, title, {}, circuit_columns(), {}, "no run is done"};
  append(table.columns, model_columns(comparison));
  return table;
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

const char* const kNoRev = "no run of rev has the circuit, layers and hidden of a run of another model";

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
  void append_cells(Row& row) const {
    append(row, {count_of(designs.size()), count_of(differences[0].size())});
    for (const auto& values : differences) {
      const Spread s = spread(values);
      append(row, {s.mean, s.standard_error});
    }
  }
};

std::vector<ReportColumn> difference_columns() {
  std::vector<ReportColumn> columns = {{"designs", "designs"}, {"pairs", "pairs"}};
  for (std::size_t s = 0; s < kScores; ++s) {
    columns.push_back({std::string(kScoreNames[s]) + "_difference", kScoreHeadings[s], 4, true});
    columns.push_back({std::string(kScoreNames[s]) + "_standard_error", "+-", 4});
  }
  return columns;
}

}  // namespace

ReportTable scores_table(const Comparison& comparison) {
  ReportTable table =
      table_by_configuration(comparison, "scores", "Scores of the test cells, mean and deviation over the seeds");
  table.notes = {"At the epoch of the best validation Pearson; +- is the sample standard deviation.", kUndefinedNote};
  table.columns.push_back({"seeds", "seeds"});
  for (std::size_t s = 0; s < kScores; ++s) {
    table.columns.push_back({kScoreNames[s], kScoreHeadings[s], 4});
    table.columns.push_back({std::string(kScoreNames[s]) + "_deviation", "+-", 4});
  }
  table.columns.push_back({"undefined", "undefined"});
  for (const Configuration& c : comparison.configurations) {
    Row row = identity(comparison, c);
    row.emplace_back(count_of(c.runs.size()));
    std::int64_t undefined = 0;
    for (std::size_t s = 0; s < kScores; ++s) {
      std::vector<double> values;
      for (const RunSummary& run : c.runs) values.push_back(counted(scores_of(run)[s]));
      const Spread over_seeds = spread(values);
      append(row, {over_seeds.mean, over_seeds.deviation});
    }
    for (const RunSummary& run : c.runs) undefined += std::isfinite(run.pearson) ? 0 : 1;
    row.emplace_back(undefined);
    table.rows.push_back(std::move(row));
  }
  return table;
}

ReportTable seconds_table(const Comparison& comparison) {
  ReportTable table = table_by_configuration(comparison, "seconds", "Seconds of an epoch");
  table.notes = {"Each run's median over its epochs, and the mean of these over the runs."};
  append(table.columns, {{"runs", "runs"},
                         {"total_s", "total", 5},
                         {"forward_s", "forward", 5},
                         {"backward_s", "backward", 5},
                         {"update_s", "update", 5},
                         {"copy_s", "copy", 5}});
  for (const Configuration& c : comparison.configurations) {
    Row row = identity(comparison, c);
    row.emplace_back(count_of(c.runs.size()));
    for (const auto field : {&RunSummary::seconds_total, &RunSummary::seconds_forward, &RunSummary::seconds_backward,
                             &RunSummary::seconds_update, &RunSummary::seconds_copy}) {
      row.emplace_back(c.mean(field));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

ReportTable speedup_table(const Comparison& comparison) {
  ReportTable table = table_by_configuration(comparison, "speedup", "Speedup of an epoch over rev");
  table.notes = {"Seconds of rev over those of the model, at equal circuit, layers, hidden, backend and threads."};
  table.missing = std::string(kNoRev) + ", on the same backend and threads";
  if (comparison.has_variants()) table.columns.push_back({"rev_variant", "rev's variant"});
  append(table.columns, {{"rev_s", "rev s", 5},
                         {"model_s", "model s", 5},
                         {"speedup", "speedup", 2},
                         {"forward_speedup", "forward", 2},
                         {"backward_speedup", "backward", 2}});
  for_each_beside_rev(comparison, [&](const Configuration& c, const Configuration& rev) {
    if (!same_machine(c, rev)) return;
    const auto ratio = [&](double RunSummary::*field) {
      const double own = c.mean(field);
      return own > 0 ? rev.mean(field) / own : kUndefined;
    };
    Row row = identity(comparison, c);
    if (comparison.has_variants()) row.emplace_back(rev.variant);
    append(row,
           {rev.mean(&RunSummary::seconds_total), c.mean(&RunSummary::seconds_total), ratio(&RunSummary::seconds_total),
            ratio(&RunSummary::seconds_forward), ratio(&RunSummary::seconds_backward)});
    table.rows.push_back(std::move(row));
  });
  return table;
}

ReportTable memory_table(const Comparison& comparison) {
  ReportTable table = table_by_configuration(comparison, "memory", "Memory in MB");
  table.notes = {
      "planned: all arrays of the training; allocated: what was taken from the device for them, once, up front;",
      "efficiency: planned / allocated, the paper's allocated / reserved; of peak: allocated / process peak, which has",
      "the program, its libraries and the circuit in it too, and what earlier runs of the same process took."};
  append(table.columns, {{"planned_MB", "planned", 2},
                         {"allocated_MB", "allocated", 2},
                         {"process_peak_MB", "process peak", 2},
                         {"efficiency", "efficiency", 3},
                         {"allocated_of_peak", "of peak", 3}});
  for (const Configuration& c : comparison.configurations) {
    const double planned = c.mean(&RunSummary::memory_planned), allocated = c.mean(&RunSummary::memory_allocated);
    const double peak = c.mean(&RunSummary::process_peak);
    Row row = identity(comparison, c);
    append(row, {planned * 1e-6, allocated * 1e-6, peak * 1e-6, allocated > 0 ? planned / allocated : kUndefined,
                 peak > 0 ? allocated / peak : kUndefined});
    table.rows.push_back(std::move(row));
  }
  return table;
}

ReportTable saving_table(const Comparison& comparison) {
  ReportTable table = table_by_configuration(comparison, "saving", "Memory saved against rev");
  table.notes = {"1 - allocated / rev's allocated, at equal circuit, layers and hidden."};
  table.missing = kNoRev;
  if (comparison.has_variants()) table.columns.push_back({"rev_variant", "rev's variant"});
  append(table.columns,
         {{"rev_allocated_MB", "rev MB", 2}, {"allocated_MB", "model MB", 2}, {"saving_percent", "saved %", 1}});
  for_each_beside_rev(comparison, [&](const Configuration& c, const Configuration& rev) {
    const double own = c.mean(&RunSummary::memory_allocated), other = rev.mean(&RunSummary::memory_allocated);
    Row row = identity(comparison, c);
    if (comparison.has_variants()) row.emplace_back(rev.variant);
    append(row, {other * 1e-6, own * 1e-6, other > 0 ? 100 * (1 - own / other) : kUndefined});
    table.rows.push_back(std::move(row));
  });
  return table;
}

ReportTable gsr_against_rev_table(const Comparison& comparison) {
  ReportTable table{
      "gsr_against_rev",
      "Scores of gsr minus those of rev, mean over designs and seeds",
      {"Pairs have equal circuit, layers, hidden and seed; +- is the standard error of the mean over the "
       "pairs.",
       "best: the one k whose runs, over all designs, depths and seeds, have the best mean validation Pearson.",
       kUndefinedNote},
      {{"hidden", "hidden"}, {"layers", "layers"}, {"k", "k"}},
      {},
      "no run of gsr has the circuit, layers, hidden and seed of a run of rev"};
  if (comparison.has_variants()) append(table.columns, {{"variant", "variant"}, {"rev_variant", "rev's variant"}});
  append(table.columns, difference_columns());

  constexpr std::int64_t kBest = std::numeric_limits<std::int64_t>::max();  // after every k
  using Variants = std::pair<std::string, std::string>;
  std::map<std::tuple<std::int64_t, Variants, std::int64_t, std::int64_t>, Pool> pools;  // hidden, variants, layers, k
  std::map<std::tuple<std::int64_t, Variants>, std::vector<std::pair<const Configuration*, const Configuration*>>> sets;
  for_each_beside_rev(comparison, [&](const Configuration& c, const Configuration& rev) {
    if (c.kind != "gsr") return;
    ScoreDifferences paired;
    append_differences(c, rev, paired);
    if (paired[0].empty()) return;
    pools[{c.hidden, {c.variant, rev.variant}, c.layers, c.k}].add(c, rev);
    sets[{c.hidden, {c.variant, rev.variant}}].emplace_back(&c, &rev);
  });
  std::map<std::tuple<std::int64_t, Variants>, std::int64_t> best_k;
  for (const auto& [set, pairs] : sets) {
    std::vector<const Configuration*> candidates;
    for (const auto& [gsr, rev] : pairs) candidates.push_back(gsr);
    best_k[set] = best_k_by_validation(candidates);
    for (const auto& [gsr, rev] : pairs) {
      if (gsr->k == best_k[set]) pools[{gsr->hidden, std::get<1>(set), gsr->layers, kBest}].add(*gsr, *rev);
    }
  }
  for (const auto& [key, pool] : pools) {
    const auto& [hidden, variants, layers, k] = key;
    Row row = {hidden, layers,
               k == kBest ? ReportCell(fmt::format("best ({})", best_k.at({hidden, variants}))) : ReportCell(k)};
    if (comparison.has_variants()) row.insert(row.end(), {variants.first, variants.second});
    pool.append_cells(row);
    table.rows.push_back(std::move(row));
  }
  return table;
}

ReportTable depth_table(const Comparison& comparison) {
  ReportTable table{
      "depth",
      "Scores of deep models minus those of their own shallowest, mean over designs and seeds",
      {"Pairs have equal circuit, k, hidden and seed; +- is the standard error of the mean over the pairs.",
       kUndefinedNote},
      model_columns(comparison),
      {},
      "no model was trained at several depths on one circuit with one seed"};
  table.columns.push_back({"shallowest", "shallowest"});
  append(table.columns, difference_columns());

  const auto family = [](const Configuration& c) { return std::make_tuple(c.hidden, c.kind, c.k, c.variant); };
  std::map<decltype(family(comparison.configurations.front())), std::vector<const Configuration*>> families;
  std::vector<decltype(family(comparison.configurations.front()))> order;  // as they come: by kind, not by letter
  for (const Configuration& c : comparison.configurations) {
    if (families[family(c)].empty()) order.push_back(family(c));
    families[family(c)].push_back(&c);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return std::get<0>(a) < std::get<0>(b); });
  for (const auto& key : order) {
    const auto& members = families[key];
    std::int64_t shallowest = members.front()->layers;
    for (const Configuration* c : members) shallowest = std::min(shallowest, c->layers);
    std::map<std::int64_t, Pool> pools;  // by depth
    for (const Configuration* deep : members) {
      for (const Configuration* shallow : members) {
        if (deep->layers > shallowest && shallow->layers == shallowest && deep->circuit == shallow->circuit) {
          pools[deep->layers].add(*deep, *shallow);
        }
      }
    }
    for (const auto& [layers, pool] : pools) {
      if (pool.differences[0].empty()) continue;
      const auto& [hidden, kind, k, variant] = key;
      Row row = {hidden, kind, k_cell(k)};
      if (comparison.has_variants()) row.emplace_back(variant);
      append(row, {layers, shallowest});
      pool.append_cells(row);
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

ReportTable held_out_table(const Comparison& comparison) {
  ReportTable table = table_by_configuration(
      comparison, "held_out", "Pearson of joint trainings on the circuits that were held out, and of a linear fit");
  table.notes = {
      "circuit: the test circuits; cells and edges: of the training circuits together. linear fit: least squares of "
      "the",
      "label by the features of single cells, on the same training circuits. all: over all test circuits and seeds; +-",
      "is the standard error of the mean over the runs."};
  table.missing = "no run is a joint training (mode: joint)";
  append(table.columns, {{"runs", "runs"},
                         {"pearson", "Pearson", 4},
                         {"linear_fit_pearson", "linear fit", 4},
                         {"difference", "difference", 4, true},
                         {"standard_error", "+-", 4}});
  const auto add = [&](Row row, const std::vector<const RunSummary*>& runs) {
    std::vector<double> own, linear, differences;
    for (const RunSummary* run : runs) {
      own.push_back(counted(run->pearson));
      linear.push_back(counted(run->linear_fit_pearson));
      differences.push_back(own.back() - linear.back());
    }
    const Spread difference = spread(differences);
    append(row,
           {count_of(runs.size()), spread(own).mean, spread(linear).mean, difference.mean, difference.standard_error});
    table.rows.push_back(std::move(row));
  };
  using Family = std::tuple<std::int64_t, std::string, std::int64_t, std::string, std::int64_t>;
  std::map<Family, std::vector<const RunSummary*>> families;
  for (const Configuration& c : comparison.configurations) {
    if (c.runs.front().parameters.text("mode") != "joint") continue;
    std::vector<const RunSummary*> runs;
    for (const RunSummary& run : c.runs) runs.push_back(&run);
    add(identity(comparison, c), runs);
    auto& family = families[{c.hidden, c.kind, c.k, c.variant, c.layers}];
    family.insert(family.end(), runs.begin(), runs.end());
  }
  for (const auto& [family, runs] : families) {
    const auto& [hidden, kind, k, variant, layers] = family;
    Row row = {std::string("all"), std::string(), std::string(), hidden, kind, k_cell(k)};
    if (comparison.has_variants()) row.emplace_back(variant);
    row.emplace_back(layers);
    add(std::move(row), runs);
  }
  return table;
}

ReportTable failed_table(const Comparison& comparison) {
  ReportTable table{"failed",
                    "Runs that failed",
                    {},
                    {{"name", "run"},
                     {"circuit", "circuit"},
                     {"hidden", "hidden"},
                     {"model", "model"},
                     {"k", "k"},
                     {"layers", "layers"},
                     {"seed", "seed"},
                     {"reason", "reason"}},
                    {},
                    "no run failed"};
  for (const RunSummary& run : comparison.failed) {
    const RunParameters& p = run.parameters;
    table.rows.push_back({run.name, run.circuit, p.whole("hidden"), p.text("kind"), k_cell(p.whole("k")),
                          p.whole("layers"), p.whole("seed"), run.reason});
  }
  return table;
}

}  // namespace gsrgnn
