#include <algorithm>
#include <cmath>
#include <gsrgnn/training/random_streams.hpp>
#include <gsrgnn/training/split.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/random.hpp>
#include <numeric>
#include <utility>

namespace gsrgnn {
namespace {

constexpr std::int64_t kFewestCells = 2;  ///< of a part: a score needs as many
constexpr std::int64_t kUsualTiles = 100, kFewestTiles = 20, kUsualLeastSide = 4;

/// A part, and the number of cells that it should have.
struct Share {
  Part part;
  std::int64_t cells;
};

/// Numbers from 0 for units, in the order of the numbers given; single cells keep theirs.
std::vector<std::size_t> number_units(std::int64_t cells, const std::vector<std::int64_t>& unit) {
  std::vector<std::size_t> number(static_cast<std::size_t>(cells));
  std::iota(number.begin(), number.end(), std::size_t{0});
  if (unit.empty()) return number;
  auto given = unit;
  std::sort(given.begin(), given.end());
  given.erase(std::unique(given.begin(), given.end()), given.end());
  for (std::size_t i = 0; i < number.size(); ++i) {
    number[i] = static_cast<std::size_t>(std::lower_bound(given.begin(), given.end(), unit[i]) - given.begin());
  }
  return number;
}

/// Where to cut: part p has the units cut[p] up to cut[p + 1], counted in the order in which `sum` (of one more than
/// there are units) adds up their cells. Empty when that cannot be.
std::vector<std::size_t> cut_units(const std::vector<std::int64_t>& sum, const std::vector<Share>& shares) {
  const auto first_of = [&](std::int64_t cells) {
    return static_cast<std::size_t>(std::lower_bound(sum.begin(), sum.end(), cells) - sum.begin());
  };
  const auto closest_to = [&](std::int64_t cells) {
    const std::size_t above = std::min(first_of(cells), sum.size() - 1);
    return above > 0 && cells - sum[above - 1] <= sum[above] - cells ? above - 1 : above;
  };
  std::vector<std::size_t> cut(shares.size() + 1, 0), last(cut.size(), sum.size() - 1);
  // The last place to cut that leaves enough cells for the parts behind it; then the cuts, from the front.
  for (std::size_t p = shares.size() - 1; p > 0; --p) {
    const std::int64_t most = sum[last[p + 1]] - kFewestCells;
    if (most < 0) return {};
    last[p] = static_cast<std::size_t>(std::upper_bound(sum.begin(), sum.end(), most) - sum.begin()) - 1;
  }
  std::int64_t wanted = 0;
  for (std::size_t p = 1; p < cut.size(); ++p) {
    wanted += shares[p - 1].cells;
    const std::size_t first = first_of(sum[cut[p - 1]] + kFewestCells);
    if (first > last[p]) return {};
    cut[p] = p == shares.size() ? last[p] : std::clamp(closest_to(wanted), first, last[p]);
  }
  return cut;
}

struct Dealt {
  bool good = false;  ///< every part has enough cells, about its share
  std::size_t units = 0;
  std::vector<std::uint8_t> part;  ///< of each cell
};

/// Units in a random order, to one part after the other.
Dealt deal_units(std::int64_t cells, const std::vector<std::int64_t>& unit, const std::vector<Share>& shares,
                 std::uint64_t seed) {
  const auto number = number_units(cells, unit);
  Dealt dealt;
  for (const std::size_t u : number) dealt.units = std::max(dealt.units, u + 1);
  std::vector<std::int64_t> size(dealt.units, 0), sum(1, 0);
  for (const std::size_t u : number) ++size[u];
  const auto order = Random(seed, kSplitStream).permutation<std::int64_t>(dealt.units);
  for (const std::int64_t u : order) sum.push_back(sum.back() + size[static_cast<std::size_t>(u)]);

  const auto cut = cut_units(sum, shares);
  if (cut.empty()) return dealt;
  dealt.good = true;
  const std::int64_t largest = *std::max_element(size.begin(), size.end());
  std::vector<std::uint8_t> part_of(dealt.units, 0);
  for (std::size_t p = 0; p < shares.size(); ++p) {
    if (std::abs(sum[cut[p + 1]] - sum[cut[p]] - shares[p].cells) > largest) dealt.good = false;
    for (std::size_t i = cut[p]; i < cut[p + 1]; ++i) {
      part_of[static_cast<std::size_t>(order[i])] = static_cast<std::uint8_t>(shares[p].part);
    }
  }
  for (const std::size_t u : number) dealt.part.push_back(part_of[u]);
  return dealt;
}

InputError too_few_units(const std::string& place, std::size_t units, std::int64_t cells, SplitUnit by) {
  std::string name = kSplitUnitNames[static_cast<int>(by)];
  if (units == 1) name.pop_back();
  return {place, fmt::format("the design has {} {}, with {} cells, too few for the shares", units, name, cells),
          fmt::format("each part needs at least one of them, and 2 cells; use split_by: {}",
                      by == SplitUnit::tiles ? "gcells or cells" : "cells")};
}

}  // namespace

std::vector<std::int64_t> tiles_of(const std::vector<std::int64_t>& column, const std::vector<std::int64_t>& row,
                                   std::int64_t columns, std::int64_t rows) {
  const auto side_by_side = [](std::int64_t gcells, std::int64_t side) {
    return std::max<std::int64_t>(1, gcells / side);
  };
  const double gcells = static_cast<double>(columns) * static_cast<double>(rows);
  std::int64_t side =
      std::max<std::int64_t>(kUsualLeastSide, std::llround(std::sqrt(gcells / static_cast<double>(kUsualTiles))));
  while (side > 1 && side_by_side(columns, side) * side_by_side(rows, side) < kFewestTiles) --side;
  const std::int64_t across = side_by_side(columns, side), up = side_by_side(rows, side);
  std::vector<std::int64_t> tile(column.size());
  for (std::size_t i = 0; i < tile.size(); ++i) tile[i] = row[i] * up / rows * across + column[i] * across / columns;
  return tile;
}

std::vector<std::int64_t> units_of(SplitUnit by, const std::vector<std::int64_t>& column,
                                   const std::vector<std::int64_t>& row, std::int64_t columns, std::int64_t rows) {
  if (by == SplitUnit::cells) return {};
  if (by == SplitUnit::tiles) return tiles_of(column, row, columns, rows);
  std::vector<std::int64_t> gcell(column.size());
  for (std::size_t i = 0; i < gcell.size(); ++i) gcell[i] = row[i] * columns + column[i];
  return gcell;
}

std::vector<std::uint8_t> split_cells(std::int64_t cells, const double (&share)[3], std::uint64_t seed,
                                      const std::vector<std::int64_t>& unit, SplitUnit by) {
  const auto training = std::llround(share[0] * static_cast<double>(cells));
  const auto validation = std::llround(share[1] * static_cast<double>(cells));
  const std::int64_t test = cells - training - validation;
  if (unit.empty() && (training < kFewestCells || validation < kFewestCells || test < kFewestCells)) {
    throw InputError("train.split",
                     fmt::format("{} cells give {} for training, {} for validation and {} for the test", cells,
                                 training, validation, test),
                     "each part needs at least 2; use other shares or a larger circuit");
  }
  Dealt dealt =
      deal_units(cells, unit, {{Part::training, training}, {Part::validation, validation}, {Part::test, test}}, seed);
  if (!dealt.good) throw too_few_units("train.split", dealt.units, cells, by);
  return std::move(dealt.part);
}

std::vector<std::uint8_t> split_training_cells(std::int64_t cells, double validation, std::uint64_t seed,
                                               const std::string& place, const std::vector<std::int64_t>& unit,
                                               SplitUnit by) {
  const auto chosen = std::llround(validation * static_cast<double>(cells));
  if (unit.empty() && (chosen < kFewestCells || cells - chosen < kFewestCells)) {
    throw InputError(place,
                     fmt::format("{} cells give {} for training and {} for validation", cells, cells - chosen, chosen),
                     "each part needs at least 2; use another train.split, or name circuits.validation");
  }
  Dealt dealt = deal_units(cells, unit, {{Part::validation, chosen}, {Part::training, cells - chosen}}, seed);
  if (!dealt.good) throw too_few_units(place, dealt.units, cells, by);
  return std::move(dealt.part);
}

std::vector<double> select(const std::vector<float>& values, std::size_t columns, std::size_t column,
                           const std::vector<std::uint8_t>& part, Part which) {
  std::vector<double> selected;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] == static_cast<std::uint8_t>(which)) {
      selected.push_back(static_cast<double>(values[i * columns + column]));
    }
  }
  return selected;
}

}  // namespace gsrgnn
