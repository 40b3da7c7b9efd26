#include "training/held_out.hpp"

#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/training/linear_fit.hpp>
#include <gsrgnn/util/exchange.hpp>

namespace gsrgnn {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr Scores kNone{kUnknown, kUnknown, kUnknown, kUnknown};

struct FitSums {
  std::size_t design = 0;
  std::vector<double> sums;
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.design, self.sums);
  }
};

/// What single cells tell; of all cells of the training circuits, added up in the deck's order.
LinearFit fit_linearly(const TrainingBench& bench) {
  const SavedModel& model = bench.circuits.model;
  const auto empty = [&] { return LinearFit(model.feature_name.size(), model.label_name.size()); };
  std::vector<FitSums> own;
  for (const HeldCircuit& held : bench.circuits.held) {
    if (bench.circuits.design_of(held).part != Part::training) continue;
    LinearFit of_circuit = empty();
    of_circuit.add(held.inputs.feature, held.label);
    own.push_back({held.design, of_circuit.sums()});
  }
  auto rows = join_all(bench.mpi, own);
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.design < b.design; });
  LinearFit fit = empty();
  for (const FitSums& row : rows) {
    LinearFit of_circuit = empty();
    of_circuit.set_sums(row.sums);
    fit.add(of_circuit);
  }
  fit.solve();
  return fit;
}

struct DesignScores {
  std::size_t design = 0;
  std::vector<Scores> model, linear_fit;  ///< one entry a label
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.design, self.model, self.linear_fit);
  }
};

struct DesignCells {
  std::size_t design = 0;
  std::vector<float> value, label;
  std::vector<double> position;
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.design, self.value, self.label, self.position);
  }
};

DesignCells cells_of(const SavedModel& model, const HeldCircuit& held, const std::vector<float>& output) {
  const Circuit& circuit = *held.circuit;
  const std::size_t labels = model.label_name.size();
  DesignCells cells{held.design,
                    in_original_order(circuit, model.label.invert(output), labels),
                    in_original_order(circuit, circuit.label, labels),
                    {}};
  for (const auto& point : in_original_order(circuit, circuit.position, 1)) {
    cells.position.insert(cells.position.end(), point.begin(), point.end());
  }
  return cells;
}

template <class Row>
std::vector<Row> by_design(std::vector<std::vector<Row>> of_ranks, std::size_t designs) {
  std::vector<Row> rows(designs);
  for (auto& of_rank : of_ranks) {
    for (Row& row : of_rank) rows[row.design] = std::move(row);
  }
  return rows;
}

}  // namespace

bool judges_epochs(const Deck& deck, const TrainingDesign& design) {
  return design.part == (deck.circuits.validation.empty() ? Part::training : Part::validation);
}

std::vector<Scores> scores_of(const HeldCircuit& held, const std::vector<float>& output, std::size_t labels,
                              Part part) {
  std::vector<Scores> scores;
  for (std::size_t o = 0; o < labels; ++o) {
    scores.push_back(score(select(output, labels, o, held.part, part), select(held.label, labels, o, held.part, part)));
  }
  return scores;
}

void score_held_out(TrainingBench& bench, TrainedRun& run) {
  const TrainingCircuits& all = bench.circuits;
  const std::size_t labels = all.model.label_name.size(), designs = all.designs.size();
  const LinearFit fit = fit_linearly(bench);
  Kokkos::deep_copy(bench.space, bench.memory().parameters, bench.memory().best);
  std::vector<DesignScores> own_scores;
  std::vector<DesignCells> own_cells;
  bench.mpi.together([&] {
    for (std::size_t i = 0; i < all.held.size(); ++i) {
      const HeldCircuit& held = all.held[i];
      const TrainingDesign& design = all.design_of(held);
      if (design.part == Part::training && !judges_epochs(bench.deck, design)) continue;
      const Part part = design.part == Part::training ? Part::validation : design.part;
      const CircuitOnDevice& on = bench.attach(i);
      on.model->forward(bench.space, Pass::evaluation);
      const auto output = download(bench.space, on.model->output());
      own_scores.push_back({held.design, scores_of(held, output, labels, part),
                            scores_of(held, fit.predict(held.inputs.feature), labels, part)});
      if (design.part != Part::training) own_cells.push_back(cells_of(all.model, held, output));
    }
  });
  const auto scores = by_design(gather_to_all(bench.mpi, own_scores), designs);
  const auto cells = by_design(gather(bench.mpi, own_cells), designs);  // to rank 0, who writes them
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  for (std::size_t d = 0; d < designs; ++d) {
    const TrainingDesign& design = all.designs[d];
    run.designs.push_back({design.name, design.path, design.part, design.counts, kNone, kNone});
    if (design.part != Part::training) {
      run.designs[d].scores = mean_scores(scores[d].model);
      run.designs[d].linear_fit = mean_scores(scores[d].linear_fit);
    }
    const std::size_t count = cells[d].position.size() / 2;
    append(run.held_out.value, cells[d].value);
    append(run.held_out.label, cells[d].label);
    append(run.held_out.position, cells[d].position);
    run.held_out.split.insert(run.held_out.split.end(), count, static_cast<std::uint8_t>(design.part));
    run.held_out.design.insert(run.held_out.design.end(), count, static_cast<std::int64_t>(d));
  }
  const auto mean_over = [&](const auto& chosen) {
    std::vector<Scores> mean;
    for (std::size_t o = 0; o < labels; ++o) {
      std::vector<Scores> of_designs;
      for (std::size_t d = 0; d < designs; ++d) {
        if (chosen(all.designs[d])) of_designs.push_back(scores[d].model[o]);
      }
      mean.push_back(mean_scores(of_designs));
    }
    return mean;
  };
  run.validation = mean_over([&](const TrainingDesign& d) { return judges_epochs(bench.deck, d); });
  run.test = mean_over([](const TrainingDesign& d) { return d.part == Part::test; });
}

}  // namespace gsrgnn
