#pragma once

#include <nlohmann/json_fwd.hpp>

namespace gsrgnn::cli {

/// What `info` prints of a results file without --json: a line a run. `results` is that of describe_results().
void print_runs(const nlohmann::ordered_json& results);
/// Of a joint run: a line a circuit, of the `designs` of describe_run().
void print_designs(const nlohmann::ordered_json& designs);

}  // namespace gsrgnn::cli
