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
/// Of GCells, and of flips of the die.
SavedModel of_flips(const Circuit& circuit, std::uint64_t seed, Flips flips = Flips::on) {
  Deck deck = small_deck();
  deck.train.epochs = 2;
  deck.train.seed = seed;
  deck.train.split_by = SplitUnit::tiles;
  deck.model.nodes = Nodes::gcells;
  deck.model.relation_set = RelationSet::lattice;
  deck.model.flips = flips;
  return train_one(deck, circuit).model;
}

/// That the spread is what a plain loop over the passes makes of their values; returns the largest.
double expect_spread(const Prediction& prediction) {
  double largest = 0, weights = 0;
  for (const PredictionPass& pass : prediction.passes) weights += pass.weight;
  EXPECT_DOUBLE_EQ(weights, 1);
  EXPECT_EQ(prediction.spread.size(), prediction.value.size());
  for (std::size_t i = 0; i < prediction.spread.size(); ++i) {
    double mean = 0, squares = 0;
    for (const PredictionPass& pass : prediction.passes) mean += pass.weight * static_cast<double>(pass.value[i]);
    for (const PredictionPass& pass : prediction.passes) {
      squares += pass.weight * std::pow(static_cast<double>(pass.value[i]) - mean, 2);
    }
    EXPECT_NEAR(prediction.value[i], mean, 1e-6);
    EXPECT_EQ(prediction.spread[i], static_cast<float>(std::sqrt(squares)));
    largest = std::max(largest, std::sqrt(squares));
  }
  return largest;
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
    EXPECT_NEAR(all.spread[i], std::sqrt(squares / 3), 1e-6);
    apart = std::max(apart, squares);
  }
  EXPECT_GT(apart, 1e-8) << "the test is blind";
}

TEST(Ensemble, FlipsOfTheDieAreApartToo) {
  const Circuit circuit = small_circuit();
  const SavedModel model = of_flips(circuit, 0);
  const Prediction alone = predict({{"a.h5", model}}, circuit, "small");
  ASSERT_EQ(alone.passes.size(), 4U);
  EXPECT_GT(expect_spread(alone), 1e-4) << "the test is blind";
  EXPECT_EQ(predict(model, circuit, "small").spread, alone.spread);
  SavedModel as_it_lies = model;
  as_it_lies.shape.flips = Flips::off;
  const Prediction last = predict(as_it_lies, circuit, "small");
  EXPECT_EQ(last.value, alone.passes.back().value) << "the last pass is of the die as it lies";
  EXPECT_TRUE(last.spread.empty());
}

TEST(Ensemble, ModelsWeighTheSameWhateverFlipsTheyRead) {
  const Circuit circuit = small_circuit();
  const std::pair<std::string, SavedModel> flips = {"a.h5", of_flips(circuit, 0)};
  const Prediction both = predict({flips, {"b.h5", of_flips(circuit, 1)}}, circuit, "small");
  EXPECT_EQ(both.passes.size(), 8U);
  for (const PredictionPass& pass : both.passes) EXPECT_EQ(pass.weight, 1.0 / 8);
  expect_spread(both);
  const Prediction mixed = predict({flips, {"c.h5", of_flips(circuit, 1, Flips::off)}}, circuit, "small");
  ASSERT_EQ(mixed.passes.size(), 5U);
  EXPECT_EQ(mixed.passes.front().weight, 1.0 / 8);
  EXPECT_EQ(mixed.passes.back().weight, 1.0 / 2);
  expect_spread(mixed);
}

TEST(Ensemble, AMapHasASpreadOfItsOwn) {
  const Circuit circuit = small_circuit();
  const auto flips = of_flips(circuit, 0);
  const Prediction of_gcells = predict(flips, circuit, "small");
  const Prediction of_cells = predict({{"a.h5", flips}, {"b.h5", of_seed(circuit, 1)}}, circuit, "small");
  EXPECT_TRUE(of_cells.gcells.empty()) << "one of the models has cells only";
  for (const Prediction& prediction : {of_gcells, of_cells}) {
    std::vector<GcellValues> map;
    for (const PredictionPass& pass : prediction.passes) {
      map.push_back(prediction.gcells.empty() ? gcell_values(circuit, pass.value, 1)
                                              : values_of_gcells(circuit, pass.gcells, 1));
    }
    const auto spread = gcell_spread(circuit, prediction.passes, 1);
    ASSERT_EQ(static_cast<std::int64_t>(spread.size()), map.front().grid.size());
    for (std::size_t g = 0; g < spread.size(); ++g) {
      double mean = 0, squares = 0;
      for (std::size_t p = 0; p < map.size(); ++p) mean += prediction.passes[p].weight * map[p].value[g];
      for (std::size_t p = 0; p < map.size(); ++p) {
        squares += prediction.passes[p].weight * std::pow(map[p].value[g] - mean, 2);
      }
      if (std::isnan(mean)) {
        EXPECT_TRUE(std::isnan(spread[g])) << "GCell " << g << " has no cells";
      } else {
        EXPECT_EQ(spread[g], std::sqrt(squares)) << "GCell " << g;
      }
    }
  }
  EXPECT_TRUE(gcell_spread(circuit, predict(of_seed(circuit, 0), circuit, "small").passes, 1).empty());
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
