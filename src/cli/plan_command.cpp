#include <algorithm>
#include <gsrgnn/campaign/sweep_deck.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/print_circuit.hpp>
#include <gsrgnn/cli/print_training.hpp>
#include <gsrgnn/cli/say.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/run_file.hpp>
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

/// "layers that fit with k 16: up to 120; k that fit with 10 layers: up to 64"
std::string most_text(const MemoryPlan& plan, std::int64_t limit) {
  const int layers = plan.most_layers(limit);
  const auto k = plan.most_k(limit);
  const auto or_none = [](int most) { return most > 0 ? fmt::format("up to {}", with_commas(most)) : "none"; };
  if (!k) return fmt::format("layers that fit: {}", or_none(layers));
  return fmt::format("layers that fit with k {}: {}; k that fit with {} layers: {}", plan.model().k, or_none(layers),
                     with_commas(plan.model().layers), or_none(*k));
}

/// What a training will take, and what it may: bytes, 0: unknown.
struct Plan {
  MemoryPlan memory;
  std::int64_t limit;
  bool joint;

  bool fits() const { return limit == 0 || memory.planned() <= limit; }
};

/// Of a joint training as for one rank, whatever the `size`: more share the circuits, and need less each.
Plan plan_of(const Deck& deck, const CircuitSize& size, std::int64_t limit) {
  const bool joint = deck.mode == Mode::joint;
  const std::int64_t within = keep_within(deck, limit);
  return {joint ? MemoryPlan(open_circuits(Mpi::alone(), deck), within, limit) : MemoryPlan(deck.model, size, within),
          limit, joint};
}

void print_bytes(const char* what, std::int64_t bytes) {
  say("{:<42}{:>18}{:>12.1f}\n", what, with_commas(bytes), megabytes(bytes));
}

/// Between which ends the plan lies, where layers can be kept.
void print_kept(const Plan& plan) {
  const std::int64_t none = plan.memory.planned_keeping_none(), all = plan.memory.planned_keeping_all();
  if (all == none) return;
  print_bytes("  with no layer kept", none);
  print_bytes("  with all layers kept", all);
  say("keeps {}{} of {} layers\n", plan.joint ? "of each circuit at least " : "",
      with_commas(plan.memory.kept_layers()), with_commas(plan.memory.model().layers));
}

void print_plan(const Plan& plan, const Deck& deck) {
  say("model {}\n\n{:<42}{:>18}{:>12}\n", model_text(deck.model), "memory", "bytes", "MB");
  for (std::size_t part = 0; part < kMemoryParts; ++part) {
    const auto which = static_cast<MemoryPart>(part);
    if (plan.memory.planned(which) > 0) print_bytes(name_of(which).text, plan.memory.planned(which));
  }
  print_bytes("planned", plan.memory.planned());
  print_kept(plan);
  if (plan.memory.streams()) say("the graph and labels of one circuit at a time are there\n");
  if (plan.limit > 0) print_bytes(deck.memory_limit > 0 ? "memory_limit" : "free on the device", plan.limit);
  const char* const fits = plan.fits() ? "fits" : "does not fit";
  if (plan.joint) {
    say("{}; gsrgnn train --validate tells each rank's share\n", fits);
  } else if (plan.limit == 0) {
    say("how much the device has free is unknown; memory_limit can tell\n");
  } else {
    say("{}; {}\n", fits, most_text(plan.memory, plan.limit));
  }
}

void print_json(const Json& json) {
  say("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// Adds memory {planned, keeping_none, keeping_all, limit (null: unknown), parts}, kept_layers, fits, of
/// several circuits streams, and of one most {layers, k}.
void add_plan(Json& j, const Plan& plan) {
  j["memory"] = {{"planned", plan.memory.planned()},
                 {"keeping_none", plan.memory.planned_keeping_none()},
                 {"keeping_all", plan.memory.planned_keeping_all()},
                 {"limit", plan.limit > 0 ? Json(plan.limit) : Json()}};
  for (std::size_t part = 0; part < kMemoryParts; ++part) {
    const auto which = static_cast<MemoryPart>(part);
    j["memory"]["parts"][name_of(which).key] = plan.memory.planned(which);
  }
  j["kept_layers"] = plan.memory.kept_layers();
  j["fits"] = plan.fits();
  if (plan.joint) j["streams"] = plan.memory.streams();
  if (plan.limit == 0 || plan.joint) return;
  j["most"]["layers"] = plan.memory.most_layers(plan.limit);
  if (const auto k = plan.memory.most_k(plan.limit)) j["most"]["k"] = *k;
}

void plan_run(const Deck& deck, bool json) {
  const bool joint = deck.mode == Mode::joint;
  const Circuit circuit = joint ? Circuit() : open_circuit(deck);
  const CircuitSize size = joint ? CircuitSize() : size_for_training(deck, circuit, circuit_place(deck));
  const Plan plan = plan_of(deck, size, memory_limit(Mpi::alone(), deck));
  if (json) {
    Json j;
    if (!joint) {
      j["circuit"] = circuit.name;
      for (const CountField& field : kCountFields) j[field.name] = size.counts.*field.value;
    }
    add_plan(j, plan);
    print_json(j);
  } else {
    joint ? say("joint training on {} circuits, by one rank\n", deck.circuits.training.size())
          : print_circuit_line(circuit);
    print_plan(plan, deck);
  }
  flush_output();
  require_fit(plan.memory, deck, plan.limit);
}

void plan_sweep(const SweepDeck& sweep, bool json) {
  const std::int64_t limit = sweep.memory_limit > 0 ? sweep.memory_limit : free_device_memory();
  std::size_t longest = 3;
  for (const SweepRun& run : sweep.runs) longest = std::max(longest, run.name.size());
  if (!json) say("{:<{}}{:>12}\n", "run", longest, "MB");
  std::map<std::string, CircuitSize> sizes;  // of the circuits, each opened once
  const auto size_of = [&](const Deck& deck) {
    if (deck.mode == Mode::joint) return CircuitSize();
    const auto [found, is_new] =
        sizes.try_emplace(fmt::format("{}{} {}", circuit_key(deck), deck.train.from, has_weights(deck)));
    if (is_new) found->second = size_for_training(deck, open_circuit(deck), circuit_place(deck));
    return found->second;
  };
  Json runs = Json::array();
  std::int64_t largest = 0;
  std::size_t beyond = 0;
  for (std::size_t i = 0; i < sweep.runs.size(); ++i) {
    const SweepRun& run = sweep.runs[i];
    const Deck& deck = sweep.decks[i];
    const Plan plan = plan_of(deck, size_of(deck), limit);
    const std::int64_t planned = plan.memory.planned();
    largest = std::max(largest, planned);
    beyond += plan.fits() ? 0 : 1;
    if (!json) {
      const std::string most = plan.fits() || plan.joint ? "" : "; " + most_text(plan.memory, limit);
      say("{:<{}}{:>12.1f}{}{}\n", run.name, longest, megabytes(planned), plan.fits() ? "" : "  does not fit", most);
    } else if (plan.joint) {
      runs.push_back({{"name", run.name}, {"memory", {{"planned", planned}}}, {"fits", plan.fits()}});
    } else {
      runs.push_back({{"name", run.name}});
      add_plan(runs.back(), plan);
    }
  }
  if (json) {
    print_json({{"memory", {{"planned", largest}}}, {"fits", beyond == 0}, {"runs", runs}});
  } else {
    say("{} runs, the largest of {:.1f} MB{}{}\n", sweep.runs.size(), megabytes(largest),
        limit > 0 ? fmt::format("; {} {:.1f} MB", sweep.memory_limit > 0 ? "memory_limit" : "free on the device",
                                megabytes(limit))
                  : "",
        beyond > 0 ? fmt::format("; {} beyond it", beyond) : "");
  }
  flush_output();
  if (beyond > 0) throw RunError(fmt::format("{} of {} do not fit", beyond, plural(sweep.runs.size(), "run")));
}

}  // namespace

void add_plan(const Command& program, Arguments& a) {
  const Command command = program.add("plan", "Say what memory the training of a deck, or each of a sweep, will take");
  command.required("DECK.yaml", &a.path, "The deck, also one of a sweep");
  command.option("KEY=VALUE", &a.overrides, "Keys of the deck to replace, e.g. model.k=16 memory_limit=2GB");
  command.option("--json", &a.json, "As one JSON object");
  command.footer("The exit code is 3 when it, or a run of a sweep, does not fit.");
  command.action([&a] {
    const auto deck = read_any_deck(a.path, a.overrides);
    if (const auto* sweep = std::get_if<SweepDeck>(&deck)) return plan_sweep(*sweep, a.json);
    plan_run(std::get<Deck>(deck), a.json);
  });
}

}  // namespace gsrgnn::cli
