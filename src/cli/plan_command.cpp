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

bool fits(const MemoryPlan& plan, std::int64_t limit) {
  return limit == 0 || plan.planned() <= limit;
}

const char* words_of_limit(std::int64_t of_deck) {
  return of_deck > 0 ? "memory_limit" : "free on the device";
}

void print_plan(const MemoryPlan& plan, const Deck& deck, std::int64_t limit) {
  fmt::print("{:<42}{:>18}{:>12}\n", "memory", "bytes", "MB");
  for (std::size_t part = 0; part < kMemoryParts; ++part) {
    const auto which = static_cast<MemoryPart>(part);
    if (plan.planned(which) > 0) print_bytes(words_of(which), plan.planned(which));
  }
  print_bytes("planned", plan.planned());
  const bool joint = deck.mode == Mode::joint;
  if (limit == 0 && !joint) {
    fmt::print("how much the device has free is unknown; memory_limit can tell\n");
    return;
  }
  if (limit > 0) print_bytes(words_of_limit(deck.memory_limit), limit);
  fmt::print("{}; {}\n", fits(plan, limit) ? "fits" : "does not fit",
             joint ? "gsrgnn train --validate tells each rank's share" : words_of_most(plan, limit));
}

void print_json(const Json& json) {
  fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// Adds memory {planned, limit (null: unknown), parts}, fits, and of one circuit, as far as the limit is known, most
/// {layers, k}.
void add_memory(Json& j, const MemoryPlan& plan, std::int64_t limit, bool joint) {
  j["memory"] = {{"planned", plan.planned()}, {"limit", limit > 0 ? Json(limit) : Json()}};
  for (std::size_t part = 0; part < kMemoryParts; ++part) {
    const auto which = static_cast<MemoryPart>(part);
    j["memory"]["parts"][key_of(which)] = plan.planned(which);
  }
  j["fits"] = fits(plan, limit);
  if (limit == 0 || joint) return;
  j["most"]["layers"] = plan.most_layers(limit);
  if (const auto k = plan.most_k(limit)) j["most"]["k"] = *k;
}

/// As for one rank: more share the circuits, and need less each.
MemoryPlan plan_of_joint(const Deck& deck) {
  return MemoryPlan(open_circuits(Mpi::alone(), deck));
}

void plan_run(const Deck& deck, bool json) {
  const bool joint = deck.mode == Mode::joint;
  Json j;
  std::string heading = fmt::format("joint training on {} circuits, by one rank\n", deck.circuits.training.size());
  const auto plan_of_one = [&] {
    const Circuit circuit = open_circuit(deck);
    const CircuitSize size = size_for_training(circuit, circuit_place(deck));
    const CircuitCounts& n = size.counts;
    heading = fmt::format("circuit {}: {} cells, {} nets, {} pins, {} edges\n", circuit.name, with_commas(n.cells),
                          with_commas(n.nets), with_commas(n.pins), with_commas(n.edges));
    j = {{"circuit", circuit.name}, {"cells", n.cells}, {"nets", n.nets}, {"pins", n.pins}, {"edges", n.edges}};
    return MemoryPlan(deck.model, size);
  };
  const MemoryPlan plan = joint ? plan_of_joint(deck) : plan_of_one();
  const std::int64_t limit = memory_limit(Mpi::alone(), deck);
  if (json) {
    add_memory(j, plan, limit, joint);
    return print_json(j);
  }
  fmt::print("{}model {}\n\n", heading, words_of_model(deck.model));
  print_plan(plan, deck, limit);
}

void plan_sweep(const SweepDeck& sweep, bool json) {
  const std::int64_t limit = sweep.memory_limit > 0 ? sweep.memory_limit : free_device_memory();
  std::size_t longest = 3;
  for (const SweepRun& run : sweep.runs) longest = std::max(longest, run.name.size());
  if (!json) fmt::print("{:<{}}{:>12}\n", "run", longest, "MB");
  std::map<std::string, CircuitSize> sizes;  // each circuit is opened once
  Json runs = Json::array();
  std::int64_t largest = 0;
  std::size_t beyond = 0;
  for (const SweepRun& run : sweep.runs) {
    const Deck deck = parse_deck(run.identity, run.name);
    const bool joint = deck.mode == Mode::joint;
    const auto plan_of_one = [&] {
      const auto [size, is_new] = sizes.try_emplace(circuit_key(deck));
      if (is_new) size->second = size_for_training(open_circuit(deck), circuit_place(deck));
      return MemoryPlan(deck.model, size->second);
    };
    const MemoryPlan plan = joint ? plan_of_joint(deck) : plan_of_one();
    largest = std::max(largest, plan.planned());
    beyond += fits(plan, limit) ? 0 : 1;
    if (!json) {
      fmt::print("{:<{}}{:>12.1f}{}{}\n", run.name, longest, megabytes(plan.planned()),
                 fits(plan, limit) ? "" : "  does not fit",
                 fits(plan, limit) || joint ? "" : "; " + words_of_most(plan, limit));
      continue;
    }
    runs.push_back({{"name", run.name}});
    if (joint) {
      runs.back().update({{"memory", {{"planned", plan.planned()}}}, {"fits", fits(plan, limit)}});
    } else {
      add_memory(runs.back(), plan, limit, joint);
    }
  }
  if (json) return print_json({{"memory", {{"planned", largest}}}, {"fits", beyond == 0}, {"runs", runs}});
  fmt::print("{} runs, the largest of {:.1f} MB{}{}\n", sweep.runs.size(), megabytes(largest),
             limit > 0 ? fmt::format("; {} {:.1f} MB", words_of_limit(sweep.memory_limit), megabytes(limit)) : "",
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
    plan_run(read_deck(a.path, a.overrides), a.json);
  });
}

}  // namespace gsrgnn::cli
