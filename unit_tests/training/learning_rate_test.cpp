#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/training/learning_rate.hpp>

#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

Deck deck_of(Schedule schedule, int warm_up) {
  Deck deck;
  deck.train.epochs = 10;
  deck.train.learning_rate = 0.5;
  deck.train.schedule = schedule;
  deck.train.warm_up = warm_up;
  return deck;
}

TEST(LearningRate, IsConstantUnlessTheDeckSaysOtherwise) {
  for (const int number : {1, 2, 10}) EXPECT_EQ(learning_rate(deck_of(Schedule::constant, 0), number, 1), 0.5);
}

TEST(LearningRate, RisesByTheUpdate) {
  const Deck deck = deck_of(Schedule::constant, 4);
  EXPECT_EQ(learning_rate(deck, 1, 1), 0.125);
  EXPECT_EQ(learning_rate(deck, 2, 1), 0.25);
  EXPECT_EQ(learning_rate(deck, 4, 1), 0.5);
  EXPECT_EQ(learning_rate(deck, 5, 1), 0.5);
  EXPECT_EQ(learning_rate(deck, 1, 2), 0.0625);  // eight updates are four epochs of two batches
  EXPECT_EQ(learning_rate(deck, 8, 2), 0.5);
}

TEST(LearningRate, FallsByHalfACosineAfterIt) {
  const Deck deck = deck_of(Schedule::cosine, 2);
  EXPECT_EQ(learning_rate(deck, 3, 1), 0.5);
  EXPECT_NEAR(learning_rate(deck, 5, 1), 0.25 * (1 + std::sqrt(0.5)), 1e-15);  // a quarter of the way
  EXPECT_NEAR(learning_rate(deck, 7, 1), 0.25, 1e-15);
  EXPECT_NEAR(learning_rate(deck, 9, 1), 0.25 * (1 - std::sqrt(0.5)), 1e-15);
  EXPECT_GT(learning_rate(deck, 10, 1), 0);
  EXPECT_LT(learning_rate(deck, 20, 2), learning_rate(deck, 10, 1));  // the last of smaller steps
}

TEST(LearningRate, FallsToATenthTwice) {
  const Deck deck = deck_of(Schedule::step, 2);  // eight epochs after the warm-up
  EXPECT_EQ(learning_rate(deck, 1, 1), 0.25);
  for (const int number : {3, 6}) EXPECT_EQ(learning_rate(deck, number, 1), 0.5);
  for (const int number : {7, 8}) EXPECT_EQ(learning_rate(deck, number, 1), 0.05);
  for (const int number : {9, 10}) EXPECT_EQ(learning_rate(deck, number, 1), 0.005);
  EXPECT_EQ(learning_rate(deck, 12, 2), 0.5);
  EXPECT_EQ(learning_rate(deck, 13, 2), 0.05);
}

TEST(LearningRate, OfWarmUpOnlyNeverFalls) {
  const Deck deck = deck_of(Schedule::cosine, 20);
  EXPECT_EQ(learning_rate(deck, 10, 1), 0.25);
}

// The eighth of a rate in the first update is that rate.
TEST(LearningRate, IsThatOfTheTraining) {
  const Circuit circuit = small_circuit();
  Deck deck = small_deck();
  deck.train.epochs = 1;
  deck.train.learning_rate = 0.008;
  deck.train.warm_up = 8;
  const auto risen = train_one(deck, circuit).model.parameters;
  deck.train.warm_up = 0;
  EXPECT_NE(train_one(deck, circuit).model.parameters, risen);
  deck.train.learning_rate = 0.001;
  EXPECT_EQ(train_one(deck, circuit).model.parameters, risen);
}

}  // namespace
}  // namespace gsrgnn
