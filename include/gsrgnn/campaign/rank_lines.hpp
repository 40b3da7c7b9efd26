#pragma once

/// What a rank says while it works, on the standard output that it shares with the others.

#include <chrono>
#include <string>

namespace gsrgnn {

/// Lines, several at a time and in one call: those of ranks do not mix, and mpirun, which forwards them, does not take
/// the core away after every run (where none was idle, that took 1.5 ms a line).
class RankLines {
 public:
  RankLines() = default;
  ~RankLines() { flush(); }
  RankLines(const RankLines&) = delete;
  RankLines& operator=(const RankLines&) = delete;

  void say(const std::string& line);
  /// Writes what has been held back for some time; to be called now and then. Cheap.
  void tick();
  void flush();

 private:
  using Clock = std::chrono::steady_clock;
  std::string held_;
  Clock::time_point written_;
};

}  // namespace gsrgnn
