#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/training/linear_fit.hpp>
#include <gsrgnn/util/random.hpp>

namespace gsrgnn {
namespace {

/// Rows of random features, and two labels that are a linear function of them plus noise.
struct Cells {
  explicit Cells(std::uint64_t seed, double noise, std::size_t count = 500) {
    Random random(seed);
    for (std::size_t i = 0; i < count; ++i) {
      const double a = random.normal(), b = 2 * random.normal() + 0.5 * a, c = random.uniform();
      for (const double f : {a, b, c}) feature.push_back(static_cast<float>(f));
      label.push_back(static_cast<float>(1.5 + 2 * a - b + 0.25 * c + noise * random.normal()));
      label.push_back(static_cast<float>(-3 + c + noise * random.normal()));
    }
  }
  std::vector<float> feature, label;
};

TEST(LinearFit, FindsWhatIsLinear) {
  const Cells cells(1, 0), others(2, 0);
  LinearFit fit(3, 2);
  fit.add(cells.feature, cells.label);
  fit.solve();
  const auto predicted = fit.predict(others.feature);
  ASSERT_EQ(predicted.size(), others.label.size());
  for (std::size_t i = 0; i < predicted.size(); ++i) EXPECT_NEAR(predicted[i], others.label[i], 1e-5) << i;
}

// What is left is at right angles to every feature and to the intercept: the least squares.
TEST(LinearFit, IsTheLeastSquares) {
  const Cells cells(3, 1);
  LinearFit fit(3, 2);
  fit.add(cells.feature, cells.label);
  fit.solve();
  const auto predicted = fit.predict(cells.feature);
  for (std::size_t o = 0; o < 2; ++o) {
    double left[4] = {0, 0, 0, 0};
    for (std::size_t i = 0; i < 500; ++i) {
      const double rest = static_cast<double>(cells.label[2 * i + o]) - static_cast<double>(predicted[2 * i + o]);
      for (std::size_t f = 0; f < 3; ++f) left[f] += rest * static_cast<double>(cells.feature[3 * i + f]);
      left[3] += rest;
    }
    for (const double product : left) EXPECT_NEAR(product, 0, 1e-3) << o;
  }
}

TEST(LinearFit, PartsAddUp) {
  const Cells one(4, 1, 300), two(5, 1, 200);
  LinearFit whole(3, 2), first(3, 2), second(3, 2), sent(3, 2);
  whole.add(one.feature, one.label);
  whole.add(two.feature, two.label);
  first.add(one.feature, one.label);
  second.add(two.feature, two.label);
  sent.set_sums(second.sums());
  first.add(sent);
  whole.solve();
  first.solve();
  const auto expected = whole.predict(one.feature), predicted = first.predict(one.feature);
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(predicted[i], expected[i], 1e-5) << i;
}

// A constant, and a feature twice: the fit is as good without them, and finite.
TEST(LinearFit, FeaturesThatSayNothingNewHaveNoWeight) {
  const Cells cells(6, 0.1);
  std::vector<float> more;
  for (std::size_t i = 0; i < 500; ++i) {
    const float* const f = &cells.feature[3 * i];
    more.insert(more.end(), {0.0F, f[0], f[1], f[2], f[0] - 2 * f[1], 7.0F});
  }
  LinearFit fit(3, 2), with_more(6, 2);
  fit.add(cells.feature, cells.label);
  with_more.add(more, cells.label);
  fit.solve();
  with_more.solve();
  const auto expected = fit.predict(cells.feature), predicted = with_more.predict(more);
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(predicted[i], expected[i], 1e-4) << i;
}

/// Least squares of centred columns by Cholesky's decomposition, in long double: F x O coefficients, O intercepts.
std::vector<double> plain_ridge(const std::vector<float>& feature, const std::vector<float>& label,
                                std::size_t features, std::size_t labels, long double ridge) {
  const std::size_t cells = label.size() / labels, columns = features + labels;
  const auto at = [&](std::size_t i, std::size_t c) {
    return static_cast<long double>(c < features ? feature[i * features + c] : label[i * labels + c - features]);
  };
  std::vector<long double> mean(columns, 0), scale(features, 0);
  const auto n = static_cast<long double>(cells);
  for (std::size_t c = 0; c < columns; ++c) {
    for (std::size_t i = 0; i < cells; ++i) mean[c] += at(i, c) / n;
  }
  for (std::size_t f = 0; f < features; ++f) {
    for (std::size_t i = 0; i < cells; ++i) scale[f] += (at(i, f) - mean[f]) * (at(i, f) - mean[f]) / n;
    scale[f] = std::sqrt(scale[f]);
  }
  std::vector<std::vector<long double>> a(features, std::vector<long double>(columns, 0));
  for (std::size_t f = 0; f < features; ++f) {
    for (std::size_t c = 0; c < columns; ++c) {
      const long double scale_c = c < features ? scale[c] : 1;
      for (std::size_t i = 0; i < cells; ++i)
        a[f][c] += (at(i, f) - mean[f]) / scale[f] * (at(i, c) - mean[c]) / scale_c;
    }
    a[f][f] += ridge;
  }
  std::vector<std::vector<long double>> l(features, std::vector<long double>(features, 0));
  for (std::size_t r = 0; r < features; ++r) {
    for (std::size_t c = 0; c <= r; ++c) {
      long double sum = a[r][c];
      for (std::size_t k = 0; k < c; ++k) sum -= l[r][k] * l[c][k];
      l[r][c] = r == c ? std::sqrt(sum) : sum / l[c][c];
    }
  }
  std::vector<double> result((features + 1) * labels);
  for (std::size_t o = 0; o < labels; ++o) {
    std::vector<long double> x(features);
    for (std::size_t r = 0; r < features; ++r) {
      x[r] = a[r][features + o];
      for (std::size_t k = 0; k < r; ++k) x[r] -= l[r][k] * x[k];
      x[r] /= l[r][r];
    }
    long double intercept = mean[features + o];
    for (std::size_t r = features; r-- > 0;) {
      for (std::size_t k = r + 1; k < features; ++k) x[r] -= l[k][r] * x[k];
      x[r] /= l[r][r];
      intercept -= x[r] / scale[r] * mean[r];
      result[r * labels + o] = static_cast<double>(x[r] / scale[r]);
    }
    result[features * labels + o] = static_cast<double>(intercept);
  }
  return result;
}

/// The coefficients: what it predicts of unit vectors beside what it predicts of 0.
std::vector<double> coefficients(const LinearFit& fit, std::size_t features, std::size_t labels) {
  std::vector<float> units((features + 1) * features, 0.0F);
  for (std::size_t f = 0; f < features; ++f) units[f * features + f] = 1;
  const auto value = fit.predict(units);
  std::vector<double> result(value.begin(), value.end());
  for (std::size_t f = 0; f < features; ++f) {
    for (std::size_t o = 0; o < labels; ++o) result[f * labels + o] -= result[features * labels + o];
  }
  return result;
}

TEST(LinearFit, WithARidgeItIsThatOfStandardisedFeatures) {
  const Cells cells(8, 1);
  for (const double ridge : {0.0, 10.0, 500.0}) {
    LinearFit fit(3, 2);
    fit.add(cells.feature, cells.label);
    fit.solve(ridge);
    const auto expected = plain_ridge(cells.feature, cells.label, 3, 2, ridge);
    const auto found = coefficients(fit, 3, 2);
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[i], expected[i], 2e-6) << ridge << " " << i;
  }
}

// Twice the same and all but the same, a sum of others, a constant, more features than cells: finite, and the same.
TEST(LinearFit, WithARidgeNothingIsSingular) {
  const Cells cells(9, 0.5, 40);
  Random random(10);
  constexpr std::size_t kFeatures = 60;
  std::vector<float> more;
  for (std::size_t i = 0; i < 40; ++i) {
    const float* const f = &cells.feature[3 * i];
    more.insert(more.end(), {f[0], f[0], f[0] + 1e-4F * static_cast<float>(random.normal()), f[1], f[0] + f[1]});
    while (more.size() % kFeatures != 0) more.push_back(static_cast<float>(random.normal()));
  }
  LinearFit fit(kFeatures, 2);
  fit.add(more, cells.label);
  fit.solve(kUsualRidge);
  const auto expected = plain_ridge(more, cells.label, kFeatures, 2, static_cast<long double>(kUsualRidge));
  const auto found = coefficients(fit, kFeatures, 2);
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[i], expected[i], 2e-6) << i;
  EXPECT_NEAR(found[0], found[2], 2e-6);  // the same feature, the same weight

  std::vector<float> constant;
  for (std::size_t i = 0; i < 40; ++i) {
    constant.insert(constant.end(), {0.1F, cells.feature[3 * i], 0.0F});
  }
  LinearFit with_constants(3, 2);
  with_constants.add(constant, cells.label);
  with_constants.solve(kUsualRidge);
  const auto weight = coefficients(with_constants, 3, 2);
  for (const std::size_t i : {0, 1, 4, 5}) EXPECT_EQ(weight[i], 0) << i;
}

TEST(LinearFit, ARidgeDoesNotDependOnTheUnitsOfAFeature) {
  const Cells cells(11, 1);
  auto other = cells.feature;
  for (std::size_t i = 0; i < 500; ++i) other[3 * i + 1] = 64 * other[3 * i + 1] + 32;
  LinearFit fit(3, 2), of_other(3, 2);
  fit.add(cells.feature, cells.label);
  of_other.add(other, cells.label);
  fit.solve(100);
  of_other.solve(100);
  const auto expected = fit.predict(cells.feature), predicted = of_other.predict(other);
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(predicted[i], expected[i], 1e-5) << i;
}

TEST(LinearFit, OfSomeRowsIsThatOfThem) {
  const Cells cells(12, 1);
  std::vector<bool> use;
  Cells chosen(0, 0, 0);
  Random random(13);
  for (std::size_t i = 0; i < 500; ++i) {
    use.push_back(random.chance(1, 3));
    if (!use.back()) continue;
    chosen.feature.insert(chosen.feature.end(), &cells.feature[3 * i], &cells.feature[3 * i] + 3);
    chosen.label.insert(chosen.label.end(), &cells.label[2 * i], &cells.label[2 * i] + 2);
  }
  LinearFit of_some(3, 2), of_them(3, 2), of_none(3, 2);
  of_some.add(cells.feature, cells.label, use);
  of_them.add(chosen.feature, chosen.label);
  EXPECT_EQ(of_some.sums(), of_them.sums());
  of_none.add(cells.feature, cells.label, std::vector<bool>(500, false));
  of_none.solve(kUsualRidge);
  EXPECT_EQ(of_none.predict({1, 2, 3}), (std::vector<float>{0, 0}));
}

TEST(LinearFit, WithoutFeaturesItIsTheMean) {
  LinearFit fit(0, 1);
  fit.add({}, {1, 2, 6});
  fit.solve();
  EXPECT_EQ(fit.predict({}).size(), 0U);
}

}  // namespace
}  // namespace gsrgnn
