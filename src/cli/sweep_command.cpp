#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <gsrgnn/campaign/sweep.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/machine.hpp>
#include <gsrgnn/util/mpi.hpp>
#include <gsrgnn/util/signals.hpp>
#include <gsrgnn/util/text.hpp>
#include <gsrgnn/util/version.hpp>
#include <nlohmann/json.hpp>

namespace gsrgnn::cli {
namespace {

using Json = nlohmann::json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string plural(std::size_t count, const char* thing) {
  return fmt::format("{} {}{}", with_commas(static_cast<std::int64_t>(count)), thing, count == 1 ? "" : "s");
}

/// What each rank has to work with.
void print_ranks(const Mpi& mpi, const Sweep& sweep) {
  const std::int64_t memory = sweep.memory_limit > 0 ? sweep.memory_limit : free_device_memory();
  const auto lines = mpi.gather(fmt::format(
      "{}  pid {}  {} on {}, {}  {:.1f} GB", host_name(), ::getpid(), execution_space(), device_name(),
      plural(static_cast<std::size_t>(execution_concurrency()), "thread"), static_cast<double>(memory) * 1e-9));
  for (std::size_t rank = 0; rank < lines.size(); ++rank) fmt::print("rank {}: {}\n", rank, lines[rank]);
  std::fflush(stdout);
}

void print_heading(const Sweep& sweep, int ranks) {
  double seconds = 0;
  for (const double of_run : sweep.seconds) seconds += of_run;
  fmt::print("sweep: {}{}, into {}; about {} of one core's work, on {}\n", plural(sweep.runs.size(), "run"),
             sweep.combinations > static_cast<std::int64_t>(sweep.runs.size())
                 ? fmt::format(" (of {} combinations, some of which are equal)", with_commas(sweep.combinations))
                 : "",
             sweep.folder, duration(seconds), plural(static_cast<std::size_t>(ranks), "rank"));
  std::fflush(stdout);
}

void validate(const Mpi& mpi, const Sweep& sweep) {
  Json own = Json::array();
  for (const PlannedRun& row : validate_sweep(mpi, sweep)) own.push_back({row.run, row.bytes, row.reason});
  const auto gathered = mpi.gather(dump(own));
  if (mpi.rank() != 0) return;
  std::vector<Json> rows(sweep.runs.size());
  for (const auto& text : gathered) {
    for (const auto& row : Json::parse(text)) rows[row[0].get<std::size_t>()] = row;
  }
  std::size_t longest = 3, bad = 0;
  for (const SweepRun& run : sweep.runs) longest = std::max(longest, run.name.size());
  fmt::print("{:<{}}{:>12}{:>12}\n", "run", longest, "seconds", "MB");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto reason = rows[i][2].get<std::string>();
    bad += reason.empty() ? 0 : 1;
    fmt::print("{:<{}}{:>12.1f}{}\n", sweep.runs[i].name, longest, sweep.seconds[i],
               reason.empty() ? fmt::format("{:>12.1f}", rows[i][1].get<double>() * 1e-6) : "  " + reason);
  }
  std::fflush(stdout);
  if (bad > 0) throw RunError(fmt::format("{} of {} cannot be trained", bad, plural(rows.size(), "run")));
  fmt::print("valid: the runs would be written to {}\n", sweep.folder);
}

/// The table at the end; throws RunError when a run is missing.
void close(const Mpi& mpi, const Sweep& sweep, const RankReport& own) {
  Json runs = Json::array();
  for (const RunReport& run : own.runs) runs.push_back({run.run, static_cast<int>(run.end), run.reason});
  const auto gathered = mpi.gather(dump({runs, own.at_work, own.until, own.trouble, own.stop}));
  if (mpi.rank() != 0) return;
  std::size_t trained = 0, there = 0, failed = 0;
  std::string failures, ranks, trouble, stop;
  for (std::size_t rank = 0; rank < gathered.size(); ++rank) {
    const Json report = Json::parse(gathered[rank]);
    std::size_t of_rank = 0;
    for (const auto& run : report[0]) {
      const auto end = static_cast<RunEnd>(run[1].get<int>());
      of_rank += end == RunEnd::trained ? 1 : 0;
      there += end == RunEnd::already_there ? 1 : 0;
      if (end != RunEnd::failed) continue;
      ++failed;
      failures +=
          fmt::format("failed: {}  {}\n", sweep.runs[run[0].get<std::size_t>()].name, run[2].get<std::string>());
    }
    trained += of_rank;
    ranks += fmt::format("rank {}: {}, {:.2f} s at work, nothing left to start after {:.2f} s\n", rank,
                         plural(of_rank, "run"), report[1].get<double>(), report[2].get<double>());
    if (trouble.empty()) trouble = report[3].get<std::string>();
    // The signal's name, if this rank got it itself.
    const auto why = report[4].get<std::string>();
    if (stop.empty() || why.rfind("SIG", 0) == 0) stop = why.empty() ? stop : why;
  }
  const std::size_t remain = sweep.runs.size() - trained - there - failed;
  fmt::print("{}{}{} of {} done ({} new, {} already there), {} failed, {} remain\n", ranks, failures, trained + there,
             plural(sweep.runs.size(), "run"), trained, there, failed, remain);
  std::fflush(stdout);
  if (failed + remain == 0) {
    fmt::print("results: {}\n", sweep.folder);
    return;
  }
  if (remain > 0 && trouble.empty() && !stop.empty()) {
    throw Stopped(fmt::format("stopped ({}); {} of {} remain: the same sweep goes on", stop, remain,
                              plural(sweep.runs.size(), "run")));
  }
  throw RunError(fmt::format("{} of {} failed, {} remain{}{}", failed, plural(sweep.runs.size(), "run"), remain,
                             trouble.empty() ? "" : "; the sweep stopped early: ", trouble));
}

}  // namespace

void sweep_command(const std::string& deck, const std::vector<std::string>& overrides, bool only_validate) {
  std::optional<StopSignals> signals;
  if (!only_validate) signals.emplace();
  const Mpi mpi;
  const auto sweep = prepare_sweep(mpi, deck, overrides, !only_validate);
  if (!sweep) return;  // rank 0 says why
  print_ranks(mpi, *sweep);
  if (mpi.rank() == 0) print_heading(*sweep, mpi.size());
  if (only_validate) return validate(mpi, *sweep);
  close(mpi, *sweep, work_on_sweep(mpi, *sweep));
}

}  // namespace gsrgnn::cli
