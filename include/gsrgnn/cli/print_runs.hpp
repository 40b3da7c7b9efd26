#pragma once

#include <nlohmann/json_fwd.hpp>

namespace gsrgnn::cli {

/// What `info` prints of a results file without --json: a line a run. `results` is that of describe_results().
void print_runs(const nlohmann::ordered_json& results);

}  // namespace gsrgnn::cli
