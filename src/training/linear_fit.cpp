#include <gsrgnn/training/linear_fit.hpp>

namespace gsrgnn {

LinearFit::LinearFit(std::size_t features, std::size_t labels)
    : features_(features), labels_(labels), sums_((features + 1) * (features + 1 + labels), 0.0) {}

void LinearFit::add(const std::vector<float>& feature, const std::vector<float>& label, const std::vector<bool>& use) {
  const std::size_t rows = features_ + 1, columns = rows + labels_;
  std::vector<double> row(columns, 1.0);
  for (std::size_t i = 0; i < label.size() / labels_; ++i) {
    if (!use.empty() && !use[i]) continue;
    for (std::size_t f = 0; f < features_; ++f) row[f] = static_cast<double>(feature[i * features_ + f]);
    for (std::size_t o = 0; o < labels_; ++o) row[rows + o] = static_cast<double>(label[i * labels_ + o]);
    const double* const value = row.data();
    for (std::size_t r = 0; r < rows; ++r) {
      const double factor = value[r];
      double* const sum = &sums_[r * columns];
      for (std::size_t c = r; c < columns; ++c) sum[c] += factor * value[c];
    }
  }
}

void LinearFit::add(const LinearFit& other) {
  for (std::size_t s = 0; s < sums_.size(); ++s) sums_[s] += other.sums_[s];
}

void LinearFit::solve(double ridge) {
  const std::size_t rows = features_ + 1, columns = rows + labels_;
  std::vector<double> a = sums_;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < r; ++c) a[r * columns + c] = a[c * columns + r];
  }
  const double cells = a[features_ * columns + features_];
  std::vector<bool> used(rows, false);
  // Gauss-Jordan without exchanges: the matrix is symmetric and positive semidefinite, for which it needs none, as
  // Cholesky's decomposition does not. The intercept goes first, so that a constant feature is the one that is left
  // out.
  for (std::size_t step = 0; step < rows; ++step) {
    const std::size_t p = (step + features_) % rows;
    const double pivot = a[p * columns + p];
    if (!(pivot > 1e-9 * sums_[p * columns + p])) continue;
    used[p] = true;
    for (std::size_t r = 0; r < rows; ++r) {
      if (r == p) continue;
      const double factor = a[r * columns + p] / pivot;
      for (std::size_t c = 0; c < columns; ++c) a[r * columns + c] -= factor * a[p * columns + c];
    }
    if (step > 0 || ridge == 0) continue;
    // What the intercept leaves of the diagonal is the number of cells x the feature's variance.
    for (std::size_t f = 0; f < features_; ++f) a[f * columns + f] *= 1 + ridge / cells;
  }
  coefficient_.assign(rows * labels_, 0.0);
  for (std::size_t r = 0; r < rows; ++r) {
    if (!used[r]) continue;
    for (std::size_t o = 0; o < labels_; ++o) {
      coefficient_[r * labels_ + o] = a[r * columns + rows + o] / a[r * columns + r];
    }
  }
}

std::vector<float> LinearFit::predict(const std::vector<float>& feature) const {
  const std::size_t cells = features_ == 0 ? 0 : feature.size() / features_;
  std::vector<float> value(cells * labels_);
  for (std::size_t i = 0; i < cells; ++i) {
    for (std::size_t o = 0; o < labels_; ++o) {
      double sum = coefficient_[features_ * labels_ + o];
      for (std::size_t f = 0; f < features_; ++f) {
        sum += coefficient_[f * labels_ + o] * static_cast<double>(feature[i * features_ + f]);
      }
      value[i * labels_ + o] = static_cast<float>(sum);
    }
  }
  return value;
}

}  // namespace gsrgnn
