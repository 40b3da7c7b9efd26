// The log of a training: a line an epoch, of one piece, and none twice however often it was resumed.

#include <gtest/gtest.h>

#include <gsrgnn/training/checkpoint.hpp>
#include <gsrgnn/training/epoch_log.hpp>
#include <gsrgnn/training/learning_rate.hpp>

#include "support/files.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class EpochLogTest : public ::testing::Test {
 protected:
  EpochLogTest() : circuit_(small_circuit(150)), deck_(small_deck()) {
    deck_.train.epochs = 9;
    deck_.train.schedule = Schedule::cosine;
    deck_.output = folder_.path("run.h5");
    options_.log = options_.resume = true;
    options_.say = [&](const std::string& text) { said_.push_back(text); };
  }
  TrainedRun train(const ReportProgress& report = ReportProgress()) const {
    return train_with_checkpoints(Mpi::alone(), deck_, one_circuit(deck_, circuit_, "test"), report, options_);
  }
  std::string log() const { return log_path(deck_.output); }
  void expect_lines_of(const TrainedRun& run) const {
    const auto lines = read_epoch_log(log());
    ASSERT_EQ(lines.size(), run.loss.size());
    for (std::size_t e = 0; e < lines.size(); ++e) {
      EXPECT_EQ(lines[e].epoch, static_cast<std::int64_t>(e));
      EXPECT_EQ(lines[e].epochs, 9);
      EXPECT_EQ(lines[e].loss, run.loss[e]);
      EXPECT_EQ(lines[e].validation_loss, run.validation_loss[e]);
      EXPECT_EQ(lines[e].validation_pearson, run.validation_pearson[e]);
      EXPECT_EQ(lines[e].learning_rate, e == 0 ? 0 : learning_rate(deck_, static_cast<std::int64_t>(e), 1));
      EXPECT_NEAR(lines[e].seconds, e == 0 ? 0 : lines[e - 1].seconds + run.seconds.total[e - 1], 1e-12);
    }
  }

  TestFolder folder_;
  Circuit circuit_;
  Deck deck_;
  CheckpointOptions options_;
  mutable std::vector<std::string> said_;
};

TEST_F(EpochLogTest, HasALineForEveryEpochWhileItRuns) {
  std::vector<std::size_t> seen;
  const TrainedRun run = train([&](const TrainingProgress&) {
    seen.push_back(read_epoch_log(log()).size());
    EXPECT_EQ(read_bytes(log()).back(), '\n');
  });
  EXPECT_EQ(seen, (std::vector<std::size_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  expect_lines_of(run);
  EXPECT_EQ(read_bytes(log()).rfind("epoch,epochs,loss,validation_loss,validation_pearson,learning_rate,seconds\n", 0),
            0U);
}

TEST_F(EpochLogTest, OfAResumedTrainingHasNoLineTwiceAndNoneOfALostFuture) {
  deck_.checkpoint = {3, 0};
  std::int64_t epoch = 0;
  // Killed after epoch 5, with the checkpoint of epoch 3, while it wrote a line.
  const auto killed = [&](const TrainingProgress& p) {
    if (p.epoch == 5) throw std::runtime_error("killed");
  };
  EXPECT_THROW(train(killed), std::runtime_error);
  write_bytes(log(), read_bytes(log()) + "6,9,0.5");
  EXPECT_EQ(read_epoch_log(log()).size(), 6U);
  expect_lines_of(train([&](const TrainingProgress& p) { epoch = p.epoch; }));
  EXPECT_EQ(epoch, 9);
}

TEST_F(EpochLogTest, BeginsAnewWithTheTraining) {
  write_bytes(log(), "of another time\n");
  expect_lines_of(train());
}

TEST_F(EpochLogTest, OneThatCannotBeWrittenEndsNoTraining) {
  deck_.output = "/proc/nowhere/run.h5";
  EXPECT_EQ(train().loss.size(), 10U);
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_NE(said_[0].find("/proc/nowhere/run.h5.log.csv: cannot be written"), std::string::npos);
}

TEST_F(EpochLogTest, OtherFilesAreRefused) {
  const std::string path = folder_.write("other.csv", "a,b\n1,2\n");
  expect_message(input_error([&] { read_epoch_log(path); }), path, {"no log of a training"});
  expect_message(input_error([&] { read_epoch_log(folder_.path("none")); }), folder_.path("none"), {"cannot be read"});
}

}  // namespace
}  // namespace gsrgnn
