// What a sweep's folder knows of a run, and who works on it.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <gsrgnn/campaign/run_record.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/hash.hpp>

#include "support/files.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class RunRecord : public ::testing::Test {
 protected:
  RunRecord() : deck_(small_deck()) {
    deck_.train.epochs = 2;
    deck_.model.layers = 1;
    run_ = {"name-L1-s0.5-00112233", deck_identity(deck_)};
  }
  /// A real run file under the run's name.
  std::string write_run_file() {
    const Circuit circuit = small_circuit(100);
    Deck deck = deck_;
    deck.output = run_path(folder_.path(), run_);
    write_one(deck.output, deck, circuit, train_one(deck, circuit));
    return deck.output;
  }
  RunState state() {
    why_.clear();
    return run_state(folder_.path(), run_, why_);
  }

  TestFolder folder_;
  Deck deck_;
  SweepRun run_;
  std::string why_;
};

TEST_F(RunRecord, OnlyAWholeFileOfTheDeckIsComplete) {
  EXPECT_EQ(state(), RunState::none);
  const std::string path = write_run_file();
  EXPECT_EQ(state(), RunState::complete) << why_;
  const std::string bytes = read_bytes(path);

  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, bytes.size() / 2, bytes.size() - 1}) {
    write_bytes(path, bytes.substr(0, size));
    EXPECT_EQ(state(), RunState::damaged) << size;
    EXPECT_NE(why_.find(path), std::string::npos) << why_;
  }
  write_bytes(path, bytes);
  EXPECT_EQ(state(), RunState::complete);
  deck_.train.seed = 77;
  run_.identity = deck_identity(deck_);
  EXPECT_EQ(state(), RunState::damaged);
  EXPECT_NE(why_.find("another deck"), std::string::npos) << why_;
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  EXPECT_EQ(state(), RunState::damaged);
}

TEST_F(RunRecord, OnlyADivergedTrainingIsFinal) {
  Failure read;
  EXPECT_FALSE(read_final_failure(folder_.path(), run_, read));
  ASSERT_TRUE(write_failure(folder_.path(), run_, {"does not fit", 3, false}));
  EXPECT_FALSE(read_final_failure(folder_.path(), run_, read));
  ASSERT_TRUE(write_failure(folder_.path(), run_, {"diverged\n \"here\" \xff", 3, true}));
  EXPECT_TRUE(read_final_failure(folder_.path(), run_, read));
  EXPECT_EQ(read.reason.rfind("diverged\n \"here\"", 0), 0U);
  EXPECT_EQ(read.exit_code, 3);
  EXPECT_EQ(folder_.listing(), std::vector<std::string>{run_.name + ".failed"});

  const std::string path = failure_path(folder_.path(), run_), text = read_bytes(path);
  for (const std::size_t size : {std::size_t{0}, text.size() / 2}) {
    write_bytes(path, text.substr(0, size));
    EXPECT_FALSE(read_final_failure(folder_.path(), run_, read)) << size;
  }
  write_bytes(path, "[1, 2]");
  EXPECT_FALSE(read_final_failure(folder_.path(), run_, read));
  write_bytes(path, text);
  EXPECT_TRUE(read_final_failure(folder_.path(), run_, read));
  deck_.train.epochs = 3;
  run_.identity = deck_identity(deck_);  // of another deck
  EXPECT_FALSE(read_final_failure(folder_.path(), run_, read));
  EXPECT_FALSE(write_failure(path + "/in_a_file", run_, {}));
}

TEST_F(RunRecord, ALockKeepsOtherProcessesOutUntilItsHolderDies) {
  int ready[2], end[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(end), 0);
  const pid_t child = ::fork();
  if (child == 0) {  // claims 5 and 0xffff..., gives 6 back, and waits to be killed
    RunLocks locks(folder_.path());
    const bool good = locks.claim(5) && locks.claim(~std::uint64_t{0}) && locks.claim(6);
    locks.release(6);
    const char word = good ? 'y' : 'n';
    char never = 0;
    if (::write(ready[1], &word, 1) != 1 || ::read(end[0], &never, 1) != 1) ::_exit(1);
    ::_exit(0);
  }
  char word = 0;
  ASSERT_EQ(::read(ready[0], &word, 1), 1);
  EXPECT_EQ(word, 'y');
  RunLocks locks(folder_.path());
  EXPECT_FALSE(locks.claim(5));
  EXPECT_FALSE(RunClaim(locks, ~std::uint64_t{0}).held());
  EXPECT_TRUE(RunClaim(locks, 6).held());
  EXPECT_TRUE(locks.claim(7));
  EXPECT_TRUE(locks.supported());

  // Temporary files: only those of runs that nobody works on are leftovers.
  std::vector<SweepRun> runs = {{"a-lr0.1-1", "one"}, {"b", "two"}};
  folder_.write("a-lr0.1-1.h5.123.partial", "");
  folder_.write("a-lr0.1-1.failed.123.partial", "");
  folder_.write("other.h5.123.partial", "");
  folder_.write("a-lr0.1-1.h5", "");
  clean_sweep_folder(folder_.path(), runs, locks);
  EXPECT_EQ(folder_.listing(), (std::vector<std::string>{"a-lr0.1-1.h5", "other.h5.123.partial", "sweep.lock"}));

  ::kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(locks.claim(5));
  for (const int file : {ready[0], ready[1], end[0], end[1]}) ::close(file);
}

TEST_F(RunRecord, LeftoversOfARunBeingWorkedOnStay) {
  const SweepRun run{"a", "one"};
  folder_.write("a.h5.1.partial", "");
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    RunLocks locks(folder_.path());
    const char word = locks.claim(identity_hash(run.identity)) ? 'y' : 'n';
    if (::write(ready[1], &word, 1) != 1) ::_exit(1);
    ::pause();
    ::_exit(0);
  }
  char word = 0;
  ASSERT_EQ(::read(ready[0], &word, 1), 1);
  EXPECT_EQ(word, 'y');
  {
    RunLocks locks(folder_.path());
    clean_sweep_folder(folder_.path(), {run}, locks);
    EXPECT_TRUE(std::filesystem::exists(folder_.path("a.h5.1.partial")));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    clean_sweep_folder(folder_.path(), {run}, locks);
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.path("a.h5.1.partial")));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(RunRecord, AFolderThatCannotBeUsedIsAnError) {
  expect_message(input_error([&] { RunLocks locks("/proc/missing"); }),
                 "/proc/missing/sweep.lock: ", {"cannot be opened"});
}

}  // namespace
}  // namespace gsrgnn
