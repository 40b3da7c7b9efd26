#include <algorithm>
#include <gsrgnn/circuit/content_hash.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/training/cost_model.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/random_streams.hpp>
#include <gsrgnn/training/training_circuits.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/exchange.hpp>
#include <gsrgnn/util/random.hpp>
#include <map>
#include <numeric>
#include <set>

#include "training/standardise_circuits.hpp"

namespace gsrgnn {
namespace {

std::vector<TrainingDesign> list_designs(const Deck& deck) {
  std::vector<TrainingDesign> designs;
  const auto append = [&](const std::vector<std::string>& paths, Part part) {
    for (const std::string& path : paths) {
      designs.emplace_back();
      designs.back().path = path;
      designs.back().part = part;
    }
  };
  append(deck.circuits.training, Part::training);
  append(deck.circuits.validation, Part::validation);
  append(deck.circuits.test, Part::test);
  return designs;
}

/// The training circuits in a random order by seed, cut into batches.
void make_batches(const Deck& deck, TrainingCircuits& all) {
  const std::size_t training = deck.circuits.training.size();
  const std::size_t batch =
      deck.train.batch == 0 ? training : std::min(training, static_cast<std::size_t>(deck.train.batch));
  all.batches = static_cast<int>((training + batch - 1) / batch);
  const auto order = Random(deck.train.seed, kBatchStream).permutation<std::size_t>(training);
  for (std::size_t i = 0; i < training; ++i) all.designs[order[i]].batch = static_cast<int>(i / batch);
}

void deal_designs(const Mpi& mpi, const Deck& deck, TrainingCircuits& all) {
  std::vector<double> load(static_cast<std::size_t>(mpi.size()), 0.0);
  const auto deal_those = [&](const auto& chosen) {
    std::vector<std::size_t> designs;
    std::vector<double> seconds;
    for (std::size_t d = 0; d < all.designs.size(); ++d) {
      if (!chosen(all.designs[d])) continue;
      designs.push_back(d);
      seconds.push_back(predicted_seconds(deck, all.designs[d].counts));
    }
    const auto ranks = deal(seconds, load);
    for (std::size_t i = 0; i < designs.size(); ++i) all.designs[designs[i]].rank = ranks[i];
  };
  for (int batch = 0; batch < all.batches; ++batch) {
    deal_those([&](const TrainingDesign& d) { return d.part == Part::training && d.batch == batch; });
  }
  for (const Part part : {Part::validation, Part::test}) {
    deal_those([&](const TrainingDesign& d) { return d.part == part; });
  }
  // The same numbers on all ranks, but on unequal machines not to the last bit: rank 0 decides.
  std::vector<int> ranks;
  for (const TrainingDesign& design : all.designs) ranks.push_back(design.rank);
  ranks = broadcast(mpi, ranks);
  for (std::size_t d = 0; d < all.designs.size(); ++d) all.designs[d].rank = ranks[d];
}

/// What ranks tell each other of a circuit.
struct Description {
  std::size_t design = 0;
  std::string name, unit, hash;
  std::int64_t cells = 0, nets = 0, pins = 0, edges = 0;
  std::vector<std::string> features, types, labels;
  Technology technology;
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.design, self.name, self.unit, self.hash, self.cells, self.nets, self.pins, self.edges, self.features,
          self.types, self.labels, self.technology);
  }
};

Description describe(std::size_t design, const Circuit& circuit) {
  const CircuitCounts counts = count(circuit);
  return {design,
          circuit.name,
          circuit.label_unit,
          content_hash(circuit),
          counts.cells,
          counts.nets,
          counts.pins,
          counts.edges,
          circuit.feature_name,
          circuit.type_name,
          circuit.label_name,
          circuit.placement.technology};
}

/// Whether one model can be trained on and tried on all of them.
void check_fit(const std::vector<TrainingDesign>& designs, const std::vector<Description>& rows) {
  const Description& first = rows.front();
  std::map<std::string, std::size_t> hashes;
  for (std::size_t d = 0; d < rows.size(); ++d) {
    const Description& row = rows[d];
    const std::string& place = designs[d].path;
    if (row.labels.empty()) {
      throw InputError(place, "the circuit has no label, to learn or to be scored against",
                       "give a routed design; gsrgnn predict needs none");
    }
    if (row.labels != first.labels || row.unit != first.unit) {
      throw InputError(place,
                       fmt::format("its labels are {}, and those of {} are {}", labels_text(row.labels, row.unit),
                                   designs.front().path, labels_text(first.labels, first.unit)),
                       "import all circuits alike");
    }
    const auto [same, is_new] = hashes.emplace(row.hash, d);
    if (!is_new) {
      throw InputError(place, fmt::format("is the same circuit as {}", designs[same->second].path),
                       "name each once: what was trained on tells nothing as a test");
    }
  }
}

/// All but standardisation and parameters.
SavedModel describe_model(const Deck& deck, const std::vector<std::string>& own_features,
                          const std::vector<std::string>& types, const std::vector<std::string>& labels,
                          const std::string& unit, Technology technology) {
  SavedModel model;
  const auto features = feature_names(own_features, labels, deck.features);
  model.technology = std::move(technology);
  model.feature_name = features;
  if (deck.model.nodes == Nodes::cells) model.type_name = types;
  model.label_name = labels;
  model.label_unit = unit;
  model.shape = {deck.model, static_cast<int>(features.size()), static_cast<int>(model.type_name.size()),
                 static_cast<int>(labels.size())};
  return model;
}

SavedModel describe_model(const Deck& deck, const std::vector<Description>& rows,
                          const std::vector<TrainingDesign>& designs) {
  std::set<std::string> types;
  std::vector<Technology> technologies;
  for (std::size_t d = 0; d < rows.size(); ++d) {
    if (designs[d].part != Part::training) continue;
    types.insert(rows[d].types.begin(), rows[d].types.end());
    technologies.push_back(rows[d].technology);
  }
  return describe_model(deck, rows.front().features, {types.begin(), types.end()}, rows.front().labels,
                        rows.front().unit, join(technologies));
}

void start_from_ancestor(const Deck& deck, TrainingCircuits& all) {
  if (deck.train.from.empty()) return;
  Ancestor ancestor = read_ancestor(deck, all.model);
  all.model = std::move(ancestor.model);
  all.ancestor = ancestor.hash;
}

/// A part for each cell as it is held, by a split of the cells in the order of the source: the order they are held in
/// changes no split. split(units) is given what each cell there is split with (split.hpp).
template <class Split>
std::vector<std::uint8_t> split_as_held(const Circuit& circuit, SplitUnit by, const Split& split) {
  const auto cells = static_cast<std::size_t>(circuit.cells());
  const auto in_source = [&](std::size_t i) {
    return circuit.original.empty() ? i : static_cast<std::size_t>(circuit.original[i]);
  };
  std::vector<std::int64_t> unit;
  if (by != SplitUnit::cells) {
    const GcellGrid grid = grid_of(circuit);
    std::vector<std::int64_t> column(cells), row(cells);
    for (std::size_t i = 0; i < cells; ++i) {
      column[in_source(i)] = grid.column(circuit.position[i][0]);
      row[in_source(i)] = grid.row(circuit.position[i][1]);
    }
    unit = units_of(by, column, row, grid.columns(), grid.rows());
  }
  const std::vector<std::uint8_t> part = split(unit);
  std::vector<std::uint8_t> held(cells);
  for (std::size_t i = 0; i < cells; ++i) held[i] = part[in_source(i)];
  return held;
}

void split(const Deck& deck, const TrainingDesign& design, HeldCircuit& held) {
  const std::int64_t cells = held.circuit->cells();
  if (design.part == Part::training && deck.circuits.validation.empty()) {
    held.part = split_as_held(*held.circuit, deck.train.split_by, [&](const std::vector<std::int64_t>& unit) {
      return split_training_cells(cells, deck.train.split[1], deck.train.seed, design.path, unit, deck.train.split_by);
    });
  } else {
    held.part.assign(static_cast<std::size_t>(cells), static_cast<std::uint8_t>(design.part));
  }
}

}  // namespace

std::vector<int> deal(const std::vector<double>& seconds, std::vector<double>& load) {
  std::vector<std::size_t> order(seconds.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return seconds[a] > seconds[b]; });
  std::vector<double> here(load.size(), 0.0);
  std::vector<int> rank(seconds.size(), 0);
  for (const std::size_t i : order) {
    std::size_t least = 0;
    for (std::size_t r = 1; r < load.size(); ++r) {
      if (std::make_pair(here[r], load[r]) < std::make_pair(here[least], load[least])) least = r;
    }
    rank[i] = static_cast<int>(least);
    here[least] += seconds[i];
    load[least] += seconds[i];
  }
  return rank;
}

TrainingCircuits one_circuit(const Deck& deck, const Circuit& circuit, const std::string& place) {
  TrainingCircuits all;
  all.rule = UpdateRule::by_block;
  all.counts = size_for_training(deck, circuit, place).counts;
  all.name = circuit.name;
  all.hash = content_hash(circuit);
  HeldCircuit held;
  held.circuit = {std::shared_ptr<const void>(), &circuit};
  held.part = split_as_held(circuit, deck.train.split_by, [&](const std::vector<std::int64_t>& unit) {
    return split_cells(circuit.cells(), deck.train.split, deck.train.seed, unit, deck.train.split_by);
  });
  all.model = describe_model(deck, circuit.feature_name, circuit.type_name, circuit.label_name, circuit.label_unit,
                             circuit.placement.technology);
  start_from_ancestor(deck, all);
  all.designs.push_back({place, circuit.name, Part::training, all.counts, {}});
  all.held.push_back(std::move(held));
  standardise_circuits(Mpi::alone(), deck, place, all);
  return all;
}

TrainingCircuits open_circuits(const Mpi& mpi, const Deck& deck) {
  TrainingCircuits all;
  all.designs = list_designs(deck);
  // Each rank opens a share to know their sizes, and then those that it was dealt.
  std::map<std::size_t, std::shared_ptr<const Circuit>> opened;
  const auto open = [&](std::size_t d) {
    return std::make_shared<const Circuit>(open_circuit(all.designs[d].path, deck.lef));
  };
  std::vector<Description> own;
  mpi.together([&] {
    for (auto d = static_cast<std::size_t>(mpi.rank()); d < all.designs.size();
         d += static_cast<std::size_t>(mpi.size())) {
      own.push_back(describe(d, *(opened[d] = open(d))));
    }
  });
  const auto rows = gather_by_design(mpi, own);
  check_fit(all.designs, rows);
  std::vector<std::string> hashes;
  for (std::size_t d = 0; d < rows.size(); ++d) {
    TrainingDesign& design = all.designs[d];
    design.name = rows[d].name;
    design.counts.cells = rows[d].cells;
    design.counts.nets = rows[d].nets;
    design.counts.pins = rows[d].pins;
    design.counts.edges = rows[d].edges;
    hashes.push_back(rows[d].hash);
    if (design.part == Part::validation) design.validation_cells = design.counts.cells;
    if (design.part == Part::test) all.name += (all.name.empty() ? "" : "+") + design.name;
    if (design.part != Part::training) continue;
    all.counts.cells += design.counts.cells;
    all.counts.nets += design.counts.nets;
    all.counts.pins += design.counts.pins;
    all.counts.edges += design.counts.edges;
  }
  all.hash = content_hash(hashes);
  all.model = describe_model(deck, rows, all.designs);
  mpi.together([&] { start_from_ancestor(deck, all); });
  make_batches(deck, all);
  deal_designs(mpi, deck, all);
  mpi.together([&] {
    for (std::size_t d = 0; d < all.designs.size(); ++d) {
      if (all.designs[d].rank != mpi.rank()) {
        opened.erase(d);
        continue;
      }
      HeldCircuit held;
      held.design = d;
      const auto found = opened.find(d);
      held.circuit = found != opened.end() ? std::move(found->second) : open(d);
      all.designs[d].counts = count(*held.circuit);
      split(deck, all.designs[d], held);
      all.held.push_back(std::move(held));
    }
  });
  standardise_circuits(mpi, deck, "circuits.training", all);
  return all;
}

}  // namespace gsrgnn
