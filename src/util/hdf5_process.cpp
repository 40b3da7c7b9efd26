#include "util/hdf5_process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <gsrgnn/util/error.hpp>
#include <map>
#include <new>

#include "util/hdf5_parts.hpp"

namespace gsrgnn {
namespace {

std::shared_ptr<Hdf5Process>& current() {
  static std::shared_ptr<Hdf5Process> process;
  return process;
}

/// Of the address space; 0 where that is not known.
std::uint64_t bytes_taken() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// Of the address space, so many bytes beyond `taken`.
void limit_memory(std::uint64_t taken, std::uint64_t bytes) {
  rlimit limit{};
  if (taken == 0 || ::getrlimit(RLIMIT_AS, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, taken + bytes);
  ::setrlimit(RLIMIT_AS, &limit);
}

/// Of a processor, from now on.
void limit_time(double seconds) {
  itimerval most{};
  most.it_value.tv_sec = static_cast<time_t>(seconds);
  most.it_value.tv_usec = static_cast<suseconds_t>((seconds - static_cast<double>(most.it_value.tv_sec)) * 1e6);
  ::setitimer(ITIMER_PROF, &most, nullptr);
}

/// For a file of so many bytes.
double seconds_for(std::uint64_t size) {
  constexpr double kBytesASecond = 1 << 20;
  return .5 + static_cast<double>(size) / kBytesASecond;
}

/// Nothing that only the process that computes needs, or is sent.
void leave_to_the_other() {
  ::prctl(PR_SET_NAME, "gsrgnn: HDF5");
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The two never work at the same time: to wake another processor for each question would take longer than to answer.
  cpu_set_t here;
  CPU_ZERO(&here);
  if (const int processor = ::sched_getcpu(); processor >= 0 && processor < CPU_SETSIZE) {
    CPU_SET(processor, &here);
    ::sched_setaffinity(0, sizeof here, &here);
  }
  for (const int of_the_other : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ, SIGPIPE}) {
    std::signal(of_the_other, SIG_IGN);
  }
  for (const int fatal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGPROF}) std::signal(fatal, SIG_DFL);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  // What is found is told by the other. Who waits for the end of its output does not wait for this one.
  if (const int nothing = ::open("/dev/null", O_RDWR); nothing >= 0) {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, stream);
  }
}

}  // namespace

void put(Channel& channel, const std::vector<Hdf5Column>& columns) {
  channel.put(std::uint64_t{columns.size()});
  for (const Hdf5Column& column : columns) {
    channel.put(column.name);
    channel.put(std::uint64_t{column.values.index()});
    std::visit([&](const auto& values) { channel.put(values); }, column.values);
  }
}

void get(Channel& channel, std::vector<Hdf5Column>& columns) {
  columns.resize(channel.get_size(sizeof(Hdf5Column)));
  for (Hdf5Column& column : columns) {
    channel.get(column.name);
    std::uint64_t kind = 0;
    channel.get(kind);
    if (kind == 1) column.values = std::vector<double>();
    if (kind == 2) column.values = std::vector<std::string>();
    std::visit([&](auto& values) { channel.get(values); }, column.values);
  }
}

/// The other side.
class Hdf5Answers {
 public:
  explicit Hdf5Answers(int socket) : channel_(socket) {}

  void give_next() {
    Hdf5Process::Question question{};
    channel_.get(question);
    limit_time(seconds_for(question.size));
    using Outcome = Hdf5Process::Outcome;
    using Kind = Hdf5Process::Kind;
    try {
      if (question.kind == Kind::open) open(question);
      if (question.kind == Kind::ask) question.answer(files_.at(question.number), channel_);
      if (question.kind == Kind::close) files_.erase(question.number);
    } catch (const InputError& error) {
      put(channel_, Outcome::refused);
      channel_.put(std::string(error.what()));
    } catch (const std::bad_alloc&) {
      put(channel_, Outcome::no_memory);
    }
    channel_.flush();
  }

 private:
  void open(const Hdf5Process::Question& question) {
    std::string path;
    channel_.get(path);
    const int file = channel_.get_file();
    const int as_hdf5_opens_it = file < 0 ? -1 : ::dup(file);
    ::close(as_hdf5_opens_it);
    if (as_hdf5_opens_it < 0) {
      ::close(file);
      throw InputError(path, fmt::format("cannot be opened ({})", std::strerror(EMFILE)), "raise the limit: ulimit -n");
    }
    if (const std::uint64_t trust = hdf5_trust(question.size); trust > trust_) {
      trust_ = trust;
      // HDF5 takes as much again while it unpacks, and what is handed on is there too.
      limit_memory(taken_, 3 * trust_);
    }
    try {
      files_.try_emplace(question.number, path, file, question.size);
    } catch (...) {
      ::close(file);
      throw;
    }
    ::close(file);
    put(channel_, Hdf5Process::Outcome::answered);
    channel_.put(std::uint64_t{files_.at(question.number).end()});
  }

  Channel channel_;
  const std::uint64_t taken_ = bytes_taken();
  std::uint64_t trust_ = 0;  // of the largest file
  std::map<std::uint64_t, Hdf5Contents> files_;
};

void start_hdf5() {
  Hdf5Process::of_all("HDF5");
}

std::shared_ptr<Hdf5Process> Hdf5Process::of_all(const std::string& path) {
  std::shared_ptr<Hdf5Process>& process = current();
  if (process != nullptr && process->owner_ == ::getpid()) return process;
  open_hdf5();
  const std::array<int, 2> sockets = Channel::sockets();
  const pid_t child = sockets[0] < 0 ? -1 : ::fork();
  if (child < 0) {
    const int error = errno;
    for (const int socket : sockets) ::close(socket);
    throw InputError(path, fmt::format("no process could be started that reads it ({})", std::strerror(error)),
                     "raise the limit (ulimit), or free memory or processes");
  }
  if (child > 0) {
    ::close(sockets[1]);
    process = std::make_shared<Hdf5Process>(child, sockets[0]);
    return process;
  }
  ::close(sockets[0]);
  leave_to_the_other();
  try {
    for (Hdf5Answers answers(sockets[1]);;) answers.give_next();
  } catch (...) {
  }
  ::_exit(0);
}

void Hdf5Process::replace() {
  current().reset();
}

Hdf5Process::Hdf5Process(pid_t child, int socket) : owner_(::getpid()), child_(child), channel_(socket) {}

Hdf5Process::~Hdf5Process() {
  if (owner_ != ::getpid()) return;  // a copy of the one that started it
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::uint64_t Hdf5Process::open(std::uint64_t number, const std::string& path, int descriptor, std::uint64_t size) {
  begin({Kind::open, nullptr, number, size});
  channel_.put(path);
  channel_.flush(descriptor);
  hear();
  std::uint64_t end_of_file = 0;
  channel_.get(end_of_file);
  end();
  return end_of_file;
}

void Hdf5Process::close(std::uint64_t number) {
  try {
    begin({Kind::close, nullptr, number, 0});
    channel_.flush();
    end();
  } catch (const Channel::Closed&) {
  }
}

void Hdf5Process::begin(const Question& question) {
  // The answer to another would be taken for this one's.
  if (asking_) throw Channel::Closed();
  asking_ = true;
  // Many times what it may take of a processor: on a disk, or for a lock of a heap that is damaged.
  constexpr double kWaiting = 120;
  channel_.expect_within(static_cast<unsigned>(kWaiting * seconds_for(question.size)));
  channel_.expect_at_most(hdf5_trust(question.size));
  channel_.put(question);
}

/// Sends the question, and returns when there is an answer.
void Hdf5Process::hear() {
  channel_.flush();
  Outcome outcome{};
  channel_.get(outcome);
  if (outcome == Outcome::answered) return;
  std::string message;
  if (outcome == Outcome::refused) channel_.get(message);
  end();
  if (outcome == Outcome::no_memory) throw std::bad_alloc();
  throw InputError(message);
}

}  // namespace gsrgnn
