#pragma once

/// Seconds that pass, by a clock that does not jump when the time of day is set. (Kokkos::Timer's does, with
/// libstdc++.)

#include <chrono>
#include <utility>

namespace gsrgnn {

template <class Exec>
class Stopwatch {
 public:
  explicit Stopwatch(const Exec& space) : space_(space) { lap(); }
  /// Since the last call, with the device's work done.
  double lap() {
    space_.fence();
    const Clock::time_point now = Clock::now();
    return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  const Exec& space_;
  Clock::time_point last_;
};

}  // namespace gsrgnn
