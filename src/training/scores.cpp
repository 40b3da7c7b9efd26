#include <algorithm>
#include <cmath>
#include <cstdint>
#include <gsrgnn/training/scores.hpp>
#include <limits>
#include <numeric>

namespace gsrgnn {
namespace {

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<double> rank(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    for (std::size_t at = first; at < last; ++at) rank[order[at]] = 0.5 * static_cast<double>(first + last - 1);
    first = last;
  }
  return rank;
}

/// Sum over runs of equal neighbours of t (t - 1) / 2; `same(i)` says that elements i - 1 and i are equal.
template <class Same>
double tied_pairs(std::size_t size, const Same& same) {
  double pairs = 0, run = 1;
  for (std::size_t i = 1; i <= size; ++i) {
    if (i < size && same(i)) {
      run += 1;
    } else {
      pairs += run * (run - 1) / 2;
      run = 1;
    }
  }
  return pairs;
}

/// Sorts [first, last) and returns the number of exchanges of neighbours that this takes.
std::int64_t sort_counting(double* values, double* buffer, std::int64_t size) {
  if (size < 2) return 0;
  const std::int64_t half = size / 2;
  std::int64_t exchanges =
      sort_counting(values, buffer, half) + sort_counting(values + half, buffer + half, size - half);
  std::int64_t left = 0, right = half;
  for (std::int64_t to = 0; to < size; ++to) {
    if (left < half && (right >= size || values[left] <= values[right])) {
      buffer[to] = values[left++];
    } else {
      exchanges += half - left;
      buffer[to] = values[right++];
    }
  }
  std::copy(buffer, buffer + size, values);
  return exchanges;
}

}  // namespace

double pearson(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() < 2) return Scores::kUndefined;
  const double mean_a = mean(a), mean_b = mean(b);
  double aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
    ab += (a[i] - mean_a) * (b[i] - mean_b);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : Scores::kUndefined;
}

double spearman(const std::vector<double>& a, const std::vector<double>& b) {
  return pearson(ranks(a), ranks(b));
}

double kendall(const std::vector<double>& a, const std::vector<double>& b) {
  const std::size_t size = a.size();
  if (size < 2) return Scores::kUndefined;
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return a[i] < a[j] || (a[i] == a[j] && b[i] < b[j]); });
  const auto same_a = [&](std::size_t i) { return a[order[i]] == a[order[i - 1]]; };
  const auto same_both = [&](std::size_t i) { return same_a(i) && b[order[i]] == b[order[i - 1]]; };
  std::vector<double> sorted(size), buffer(size);
  std::transform(order.begin(), order.end(), sorted.begin(), [&](std::size_t i) { return b[i]; });

  const double pairs = 0.5 * static_cast<double>(size) * static_cast<double>(size - 1);
  const double tied_a = tied_pairs(size, same_a);
  const double tied_both = tied_pairs(size, same_both);
  const auto discordant =
      static_cast<double>(sort_counting(sorted.data(), buffer.data(), static_cast<std::int64_t>(size)));
  const double tied_b = tied_pairs(size, [&](std::size_t i) { return sorted[i] == sorted[i - 1]; });
  const double scale = std::sqrt(pairs - tied_a) * std::sqrt(pairs - tied_b);
  return scale > 0 ? (pairs - tied_a - tied_b + tied_both - 2 * discordant) / scale : Scores::kUndefined;
}

double r2(const std::vector<double>& prediction, const std::vector<double>& label) {
  if (label.size() < 2) return Scores::kUndefined;
  const double centre = mean(label);
  double residual = 0, total = 0;
  for (std::size_t i = 0; i < label.size(); ++i) {
    residual += (prediction[i] - label[i]) * (prediction[i] - label[i]);
    total += (label[i] - centre) * (label[i] - centre);
  }
  return total > 0 ? 1 - residual / total : Scores::kUndefined;
}

Scores score(const std::vector<double>& prediction, const std::vector<double>& label) {
  return {pearson(prediction, label), spearman(prediction, label), kendall(prediction, label), r2(prediction, label)};
}

bool varies(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [&](double value) { return value != values.front(); });
}

double mean_score(const std::vector<double>& scores) {
  double sum = 0;
  bool defined = false;
  for (const double score : scores) {
    if (std::isnan(score)) continue;
    sum += score;
    defined = true;
  }
  return defined ? sum / static_cast<double>(scores.size()) : Scores::kUndefined;
}

Scores mean_scores(const std::vector<Scores>& scores) {
  const auto mean_of = [&](double Scores::*which) {
    std::vector<double> values;
    for (const Scores& s : scores) {
      if (!std::isnan(s.r2)) values.push_back(s.*which);
    }
    return mean_score(values);
  };
  return {mean_of(&Scores::pearson), mean_of(&Scores::spearman), mean_of(&Scores::kendall), mean_of(&Scores::r2)};
}

}  // namespace gsrgnn
