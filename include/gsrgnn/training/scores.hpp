#pragma once

/// The four scores of the paper, on pairs (prediction, label). NaN where a score is undefined (a constant side, fewer
/// than two pairs).

#include <cstddef>
#include <limits>
#include <vector>

namespace gsrgnn {

struct Scores {
  static constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
  double pearson = kUndefined, spearman = kUndefined, kendall = kUndefined, r2 = kUndefined;
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.pearson, self.spearman, self.kendall, self.r2);
  }
};

/// Them all, with their names in files and in texts.
constexpr std::size_t kScores = 4;
struct ScoreField {
  const char *name, *heading;
  double Scores::*value;
};
constexpr ScoreField kScoreFields[kScores] = {{"pearson", "Pearson", &Scores::pearson},
                                              {"spearman", "Spearman", &Scores::spearman},
                                              {"kendall", "Kendall", &Scores::kendall},
                                              {"r2", "R2", &Scores::r2}};

double pearson(const std::vector<double>& a, const std::vector<double>& b);
/// Pearson of the ranks, equal values sharing the mean of their ranks.
double spearman(const std::vector<double>& a, const std::vector<double>& b);
/// Kendall's tau-b (corrected for ties), in O(n log n) by Knight's merge sort.
double kendall(const std::vector<double>& a, const std::vector<double>& b);
/// 1 - sum (prediction - label)^2 / sum (label - mean label)^2
double r2(const std::vector<double>& prediction, const std::vector<double>& label);

Scores score(const std::vector<double>& prediction, const std::vector<double>& label);

/// Whether the values are not all the same.
bool varies(const std::vector<double>& values);
/// The mean of a score over several labels that vary, or designs. One that is undefined, as of a constant prediction,
/// counts as the 0 that a constant is worth, unless all are: then NaN.
double mean_score(const std::vector<double>& scores);
/// The mean of each score over several labels or designs. A label that does not vary, whose R2 is undefined, can be
/// predicted neither well nor badly and is left out.
Scores mean_scores(const std::vector<Scores>& scores);

}  // namespace gsrgnn
