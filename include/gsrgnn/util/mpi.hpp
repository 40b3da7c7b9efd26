#pragma once

/// MPI, wrapped once: started only by the commands that share their work among ranks, so that all others run on
/// machines and login nodes where MPI cannot start.

#include <string>
#include <vector>

namespace gsrgnn {

/// MPI between construction and destruction. Without mpirun there is one rank.
class Mpi {
 public:
  Mpi();
  ~Mpi();
  Mpi(const Mpi&) = delete;
  Mpi& operator=(const Mpi&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  /// Every rank's text, by rank, on rank 0; empty on the others. All ranks must call it.
  std::vector<std::string> gather(const std::string& text) const;
  /// The same exit code on all ranks: the largest.
  int agree(int code) const;

 private:
  int rank_ = 0, size_ = 1;
};

}  // namespace gsrgnn
