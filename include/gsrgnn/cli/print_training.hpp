#pragma once

#include <chrono>
#include <gsrgnn/training/trainer.hpp>

namespace gsrgnn::cli {

/// What each rank has to work with: a line a rank, by rank 0. `memory_limit` is the deck's, 0: none; `further` is said
/// at the end of this rank's line.
void print_ranks(const Mpi& mpi, std::int64_t memory_limit, const std::string& further = "");
/// A line, by rank 0, when its host has cores that no rank runs on though nobody said so (OMP_NUM_THREADS), and how to
/// use them: `several` says whether ranks could share the work. All ranks must call it.
void print_idle_cores(const Mpi& mpi, bool several);
/// "gsr: 12 layers, width 64, k 8"
std::string model_text(const ModelSettings& model);
void print_model_line(const Deck& deck);

/// Progress of a training: one line that is rewritten on a terminal; about ten plain lines otherwise.
class Progress {
 public:
  Progress();
  void operator()(const TrainingProgress& progress);

 private:
  using Clock = std::chrono::steady_clock;
  bool terminal_;
  Clock::time_point start_, last_;
  std::int64_t printed_tenth_ = -1;
  std::int64_t first_ = -1;  ///< the epoch that this process began at
};

void print_scores(const char* which, const std::vector<Scores>& scores);
void print_field_scores(const char* which, const FieldScores& scores);
/// The last lines of a training: scores, what there is without it, seconds, and where it was written.
void print_trained(const Deck& deck, const TrainedRun& run);

}  // namespace gsrgnn::cli
