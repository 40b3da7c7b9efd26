#include <fmt/format.h>

#include <cstdio>
#include <gsrgnn/cli/joint_command.hpp>
#include <gsrgnn/cli/keep_training.hpp>
#include <gsrgnn/cli/print_ranks.hpp>
#include <gsrgnn/cli/print_training.hpp>
#include <gsrgnn/cli/progress.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn::cli {
namespace {

void print_heading(const Deck& deck, const TrainingCircuits& circuits) {
  const std::size_t training = deck.circuits.training.size();
  fmt::print("joint training on {}: {} cells, {} edges; {} an update\n", plural(training, "circuit"),
             with_commas(circuits.counts.cells), with_commas(circuits.counts.edges),
             circuits.batches == 1 ? "all" : plural(deck.train.batch, "circuit"));
  fmt::print("the epoch is chosen by {}; the test is on {}\n",
             deck.circuits.validation.empty() ? fmt::format("{:g} of the training circuits' cells", deck.train.split[1])
                                              : plural(deck.circuits.validation.size(), "circuit"),
             plural(deck.circuits.test.size(), "circuit"));
  print_model_line(deck);
}

void print_designs(const TrainedRun& run) {
  fmt::print("{:<32}{:>9}{:>10}{:>10}{:>9}{:>9}{:>9}    {:>10}\n", "held out", "cells", "Pearson", "Spearman",
             "Kendall", "R2", "", "linear fit");
  for (const DesignResult& design : run.designs) {
    if (design.part == Part::training) continue;
    fmt::print("{:<32}{:>9}{:>10.4f}{:>10.4f}{:>9.4f}{:>9.4f}{:>9}    {:>10.4f}\n", design.name,
               with_commas(design.counts.cells), design.scores.pearson, design.scores.spearman, design.scores.kendall,
               design.scores.r2, design.part == Part::test ? "" : "validates", design.linear_fit.pearson);
  }
}

}  // namespace

void train_jointly_command(const Mpi& mpi, const Deck& deck, const Arguments& given) {
  const TrainingCircuits circuits = open_circuits(mpi, deck);
  bool complete = false;
  mpi.together([&] { complete = given.resume && mpi.rank() == 0 && complete_already(deck, circuits.hash); });
  if (mpi.agree(complete ? 1 : 0) == 1) return;
  std::int64_t cells = 0;
  for (const HeldCircuit& held : circuits.held) cells += held.circuit->cells();
  print_ranks(mpi, deck.memory_limit,
              fmt::format("; {}, {} cells, {:.1f} MB", plural(circuits.held.size(), "circuit"), with_commas(cells),
                          static_cast<double>(MemoryPlan(circuits).planned()) * 1e-6));
  if (mpi.rank() == 0) print_heading(deck, circuits);
  std::fflush(stdout);
  mpi.together([&] {  // known before the first epoch, not after the last
    if (mpi.rank() == 0) check_writable(deck.output);
  });
  if (given.validate) {
    const MemoryUse memory = validate_training(mpi, deck, circuits);
    if (mpi.rank() == 0) {
      fmt::print("valid: {:.1f} MB planned and allocated on a rank at most; the run would be written to {}\n",
                 static_cast<double>(memory.planned) * 1e-6, deck.output);
    }
    return;
  }
  keep_training(deck, given.resume, mpi.rank() == 0, [&](const CheckpointOptions& checkpoints) {
    const TrainedRun run = train_with_checkpoints(mpi, deck, circuits, Progress(), checkpoints);
    mpi.together([&] {
      if (mpi.rank() != 0) return;
      write_run(deck.output, deck, circuits, run);
      remove_superseded(deck.output);
      print_designs(run);
      print_trained(run, deck.output);
    });
  });
}

}  // namespace gsrgnn::cli
