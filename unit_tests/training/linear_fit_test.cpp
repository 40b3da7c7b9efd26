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

TEST(LinearFit, WithoutFeaturesItIsTheMean) {
  LinearFit fit(0, 1);
  fit.add({}, {1, 2, 6});
  fit.solve();
  EXPECT_EQ(fit.predict({}).size(), 0U);
}

}  // namespace
}  // namespace gsrgnn
