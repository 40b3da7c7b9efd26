#include "training/scoring.hpp"

#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/util/exchange.hpp>
#include <map>

#include "training/fitted_baselines.hpp"

namespace gsrgnn {
namespace {

/// Of one circuit, an entry a label each.
struct LabelScores {
  std::vector<Scores> model, gcells;
  std::vector<std::vector<Scores>> baseline;  ///< kBaselines
  FieldScores field;                          ///< mean over the labels
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.model, self.gcells, self.baseline, self.field);
  }
  Worth mean() const {
    Worth worth;
    worth.scores = mean_scores(model);
    worth.gcells = mean_scores(gcells);
    for (std::size_t b = 0; b < baseline.size(); ++b) worth.baseline[b] = mean_scores(baseline[b]);
    worth.field = field;
    return worth;
  }
};

/// Of the cells of a part, standardised.
std::vector<Scores> scores_of(const HeldCircuit& held, const std::vector<float>& output, std::size_t labels,
                              Part part) {
  std::vector<Scores> scores;
  if (output.empty()) return scores;
  for (std::size_t o = 0; o < labels; ++o) {
    scores.push_back(score(select(output, labels, o, held.part, part), select(held.label, labels, o, held.part, part)));
  }
  return scores;
}

/// Likewise, of the GCells that have such cells.
std::vector<Scores> gcell_scores_of(const HeldCircuit& held, const std::vector<float>& output, std::size_t labels,
                                    Part part) {
  const Circuit& circuit = *held.circuit;
  const GcellGrid grid = grid_of(circuit);
  std::map<std::int64_t, std::vector<std::size_t>> cells;
  for (std::size_t i = 0; i < held.part.size(); ++i) {
    if (held.part[i] != static_cast<std::uint8_t>(part)) continue;
    cells[grid.at(circuit.position[i][0], circuit.position[i][1])].push_back(i);
  }
  std::vector<Scores> scores;
  for (std::size_t o = 0; o < labels; ++o) {
    std::vector<double> predicted, label;
    for (const auto& [gcell, of_gcell] : cells) {
      const auto mean = [&, &members = of_gcell](const std::vector<float>& values) {
        double sum = 0;
        for (const std::size_t i : members) sum += static_cast<double>(values[i * labels + o]);
        return sum / static_cast<double>(members.size());
      };
      predicted.push_back(mean(output));
      label.push_back(mean(held.label));
    }
    scores.push_back(score(predicted, label));
  }
  return scores;
}

LabelScores score_part(const FittedBaselines& baselines, const HeldCircuit& held, const std::vector<float>& output,
                       std::size_t labels, Part part) {
  LabelScores scores{scores_of(held, output, labels, part), gcell_scores_of(held, output, labels, part), {}, {}};
  for (const auto& values : baselines.predict(held)) scores.baseline.push_back(scores_of(held, values, labels, part));
  std::vector<bool> use;
  for (const std::uint8_t of_cell : held.part) use.push_back(of_cell == static_cast<std::uint8_t>(part));
  if (!output.empty()) scores.field = field_scores(*held.circuit, labels, output, held.label, use);
  return scores;
}

struct DesignScores : LabelScores {
  std::size_t design = 0;
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    LabelScores::members(self, visit);
    visit(self.design);
  }
};

struct DesignCells {
  std::size_t design = 0;
  std::vector<float> value, label;
  std::vector<double> position;
  std::vector<std::string> name;
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.design, self.value, self.label, self.position, self.name);
  }
};

DesignCells cells_of(const SavedModel& model, const HeldCircuit& held, const std::vector<float>& output) {
  const Circuit& circuit = *held.circuit;
  const std::size_t labels = model.label_name.size();
  DesignCells cells{held.design,
                    in_original_order(circuit, model.label.invert(output), labels),
                    in_original_order(circuit, circuit.label, labels),
                    {},
                    in_original_order(circuit, circuit.cell_name, 1)};
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

Worth mean_worth(const std::vector<DesignResult>& designs) {
  const auto mean_of = [&](const auto& which) {
    std::vector<Scores> scores;
    for (const DesignResult& design : designs) {
      if (design.part == Part::test) scores.push_back(which(design));
    }
    return mean_scores(scores);
  };
  Worth mean;
  mean.scores = mean_of([](const Worth& of_design) { return of_design.scores; });
  mean.gcells = mean_of([](const Worth& of_design) { return of_design.gcells; });
  for (std::size_t b = 0; b < kBaselines; ++b) {
    mean.baseline[b] = mean_of([&](const Worth& of_design) { return of_design.baseline[b]; });
  }
  std::vector<FieldScores> field;
  for (const DesignResult& design : designs) {
    if (design.part == Part::test) field.push_back(design.field);
  }
  mean.field = mean_field_scores(field);
  return mean;
}

bool judges_epochs(const Deck& deck, const TrainingDesign& design) {
  return design.part == (deck.circuits.validation.empty() ? Part::training : Part::validation);
}

void score_one(const TrainingBench& bench, const std::vector<float>& output, TrainedRun& run) {
  const HeldCircuit& held = bench.circuits.held.front();
  const std::size_t labels = bench.circuits.model.label_name.size();
  const FittedBaselines baselines(bench);
  run.validation = scores_of(held, output, labels, Part::validation);
  const LabelScores scores = score_part(baselines, held, output, labels, Part::test);
  run.test = scores.model;
  run.worth = scores.mean();
  run.best_map = bench.circuits.best_map.map;
}

void score_held_out(TrainingBench& bench, TrainedRun& run) {
  const TrainingCircuits& all = bench.circuits;
  const std::size_t labels = all.model.label_name.size(), designs = all.designs.size();
  const FittedBaselines baselines(bench);
  Kokkos::deep_copy(bench.space, bench.memory().parameters, bench.memory().best);
  std::vector<DesignScores> own_scores;
  std::vector<DesignCells> own_cells;
  bench.mpi.together([&] {
    for (std::size_t i = 0; i < all.held.size(); ++i) {
      const HeldCircuit& held = all.held[i];
      const TrainingDesign& design = all.design_of(held);
      if (design.part == Part::training && !judges_epochs(bench.deck, design)) continue;
      const Part part = design.part == Part::training ? Part::validation : design.part;
      const auto output = bench.final_prediction(i);
      own_scores.push_back({score_part(baselines, held, output, labels, part), held.design});
      if (design.part != Part::training) own_cells.push_back(cells_of(all.model, held, output));
    }
  });
  const auto scores = by_design(gather_to_all(bench.mpi, own_scores), designs);
  const auto cells = by_design(gather(bench.mpi, own_cells), designs);  // to rank 0, who writes them
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  for (std::size_t d = 0; d < designs; ++d) {
    const TrainingDesign& design = all.designs[d];
    const Worth worth = design.part == Part::training ? Worth() : scores[d].mean();
    run.designs.push_back({worth, design.name, design.path, design.part, design.counts});
    const std::size_t count = cells[d].position.size() / 2;
    append(run.held_out.value, cells[d].value);
    append(run.held_out.label, cells[d].label);
    append(run.held_out.position, cells[d].position);
    append(run.held_out.name, cells[d].name);
    run.held_out.name.resize(run.held_out.position.size() / 2);
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
  run.worth = mean_worth(run.designs);
  run.best_map = bench.circuits.best_map.map;
}

}  // namespace gsrgnn
