#pragma once

/// What single cells tell of a label: the least-squares fit, with intercept, of the label by the cell's own features.
/// Beside a graph network's scores it says what the graph is worth.

#include <vector>

namespace gsrgnn {

/// The normal equations of the fit, which can be made of parts.
class LinearFit {
 public:
  LinearFit(std::size_t features, std::size_t labels);

  /// Cells to fit: feature N x F, label N x O, both standardised.
  void add(const std::vector<float>& feature, const std::vector<float>& label);
  void add(const LinearFit& other);
  /// The fit of all that was added. A feature that is a combination of those before it gets no weight.
  void solve();
  /// N x O from N x F; after solve().
  std::vector<float> predict(const std::vector<float>& feature) const;

  /// The sums, to be sent to another process.
  const std::vector<double>& sums() const { return sums_; }
  void set_sums(const std::vector<double>& sums) { sums_ = sums; }

 private:
  std::size_t features_, labels_;
  std::vector<double> sums_;         ///< (F + 1) x (F + 1 + O): of products of (features, 1) with (features, 1, labels)
  std::vector<double> coefficient_;  ///< (F + 1) x O
};

}  // namespace gsrgnn
