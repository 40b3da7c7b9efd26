#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/training/standardise.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/random.hpp>
#include <limits>

namespace gsrgnn {
namespace {

TEST(Standardise, HandValues) {
  const std::vector<float> values = {1, 10, 3, 10, 5, 10, 7, 10};  // columns 1 3 5 7 and 10
  const auto s = Standardisation::fit(values, 2);
  EXPECT_EQ(s.mean, (std::vector<double>{4, 10}));
  EXPECT_EQ(s.scale, (std::vector<double>{std::sqrt(5.0), 1}));  // of the population, not of a sample
  EXPECT_FALSE(s.constant(0));
  EXPECT_TRUE(s.constant(1));
  const auto applied = s.apply(values);
  const auto unit = static_cast<float>(1 / std::sqrt(5.0));
  const std::vector<float> expected = {-3 * unit, 0, -unit, 0, unit, 0, 3 * unit, 0};
  for (std::size_t i = 0; i < 8; ++i) EXPECT_FLOAT_EQ(applied[i], expected[i]) << i;
  const auto back = s.invert(applied);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_FLOAT_EQ(back[i], values[i]) << i;
}

TEST(Standardise, APredictionBeyondTheLargestNumberIsAnError) {
  const float most = std::numeric_limits<float>::max();
  const auto s = Standardisation::fit({most, -most, most, -most}, 1);
  EXPECT_FLOAT_EQ(s.invert({1})[0], most);
  EXPECT_THROW(s.invert({0, 1.1F}), RunError);
  EXPECT_NO_THROW(expect_finite({most, 0}));
  EXPECT_THROW(expect_finite({0, std::nanf("")}), RunError);
}

TEST(Standardise, UsesTheRowsAsked) {
  const auto s = Standardisation::fit({1, 100, 3, -7}, 1, {true, false, true, false});
  EXPECT_EQ(s.mean, std::vector<double>{2});
  EXPECT_EQ(s.scale, std::vector<double>{1});
  EXPECT_FALSE(s.constant(0));
  EXPECT_EQ(s.apply({1, 100}), (std::vector<float>{-1, 98}));  // all rows are transformed
  EXPECT_TRUE(Standardisation::fit({5, 100, 5, -7}, 1, {true, false, true, false}).constant(0));
}

TEST(Standardise, MomentsOfPartsAreThoseOfTheWhole) {
  Random random(2);
  std::vector<float> values;
  for (int i = 0; i < 300; ++i) {
    values.push_back(static_cast<float>(i < 100 ? 1e3 + random.normal() : random.normal()));
    values.push_back(7);
  }
  const auto rows = [&](std::size_t first, std::size_t last) {
    return std::vector<float>(values.begin() + static_cast<std::ptrdiff_t>(2 * first),
                              values.begin() + static_cast<std::ptrdiff_t>(2 * last));
  };
  ColumnMoments joined;
  for (const auto& [first, last] : {std::pair{0, 100}, {100, 101}, {101, 101}, {101, 300}}) {
    joined.join(ColumnMoments::of(rows(first, last), 2));
  }
  EXPECT_EQ(joined.count, 300);
  const auto parts = Standardisation::from(joined), whole = Standardisation::fit(values, 2);
  EXPECT_NEAR(parts.mean[0], whole.mean[0], 1e-10 * whole.mean[0]);
  EXPECT_NEAR(parts.scale[0], whole.scale[0], 1e-10 * whole.scale[0]);
  EXPECT_EQ(parts.mean[1], 7);
  EXPECT_TRUE(parts.constant(1));
}

TEST(Standardise, GivesMeanZeroAndDeviationOne) {
  Random random(1);
  std::vector<float> values;
  for (int i = 0; i < 3000; ++i) {
    values.push_back(static_cast<float>(1e6 + random.normal()));
    values.push_back(static_cast<float>(1e-6 * random.normal()));
    values.push_back(static_cast<float>(1e4 * random.uniform()));
  }
  const auto applied = Standardisation::fit(values, 3).apply(values);
  for (std::size_t c = 0; c < 3; ++c) {
    double sum = 0, squares = 0;
    for (std::size_t i = c; i < applied.size(); i += 3) {
      sum += static_cast<double>(applied[i]);
      squares += static_cast<double>(applied[i]) * static_cast<double>(applied[i]);
    }
    EXPECT_NEAR(sum / 3000, 0, 1e-5) << c;
    EXPECT_NEAR(squares / 3000, 1, 1e-5) << c;
  }
}

TEST(Standardise, AConstantThatIsNoSumOfPowersOfTwoIsConstant) {
  const std::vector<float> values(1001, 0.1F);
  const auto s = Standardisation::fit(values, 1);
  EXPECT_TRUE(s.constant(0));
  EXPECT_EQ(s.scale, std::vector<double>{1});
  for (const float value : s.apply(values)) EXPECT_NEAR(value, 0, 1e-7);
  EXPECT_TRUE(Standardisation::fit(std::vector<float>(10, 0.0F), 1).constant(0));
}

TEST(Standardise, NothingToFit) {
  const auto none = Standardisation::fit({}, 0);
  EXPECT_TRUE(none.mean.empty());
  EXPECT_TRUE(none.apply({}).empty());
  const auto no_rows = Standardisation::fit({}, 2);
  EXPECT_EQ(no_rows.mean, (std::vector<double>{0, 0}));
  EXPECT_EQ(no_rows.scale, (std::vector<double>{1, 1}));
}

}  // namespace
}  // namespace gsrgnn
