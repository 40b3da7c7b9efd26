#pragma once

/// Progress of a training: one line that is rewritten on a terminal; about ten plain lines otherwise.

#include <chrono>
#include <gsrgnn/training/trainer.hpp>

namespace gsrgnn::cli {

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

}  // namespace gsrgnn::cli
