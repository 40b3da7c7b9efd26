#include <algorithm>
#include <gsrgnn/campaign/sweep_deck.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/training/deck_circuit.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/machine.hpp>
#include <gsrgnn/util/text.hpp>
#include <map>
#include <nlohmann/json.hpp>

namespace gsrgnn::cli {
namespace {

using Json = nlohmann::ordered_json;

double megabytes(std::int64_t bytes) {
  return static_cast<double>(bytes) * 1e-6;
}

std::string words_of_model(const ModelSettings& model) {
  return fmt::format("{}: {} layers, width {}{}", name_of(model.kind), model.layers, model.hidden,
                     traits_of(model.kind).k ? fmt::format(", k {}", model.k) : "");
}

/// "layers that fit with k 16: up to 120; k that fit with 10 layers: up to 64"
std::string words_of_most(const MemoryPlan& plan, std::int64_t limit) {
  const int layers = plan.most_layers(limit);
  const auto k = plan.most_k(limit);
  const auto or_none = [](int most) { return most > 0 ? fmt::format("up to {}", with_commas(most)) : "none"; };
  if (!k) return fmt::format("layers that fit: {}", or_none(layers));
  return fmt::format("layers that fit with k {}: {}; k that fit with {} layers: {}", plan.model().k, or_none(layers),
                     with_commas(plan.model().layers), or_none(*k));
}

void print_bytes(const char* what, std::int64_t bytes) {
  fmt::print("{:<42}{:>18}{:>12.1f}\n", what, with_commas(bytes), megabytes(bytes));
}

void print_plan(const MemoryPlan& plan, std::int64_t limit, const char* limit_from) {
  fmt::print("{:<42}{:>18}{:>12}\n", "memory", "bytes", "MB");
  for (std::size_t part = 0; part < kMemoryParts; ++part) {
    const auto which = static_cast<MemoryPart>(part);
    if (plan.planned(which) > 0) print_bytes(words_of(which), plan.planned(which));
  }
  print_bytes("planned", plan.planned());
  if (limit == 0) {
    fmt::print("how much the device has free is unknown; memory_limit can tell\n");
    return;
  }
  print_bytes(limit_from, limit);
  fmt::print("{}; {}\n", plan.planned() <= limit ? "fits" : "does not fit", words_of_most(plan, limit));
}

void print_json(const Json& json) {
  fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// Adds memory {planned, limit (null: unknown), parts} and fits.
template <class BytesOf>
void add_memory(Json& j, std::int64_t planned, std::int64_t limit, const BytesOf& bytes_of) {
  j["memory"] = {{"planned", planned}, {"limit", limit > 0 ? Json(limit) : Json()}};
  for (std::size_t part = 0; part < kMemoryParts; ++part) {
    const auto which = static_cast<MemoryPart>(part);
    j["memory"]["parts"][key_of(which)] = bytes_of(which);
  }
  j["fits"] = limit == 0 || planned <= limit;
}

/// And most {layers, k}, as far as the limit is known.
void add_memory(Json& j, const MemoryPlan& plan, std::int64_t limit) {
  add_memory(j, plan.planned(), limit, [&](MemoryPart part) { return plan.planned(part); });
  if (limit == 0) return;
  j["most"]["layers"] = plan.most_layers(limit);
  if (const auto k = plan.most_k(limit)) j["most"]["k"] = *k;
}

void plan_run(const Deck& deck, bool json) {
  const Circuit circuit = open_circuit(deck);
  const CircuitSize size = size_for_training(circuit, circuit_place(deck));
  const MemoryPlan plan(deck.model, size);
  const std::int64_t limit = memory_limit(Mpi::alone(), deck);
  if (!json) {
    fmt::print("circuit {}: {} cells, {} nets, {} pins, {} edges\nmodel {}\n\n", circuit.name,
               with_commas(size.counts.cells), with_commas(size.counts.nets), with_commas(size.counts.pins),
               with_commas(size.counts.edges), words_of_model(deck.model));
    return print_plan(plan, limit, deck.memory_limit > 0 ? "memory_limit" : "free on the device");
  }
  Json j;
  j["circuit"] = circuit.name;
  j["cells"] = size.counts.cells;
  j["nets"] = size.counts.nets;
  j["pins"] = size.counts.pins;
  j["edges"] = size.counts.edges;
  add_memory(j, plan, limit);
  print_json(j);
}

/// As for one rank: more share the circuits, and need less each.
MemoryPlan plan_of_joint(const Deck& deck) {
  return MemoryPlan(open_circuits(Mpi::alone(), deck));
}

void plan_joint_run(const Deck& deck, bool json) {
  const MemoryPlan plan = plan_of_joint(deck);
  const std::int64_t limit = memory_limit(Mpi::alone(), deck);
  const bool fits = limit == 0 || plan.planned() <= limit;
  if (json) {
    Json j;
    add_memory(j, plan.planned(), limit, [&](MemoryPart part) { return plan.planned(part); });
    return print_json(j);
  }
  fmt::print("joint training on {} circuits, by one rank\nmodel {}\n\n{:<42}{:>18}{:>12}\n",
             deck.circuits.training.size(), words_of_model(deck.model), "memory", "bytes", "MB");
  for (std::size_t part = 0; part < kMemoryParts; ++part) {
    if (plan.planned(static_cast<MemoryPart>(part)) > 0)
      print_bytes(words_of(static_cast<MemoryPart>(part)), plan.planned(static_cast<MemoryPart>(part)));
  }
  print_bytes("planned", plan.planned());
  if (limit > 0) print_bytes(deck.memory_limit > 0 ? "memory_limit" : "free on the device", limit);
  fmt::print("{}; gsrgnn train --validate tells each rank's share\n", fits ? "fits" : "does not fit");
}

/// The sizes of the circuits of a sweep, each opened once.
class CircuitSizes {
 public:
  const CircuitSize& of(const Deck& deck) {
    const std::string key = circuit_key(deck);
    auto found = sizes_.find(key);
    if (found == sizes_.end()) {
      found = sizes_.emplace(key, size_for_training(open_circuit(deck), circuit_place(deck))).first;
    }
    return found->second;
  }

 private:
  std::map<std::string, CircuitSize> sizes_;
};

void plan_sweep(const SweepDeck& sweep, bool json) {
  const std::int64_t limit = sweep.memory_limit > 0 ? sweep.memory_limit : free_device_memory();
  std::size_t longest = 3;
  for (const SweepRun& run : sweep.runs) longest = std::max(longest, run.name.size());
  if (!json) fmt::print("{:<{}}{:>12}\n", "run", longest, "MB");
  CircuitSizes sizes;
  Json runs = Json::array();
  std::int64_t largest = 0;
  std::size_t beyond = 0;
  for (const SweepRun& run : sweep.runs) {
    const Deck deck = parse_deck(run.identity, run.name);
    if (deck.mode == Mode::joint) {
      const std::int64_t planned = plan_of_joint(deck).planned();
      const bool fits = limit == 0 || planned <= limit;
      largest = std::max(largest, planned);
      beyond += fits ? 0 : 1;
      if (json) {
        runs.push_back({{"name", run.name}, {"memory", {{"planned", planned}}}, {"fits", fits}});
      } else {
        fmt::print("{:<{}}{:>12.1f}{}\n", run.name, longest, megabytes(planned), fits ? "" : "  does not fit");
      }
      continue;
    }
    const MemoryPlan plan(deck.model, sizes.of(deck));
    const bool fits = limit == 0 || plan.planned() <= limit;
    largest = std::max(largest, plan.planned());
    beyond += fits ? 0 : 1;
    if (json) {
      runs.push_back({{"name", run.name}});
      add_memory(runs.back(), plan, limit);
    } else {
      fmt::print("{:<{}}{:>12.1f}{}\n", run.name, longest, megabytes(plan.planned()),
                 fits ? "" : "  does not fit; " + words_of_most(plan, limit));
    }
  }
  if (json) return print_json({{"memory", {{"planned", largest}}}, {"fits", beyond == 0}, {"runs", runs}});
  fmt::print("{} runs, the largest of {:.1f} MB{}{}\n", sweep.runs.size(), megabytes(largest),
             limit > 0 ? fmt::format("; {} {:.1f} MB", sweep.memory_limit > 0 ? "memory_limit" : "free on the device",
                                     megabytes(limit))
                       : "",
             beyond > 0 ? fmt::format("; {} beyond it", beyond) : "");
}

}  // namespace

void add_plan(const Command& program, Arguments& a) {
  const Command command = program.add("plan", "Say what memory the training of a deck, or each of a sweep, will take");
  command.required("DECK.yaml", &a.path, "The deck, also one of a sweep");
  command.option("KEY=VALUE", &a.overrides, "Keys of the deck to replace, e.g. model.k=16 memory_limit=2GB");
  command.option("--json", &a.json, "As one JSON object");
  command.action([&a] {
    if (is_sweep_deck(a.path, a.overrides)) return plan_sweep(read_sweep_deck(a.path, a.overrides), a.json);
    const Deck deck = read_deck(a.path, a.overrides);
    deck.mode == Mode::joint ? plan_joint_run(deck, a.json) : plan_run(deck, a.json);
  });
}

}  // namespace gsrgnn::cli
