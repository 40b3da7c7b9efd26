#include <algorithm>
#include <cmath>
#include <gsrgnn/training/standardise.hpp>
#include <gsrgnn/util/error.hpp>
#include <limits>

namespace gsrgnn {

ColumnMoments ColumnMoments::of(const std::vector<float>& values, std::size_t columns, const std::vector<bool>& use) {
  ColumnMoments moments;
  const std::size_t rows = columns == 0 ? 0 : values.size() / columns;
  const auto used = [&](std::size_t r) { return use.empty() || use[r]; };
  for (std::size_t r = 0; r < rows; ++r) moments.count += used(r) ? 1 : 0;
  for (std::size_t c = 0; c < columns; ++c) {
    double sum = 0, squares = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      if (used(r)) sum += static_cast<double>(values[r * columns + c]);
    }
    const double mean = moments.count > 0 ? sum / moments.count : 0;
    for (std::size_t r = 0; r < rows; ++r) {
      if (used(r)) squares += std::pow(static_cast<double>(values[r * columns + c]) - mean, 2);
    }
    double least = std::numeric_limits<double>::infinity(), most = -least;
    for (std::size_t r = 0; r < rows; ++r) {
      if (!used(r)) continue;
      least = std::min(least, static_cast<double>(values[r * columns + c]));
      most = std::max(most, static_cast<double>(values[r * columns + c]));
    }
    moments.mean.push_back(mean);
    moments.squares.push_back(squares);
    moments.least.push_back(least);
    moments.most.push_back(most);
  }
  return moments;
}

void ColumnMoments::join(const ColumnMoments& other) {
  if (other.count == 0) return;
  if (count == 0) {
    *this = other;
    return;
  }
  // Chan, Golub, LeVeque: "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
  const double all = count + other.count;
  for (std::size_t c = 0; c < mean.size(); ++c) {
    const double apart = other.mean[c] - mean[c];
    mean[c] += apart * other.count / all;
    squares[c] += other.squares[c] + apart * apart * count * other.count / all;
    least[c] = std::min(least[c], other.least[c]);
    most[c] = std::max(most[c], other.most[c]);
  }
  count = all;
}

void expect_finite(const std::vector<float>& predicted) {
  if (std::all_of(predicted.begin(), predicted.end(), [](float value) { return std::isfinite(value); })) return;
  throw RunError(
      "a prediction is beyond the largest number (3.4e38); give the labels in a larger unit, and train anew");
}

Standardisation Standardisation::from(const ColumnMoments& moments) {
  Standardisation s;
  for (std::size_t c = 0; c < moments.mean.size(); ++c) {
    const double mean = moments.mean[c];
    const double deviation = moments.count > 0 ? std::sqrt(moments.squares[c] / moments.count) : 0;
    // A mean of equal values can be off by a rounding; what is left then is no spread.
    const bool constant = deviation <= 1e-12 * std::abs(mean);
    s.mean.push_back(mean);
    s.scale.push_back(constant ? 1 : deviation);
    s.constant_.push_back(constant);
  }
  s.least = moments.least;
  s.most = moments.most;
  return s;
}

Standardisation Standardisation::fit(const std::vector<float>& values, std::size_t columns,
                                     const std::vector<bool>& use) {
  return from(ColumnMoments::of(values, columns, use));
}

void Standardisation::widen(const ColumnMoments& seen) {
  for (std::size_t column = 0; column < least.size(); ++column) {
    least[column] = std::min(least[column], seen.least[column]);
    most[column] = std::max(most[column], seen.most[column]);
  }
}

std::vector<float> Standardisation::apply(const std::vector<float>& values) const {
  std::vector<float> result(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t c = i % mean.size();
    result[i] = static_cast<float>((static_cast<double>(values[i]) - mean[c]) / scale[c]);
  }
  return result;
}

std::vector<float> Standardisation::invert(const std::vector<float>& values) const {
  std::vector<float> result(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t c = i % mean.size();
    result[i] = static_cast<float>(static_cast<double>(values[i]) * scale[c] + mean[c]);
  }
  expect_finite(result);
  return result;
}

}  // namespace gsrgnn
