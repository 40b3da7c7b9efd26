#include <cstdio>
#include <gsrgnn/cli/tell.hpp>
#include <gsrgnn/util/error.hpp>
#include <new>

namespace gsrgnn::cli {

static ExitCode exit_code_of(const std::exception& error) {
  if (dynamic_cast<const InputError*>(&error) != nullptr) return kBadInput;
  if (dynamic_cast<const Stopped*>(&error) != nullptr) return kStopped;
  return kRunFailed;
}

ExitCode tell(const std::string& what, ExitCode code) {
  std::string line = what;
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  fmt::print(stderr, "gsrgnn: {}\n", line);
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
