#include <fmt/format.h>

#include <cstdio>
#include <gsrgnn/cli/print_training.hpp>
#include <gsrgnn/util/text.hpp>
#include <gsrgnn/util/version.hpp>

namespace gsrgnn::cli {
namespace {

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

}  // namespace

void print_model_line(const Deck& deck) {
  fmt::print("model {}: {} layers, width {}{}; {} on {} ({}, Kokkos {})\n", name_of(deck.model.kind), deck.model.layers,
             deck.model.hidden, traits_of(deck.model.kind).k ? fmt::format(", k {}", deck.model.k) : "",
             plural(deck.train.epochs, "epoch"), execution_space(), plural(execution_concurrency(), "thread"),
             kokkos_version());
}

void print_scores(const char* which, const std::vector<Scores>& scores) {
  const Scores mean = mean_scores(scores);
  fmt::print("{}: Pearson {:.4f}  Spearman {:.4f}  Kendall {:.4f}  R2 {:.4f}\n", which, mean.pearson, mean.spearman,
             mean.kendall, mean.r2);
}

void print_trained(const TrainedRun& run, const std::string& output) {
  print_scores(fmt::format("test scores at epoch {}", run.best_epoch).c_str(), run.test);
  fmt::print(
      "an epoch took {:.4f} s: forward {:.4f}, backward {:.4f}, update {:.4f}, copies {:.4f}; memory {:.1f} MB\n",
      mean(run.seconds.total), mean(run.seconds.forward), mean(run.seconds.backward), mean(run.seconds.update),
      mean(run.seconds.copy), static_cast<double>(run.memory.allocated) * 1e-6);
  fmt::print("results: {}\n", output);
}

}  // namespace gsrgnn::cli
