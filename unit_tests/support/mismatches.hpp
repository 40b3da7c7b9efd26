#pragma once

/// Comparison of arrays that says where and by how much they differ, worst first.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

namespace gsrgnn::testing {

/// What a few hundred roundings may amount to, in units of 1 + |expected|.
template <class Scalar>
constexpr double kTolerance = std::is_same_v<Scalar, float> ? 2e-5 : 2e-13;

namespace mismatches {

struct Mismatch {
  std::size_t at;
  double off;
};

template <class A, class E>
::testing::AssertionResult report(std::vector<Mismatch> found, const std::vector<A>& actual,
                                  const std::vector<E>& expected, std::size_t columns) {
  if (found.empty()) return ::testing::AssertionSuccess();
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.off > b.off; });
  auto result = ::testing::AssertionFailure();
  result << found.size() << " of " << actual.size() << " elements are wrong; the worst:";
  for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 6); ++i) {
    const auto [at, off] = found[i];
    char line[200];
    std::snprintf(line, sizeof line, "\n  (%zu, %zu) is %.17g and should be %.17g, off by %.3g", at / columns,
                  at % columns, static_cast<double>(actual[at]), static_cast<double>(expected[at]), off);
    result << line;
  }
  return result;
}

}  // namespace mismatches

/// Every element within tolerance * (1 + |expected|); a NaN never is. Places are told as (row, column).
template <class A, class E>
::testing::AssertionResult all_close(const std::vector<A>& actual, const std::vector<E>& expected, double tolerance,
                                     std::size_t columns = 1) {
  if (actual.size() != expected.size()) {
    return ::testing::AssertionFailure() << actual.size() << " elements where " << expected.size() << " are expected";
  }
  std::vector<mismatches::Mismatch> found;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const auto should = static_cast<double>(expected[i]);
    const double off = std::abs(static_cast<double>(actual[i]) - should);
    if (off <= tolerance * (1 + std::abs(should))) continue;
    found.push_back({i, std::isnan(off) ? std::numeric_limits<double>::infinity() : off});
  }
  return mismatches::report(found, actual, expected, columns);
}

/// Every element the same, bit for bit.
template <class T>
::testing::AssertionResult all_same(const std::vector<T>& actual, const std::vector<T>& expected,
                                    std::size_t columns = 1) {
  if (actual.size() != expected.size()) {
    return ::testing::AssertionFailure() << actual.size() << " elements where " << expected.size() << " are expected";
  }
  std::vector<mismatches::Mismatch> found;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (std::memcmp(&actual[i], &expected[i], sizeof(T)) == 0) continue;
    const double off = std::abs(static_cast<double>(actual[i]) - static_cast<double>(expected[i]));
    found.push_back({i, std::isnan(off) ? std::numeric_limits<double>::infinity() : off});
  }
  return mismatches::report(found, actual, expected, columns);
}

/// The largest difference of two arrays, relative to the largest value of the first.
inline double relative_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = std::max(difference, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    largest = std::max(largest, std::abs(static_cast<double>(a[i])));
  }
  return difference / largest;
}

}  // namespace gsrgnn::testing
