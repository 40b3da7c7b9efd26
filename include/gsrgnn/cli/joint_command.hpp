#pragma once

#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/util/mpi.hpp>

namespace gsrgnn::cli {

/// gsrgnn train of a joint deck, by all ranks.
void train_jointly_command(const Mpi& mpi, const Deck& deck, const Arguments& given);

}  // namespace gsrgnn::cli
