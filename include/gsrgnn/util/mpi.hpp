#pragma once

/// MPI, wrapped once: started only by the commands that share their work among ranks, and only when a launcher
/// (mpirun, srun) has started them, so that all else runs on machines and login nodes where MPI cannot start.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gsrgnn {

/// MPI between construction and destruction. Without a launcher there is one rank, and MPI is not started.
class Mpi {
 public:
  Mpi();
  ~Mpi();
  Mpi(const Mpi&) = delete;
  Mpi& operator=(const Mpi&) = delete;
  /// One rank, whatever started the program: for work that this process does without the others.
  static Mpi alone() { return Mpi(Alone()); }

  /// Throws InputError when a launcher has started several processes that MPI does not join, as srun does without PMIx:
  /// each of them would do the work of all.
  void require_joined() const;

  int rank() const { return rank_; }
  int size() const { return size_; }
  /// Every rank's text, by rank, on rank 0; empty on the others. All ranks must call it.
  std::vector<std::string> gather(const std::string& text) const;
  /// Rank 0's text, on all ranks. All ranks must call it.
  std::string broadcast(const std::string& text) const;
  /// The same exit code on all ranks: the largest.
  int agree(int code) const;
  /// Element by element the sum over the ranks, on all of them: of integers, so that it depends on no order.
  void sum(std::int64_t* values, std::size_t count) const;
  /// Does this rank's part of some work. What it throws on one rank is thrown on all, so that none goes on to wait for
  /// one that is gone; of several, that of the lowest rank. All ranks must call it.
  void together(const std::function<void()>& work) const;
  /// Lets MPI serve what other ranks ask of this one; for long computations to call now and then. Cheap.
  void poke() const;

 private:
  friend class SharedCounters;
  struct Alone {};
  explicit Mpi(Alone /*unused*/) {}
  bool started_ = false;
  int rank_ = 0, size_ = 1;
};

/// Counters that all ranks draw from: each draw of a counter gives the next of 0, 1, 2, ..., once among all ranks.
///
/// This is the whole of a dynamic scheduler, without a server: the ranks hold the same list of work, and whoever is
/// free draws the index of what to do next. The counters lie in memory of rank 0 and are drawn from by one-sided
/// atomics (MPI_Fetch_and_op under passive target), so that rank 0 works as the others do. Within a node, and on
/// networks with remote atomics, rank 0 takes no part in a draw; on others (Open MPI 4's osc/pt2pt, over TCP) a draw
/// waits until rank 0 next calls into MPI, for which Mpi::poke() is there.
class SharedCounters {
 public:
  /// All ranks must construct and destroy it; the destructor waits for all.
  SharedCounters(const Mpi& mpi, int counters);
  ~SharedCounters();
  SharedCounters(const SharedCounters&) = delete;
  SharedCounters& operator=(const SharedCounters&) = delete;

  std::int64_t draw(int counter);
  /// How often a counter was drawn, as known some time ago, without waiting: it asks rank 0 now and then, and looks
  /// whether the answer is there. Cheap.
  std::int64_t peek(int counter);

 private:
  struct Window;
  std::unique_ptr<Window> window_;  ///< none: one rank
  std::vector<std::int64_t> own_;   ///< the counters of one rank alone
};

}  // namespace gsrgnn
