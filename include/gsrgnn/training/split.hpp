#pragma once

/// Which cells are trained on, which choose the best epoch, and which are scored.
///
/// Cells are split one by one, as in the paper, or together with those that tell their label: the label is that of the
/// GCell, and near GCells are alike.

#include <cstdint>
#include <string>
#include <vector>

namespace gsrgnn {

enum class Part : std::uint8_t { training = 0, validation = 1, test = 2 };
constexpr const char* kPartNames[] = {"training", "validation", "test"};

/// What is split as a whole: single cells (the paper's protocol), all cells of a GCell, or of a tile, a block of
/// GCells.
enum class SplitUnit : std::uint8_t { cells = 0, gcells = 1, tiles = 2 };
constexpr const char* kSplitUnitNames[] = {"cells", "gcells", "tiles"};

/// The tile (no order implied) of each cell, by the column and row of its GCell in a grid of columns x rows.
///
/// Tiles have T x T GCells, T = sqrt(columns rows / 100), rounded, so that there are about 100, but at least 4, and
/// then as much less as makes at least 20 tiles, if there are as many GCells. What T leaves over at the end of the grid
/// is spread: there are columns / T, rounded down, tiles side by side, which differ by at most one column, likewise
/// rows. E.g. 100 x 100 GCells are 10 x 10 tiles of 10 x 10, 30 x 30 are 7 x 7 of 4 or 5, and 10 x 10 are 5 x 5 of
/// 2 x 2.
std::vector<std::int64_t> tiles_of(const std::vector<std::int64_t>& column, const std::vector<std::int64_t>& row,
                                   std::int64_t columns, std::int64_t rows);

/// The unit of each cell, as split_cells() takes it, by the column and row of its GCell: empty for single cells.
std::vector<std::int64_t> units_of(SplitUnit by, const std::vector<std::int64_t>& column,
                                   const std::vector<std::int64_t>& row, std::int64_t columns, std::int64_t rows);

/// A part for each cell: a random permutation by seed, cut by the three shares (which add up to 1).
///
/// `unit` (N, or empty: each cell its own) are numbers of what is not divided. Units are permuted, and cut where the
/// numbers of cells come closest to the shares, but so that no part has fewer than 2 cells. The order of the cells does
/// not matter then. `by` names the units in messages.
///
/// Throws InputError when a part would have fewer than 2 cells or, of units, miss its share by more cells than the
/// largest unit has, as can happen only when there are few.
std::vector<std::uint8_t> split_cells(std::int64_t cells, const double (&share)[3], std::uint64_t seed,
                                      const std::vector<std::int64_t>& unit = {}, SplitUnit by = SplitUnit::tiles);

/// The same of two parts, training and a share for validation, of a circuit whose test is elsewhere. `place` names it
/// in messages.
std::vector<std::uint8_t> split_training_cells(std::int64_t cells, double validation, std::uint64_t seed,
                                               const std::string& place, const std::vector<std::int64_t>& unit = {},
                                               SplitUnit by = SplitUnit::tiles);

/// The values of column `column` (of `columns`) in the rows of a part.
std::vector<double> select(const std::vector<float>& values, std::size_t columns, std::size_t column,
                           const std::vector<std::uint8_t>& part, Part which);

}  // namespace gsrgnn
