#pragma once

/// Runs set side by side: which differ in nothing but the seed, and by how much one kind of model differs from another
/// at equal circuit, depth, width and seed.

#include <array>
#include <gsrgnn/results/results.hpp>

namespace gsrgnn {

/// What a score counts in a mean: an undefined one, as of a model that has collapsed to a constant, is 0, which is what
/// a constant is worth. Left out, collapsed models would count for nothing.
double counted(double score);

/// Mean and spread of some values.
struct Spread {
  std::size_t count = 0;
  double mean = kUndefined;
  double deviation = kUndefined;       ///< sample standard deviation (n - 1); undefined below two values
  double standard_error = kUndefined;  ///< of the mean: deviation / sqrt(n)
};
Spread spread(const std::vector<double>& values);

/// Runs that differ in nothing but the seed, sorted by it.
struct Configuration {
  std::string circuit;
  std::int64_t cells = 0, edges = 0;
  std::string kind;
  std::int64_t k = 0, layers = 0, hidden = 0;
  std::string variant;  ///< e.g. "residual=dense adjacency=expanded": see Comparison::variant
  std::vector<RunSummary> runs;

  double mean(std::int64_t RunSummary::*field) const;
  EpochParts<double> mean_seconds() const;
};

struct Comparison {
  /// By circuit, width, kind (gcn, sage, rev, gsr), k, variant and depth. When several circuits of the runs have one
  /// name, it is followed by what tells them apart: of their edges, labels and files those that differ.
  /// A configuration's variant names those of groups, residual, adjacency, dropout, epochs, learning_rate, split, mode,
  /// batch, execution_space and threads in which any runs differ, as far as its kind has them: what nobody varied is
  /// not mentioned, and what was varied is never averaged over, nor compared without being named.
  std::vector<Configuration> configurations;
  std::size_t repeated = 0;        ///< runs left out because one before them, by name, has the same parameters and seed
  std::vector<RunSummary> failed;  ///< each once, without those that are done elsewhere among the rows

  bool has_variants() const;
  /// The configurations of a kind.
  std::vector<const Configuration*> of(const std::string& kind) const;
};

Comparison compare(const std::vector<RunSummary>& rows);

/// Differences a - b of each score between the runs of equal seed of two configurations, appended to `differences`.
using ScoreDifferences = std::array<std::vector<double>, kScores>;
void append_differences(const Configuration& a, const Configuration& b, ScoreDifferences& differences);

/// The k whose runs have the best mean validation Pearson among these configurations (ties: the smaller k); 0 for none.
/// The test scores have no say in it.
std::int64_t best_k_by_validation(const std::vector<const Configuration*>& candidates);

}  // namespace gsrgnn
