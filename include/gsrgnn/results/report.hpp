#pragma once

/// The paper's tables from many runs.
///
///   scores           Figs 1, 2, 8   the four scores by circuit, model, depth and width, over seeds
///   seconds          Table 2        an epoch and its parts
///   speedup          Fig 9          epochs of rev against those of the other models
///   memory           Figs 4, 10     planned, allocated, process peak, efficiency
///   saving           Figs 4, 10     memory against that of rev
///   gsr_against_rev  the study      paired differences of the scores, for each k and for the best k by validation
///   depth            the study      paired differences of deep models from their own shallowest
///   worth                           Pearson of the test part, beside what there is on it without the model
///   failed                          runs that failed, and why
///
/// Undefined scores count as 0 (see counted()). "+-" is the sample standard deviation over seeds in `scores`, and the
/// standard error of the mean over the pairs in the two tables of differences.

#include <gsrgnn/results/comparison.hpp>

namespace gsrgnn {

// A table, as aligned text for people and as CSV for programs.

/// An undefined number and an empty text stand for "nothing": "-" in text, an empty field in CSV.
using ReportCell = std::variant<std::string, std::int64_t, double>;

struct ReportColumn {
  std::string name;     ///< in CSV; unique
  std::string heading;  ///< in text
  int digits = 0;       ///< of a floating-point number in text; CSV has them all
  bool sign = false;    ///< show a plus in text
};

struct ReportTable {
  std::string name;     ///< of the CSV file
  std::string title;    ///< one line
  std::string missing;  ///< said instead of a table without rows
  std::vector<std::string> notes{};
  std::vector<ReportColumn> columns{};
  std::vector<std::vector<ReportCell>> rows{};
};

/// Title, headings and rows; texts aligned to the left, numbers to the right; the notes below.
std::string to_text(const ReportTable& table);
/// RFC 4180 but for line ends, which are \n: a line of names, then the rows.
std::string to_csv(const ReportTable& table);

ReportTable scores_table(const Comparison& comparison);
ReportTable seconds_table(const Comparison& comparison);
ReportTable speedup_table(const Comparison& comparison);
ReportTable memory_table(const Comparison& comparison);
ReportTable saving_table(const Comparison& comparison);
ReportTable gsr_against_rev_table(const Comparison& comparison);
ReportTable depth_table(const Comparison& comparison);
ReportTable worth_table(const Comparison& comparison);
ReportTable failed_table(const Comparison& comparison);

/// All of them, in this order, as far as they have rows, under a line that counts the runs; then a line for each that
/// has none, saying what it lacks.
std::string report_text(const Comparison& comparison);

/// Writes report.txt and a TABLE.csv for each table that has rows into a folder, which is made if need be. Returns the
/// names of the files. Throws InputError when one cannot be written.
std::vector<std::string> write_report(const Comparison& comparison, const std::string& folder);

}  // namespace gsrgnn
