#pragma once

/// Which cells are trained on, which choose the best epoch, and which are scored.

#include <cstdint>
#include <string>
#include <vector>

namespace gsrgnn {

enum class Part : std::uint8_t { training = 0, validation = 1, test = 2 };
constexpr const char* kPartNames[] = {"training", "validation", "test"};

/// A part for each cell: a random permutation by seed, cut by the three shares (which add up to 1).
/// Throws InputError when a part would have fewer than 2 cells.
std::vector<std::uint8_t> split_cells(std::int64_t cells, const double (&share)[3], std::uint64_t seed);

/// The same of two parts, training and a share for validation, of a circuit whose test is elsewhere. `place` names it
/// in messages.
std::vector<std::uint8_t> split_training_cells(std::int64_t cells, double validation, std::uint64_t seed,
                                               const std::string& place);

/// The values of column `column` (of `columns`) in the rows of a part.
std::vector<double> select(const std::vector<float>& values, std::size_t columns, std::size_t column,
                           const std::vector<std::uint8_t>& part, Part which);

}  // namespace gsrgnn
