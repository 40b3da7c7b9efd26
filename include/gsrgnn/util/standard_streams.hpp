#pragma once

/// Standard input, output and error, any of which may be closed, full, or read by nobody.

#include <string>
#include <string_view>

namespace gsrgnn {

/// Opens /dev/null where one of the three is closed: the next file that is opened would take its place, and get what is
/// printed. To be called before anything is opened.
void open_standard_streams();

/// Writes to standard output. What does not arrive ends nothing, for a training is more than what is said of it, and is
/// known in the end, by lost_output().
void write_output(std::string_view text);
/// Hands on what standard output still holds.
void flush_output();

/// Why something written to standard output did not arrive, e.g. "No space left on device"; "" when all has.
std::string lost_output();

/// A line on standard error, whether it arrives or not. On a terminal it ends one that standard output has begun.
void write_error_line(std::string_view line);

}  // namespace gsrgnn
