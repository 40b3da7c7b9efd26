#pragma once

/// What single cells tell of a label: the least-squares fit, with intercept, of the label by the cell's own features.
/// Beside a graph network's scores it says what the graph is worth.

#include <vector>

namespace gsrgnn {

/// The weight of coefficients' squares in a ridge regression, as solve() takes it, that is usual here.
constexpr double kUsualRidge = 10;

/// The normal equations of the fit, which can be made of parts.
class LinearFit {
 public:
  LinearFit(std::size_t features, std::size_t labels);

  /// Cells to fit: feature N x F, label N x O, both standardised (roughly: sums are in units of the deviations). Of the
  /// rows i with use[i]; all when `use` is empty.
  void add(const std::vector<float>& feature, const std::vector<float>& label, const std::vector<bool>& use = {});
  void add(const LinearFit& other);
  /// The fit of all that was added: the least of the sum of (label - prediction)^2 over all rows
  /// + ridge x the sum of coefficient^2, where the coefficients are those of features standardised over just these
  /// rows, without the intercept (so that scale and origin of a feature do not matter). A constant feature gets no
  /// weight, and without ridge nor does one that is a combination of those before it.
  void solve(double ridge = 0);
  /// N x O from N x F; after solve().
  std::vector<float> predict(const std::vector<float>& feature) const;

  /// The sums, to be sent to another process.
  const std::vector<double>& sums() const { return sums_; }
  void set_sums(const std::vector<double>& sums) { sums_ = sums; }

 private:
  std::size_t features_, labels_;
  /// (F + 1) x (F + 1 + O): of products of (features, 1) with (features, 1, labels). Those below the diagonal, which
  /// are the same as above, are left 0.
  std::vector<double> sums_;
  std::vector<double> coefficient_;  ///< (F + 1) x O
};

}  // namespace gsrgnn
