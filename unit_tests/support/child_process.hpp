#pragma once

/// Programs in the background, for tests that send them signals.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>

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
