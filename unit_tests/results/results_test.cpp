// A folder of runs becomes one results file: whole runs with all that they hold, damaged ones by name, failed ones with
// their reason, and the same bytes each time.

#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/cli/json.hpp>
#include <gsrgnn/results/results_file.hpp>
#include <gsrgnn/training/checkpoint.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/random.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "support/files.hpp"
#include "support/fuzz_seeds.hpp"
#include "support/older_run.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

/// A folder with runs of two circuits and three seeds, and much that is none.
class Collect : public ::testing::Test {
 protected:
  Collect() {
    deck_ = small_deck();
    deck_.train.epochs = 3;
    deck_.model.layers = 1;
    deck_.circuit = "some.h5";
    for (const std::uint64_t seed : {0, 1}) {
      deck_.train.seed = seed;
      const Circuit circuit = small_circuit(200, seed);
      write_circuit(circuit, runs_.path("circuit.h5"));
      runs_written_.push_back(train_one(deck_, circuit));
      write_one(runs_.path(fmt::format("seed{}.h5", seed)), deck_, circuit, runs_written_.back());
    }
    deck_.model.kind = ModelKind::rev;
    deck_.model.layers = 5;
    runs_written_[1].test[0] = {kUndefined, kUndefined, kUndefined, -0.5};
    write_one(runs_.path("deeper/a/rev.h5"), deck_, small_circuit(200, 1), runs_written_[1]);
    runs_.write("seed7.h5.4242.partial", "what a killed writer leaves");
    runs_.write("notes.txt", "seed8.h5");
  }

  std::vector<std::string> names(const RunTable& table) const {
    std::vector<std::string> found;
    for (const RunSummary& row : table.rows) found.push_back(row.name + ":" + row.status);
    return found;
  }

  TestFolder runs_{"_runs"}, made_{"_made"};
  Deck deck_;
  std::vector<TrainedRun> runs_written_;
};

// Keys of decks that came later are empty; a file of another version is told from one that is damaged.
TEST_F(Collect, ResultsOfOlderProgramsAreReadOrToBeCollectedAgain) {
  collect_runs(runs_.path(), made_.path("results.h5"));
  const Hdf5Reader results(made_.path("results.h5"));
  const auto write_without = [&](const std::set<std::string>& unknown, std::int64_t version) {
    std::vector<Hdf5Column> columns;
    for (Hdf5Column& column : results.table("runs")) {
      if (unknown.count(column.name) == 0) columns.push_back(std::move(column));
    }
    Hdf5Writer file(made_.path("older.h5"));
    file.attribute("/", "version", version);
    file.table("runs", columns);
    file.commit();
    return Hdf5Reader(made_.path("older.h5")).path();
  };
  const auto rows = read_results(Hdf5Reader(write_without({"features"}, 2)));
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].parameters.text("kind"), "rev");
  EXPECT_THROW(read_results(Hdf5Reader(write_without({"pearson"}, 2))), InputError);
  const std::string older = write_without({}, 1);
  expect_message(input_error([&] { read_results(Hdf5Reader(older)); }), older, {"version 1", "collect its runs again"});
}

/// Of an array that is joined over all runs the values of the run in one row.
template <class T>
std::vector<T> of_run(const Hdf5Reader& results, const std::string& name, std::size_t row) {
  const auto all = results.array<T>(name);
  const auto first = results.array<std::int64_t>(name + "_first");
  return {all.begin() + first.at(row), all.begin() + first.at(row + 1)};
}

TEST_F(Collect, HoldsEveryRunWithAllItsParts) {
  const std::string path = made_.path("results.h5");
  const RunTable table = collect_runs(runs_.path(), path);
  EXPECT_EQ(names(table), (std::vector<std::string>{"deeper/a/rev:done", "seed0:done", "seed1:done"}));
  EXPECT_TRUE(table.left_out.empty());
  EXPECT_EQ(made_.listing(), std::vector<std::string>{"results.h5"});

  const Hdf5Reader results(path);
  EXPECT_EQ(results.attribute_string("/", "kind"), "gsrgnn results");
  const auto rows = read_results(results);
  ASSERT_EQ(rows.size(), 3U);
  const RunSummary& rev = rows[0];
  EXPECT_EQ(rev.name, "deeper/a/rev");
  EXPECT_EQ(rev.parameters.text("kind"), "rev");
  EXPECT_EQ(rev.parameters.whole("layers"), 5);
  EXPECT_EQ(rev.parameters.whole("k"), 0);
  EXPECT_EQ(rev.parameters.whole("seed"), 1);
  EXPECT_EQ(rev.circuit_file, "some");
  EXPECT_EQ(rev.content_hash, content_hash(small_circuit(200, 1)));
  EXPECT_NE(rev.content_hash, rows[1].content_hash);
  EXPECT_EQ(rev.label, "congestion");
  EXPECT_TRUE(std::isnan(rev.pearson));
  EXPECT_EQ(rev.r2, -0.5);
  const RunSummary& first = rows[1];
  const TrainedRun& run = runs_written_[0];
  EXPECT_EQ(first.cells, 200);
  EXPECT_EQ(first.edges, run.counts.edges);
  EXPECT_EQ(first.nets, run.counts.nets);
  EXPECT_EQ(first.pins, run.counts.pins);
  EXPECT_EQ(first.parameters.real("learning_rate"), deck_.train.learning_rate);
  EXPECT_EQ(first.parameters.whole("epochs"), 3);
  EXPECT_EQ(first.trained_parameters, run.trained_parameters);
  EXPECT_EQ(first.pearson, run.test[0].pearson);
  EXPECT_EQ(first.spearman, run.test[0].spearman);
  EXPECT_EQ(first.kendall, run.test[0].kendall);
  EXPECT_EQ(first.r2, run.test[0].r2);
  EXPECT_EQ(first.best_epoch, run.best_epoch);
  EXPECT_EQ(first.validation_pearson, run.validation_pearson[static_cast<std::size_t>(run.best_epoch)]);
  auto seconds = run.seconds.backward;
  std::sort(seconds.begin(), seconds.end());
  EXPECT_EQ(first.seconds.backward, seconds[1]);
  EXPECT_EQ(first.memory_allocated, run.memory.allocated);
  EXPECT_EQ(first.process_peak, run.memory.process_peak);
  EXPECT_GE(first.threads, 1);
  EXPECT_FALSE(first.revision.empty());

  // Of each run what its own file says, and its arrays, but for the model.
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Hdf5Reader own(runs_.path(rows[r].name + ".h5"));
    EXPECT_EQ(cli::to_json(static_cast<const RunDescription&>(rows[r])), cli::to_json(describe_run(own)));
    EXPECT_EQ(rows[r].label_unit, own.attribute_string("model", "label_unit"));
    EXPECT_EQ(rows[r].source, own.attribute_string("circuit", "source"));
    for (const char* name : {"curves/loss", "curves/validation_loss", "curves/validation_pearson", "scores/test",
                             "scores/validation", "measured/total", "measured/copy", "predictions/position"}) {
      const auto a = of_run<double>(results, name, r), b = own.array<double>(name);
      EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) {
        return x == y || (std::isnan(x) && std::isnan(y));
      })) << name;
    }
    for (const char* name : {"predictions/value", "predictions/label"}) {
      EXPECT_EQ(of_run<float>(results, name, r), own.array<float>(name));
    }
    EXPECT_EQ(of_run<std::uint8_t>(results, "predictions/split", r), own.array<std::uint8_t>("predictions/split"));
  }
}

TEST_F(Collect, RunsOfOlderProgramsAreCollectedAlike) {
  collect_runs(runs_.path(), made_.path("a.h5"));
  for (const char* name : {"seed0.h5", "deeper/a/rev.h5"}) {
    write_without_summary(runs_.path(name), made_.path("older.h5"));
    std::filesystem::rename(made_.path("older.h5"), runs_.path(name));
  }
  collect_runs(runs_.path(), made_.path("b.h5"));
  EXPECT_TRUE(read_bytes(made_.path("a.h5")) == read_bytes(made_.path("b.h5")));
}

TEST_F(Collect, TheSameRunsGiveTheSameBytes) {
  const RunTable once = collect_runs(runs_.path(), made_.path("a.h5"));
  // Into the folder itself, and again: a results file is no run.
  for (int i = 0; i < 2; ++i) EXPECT_EQ(names(collect_runs(runs_.path(), runs_.path("results.h5"))), names(once));
  EXPECT_TRUE(read_bytes(made_.path("a.h5")) == read_bytes(runs_.path("results.h5")));
}

TEST_F(Collect, DamagedFilesAreNamedAndLeftOut) {
  const std::string bytes = read_bytes(runs_.path("seed1.h5"));
  runs_.write("cut.h5", bytes.substr(0, bytes.size() / 2));
  runs_.write("empty.h5", "");
  runs_.write("words.h5", "this is not HDF5\n");
  std::filesystem::create_directory(runs_.path("folder.h5"));
  TrainedRun odd = runs_written_[0];
  odd.loss.clear();
  write_one(runs_.path("odd.h5"), deck_, small_circuit(200, 0), odd);
  odd = runs_written_[0];
  odd.best_epoch = 4;
  write_one(runs_.path("late.h5"), deck_, small_circuit(200, 0), odd);
  {
    Hdf5Writer file(runs_.path("foreign.h5"));
    file.array("data", std::vector<float>{1});
    file.commit();
  }
  const RunTable table = collect_runs(runs_.path(), made_.path("results.h5"));
  EXPECT_EQ(names(table), (std::vector<std::string>{"deeper/a/rev:done", "seed0:done", "seed1:done"}));
  std::vector<std::string> left_out;
  for (const LeftOut& file : table.left_out) {
    left_out.push_back(std::filesystem::path(file.path).filename().string());
    expect_message(file.reason, file.path, {});
  }
  EXPECT_EQ(left_out, (std::vector<std::string>{"cut.h5", "empty.h5", "foreign.h5", "late.h5", "odd.h5", "words.h5"}));
  EXPECT_EQ(read_results(Hdf5Reader(made_.path("results.h5"))).size(), 3U);
}

TEST_F(Collect, ARunMayLieInAFolderNamedLikeAnother) {
  for (const char* name : {"deeper/a.h5", "seed0/deck.h5"}) {
    std::filesystem::create_directories(std::filesystem::path(runs_.path(name)).parent_path());
    std::filesystem::copy_file(runs_.path("seed1.h5"), runs_.path(name));
  }
  const RunTable table = collect_runs(runs_.path(), made_.path("results.h5"));
  EXPECT_EQ(names(table), (std::vector<std::string>{"deeper/a:done", "deeper/a/rev:done", "seed0:done",
                                                    "seed0/deck:done", "seed1:done"}));
  EXPECT_TRUE(table.left_out.empty());
}

TEST_F(Collect, ArraysThatDoNotBelongTogetherAreLeftOut) {
  TrainedRun odd = runs_written_[0];
  odd.validation.push_back(odd.validation[0]);  // scores of two labels, where one is predicted
  write_one(runs_.path("odd.h5"), deck_, small_circuit(200, 0), odd);
  const RunTable table = collect_runs(runs_.path(), made_.path("results.h5"));
  EXPECT_EQ(table.rows.size(), 3U);
  ASSERT_EQ(table.left_out.size(), 1U);
  EXPECT_NE(table.left_out[0].reason.find("odd.h5:/"), std::string::npos) << table.left_out[0].reason;
  // Nothing of it is among those of the others.
  const Hdf5Reader results(made_.path("results.h5"));
  EXPECT_EQ(of_run<double>(results, "curves/loss", 2), runs_written_[1].loss);
  EXPECT_EQ(results.array<std::int64_t>("predictions/split_first"), (std::vector<std::int64_t>{0, 200, 400, 600}));
}

// Whatever byte of a run file is wrong, the others are collected.
TEST_F(Collect, AWrongByteNeverStopsIt) {
  const TestFolder two("_two");
  two.write("whole.h5", read_bytes(runs_.path("seed0.h5")));
  const std::string bytes = without_checksum(read_bytes(runs_.path("seed1.h5")));
  std::size_t left_out = 0, kept = 0;
  constexpr int kFormats = 2;  // that are read by Hdf5Reader: circuits, runs
  for (FuzzSeeds seeds(300, kFormats); seeds.more();) {
    const std::uint64_t seed = seeds.next();
    Random random(seed);
    std::string damaged = bytes;
    // Every other one in the first kilobytes, where a small file has most of its structure.
    const std::size_t at = random.below(seed % 2 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 8192));
    damaged[at] = static_cast<char>(damaged[at] ^ static_cast<char>(1 + random.below(255)));
    two.write("damaged.h5", damaged);
    const RunTable table = collect_runs(two.path(), made_.path("results.h5"));
    EXPECT_EQ(table.rows.size() + table.left_out.size(), 2U) << "seed " << seed;
    EXPECT_EQ(table.rows.back().name, "whole") << "seed " << seed;
    (table.left_out.empty() ? kept : left_out) += 1;
  }
  // Both outcomes occur often, or the damage is of the wrong size.
  EXPECT_GT(left_out, 30U);
  EXPECT_GT(kept, 50U);
}

TEST_F(Collect, FailedRunsHaveTheirReason) {
  const nlohmann::json record = {{"reason", "diverged: \"loss\" is nan\nat epoch 3"}, {"deck", to_yaml(deck_)}};
  runs_.write("seed5.failed", record.dump());
  runs_.write("deeper/seed6.h5.failed", R"({"reason": "does not fit", "deck": "model: ["})");
  runs_.write("seed0.failed", record.dump());  // a later attempt went well
  runs_.write("torn.failed", R"({"reason": "a)");
  const RunTable table = collect_runs(runs_.path(), made_.path("results.h5"));
  EXPECT_EQ(names(table), (std::vector<std::string>{"deeper/a/rev:done", "deeper/seed6:failed", "seed0:done",
                                                    "seed1:done", "seed5:failed", "torn:failed"}));
  const auto rows = read_results(Hdf5Reader(made_.path("results.h5")));
  EXPECT_EQ(rows[1].reason, "does not fit");
  // Of runs that failed there are no arrays.
  const Hdf5Reader results(made_.path("results.h5"));
  EXPECT_EQ(results.array<std::int64_t>("predictions/split_first"),
            (std::vector<std::int64_t>{0, 200, 200, 400, 600, 600, 600}));
  EXPECT_EQ(of_run<double>(results, "curves/loss", 2), runs_written_[0].loss);
  EXPECT_EQ(rows[4].reason, "diverged: \"loss\" is nan\nat epoch 3");
  EXPECT_EQ(rows[4].circuit, "some");
  EXPECT_EQ(rows[4].parameters.whole("layers"), 5);
  EXPECT_TRUE(std::isnan(rows[4].pearson));
  EXPECT_NE(rows[5].reason.find("cannot be read"), std::string::npos);

  const auto j = nlohmann::json::parse(cli::to_json(read_results(Hdf5Reader(made_.path("results.h5")))));
  EXPECT_EQ(j["kind"], "results");
  ASSERT_EQ(j["runs"].size(), 6U);
  EXPECT_EQ(j["runs"][0]["name"], "deeper/a/rev");
  EXPECT_EQ(j["runs"][0]["status"], "done");
  EXPECT_TRUE(j["runs"][0]["scores"]["pearson"].is_null());
  EXPECT_EQ(j["runs"][0]["parameters"]["layers"], 5);
  EXPECT_EQ(j["runs"][2]["scores"]["pearson"], runs_written_[0].test[0].pearson);
  EXPECT_EQ(j["runs"][4]["status"], "failed");
  EXPECT_EQ(j["runs"][4]["parameters"]["kind"], "rev");
}

TEST_F(Collect, AFolderWithoutRunsIsAnErrorAndWritesNothing) {
  const TestFolder empty("_empty");
  const std::string path = made_.path("results.h5");
  expect_message(input_error([&] { collect_runs(empty.path(), path); }), empty.path(), {"no run file"});
  empty.write("words.h5", "this is not HDF5\n");
  expect_message(input_error([&] { collect_runs(empty.path(), path); }), empty.path(), {"no whole run", "words.h5"});
  expect_message(input_error([&] { collect_runs(empty.path("none"), path); }), empty.path("none"), {"no such folder"});
  expect_message(input_error([&] { collect_runs(empty.path("words.h5"), path); }), empty.path("words.h5"),
                 {"not a folder"});
  EXPECT_TRUE(made_.listing().empty());
}

TEST_F(Collect, AResultsFileWithoutAColumnIsRefused) {
  const std::string path = made_.path("results.h5");
  {
    Hdf5Writer file(path);
    file.attribute("/", "kind", kResultsKind);
    file.attribute("/", "version", std::int64_t{2});
    file.table("runs", {{"name", std::vector<std::string>{"a"}}});
    file.commit();
  }
  expect_message(input_error([&] { read_results(Hdf5Reader(path)); }), path + ":/runs", {"'circuit'"});
  {
    Hdf5Writer file(path);
    file.attribute("/", "version", std::int64_t{2});
    file.table("runs", {{"name", std::vector<double>{1}}});
    file.commit();
  }
  expect_message(input_error([&] { read_results(Hdf5Reader(path)); }), path + ":/runs", {"'name'", "type"});
}

}  // namespace
}  // namespace gsrgnn
