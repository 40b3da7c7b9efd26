#pragma once

/// What `info` says of a file: as JSON, or in words.

#include <gsrgnn/circuit/circuit_report.hpp>
#include <gsrgnn/results/results_file.hpp>
#include <gsrgnn/training/checkpoint.hpp>
#include <variant>

namespace gsrgnn::cli {

using Description = std::variant<CircuitDescription, RunDescription, CheckpointDescription, PredictionDescription,
                                 std::vector<RunSummary>>;

/// One object on one line; numbers that are undefined are null.
std::string to_json(const Description& description);
/// The same as lines of "key  value", nested keys joined by dots, without what is a table.
void print_lines(const Description& description);

}  // namespace gsrgnn::cli
