#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <gsrgnn/cli/progress.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn::cli {

// Open MPI gives its ranks a terminal of their own, whose lines may well end in a file.
Progress::Progress()
    : terminal_(::isatty(STDOUT_FILENO) != 0 && std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr),
      start_(Clock::now()),
      last_(start_) {}

void Progress::operator()(const TrainingProgress& p) {
  const auto now = Clock::now();
  if (first_ < 0) first_ = p.epoch;
  const bool finished = p.epoch == p.epochs;
  const std::int64_t tenth = p.epoch * 10 / p.epochs;
  const bool due = terminal_ ? now - last_ > std::chrono::milliseconds(200) : tenth > printed_tenth_;
  if (!due && !finished) return;
  last_ = now;
  printed_tenth_ = tenth;
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  std::string eta = "started";
  if (finished) {
    eta = fmt::format("{} in all", duration(elapsed));
  } else if (p.epoch > first_) {
    const double each = elapsed / static_cast<double>(p.epoch - first_);
    eta = fmt::format("{} left", duration(each * static_cast<double>(p.epochs - p.epoch)));
  }
  fmt::print("{}  epoch {:>{}}/{}  loss {:.4f}  validation Pearson {:.4f}  best at {}  {}{}", terminal_ ? "\r" : "",
             p.epoch, std::to_string(p.epochs).size(), p.epochs, p.loss, p.validation_pearson, p.best_epoch, eta,
             terminal_ ? "\x1b[K" : "\n");
  if (terminal_ && finished) fmt::print("\n");
  std::fflush(stdout);
}

}  // namespace gsrgnn::cli
