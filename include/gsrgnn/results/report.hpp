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
///   held_out         joint runs     scores of circuits never seen, beside those of a linear fit of single cells
///   failed                          runs that failed, and why
///
/// Undefined scores count as 0 (see counted()). "+-" is the sample standard deviation over seeds in `scores`, and the
/// standard error of the mean over the pairs in the two tables of differences.

#include <gsrgnn/results/comparison.hpp>
#include <gsrgnn/results/report_table.hpp>

namespace gsrgnn {

ReportTable scores_table(const Comparison& comparison);
ReportTable seconds_table(const Comparison& comparison);
ReportTable speedup_table(const Comparison& comparison);
ReportTable memory_table(const Comparison& comparison);
ReportTable saving_table(const Comparison& comparison);
ReportTable gsr_against_rev_table(const Comparison& comparison);
ReportTable depth_table(const Comparison& comparison);
ReportTable held_out_table(const Comparison& comparison);
ReportTable failed_table(const Comparison& comparison);

/// All of them, in this order, as far as they have rows, under a line that counts the runs; then a line for each that
/// has none, saying what it lacks.
std::string report_text(const Comparison& comparison);

/// Writes report.txt and a TABLE.csv for each table that has rows into a folder, which is made if need be. Returns the
/// names of the files. Throws InputError when one cannot be written.
std::vector<std::string> write_report(const Comparison& comparison, const std::string& folder);

}  // namespace gsrgnn
