#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "circuit/netlist_generator.hpp"

namespace gsrgnn::generator {
namespace {

// ---- sizes of nets ----

/// Nets of 1, 2, ..., 20 pins, as often as in the two CircuitNet designs; more than half have two.
constexpr std::array<int, 20> kSmallNets = {150, 5650, 2150, 740, 480, 210, 120, 80, 60, 35,
                                            25,  25,   20,   20,  18,  10,  20,  12, 8,  7};
constexpr std::int64_t kWidestSmall = 20, kWidestMiddle = 100;  ///< pins of a small and of a middle net, at most
constexpr std::size_t kMostLargeNets = 64;

std::int64_t edges_of(std::int64_t pins) {
  return pins * (pins - 1);
}

/// The most distinct cells that a net can have and give no more than `edges`.
std::int64_t net_of_edges(std::int64_t edges) {
  auto pins = static_cast<std::int64_t>(std::sqrt(static_cast<double>(edges))) + 1;
  while (pins > 1 && edges_of(pins) > edges) --pins;
  return pins;
}

/// Sets the size of a net, and the sum of all nets' edges with it.
void resize(std::int64_t& net, std::int64_t size, std::int64_t& edges) {
  edges += edges_of(size) - edges_of(net);
  net = size;
}

/// Makes nets from the first on middle ones until the budget is used up.
void widen(std::vector<std::int64_t>& sizes, std::int64_t edges, std::int64_t cells, std::int64_t budget,
           std::int64_t widest, Random& random) {
  // The more edges a cell, the flatter the tail: from s^-3 (45 edges a cell, as in 7157) to s^-1 (90 and more).
  const std::int64_t flat = std::clamp<std::int64_t>(budget / cells - 45, 0, 45);
  constexpr std::int64_t kSteepSum = 1084, kFlatSum = 1'560'000;  // sums over 21..100 of 10^6 s^-3 and of 10^6 s^-1
  constexpr std::int64_t kScale = 1'000'000'000'000;
  std::vector<std::int64_t> weights;
  for (std::int64_t s = kWidestSmall + 1; s <= widest; ++s) {
    weights.push_back(flat * kScale / s / kFlatSum + (45 - flat) * kScale / (s * s * s) / kSteepSum);
  }
  const Lottery middle(kWidestSmall + 1, weights);
  for (std::size_t i = 0; i < sizes.size() && edges < budget; ++i) {
    const std::int64_t size = std::min(middle.draw(random), net_of_edges(budget - edges + edges_of(sizes[i])));
    if (size <= sizes[i]) return;
    resize(sizes[i], size, edges);
  }
}

/// How many of `edges` (no loops) nets of up to a hundred pins hold: nearly all of them where there are 40 a cell, 27 %
/// from 170 a cell on (both as in the real designs), and at most as many as fit on the pins that cells have.
std::int64_t edges_of_local_nets(std::int64_t cells, std::int64_t edges) {
  const std::int64_t usual = std::max(36 * cells + (edges - 42 * cells) * 2 / 33, edges * 27 / 100);
  return std::min({edges * 24 / 25, usual, 100 * cells});
}

/// Net sizes, one for each of `drivers` cells, that together give at most `budget` edges and nearly that many: middle
/// nets (21 to 100 pins) first, as many as it takes. A size of 0 is a cell that drives nothing.
std::vector<std::int64_t> local_net_sizes(std::int64_t cells, std::int64_t drivers, std::int64_t budget,
                                          Random& random) {
  const std::int64_t widest = std::max<std::int64_t>(2, cells / 4);
  const Lottery small(1, {kSmallNets.begin(), kSmallNets.end()});
  std::vector<std::int64_t> sizes(drivers, 0);
  std::int64_t edges = 0;
  for (auto& size : sizes) resize(size, std::min(small.draw(random), widest), edges);
  for (std::int64_t bound = kWidestSmall - 1; edges > budget && bound >= 2; --bound) {
    for (auto& size : sizes) resize(size, std::min(size, bound), edges);
  }
  for (auto size = sizes.rbegin(); edges > budget && size != sizes.rend(); ++size) resize(*size, 0, edges);
  if (widest > kWidestSmall) widen(sizes, edges, cells, budget, std::min(kWidestMiddle, widest), random);
  return sizes;
}

/// Sizes of nets on distinct cells that give exactly `edges` (an even number): the largest few fall off as j^-3/4, as
/// clocks, resets and enables do in 7157 (1,476, 928, 869, 547, ...); what is left goes into ever smaller nets.
std::vector<std::int64_t> large_net_sizes(std::int64_t edges, std::int64_t widest) {
  std::array<double, kMostLargeNets> share{};
  for (std::size_t j = 0; j < share.size(); ++j) {
    const double root = std::sqrt(static_cast<double>(j + 1));
    share[j] = 1 / (root * std::sqrt(root));
  }
  const auto sizes_below = [&](std::int64_t largest) {
    std::vector<std::int64_t> sizes;
    for (const double part : share) {
      const auto size = static_cast<std::int64_t>(static_cast<double>(largest) * part);
      if (size <= kWidestMiddle) break;
      sizes.push_back(size);
    }
    return sizes;
  };
  const auto total = [&](const std::vector<std::int64_t>& sizes) {
    std::int64_t sum = 0;
    for (const std::int64_t size : sizes) sum += edges_of(size);
    return sum;
  };
  std::int64_t low = 0, high = std::min(widest, net_of_edges(edges)) + 1;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (total(sizes_below(middle)) <= edges ? low : high) = middle;
  }
  std::vector<std::int64_t> sizes = sizes_below(low);
  for (edges -= total(sizes); edges >= 2; edges -= edges_of(sizes.back())) {
    sizes.push_back(std::min(widest, net_of_edges(edges)));
  }
  return sizes;
}

// ---- their cells ----

/// -1, 0 or 1: a property of the cluster of 2^level cells to which a cell belongs.
std::int64_t cluster(std::uint64_t seed, Property what, int level, std::int64_t cell) {
  const std::uint64_t word = hash_words(hash_words(seed, kFields, what), static_cast<std::uint64_t>(level),
                                        static_cast<std::uint64_t>(cell) >> level);
  return static_cast<std::int64_t>(word % 3) - 1;
}

/// Chooses the cells that no net reaches: a few.
std::vector<char> draw_isolated(std::uint64_t seed, std::int64_t cells) {
  Random random(seed, kIsolated);
  std::vector<char> isolated(cells, 0);
  for (std::int64_t count = cells < 32 ? 0 : 1 + cells / 500; count > 0; --count) isolated[random.below(cells)] = 1;
  return isolated;
}

/// Chooses the cells that can be on clock, reset and enable nets: about one in six, in banks, and `least` at least (or
/// all).
std::vector<char> draw_sequential(std::uint64_t seed, const std::vector<char>& isolated, std::int64_t least) {
  Random random(seed, kSequential);
  std::vector<char> sequential(isolated.size(), 0);
  std::int64_t found = 0;
  const auto choose = [&](std::size_t i) {
    if (isolated[i] != 0 || sequential[i] != 0) return;
    sequential[i] = 1;
    ++found;
  };
  for (std::size_t i = 0; i < isolated.size(); ++i) {
    const std::int64_t per_cent = 16 + 12 * cluster(seed, kBank, 4, static_cast<std::int64_t>(i));
    if (random.chance(per_cent, 100)) choose(i);
  }
  if (found >= least) return sequential;
  for (const std::int32_t i : random.permutation(isolated.size())) {
    choose(i);
    if (found == least) break;
  }
  return sequential;
}

/// How many pins of nets with a driver each cell is meant to have, its output included.
std::vector<std::int32_t> draw_slots(std::uint64_t seed, const std::vector<char>& isolated,
                                     const std::vector<char>& sequential) {
  const Lottery gates(2, {14, 27, 29, 25, 3, 2});
  Random random(seed, kSlots);
  std::vector<std::int32_t> slots(isolated.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const std::int64_t pins = gates.draw(random) + texture(seed, kCrowd, static_cast<std::int64_t>(i));
    slots[i] = sequential[i] != 0 ? 3 : static_cast<std::int32_t>(std::clamp<std::int64_t>(pins, 2, 7));
    if (isolated[i] != 0) slots[i] = 0;
  }
  return slots;
}

/// Puts the nets that cells drive on the cells. Every net lies in a window around its driver, whose width is drawn from
/// a geometric distribution: most nets are local, a few are global, as Rent's rule has it.
class LocalNets {
 public:
  /// `slots` are the pins that cells are meant to have; some are added where the nets need more.
  LocalNets(std::uint64_t seed, const std::vector<std::int32_t>& drivers, const std::vector<std::int64_t>& sizes,
            std::vector<std::int32_t> slots, Netlist& netlist)
      : seed_(seed), random_(seed, kSinks), slots_(std::move(slots)), last_net_(slots_.size(), -1), netlist_(netlist) {
    for (const std::int32_t slot : slots_) isolated_.push_back(slot == 0 ? 1 : 0);
    auto there = std::accumulate(slots_.begin(), slots_.end(), std::int64_t{0});
    const auto wanted = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
    while (there < wanted + wanted / 8) {  // some stay free, so that the last nets are as local as the first
      const std::size_t i = random_.below(slots_.size());
      if (isolated_[i] != 0) continue;
      ++slots_[i];
      ++there;
    }
    for (std::size_t n = 0; n < sizes.size(); ++n) {  // every driver keeps a slot for its output
      if (sizes[n] > 0) --slots_[drivers[n]];
    }
  }

  void connect(std::int32_t driver, std::int64_t size) {
    begin_ = netlist_.cell.size();
    ++net_;
    add(driver);
    netlist_.drives[driver] = static_cast<std::int32_t>(size);
    draw_window(driver, size);
    for (std::int64_t pin = 1; pin < size; ++pin) {
      const std::size_t cell = draw_sink(driver);
      add(cell);
      --slots_[cell];
    }
    netlist_.offset.push_back(static_cast<std::int64_t>(netlist_.cell.size()));
  }

 private:
  std::int64_t cells() const { return static_cast<std::int64_t>(slots_.size()); }

  void add(std::size_t cell) {
    netlist_.cell.push_back(static_cast<std::int32_t>(cell));
    ++netlist_.pins[cell];
    last_net_[cell] = net_;
  }

  void draw_window(std::int64_t driver, std::int64_t size) {
    const std::int64_t go_wider = (size > 10 ? 42 : 57) + 5 * texture(seed_, kReach, driver);
    width_ = 2;
    while (width_ < cells() && (width_ < 2 * size || random_.chance(go_wider, 100))) width_ *= 2;
    width_ = std::min(width_, cells());
    left_ = driver - static_cast<std::int64_t>(random_.below(width_));
    left_ = std::clamp<std::int64_t>(left_, 0, cells() - width_);
  }

  /// A cell of the window that has a free slot and is not on the net yet; now and then one that is. Where a few tries
  /// find none, the window grows, and in the end any cell does: cells have the pins that they turn out to have.
  std::size_t draw_sink(std::int64_t driver) {
    const std::size_t pins = netlist_.cell.size() - begin_;
    if (pins >= 2 && random_.chance(4, 100)) {
      const std::int32_t again = netlist_.cell[begin_ + random_.below(pins)];
      if (slots_[again] > 0) return again;
    }
    constexpr int kTries = 12;
    for (int tries = 0;; ++tries) {
      if (tries > 0 && tries % kTries == 0) {
        width_ = std::min(2 * width_, cells());
        left_ = std::clamp<std::int64_t>(driver - width_ / 2, 0, cells() - width_);
      }
      const std::size_t cell = left_ + random_.below(width_);
      const bool free = slots_[cell] > 0 || tries >= 2 * kTries;
      if (isolated_[cell] == 0 && last_net_[cell] != net_ && free) return cell;
    }
  }

  std::uint64_t seed_;
  Random random_;
  std::vector<std::int32_t> slots_;     ///< a cell: the pins that it has free
  std::vector<std::int64_t> last_net_;  ///< a cell: the last net that was put on it
  std::vector<char> isolated_;
  Netlist& netlist_;
  std::int64_t net_ = -1;              ///< the net that is being made,
  std::size_t begin_ = 0;              ///< where its pins begin,
  std::int64_t left_ = 0, width_ = 0;  ///< and its window
};

/// Puts nets without a driver on distinct sequential cells, evenly over the whole die (the largest two, and all that
/// need the whole of it) or over a part of it.
void connect_large_nets(std::uint64_t seed, const std::vector<std::int32_t>& candidates,
                        const std::vector<std::int64_t>& sizes, Netlist& netlist) {
  const auto all = static_cast<std::int64_t>(candidates.size());
  Random random(seed, kControl);
  for (std::size_t n = 0; n < sizes.size(); ++n) {
    const std::int64_t size = sizes[n];
    const std::int64_t width =
        n < 2 ? all : std::clamp(size > kWidestMiddle ? all >> random.below(3) : 6 * size, size, all);
    const auto left = static_cast<std::int64_t>(random.below(all - width + 1));
    for (std::int64_t pin = 0; pin < size; ++pin) {  // one cell from each of `size` equal parts of the window
      const std::int64_t begin = left + pin * width / size, end = left + (pin + 1) * width / size;
      const std::int32_t cell = candidates[begin + random.below(end - begin)];
      netlist.cell.push_back(cell);
      ++netlist.pins[cell];
      ++netlist.control[cell];
    }
    netlist.offset.push_back(static_cast<std::int64_t>(netlist.cell.size()));
  }
}

}  // namespace

std::int64_t texture(std::uint64_t seed, Property what, std::int64_t cell) {
  return cluster(seed, what, 5, cell) + cluster(seed, what, 7, cell) + cluster(seed, what, 10, cell);
}

Netlist draw_netlist(const GeneratorSpec& spec) {
  const std::int64_t wanted = (spec.edges - spec.cells) / 2 * 2;  // every net gives an even number
  const std::int64_t local = edges_of_local_nets(spec.cells, wanted);
  const std::int64_t largest = net_of_edges(wanted - local);

  const std::vector<char> isolated = draw_isolated(spec.seed, spec.cells);
  Netlist netlist;
  netlist.sequential = draw_sequential(spec.seed, isolated, largest + largest / 4 + 2);
  for (auto* count : {&netlist.drives, &netlist.pins, &netlist.control}) count->assign(spec.cells, 0);

  std::vector<std::int32_t> drivers, sequential;
  for (const std::int32_t i : Random(spec.seed, kDrivers).permutation(spec.cells)) {
    if (isolated[i] == 0) drivers.push_back(i);
  }
  for (std::int32_t i = 0; i < spec.cells; ++i) {
    if (netlist.sequential[i] != 0) sequential.push_back(i);
  }
  Random random(spec.seed, kSizes);
  const auto sizes = local_net_sizes(spec.cells, static_cast<std::int64_t>(drivers.size()), local, random);
  LocalNets local_nets(spec.seed, drivers, sizes, draw_slots(spec.seed, isolated, netlist.sequential), netlist);
  for (std::size_t n = 0; n < sizes.size(); ++n) {
    if (sizes[n] > 0) local_nets.connect(drivers[n], sizes[n]);
  }
  const auto degree = clique_degree(netlist.offset, netlist.cell, spec.cells);
  const std::int64_t left = wanted - std::accumulate(degree.begin(), degree.end(), std::int64_t{0});
  const auto large = large_net_sizes(left, static_cast<std::int64_t>(sequential.size()));
  connect_large_nets(spec.seed, sequential, large, netlist);
  return netlist;
}

}  // namespace gsrgnn::generator
