#pragma once

#include <fmt/format.h>

#include <gsrgnn/util/standard_streams.hpp>
#include <gsrgnn/util/text.hpp>
#include <utility>

namespace gsrgnn::cli {

/// Prints to standard output what commands have to say. Whatever files give themselves for names, nothing in it can
/// control a terminal.
template <class... Values>
void say(fmt::format_string<Values...> format, Values&&... values) {
  write_output(printable(fmt::format(format, std::forward<Values>(values)...)));
}

}  // namespace gsrgnn::cli
