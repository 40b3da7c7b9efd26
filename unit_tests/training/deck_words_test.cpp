#include <gtest/gtest.h>

#include <gsrgnn/training/deck.hpp>

#include "support/files.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

std::string error_in(const std::string& deck) {
  return input_error([&] { parse_deck(deck + "\n", "deck"); });
}

// What does not resemble a key is not taken for one: it is what others call something, or nothing.
TEST(DeckWords, WordsOfOtherProgramsLeadToOurs) {
  const std::pair<const char*, const char*> words[] = {{"train: {lr: 1}", "here it is train.learning_rate"},
                                                       {"train: {early_stopping: 1}", "here it is train.patience"},
                                                       {"train: {num_epochs: 1}", "here it is train.epochs"},
                                                       {"train: {freeze: 2}", "here it is train.body_rate (0:"},
                                                       {"train: {max-grad-norm: 1}", "here it is train.clip"},
                                                       {"model: {dim: 1}", "here it is model.hidden"},
                                                       {"model: {hidden_channels: 1}", "here it is model.hidden"},
                                                       {"model: {num_layers: 1}", "here it is model.layers"},
                                                       {"num_layers: 1", "here it is model.layers"},
                                                       {"patience: 1", "did you mean 'train.patience'?"},
                                                       {"dataset: a", "here it is circuit"},
                                                       {"train: {optimizer: sgd}", "it is Adam"},
                                                       {"model: {num_heads: 4}", "no kind of model has attention"},
                                                       {"device: cuda", "that of the build"}};
  for (const auto& [text, advice] : words) expect_message(error_in(text), "deck:1: ", {"unknown key '", advice});
  const std::string message = error_in("model: {flavour: 1}");
  EXPECT_EQ(message.find("did you mean"), std::string::npos) << message;
  EXPECT_NE(message.find("known here: kind, layers"), std::string::npos) << message;
}

// Where the advice leads there is a key.
TEST(DeckWords, TheKeysThatWordsLeadToAreThere) {
  for (const char* word : {"lr", "num_epochs", "dim", "num_layers", "topk", "dropout_rate", "num_groups", "arch", "wd",
                           "scheduler", "warmup", "early_stop", "clip_norm", "criterion", "pretrained", "freeze_layers",
                           "random_seed", "val_split", "batch_size"}) {
    const std::string message = error_in(fmt::format("model: {{{}: 1}}", word));
    const auto at = message.find("here it is ");
    ASSERT_NE(at, std::string::npos) << message;
    const std::string path = message.substr(at + 11, message.find_first_of("; ", at + 11) - at - 11);
    bool found = false;
    const Deck any;
    for_each_key([&](const DeckKey& key, const auto&, const auto&) { found = found || key.is(path); }, any);
    EXPECT_TRUE(found) << path;
  }
}

}  // namespace
}  // namespace gsrgnn
