// Which runs are set beside which, and what the statistics of the report are: against plain loops.

#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/results/comparison.hpp>

#include "support/run_rows.hpp"

namespace gsrgnn {
namespace {

using testing::run_row;

TEST(Comparison, MeanAndSpread) {
  const std::vector<double> values = {1, 2, 4, 9};
  double sum = 0, squares = 0;
  for (const double v : values) sum += v;
  for (const double v : values) squares += (v - sum / 4) * (v - sum / 4);
  const Spread s = spread(values);
  EXPECT_EQ(s.count, 4U);
  EXPECT_DOUBLE_EQ(s.mean, 4);
  EXPECT_DOUBLE_EQ(s.deviation, std::sqrt(squares / 3));
  EXPECT_DOUBLE_EQ(s.standard_error, std::sqrt(squares / 3) / 2);
  EXPECT_DOUBLE_EQ(spread({7}).mean, 7);
  EXPECT_TRUE(std::isnan(spread({7}).deviation));
  EXPECT_TRUE(std::isnan(spread({}).mean));
}

TEST(Comparison, UndefinedScoresCountAsZero) {
  EXPECT_EQ(counted(std::nan("")), 0);
  EXPECT_EQ(counted(-0.5), -0.5);
  ScoreDifferences differences;
  const auto all = compare({run_row("c", "gcn", 0, 2, 0, kUndefined), run_row("c", "rev", 0, 2, 0, 0.5)});
  append_differences(*all.of("gcn")[0], *all.of("rev")[0], differences);
  EXPECT_EQ(differences[0], std::vector<double>{-0.5});
}

TEST(Comparison, RunsThatDifferInTheSeedAreOneConfiguration) {
  std::vector<RunSummary> rows = {run_row("b", "gsr", 8, 2, 1, 0.2), run_row("a", "gsr", 8, 2, 0, 0.5),
                                  run_row("b", "gsr", 8, 2, 0, 0.1), run_row("b", "rev", 0, 2, 0, 0.3),
                                  run_row("b", "gsr", 4, 2, 0, 0.4), run_row("b", "gcn", 0, 2, 0, 0.6)};
  for (RunSummary& row : rows) row.seconds.total = row.pearson;
  const auto all = compare(rows);
  std::vector<std::string> found;
  for (const Configuration& c : all.configurations) found.push_back(c.circuit + " " + c.kind + std::to_string(c.k));
  EXPECT_EQ(found, (std::vector<std::string>{"a gsr8", "b gcn0", "b rev0", "b gsr4", "b gsr8"}));
  const Configuration& last = all.configurations.back();
  ASSERT_EQ(last.runs.size(), 2U);
  EXPECT_EQ(last.runs[0].pearson, 0.1);  // by seed
  EXPECT_EQ(last.runs[1].pearson, 0.2);
  EXPECT_DOUBLE_EQ(last.mean_seconds().total, 0.15);
  EXPECT_FALSE(all.has_variants());
  EXPECT_EQ(all.repeated, 0U);
}

TEST(Comparison, WhatWasVariedIsNotAveragedOver) {
  auto dense = run_row("a", "gsr", 8, 2, 1, 0.5);
  dense.parameters.set("residual", "dense");
  auto sparse = run_row("a", "gsr", 8, 2, 0, 0.25);
  sparse.parameters.set("residual", "sparse");
  auto elsewhere = run_row("b", "gsr", 8, 2, 0, 0.25);
  elsewhere.parameters.set("residual", "sparse");
  elsewhere.parameters.set("epochs", 99);  // tables of many circuits average over them
  const auto all = compare({dense, sparse, elsewhere, run_row("a", "rev", 0, 2, 0, 0.1)});
  std::vector<std::string> variants;
  for (const Configuration& c : all.configurations) variants.push_back(c.circuit + c.kind + ":" + c.variant);
  EXPECT_EQ(variants, (std::vector<std::string>{"arev:epochs=10", "agsr:residual=dense epochs=10",
                                                "agsr:residual=sparse epochs=10", "bgsr:residual=sparse epochs=99"}));
  EXPECT_TRUE(all.has_variants());

  auto split = run_row("a", "gsr", 8, 2, 0, 0.5), other = split;
  split.parameters.set("split", "0.8/0.1/0.1");
  other.parameters.set("split", "0.6/0.2/0.2");
  const auto splits = compare({split, other});
  ASSERT_EQ(splits.configurations.size(), 2U);
  EXPECT_EQ(splits.configurations[0].variant, "split=0.6/0.2/0.2");
}

TEST(Comparison, TheSameRunTwiceCountsOnceAndFailuresApart) {
  auto again = run_row("a", "gsr", 8, 2, 0, 0.5);
  again.name = "again";
  auto failed = run_row("a", "gsr", 8, 4, 0, 0.5);
  failed.status = "failed";
  const auto all = compare({run_row("a", "gsr", 8, 2, 0, 0.5), again, failed});
  ASSERT_EQ(all.configurations.size(), 1U);
  EXPECT_EQ(all.configurations[0].runs.size(), 1U);
  EXPECT_NE(all.configurations[0].runs[0].name, "again");
  EXPECT_EQ(all.repeated, 1U);
  ASSERT_EQ(all.failed.size(), 1U);
  EXPECT_EQ(all.failed[0].parameters.whole("layers"), 4);

  // A failure that was collected twice, and one that a later start made good.
  auto twice = failed, made_good = run_row("a", "gsr", 8, 2, 0, 0.5);
  twice.name = "elsewhere/" + failed.name;
  made_good.status = "failed";
  EXPECT_EQ(compare({failed, twice, made_good, run_row("a", "gsr", 8, 2, 0, 0.5)}).failed.size(), 1U);
}

TEST(Comparison, CircuitsOfOneNameAreToldApart) {
  auto other = run_row("a", "gsr", 8, 2, 1, 0.5);
  other.edges = 2000;
  const auto all = compare({run_row("a", "gsr", 8, 2, 0, 0.5), other});
  ASSERT_EQ(all.configurations.size(), 2U);
  EXPECT_EQ(all.configurations[0].circuit, "a (1000 edges)");
  EXPECT_EQ(all.configurations[1].circuit, "a (2000 edges)");
}

// Two placements of a netlist, two labels of a placement.
TEST(Comparison, CircuitsOfOneGraphAreToldApartByTheirContent) {
  const auto with = [](const char* hash, const char* file, const char* label) {
    auto run = run_row("a", "gsr", 8, 2, 0, 0.5);
    run.content_hash = hash;
    run.circuit_file = file;
    run.label = label;
    return run;
  };
  const auto circuits = [](const std::vector<RunSummary>& runs) {
    const auto all = compare(runs);
    EXPECT_EQ(all.repeated, 0U);
    std::vector<std::string> names;
    for (const Configuration& c : all.configurations) names.push_back(c.circuit);
    return names;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(circuits({with("1", "p1", "rudy"), with("2", "p2", "rudy")}), (Names{"a (p1)", "a (p2)"}));
  EXPECT_EQ(circuits({with("1", "p1", "rudy"), with("2", "p1", "h+v")}), (Names{"a (h+v)", "a (rudy)"}));
  EXPECT_EQ(circuits({with("1", "p1", "rudy"), with("2", "p2", "h+v")}), (Names{"a (h+v, p2)", "a (rudy, p1)"}));
  EXPECT_EQ(circuits({with("0123456789", "p", "rudy"), with("9876543210", "p", "rudy")}),
            (Names{"a [01234567]", "a [98765432]"}));
  // The same circuit by two paths is one.
  EXPECT_EQ(compare({with("1", "p1", "rudy"), with("1", "p2", "rudy")}).repeated, 1U);
}

TEST(Comparison, DifferencesAreOfEqualSeeds) {
  const auto all = compare({run_row("a", "gsr", 8, 2, 0, 0.5), run_row("a", "gsr", 8, 2, 1, 0.7),
                            run_row("a", "gsr", 8, 2, 2, 0.9), run_row("a", "rev", 0, 2, 3, 0.1),
                            run_row("a", "rev", 0, 2, 2, 0.6), run_row("a", "rev", 0, 2, 0, 0.25)});
  ScoreDifferences differences;
  append_differences(*all.of("gsr")[0], *all.of("rev")[0], differences);
  ASSERT_EQ(differences[0].size(), 2U);
  EXPECT_DOUBLE_EQ(differences[0][0], 0.25);
  EXPECT_DOUBLE_EQ(differences[0][1], 0.9 - 0.6);
  EXPECT_DOUBLE_EQ(differences[3][1], 0.9 * 0.9 - 0.6 * 0.6);
}

// The k that is worst on the test cells has the best validation, and is chosen.
TEST(Comparison, TheBestKIsChosenByValidation) {
  std::vector<RunSummary> rows;
  const std::vector<std::array<double, 3>> of_k = {{4, 0.9, 0.5}, {8, 0.1, 0.6}, {16, 0.5, 0.6}, {32, 0.8, kUndefined}};
  for (const auto& [k, test, validation] : of_k) {
    for (const int seed : {0, 1}) {
      rows.push_back(run_row("a", "gsr", static_cast<std::int64_t>(k), 2, seed, test));
      rows.back().validation_pearson = validation + (seed == 0 ? 0.125 : -0.125);
    }
  }
  const auto all = compare(rows);
  EXPECT_EQ(best_k_by_validation(all.of("gsr")), 8);  // of the two equals the smaller k
  EXPECT_EQ(best_k_by_validation({}), 0);
}

}  // namespace
}  // namespace gsrgnn
