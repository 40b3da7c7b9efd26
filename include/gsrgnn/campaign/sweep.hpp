#pragma once

/// A sweep being worked on by MPI ranks. All ranks hold the same list of runs, longest first, and each draws the index
/// of its next run from a shared counter (util/mpi.hpp): the longest-processing-time rule, without a server. Another
/// sweep on the same folder is kept apart by locks (run_record.hpp); runs that it works on are come back to in the end,
/// so that a sweep that ends has seen every run to its end. Of several sweeps that may leave, those that find nothing
/// to start do so while one of them waits for the rest, or works on it: should a process die, its run is taken over.

#include <gsrgnn/campaign/sweep_deck.hpp>
#include <gsrgnn/util/mpi.hpp>
#include <optional>
#include <string>
#include <vector>

namespace gsrgnn {

/// A sweep's deck with its runs longest first. Its memory_limit is what a run of this rank may take: the deck's;
/// without one, on a host, an even share of what is free there among its ranks, for two that start at one moment would
/// find the same memory free; 0: what its GPU then has free.
struct Sweep : SweepDeck {
  std::vector<double> seconds;  ///< predicted, by run; 0 where the circuit cannot be opened

  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    SweepDeck::members(self, visit);
    visit(self.seconds);
  }
};

/// Reads the deck on rank 0, makes the folder (when `make_folder`), and agrees on the order. All ranks must call it.
/// Errors of the deck or the folder are thrown on rank 0; the other ranks then get nothing, and have nothing to say.
std::optional<Sweep> prepare_sweep(const Mpi& mpi, const std::string& deck, const std::vector<std::string>& overrides,
                                   bool make_folder);

enum class RunEnd { trained, already_there, failed };

/// What became of a run.
struct RunReport {
  std::size_t run = 0;  ///< index into Sweep::runs
  RunEnd end = RunEnd::trained;
  std::string reason;  ///< of a failure

  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.run, self.end, self.reason);
  }
};

struct RankReport {
  std::vector<RunReport> runs;
  double at_work = 0;    ///< seconds in runs
  double until = 0;      ///< seconds from the start until nothing was left to draw
  std::string trouble;   ///< why the rank stopped early: a result could not be written
  std::string stop;      ///< the signal that it stopped for; it, or another rank
  std::size_t left = 0;  ///< runs that other processes work on, left to one that waits for them

  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.runs, self.at_work, self.until, self.trouble, self.stop, self.left);
  }
};

/// Trains what is not there yet, from its checkpoint if it has one, and says a line for each run on standard output.
/// A signal (util/signals.hpp) to any rank stops all: each writes the checkpoint of its run. All ranks must call it;
/// returns, on each rank, when all ranks are done. `leave`: a rank may leave runs that are under way elsewhere.
RankReport work_on_sweep(const Mpi& mpi, const Sweep& sweep, bool leave);

/// The memory of a run, in bytes; or `reason` says why it cannot be trained.
struct PlannedRun {
  std::size_t run = 0;
  std::int64_t bytes = 0;
  std::string reason;

  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.run, self.bytes, self.reason);
  }
};
/// Plans all runs, shared among the ranks likewise, and builds the one that takes most of those that can be trained.
/// All ranks must call it; returns all runs, in their order, and what became of the one that was built on rank 0.
std::vector<PlannedRun> validate_sweep(const Mpi& mpi, const Sweep& sweep);

}  // namespace gsrgnn
