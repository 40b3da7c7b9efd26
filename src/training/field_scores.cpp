#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <gsrgnn/circuit/placement_maps.hpp>
#include <gsrgnn/training/field_scores.hpp>
#include <numeric>

namespace gsrgnn {
namespace {

constexpr double kNone = FieldScores::kNone;
constexpr double kHot = 0.1;  // of the GCells

/// What there is of the two maps.
struct Pairs {
  std::vector<double> prediction, label;
};

/// The numbers of the values, the highest first; of equal ones the earlier.
std::vector<std::size_t> descending(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  return order;
}

std::size_t count_of_share(double share, std::size_t all) {
  return std::min(all, static_cast<std::size_t>(std::max(1.0, std::round(share * static_cast<double>(all)))));
}

/// Of the values with the `count` highest labels; `order`: descending(label).
double nrmse(const Pairs& pairs, const std::vector<std::size_t>& order, std::size_t count) {
  double squares = 0;
  for (std::size_t i = 0; i < count; ++i) squares += std::pow(pairs.prediction[order[i]] - pairs.label[order[i]], 2);
  const double range = pairs.label[order.front()] - pairs.label[order[count - 1]];
  return range > 0 ? std::sqrt(squares / static_cast<double>(count)) / range : kNone;
}

double hit_rate(const Pairs& pairs, const std::vector<std::size_t>& order, std::size_t hot) {
  const double least = pairs.prediction[descending(pairs.prediction)[hot - 1]];
  const auto hits = std::count_if(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(hot),
                                  [&](std::size_t i) { return pairs.prediction[i] >= least; });
  return static_cast<double>(hits) / static_cast<double>(hot);
}

double roc_auc(const Pairs& pairs, const std::vector<std::size_t>& order, std::size_t hot) {
  if (hot == order.size()) return kNone;
  std::vector<bool> is_hot(order.size(), false);
  for (std::size_t i = 0; i < hot; ++i) is_hot[order[i]] = true;
  const auto by_prediction = descending(pairs.prediction);
  double won = 0, hotter = 0;  // hotter: hot ones with a higher prediction than what follows
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    double hot_here = 0, others_here = 0;
    for (; last < order.size() && pairs.prediction[by_prediction[last]] == pairs.prediction[by_prediction[first]];
         ++last) {
      (is_hot[by_prediction[last]] ? hot_here : others_here) += 1;
    }
    won += others_here * (hotter + hot_here / 2);
    hotter += hot_here;
  }
  return won / (static_cast<double>(hot) * static_cast<double>(order.size() - hot));
}

constexpr int kReach = 5;  // of a window to either side

std::array<double, 2 * kReach + 1> gaussian() {
  std::array<double, 2 * kReach + 1> weight{};
  for (int i = -kReach; i <= kReach; ++i)
    weight[static_cast<std::size_t>(i + kReach)] = std::exp(-i * i / (2 * 1.5 * 1.5));
  return weight;
}

/// Of maps in which the label goes from 0 to 1.
double ssim(std::int64_t columns, const std::vector<double>& a, const std::vector<double>& b) {
  constexpr double kC1 = 0.01 * 0.01, kC2 = 0.03 * 0.03;
  const auto weight = gaussian();
  const auto rows = static_cast<std::int64_t>(a.size()) / columns;
  double sum = 0, windows = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      if (std::isnan(b[static_cast<std::size_t>(row * columns + column)])) continue;
      double all = 0, sum_a = 0, sum_b = 0, sum_aa = 0, sum_bb = 0, sum_ab = 0;
      for (std::int64_t r = std::max<std::int64_t>(row - kReach, 0); r <= std::min(row + kReach, rows - 1); ++r) {
        for (std::int64_t c = std::max<std::int64_t>(column - kReach, 0); c <= std::min(column + kReach, columns - 1);
             ++c) {
          const auto g = static_cast<std::size_t>(r * columns + c);
          if (std::isnan(b[g])) continue;
          const double w = weight[static_cast<std::size_t>(r - row + kReach)] *
                           weight[static_cast<std::size_t>(c - column + kReach)];
          all += w;
          sum_a += w * a[g];
          sum_b += w * b[g];
          sum_aa += w * a[g] * a[g];
          sum_bb += w * b[g] * b[g];
          sum_ab += w * a[g] * b[g];
        }
      }
      const double mean_a = sum_a / all, mean_b = sum_b / all;
      const double var_a = sum_aa / all - mean_a * mean_a, var_b = sum_bb / all - mean_b * mean_b;
      sum += (2 * mean_a * mean_b + kC1) * (2 * (sum_ab / all - mean_a * mean_b) + kC2) /
             ((mean_a * mean_a + mean_b * mean_b + kC1) * (var_a + var_b + kC2));
      windows += 1;
    }
  }
  return sum / windows;
}

}  // namespace

FieldScores field_scores(std::int64_t columns, const std::vector<double>& prediction,
                         const std::vector<double>& label) {
  Pairs pairs;
  for (std::size_t g = 0; g < label.size(); ++g) {
    if (std::isnan(label[g])) continue;
    pairs.prediction.push_back(prediction[g]);
    pairs.label.push_back(label[g]);
  }
  FieldScores scores;
  const std::size_t all = pairs.label.size();
  if (all < 2) return scores;
  const auto order = descending(pairs.label);
  scores.nrmse = nrmse(pairs, order, all);
  if (std::isnan(scores.nrmse)) return scores;
  scores.peak_nrmse_05 = nrmse(pairs, order, count_of_share(0.005, all));
  scores.peak_nrmse_1 = nrmse(pairs, order, count_of_share(0.01, all));
  scores.peak_nrmse_2 = nrmse(pairs, order, count_of_share(0.02, all));
  scores.peak_nrmse_5 = nrmse(pairs, order, count_of_share(0.05, all));
  const std::size_t hot = count_of_share(kHot, all);
  scores.hit_rate = hit_rate(pairs, order, hot);
  scores.roc_auc = roc_auc(pairs, order, hot);
  const double least = pairs.label[order.back()], range = pairs.label[order.front()] - least;
  const auto scaled = [&](std::vector<double> map) {
    for (double& value : map) value = (value - least) / range;
    return map;
  };
  scores.ssim = ssim(columns, scaled(prediction), scaled(label));
  return scores;
}

FieldScores field_scores(const Circuit& circuit, std::size_t labels, const std::vector<float>& prediction,
                         const std::vector<float>& label, const std::vector<bool>& use) {
  const GcellGrid grid = grid_of(circuit);
  const auto size = static_cast<std::size_t>(grid.size());
  std::vector<FieldScores> of_labels;
  for (std::size_t o = 0; o < labels; ++o) {
    std::vector<double> predicted(size, 0), truth(size, 0), cells(size, 0);
    for (std::size_t i = 0; i < use.size(); ++i) {
      if (!use[i]) continue;
      const auto g = static_cast<std::size_t>(grid.at(circuit.position[i][0], circuit.position[i][1]));
      predicted[g] += static_cast<double>(prediction[i * labels + o]);
      truth[g] += static_cast<double>(label[i * labels + o]);
      cells[g] += 1;
    }
    for (std::size_t g = 0; g < size; ++g) {
      predicted[g] = cells[g] > 0 ? predicted[g] / cells[g] : kNone;
      truth[g] = cells[g] > 0 ? truth[g] / cells[g] : kNone;
    }
    of_labels.push_back(field_scores(grid.columns(), predicted, truth));
  }
  return mean_field_scores(of_labels);
}

FieldScores mean_field_scores(const std::vector<FieldScores>& scores) {
  FieldScores mean;
  for (const FieldScoreField& field : kFieldScoreFields) {
    double sum = 0, count = 0;
    for (const FieldScores& one : scores) {
      if (std::isnan(one.*field.value)) continue;
      sum += one.*field.value;
      count += 1;
    }
    if (count > 0) mean.*field.value = sum / count;
  }
  return mean;
}

}  // namespace gsrgnn
