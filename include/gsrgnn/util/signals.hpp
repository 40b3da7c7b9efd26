#pragma once

/// Being asked to stop: SIGTERM, SIGINT and SIGUSR1 set a flag, which long work looks at now and then. Schedulers send
/// them before they kill.

#include <array>
#include <csignal>
#include <string>

namespace gsrgnn {

/// For as long as it lives, these signals do nothing but set the flag, however many come. One at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  static constexpr std::array<int, 3> kSignals = {SIGTERM, SIGINT, SIGUSR1};
  std::array<struct sigaction, kSignals.size()> before_;
};

/// The name of the one that has come since the StopSignals were made, e.g. "SIGTERM"; "" when none has. With several,
/// the last. Cheap.
std::string stop_signal();

}  // namespace gsrgnn
