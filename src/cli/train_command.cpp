#include <filesystem>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/print_circuit.hpp>
#include <gsrgnn/cli/print_training.hpp>
#include <gsrgnn/cli/say.hpp>
#include <gsrgnn/cli/tell.hpp>
#include <gsrgnn/training/checkpoint.hpp>
#include <gsrgnn/training/deck_difference.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>
#include <gsrgnn/util/signals.hpp>
#include <gsrgnn/util/text.hpp>
#include <gsrgnn/util/write_file.hpp>

namespace gsrgnn::cli {
namespace {

/// A name under which the run will be found, and nothing that is there already and not its own.
void check_output(const Deck& deck, const std::string& deck_path) {
  std::error_code absent;
  if (std::filesystem::path(deck.output).extension() != ".h5" && !std::filesystem::is_directory(deck.output, absent)) {
    throw InputError("output=" + deck.output, "is no name of a run file, by which collect and report look for runs",
                     fmt::format("end it in .h5, e.g. {}.h5", deck.output));
  }
  std::vector<std::string> inputs = {deck_path, deck.circuit, deck.train.from};
  for (const auto* list : {&deck.circuits.training, &deck.circuits.validation, &deck.circuits.test}) {
    inputs.insert(inputs.end(), list->begin(), list->end());
  }
  refuse_overwrite(deck.output, inputs);
}

/// Removes what the run file replaces, once it is on the disk.
void remove_superseded(const Deck& deck) {
  if (!deck.checkpoint.keep) remove_checkpoints(deck.output);
  remove_unfinished(deck.output);
}

[[noreturn]] void refuse_to_replace(const Deck& deck, const std::string& what, bool kept_no_state) {
  throw InputError(deck.output, "holds a finished run " + what,
                   kept_no_state ? fmt::format("it kept no state to go on from (train.checkpoint.keep): give "
                                               "--overwrite to train from the beginning, or train.from={} and another "
                                               "output",
                                               deck.output)
                                 : "give another output, or --overwrite");
}

/// Whether the run that the output is to hold is there already, as for a job that is put back into the queue just when
/// it had ended. Says it then, and removes what was kept to go on from. Throws InputError when what is there is a
/// finished run of another deck, circuit or ancestor, which the training does not go on from.
bool complete_already(const Deck& deck, const TrainingCircuits& circuits, const Arguments& given) {
  std::string why;
  const auto run = given.overwrite ? std::nullopt : whole_run(deck.output, why);
  if (!run) return false;
  const Deck there = parse_deck(run->deck, deck.output + ":/deck");
  if (const auto differ = differences(there, deck); !differ.empty()) {
    const bool longer = given.resume && goes_on(there, deck, run->epochs);
    if (std::error_code absent; longer && std::filesystem::exists(checkpoint_path(deck.output), absent)) return false;
    refuse_to_replace(deck, "of another deck: " + differences_text(differ), longer);
  }
  const auto changed = [](const std::string& of_run, const std::string& now) {  // older programs wrote none
    return !of_run.empty() && of_run != now;
  };
  if (changed(run->content_hash, circuits.hash)) {
    refuse_to_replace(deck, "of this deck on a circuit that has changed since", false);
  }
  if (changed(run->ancestor, circuits.ancestor)) {
    refuse_to_replace(deck, fmt::format("of this deck from {}, which has changed since", deck.train.from), false);
  }
  if (!given.resume) return false;
  remove_superseded(deck);
  say("results: {}, complete already\n", deck.output);
  return true;
}

CheckpointOptions checkpoint_options(const Deck& deck, bool resume, bool speaks) {
  CheckpointOptions options;
  options.resume = resume;
  options.log = true;
  options.stop = stop_signal;
  options.say = [](const std::string& text) {
    say("{}\n", text);
    flush_output();
  };
  const std::string checkpoint = checkpoint_path(deck.output);
  if (std::error_code error; speaks && !resume && std::filesystem::exists(checkpoint, error)) {
    options.say(fmt::format("{} is there; --resume would go on from it", checkpoint));
  }
  return options;
}

void print_shares(const Mpi& mpi, const Deck& deck, const TrainingCircuits& circuits) {
  std::int64_t cells = 0;
  for (const HeldCircuit& held : circuits.held) cells += held.circuit->cells();
  const std::int64_t limit = memory_limit(mpi, deck);
  const MemoryPlan plan(circuits, keep_within(deck, limit), limit);
  print_ranks(mpi, deck.memory_limit,
              fmt::format("; {}{}, {} cells, {:.1f} MB", plural(circuits.held.size(), "circuit"),
                          plan.streams() ? " one after the other" : "", with_commas(cells),
                          static_cast<double>(plan.planned()) * 1e-6));
}

void print_heading(const Deck& deck, const TrainingCircuits& circuits) {
  const std::size_t training = deck.circuits.training.size();
  say("joint training on {}: {} cells, {} edges; {} an update\n", plural(training, "circuit"),
      with_commas(circuits.counts.cells), with_commas(circuits.counts.edges),
      circuits.batches == 1 ? "all" : plural(deck.train.batch, "circuit"));
  say("the epoch is chosen by {}; the test is on {}\n",
      deck.circuits.validation.empty() ? fmt::format("{:g} of the training circuits' cells", deck.train.split[1])
                                       : plural(deck.circuits.validation.size(), "circuit"),
      plural(deck.circuits.test.size(), "circuit"));
}

void print_designs(const TrainedRun& run) {
  say("{:<32}{:>9}{:>10}{:>10}{:>9}{:>9}{:>9}    {:>10}{:>12}\n", "held out", "cells", "Pearson", "Spearman", "Kendall",
      "R2", "", "best map", "linear fit");
  for (const DesignResult& design : run.designs) {
    if (design.part == Part::training) continue;
    say("{:<32}{:>9}{:>10.4f}{:>10.4f}{:>9.4f}{:>9.4f}{:>9}    {:>10.4f}{:>12.4f}\n", design.name,
        with_commas(design.counts.cells), design.scores.pearson, design.scores.spearman, design.scores.kendall,
        design.scores.r2, design.part == Part::test ? "" : "validates", design.of(Baseline::best_map).pearson,
        design.of(Baseline::linear_fit).pearson);
  }
}

/// `signals`: unless it only validates.
void train_deck(const Mpi& mpi, const Arguments& given, StopSignals* signals) {
  mpi.require_joined();
  Deck deck;
  mpi.together([&] {
    deck = read_deck(given.path, given.overrides);
    check_output(deck, given.path);
  });
  const bool joint = deck.mode == Mode::joint, speaks = mpi.rank() == 0;
  if (!joint && mpi.size() > 1) {
    throw InputError(given.path,
                     fmt::format("one model of one circuit is trained by one rank, and here are {}", mpi.size()),
                     "start it without mpirun; several ranks share a sweep, or a deck with mode: joint");
  }
  TrainingCircuits circuits;
  Circuit circuit;  // that of a training of one
  if (joint) {
    circuits = open_circuits(mpi, deck);
  } else {
    circuit = open_circuit(deck);
    circuits = one_circuit(deck, circuit, circuit_place(deck));
  }
  bool complete = false;
  mpi.together([&] {
    if (speaks) complete = complete_already(deck, circuits, given);
  });
  if (mpi.agree(complete ? 1 : 0) == 1) return;
  if (joint) print_shares(mpi, deck, circuits);
  print_idle_cores(mpi, joint && deck.train.batch != 1);
  if (speaks) {
    joint ? print_heading(deck, circuits) : print_circuit_line(circuit);
    print_model_line(deck);
    if (!deck.train.from.empty()) {
      const double body = deck.train.body_rate, share = deck.train.from_share;
      say("starts from the model of {}{}{}\n", deck.train.from,
          body == 1   ? ""
          : body == 0 ? ", of which only the output layer is trained"
                      : fmt::format(", all but its output layer at {} of the learning rate", body),
          share == 0 ? "" : fmt::format("; of the weights that are kept {} is that model's", share));
    }
    if (!circuits.routes_hold) {
      say("routes stay untrained: where they were not learned, they tell less than the best map ({})\n",
          fmt::join(circuits.best_map.map, ", "));
    }
  }
  flush_output();
  const std::int64_t limit = memory_limit(mpi, deck);
  // Before anything is written.
  mpi.together([&] { require_fit(MemoryPlan(circuits, keep_within(deck, limit), limit), deck, limit); });
  mpi.together([&] {  // known before the first epoch, not after the last
    if (speaks) check_writable(deck.output);
  });
  if (given.validate) {
    const MemoryUse memory = validate_training(mpi, deck, circuits);
    if (!speaks) return;
    say("valid: {:.1f} MB planned and allocated{}; the run would be written to {}\n",
        static_cast<double>(memory.planned) * 1e-6, joint ? " on a rank at most" : "", deck.output);
    return;
  }
  signals->only_set_flag();
  try {
    const TrainedRun run =
        train_with_checkpoints(mpi, deck, circuits, Progress(), checkpoint_options(deck, given.resume, speaks));
    mpi.together([&] {
      if (!speaks) return;
      write_run(deck.output, deck, circuits, run);
      remove_superseded(deck);
      if (joint) print_designs(run);
      print_trained(deck, run);
    });
  } catch (const Stopped& stopped) {
    throw Stopped(fmt::format("{}; gsrgnn train --resume goes on", stopped.what()));
  }
}

}  // namespace

void add_train(const Command& program, Arguments& a) {
  const Command command = program.add("train", "Train the model of a deck and write its run file");
  command.required("DECK.yaml", &a.path, "The deck");
  command.option("KEY=VALUE", &a.overrides, "Keys of the deck to replace, e.g. model.k=16");
  command.footer("Keys of the deck, what they can be, and their defaults (all: README.md, The deck):\n" +
                 describe_keys());
  const Option validate = command.option(
      "--validate", &a.validate, "Build everything, say how much memory it takes and stop before the first epoch");
  command.option("--resume", &a.resume,
                 "Go on from the checkpoint of a training that was stopped or killed, or is to have more epochs",
                 validate);
  command.option("--overwrite", &a.overwrite, "Replace a finished run of another deck or circuit");
  command.action([&a] {
    std::optional<StopSignals> signals;
    if (!a.validate) signals.emplace(kStopped);
    const Mpi mpi;
    telling_once(mpi, [&] {
      try {
        train_deck(mpi, a, signals ? &*signals : nullptr);
      } catch (...) {
        // mpirun ends the ranks that are left with a signal, of which there is nothing to tell.
        if (signals) signals->only_set_flag();
        throw;
      }
    });
  });
}

}  // namespace gsrgnn::cli
