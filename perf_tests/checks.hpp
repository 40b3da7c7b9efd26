#pragma once

// How benchmarks tell a right result.

#include <algorithm>
#include <cmath>
#include <gsrgnn/util/views.hpp>
#include <vector>

#include "scene.hpp"

namespace gsrgnn {

inline double dot(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}
template <class A, class B>
double dot(const Exec& space, const A& a, const B& b) {
  return dot(download(space, a), download(space, b));
}

/// Whether a and b are the same but for rounding, and not just zeros.
inline bool same(const std::vector<float>& a, const std::vector<float>& b) {
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = std::max(difference, static_cast<double>(std::abs(a[i] - b[i])));
    largest = std::max(largest, static_cast<double>(std::abs(b[i])));
  }
  return a.size() == b.size() && largest > 0 && difference < 1e-4 * largest;
}
inline bool close(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b)) && a != 0;
}

}  // namespace gsrgnn
