#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/results/comparison.hpp>
#include <gsrgnn/training/deck.hpp>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

namespace gsrgnn {

double counted(double score) {
  return std::isfinite(score) ? score : 0;
}

Spread spread(const std::vector<double>& values) {
  Spread s;
  s.count = values.size();
  if (values.empty()) return s;
  const auto n = static_cast<double>(values.size());
  s.mean = 0;
  for (const double value : values) s.mean += value / n;
  if (values.size() < 2) return s;
  double squares = 0;
  for (const double value : values) squares += (value - s.mean) * (value - s.mean);
  s.deviation = std::sqrt(squares / (n - 1));
  s.standard_error = s.deviation / std::sqrt(n);
  return s;
}

EpochParts<double> Configuration::mean_seconds() const {
  EpochSeconds of_runs;
  EpochParts<double> mean;
  for (const RunSummary& run : runs) {
    for_each_part([](const char*, auto& all, double one) { all.push_back(one); }, of_runs, run.seconds);
  }
  for_each_part([](const char*, auto& all, double& one) { one = spread(all).mean; }, of_runs, mean);
  return mean;
}

double Configuration::mean(std::int64_t RunSummary::*field) const {
  double sum = 0;
  for (const RunSummary& run : runs) sum += static_cast<double>(run.*field);
  return sum / static_cast<double>(runs.size());
}

bool Comparison::has_variants() const {
  return std::any_of(configurations.begin(), configurations.end(),
                     [](const Configuration& c) { return !c.variant.empty(); });
}

std::vector<const Configuration*> Comparison::of(const std::string& kind) const {
  std::vector<const Configuration*> found;
  for (const Configuration& c : configurations) {
    if (c.kind == kind) found.push_back(&c);
  }
  return found;
}

namespace {

/// The order of the models in tables.
int place_of(const std::string& kind) {
  const auto kinds = model_kinds();
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& known) { return known.first == kind; });
  return static_cast<int>(found - kinds.begin());
}

/// What may be varied beside the axes of the tables and the seed, as far as the run's kind has it.
std::vector<std::pair<std::string, std::string>> further_parameters(const RunSummary& run) {
  std::vector<std::pair<std::string, std::string>> had;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) had.emplace_back(name, value);
  };
  for (const DeckKey& key : parameter_keys()) {
    if (key.role == KeyRole::further) add(key.name, run.parameters.said(key));
  }
  add("execution_space", run.execution_space);
  add("threads", std::to_string(run.threads));
  return had;
}

/// What of a circuit makes it another: its content, or as far as runs without a hash of it tell.
auto circuit_of(const RunSummary& run) {
  return std::make_tuple(run.circuit, run.cells, run.edges, run.label, run.content_hash);
}

/// The names of the runs' circuits, by circuit_of(). Those of one name are told apart by all of edges, label and file
/// that differ among them, and by their hashes if none does.
template <class Circuit>
std::map<Circuit, std::string> names_of(const std::vector<const RunSummary*>& runs) {
  std::map<std::string, std::map<Circuit, std::vector<std::string>>> facets;  // of the circuits of each name
  for (const RunSummary* run : runs) {
    facets[run->circuit].emplace(
        circuit_of(*run), std::vector<std::string>{fmt::format("{} edges", run->edges), run->label, run->circuit_file});
  }
  std::map<Circuit, std::string> names;
  for (const auto& [name, circuits] : facets) {
    std::vector<std::set<std::string>> values(3);
    for (const auto& [circuit, facet] : circuits) {
      for (std::size_t f = 0; f < facet.size(); ++f) values[f].insert(facet[f]);
    }
    std::map<std::string, int> uses;
    for (const auto& [circuit, facet] : circuits) {
      std::vector<std::string> told;
      for (std::size_t f = 0; f < facet.size(); ++f) {
        if (values[f].size() > 1 && !facet[f].empty()) told.push_back(facet[f]);
      }
      names[circuit] = told.empty() ? name : fmt::format("{} ({})", name, fmt::join(told, ", "));
      ++uses[names[circuit]];
    }
    for (const auto& [circuit, facet] : circuits) {
      std::string& full = names[circuit];
      if (uses[full] > 1) full += fmt::format(" [{}]", std::get<4>(circuit).substr(0, 8));
    }
  }
  return names;
}

/// The further parameters in which runs differ.
std::set<std::string> varied_parameters(const std::vector<const RunSummary*>& runs) {
  std::map<std::string, std::set<std::string>> values;
  for (const RunSummary* run : runs) {
    for (const auto& [name, value] : further_parameters(*run)) values[name].insert(value);
  }
  std::set<std::string> varied;
  for (const auto& [name, taken] : values) {
    if (taken.size() > 1) varied.insert(name);
  }
  return varied;
}

/// Equal for a run that failed and the same run when it was started again, wherever they were collected.
std::string identity_of(const RunSummary& run) {
  std::string text = run.name.substr(run.name.rfind('/') + 1);
  for_each_parameter(run.parameters, [&](const char*, const auto& value) { text += fmt::format(" {}", value); });
  return text;
}

auto order_of(const Configuration& c) {
  return std::make_tuple(c.circuit, c.edges, c.cells, c.hidden, place_of(c.kind), c.kind, c.k, c.variant, c.layers);
}

}  // namespace

Comparison compare(const std::vector<RunSummary>& rows) {
  Comparison comparison;
  std::vector<const RunSummary*> done;
  std::set<std::string> known;
  for (const RunSummary& row : rows) {
    if (!row.done()) continue;
    done.push_back(&row);
    known.insert(identity_of(row));
  }
  for (const RunSummary& row : rows) {
    if (!row.done() && known.insert(identity_of(row)).second) comparison.failed.push_back(row);
  }
  const auto varied = varied_parameters(done);
  const auto names = names_of<decltype(circuit_of(rows.front()))>(done);

  std::vector<Configuration>& all = comparison.configurations;
  std::map<decltype(order_of(all.front())), std::size_t> position;
  for (const RunSummary* run : done) {
    Configuration c;
    c.circuit = names.at(circuit_of(*run));
    c.cells = run->cells;
    c.edges = run->edges;
    c.kind = run->parameters.text("kind");
    c.k = run->parameters.whole("k");
    c.layers = run->parameters.whole("layers");
    c.hidden = run->parameters.whole("hidden");
    for (const auto& [name, value] : further_parameters(*run)) {
      if (varied.count(name) == 0) continue;
      c.variant += fmt::format("{}{}={}", c.variant.empty() ? "" : " ", name, value);
    }
    const auto [found, added] = position.emplace(order_of(c), all.size());
    if (added) all.push_back(std::move(c));
    std::vector<RunSummary>& seeds = all[found->second].runs;
    const bool repeated = std::any_of(seeds.begin(), seeds.end(), [&](const RunSummary& other) {
      return other.parameters.whole("seed") == run->parameters.whole("seed");
    });
    if (repeated) {
      ++comparison.repeated;
    } else {
      seeds.push_back(*run);
    }
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return order_of(a) < order_of(b); });
  for (Configuration& c : all) {
    std::sort(c.runs.begin(), c.runs.end(),
              [](const auto& a, const auto& b) { return a.parameters.whole("seed") < b.parameters.whole("seed"); });
  }
  return comparison;
}

void append_differences(const Configuration& a, const Configuration& b, ScoreDifferences& differences) {
  for (const RunSummary& run : a.runs) {
    for (const RunSummary& other : b.runs) {
      if (run.parameters.whole("seed") != other.parameters.whole("seed")) continue;
      for (std::size_t s = 0; s < kScores; ++s) {
        const auto score = kScoreFields[s].value;
        differences[s].push_back(counted(run.*score) - counted(other.*score));
      }
    }
  }
}

std::int64_t best_k_by_validation(const std::vector<const Configuration*>& candidates) {
  std::map<std::int64_t, std::vector<double>> validation;
  for (const Configuration* candidate : candidates) {
    for (const RunSummary& run : candidate->runs) validation[candidate->k].push_back(counted(run.validation_pearson));
  }
  std::int64_t best = 0;
  double best_mean = -std::numeric_limits<double>::infinity();
  for (const auto& [k, values] : validation) {
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    if (mean > best_mean) {
      best = k;
      best_mean = mean;
    }
  }
  return best;
}

}  // namespace gsrgnn
