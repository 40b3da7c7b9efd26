#pragma once

/// What there is to type, read off the tables by which the command line is read; and what follows from it: the manual
/// page, and how a line that was begun can go on.

#include <string>
#include <vector>

namespace gsrgnn::cli {

struct OptionTable {
  std::vector<std::string> names;    ///< "-o", "--output"; of what is known by its place one: "DECK.yaml"
  std::string value;                 ///< what it takes, e.g. TEXT; empty: nothing
  std::vector<std::string> choices;  ///< names that its value can be; empty: any
  std::string description, preset;   ///< `preset`: the choice that is taken when it is not given
  bool required = false, repeated = false;

  bool by_place() const { return names.front().front() != '-'; }
};

struct CommandTable {
  std::string name, description, footer;
  std::vector<OptionTable> options;
  std::vector<CommandTable> commands;
};

/// The manual page (section 1) of the program with all its commands, in the man macros of roff.
std::string manual_page(const CommandTable& program);

/// What the last of the words, which follow the program's name, can become. A word that is a file's name can become
/// nothing: files are the shell's to find. What ends with "=" is not yet a whole word.
std::vector<std::string> completions(const CommandTable& program, const std::vector<std::string>& words);

}  // namespace gsrgnn::cli
