#include <algorithm>
#include <gsrgnn/campaign/sweep.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/print_training.hpp>
#include <gsrgnn/cli/say.hpp>
#include <gsrgnn/cli/tell.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/exchange.hpp>
#include <gsrgnn/util/signals.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn::cli {
namespace {

void print_heading(const Sweep& sweep, int ranks) {
  double seconds = 0;
  for (const double of_run : sweep.seconds) seconds += of_run;
  say("sweep: {}{}, into {}; about {} of one core's work, on {}\n", plural(sweep.runs.size(), "run"),
      sweep.combinations > static_cast<std::int64_t>(sweep.runs.size())
          ? fmt::format(" (of {} combinations, some of which are equal)", with_commas(sweep.combinations))
          : "",
      sweep.folder, duration(seconds), plural(static_cast<std::size_t>(ranks), "rank"));
  flush_output();
}

void validate(const Mpi& mpi, const Sweep& sweep) {
  const auto rows = validate_sweep(mpi, sweep);
  if (mpi.rank() != 0) return;
  std::size_t longest = 3, bad = 0;
  for (const SweepRun& run : sweep.runs) longest = std::max(longest, run.name.size());
  say("{:<{}}{:>12}{:>12}\n", "run", longest, "seconds", "MB");
  for (const PlannedRun& row : rows) {
    bad += row.reason.empty() ? 0 : 1;
    say("{:<{}}{:>12.1f}{}\n", sweep.runs[row.run].name, longest, sweep.seconds[row.run],
        row.reason.empty() ? fmt::format("{:>12.1f}", static_cast<double>(row.bytes) * 1e-6) : "  " + row.reason);
  }
  flush_output();
  if (bad > 0) throw RunError(fmt::format("{} of {} cannot be trained", bad, plural(rows.size(), "run")));
  say("valid: the runs would be written to {}\n", sweep.folder);
}

/// The table at the end; throws RunError when a run is missing.
void close(const Mpi& mpi, const Sweep& sweep, const RankReport& own) {
  const auto reports = gather(mpi, own);
  if (mpi.rank() != 0) return;
  std::size_t trained = 0, there = 0, failed = 0, left = 0;
  std::string failures, ranks, trouble, stop;
  for (std::size_t rank = 0; rank < reports.size(); ++rank) {
    const RankReport& report = reports[rank];
    std::size_t of_rank = 0;
    for (const RunReport& run : report.runs) {
      of_rank += run.end == RunEnd::trained ? 1 : 0;
      there += run.end == RunEnd::already_there ? 1 : 0;
      if (run.end != RunEnd::failed) continue;
      ++failed;
      failures += fmt::format("failed: {}  {}\n", sweep.runs[run.run].name, run.reason);
    }
    trained += of_rank;
    ranks += fmt::format("rank {}: {}, {:.2f} s at work, nothing left to start after {:.2f} s\n", rank,
                         plural(of_rank, "run"), report.at_work, report.until);
    left += report.left;
    if (trouble.empty()) trouble = report.trouble;
    // The signal's name, if this rank got it itself.
    if (stop.empty() || report.stop.rfind("SIG", 0) == 0) stop = report.stop.empty() ? stop : report.stop;
  }
  const std::size_t remain = sweep.runs.size() - trained - there - failed;
  say("{}{}{} of {} done ({} new, {} already there), {} failed, {} remain\n", ranks, failures, trained + there,
      plural(sweep.runs.size(), "run"), trained, there, failed, remain);
  flush_output();
  if (failed + remain == 0) {
    say("results: {}\n", sweep.folder);
    return;
  }
  if (failed == 0 && remain == left) {
    say("left: {} under way elsewhere\n", plural(left, "run"));
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

void add_sweep(const Command& program, Arguments& a) {
  const Command command = program.add("sweep", "Train all runs of a sweep deck (mpirun or srun shares them)");
  command.required("DECK.yaml", &a.path, "The deck, with a sweep: section");
  command.option("KEY=VALUE", &a.overrides, "Keys of the deck to replace, e.g. sweep.k=[4,8]");
  const Option only_list =
      command.option("--validate", &a.validate,
                     "List the runs with their predicted cost and memory, build the one that takes most, and stop");
  command.option("--leave", &a.leave,
                 "End when all that is left is under way elsewhere and another such process waits for it", only_list);
  command.action([&a] {
    std::optional<StopSignals> signals;
    if (!a.validate) signals.emplace(kStopped);
    const Mpi mpi;
    const auto sweep = prepare_sweep(mpi, a.path, a.overrides, !a.validate);
    if (!sweep) {  // rank 0 says why; mpirun ends the others with a signal, of which there is nothing to tell
      if (signals) signals->only_set_flag();
      return;
    }
    print_ranks(mpi, sweep->memory_limit);
    print_idle_cores(mpi, true);
    if (mpi.rank() == 0) print_heading(*sweep, mpi.size());
    if (a.validate) return validate(mpi, *sweep);
    signals->only_set_flag();
    close(mpi, *sweep, work_on_sweep(mpi, *sweep, a.leave));
  });
}

}  // namespace gsrgnn::cli
