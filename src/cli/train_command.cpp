#include <cstdio>
#include <filesystem>
#include <gsrgnn/circuit/content_hash.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/joint_command.hpp>
#include <gsrgnn/cli/keep_training.hpp>
#include <gsrgnn/cli/print_circuit.hpp>
#include <gsrgnn/cli/print_training.hpp>
#include <gsrgnn/cli/progress.hpp>
#include <gsrgnn/cli/tell.hpp>
#include <gsrgnn/training/deck_circuit.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>
#include <gsrgnn/util/signals.hpp>

namespace gsrgnn::cli {
namespace {

/// A name under which the run will be found, and nothing that is there already and not its own.
void check_output(const Deck& deck, const std::string& deck_path) {
  std::error_code absent;
  if (std::filesystem::path(deck.output).extension() != ".h5" && !std::filesystem::is_directory(deck.output, absent)) {
    throw InputError("output=" + deck.output, "is no name of a run file, by which collect and report look for runs",
                     fmt::format("end it in .h5, e.g. {}.h5", deck.output));
  }
  std::vector<std::string> inputs = {deck_path, deck.circuit};
  for (const auto* list : {&deck.circuits.training, &deck.circuits.validation, &deck.circuits.test}) {
    inputs.insert(inputs.end(), list->begin(), list->end());
  }
  refuse_overwrite(deck.output, inputs);
}

void train_deck(const Mpi& mpi, const Arguments& given) {
  Deck deck;
  mpi.together([&] {
    deck = read_deck(given.path, given.overrides);
    check_output(deck, given.path);
  });
  if (deck.mode == Mode::joint) return train_jointly_command(mpi, deck, given);
  if (mpi.size() > 1) {
    throw InputError(given.path,
                     fmt::format("one model of one circuit is trained by one rank, and here are {}", mpi.size()),
                     "start it without mpirun; several ranks share a sweep, or a deck with mode: joint");
  }
  const std::string place = circuit_place(deck);
  const Circuit circuit = open_circuit(deck);
  if (given.resume && complete_already(deck, content_hash(circuit))) return;
  print_circuit_line(circuit);
  print_model_line(deck);
  std::fflush(stdout);
  const TrainingCircuits circuits = one_circuit(deck, circuit, place);
  require_fit(MemoryPlan(circuits), deck, memory_limit(mpi, deck));  // before anything is written
  if (given.validate) {
    const MemoryUse memory = validate_training(mpi, deck, circuits);
    check_writable(deck.output);
    fmt::print("valid: {:.1f} MB planned and allocated; the run would be written to {}\n",
               static_cast<double>(memory.planned) * 1e-6, deck.output);
    return;
  }
  check_writable(deck.output);  // known before the first epoch, not after the last
  keep_training(deck, given.resume, true, [&](const CheckpointOptions& checkpoints) {
    const TrainedRun run = train_with_checkpoints(mpi, deck, circuits, Progress(), checkpoints);
    write_run(deck.output, deck, circuits, run);
    remove_superseded(deck.output);
    print_trained(run, deck.output);
  });
}

}  // namespace

void add_train(const Command& program, Arguments& a) {
  const Command command = program.add("train", "Train the model of a deck and write its run file");
  command.required("DECK.yaml", &a.path, "The deck");
  command.option("KEY=VALUE", &a.overrides, "Keys of the deck to replace, e.g. model.k=16");
  const Option validate = command.option(
      "--validate", &a.validate, "Build everything, say how much memory it takes and stop before the first epoch");
  exclude(command.option("--resume", &a.resume, "Go on from the checkpoint of a training that was stopped or killed"),
          validate);
  command.action([&a] {
    std::optional<StopSignals> signals;
    if (!a.validate) signals.emplace();
    const Mpi mpi;
    telling_once(mpi, [&] { train_deck(mpi, a); });
  });
}

}  // namespace gsrgnn::cli
