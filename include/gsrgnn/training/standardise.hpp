#pragma once

/// Features and labels in units of their standard deviations.

#include <vector>

namespace gsrgnn {

/// Number, mean, sum of squared deviations and range of the values of each column.
struct ColumnMoments {
  double count = 0;
  std::vector<double> mean, squares, least, most;

  /// Of the rows i of `values` (rows x columns) with use[i]; all rows when `use` is empty.
  static ColumnMoments of(const std::vector<float>& values, std::size_t columns, const std::vector<bool>& use = {});
  /// Those of this and other rows together.
  void join(const ColumnMoments& other);
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.count, self.mean, self.squares, self.least, self.most);
  }
};

/// Throws RunError when a predicted value is beyond the largest number, as labels near it can make it.
void expect_finite(const std::vector<float>& predicted);

/// x -> (x - mean) / scale, a column at a time.
struct Standardisation {
  std::vector<double> mean, scale;
  std::vector<double> least, most;  ///< of the values that it was made from; empty: not known

  /// A constant column gets scale 1, so that it becomes zero.
  static Standardisation from(const ColumnMoments& moments);
  static Standardisation fit(const std::vector<float>& values, std::size_t columns, const std::vector<bool>& use = {});
  /// Adds what else was seen to the known ranges; means and scales stay.
  void widen(const ColumnMoments& seen);
  std::vector<float> apply(const std::vector<float>& values) const;
  /// Throws RunError as expect_finite() does.
  std::vector<float> invert(const std::vector<float>& values) const;
  bool constant(std::size_t column) const { return constant_.at(column); }

 private:
  std::vector<bool> constant_;
};

}  // namespace gsrgnn
