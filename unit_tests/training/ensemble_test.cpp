#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/training/ensemble.hpp>

#include "support/files.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

SavedModel of_seed(const Circuit& circuit, std::uint64_t seed) {
  Deck deck = small_deck();
  deck.train.epochs = 2;
  deck.train.seed = seed;
  return train_one(deck, circuit).model;
}

TEST(Ensemble, PredictsTheMeanAndHowFarModelsAreApart) {
  const Circuit circuit = small_circuit();
  std::vector<std::pair<std::string, SavedModel>> models;
  std::vector<Prediction> one;
  for (const std::uint64_t seed : {0, 1, 2}) {
    models.emplace_back(fmt::format("{}.h5", seed), of_seed(circuit, seed));
    one.push_back(predict(models.back().second, circuit, "small"));
    EXPECT_TRUE(one.back().spread.empty());
  }
  const Prediction all = predict(models, circuit, "small");
  ASSERT_EQ(all.value.size(), one.front().value.size());
  ASSERT_EQ(all.spread.size(), all.value.size());
  double apart = 0;
  for (std::size_t i = 0; i < all.value.size(); ++i) {
    double mean = 0, squares = 0;
    for (const Prediction& of_model : one) mean += static_cast<double>(of_model.value[i]) / 3;
    for (const Prediction& of_model : one) squares += std::pow(static_cast<double>(of_model.value[i]) - mean, 2);
    EXPECT_NEAR(all.value[i], mean, 1e-6);
    EXPECT_NEAR(all.spread[i], std::sqrt(squares / 2), 1e-6);
    apart = std::max(apart, squares);
  }
  EXPECT_GT(apart, 1e-8) << "the test is blind";
}

TEST(Ensemble, OfOneIsThatModel) {
  const Circuit circuit = small_circuit();
  const SavedModel model = of_seed(circuit, 0);
  const Prediction alone = predict({{"a.h5", model}}, circuit, "small");
  EXPECT_EQ(alone.value, predict(model, circuit, "small").value);
  EXPECT_TRUE(alone.spread.empty());
}

TEST(Ensemble, ModelsOfOtherLabelsAreRefused) {
  const Circuit circuit = small_circuit();
  const SavedModel model = of_seed(circuit, 0);
  SavedModel other = model;
  other.label_unit = "wires";
  expect_message(input_error([&] {
                   predict({{"a.h5", model}, {"b.h5", other}}, circuit, "small");
                 }),
                 "b.h5: ", {"wires", "the model of a.h5", "one label"});
}

}  // namespace
}  // namespace gsrgnn
