#include "gsrgnn/circuit/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include "gsrgnn/util/error.hpp"
#include "gsrgnn/util/random.hpp"

// Every decision is taken in integers and the demand is summed in integers too: floating-point sums would depend on
// whether the compiler fuses multiplications with additions.

namespace gsrgnn {
namespace {

using std::int32_t;
using std::int64_t;
using std::size_t;
using std::uint64_t;

/// What random numbers are for; each use has a sequence of its own.
enum Stream : uint64_t {
  kIsolated,
  kSlots,
  kDrivers,
  kSizes,
  kSinks,
  kSequential,
  kControl,
  kTypes,
  kNumbers,
  kFields
};

// ---- sizes of nets -------------------------------------------------------------------------------------------------

/// Nets of 1, 2, ..., 20 pins, as often as in the two CircuitNet designs; more than half have two.
constexpr std::array<int, 20> kSmallNets = {150, 5650, 2150, 740, 480, 210, 120, 80, 60, 35,
                                            25,  25,   20,   20,  18,  10,  20,  12, 8,  7};
constexpr int64_t kWidestSmall = 20;
constexpr int64_t kWidestMiddle = 100;
constexpr size_t kMostLargeNets = 64;

constexpr int64_t edges_of(int64_t pins) {
  return pins * (pins - 1);
}

/// The most distinct cells that a net can have and give no more than `edges`.
int64_t net_of_edges(int64_t edges) {
  auto pins = static_cast<int64_t>(std::sqrt(static_cast<double>(edges))) + 1;
  while (pins > 1 && edges_of(pins) > edges) {
    --pins;
  }
  return pins;
}

/// Draws from {first, first + 1, ...} with the given integer weights.
class Lottery {
 public:
  Lottery(int64_t first, const std::vector<int64_t>& weights) : first_(first), sum_(weights) {
    for (size_t i = 1; i < sum_.size(); ++i) {
      sum_[i] += sum_[i - 1];
    }
  }
  int64_t draw(Random& random) const {
    const auto ticket = static_cast<int64_t>(random.below(static_cast<uint64_t>(sum_.back())));
    return first_ + (std::upper_bound(sum_.begin(), sum_.end(), ticket) - sum_.begin());
  }

 private:
  int64_t first_;
  std::vector<int64_t> sum_;
};

/// How many of `edges` (no loops) nets of up to a hundred pins hold: nearly all of them where there are 40 a cell, 27 %
/// from 170 a cell on (both as in the real designs), and at most as many as fit on the pins that cells have.
int64_t edges_of_local_nets(int64_t cells, int64_t edges) {
  const int64_t usual = std::max(36 * cells + (edges - 42 * cells) * 2 / 33, edges * 27 / 100);
  return std::min({edges * 24 / 25, usual, 100 * cells});
}

/// Net sizes, one for each of `drivers` cells, that together give at most `budget` edges and nearly that many: middle
/// nets (21 to 100 pins) first, as many as it takes. A size of 0 is a cell that drives nothing.
std::vector<int64_t> local_net_sizes(int64_t cells, int64_t drivers, int64_t budget, Random& random) {
  const int64_t widest = std::max<int64_t>(2, cells / 4);
  const Lottery small(1, {kSmallNets.begin(), kSmallNets.end()});
  std::vector<int64_t> sizes(static_cast<size_t>(drivers));
  int64_t edges = 0;
  for (auto& size : sizes) {
    size = std::min(small.draw(random), widest);
    edges += edges_of(size);
  }
  for (int64_t bound = kWidestSmall - 1; edges > budget && bound >= 2; --bound) {
    for (auto& size : sizes) {
      edges -= edges_of(size);
      size = std::min(size, bound);
      edges += edges_of(size);
    }
  }
  for (auto size = sizes.rbegin(); edges > budget && size != sizes.rend(); ++size) {
    edges -= edges_of(*size);
    *size = 0;
  }

  const int64_t widest_middle = std::min(kWidestMiddle, widest);
  if (widest_middle > kWidestSmall) {
    // The more edges a cell, the flatter the tail: from s^-3 (45 edges a cell, as in 7157) to s^-1 (90 and more).
    const int64_t flat = std::clamp<int64_t>(budget / cells - 45, 0, 45);
    constexpr int64_t kSteepSum = 1084, kFlatSum = 1'560'000;  // sums over 21..100 of 10^6 s^-3 and of 10^6 s^-1
    std::vector<int64_t> weights;
    for (int64_t s = kWidestSmall + 1; s <= widest_middle; ++s) {
      weights.push_back(flat * 1'000'000'000'000 / s / kFlatSum +
                        (45 - flat) * 1'000'000'000'000 / (s * s * s) / kSteepSum);
    }
    const Lottery middle(kWidestSmall + 1, weights);
    for (size_t i = 0; i < sizes.size() && edges < budget; ++i) {
      const int64_t room = budget - edges + edges_of(sizes[i]);
      const int64_t size = std::min(middle.draw(random), net_of_edges(room));
      if (size <= sizes[i]) {
        break;
      }
      edges += edges_of(size) - edges_of(sizes[i]);
      sizes[i] = size;
    }
  }
  return sizes;
}

/// Sizes of nets on distinct cells that give exactly `edges` (an even number): the largest few fall off as j^-3/4, as
/// clocks, resets and enables do in 7157 (1,476, 928, 869, 547, ...); what is left goes into ever smaller nets.
std::vector<int64_t> large_net_sizes(int64_t edges, int64_t widest) {
  std::array<double, kMostLargeNets> share{};
  for (size_t j = 0; j < share.size(); ++j) {
    const double root = std::sqrt(static_cast<double>(j + 1));
    share[j] = 1 / (root * std::sqrt(root));
  }
  const auto size = [&](int64_t largest, size_t j) {
    return static_cast<int64_t>(static_cast<double>(largest) * share[j]);
  };
  const auto total = [&](int64_t largest) {
    int64_t sum = 0;
    for (size_t j = 0; j < share.size() && size(largest, j) > kWidestMiddle; ++j) {
      sum += edges_of(size(largest, j));
    }
    return sum;
  };
  int64_t low = 0, high = std::min(widest, net_of_edges(edges)) + 1;
  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    (total(middle) <= edges ? low : high) = middle;
  }
  std::vector<int64_t> sizes;
  for (size_t j = 0; j < share.size() && size(low, j) > kWidestMiddle; ++j) {
    sizes.push_back(size(low, j));
    edges -= edges_of(sizes.back());
  }
  while (edges >= 2) {
    sizes.push_back(std::min(widest, net_of_edges(edges)));
    edges -= edges_of(sizes.back());
  }
  return sizes;
}

// ---- the netlist ---------------------------------------------------------------------------------------------------

/// Cells are numbered along the placement hierarchy while the circuit is made: cells of nearby numbers lie close
/// together, and a window of numbers is a region of the die. The circuit itself gets them in a random order.
struct Netlist {
  std::vector<int64_t> offset{0};
  std::vector<int32_t> cell;
  std::vector<int32_t> drives;   ///< a cell: the pins of the net that it drives, 0 for none
  std::vector<int32_t> pins;     ///< a cell: its pins
  std::vector<int32_t> control;  ///< a cell: those of its pins that are on nets without a driver (clock, reset, enable)
  std::vector<char> sequential;  ///< a cell: whether it is a flip-flop
};

/// What clusters of cells differ in.
enum Property : uint64_t {
  kCrowd,  ///< pins a cell, and cells an area
  kReach,  ///< length of wires
  kBank    ///< flip-flops
};

/// -1, 0 or 1: a property of the cluster of 2^level cells to which a cell belongs.
int64_t cluster(uint64_t seed, Property what, int level, int64_t cell) {
  const uint64_t word =
      hash_words(hash_words(seed, kFields, what), static_cast<uint64_t>(level), static_cast<uint64_t>(cell) >> level);
  return static_cast<int64_t>(word % 3) - 1;
}

/// -3 to 3: a property of the surroundings of a cell, the sum over clusters of three sizes, so that the label has
/// structure at every scale.
int64_t texture(uint64_t seed, Property what, int64_t cell) {
  return cluster(seed, what, 5, cell) + cluster(seed, what, 7, cell) + cluster(seed, what, 10, cell);
}

/// Chooses the cells that no net reaches: a few.
std::vector<char> draw_isolated(uint64_t seed, int64_t cells) {
  Random random(seed, kIsolated);
  std::vector<char> isolated(static_cast<size_t>(cells), 0);
  for (int64_t count = cells < 32 ? 0 : 1 + cells / 500; count > 0; --count) {
    isolated[random.below(static_cast<uint64_t>(cells))] = 1;
  }
  return isolated;
}

/// Chooses the cells that can be on clock, reset and enable nets: about one in six, in banks, and `least` at least (or
/// all).
std::vector<char> draw_sequential(uint64_t seed, const std::vector<char>& isolated, int64_t least) {
  Random random(seed, kSequential);
  std::vector<char> sequential(isolated.size(), 0);
  int64_t found = 0;
  const auto choose = [&](size_t i) {
    if (isolated[i] == 0 && sequential[i] == 0) {
      sequential[i] = 1;
      ++found;
    }
  };
  for (size_t i = 0; i < isolated.size(); ++i) {
    if (random.below(100) < static_cast<uint64_t>(16 + 12 * cluster(seed, kBank, 4, static_cast<int64_t>(i)))) {
      choose(i);
    }
  }
  if (found < least) {
    for (const int32_t i : random.permutation(isolated.size())) {
      choose(static_cast<size_t>(i));
      if (found == least) {
        break;
      }
    }
  }
  return sequential;
}

/// How many pins of nets with a driver each cell is meant to have, its output included.
std::vector<int32_t> draw_slots(uint64_t seed, const std::vector<char>& isolated, const std::vector<char>& sequential) {
  const Lottery gates(2, {14, 27, 29, 25, 3, 2});
  Random random(seed, kSlots);
  std::vector<int32_t> slots(isolated.size());
  for (size_t i = 0; i < slots.size(); ++i) {
    const int64_t pins = gates.draw(random) + texture(seed, kCrowd, static_cast<int64_t>(i));
    slots[i] = sequential[i] != 0 ? 3 : static_cast<int32_t>(std::clamp<int64_t>(pins, 2, 7));
    slots[i] = isolated[i] != 0 ? 0 : slots[i];
  }
  return slots;
}

/// Puts the nets that cells drive on the cells. Every net lies in a window around its driver, whose width is drawn from
/// a geometric distribution: most nets are local, a few are global, as Rent's rule has it.
class LocalNets {
 public:
  /// `slots` are the pins that cells are meant to have; some are added where the nets need more.
  LocalNets(uint64_t seed, const std::vector<int32_t>& drivers, const std::vector<int64_t>& sizes,
            std::vector<int32_t> slots, Netlist& netlist)
      : seed_(seed), random_(seed, kSinks), slots_(std::move(slots)), last_net_(slots_.size(), -1), netlist_(netlist) {
    int64_t there = 0;
    for (const int32_t slot : slots_) {
      isolated_.push_back(slot == 0 ? 1 : 0);
      there += slot;
    }
    const int64_t wanted = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
    while (there < wanted + wanted / 8) {  // some stay free, so that the last nets are as local as the first
      const size_t i = random_.below(slots_.size());
      if (isolated_[i] == 0) {
        ++slots_[i];
        ++there;
      }
    }
    for (size_t n = 0; n < sizes.size(); ++n) {  // every driver keeps a slot for its output
      slots_[static_cast<size_t>(drivers[n])] -= sizes[n] > 0 ? 1 : 0;
    }
  }

  void connect(int32_t driver, int64_t size) {
    begin_ = netlist_.cell.size();
    ++net_;
    add(static_cast<size_t>(driver));
    netlist_.drives[static_cast<size_t>(driver)] = static_cast<int32_t>(size);
    draw_window(driver, size);
    for (int64_t pin = 1; pin < size; ++pin) {
      const size_t cell = draw_sink(driver);
      add(cell);
      --slots_[cell];
    }
    netlist_.offset.push_back(static_cast<int64_t>(netlist_.cell.size()));
  }

 private:
  int64_t cells() const { return static_cast<int64_t>(slots_.size()); }

  void add(size_t cell) {
    netlist_.cell.push_back(static_cast<int32_t>(cell));
    ++netlist_.pins[cell];
    last_net_[cell] = net_;
  }

  void draw_window(int64_t driver, int64_t size) {
    const auto go_wider = static_cast<uint64_t>((size > 10 ? 42 : 57) + 5 * texture(seed_, kReach, driver));
    width_ = 2;
    while (width_ < cells() && (width_ < 2 * size || random_.chance(go_wider, 100))) {
      width_ *= 2;
    }
    width_ = std::min(width_, cells());
    left_ = driver - static_cast<int64_t>(random_.below(static_cast<uint64_t>(width_)));
    left_ = std::clamp<int64_t>(left_, 0, cells() - width_);
  }

  /// A cell of the window that has a free slot and is not on the net yet; now and then one that is. Where a few tries
  /// find none, the window grows, and in the end any cell does: cells have the pins that they turn out to have.
  size_t draw_sink(int64_t driver) {
    const size_t pins = netlist_.cell.size() - begin_;
    if (pins >= 2 && random_.chance(4, 100)) {
      const auto again = static_cast<size_t>(netlist_.cell[begin_ + random_.below(pins)]);
      if (slots_[again] > 0) {
        return again;
      }
    }
    constexpr int kTries = 12;
    for (int tries = 0;; ++tries) {
      if (tries > 0 && tries % kTries == 0) {
        width_ = std::min(2 * width_, cells());
        left_ = std::clamp<int64_t>(driver - width_ / 2, 0, cells() - width_);
      }
      const auto cell = static_cast<size_t>(left_) + random_.below(static_cast<uint64_t>(width_));
      const bool free = slots_[cell] > 0 || tries >= 2 * kTries;
      if (isolated_[cell] == 0 && last_net_[cell] != net_ && free) {
        return cell;
      }
    }
  }

  uint64_t seed_;
  Random random_;
  std::vector<int32_t> slots_;     ///< a cell: the pins that it has free
  std::vector<int64_t> last_net_;  ///< a cell: the last net that was put on it
  std::vector<char> isolated_;
  Netlist& netlist_;
  int64_t net_ = -1;              ///< the net that is being made,
  size_t begin_ = 0;              ///< where its pins begin,
  int64_t left_ = 0, width_ = 0;  ///< and its window
};

/// Puts nets without a driver on distinct sequential cells, evenly over the whole die (the largest two, and all that
/// need the whole of it) or over a part of it.
void connect_large_nets(uint64_t seed, const std::vector<int64_t>& sizes, Netlist& netlist) {
  std::vector<int32_t> candidates;
  for (size_t i = 0; i < netlist.sequential.size(); ++i) {
    if (netlist.sequential[i] != 0) {
      candidates.push_back(static_cast<int32_t>(i));
    }
  }
  const auto all = static_cast<int64_t>(candidates.size());
  Random random(seed, kControl);
  for (size_t n = 0; n < sizes.size(); ++n) {
    const int64_t size = sizes[n];
    const int64_t width = n < 2 ? all : std::clamp(size > kWidestMiddle ? all >> random.below(3) : 6 * size, size, all);
    const auto left = static_cast<int64_t>(random.below(static_cast<uint64_t>(all - width + 1)));
    for (int64_t pin = 0; pin < size; ++pin) {  // one cell from each of `size` equal parts of the window
      const int64_t begin = left + pin * width / size, end = left + (pin + 1) * width / size;
      const auto at =
          static_cast<size_t>(begin + static_cast<int64_t>(random.below(static_cast<uint64_t>(end - begin))));
      const int32_t cell = candidates[at];
      netlist.cell.push_back(cell);
      ++netlist.pins[static_cast<size_t>(cell)];
      ++netlist.control[static_cast<size_t>(cell)];
    }
    netlist.offset.push_back(static_cast<int64_t>(netlist.cell.size()));
  }
}

/// Edges of the clique graph without loops: sum over nets of s^2 - sum_i B[i,n]^2.
int64_t clique_edges(const Netlist& netlist) {
  std::vector<int32_t> pins;
  int64_t edges = 0;
  for (size_t n = 0; n + 1 < netlist.offset.size(); ++n) {
    pins.assign(netlist.cell.begin() + netlist.offset[n], netlist.cell.begin() + netlist.offset[n + 1]);
    std::sort(pins.begin(), pins.end());
    edges += static_cast<int64_t>(pins.size() * pins.size());
    for (size_t i = 0, j = 0; i < pins.size(); i = j) {
      while (j < pins.size() && pins[j] == pins[i]) {
        ++j;
      }
      edges -= static_cast<int64_t>((j - i) * (j - i));
    }
  }
  return edges;
}

Netlist draw_netlist(const GeneratorSpec& spec, int64_t edges) {
  const int64_t wanted = (edges - spec.cells) / 2 * 2;  // every net gives an even number
  const int64_t local = edges_of_local_nets(spec.cells, wanted);
  const int64_t largest = net_of_edges(wanted - local);

  const auto cells = static_cast<size_t>(spec.cells);
  const std::vector<char> isolated = draw_isolated(spec.seed, spec.cells);
  Netlist netlist;
  netlist.sequential = draw_sequential(spec.seed, isolated, largest + largest / 4 + 2);
  netlist.drives.assign(cells, 0);
  netlist.pins.assign(cells, 0);
  netlist.control.assign(cells, 0);

  std::vector<int32_t> drivers;
  for (const int32_t i : Random(spec.seed, kDrivers).permutation(cells)) {
    if (isolated[static_cast<size_t>(i)] == 0) {
      drivers.push_back(i);
    }
  }
  Random random(spec.seed, kSizes);
  const auto sizes = local_net_sizes(spec.cells, static_cast<int64_t>(drivers.size()), local, random);
  LocalNets local_nets(spec.seed, drivers, sizes, draw_slots(spec.seed, isolated, netlist.sequential), netlist);
  for (size_t n = 0; n < sizes.size(); ++n) {
    if (sizes[n] > 0) {
      local_nets.connect(drivers[n], sizes[n]);
    }
  }

  const auto candidates = std::count(netlist.sequential.begin(), netlist.sequential.end(), char{1});
  connect_large_nets(spec.seed, large_net_sizes(wanted - clique_edges(netlist), candidates), netlist);
  return netlist;
}

// ---- cell types ----------------------------------------------------------------------------------------------------

struct CellType {
  const char* name;
  int32_t width;  ///< in sites
};

/// Named after and as wide as those of the NanGate45 library.
constexpr std::array<CellType, 29> kTypesOfCells = {{
    {"TAPCELL_X1", 1}, {"LOGIC1_X1", 2}, {"INV_X1", 2},   {"INV_X2", 3},    {"BUF_X1", 3},    {"BUF_X4", 7},
    {"CLKBUF_X2", 4},  {"NAND2_X1", 3},  {"NOR2_X1", 3},  {"AND2_X1", 4},   {"OR2_X1", 4},    {"XOR2_X1", 6},
    {"XNOR2_X1", 6},   {"NAND3_X1", 4},  {"NOR3_X1", 4},  {"AOI21_X1", 4},  {"OAI21_X1", 4},  {"MUX2_X1", 7},
    {"HA_X1", 10},     {"NAND4_X1", 5},  {"AOI22_X1", 5}, {"OAI211_X1", 5}, {"FA_X1", 16},    {"AOI221_X1", 6},
    {"AOI222_X1", 8},  {"DFF_X1", 17},   {"DFFR_X1", 20}, {"SDFF_X1", 23},  {"SDFFR_X1", 25},
}};

struct TypeRange {
  int32_t first;
  uint64_t count;
};
constexpr std::array<TypeRange, 8> kTypesOfPins = {
    {{0, 1}, {1, 1}, {2, 3}, {7, 6}, {13, 6}, {19, 4}, {23, 1}, {24, 1}}};
constexpr TypeRange kBuffers{5, 2}, kFlipFlops{25, 4};
constexpr int32_t kLightLoad = 5;  ///< pins of a net that a gate of two pins drives without being a buffer

/// Gates have a type of their number of pins, buffers drive the larger nets, and flip-flops have a type of the number
/// of control nets that they are on: so the type tells of the netlist around the cell, as it does in a real design.
int32_t draw_type(const Netlist& netlist, size_t i, Random& random) {
  if (netlist.sequential[i] != 0) {
    return kFlipFlops.first + std::clamp(netlist.control[i] - 1, 0, static_cast<int32_t>(kFlipFlops.count) - 1);
  }
  const auto pins = std::min(static_cast<size_t>(netlist.pins[i]), kTypesOfPins.size() - 1);
  const bool buffer = pins == 2 && netlist.drives[i] > kLightLoad;
  const TypeRange range = buffer ? kBuffers : kTypesOfPins[pins];
  return range.first + static_cast<int32_t>(random.below(range.count));
}

std::vector<int32_t> draw_types(uint64_t seed, const Netlist& netlist) {
  Random random(seed, kTypes);
  std::vector<int32_t> types(netlist.pins.size());
  for (size_t i = 0; i < types.size(); ++i) {
    types[i] = draw_type(netlist, i, random);
  }
  return types;
}

// ---- placement -----------------------------------------------------------------------------------------------------

constexpr double kRowHeight = 1.4, kSiteWidth = 0.19;    // micron, NanGate45
constexpr int64_t kRowLength = 140, kSiteLength = 19;    // the same in 10 nm
constexpr int64_t kRowsOfGCell = 3, kSitesOfGCell = 22;  // GCells of 4.2 x 4.18 micron, as OpenROAD uses
constexpr int64_t kUtilisation = 70;                     // per cent

struct Placement {
  int64_t gcells_x = 0, gcells_y = 0;
  std::vector<int32_t> site, row;  ///< of a cell's lower left corner

  int64_t gcell_x(size_t i) const { return site[i] / kSitesOfGCell; }
  int64_t gcell_y(size_t i) const { return row[i] / kRowsOfGCell; }
};

/// Recursive bisection: halves the region along its longer side and gives each half the cells that fill it evenly.
class Placer {
 public:
  Placer(uint64_t seed, const std::vector<int32_t>& types) : area_(types.size() + 1, 0), width_(types.size()) {
    int64_t sites = 0;
    for (size_t i = 0; i < types.size(); ++i) {
      width_[i] = kTypesOfCells[static_cast<size_t>(types[i])].width;
      area_[i + 1] = area_[i] + width_[i] * (100 - 8 * texture(seed, kCrowd, static_cast<int64_t>(i)));
      sites += width_[i];
    }
    sites = sites * 100 / kUtilisation;
    const auto ceiling = [](int64_t a, int64_t b) { return (a + b - 1) / b; };
    const int64_t square = sites * kSiteLength / kRowLength;  // of the rows of a square die
    const auto rows = static_cast<int64_t>(std::sqrt(static_cast<double>(square))) + 1;
    placement_.gcells_y = ceiling(rows, kRowsOfGCell);
    placement_.gcells_x = ceiling(sites, kSitesOfGCell * kRowsOfGCell * placement_.gcells_y);
    placement_.site.resize(types.size());
    placement_.row.resize(types.size());
  }

  Placement place() {
    fill({0, width_.size()}, {0, placement_.gcells_x * kSitesOfGCell}, {0, placement_.gcells_y * kRowsOfGCell});
    legalise();
    return std::move(placement_);
  }

 private:
  template <class T>
  struct Range {
    T begin, end;
    T size() const { return end - begin; }
  };

  void fill(Range<size_t> cells, Range<int64_t> sites, Range<int64_t> rows) {
    constexpr int64_t kShortest = 32;  // sites that are not cut further: a few cells of one row
    const bool by_rows =
        rows.size() > 1 && (sites.size() < kShortest || rows.size() * kRowLength >= sites.size() * kSiteLength);
    if (cells.size() == 0) {
      return;
    }
    if (!by_rows && sites.size() < kShortest) {
      fill_row(cells, sites, rows.begin);
      return;
    }
    const Range<int64_t>& longer = by_rows ? rows : sites;
    const int64_t cut = longer.begin + longer.size() / 2;
    const int64_t target =
        area_[cells.begin] + (area_[cells.end] - area_[cells.begin]) * (cut - longer.begin) / longer.size();
    const auto from = area_.begin() + static_cast<std::ptrdiff_t>(cells.begin);
    const auto to = area_.begin() + static_cast<std::ptrdiff_t>(cells.end);
    auto middle = static_cast<size_t>(std::lower_bound(from, to, target) - area_.begin());
    if (middle > cells.begin && target - area_[middle - 1] < area_[middle] - target) {
      --middle;
    }
    fill({cells.begin, middle}, by_rows ? sites : Range<int64_t>{sites.begin, cut},
         by_rows ? Range<int64_t>{rows.begin, cut} : rows);
    fill({middle, cells.end}, by_rows ? sites : Range<int64_t>{cut, sites.end},
         by_rows ? Range<int64_t>{cut, rows.end} : rows);
  }

  /// Spreads the cells over part of a row, with the free sites (or the missing ones) evenly between them.
  void fill_row(Range<size_t> cells, Range<int64_t> sites, int64_t row) {
    int64_t used = 0;
    for (size_t i = cells.begin; i < cells.end; ++i) {
      used += width_[i];
    }
    const int64_t free = sites.size() - used;
    const auto count = static_cast<int64_t>(cells.size());
    int64_t left = 0, index = 0;
    for (size_t i = cells.begin; i < cells.end; ++i, ++index) {
      placement_.site[i] =
          static_cast<int32_t>(sites.begin + std::max<int64_t>(0, left + free * (2 * index + 1) / (2 * count)));
      placement_.row[i] = static_cast<int32_t>(row);
      left += width_[i];
    }
  }

  /// Moves cells along their rows until none overlap and none stand out. In a row too full for that, which only the
  /// smallest circuits have, they overlap evenly.
  void legalise() {
    std::vector<std::vector<size_t>> rows(static_cast<size_t>(placement_.gcells_y * kRowsOfGCell));
    for (size_t i = 0; i < width_.size(); ++i) {
      rows[static_cast<size_t>(placement_.row[i])].push_back(i);
    }
    for (auto& row : rows) {
      std::sort(row.begin(), row.end(), [&](size_t a, size_t b) {
        return std::pair(placement_.site[a], a) < std::pair(placement_.site[b], b);
      });
      const int64_t length = placement_.gcells_x * kSitesOfGCell;
      int64_t used = 0, end = 0;
      for (const size_t i : row) {
        used += width_[i];
      }
      if (used > length) {
        for (const size_t i : row) {
          placement_.site[i] = static_cast<int32_t>(end * length / used);
          end += width_[i];
        }
        continue;
      }
      for (const size_t i : row) {
        placement_.site[i] = static_cast<int32_t>(std::max<int64_t>(placement_.site[i], end));
        end = placement_.site[i] + width_[i];
      }
      int64_t begin = length;
      for (auto i = row.rbegin(); i != row.rend(); ++i) {
        begin = std::min(placement_.site[*i] + width_[*i], begin) - width_[*i];
        placement_.site[*i] = static_cast<int32_t>(begin);
      }
    }
  }

  std::vector<int64_t> area_;  ///< N + 1: sums of the sites that cells get, in per cent of a site
  std::vector<int64_t> width_;
  Placement placement_;
};

// ---- the label -----------------------------------------------------------------------------------------------------

constexpr int64_t kDemandUnit = 4096;  // demand is counted in 10 nm / 4096
constexpr int64_t kPinDemand = 400;    // of 10 nm: what a pin takes of the tracks above it
constexpr int64_t kCapacity = 48'000;  // of 10 nm a GCell: about 115 tracks
constexpr int64_t kWidestBox = 10;     // nets of more pins are routed as a tree

/// Demand over capacity of every GCell (x fastest). A net takes the half perimeter of its box, spread evenly over it
/// (RUDY); a net of many pins is a chain of two-pin nets along the placement hierarchy instead, which is near its tree.
std::vector<float> estimate_congestion(const Netlist& netlist, const Placement& placement) {
  const int64_t nx = placement.gcells_x, ny = placement.gcells_y;
  // Boxes go into a table of differences, so that a box costs the same whatever its size.
  std::vector<int64_t> difference(static_cast<size_t>((nx + 1) * (ny + 1)), 0);
  const auto at = [&](int64_t x, int64_t y) -> int64_t& { return difference[static_cast<size_t>(y * (nx + 1) + x)]; };
  const auto add_box = [&](const int32_t* begin, const int32_t* end) {
    const auto first = static_cast<size_t>(*begin);
    int64_t left = placement.site[first], right = left, bottom = placement.row[first], top = bottom;
    for (const int32_t* cell = begin + 1; cell != end; ++cell) {
      const auto i = static_cast<size_t>(*cell);
      left = std::min<int64_t>(left, placement.site[i]);
      right = std::max<int64_t>(right, placement.site[i]);
      bottom = std::min<int64_t>(bottom, placement.row[i]);
      top = std::max<int64_t>(top, placement.row[i]);
    }
    const int64_t length = (right - left) * kSiteLength + (top - bottom) * kRowLength;
    const int64_t x0 = left / kSitesOfGCell, x1 = right / kSitesOfGCell + 1;
    const int64_t y0 = bottom / kRowsOfGCell, y1 = top / kRowsOfGCell + 1;
    const int64_t demand = length * kDemandUnit / ((x1 - x0) * (y1 - y0));
    at(x0, y0) += demand;
    at(x1, y0) -= demand;
    at(x0, y1) -= demand;
    at(x1, y1) += demand;
  };
  std::vector<int32_t> pins;
  for (size_t n = 0; n + 1 < netlist.offset.size(); ++n) {
    pins.assign(netlist.cell.begin() + netlist.offset[n], netlist.cell.begin() + netlist.offset[n + 1]);
    if (static_cast<int64_t>(pins.size()) <= kWidestBox) {
      add_box(pins.data(), pins.data() + pins.size());
      continue;
    }
    std::sort(pins.begin(), pins.end());
    for (size_t i = 0; i + 1 < pins.size(); ++i) {
      add_box(pins.data() + i, pins.data() + i + 2);
    }
  }

  std::vector<int64_t> demand(static_cast<size_t>(nx * ny));
  const auto gcell = [&](int64_t x, int64_t y) { return static_cast<size_t>(y * nx + x); };
  for (int64_t y = 0; y < ny; ++y) {
    for (int64_t x = 0; x < nx; ++x) {
      at(x, y) += (x > 0 ? at(x - 1, y) : 0) + (y > 0 ? at(x, y - 1) : 0) - (x > 0 && y > 0 ? at(x - 1, y - 1) : 0);
      demand[gcell(x, y)] = at(x, y);
    }
  }
  for (size_t i = 0; i < netlist.pins.size(); ++i) {
    demand[gcell(placement.gcell_x(i), placement.gcell_y(i))] += netlist.pins[i] * kPinDemand * kDemandUnit;
  }

  // A router moves wires to the neighbours: smoothed by 1 2 1 in both directions.
  std::vector<float> congestion(demand.size());
  for (int64_t y = 0; y < ny; ++y) {
    for (int64_t x = 0; x < nx; ++x) {
      int64_t sum = 0;
      for (int64_t dy = -1; dy <= 1; ++dy) {
        for (int64_t dx = -1; dx <= 1; ++dx) {
          const int64_t weight = (2 - std::abs(dx)) * (2 - std::abs(dy));
          sum += weight * demand[gcell(std::clamp<int64_t>(x + dx, 0, nx - 1), std::clamp<int64_t>(y + dy, 0, ny - 1))];
        }
      }
      congestion[gcell(x, y)] =
          static_cast<float>(static_cast<double>(sum) / static_cast<double>(16 * kCapacity * kDemandUnit));
    }
  }
  return congestion;
}

// ---- the whole -----------------------------------------------------------------------------------------------------

}  // namespace

Circuit generate_netlist(const GeneratorSpec& spec) {
  const Netlist netlist = draw_netlist(spec, spec.edges);
  const std::vector<int32_t> types = draw_types(spec.seed, netlist);
  const Placement placement = Placer(spec.seed, types).place();
  const std::vector<float> congestion = estimate_congestion(netlist, placement);

  Circuit circuit;
  for (const CellType& type : kTypesOfCells) {
    circuit.type_name.emplace_back(type.name);
  }
  circuit.box = {0, 0, static_cast<double>(placement.gcells_x * kSitesOfGCell) * kSiteWidth,
                 static_cast<double>(placement.gcells_y * kRowsOfGCell) * kRowHeight};
  circuit.label_name = {"congestion"};
  circuit.label_unit = "estimated demand / capacity";

  // The numbers that cells and nets get tell nothing about where they lie.
  const auto cells = static_cast<size_t>(spec.cells);
  Random random(spec.seed, kNumbers);
  const std::vector<int32_t> number = random.permutation(cells);
  circuit.cell_type.resize(cells);
  circuit.position.resize(cells);
  circuit.label.resize(cells);
  for (size_t i = 0; i < cells; ++i) {
    const auto to = static_cast<size_t>(number[i]);
    circuit.cell_type[to] = types[i];
    circuit.position[to] = {placement.site[i] * kSiteWidth, placement.row[i] * kRowHeight};
    circuit.label[to] =
        congestion[static_cast<size_t>(placement.gcell_y(i) * placement.gcells_x + placement.gcell_x(i))];
  }
  const size_t nets = netlist.offset.size() - 1;
  circuit.net_offset.reserve(nets + 1);
  circuit.net_cell.reserve(netlist.cell.size());
  for (const int64_t n : random.permutation<int64_t>(nets)) {
    const auto from = static_cast<size_t>(n);
    for (int64_t pin = netlist.offset[from]; pin < netlist.offset[from + 1]; ++pin) {
      circuit.net_cell.push_back(number[static_cast<size_t>(netlist.cell[static_cast<size_t>(pin)])]);
    }
    circuit.net_offset.push_back(static_cast<int64_t>(circuit.net_cell.size()));
  }
  append_common_features(circuit);
  return circuit;
}

}  // namespace gsrgnn
