// Training again: from a model, for longer, and what stands under the name of the output.

#include <gsrgnn/circuit/circuit_file.hpp>

#include "support/program.hpp"
#include "support/small_circuits.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class TrainAgain : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    write("deck.yaml", kDeck);
    succeed("train deck.yaml");
  }
};

TEST_F(TrainAgain, AFinishedRunOfAnotherDeckIsNotOverwritten) {
  expect_refused("train deck.yaml train.seed=3",
                 {"run.h5: ", "finished run of another deck", "train.seed is 0 there and 3 here", "--overwrite"});
  expect_refused("train --resume deck.yaml train.seed=3", {"train.seed is 0 there and 3 here", "--overwrite"});
  expect_refused("train --validate deck.yaml model.k=2", {"model.k is 4 there and 2 here"});
  succeed("train deck.yaml");  // its own, again
  succeed("train --overwrite deck.yaml train.seed=3");
  EXPECT_EQ(info("run.h5")["parameters"]["seed"], 3);
  succeed("train deck.yaml output=other.h5");
}

TEST_F(TrainAgain, NorIsThatOfAnotherCircuit) {
  succeed("generate --cells 150 -o c.h5");
  succeed("train deck.yaml circuit=c.h5 output=of_c.h5");
  succeed("generate --cells 150 --seed 1 -o c.h5");
  expect_refused("train deck.yaml circuit=c.h5 output=of_c.h5",
                 {"of_c.h5: ", "of this deck on a circuit that has changed since", "--overwrite"});
  succeed("train --overwrite deck.yaml circuit=c.h5 output=of_c.h5");
}

TEST_F(TrainAgain, WithMoreEpochsItGoesOnFromTheStateThatWasKept) {
  succeed("train deck.yaml output=long.h5 train.epochs=9");
  std::filesystem::remove(work_.path("run.h5"));
  succeed("train deck.yaml train.checkpoint.keep=true");
  ASSERT_TRUE(std::filesystem::exists(work_.path("run.h5.checkpoint")));
  const std::string said = succeed("train --resume deck.yaml train.epochs=9");
  EXPECT_NE(said.find("goes on after 5 of 9 epochs"), std::string::npos) << said;
  const int same =
      std::system(fmt::format("h5diff -q --exclude-path /measured --exclude-path /deck '{}' '{}' >/dev/null",
                              work_.path("run.h5"), work_.path("long.h5"))
                      .c_str());
  EXPECT_EQ(same, 0);
  EXPECT_FALSE(std::filesystem::exists(work_.path("run.h5.checkpoint")));
}

TEST_F(TrainAgain, WithoutThatStateItSaysHowToGoOn) {
  expect_refused("train --resume deck.yaml train.epochs=9",
                 {"train.epochs is 5 there and 9 here", "train.checkpoint.keep", "train.from=run.h5", "--overwrite"});
}

TEST_F(TrainAgain, AStateUnderAScheduleDoesNotGoOnWithOtherEpochs) {
  std::filesystem::remove(work_.path("run.h5"));
  succeed("train deck.yaml train.schedule=cosine train.checkpoint.keep=true");
  std::filesystem::remove(work_.path("run.h5"));
  expect_refused("train --resume deck.yaml train.schedule=cosine train.epochs=9",
                 {"run.h5.checkpoint: ", "train.epochs is 5 there and 9 here", "the rate of train.schedule depends"});
}

TEST_F(TrainAgain, FromAModel) {
  const std::string said = succeed("train deck.yaml train.from=run.h5 output=second.h5");
  EXPECT_NE(said.find("starts from the model of run.h5"), std::string::npos) << said;
  const Json first = info("run.h5"), second = info("second.h5");
  EXPECT_EQ(second["ancestor"], first["model_hash"]);
  EXPECT_EQ(second["parameters"]["from"], "run.h5");
  EXPECT_FALSE(first.contains("ancestor"));
  expect_refused("train deck.yaml train.from=run.h5", {"run.h5: ", "is read by this command"});
  expect_refused("train deck.yaml train.from=run.h5 model.layers=3 output=third.h5",
                 {"run.h5: ", "its model.layers is 2", "the deck 3", "model.layers=2"});
  expect_refused("train deck.yaml train.from=none.h5 output=third.h5", {"none.h5: ", "no such file"});
  // The ancestor has changed, and so the deck says another thing.
  succeed("train --overwrite deck.yaml train.seed=5");
  expect_refused("train deck.yaml train.from=run.h5 output=second.h5",
                 {"second.h5: ", "from run.h5, which has changed since"});
}

TEST_F(TrainAgain, ASweepCanStartEachRunFromAModel) {
  write("sweep.yaml",
        "train: {from: run.h5, epochs: 2, split: [0.6, 0.2, 0.2]}\ncircuit: {generate: {cells: 150}}\n"
        "model: {layers: 2, hidden: 16, k: 4}\nsweep: {learning_rate: [0.001, 0.002]}\noutput: runs\n");
  succeed("sweep sweep.yaml");
  succeed("plan sweep.yaml");
}

}  // namespace
}  // namespace gsrgnn
