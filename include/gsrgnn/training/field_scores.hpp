#pragma once

/// Scores by which congestion maps are judged elsewhere, beside the four of scores.hpp. They are of a map of GCells:
/// the mean over the cells in each, of the prediction and of the label. GCells without cells count for nothing. All are
/// the same whatever unit the label has; not a number where the label does not vary.

#include <cstddef>
#include <gsrgnn/circuit/circuit.hpp>
#include <limits>
#include <vector>

namespace gsrgnn {

struct FieldScores {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  /// The root of the mean squared error over the label's range (Chai et al., "CircuitNet: an open-source dataset for
  /// machine learning in VLSI CAD applications", 2022, and its metrics.py). The less the better.
  double nrmse = kNone;
  /// The same of the GCells with the highest labels alone, their range included; the shares, .5, 1, 2 and 5 %, are
  /// those of the ACE of routers (Wei et al., "GLARE: global and local wiring aware routability evaluation", 2012).
  double peak_nrmse_05 = kNone, peak_nrmse_1 = kNone, peak_nrmse_2 = kNone, peak_nrmse_5 = kNone;
  /// The structural similarity, windows of 11 x 11 with a Gaussian of deviation 1.5, K1 = .01, K2 = .03 (Wang et al.,
  /// "Image quality assessment: from error visibility to structural similarity", 2004), of the maps moved and scaled so
  /// that the label goes from 0 to 1. The mean over the GCells with cells; of a window only such GCells count.
  double ssim = kNone;
  /// Of the tenth of the GCells with the highest labels how many are in the tenth of the highest predictions.
  double hit_rate = kNone;
  /// The area under the receiver operating characteristic of "is in that tenth": how often of two GCells, one of which
  /// is, the prediction is higher there (Hanley and McNeil, 1982); equal ones count half.
  double roc_auc = kNone;

  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.nrmse, self.peak_nrmse_05, self.peak_nrmse_1, self.peak_nrmse_2, self.peak_nrmse_5, self.ssim,
          self.hit_rate, self.roc_auc);
  }
};

/// Them all, with their names in files and in texts.
constexpr std::size_t kFieldScores = 8;
struct FieldScoreField {
  const char *name, *heading;
  double FieldScores::*value;
};
constexpr FieldScoreField kFieldScoreFields[kFieldScores] = {
    {"nrmse", "NRMSE", &FieldScores::nrmse},
    {"peak_nrmse_0.5", "peak .5%", &FieldScores::peak_nrmse_05},
    {"peak_nrmse_1", "1%", &FieldScores::peak_nrmse_1},
    {"peak_nrmse_2", "2%", &FieldScores::peak_nrmse_2},
    {"peak_nrmse_5", "5%", &FieldScores::peak_nrmse_5},
    {"ssim", "SSIM", &FieldScores::ssim},
    {"hit_rate", "worst tenth hit", &FieldScores::hit_rate},
    {"roc_auc", "ROC-AUC", &FieldScores::roc_auc}};

/// Of maps of columns x rows GCells, row by row; not a number where there are no cells, in both alike.
FieldScores field_scores(std::int64_t columns, const std::vector<double>& prediction, const std::vector<double>& label);

/// Of values of a circuit's cells, N x labels each, of those cells with use[i]: the mean over the labels.
FieldScores field_scores(const Circuit& circuit, std::size_t labels, const std::vector<float>& prediction,
                         const std::vector<float>& label, const std::vector<bool>& use);

/// The mean of each over several labels or designs, of those where it is defined.
FieldScores mean_field_scores(const std::vector<FieldScores>& scores);

}  // namespace gsrgnn
