#pragma once

/// Being asked to stop: by a scheduler before it kills, at the end of a terminal or of what a process may use, by a
/// pipe that nobody reads any more.

#include <array>
#include <csignal>
#include <cstddef>
#include <string>

namespace gsrgnn {

/// What these signals do for as long as it lives. At first they end the program at once, with an exit code, for nothing
/// has begun that would be lost; but for SIGXFSZ, whose write fails. Those that come by themselves, of a terminal, a
/// limit or a pipe, stay ignored where they are when it is made, as SIGHUP is under nohup. One at a time.
class StopSignals {
 public:
  explicit StopSignals(int exit_code);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// From now on they do nothing but set the flag, which long work looks at now and then, however many come.
  void only_set_flag();

 private:
  static constexpr std::array<int, 8> kSignals = {SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGHUP, SIGXCPU, SIGXFSZ, SIGPIPE};
  static constexpr std::size_t kSent = 4;  ///< of these, the first
  std::array<struct sigaction, kSignals.size()> before_;
};

/// The name of the one that has come since the StopSignals were made, e.g. "SIGTERM"; "" when none has. With several,
/// the last. Cheap.
std::string stop_signal();

/// Lets a write that would make a file larger than the process may (ulimit -f) fail, as on a full disk, instead of
/// ending the program by SIGXFSZ.
void fail_at_file_limit();

}  // namespace gsrgnn
