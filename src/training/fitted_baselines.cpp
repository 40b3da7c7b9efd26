#include "training/fitted_baselines.hpp"

#include <algorithm>
#include <gsrgnn/training/baselines.hpp>
#include <gsrgnn/util/exchange.hpp>

namespace gsrgnn {
namespace {

struct FitSums {
  std::size_t design = 0;
  std::vector<double> sums;
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.design, self.sums);
  }
};

std::vector<bool> training_cells(const HeldCircuit& held) {
  std::vector<bool> chosen;
  for (const std::uint8_t part : held.part) chosen.push_back(part == static_cast<std::uint8_t>(Part::training));
  return chosen;
}

/// What each cell's node tells.
std::vector<float> of_cells(const HeldCircuit& held) {
  const auto nodes = static_cast<std::size_t>(held.nodes.graph().cells());
  return held.nodes.to_cells(held.inputs.feature, held.inputs.feature.size() / nodes);
}

}  // namespace

FittedBaselines::FittedBaselines(const TrainingBench& bench)
    : circuits_(bench.circuits), fit_(circuits_.model.feature_name.size(), circuits_.model.label_name.size()) {
  const LinearFit empty = fit_;
  std::vector<FitSums> own;
  bench.mpi.together([&] {
    for (const HeldCircuit& held : circuits_.held) {
      if (circuits_.design_of(held).part != Part::training) continue;
      LinearFit of_circuit = empty;
      of_circuit.add(of_cells(held), held.label, training_cells(held));
      own.push_back({held.design, of_circuit.sums()});
    }
  });
  auto rows = join_all(bench.mpi, own);
  // In the deck's order, so that the number of ranks changes no bit.
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.design < b.design; });
  for (const FitSums& row : rows) {
    LinearFit of_circuit = empty;
    of_circuit.set_sums(row.sums);
    fit_.add(of_circuit);
  }
  fit_.solve(kUsualRidge);
}

std::array<std::vector<float>, kBaselines> FittedBaselines::predict(const HeldCircuit& held) const {
  std::array<std::vector<float>, kBaselines> values;
  const auto of = [&](Baseline which) -> auto& {
    return values[static_cast<std::size_t>(which)];
  };
  of(Baseline::best_map) = held.best_map;
  of(Baseline::linear_fit) = fit_.predict(of_cells(held));
  if (circuits_.rule == UpdateRule::by_block) {
    of(Baseline::neighbours) =
        nearest_neighbours(held.circuit->position, held.label, circuits_.model.label_name.size(), training_cells(held));
  }
  return values;
}

}  // namespace gsrgnn
