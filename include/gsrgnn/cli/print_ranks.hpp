#pragma once

#include <gsrgnn/util/mpi.hpp>

namespace gsrgnn::cli {

/// What each rank has to work with: a line a rank, by rank 0. `memory_limit` is the deck's, 0: none; `further` is said
/// at the end of this rank's line.
void print_ranks(const Mpi& mpi, std::int64_t memory_limit, const std::string& further = "");

}  // namespace gsrgnn::cli
