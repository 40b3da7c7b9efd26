#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/gcell_values.hpp>
#include <gsrgnn/circuit/soft_routes.hpp>
#include <gsrgnn/training/learn_routes.hpp>
#include <gsrgnn/training/random_streams.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/exchange.hpp>
#include <gsrgnn/util/random.hpp>
#include <map>

namespace gsrgnn {
namespace {

// More epochs learn the training designs by heart.
constexpr int kEpochs = 60, kLeastUpdates = 240;
constexpr double kLearningRate = 5e-3;
// Into so many parts training circuits are divided, to learn the routes of each from the others.
constexpr std::size_t kFolds = 3;

/// Adam on the host, in double.
class HostAdam {
 public:
  explicit HostAdam(std::vector<float> start)
      : value_(start.begin(), start.end()), m_(start.size()), v_(start.size()) {}

  void update(const std::vector<double>& gradient, double rate) {
    ++number_;
    const double of_m = 1 - std::pow(kBeta1, number_), of_v = 1 - std::pow(kBeta2, number_);
    for (std::size_t i = 0; i < value_.size(); ++i) {
      m_[i] = kBeta1 * m_[i] + (1 - kBeta1) * gradient[i];
      v_[i] = kBeta2 * v_[i] + (1 - kBeta2) * gradient[i] * gradient[i];
      value_[i] -= rate * (m_[i] / of_m) / (std::sqrt(v_[i] / of_v) + 1e-8);
    }
  }
  std::vector<float> values() const { return {value_.begin(), value_.end()}; }

 private:
  static constexpr double kBeta1 = 0.9, kBeta2 = 0.999;
  std::vector<double> value_, m_, v_;
  double number_ = 0;
};

/// Numbers of a training circuit.
struct CircuitNumbers {
  std::size_t design = 0;
  std::vector<double> value;
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.design, self.value);
  }
};

}  // namespace

/// A training circuit's routes, and what is known of them.
class RouteLearner::RoutedCircuit {
 public:
  explicit RoutedCircuit(const HeldCircuit& held) : labels_(static_cast<std::size_t>(held.circuit->labels())) {
    const Circuit& circuit = *held.circuit;
    const PlacementMaps maps = placement_maps(circuit, held.eyes);
    candidates_ = route_candidates(circuit, held.eyes, maps);
    for (const auto& of_gcell : cells_of_gcells(circuit, maps.grid)) {
      double cells = 0;
      std::array<double, 2> sum = {0, 0};
      for (const std::int32_t cell : of_gcell) {
        const auto i = static_cast<std::size_t>(cell);
        if (held.part[i] != static_cast<std::uint8_t>(Part::training)) continue;
        ++cells;
        for (std::size_t o = 0; o < labels_; ++o) sum[o] += static_cast<double>(circuit.label[i * labels_ + o]);
      }
      all_cells_ += cells;
      cells_.push_back(cells);
      for (double& label : sum) label = cells > 0 ? label / cells : 0;
      label_.push_back(sum);
    }
  }

  /// Sums over the training cells, as shares of them: of demand times label, and of demand squared.
  std::array<double, 2> scale_sums(const std::vector<float>& parameters) const {
    const SoftRoutes::Maps maps = SoftRoutes(parameters, candidates_).maps();
    std::array<double, 2> sums = {0, 0};
    for (std::size_t g = 0; g < cells_.size(); ++g) {
      const double demand = (maps[0][g] + maps[1][g]) / 2;
      const double label = labels_ == 1 ? label_[g][0] : (label_[g][0] + label_[g][1]) / 2;
      sums[0] += cells_[g] / all_cells_ * demand * label;
      sums[1] += cells_[g] / all_cells_ * demand * demand;
    }
    return sums;
  }

  std::vector<double> gradient(const std::vector<float>& parameters) const {
    const SoftRoutes routes(parameters, candidates_);
    SoftRoutes::Maps maps = routes.maps();
    for (std::size_t g = 0; g < cells_.size(); ++g) {
      double &h = maps[0][g], &v = maps[1][g];
      const double weight = cells_[g] / all_cells_;
      if (labels_ == 1) {
        h = v = weight * ((h + v) / 2 - label_[g][0]);
      } else {
        h = 2 * weight * (h - label_[g][0]);
        v = 2 * weight * (v - label_[g][1]);
      }
    }
    return routes.gradient(maps);
  }

 private:
  std::size_t labels_;
  RouteCandidates candidates_;
  std::vector<double> cells_;                 ///< training cells of each GCell
  std::vector<std::array<double, 2>> label_;  ///< their mean label
  double all_cells_ = 0;
};

RouteLearner::RouteLearner(const Mpi& mpi, const Deck& deck, const TrainingCircuits& circuits)
    : mpi_(mpi), seed_(deck.train.seed), all_designs_(circuits.designs.size()) {
  for (std::size_t d = 0; d < all_designs_; ++d) {
    if (circuits.designs[d].part == Part::training) designs_.push_back(d);
  }
  mpi.together([&] {
    for (const HeldCircuit& held : circuits.held) {
      if (circuits.design_of(held).part != Part::training) continue;
      own_.emplace(held.design, std::make_unique<const RoutedCircuit>(held));
    }
  });
}

RouteLearner::~RouteLearner() = default;

std::vector<float> RouteLearner::of_all() const {
  return learn(designs_);
}

std::vector<std::vector<float>> RouteLearner::of_others() const {
  std::vector<std::vector<float>> routes(all_designs_);
  const std::size_t folds = designs_.size() == 1 ? 0 : std::min(designs_.size(), kFolds);
  for (std::size_t fold = 0; fold < folds; ++fold) {
    std::vector<std::size_t> others;
    for (std::size_t i = 0; i < designs_.size(); ++i) {
      if (i % folds != fold) others.push_back(designs_[i]);
    }
    const std::vector<float> learned = learn(others);
    for (std::size_t i = fold; i < designs_.size(); i += folds) routes[designs_[i]] = learned;
  }
  return routes;
}

std::vector<float> RouteLearner::untrained() const {
  return initial(designs_);
}

// What brings untrained routes to the size of the labels is one number over all the circuits.
std::vector<float> RouteLearner::initial(const std::vector<std::size_t>& designs) const {
  std::vector<CircuitNumbers> rows;
  for (const auto& [design, circuit] : own_) {
    if (!std::binary_search(designs.begin(), designs.end(), design)) continue;
    const auto sums = circuit->scale_sums(SoftRoutes::initial(0));
    rows.push_back({design, {sums[0], sums[1]}});
  }
  rows = join_all(mpi_, rows);
  std::sort(rows.begin(), rows.end(),
            [](const CircuitNumbers& a, const CircuitNumbers& b) { return a.design < b.design; });
  double products = 0, squares = 0;
  for (const CircuitNumbers& row : rows) {
    products += row.value[0];
    squares += row.value[1];
  }
  return SoftRoutes::initial(hash_words(seed_, kRouteStream), products > 0 && squares > 0 ? products / squares : 1);
}

std::vector<float> RouteLearner::learn(const std::vector<std::size_t>& designs) const {
  const int updates = std::max(kEpochs * static_cast<int>(designs.size()), kLeastUpdates);
  HostAdam adam(initial(designs));
  std::vector<std::size_t> order;
  for (int update = 0; update < updates; ++update) {
    if (order.empty()) {
      order = Random(hash_words(seed_, static_cast<std::uint64_t>(update)), kRouteStream)
                  .permutation<std::size_t>(designs.size());
    }
    const auto found = own_.find(designs[order.back()]);
    order.pop_back();
    std::vector<CircuitNumbers> row;
    if (found != own_.end()) row.push_back({found->first, found->second->gradient(adam.values())});
    row = join_all(mpi_, row);  // of the one rank that holds the circuit
    adam.update(row.front().value, kLearningRate * 0.5 * (1 + std::cos(M_PI * update / updates)));
  }
  auto parameters = adam.values();
  if (!std::all_of(parameters.begin(), parameters.end(), [](float value) { return std::isfinite(value); })) {
    throw RunError("learning routes diverged; use features: maps");
  }
  return parameters;
}

}  // namespace gsrgnn
