#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <gsrgnn/util/standard_streams.hpp>

namespace gsrgnn {
namespace {

int lost = 0;             // the first error's number
bool line_begun = false;  // on standard output, as by a line of progress

void note(bool good) {
  if (!good && lost == 0) lost = errno;
}

}  // namespace

void open_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // The lowest number that is free, which is this one.
    if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF && ::open("/dev/null", O_RDWR) != stream) return;
  }
}

void write_output(std::string_view text) {
  note(std::fwrite(text.data(), 1, text.size(), stdout) == text.size());
  if (!text.empty()) line_begun = text.back() != '\n';
}

void flush_output() {
  note(std::fflush(stdout) == 0);
}

std::string lost_output() {
  flush_output();
  return lost == 0 ? "" : std::strerror(lost);
}

void write_error_line(std::string_view line) {
  if (line_begun && ::isatty(STDOUT_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0) {
    write_output("\n");
    flush_output();
  }
  const std::string whole = std::string(line) + "\n";
  std::fwrite(whole.data(), 1, whole.size(), stderr);
}

}  // namespace gsrgnn
