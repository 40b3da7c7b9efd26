// The report's numbers on hand-made runs, against plain loops over those runs.

#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/results/report.hpp>

#include "support/files.hpp"
#include "support/run_rows.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

/// A table's cells by the names of their columns.
class Rows {
 public:
  explicit Rows(ReportTable table) : table_(std::move(table)) {
    for (const auto& row : table_.rows) EXPECT_EQ(row.size(), table_.columns.size()) << table_.name;
  }
  std::size_t size() const { return table_.rows.size(); }
  const ReportCell& cell(std::size_t row, const std::string& column) const {
    for (std::size_t c = 0; c < table_.columns.size(); ++c) {
      if (table_.columns[c].name == column) return table_.rows.at(row).at(c);
    }
    throw std::out_of_range(table_.name + " has no column " + column);
  }
  double real(std::size_t row, const std::string& column) const { return std::get<double>(cell(row, column)); }
  std::int64_t whole(std::size_t row, const std::string& column) const {
    return std::get<std::int64_t>(cell(row, column));
  }
  std::string text(std::size_t row, const std::string& column) const {
    return std::get<std::string>(cell(row, column));
  }

 private:
  ReportTable table_;
};

/// Two designs, two depths, three seeds; gcn collapses when deep.
std::vector<RunSummary> study() {
  std::vector<RunSummary> rows;
  for (const std::string circuit : {"a", "b"}) {
    for (const std::int64_t layers : {2, 8}) {
      for (const std::int64_t seed : {0, 1, 2}) {
        const double base = 0.5 + 0.01 * static_cast<double>(seed) + (circuit == "a" ? 0.1 : 0.0);
        const auto add = [&](const std::string& kind, std::int64_t k, double pearson, double validation) {
          rows.push_back(run_row(circuit, kind, k, layers, seed, pearson));
          RunSummary& row = rows.back();
          row.validation_pearson = validation;
          const double cost = kind == "rev" ? 8 : static_cast<double>(k);
          row.seconds.total = cost * (1 + 0.25 * static_cast<double>(seed));
          row.seconds.forward = row.seconds.total / 4;
          row.seconds.backward = row.seconds.total / 2;
          row.memory_planned = row.memory_allocated = static_cast<std::int64_t>(1000000 * cost);
          row.process_peak = 4 * row.memory_allocated;
        };
        add("gcn", 0, layers == 8 ? kUndefined : base, 0);
        add("rev", 0, base + 0.02 * static_cast<double>(seed), 0.5);
        // By validation over both designs k = 4 is the best; by test the two are equal, and the smaller would be taken.
        add("gsr", 2, base + (circuit == "a" ? 0.05 : 0.01), circuit == "a" ? 0.4 : 0.6);
        add("gsr", 4, base + (circuit == "a" ? 0.02 : 0.04), circuit == "a" ? 0.8 : 0.4);
      }
    }
  }
  return rows;
}

TEST(Report, ScoresOverSeeds) {
  const Rows rows(scores_table(compare(study())));
  ASSERT_EQ(rows.size(), 16U);  // 2 designs x 2 depths x (gcn, rev, gsr at two k)
  std::size_t checked = 0;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const auto model = rows.text(r, "model");
    if (model == "gcn" && rows.whole(r, "layers") == 8) {
      EXPECT_EQ(rows.real(r, "pearson"), 0);
      EXPECT_EQ(rows.real(r, "pearson_deviation"), 0);
      EXPECT_EQ(rows.whole(r, "undefined"), 3);
      ++checked;
    }
    if (model == "rev" && rows.text(r, "circuit") == "a") {
      EXPECT_EQ(rows.whole(r, "seeds"), 3);
      EXPECT_EQ(rows.text(r, "k"), "");
      EXPECT_NEAR(rows.real(r, "pearson"), 0.63, 1e-12);            // 0.60, 0.63, 0.66
      EXPECT_NEAR(rows.real(r, "pearson_deviation"), 0.03, 1e-12);  // of a sample
      EXPECT_NEAR(rows.real(r, "kendall"), 0.43, 1e-12);
      EXPECT_EQ(rows.whole(r, "undefined"), 0);
      ++checked;
    }
  }
  EXPECT_EQ(checked, 4U);
}

// A model is as good as it is beside the best of what there is without it, run by run.
TEST(Report, WorthBesideWhatThereIsWithoutAModel) {
  std::vector<RunSummary> runs;
  for (const std::string circuit : {"a", "b"}) {
    for (const std::int64_t seed : {0, 1}) {
      RunSummary& row = runs.emplace_back(run_row(circuit, "gsr", 4, 8, seed, circuit == "a" ? 0.75 : 0.5));
      const auto set = [&](Baseline which, double pearson) {
        row.worth.baseline[static_cast<std::size_t>(which)].pearson = pearson;
      };
      set(Baseline::best_map, circuit == "a" ? 0.5 : 0.625);
      set(Baseline::linear_fit, 0.25);
      if (circuit == "a") set(Baseline::neighbours, seed == 0 ? 0.625 : 0.375);
    }
  }
  const Rows rows(worth_table(compare(runs)));
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows.text(0, "circuit"), "a");
  EXPECT_DOUBLE_EQ(rows.real(0, "pearson"), 0.75);
  EXPECT_DOUBLE_EQ(rows.real(0, "best_map_pearson"), 0.5);
  EXPECT_DOUBLE_EQ(rows.real(0, "linear_fit_pearson"), 0.25);
  EXPECT_DOUBLE_EQ(rows.real(0, "neighbours_pearson"), 0.5);
  EXPECT_DOUBLE_EQ(rows.real(0, "ahead"), 0.1875);  // 0.75 - 0.625, 0.75 - 0.5
  EXPECT_DOUBLE_EQ(rows.real(0, "standard_error"), 0.0625);
  EXPECT_DOUBLE_EQ(rows.real(1, "ahead"), -0.125);
  EXPECT_TRUE(std::isnan(rows.real(1, "neighbours_pearson")));
  EXPECT_EQ(rows.text(2, "circuit"), "all");
  EXPECT_EQ(rows.whole(2, "runs"), 4);
  EXPECT_DOUBLE_EQ(rows.real(2, "pearson"), 0.625);
  EXPECT_DOUBLE_EQ(rows.real(2, "best_map_pearson"), 0.5625);
  EXPECT_DOUBLE_EQ(rows.real(2, "ahead"), 0.03125);
}

TEST(Report, SecondsSpeedupAndMemory) {
  const auto all = compare(study());
  const Rows seconds(seconds_table(all)), speedup(speedup_table(all)), memory(memory_table(all)),
      saving(saving_table(all));
  ASSERT_EQ(seconds.size(), 16U);
  for (std::size_t r = 0; r < seconds.size(); ++r) {
    if (seconds.text(r, "model") != "rev") continue;
    EXPECT_DOUBLE_EQ(seconds.real(r, "total_s"), 10);  // 8, 10, 12
    EXPECT_DOUBLE_EQ(seconds.real(r, "forward_s"), 2.5);
    EXPECT_DOUBLE_EQ(seconds.real(r, "backward_s"), 5);
    EXPECT_DOUBLE_EQ(memory.real(r, "planned_MB"), 8);
    EXPECT_DOUBLE_EQ(memory.real(r, "process_peak_MB"), 32);
    EXPECT_DOUBLE_EQ(memory.real(r, "efficiency"), 1);
    EXPECT_DOUBLE_EQ(memory.real(r, "allocated_of_peak"), 0.25);
  }
  ASSERT_EQ(speedup.size(), 12U);  // all but rev
  ASSERT_EQ(saving.size(), 12U);
  for (std::size_t r = 0; r < speedup.size(); ++r) {
    if (speedup.text(r, "model") != "gsr") continue;
    const auto k = static_cast<double>(speedup.whole(r, "k"));
    EXPECT_DOUBLE_EQ(speedup.real(r, "speedup"), 8 / k);
    EXPECT_DOUBLE_EQ(speedup.real(r, "backward_speedup"), 8 / k);
    EXPECT_DOUBLE_EQ(saving.real(r, "saving_percent"), 100 * (1 - k / 8));
  }
}

TEST(Report, SpeedIsComparedOnOneMachineOnly) {
  auto rows = study();
  for (auto& row : rows) row.threads = row.parameters.text("kind") == "rev" ? 2 : 1;
  EXPECT_EQ(speedup_table(compare(rows)).rows.size(), 0U);
  EXPECT_EQ(saving_table(compare(rows)).rows.size(), 12U);
}

TEST(Report, GsrAgainstRev) {
  const auto input = study();
  const Rows rows(gsr_against_rev_table(compare(input)));
  ASSERT_EQ(rows.size(), 6U);  // 2 depths x (k = 2, k = 4, best)
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const auto layers = rows.whole(r, "layers");
    const bool best = std::holds_alternative<std::string>(rows.cell(r, "k"));
    EXPECT_EQ(best, r % 3 == 2);
    // The pairs by hand.
    std::vector<double> pearson, r2;
    for (const RunSummary& gsr : input) {
      const std::int64_t k = best ? 4 : rows.whole(r, "k");
      if (gsr.parameters.text("kind") != "gsr" || gsr.parameters.whole("k") != k ||
          gsr.parameters.whole("layers") != layers)
        continue;
      for (const RunSummary& rev : input) {
        if (rev.parameters.text("kind") == "rev" && rev.circuit == gsr.circuit &&
            rev.parameters.whole("layers") == layers && rev.parameters.whole("seed") == gsr.parameters.whole("seed")) {
          pearson.push_back(gsr.pearson - rev.pearson);
          r2.push_back(gsr.r2 - rev.r2);
        }
      }
    }
    ASSERT_EQ(pearson.size(), 6U);
    const auto check = [&](const std::vector<double>& values, const std::string& score) {
      double mean = 0, squares = 0;
      for (const double v : values) mean += v / 6;
      for (const double v : values) squares += (v - mean) * (v - mean);
      EXPECT_NEAR(rows.real(r, score + "_difference"), mean, 1e-12);
      EXPECT_NEAR(rows.real(r, score + "_standard_error"), std::sqrt(squares / 5 / 6), 1e-12);
    };
    check(pearson, "pearson");
    check(r2, "r2");
    EXPECT_EQ(rows.whole(r, "pairs"), 6);
    EXPECT_EQ(rows.whole(r, "designs"), 2);
  }
  EXPECT_NEAR(rows.real(2, "pearson_difference"), (0.02 + 0.04) / 2 - 0.02, 1e-12);
  EXPECT_EQ(rows.text(2, "k"), "best (4)");
}

TEST(Report, DeepAgainstShallow) {
  const Rows rows(depth_table(compare(study())));
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows.text(0, "model"), "gcn");
  EXPECT_EQ(rows.whole(0, "layers"), 8);
  EXPECT_EQ(rows.whole(0, "shallowest"), 2);
  EXPECT_EQ(rows.whole(0, "pairs"), 6);
  EXPECT_NEAR(rows.real(0, "pearson_difference"), -(0.51 + 0.61) / 2, 1e-12);
  EXPECT_EQ(rows.text(1, "model"), "rev");
  EXPECT_NEAR(rows.real(1, "pearson_difference"), 0, 1e-12);
  EXPECT_EQ(rows.whole(3, "k"), 4);
}

TEST(Report, PairsNeedEqualCircuitDepthWidthAndSeed) {
  auto gsr = run_row("a", "gsr", 8, 2, 0, 0.5);
  for (const int what : {0, 1, 2, 3, 4}) {
    auto rev = run_row("a", "rev", 0, 2, 0, 0.5);
    if (what == 0) rev.circuit = "b";
    if (what == 1) rev.parameters.set("layers", 3);
    if (what == 2) rev.parameters.set("hidden", 64);
    if (what == 3) rev.parameters.set("seed", 1);  // and 4: all equal, so k = 8 and the best k
    EXPECT_EQ(gsr_against_rev_table(compare({gsr, rev})).rows.size(), what == 4 ? 2U : 0U) << what;
  }
}

TEST(Report, TablesThatWouldBeEmptyAreNamed) {
  auto failed = run_row("c", "gsr", 8, 2, 0, 0);
  failed.status = "failed";
  failed.reason = "diverged, at \"epoch\" 3";
  const auto one = compare({run_row("a", "gsr", 8, 2, 0, 0.5), failed});
  const std::string text = report_text(one);
  EXPECT_NE(text.find("1 run of 1 configuration on 1 circuit; 1 run failed\n"), std::string::npos) << text;
  for (const char* missing : {"'speedup': no run of rev", "'saving': no run of rev", "'gsr_against_rev': no run of gsr",
                              "'depth': no model was trained at several depths"}) {
    EXPECT_NE(text.find(missing), std::string::npos) << missing << " in " << text;
  }
  EXPECT_NE(text.find("diverged, at"), std::string::npos);
  EXPECT_EQ(text.find("nan"), std::string::npos);  // the deviation over one seed
  EXPECT_NE(report_text(compare(study())).find("No table 'failed': no run failed."), std::string::npos);

  const TestFolder folder;
  const auto written = write_report(one, folder.path("new/report"));
  EXPECT_EQ(folder.listing(),
            (std::vector<std::string>{"new", "new/report", "new/report/failed.csv", "new/report/memory.csv",
                                      "new/report/report.txt", "new/report/scores.csv", "new/report/seconds.csv",
                                      "new/report/worth.csv"}));
  EXPECT_EQ(written.size(), 6U);
  EXPECT_EQ(read_bytes(folder.path("new/report/report.txt")), text);
  EXPECT_EQ(read_bytes(folder.path("new/report/failed.csv")),
            "name,circuit,hidden,model,k,layers,seed,reason\n"
            "c-gsr8-2-0,c,32,gsr,8,2,0,\"diverged, at \"\"epoch\"\" 3\"\n");
  folder.write("file", "");
  expect_message(input_error([&] { write_report(one, folder.path("file")); }), folder.path("file"), {"folder"});
}

TEST(Report, VariantsAreShownAndPairedEach) {
  auto nets = run_row("a", "rev", 0, 2, 0, 0.5), expanded = nets;
  expanded.parameters.set("adjacency", "expanded");
  expanded.name += "e";
  nets.seconds.total = 4;
  expanded.seconds.total = 40;
  auto gsr = run_row("a", "gsr", 8, 2, 0, 0.75);
  gsr.seconds.total = 2;
  const Rows speedup(speedup_table(compare({nets, expanded, gsr})));
  ASSERT_EQ(speedup.size(), 2U);
  EXPECT_EQ(speedup.text(0, "rev_variant"), "adjacency=expanded");
  EXPECT_EQ(speedup.real(0, "speedup"), 20);
  EXPECT_EQ(speedup.text(1, "rev_variant"), "adjacency=nets");
  EXPECT_EQ(speedup.real(1, "speedup"), 2);
  EXPECT_EQ(Rows(gsr_against_rev_table(compare({nets, expanded, gsr}))).size(), 4U);  // k = 8 and best, for each
}

TEST(ReportTable, IsAlignedAndQuoted) {
  const ReportTable table{"t",
                          "Title",
                          "",
                          {"A note."},
                          {{"name", "name"}, {"n", "n"}, {"x", "value", 2}, {"d", "d", 1, true}},
                          {{std::string("a\nb"), std::int64_t{5}, 1.0 / 3, 0.25},
                           {std::string("\xc3\xa4,\""), std::string(), kUndefined, -0.25}}};
  EXPECT_EQ(to_text(table),
            "Title\n\n"
            "  name  n  value     d\n"
            "  a b   5   0.33  +0.2\n"
            "  \xc3\xa4,\"   -      -  -0.2\n"
            "\n  A note.\n");
  EXPECT_EQ(to_csv(table), "name,n,x,d\n\"a\nb\",5,0.3333333333333333,0.25\n\"\xc3\xa4,\"\"\",,,-0.25\n");
}

}  // namespace
}  // namespace gsrgnn
