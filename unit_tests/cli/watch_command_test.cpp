// gsrgnn watch, of trainings that are under way, done and gone.

#include "support/child_process.hpp"
#include "support/program.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class Watch : public ProgramTest {
 protected:
  static std::string log(int epochs, double seconds_each) {
    std::string text = "epoch,epochs,loss,validation_loss,validation_pearson,learning_rate,seconds\n";
    for (int e = 0; e <= epochs; ++e) {
      text += fmt::format("{},100,{},0.9,{},0.002,{}\n", e, 1.0 / (1 + e), e == 3 ? 0.8 : 0.5, e * seconds_each);
    }
    return text;
  }
  /// As if nothing had been written for so long.
  void silence(const std::string& name, int seconds) const {
    const auto now = std::filesystem::file_time_type::clock::now();
    std::filesystem::last_write_time(work_.path(name), now - std::chrono::seconds(seconds));
  }
  static void expect_words(const std::string& text, const std::vector<std::string>& words) {
    for (const auto& word : words) EXPECT_NE(text.find(word), std::string::npos) << word << " in\n" << text;
  }
};

TEST_F(Watch, TellsHowFarATrainingIs) {
  write("run.h5.log.csv", log(20, 2));
  const auto before = snapshot();
  for (const char* name : {"run.h5", "run.h5.log.csv"}) {
    expect_words(succeed(std::string("watch ") + name),
                 {"run.h5", "20/100", "0.0476", "0.5000", " 3 ", "40s", "2m 40s left"});
  }
  silence("run.h5.log.csv", 7200);
  expect_words(succeed("watch run.h5"), {"20/100", "silent for 2h 00m"});
  EXPECT_TRUE(snapshot() == before);  // of which times are no part
}

TEST_F(Watch, KnowsTheEndOfATraining) {
  write("deck.yaml", kDeck);
  succeed("train deck.yaml");
  expect_words(succeed("watch run.h5"), {"5/5", "done"});
  expect_words(succeed("watch ."), {"run.h5", "5/5", "done", "1 run file, 0 failed, 0 under way"});
}

TEST_F(Watch, TellsOfAllInAFolder) {
  std::filesystem::create_directories(work_.path("runs/deep"));
  write("runs/a.h5.log.csv", log(20, 2));
  write("runs/deep/b.h5.log.csv", log(5, 1));
  silence("runs/deep/b.h5.log.csv", 600);
  write("runs/c.h5", "");
  write("runs/d.failed", "");
  write("runs/other.csv", "1,2\n");
  write("runs/strange.log.csv", "1,2\n");
  expect_words(succeed("watch runs"),
               {"\na.h5 ", "2m 40s left", "\ndeep/b.h5 ", "silent for 10m", "1 run file, 1 failed, 1 under way"});
}

TEST_F(Watch, RefusesWhatHasNone) {
  expect_refused("watch none.h5", {"none.h5: ", "there is no log", "none.h5.log.csv"});
  write("other.log.csv", "1,2\n");
  expect_refused("watch other.log.csv", {"other.log.csv: ", "no log of a training"});
}

// Of a sweep: while a run is under way it has a log, and when it is done its run file.
TEST_F(Watch, ASweepLeavesLogsOfWhatIsUnderWay) {
  write("sweep.yaml",
        "circuit: {generate: {cells: 150}}\nmodel: {layers: 2, hidden: 16, k: 4}\n"
        "train: {epochs: 100000}\nsweep: {seed: [0, 1]}\noutput: runs\n");
  const std::string out = texts_.path("sweep");
  const pid_t sweep =
      start_shell(fmt::format("cd '{}' && exec '{}' sweep sweep.yaml", work_.path(), GSRGNN_PROGRAM), out);
  std::string said;
  for (int tries = 0; tries < 600 && said.find("left") == std::string::npos; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (std::filesystem::exists(work_.path("runs"))) said = run("watch runs").out;
  }
  expect_words(said, {"/100000", "left", "0 run files, 0 failed, 1 under way"});
  ::kill(sweep, SIGTERM);
  EXPECT_EQ(wait_for_exit(sweep), 75) << read_bytes(out);
  write("sweep.yaml",
        "circuit: {generate: {cells: 150}}\nmodel: {layers: 2, hidden: 16, k: 4}\n"
        "train: {epochs: 2}\nsweep: {seed: [0, 1]}\noutput: done\n");
  succeed("sweep sweep.yaml");
  for (const std::string& name : work_.listing()) {
    EXPECT_FALSE(name.rfind("done/", 0) == 0 && name.find(".csv") != std::string::npos) << name;
  }
}

}  // namespace
}  // namespace gsrgnn
