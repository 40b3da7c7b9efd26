#include <cmath>
#include <gsrgnn/training/standardise.hpp>

namespace gsrgnn {

Standardisation Standardisation::fit(const std::vector<float>& values, std::size_t columns,
                                     const std::vector<bool>& use) {
  Standardisation s;
  const std::size_t rows = columns == 0 ? 0 : values.size() / columns;
  for (std::size_t c = 0; c < columns; ++c) {
    double count = 0, sum = 0, squares = 0;
    const auto used = [&](std::size_t r) { return use.empty() || use[r]; };
    for (std::size_t r = 0; r < rows; ++r) {
      if (!used(r)) continue;
      sum += static_cast<double>(values[r * columns + c]);
      count += 1;
    }
    const double mean = count > 0 ? sum / count : 0;
    for (std::size_t r = 0; r < rows; ++r) {
      if (used(r)) squares += std::pow(static_cast<double>(values[r * columns + c]) - mean, 2);
    }
    const double deviation = count > 0 ? std::sqrt(squares / count) : 0;
    // A mean of equal values can be off by a rounding; what is left then is no spread.
    const bool constant = deviation <= 1e-12 * std::abs(mean);
    s.mean.push_back(mean);
    s.scale.push_back(constant ? 1 : deviation);
    s.constant_.push_back(constant);
  }
  return s;
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
  return result;
}

}  // namespace gsrgnn
