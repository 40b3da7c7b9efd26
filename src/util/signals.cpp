#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <gsrgnn/util/signals.hpp>
#include <string_view>

namespace gsrgnn {
namespace {

// All that a signal handler may touch; a handler of several threads too.
std::atomic<int> received{0};
std::atomic<int> code_at_once{0};  // 0: only the flag
static_assert(std::atomic<int>::is_always_lock_free);

std::string_view name_of(int number) {
  switch (number) {
    case SIGTERM:
      return "SIGTERM";
    case SIGINT:
      return "SIGINT";
    case SIGHUP:
      return "SIGHUP";
    case SIGUSR1:
      return "SIGUSR1";
    case SIGUSR2:
      return "SIGUSR2";
    case SIGXCPU:
      return "SIGXCPU";
    case SIGXFSZ:
      return "SIGXFSZ";
    case SIGPIPE:
      return "SIGPIPE";
    default:
      return "";
  }
}

extern "C" void note_signal(int number) {
  received.store(number, std::memory_order_relaxed);
  const int code = code_at_once.load(std::memory_order_relaxed);
  if (code == 0 || number == SIGXFSZ) return;  // the write that brought it fails, and is told of
  for (const std::string_view part : {std::string_view("gsrgnn: stopped ("), name_of(number),
                                      std::string_view(") before the first epoch; run it again\n")}) {
    if (::write(STDERR_FILENO, part.data(), part.size()) < 0) break;
  }
  ::_exit(code);
}

extern "C" void do_nothing(int /*number*/) {}

struct sigaction action_of(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  // What is being read or written goes on: a signal must not look like a broken disk.
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  return action;
}

}  // namespace

StopSignals::StopSignals(int exit_code) {
  received.store(0);
  code_at_once.store(exit_code);
  const struct sigaction action = action_of(note_signal);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], nullptr, &before_[i]);
    if (i < kSent || before_[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
}

void StopSignals::only_set_flag() {
  code_at_once.store(0);
}

std::string stop_signal() {
  return std::string(name_of(received.load(std::memory_order_relaxed)));
}

void fail_at_file_limit() {
  struct sigaction before {};
  const struct sigaction action = action_of(do_nothing);
  ::sigaction(SIGXFSZ, nullptr, &before);
  if (before.sa_handler == SIG_DFL) ::sigaction(SIGXFSZ, &action, nullptr);
}

}  // namespace gsrgnn
