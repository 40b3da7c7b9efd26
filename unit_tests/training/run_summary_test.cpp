// The summary of a run file says what the file's parts say, is read alone, and is not believed.

#include <gtest/gtest.h>

#include <gsrgnn/cli/json.hpp>

#include "support/files.hpp"
#include "support/older_run.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class RunSummaries : public ::testing::Test {
 protected:
  RunSummaries() {
    deck_.train.epochs = 3;
    deck_.model.layers = 1;
    deck_.circuit = "deep/some.h5";
    run_ = train_one(deck_, circuit_);
    run_.test[0].pearson = kUndefined;
    write_one(path_, deck_, circuit_, run_);
    const Hdf5Reader file(path_);
    text_ = file.array<std::uint8_t>("measured/summary");
    lists_ = file.array<double>("measured/lists");
  }

  /// What is told of a file that holds nothing else.
  RunDescription alone(const std::string& text, const std::vector<double>& lists) const {
    Hdf5Writer file(folder_.path("alone.h5"));
    file.array("measured/summary", std::vector<std::uint8_t>(text.begin(), text.end()));
    file.array("measured/lists", lists);
    file.commit();
    return describe_run(Hdf5Reader(folder_.path("alone.h5")));
  }
  std::string text() const { return {text_.begin(), text_.end()}; }
  /// The text with another value.
  std::string with(const std::string& name, const std::string& value) const {
    std::string changed = text();
    const std::string key = name + '\0';
    const std::size_t at = changed.find(key) + key.size();
    return changed.replace(at, changed.find('\0', at) - at, value);
  }
  void expect_refused(const std::string& text, const std::vector<double>& lists, const std::string& object,
                      const std::vector<std::string>& words) const {
    expect_message(input_error([&] { alone(text, lists); }), folder_.path("alone.h5") + ":/" + object, words);
  }

  TestFolder folder_;
  Circuit circuit_ = small_circuit_with_two_labels();
  Deck deck_ = small_deck();
  TrainedRun run_;
  std::string path_ = folder_.path("run.h5");
  std::vector<std::uint8_t> text_;
  std::vector<double> lists_;
};

TEST_F(RunSummaries, SaysWhatThePartsSay) {
  write_without_summary(path_, folder_.path("older.h5"));
  const RunDescription summary = alone(text(), lists_), parts = describe_run(Hdf5Reader(folder_.path("older.h5")));
  EXPECT_EQ(cli::to_json(summary), cli::to_json(parts));
  std::vector<std::string> of_summary, of_parts;
  const auto into = [](std::vector<std::string>& texts) {
    return [&](const std::string& name, const auto& value) { texts.push_back(fmt::format("{}={}", name, value)); };
  };
  for_each_fact(summary, into(of_summary));
  for_each_fact(parts, into(of_parts));
  EXPECT_EQ(of_summary, of_parts);
  EXPECT_EQ(summary.label, "first+second");
  EXPECT_EQ(summary.circuit_file, "some");
  EXPECT_EQ(summary.validation_pearson, run_.validation_pearson[static_cast<std::size_t>(run_.best_epoch)]);
  EXPECT_EQ(summary.lists.loss, run_.loss);
  EXPECT_EQ(summary.lists.seconds.copy, run_.seconds.copy);
  EXPECT_EQ(parts.lists.loss, run_.loss);
  EXPECT_EQ(parts.lists.test.size(), 8U);
}

// Another tool may have changed the parts and not the summary, or the reverse.
TEST_F(RunSummaries, IsNotBelievedWhereTheFileHasNoChecksum) {
  EXPECT_NO_THROW(alone(text(), lists_));
  const std::string path = folder_.path("alone.h5");
  EXPECT_TRUE(Hdf5Reader(path).has_checksum());
  write_bytes(path, without_checksum(read_bytes(path)));
  const Hdf5Reader changed(path);
  EXPECT_FALSE(changed.has_checksum());
  EXPECT_THROW(describe_run(changed), InputError) << "it has no parts";
}

TEST_F(RunSummaries, AWrongOneIsRefused) {
  expect_refused(with("cells", "many"), lists_, "measured/summary", {"'cells'", "no number"});
  expect_refused(with("cells", "99999999999999999999"), lists_, "measured/summary", {"'cells'", "no number"});
  expect_refused(with("curves/loss", "-1"), lists_, "measured/summary", {"'curves/loss'", "no number"});
  expect_refused(with("curves/loss", "18446744073709551615"), lists_, "measured/lists", {"shorter"});
  expect_refused(with("curves/loss", "3"), lists_, "measured/lists", {"longer"});
  expect_refused(text(), {lists_.begin(), lists_.end() - 1}, "measured/lists", {"shorter"});
  expect_refused(text() + "a\0b", {}, "measured/lists", {"shorter"});
}

// As of a program that knew fewer keys: then the parts are read, and here there are none.
TEST_F(RunSummaries, OneThatLacksAFactIsNotUsed) {
  std::string other = text();
  other.replace(other.find("deck"), 4, "book");
  expect_refused(other, lists_, "circuit@name", {"missing"});
  expect_refused("", lists_, "circuit@name", {"missing"});
}

}  // namespace
}  // namespace gsrgnn
