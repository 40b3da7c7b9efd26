#include "training/standardise_circuits.hpp"

#include <algorithm>
#include <cmath>
#include <gsrgnn/training/baselines.hpp>
#include <gsrgnn/training/learn_routes.hpp>
#include <gsrgnn/util/error.hpp>

namespace gsrgnn {
namespace {

std::vector<bool> cells_of(Part which, const std::vector<std::uint8_t>& part) {
  std::vector<bool> chosen;
  for (const std::uint8_t of_cell : part) chosen.push_back(of_cell == static_cast<std::uint8_t>(which));
  return chosen;
}

void require_labels_that_vary(const SavedModel& model, const Standardisation& label, const std::string& place) {
  for (std::size_t o = 0; o < model.label_name.size(); ++o) {
    if (!label.constant(o)) continue;
    throw InputError(place,
                     fmt::format("the label '{}' is {} in every training cell", model.label_name[o], label.mean[o]),
                     "there is nothing to learn; check the label's source");
  }
}

/// What is left of a label's deviation at least, for a model to learn it.
constexpr double kLeastRest = 1e-4;

/// Of one training circuit: of all its features, and of telling maps, and of its labels, at its training cells.
struct Moments {
  std::size_t design = 0;
  std::int64_t validation_cells = 0;
  ColumnMoments feature, label, rest;  ///< rest: of the label what the model's start leaves
  LineMoments lines, start_lines;
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.design, self.validation_cells, self.feature, self.label, self.rest, self.lines, self.start_lines);
  }
};

/// The map that tells most, of the training circuits in the deck's order; `of`: the moments of those maps.
MapLine best_map_of(const std::vector<Moments>& rows, const std::vector<std::string>& maps, LineMoments Moments::*of) {
  std::vector<LineMoments> lines;
  for (const Moments& row : rows) lines.push_back(row.*of);
  const SingleMap best = best_single_map(lines);
  MapLine line{{}, best.slope, best.intercept};
  for (const std::size_t column : best.column) line.map.push_back(column == SingleMap::kNone ? "" : maps[column]);
  return line;
}

/// What an error of each label counts for TrainingLoss::hot: 1, and more for those above the mean of the training
/// cells.
std::vector<float> weights_by_height(const std::vector<float>& label, const Standardisation& of_training_cells) {
  std::vector<float> weight = of_training_cells.apply(label);
  for (float& value : weight) value = 1 + std::max(value, 0.0F);
  return weight;
}

/// moments_of(held) of each training circuit, in the deck's order, on every rank.
template <class MomentsOf>
std::vector<Moments> of_training_circuits(const Mpi& mpi, const TrainingCircuits& all, const MomentsOf& moments_of) {
  std::vector<Moments> own;
  mpi.together([&] {
    for (const HeldCircuit& held : all.held) {
      if (all.design_of(held).part == Part::training) own.push_back(moments_of(held));
    }
  });
  return gather_by_design(mpi, own);
}

/// Of these maps at the cells of a part of a circuit.
LineMoments lines_by(const std::vector<std::string>& maps, const TrainingCircuits& all, const HeldCircuit& held,
                     Part part = Part::training) {
  const auto at_cells = cell_features(*held.circuit, held.eyes, maps, all.design_of(held).path);
  return LineMoments::of(at_cells, maps.size(), held.circuit->label, all.model.label_name.size(),
                         cells_of(part, held.part));
}

/// Learns routes. They hold when where they were not learned one of their maps tells more than all `others`: of each
/// training circuit when learned from others, of the only one at its validation cells. Then the circuits are seen with
/// routes learned from all training cells, else with untrained ones.
void see_routes(const Mpi& mpi, const Deck& deck, const std::vector<std::string>& maps,
                const std::vector<std::string>& others, TrainingCircuits& all) {
  const RouteLearner learner(mpi, deck, all);
  const auto of_others = learner.of_others();
  const bool alone = std::all_of(of_others.begin(), of_others.end(), [](const auto& routes) { return routes.empty(); });
  std::vector<float> of_all;
  if (alone) of_all = learner.of_all();
  for (HeldCircuit& held : all.held) held.eyes.routes = alone ? of_all : of_others[held.design];
  const auto rows = of_training_circuits(mpi, all, [&](const HeldCircuit& held) {
    return Moments{
        held.design, 0, {}, {}, {}, {}, lines_by(maps, all, held, alone ? Part::validation : Part::training)};
  });
  const std::vector<std::string> best = best_map_of(rows, maps, &Moments::start_lines).map;
  all.routes_hold = std::any_of(best.begin(), best.end(), [&](const std::string& map) {
    return !map.empty() && std::find(others.begin(), others.end(), map) == others.end();
  });
  if (all.routes_hold && !alone) of_all = learner.of_all();
  all.model.technology.routes = all.routes_hold ? std::move(of_all) : learner.untrained();
  for (HeldCircuit& held : all.held) held.eyes.routes = all.model.technology.routes;
}

}  // namespace

void standardise_circuits(const Mpi& mpi, const Deck& deck, const std::string& place, TrainingCircuits& all) {
  const std::size_t features = all.model.feature_name.size(), labels = all.model.label_name.size();
  // What there is without a model is not learned; what a model starts from may be.
  const bool routes = deck.features == FeatureSet::routes;
  const auto maps = telling_maps(all.model.label_name);
  const auto start_maps = routes ? telling_maps(all.model.label_name, deck.features) : std::vector<std::string>();
  const bool from_scratch = all.ancestor.empty();
  for (HeldCircuit& held : all.held) {
    held.eyes = for_design(all.model.technology, held.circuit->placement.technology);
  }
  if (routes && from_scratch) see_routes(mpi, deck, start_maps, maps, all);
  mpi.together([&] {
    for (HeldCircuit& held : all.held) {
      held.nodes = ModelNodes(deck.model.nodes, held.circuit, held.eyes);
      all.designs[held.design].nodes = count(held.nodes.graph());
      held.inputs = match(all.model, *held.circuit, held.nodes, held.eyes, all.design_of(held).path);
    }
  });
  const auto rows = of_training_circuits(mpi, all, [&](const HeldCircuit& held) {
    const Circuit& circuit = *held.circuit;
    const auto training = cells_of(Part::training, held.part);
    return Moments{held.design,
                   std::count(held.part.begin(), held.part.end(), static_cast<std::uint8_t>(Part::validation)),
                   ColumnMoments::of(held.inputs.feature, features),
                   ColumnMoments::of(circuit.label, labels, training),
                   {},
                   lines_by(maps, all, held),
                   routes ? lines_by(start_maps, all, held) : LineMoments()};
  });
  ColumnMoments feature, label, rest;
  for (const Moments& of_design : rows) {
    TrainingDesign& design = all.designs[of_design.design];
    design.training_cells = std::llround(of_design.label.count);
    design.validation_cells = of_design.validation_cells;
    feature.join(of_design.feature);
    label.join(of_design.label);
  }
  const Standardisation whole = Standardisation::from(label);
  require_labels_that_vary(all.model, whole, place);
  if (from_scratch) {
    all.model.feature = Standardisation::from(feature);
    all.model.label = whole;
  } else {
    all.model.feature.widen(feature);
  }
  all.best_map = best_map_of(rows, maps, &Moments::lines);
  if (from_scratch && deck.features == FeatureSet::maps) all.model.start = all.best_map;
  if (from_scratch && routes) all.model.start = best_map_of(rows, start_maps, &Moments::start_lines);
  mpi.together([&] {
    for (HeldCircuit& held : all.held) {
      const std::string& path = all.design_of(held).path;
      held.inputs.feature = all.model.feature.apply(held.inputs.feature);
      held.best_map = held.nodes.to_cells(all.best_map.predict(held.nodes, held.eyes, path), labels);
      if (!all.model.start.empty()) held.start = all.model.start.predict(held.nodes, held.eyes, path);
    }
  });
  if (from_scratch && !all.model.start.empty()) {
    for (const Moments& of_design : of_training_circuits(mpi, all, [&](const HeldCircuit& held) {
           std::vector<float> left = held.circuit->label;
           const auto start = held.nodes.to_cells(held.start, labels);
           for (std::size_t i = 0; i < left.size(); ++i) left[i] -= start[i];
           return Moments{held.design, 0, {}, {}, ColumnMoments::of(left, labels, cells_of(Part::training, held.part)),
                          {},          {}};
         })) {
      rest.join(of_design.rest);
    }
    all.model.label = Standardisation::from(rest);
    for (std::size_t o = 0; o < labels; ++o) {  // what is rounding is no unit
      if (all.model.label.scale[o] < kLeastRest * whole.scale[o]) all.model.label.scale[o] = whole.scale[o];
    }
  }
  for (HeldCircuit& held : all.held) {
    held.label = all.model.label.apply(held.circuit->label);
    const bool hot = deck.train.loss == TrainingLoss::hot;
    held.weight =
        held.nodes.weights(hot ? weights_by_height(held.circuit->label, whole) : std::vector<float>(), labels);
    // The line's share is in the same unit, but has no mean to be rid of.
    const auto in_units = [&](const std::vector<float>& values, bool centred) {
      std::vector<float> result(values.size());
      for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t o = i % labels;
        const double from = centred ? all.model.label.mean[o] : 0;
        result[i] = static_cast<float>((static_cast<double>(values[i]) - from) / all.model.label.scale[o]);
      }
      return result;
    };
    held.start = in_units(held.start, false);
    held.best_map = in_units(held.best_map, true);
  }
}

}  // namespace gsrgnn
