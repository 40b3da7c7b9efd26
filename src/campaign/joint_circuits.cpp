#include <algorithm>
#include <gsrgnn/campaign/cost_model.hpp>
#include <gsrgnn/campaign/joint_circuits.hpp>
#include <gsrgnn/circuit/content_hash.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/random_streams.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/random.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

namespace gsrgnn {
namespace {

using Json = nlohmann::json;

std::vector<JointDesign> list_designs(const Deck& deck) {
  std::vector<JointDesign> designs;
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
void make_batches(const Deck& deck, JointCircuits& all) {
  const std::size_t training = deck.circuits.training.size();
  const std::size_t batch =
      deck.train.batch == 0 ? training : std::min(training, static_cast<std::size_t>(deck.train.batch));
  all.batches = static_cast<int>((training + batch - 1) / batch);
  const auto order = Random(deck.train.seed, kBatchStream).permutation<std::size_t>(training);
  for (std::size_t i = 0; i < training; ++i) all.designs[order[i]].batch = static_cast<int>(i / batch);
}

void deal_designs(const Mpi& mpi, const Deck& deck, JointCircuits& all) {
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
    deal_those([&](const JointDesign& d) { return d.part == Part::training && d.batch == batch; });
  }
  for (const Part part : {Part::validation, Part::test}) {
    deal_those([&](const JointDesign& d) { return d.part == part; });
  }
  // The same numbers on all ranks, but on unequal machines not to the last bit: rank 0 decides.
  Json ranks;
  for (const JointDesign& design : all.designs) ranks.push_back(design.rank);
  ranks = Json::parse(mpi.broadcast(ranks.dump()));
  for (std::size_t d = 0; d < all.designs.size(); ++d) all.designs[d].rank = ranks[d];
}

/// What ranks tell each other of a circuit.
Json describe(std::size_t design, const Circuit& circuit, const CircuitCounts& counts) {
  return {{"design", design},
          {"name", circuit.name},
          {"counts", {counts.cells, counts.nets, counts.pins, counts.edges}},
          {"features", circuit.feature_name},
          {"types", circuit.type_name},
          {"labels", circuit.label_name},
          {"unit", circuit.label_unit},
          {"hash", content_hash(circuit)}};
}

/// Everything on every rank, in the designs' order.
std::vector<Json> gather_by_design(const Mpi& mpi, const Json& own, std::size_t designs) {
  std::vector<Json> by_design(designs);
  for (const auto& text : mpi.gather_to_all(own.dump(-1, ' ', false, Json::error_handler_t::replace))) {
    for (auto& row : Json::parse(text)) by_design[row.at("design").get<std::size_t>()] = row;
  }
  return by_design;
}

/// Whether one model can be trained on and tried on all of them.
void check_fit(const std::vector<JointDesign>& designs, const std::vector<Json>& rows) {
  const Json& first = rows.front();
  std::map<std::string, std::size_t> hashes;
  for (std::size_t d = 0; d < rows.size(); ++d) {
    const Json& row = rows[d];
    const std::string& place = designs[d].path;
    if (row["labels"].empty()) {
      throw InputError(place, "the circuit has no label, to learn or to be scored against",
                       "give a routed design; gsrgnn predict needs none");
    }
    if (row["labels"] != first["labels"] || row["unit"] != first["unit"]) {
      throw InputError(place,
                       fmt::format("its labels are {} ({}), and those of {} are {} ({})", row["labels"].dump(),
                                   row["unit"].get<std::string>(), designs.front().path, first["labels"].dump(),
                                   first["unit"].get<std::string>()),
                       "import all circuits alike");
    }
    const auto [same, is_new] = hashes.emplace(row["hash"], d);
    if (!is_new) {
      throw InputError(place, fmt::format("is the same circuit as {}", designs[same->second].path),
                       "name each once: what was trained on tells nothing as a test");
    }
  }
}

void describe_model(const Deck& deck, const std::vector<Json>& rows, const std::vector<JointDesign>& designs,
                    SavedModel& model) {
  std::set<std::string> types;
  for (std::size_t d = 0; d < rows.size(); ++d) {
    if (designs[d].part != Part::training) continue;
    for (const auto& type : rows[d]["types"]) types.insert(type.get<std::string>());
  }
  model.feature_name = rows.front()["features"].get<std::vector<std::string>>();
  model.type_name.assign(types.begin(), types.end());
  model.label_name = rows.front()["labels"].get<std::vector<std::string>>();
  model.label_unit = rows.front()["unit"];
  model.shape = model_shape(deck.model, {{},
                                         static_cast<int>(model.feature_name.size()),
                                         static_cast<int>(model.type_name.size()),
                                         static_cast<int>(model.label_name.size())});
}

/// The part of each cell, by its number in the source: the order they are held in changes no split.
void split(const Deck& deck, const JointDesign& design, HeldCircuit& held) {
  const bool by_cells = design.part == Part::training && deck.circuits.validation.empty();
  held.part.assign(static_cast<std::size_t>(held.circuit.cells()), static_cast<std::uint8_t>(design.part));
  if (!by_cells) return;
  const auto part = split_training_cells(held.circuit.cells(), deck.train.split[1], deck.train.seed, design.path);
  for (std::size_t i = 0; i < part.size(); ++i) {
    held.part[i] = part[held.circuit.original.empty() ? i : static_cast<std::size_t>(held.circuit.original[i])];
  }
}

Json moments_as_json(const ColumnMoments& m) {
  return {m.count, m.mean, m.squares};
}

ColumnMoments moments_of_json(const Json& json) {
  return {json[0].get<double>(), json[1].get<std::vector<double>>(), json[2].get<std::vector<double>>()};
}

/// Features and labels in units of the training circuits' deviations. The moments of circuits are joined in the deck's
/// order, so that the number of ranks changes no bit.
void standardise(const Mpi& mpi, JointCircuits& all) {
  Json own = Json::array();
  mpi.together([&] {
    for (const HeldCircuit& held : all.held) {
      const JointDesign& design = all.designs[held.design];
      if (design.part != Part::training) continue;
      std::vector<bool> training;
      for (const std::uint8_t part : held.part) training.push_back(part == static_cast<std::uint8_t>(Part::training));
      const auto feature = matched_features(all.model, held.circuit, design.path);
      own.push_back(
          {{"design", held.design},
           {"feature", moments_as_json(ColumnMoments::of(feature, all.model.feature_name.size()))},
           {"label", moments_as_json(ColumnMoments::of(held.circuit.label, all.model.label_name.size(), training))}});
    }
  });
  ColumnMoments feature, label;
  for (const Json& row : gather_by_design(mpi, own, all.designs.size())) {
    if (row.is_null()) continue;
    const auto of_design = moments_of_json(row["label"]);
    all.designs[row["design"].get<std::size_t>()].training_cells = std::llround(of_design.count);
    feature.join(moments_of_json(row["feature"]));
    label.join(of_design);
  }
  all.model.feature = Standardisation::from(feature);
  all.model.label = Standardisation::from(label);
  for (std::size_t o = 0; o < all.model.label_name.size(); ++o) {
    if (!all.model.label.constant(o)) continue;
    throw InputError(
        "circuits.training",
        fmt::format("the label '{}' is {} in every training cell", all.model.label_name[o], all.model.label.mean[o]),
        "there is nothing to learn; check the label's source");
  }
  mpi.together([&] {
    for (HeldCircuit& held : all.held) {
      held.inputs = match(all.model, held.circuit, all.designs[held.design].path);
      held.label = all.model.label.apply(held.circuit.label);
    }
  });
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

JointCircuits open_joint_circuits(const Mpi& mpi, const Deck& deck) {
  JointCircuits all;
  all.designs = list_designs(deck);
  // Each rank opens a share to know their sizes, and then those that it was dealt.
  std::map<std::size_t, Circuit> opened;
  Json own = Json::array();
  mpi.together([&] {
    for (auto d = static_cast<std::size_t>(mpi.rank()); d < all.designs.size();
         d += static_cast<std::size_t>(mpi.size())) {
      const Circuit& circuit = opened[d] = open_circuit(all.designs[d].path);
      own.push_back(describe(d, circuit, count(circuit)));
    }
  });
  const auto rows = gather_by_design(mpi, own, all.designs.size());
  check_fit(all.designs, rows);
  std::vector<std::string> hashes;
  for (std::size_t d = 0; d < rows.size(); ++d) {
    const Json& c = rows[d]["counts"];
    JointDesign& design = all.designs[d];
    design.name = rows[d]["name"];
    design.counts.cells = c[0];
    design.counts.nets = c[1];
    design.counts.pins = c[2];
    design.counts.edges = c[3];
    hashes.push_back(rows[d]["hash"]);
    if (design.part != Part::training) continue;
    all.counts.cells += design.counts.cells;
    all.counts.nets += design.counts.nets;
    all.counts.pins += design.counts.pins;
    all.counts.edges += design.counts.edges;
  }
  all.hash = content_hash(hashes);
  describe_model(deck, rows, all.designs, all.model);
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
      held.circuit = found != opened.end() ? std::move(found->second) : open_circuit(all.designs[d].path);
      all.designs[d].counts = count(held.circuit);
      split(deck, all.designs[d], held);
      all.held.push_back(std::move(held));
    }
  });
  standardise(mpi, all);
  return all;
}

}  // namespace gsrgnn
