// gsrgnn import circuitnet over a whole dataset, by one rank and by several.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>

#include "circuit/numpy_files.hpp"
#include "support/files.hpp"
#include "support/program.hpp"

namespace gsrgnn {
namespace {

/// Runs the import of all designs under `root` into `out` by `ranks` ranks.
testing::Outcome import_all(const testing::TestFolder& texts, const std::string& root, const std::string& out,
                            int ranks) {
  const std::string mpirun = fmt::format(
      "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 '{}' -n {}",
      GSRGNN_MPIRUN, ranks);
  const std::string command =
      fmt::format("{} '{}' import circuitnet --root '{}' --label rudy -o '{}' >'{}' 2>'{}' </dev/null",
                  ranks > 1 ? mpirun : "", GSRGNN_PROGRAM, root, out, texts.path("out"), texts.path("err"));
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, testing::read_bytes(texts.path("out")),
          testing::read_bytes(texts.path("err"))};
}

TEST(CircuitNetCommand, SharesADatasetAmongRanks) {
  const testing::TestFolder dataset("_data"), texts("_texts"), made("_made");
  numpy_files::TinyCircuitNet tiny;
  tiny.places.pop_back();  // all placed cells are in the netlist
  tiny.write(dataset);
  for (int i = 20; i < 27; ++i) {
    const std::string design = fmt::format("{}-tiny-a-1-c2-u0.8-m1-p1-f0", i);
    dataset.write(numpy_files::TinyCircuitNet::placement(design),
                  i == 23 ? tiny.placement_npy().substr(0, 150) : tiny.placement_npy());
  }
  const testing::Outcome alone = import_all(texts, dataset.path(), made.path("alone"), 1);
  EXPECT_EQ(alone.code, 0) << alone.err;
  EXPECT_NE(alone.out.find("7 of 8 designs imported"), std::string::npos) << alone.out;
  EXPECT_NE(alone.out.find("skipped: "), std::string::npos) << alone.out;

  for (const int ranks : {2, 4}) {
    const std::string folder = fmt::format("by{}", ranks);
    const testing::Outcome shared = import_all(texts, dataset.path(), made.path(folder), ranks);
    EXPECT_EQ(shared.code, 0) << shared.err;
    // The same table but for its last line, and the same files.
    const auto table = [](const std::string& text) { return text.substr(0, text.find(" designs imported")); };
    EXPECT_EQ(table(shared.out), table(alone.out));
    for (const auto& entry : std::filesystem::directory_iterator(made.path("alone"))) {
      const std::string name = entry.path().filename().string();
      EXPECT_EQ(testing::read_bytes(made.path(folder + "/" + name)), testing::read_bytes(entry.path().string()))
          << name;
    }
  }
}

// One node without the file system that the dataset is on.
TEST(CircuitNetCommand, ARankThatCannotSeeTheDatasetKeepsNobodyWaiting) {
  const testing::TestFolder dataset("_data"), texts("_texts"), made("_made");
  numpy_files::TinyCircuitNet tiny;
  tiny.places.pop_back();
  tiny.write(dataset);
  dataset.write(numpy_files::TinyCircuitNet::placement("20-tiny-a-1-c2-u0.8-m1-p1-f0"), tiny.placement_npy());
  const auto of = [&](const std::string& root) {
    return fmt::format("-n 1 '{}' import circuitnet --root '{}' --label rudy -o '{}'", GSRGNN_PROGRAM, root,
                       made.path("out"));
  };
  const auto run = [&](const std::string& first, const std::string& second) {
    const std::string command = fmt::format(
        "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 timeout 60 "
        "'{}' {} : {} >'{}' 2>&1 </dev/null",
        GSRGNN_MPIRUN, of(first), of(second), texts.path("out"));
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  EXPECT_EQ(run(dataset.path(), "/nonexistent"), 0);
  EXPECT_NE(testing::read_bytes(texts.path("out")).find("1 of 2 designs imported"), std::string::npos);
  EXPECT_EQ(run("/nonexistent", dataset.path()), 2);
  const std::string said = testing::read_bytes(texts.path("out"));
  EXPECT_NE(said.find("gsrgnn: /nonexistent"), std::string::npos) << said;
  EXPECT_EQ(said.find("gsrgnn: "), said.rfind("gsrgnn: ")) << "said twice: " << said;
}

TEST(CircuitNetCommand, ADatasetWithoutAnyGoodDesignIsAnError) {
  const testing::TestFolder dataset("_data"), texts("_texts"), made("_made");
  numpy_files::TinyCircuitNet tiny;
  tiny.write(dataset);
  dataset.write(numpy_files::TinyCircuitNet::placement(numpy_files::kDesign), "not numpy");
  const testing::Outcome outcome = import_all(texts, dataset.path(), made.path("out"), 1);
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("no design could be imported"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace gsrgnn
