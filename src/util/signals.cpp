#include <atomic>
#include <gsrgnn/util/signals.hpp>

namespace gsrgnn {
namespace {

// All that a signal handler may touch; a handler of several threads too.
std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void note_signal(int number) {
  received.store(number, std::memory_order_relaxed);
}

}  // namespace

StopSignals::StopSignals() {
  received.store(0);
  struct sigaction action {};
  action.sa_handler = note_signal;
  // What is being read or written goes on: a signal must not look like a broken disk.
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &before_[i]);
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
}

std::string stop_signal() {
  const int number = received.load(std::memory_order_relaxed);
  return number == 0 ? "" : number == SIGTERM ? "SIGTERM" : number == SIGINT ? "SIGINT" : "SIGUSR1";
}

}  // namespace gsrgnn
