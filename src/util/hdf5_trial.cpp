#include "util/hdf5_trial.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <gsrgnn/util/error.hpp>

namespace gsrgnn {
namespace {

void limit(__rlimit_resource resource, std::uint64_t most) {
  const rlimit value{most, most};
  ::setrlimit(resource, &value);
}

/// Of the address space; 0 where that is not known.
std::uint64_t bytes_taken() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

[[noreturn]] void read_and_exit(std::uint64_t bytes, std::uint64_t seconds, const std::function<bool()>& read, int to) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int fatal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU, SIGALRM}) std::signal(fatal, SIG_DFL);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, seconds);
  constexpr std::uint64_t kWaiting = 60;  // times as long, on a disk, or for a lock of a heap that is damaged
  ::alarm(static_cast<unsigned>(kWaiting * seconds));
  if (const std::uint64_t taken = bytes_taken(); taken > 0) limit(RLIMIT_AS, taken + bytes);
  // What is found there is told by the parent, in a line.
  if (const int nothing = ::open("/dev/null", O_WRONLY); nothing >= 0) ::dup2(nothing, STDERR_FILENO);
  char good = 0;
  try {
    good = read() ? 1 : 0;
  } catch (const std::exception&) {
  }
  if (::write(to, &good, 1) != 1) std::abort();
  ::_exit(0);
}

}  // namespace

bool try_reading(const std::string& path, std::uint64_t bytes, std::uint64_t seconds,
                 const std::function<bool()>& read) {
  // By a pipe, for who ignores SIGCHLD gets no exit codes.
  std::array<int, 2> pipe{-1, -1};
  const pid_t child = ::pipe2(pipe.data(), O_CLOEXEC) == 0 ? ::fork() : -1;
  if (child == 0) read_and_exit(bytes, seconds, read, pipe[1]);
  const int error = errno;
  ::close(pipe[1]);
  char good = 0;
  ssize_t told = -1;
  while (child > 0 && (told = ::read(pipe[0], &good, 1)) < 0 && errno == EINTR) {
  }
  ::close(pipe[0]);
  while (child > 0 && ::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (child < 0) {
    throw InputError(path, fmt::format("no process could be started that reads it first ({})", std::strerror(error)),
                     "free memory or processes");
  }
  if (told != 1) {
    throw InputError(path, "is damaged in a way that HDF5 does not survive", "write it again with this program");
  }
  return good == 1;
}

}  // namespace gsrgnn
