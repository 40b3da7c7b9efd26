#pragma once

/// The steps of generate_netlist(), in their order. Every decision is taken in integers and the demand is summed in
/// integers too: floating-point sums would depend on whether the compiler fuses multiplications with additions.
///
/// Cells are numbered along the placement hierarchy while the circuit is made: cells of nearby numbers lie close
/// together, and a window of numbers is a region of the die. The circuit itself gets them in a random order.

#include <algorithm>
#include <cstdint>
#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/util/random.hpp>
#include <vector>

namespace gsrgnn::generator {

/// What random numbers are for; each use has a sequence of its own.
enum Stream { kIsolated, kSlots, kDrivers, kSizes, kSinks, kSequential, kControl, kTypes, kNumbers, kFields };

/// Draws from {first, first + 1, ...} with the given integer weights.
class Lottery {
 public:
  Lottery(std::int64_t first, const std::vector<std::int64_t>& weights) : first_(first), sum_(weights) {
    for (std::size_t i = 1; i < sum_.size(); ++i) sum_[i] += sum_[i - 1];
  }
  std::int64_t draw(Random& random) const {
    const auto ticket = static_cast<std::int64_t>(random.below(sum_.back()));
    return first_ + (std::upper_bound(sum_.begin(), sum_.end(), ticket) - sum_.begin());
  }

 private:
  std::int64_t first_;
  std::vector<std::int64_t> sum_;
};

// ---- the nets: generate_nets.cpp ------------------------------------------------------------------------------------

/// What clusters of cells differ in.
enum Property : std::uint64_t {
  kCrowd,  ///< pins a cell, and cells an area
  kReach,  ///< length of wires
  kBank    ///< flip-flops
};

/// -3 to 3: a property of the surroundings of a cell, the sum over clusters of three sizes, so that the label has
/// structure at every scale.
std::int64_t texture(std::uint64_t seed, Property what, std::int64_t cell);

struct Netlist {
  std::vector<std::int64_t> offset{0};
  std::vector<std::int32_t> cell;
  std::vector<std::int32_t> drives;   ///< a cell: the pins of the net that it drives, 0 for none
  std::vector<std::int32_t> pins;     ///< a cell: its pins
  std::vector<std::int32_t> control;  ///< a cell: those of its pins on nets without a driver (clock, reset, enable)
  std::vector<char> sequential;       ///< a cell: whether it is a flip-flop
};

Netlist draw_netlist(const GeneratorSpec& spec);

// ---- cell types: generate_netlist.cpp -------------------------------------------------------------------------------

struct CellType {
  const char* name;
  std::int32_t width;  ///< in sites
};
const std::vector<CellType>& cell_types();

// ---- placement: generate_placement.cpp ------------------------------------------------------------------------------

constexpr std::int64_t kRowLength = 140, kSiteLength = 19;    // in 10 nm, NanGate45
constexpr std::int64_t kRowsOfGCell = 3, kSitesOfGCell = 22;  // GCells of 4.2 x 4.18 micron, as OpenROAD uses

struct RowPlacement {
  std::int64_t gcells_x = 0, gcells_y = 0;
  std::vector<std::int32_t> site, row;  ///< of a cell's lower left corner

  /// The number of the GCell that a cell lies in, x fastest.
  std::int64_t gcell(std::size_t i) const { return row[i] / kRowsOfGCell * gcells_x + site[i] / kSitesOfGCell; }
};

/// In rows, without overlaps, cells of crowded clusters more densely.
RowPlacement place(std::uint64_t seed, const std::vector<std::int32_t>& types);

// ---- the label: generate_congestion.cpp -----------------------------------------------------------------------------

/// Demand over capacity of every GCell (x fastest). A net takes the half perimeter of its box, spread evenly over it
/// (RUDY); a net of many pins is a chain of two-pin nets along the placement hierarchy instead, which is near its tree.
std::vector<float> estimate_congestion(const Netlist& netlist, const RowPlacement& placement);

}  // namespace gsrgnn::generator
