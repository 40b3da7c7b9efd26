#pragma once

/// The plain side of the tests of kernels: dense matrices of double, and matrices kept as CBSR.

#include <algorithm>
#include <cstdint>
#include <gsrgnn/util/random.hpp>
#include <vector>

namespace gsrgnn::testing {

struct HostMatrix {
  HostMatrix(std::size_t r, std::size_t c) : rows(r), columns(c), value(r * c, 0.0) {}
  template <class T>
  HostMatrix(std::size_t r, std::size_t c, const std::vector<T>& v) : rows(r), columns(c), value(v.begin(), v.end()) {}
  double& operator()(std::size_t r, std::size_t c) { return value[r * columns + c]; }
  double operator()(std::size_t r, std::size_t c) const { return value[r * columns + c]; }
  std::size_t rows, columns;
  std::vector<double> value;
};

inline HostMatrix product(const HostMatrix& a, const HostMatrix& b) {
  HostMatrix c(a.rows, b.columns);
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j < b.columns; ++j) {
      for (std::size_t l = 0; l < a.columns; ++l) c(i, j) += a(i, l) * b(l, j);
    }
  }
  return c;
}

inline HostMatrix transposed(const HostMatrix& a) {
  HostMatrix t(a.columns, a.rows);
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j < a.columns; ++j) t(j, i) = a(i, j);
  }
  return t;
}

/// k distinct columns below width for each row, ascending.
template <class Index>
std::vector<Index> random_columns(std::size_t rows, int k, int width, std::uint64_t seed) {
  Random random(seed);
  std::vector<Index> columns;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto order = random.permutation<Index>(width);
    columns.insert(columns.end(), order.begin(), order.begin() + k);
    std::sort(columns.end() - k, columns.end());
  }
  return columns;
}

/// scatter(V, I), rows x columns.
template <class T, class Index>
HostMatrix scattered(const std::vector<T>& v, const std::vector<Index>& index, std::size_t rows, std::size_t columns) {
  HostMatrix s(rows, columns);
  const std::size_t k = v.size() / rows;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t t = 0; t < k; ++t) s(i, index[i * k + t]) = static_cast<double>(v[i * k + t]);
  }
  return s;
}

/// Whole numbers -3 .. 3: their sums and products are exact in any order and precision.
template <class T>
std::vector<T> random_integers(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<T> values(count);
  for (auto& value : values) value = static_cast<T>(static_cast<int>(random.below(7)) - 3);
  return values;
}

}  // namespace gsrgnn::testing
