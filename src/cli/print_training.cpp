#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <gsrgnn/cli/print_training.hpp>
#include <gsrgnn/cli/say.hpp>
#include <gsrgnn/util/machine.hpp>
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

void print_ranks(const Mpi& mpi, std::int64_t memory_limit, const std::string& further) {
  const auto memory = static_cast<double>(memory_limit > 0 ? memory_limit : free_device_memory());
  const std::string said = memory < 1e9 ? fmt::format("{:.1f} MB of memory", memory * 1e-6)
                                        : fmt::format("{:.1f} GB of memory", memory * 1e-9);
  const auto lines =
      mpi.gather(fmt::format("{}  pid {}  {} on {}, {}  {}{}", host_name(), ::getpid(), execution_space(),
                             device_name(), plural(execution_concurrency(), "thread"), said, further));
  for (std::size_t rank = 0; rank < lines.size(); ++rank) say("rank {}: {}\n", rank, lines[rank]);
  flush_output();
}

void print_idle_cores(const Mpi& mpi, bool several) {
  const auto hosts = mpi.gather(host_name());
  if (mpi.rank() != 0 || device_name() != "host" || std::getenv("OMP_NUM_THREADS") != nullptr) return;
  const auto ranks = std::count(hosts.begin(), hosts.end(), hosts.front());
  const int cores = usable_cores();
  if (ranks * execution_concurrency() >= cores) return;
  const bool serial = execution_space() == "Serial";
  const std::string by_ranks = several ? fmt::format("mpirun -n {}, or ", cores) : "";
  say("uses {} of {} cores{}; all: {}{}\n", ranks * execution_concurrency(), cores,
      serial ? ", for this Kokkos is Serial" : "", by_ranks,
      serial ? "a Kokkos with threads (scripts/kokkos.sh)" : fmt::format("OMP_NUM_THREADS={}", cores));
}

std::string model_text(const ModelSettings& model) {
  return fmt::format("{}: {} layers, width {}{}", name_of(model.kind), model.layers, model.hidden,
                     traits_of(model.kind).k ? fmt::format(", k {}", model.k) : "");
}

void print_model_line(const Deck& deck) {
  say("model {}; {} on {} ({}, Kokkos {})\n", model_text(deck.model), plural(deck.train.epochs, "epoch"),
      execution_space(), plural(execution_concurrency(), "thread"), kokkos_version());
}

// Open MPI gives its ranks a terminal of their own, whose lines may well end in a file.
Progress::Progress()
    : terminal_(::isatty(STDOUT_FILENO) != 0 && std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr),
      start_(Clock::now()),
      last_(start_) {}

void Progress::operator()(const TrainingProgress& p) {
  const auto now = Clock::now();
  if (first_ < 0) first_ = p.epoch;
  const std::int64_t tenth = p.epoch * 10 / p.epochs;
  const bool due = terminal_ ? now - last_ > std::chrono::milliseconds(200) : tenth > printed_tenth_;
  if (!due && !p.last) return;
  last_ = now;
  printed_tenth_ = tenth;
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  std::string eta = "started";
  if (p.last) {
    eta = fmt::format("{} in all", duration(elapsed));
  } else if (p.epoch > first_) {
    const double each = elapsed / static_cast<double>(p.epoch - first_);
    eta = fmt::format("{} left", duration(each * static_cast<double>(p.epochs - p.epoch)));
  }
  if (terminal_) write_output("\r");
  say("  epoch {:>{}}/{}  loss {:.4f}  validation Pearson {:.4f}  best at {}  {}", p.epoch,
      std::to_string(p.epochs).size(), p.epochs, p.loss, p.validation_pearson, p.best_epoch, eta);
  if (terminal_) write_output("\x1b[K");
  if (!terminal_ || p.last) say("\n");
  flush_output();
}

void print_scores(const char* which, const std::vector<Scores>& scores) {
  const Scores mean = mean_scores(scores);
  say("{}: Pearson {:.4f}  Spearman {:.4f}  Kendall {:.4f}  R2 {:.4f}\n", which, mean.pearson, mean.spearman,
      mean.kendall, mean.r2);
}

void print_field_scores(const char* which, const FieldScores& scores) {
  std::string text;
  for (const FieldScoreField& field : kFieldScoreFields) {
    text += fmt::format("{}{} {:.4f}", text.empty() ? " " : "  ", field.heading, scores.*field.value);
  }
  say("{}:{}\n", which, text);
}

void print_trained(const Deck& deck, const TrainedRun& run) {
  const auto epochs = static_cast<std::int64_t>(run.loss.size()) - 1;
  if (epochs < deck.train.epochs) {
    say("ended after {} of {} epochs: for {} none was better (train.patience)\n", epochs, deck.train.epochs,
        deck.train.patience);
  }
  const std::string protocol =
      deck.mode == Mode::joint
          ? plural(deck.circuits.test.size(), "circuit") + " never seen"
          : fmt::format("{} held out", kSplitUnitNames[static_cast<std::size_t>(deck.train.split_by)]);
  print_scores(fmt::format("test scores at epoch {}", run.best_epoch).c_str(), run.test);
  print_scores(fmt::format("over GCells ({})", protocol).c_str(), {run.worth.gcells});
  std::string others;
  const BaselineField* best = nullptr;
  double most = 0;
  for (std::size_t b = 0; b < kBaselines; ++b) {
    const double pearson = run.worth.baseline[b].pearson;
    if (std::isnan(pearson)) continue;
    others += fmt::format("{}{} {:.4f}", others.empty() ? "" : ", ", kBaselineFields[b].heading, pearson);
    if (b == static_cast<std::size_t>(Baseline::best_map))
      others += fmt::format(" ({})", fmt::join(run.best_map, ", "));
    if (best != nullptr && pearson <= most) continue;
    best = &kBaselineFields[b];
    most = pearson;
  }
  if (best != nullptr) {
    const double own = run.worth.scores.pearson;
    const double ahead = (std::isnan(own) ? 0 : own) - most;  // a constant prediction is worth nothing
    say("without it, Pearson: {}\n", others);
    if (ahead > 0) {
      say("the model is {:.4f} better than the best of these ({})\n", ahead, best->heading);
    } else {
      say("the model is NOT better: {} is {:.4f} ahead\n", best->heading, -ahead);
    }
  }
  say("an epoch took {:.4f} s: forward {:.4f}, backward {:.4f}, update {:.4f}, copies {:.4f}; memory {:.1f} MB\n",
      mean(run.seconds.total), mean(run.seconds.forward), mean(run.seconds.backward), mean(run.seconds.update),
      mean(run.seconds.copy), static_cast<double>(run.memory.allocated) * 1e-6);
  say("results: {}\n", deck.output);
}

}  // namespace gsrgnn::cli
