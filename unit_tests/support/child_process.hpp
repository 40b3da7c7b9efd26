#pragma once

/// Programs in the background, for tests that send them signals.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>

#include "support/files.hpp"

namespace gsrgnn::testing {

/// Starts /bin/sh -c COMMAND, its standard output and error into the file `out`.
inline pid_t start_shell(const std::string& command, const std::string& out) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int file = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  return child;
}

/// Waits until the condition holds: whether it did before the child ended, and within two minutes.
template <class Condition>
bool wait_until(pid_t child, const Condition& condition) {
  for (int i = 0; i < 120000; ++i) {
    siginfo_t info{};
    const bool ended =
        ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
    if (condition()) return true;
    if (ended) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

/// What the file holds; nothing while it does not exist.
inline std::string said_in(const std::string& out) {
  std::error_code not_yet;
  return std::filesystem::exists(out, not_yet) ? read_bytes(out) : "";
}

/// wait_until the child, whose output is in the file, has said the words.
inline bool wait_until_said(pid_t child, const std::string& out, const std::string& words) {
  return wait_until(child, [&] { return said_in(out).find(words) != std::string::npos; });
}

/// A signal that has to come before a program's end may come late where the tests get little of the machine. Tries
/// until `attempt` returns something else than 0, which is the exit code of a program that was faster.
template <class Attempt>
int until_in_time(const Attempt& attempt) {
  int code = 0;
  for (int i = 0; i < 20 && code == 0; ++i) code = attempt();
  return code;
}

/// Its exit code, when it has ended; -1 when it was killed, or had to be because it hung for ten minutes.
inline int wait_for_exit(pid_t child) {
  int status = 0;
  for (int i = 0; i < 300000; ++i) {
    if (::waitpid(child, &status, WNOHANG) == child) return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  ADD_FAILURE() << "hangs";
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  return -1;
}

}  // namespace gsrgnn::testing
