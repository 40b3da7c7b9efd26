#pragma once

/// How the program ends: exit codes that scripts rely on, and one line on standard error.

#include <exception>
#include <functional>
#include <gsrgnn/util/mpi.hpp>

namespace gsrgnn::cli {

enum ExitCode { kDone = 0, kBadInput = 2, kRunFailed = 3, kStopped = 75 };
/// Says what is wrong, on one line whatever it holds; returns the exit code.
ExitCode tell(const std::string& what, ExitCode code);
ExitCode tell(const std::exception& error);

/// Says what is wrong and does not end the program.
void warn(const std::string& what);

/// Thrown in place of an error that rank 0 has told of.
struct Told {
  ExitCode code;
};
/// Work that all ranks end by the same error, of which rank 0 tells.
void telling_once(const Mpi& mpi, const std::function<void()>& work);

}  // namespace gsrgnn::cli
