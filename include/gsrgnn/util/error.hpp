#pragma once

/// The three ways in which a command ends early, and nothing else: every error that a user can cause is one of the
/// first two, with one line that says where, what and how to mend it. The command line maps them to its exit codes.

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace gsrgnn {

/// Bad input or usage: exit code 2, nothing written.
/// The message reads "PLACE: WHAT; CURE", e.g. "fir.def:812: net n5 names the unknown component u7; ...".
class InputError : public std::runtime_error {
 public:
  InputError(std::string_view place, std::string_view what, std::string_view hint)
      : std::runtime_error(fmt::format("{}: {}; {}", place, what, hint)) {}
  /// One of another process, from its whole message.
  explicit InputError(const std::string& message) : std::runtime_error(message) {}
};

/// A run that started and could not be finished (diverged, does not fit): exit code 3.
class RunError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A run that was asked to stop (util/signals.hpp) and did, with a checkpoint on disk: exit code 75.
class Stopped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace gsrgnn
