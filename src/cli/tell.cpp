#include <algorithm>
#include <gsrgnn/cli/tell.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/standard_streams.hpp>
#include <gsrgnn/util/text.hpp>
#include <new>

namespace gsrgnn::cli {

static ExitCode exit_code_of(const std::exception& error) {
  if (dynamic_cast<const InputError*>(&error) != nullptr) return kBadInput;
  if (dynamic_cast<const Stopped*>(&error) != nullptr) return kStopped;
  return kRunFailed;
}

void warn(const std::string& what) {
  std::string line = what;
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  write_error_line("gsrgnn: " + printable(line));
}

ExitCode tell(const std::string& what, ExitCode code) {
  warn(what);
  return code;
}

ExitCode tell(const std::exception& error) {
  const bool memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
  return tell(memory ? "out of memory" : error.what(), exit_code_of(error));
}

void telling_once(const Mpi& mpi, const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    // The others end after rank 0 has told of it: mpirun ends all ranks with the first that fails.
    if (mpi.rank() == 0) tell(error);
    mpi.agree(0);
    throw Told{exit_code_of(error)};
  }
}

}  // namespace gsrgnn::cli
