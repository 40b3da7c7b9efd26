#include <cmath>
#include <utility>

#include "circuit/netlist_generator.hpp"

namespace gsrgnn::generator {
namespace {

constexpr std::int64_t kUtilisation = 70;  // per cent

/// Recursive bisection: halves the region along its longer side and gives each half the cells that fill it evenly.
class Placer {
 public:
  Placer(std::uint64_t seed, const std::vector<std::int32_t>& types)
      : area_(types.size() + 1, 0), width_(types.size()) {
    std::int64_t sites = 0;
    for (std::size_t i = 0; i < types.size(); ++i) {
      width_[i] = cell_types()[types[i]].width;
      area_[i + 1] = area_[i] + width_[i] * (100 - 8 * texture(seed, kCrowd, static_cast<std::int64_t>(i)));
      sites += width_[i];
    }
    sites = sites * 100 / kUtilisation;
    const auto ceiling = [](std::int64_t a, std::int64_t b) { return (a + b - 1) / b; };
    const std::int64_t square = sites * kSiteLength / kRowLength;  // of the rows of a square die
    const auto rows = static_cast<std::int64_t>(std::sqrt(static_cast<double>(square))) + 1;
    placement_.gcells_y = ceiling(rows, kRowsOfGCell);
    placement_.gcells_x = ceiling(sites, kSitesOfGCell * kRowsOfGCell * placement_.gcells_y);
    placement_.site.resize(types.size());
    placement_.row.resize(types.size());
  }

  RowPlacement place() {
    fill({0, static_cast<std::int64_t>(width_.size())}, {0, placement_.gcells_x * kSitesOfGCell},
         {0, placement_.gcells_y * kRowsOfGCell});
    legalise();
    return std::move(placement_);
  }

 private:
  struct Range {
    std::int64_t begin, end;
    std::int64_t size() const { return end - begin; }
  };

  void fill(Range cells, Range sites, Range rows) {
    constexpr std::int64_t kShortest = 32;  // sites that are not cut further: a few cells of one row
    const bool by_rows =
        rows.size() > 1 && (sites.size() < kShortest || rows.size() * kRowLength >= sites.size() * kSiteLength);
    if (cells.size() == 0) return;
    if (!by_rows && sites.size() < kShortest) {
      fill_row(cells, sites, rows.begin);
      return;
    }
    const Range longer = by_rows ? rows : sites;
    const std::int64_t cut = longer.begin + longer.size() / 2;
    const std::int64_t target =
        area_[cells.begin] + (area_[cells.end] - area_[cells.begin]) * (cut - longer.begin) / longer.size();
    std::int64_t middle =
        std::lower_bound(area_.begin() + cells.begin, area_.begin() + cells.end, target) - area_.begin();
    if (middle > cells.begin && target - area_[middle - 1] < area_[middle] - target) --middle;
    const Range lower{longer.begin, cut}, upper{cut, longer.end};
    fill({cells.begin, middle}, by_rows ? sites : lower, by_rows ? lower : rows);
    fill({middle, cells.end}, by_rows ? sites : upper, by_rows ? upper : rows);
  }

  /// Spreads the cells over part of a row, with the free sites (or the missing ones) evenly between them.
  void fill_row(Range cells, Range sites, std::int64_t row) {
    std::int64_t free = sites.size();
    for (std::int64_t i = cells.begin; i < cells.end; ++i) free -= width_[i];
    std::int64_t left = 0;
    for (std::int64_t i = cells.begin; i < cells.end; ++i) {
      const std::int64_t gap = free * (2 * (i - cells.begin) + 1) / (2 * cells.size());
      placement_.site[i] = static_cast<std::int32_t>(sites.begin + std::max<std::int64_t>(0, left + gap));
      placement_.row[i] = static_cast<std::int32_t>(row);
      left += width_[i];
    }
  }

  void legalise() {
    std::vector<std::vector<std::size_t>> rows(placement_.gcells_y * kRowsOfGCell);
    for (std::size_t i = 0; i < width_.size(); ++i) rows[placement_.row[i]].push_back(i);
    for (auto& row : rows) legalise_row(row);
  }

  /// Moves cells along their row until none overlap and none stand out. In a row too full for that, which only the
  /// smallest circuits have, they overlap evenly.
  void legalise_row(std::vector<std::size_t>& row) {
    std::vector<std::int32_t>& site = placement_.site;
    std::sort(row.begin(), row.end(),
              [&](std::size_t a, std::size_t b) { return std::pair(site[a], a) < std::pair(site[b], b); });
    const std::int64_t length = placement_.gcells_x * kSitesOfGCell;
    std::int64_t used = 0, end = 0, begin = length;
    for (const std::size_t i : row) used += width_[i];
    for (const std::size_t i : row) {
      const std::int64_t from = used > length ? end * length / used : std::max<std::int64_t>(site[i], end);
      site[i] = static_cast<std::int32_t>(from);
      end = (used > length ? end : from) + width_[i];
    }
    if (used > length) return;
    for (auto i = row.rbegin(); i != row.rend(); ++i) {
      begin = std::min(site[*i] + width_[*i], begin) - width_[*i];
      site[*i] = static_cast<std::int32_t>(begin);
    }
  }

  std::vector<std::int64_t> area_;  ///< N + 1: sums of the sites that cells get, in per cent of a site
  std::vector<std::int64_t> width_;
  RowPlacement placement_;
};

}  // namespace

RowPlacement place(std::uint64_t seed, const std::vector<std::int32_t>& types) {
  return Placer(seed, types).place();
}

}  // namespace gsrgnn::generator
