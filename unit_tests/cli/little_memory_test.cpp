// Under a limit of addresses or of open files that is too small: one line and an exit code, and no waiting for ever.

#include <gtest/gtest.h>

#include "support/program.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class LittleMemory : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    if (kSanitized) GTEST_SKIP() << "sanitizers want more addresses than there is memory";
    write("deck.yaml", kDeck);
    write("sweep.yaml", kDeck + "sweep: {seed: [0, 1]}\n");
  }
  /// `threads`: of the BLAS library, or "" for as many as it likes.
  static std::string limit(int kilobytes, const std::string& threads) {
    const std::string of_blas =
        threads.empty() ? "unset OPENBLAS_NUM_THREADS;" : "export OPENBLAS_NUM_THREADS=" + threads + ";";
    return fmt::format("{} ulimit -v {}; timeout -s KILL 60", of_blas, kilobytes);
  }
};

TEST_F(LittleMemory, EndsTrainings) {
  succeed("generate --cells 200 -o c.h5");
  for (const char* threads : {"1", ""}) {
    for (const int kilobytes : {100000, 130000, 160000, 200000}) {
      SCOPED_TRACE(fmt::format("{} kB, threads {}", kilobytes, threads));
      const Outcome training = run("train deck.yaml", limit(kilobytes, threads));
      EXPECT_EQ(training.code, 3) << training.err;
      EXPECT_NE(training.err.find("out of memory"), std::string::npos) << training.err;
      EXPECT_EQ(std::count(training.err.begin(), training.err.end(), '\n'), 1) << training.err;
      const Outcome sweep = run("sweep sweep.yaml output=out", limit(kilobytes, threads));
      EXPECT_EQ(sweep.code, 3) << sweep.out << sweep.err;
      EXPECT_NE(sweep.out.find("out of memory"), std::string::npos) << sweep.out;
    }
  }
  EXPECT_FALSE(std::filesystem::exists(work_.path("run.h5")));
}

TEST_F(LittleMemory, IsEnoughToLookAtFiles) {
  succeed("train deck.yaml");
  for (const char* threads : {"1", ""}) {
    succeed("info run.h5", limit(160000, threads));
    succeed("--version", limit(160000, threads));
    expect_refused("info absent.h5", {"no such file"}, 2, limit(160000, threads));
  }
}

// What HDF5 cannot open for want of room among the open files is not called damaged.
TEST_F(LittleMemory, TooFewOpenFilesAreNamed) {
  succeed("generate --cells 100 -o c.h5");
  for (const int most : {5, 6, 7}) {
    expect_refused("info c.h5", {"c.h5: ", "Too many open files", "ulimit"}, 2,
                   fmt::format("prlimit --nofile={}:{}", most, most));
  }
  succeed("info c.h5", "prlimit --nofile=12:12");
}

}  // namespace
}  // namespace gsrgnn
