// The decks of inputs, and the one that the README shows.

#include <gtest/gtest.h>

#include <filesystem>
#include <gsrgnn/training/deck.hpp>

#include "support/files.hpp"

namespace gsrgnn {
namespace {

TEST(ProjectDecks, TheDecksOfTheProjectAreValid) {
  int decks = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(GSRGNN_INPUTS)) {
    if (entry.path().extension() != ".yaml") continue;
    SCOPED_TRACE(entry.path());
    if (testing::read_bytes(entry.path().string()).find("\nsweep:") != std::string::npos) continue;  // campaign's
    EXPECT_NO_THROW(read_deck(entry.path().string(), {}));
    ++decks;
  }
  EXPECT_GT(decks, 0);
}

// The README's deck names every key of the table, with its default.
TEST(ProjectDecks, TheReadmeHasEveryKey) {
  const std::string readme = testing::read_bytes(std::string(GSRGNN_INPUTS) + "/../README.md");
  const std::string fence = "```yaml\ncircuit: my_design.def";
  const auto start = readme.find(fence);
  ASSERT_NE(start, std::string::npos);
  const auto body = readme.find('\n', start) + 1;
  const std::string text = readme.substr(body, readme.find("```", body) - body);
  testing::TestFolder folder;
  const Deck deck = read_deck(folder.write("deck.yaml", text), {}), usual;
  for_each_key(
      [&](const DeckKey& key, const auto& rule, const auto& shown, const auto& value) {
        if (*key.section == 0) return;  // mode, beside circuits
        EXPECT_NE(readme.find(fmt::format("  {}: ", key.name)), std::string::npos) << key.path();
        if constexpr (!std::is_array_v<std::remove_reference_t<decltype(value)>>) {
          EXPECT_EQ(value_text(rule, shown), value_text(rule, value)) << key.path();
        }
      },
      deck, usual);
}

}  // namespace
}  // namespace gsrgnn
