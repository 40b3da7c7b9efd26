#pragma once

/// What there is without a graph network, to be scored beside it on the same cells: the best single map, and the labels
/// of the nearest cells. (The third, a ridge regression, is in linear_fit.hpp.)

#include <array>
#include <cstddef>
#include <gsrgnn/training/standardise.hpp>
#include <vector>

namespace gsrgnn {

/// What lines of labels by single feature columns are made of: moments of the rows of one design, or of several.
struct LineMoments {
  ColumnMoments feature, label;
  std::vector<double> products;  ///< F x O: sums of products of deviations, feature x label

  /// Of the rows i of feature (N x features) and label (N x labels) with use[i]; all rows when `use` is empty.
  static LineMoments of(const std::vector<float>& feature, std::size_t features, const std::vector<float>& label,
                        std::size_t labels, const std::vector<bool>& use = {});
  /// Those of this and other rows together.
  void join(const LineMoments& other);
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.feature, self.label, self.products);
  }
};

/// For each label (O of them) the feature column that tells most of it, and the line by which: slope x column +
/// intercept.
struct SingleMap {
  static constexpr std::size_t kNone = ~std::size_t{0};
  std::vector<std::size_t> column;  ///< kNone where no column or no label varies: the mean is predicted
  std::vector<double> pearson;      ///< of the column with the label, mean over designs; NaN without a column
  std::vector<double> slope, intercept;
};

/// The column of the largest |mean over designs of Pearson's coefficient| with each label, the first of equal ones, and
/// the least-squares line by it on the rows of all designs together. `designs` are the moments of training rows, a
/// design each, in an order that is the same on all ranks; they are joined in it. A design in which the label does not
/// vary is left out of the mean, and one in which the column does not counts as 0, as in mean_scores().
SingleMap best_single_map(const std::vector<LineMoments>& designs);

/// The mean label of the nearest training cells of each cell: N x labels, from positions (N), label (N x labels), and
/// training[i] of each cell.
/// Exact, by Euclidean distance; of equally near cells those that come first. A training cell is among its own
/// neighbours. Fewer training cells than `neighbours` are all taken; without any the result is NaN. A k-d tree
/// finds them, fast also where cells lie in heaps or at one place.
std::vector<float> nearest_neighbours(const std::vector<std::array<double, 2>>& position,
                                      const std::vector<float>& label, std::size_t labels,
                                      const std::vector<bool>& training, int neighbours = 3);

}  // namespace gsrgnn
