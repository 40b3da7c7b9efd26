// Files that other tools repacked serve a command as they were, and those that somebody made to harm it are refused.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/circuit/content_hash.hpp>
#include <gsrgnn/circuit/generate.hpp>
#include <limits>

#include "support/program.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

const std::string kField = std::string(GSRGNN_SHARED_DATA) + "/../field/";

class ForeignFiles : public ProgramTest {
 protected:
  void take(const std::string& name, const std::string& as) const {
    std::filesystem::copy_file(kField + name, work_.path(as));
  }
  static bool there() { return std::filesystem::exists(kField); }
};

TEST_F(ForeignFiles, ARepackedCircuitIsTheSame) {
  if (!there()) GTEST_SKIP() << "no field inputs in " << kField;
  const Circuit circuit = read_circuit(kField + "hpc/circuit.h5");
  EXPECT_EQ(content_hash(read_circuit(kField + "hpc/h2_repacked_gzip.h5")), content_hash(circuit));
  EXPECT_EQ(circuit.cells(), 300);
}

TEST_F(ForeignFiles, ASizeThatOverflowsIsRefused) {
  if (!there()) GTEST_SKIP() << "no field inputs in " << kField;
  take("faults/circuit_size_overflow.h5", "c.h5");
  expect_refused("info c.h5", {"c.h5:/cells/type_name: ", "shorter than its announced size"});
  // One such run does not keep the others from being collected.
  std::filesystem::create_directory(work_.path("runs"));
  take("faults/run_size_overflow.h5", "runs/a.h5");
  expect_refused("predict --model runs/a.h5 --circuit c.h5 -o p.h5", {"a.h5:/model/label_name: ", "shorter"});
  write("deck.yaml", kDeck);
  succeed("train deck.yaml output=runs/b.h5");
  const Outcome collected = run("collect runs -o results.h5");
  EXPECT_EQ(collected.code, 0) << collected.err;
  EXPECT_NE(collected.err.find("runs/a.h5"), std::string::npos) << collected.err;
  EXPECT_NE(collected.out.find("1 done"), std::string::npos) << collected.out;
  EXPECT_EQ(run("report runs").code, 0);
}

// What h5repack made of them serves every command.
TEST_F(ForeignFiles, RepackedFilesServeEveryCommand) {
  write("deck.yaml", "circuit: c.h5\n" + kDeck.substr(kDeck.find("model:")));
  succeed("generate --cells 200 -o c.h5");
  succeed("train deck.yaml");
  std::filesystem::create_directory(work_.path("runs"));
  for (const auto& [from, to] : {std::pair("c.h5", "packed.h5"), std::pair("run.h5", "runs/packed.h5")}) {
    ASSERT_EQ(
        std::system(fmt::format("h5repack -f SHUF -f GZIP=5 '{}' '{}'", work_.path(from), work_.path(to)).c_str()), 0);
  }
  succeed("predict --model run.h5 --circuit c.h5 -o p.h5");
  succeed("predict --model runs/packed.h5 --circuit packed.h5 -o q.h5");
  EXPECT_EQ(std::system(fmt::format("h5diff -q '{}' '{}' /value", work_.path("p.h5"), work_.path("q.h5")).c_str()), 0);
  succeed("collect runs -o results.h5");
  ASSERT_EQ(
      std::system(fmt::format("h5repack -f GZIP=1 '{}' '{}'", work_.path("results.h5"), work_.path("r.h5")).c_str()),
      0);
  EXPECT_EQ(info("r.h5"), info("results.h5"));
  succeed("report r.h5");
}

TEST_F(ForeignFiles, OneFlippedBitIsNamedInEveryKindOfFile) {
  write("deck.yaml", "circuit: c.h5\n" + kDeck.substr(kDeck.find("model:")));
  succeed("generate --cells 200 -o c.h5");
  succeed("train deck.yaml output=runs/run.h5");
  succeed("predict --model runs/run.h5 --circuit c.h5 -o p.h5");
  succeed("collect runs -o results.h5");
  const auto flip = [&](const std::string& name, double where) {
    std::string bytes = read_bytes(work_.path(name));
    auto& byte = bytes[static_cast<std::size_t>(where * static_cast<double>(bytes.size()))];
    byte = static_cast<char>(byte ^ 4);
    write(name, bytes);
  };
  for (const std::string name : {"c.h5", "p.h5", "results.h5", "runs/run.h5"}) {
    for (const double where : {0.5, 0.9}) {
      flip(name, where);
      expect_refused("info " + name, {name + ": ", "damaged", "checksum", "write it again"});
      flip(name, where);
    }
    succeed("info " + name);
  }
  flip("c.h5", 0.9);
  expect_refused("train deck.yaml output=again.h5", {"c.h5: ", "damaged"});
  expect_refused("maps c.h5 -o m.h5", {"c.h5: ", "damaged"});
  flip("runs/run.h5", 0.9);
  expect_refused("collect runs -o new.h5", {"run.h5: ", "damaged"});
  expect_refused("predict --model runs/run.h5 --circuit c.h5 -o new.h5", {"run.h5: ", "damaged"});
  // A training is done again.
  flip("c.h5", 0.9);
  succeed("train --resume deck.yaml output=runs/run.h5");
  succeed("info runs/run.h5");
}

TEST_F(ForeignFiles, LabelsNearTheLargestNumberGiveNoInfinitePredictions) {
  GeneratorSpec spec;
  spec.cells = 200;
  Circuit circuit = generate(spec);
  const float largest = *std::max_element(circuit.label.begin(), circuit.label.end());
  for (float& label : circuit.label) label = label / largest * std::numeric_limits<float>::max();
  write_circuit(circuit, work_.path("c.h5"));
  write("deck.yaml", "features: paper\ncircuit: c.h5\n" + kDeck.substr(kDeck.find("model:")));
  const Outcome outcome = run("train deck.yaml train.epochs=60 train.learning_rate=0.02");
  if (outcome.code == 0) {
    for (const float value : Hdf5Reader(work_.path("run.h5")).array<float>("predictions/value")) {
      ASSERT_TRUE(std::isfinite(value));
    }
  } else {
    EXPECT_EQ(outcome.code, 3);
    EXPECT_NE(outcome.err.find("3.4e38"), std::string::npos) << outcome.err;
  }
}

// Where HDF5 is told to lock files, and another program has one open for writing.
TEST_F(ForeignFiles, AFileThatIsBeingWrittenIsNotCalledDamaged) {
  write("deck.yaml", kDeck);
  for (const char* name : {"a", "b"}) succeed(fmt::format("train deck.yaml output=runs/{}.h5", name));
  const int file = ::open(work_.path("runs/a.h5").c_str(), O_RDWR);
  ASSERT_EQ(::flock(file, LOCK_EX), 0);
  const std::string locking = "HDF5_USE_FILE_LOCKING=TRUE";
  expect_refused("info runs/a.h5", {"runs/a.h5: is locked by another program", "wait"}, 2, locking);
  const Outcome collected = run("collect runs -o results.h5", locking);
  EXPECT_EQ(collected.code, 0);
  EXPECT_NE(collected.err.find("left out: runs/a.h5: is locked"), std::string::npos) << collected.err;
  EXPECT_EQ((collected.out + collected.err).find("damaged"), std::string::npos) << collected.out << collected.err;
  ::close(file);
  EXPECT_EQ(run("info runs/a.h5", locking).code, 0);
}

TEST_F(ForeignFiles, PipesAreNotWaitedFor) {
  ASSERT_EQ(std::system(fmt::format("mkfifo '{}'", work_.path("pipe.h5")).c_str()), 0);
  for (const char* command : {"info pipe.h5", "predict --model pipe.h5 --circuit pipe.h5 -o p.h5", "report pipe.h5",
                              "maps pipe.h5 -o m.h5"}) {
    const Outcome outcome = run(command, "timeout 10");
    EXPECT_EQ(outcome.code, 2) << command;
    EXPECT_NE(outcome.err.find("pipe.h5: is a pipe or device"), std::string::npos) << outcome.err;
  }
}

}  // namespace
}  // namespace gsrgnn
