#include <fmt/format.h>
#include <fmt/ranges.h>

#include <gsrgnn/cli/command_table.hpp>
#include <gsrgnn/util/version.hpp>
#include <sstream>

namespace gsrgnn::cli {
namespace {

/// Text as roff has it.
std::string roff(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\') escaped += "\\e";
    if (c == '-') escaped += "\\-";
    if (c == '\'') escaped += "\\(aq";
    if (c != '\\' && c != '-' && c != '\'') escaped += c;
  }
  return escaped.empty() || escaped.front() != '.' ? escaped : "\\&" + escaped;
}
std::string bold(const std::string& text) {
  return "\\fB" + roff(text) + "\\fR";
}
std::string italic(const std::string& text) {
  return "\\fI" + roff(text) + "\\fR";
}
/// A term, and below it what it means.
std::string entry(const std::string& term, const std::string& meaning) {
  return fmt::format(".TP\n{}\n{}\n", term, roff(meaning));
}

std::string option_entry(const OptionTable& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.names) names.push_back(option.by_place() ? italic(name) : bold(name));
  std::string term = fmt::format("{}", fmt::join(names, ", "));
  if (!option.choices.empty()) {
    term += " " + italic(fmt::format("{}", fmt::join(option.choices, "|")));
  } else if (!option.by_place() && !option.value.empty()) {
    term += " " + italic(option.value);
  }
  if (option.repeated) term += " ...";
  std::string meaning = option.description;
  if (!option.preset.empty()) meaning += fmt::format(" (default: {})", option.preset);
  return entry(term, meaning);
}

/// Lines of text, and where they begin with two blanks a table of two columns.
std::string footer_text(const std::string& footer) {
  std::string text;
  std::istringstream lines(footer);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t end = line.find("  ", 2);
    if (line.compare(0, 2, "  ") == 0 && end != std::string::npos) {
      text += entry(bold(line.substr(2, end - 2)), line.substr(line.find_first_not_of(' ', end)));
    } else if (!line.empty()) {
      text += ".PP\n" + roff(line) + "\n";
    }
  }
  return text;
}

std::string command_section(const std::string& name, const CommandTable& command) {
  std::string usage = bold(name);
  for (const OptionTable& option : command.options) {
    if (!option.required) continue;
    usage += " " + (option.by_place() ? "" : bold(option.names.back()) + " ") +
             italic(option.by_place() ? option.names.front() : option.value);
    if (option.repeated) usage += " ...";
  }
  usage += " [" + italic("OPTION") + " ...]";
  for (const OptionTable& option : command.options) {
    if (option.by_place() && !option.required) usage += fmt::format(" [{} ...]", italic(option.names.front()));
  }
  std::string text = fmt::format(".SS {}\n{}\n.PP\n{}.\n", roff(name), usage, roff(command.description));
  for (const OptionTable& option : command.options) {
    if (option.names.back() != "--help") text += option_entry(option);
  }
  return text + footer_text(command.footer);
}

/// Of the commands that do something.
std::string command_sections(const std::string& name, const CommandTable& command) {
  if (command.commands.empty()) return command_section(name, command);
  std::string text;
  for (const CommandTable& one : command.commands) text += command_sections(name + " " + one.name, one);
  return text;
}

}  // namespace

std::string manual_page(const CommandTable& program) {
  std::string text = fmt::format(
      ".TH GSRGNN 1 \"\" \"{0} {1}\" \"User Commands\"\n.SH NAME\n{0} \\- {2}\n.SH SYNOPSIS\n{3} {4} [{5} ...]\n"
      ".SH OPTIONS\n",
      program.name, program_version(), roff(program.description), bold(program.name), italic("COMMAND"),
      italic("ARGUMENT"));
  for (const OptionTable& option : program.options) text += option_entry(option);
  text += footer_text(program.footer) + ".SH COMMANDS\n";
  for (const CommandTable& command : program.commands) {
    text += command_sections(program.name + " " + command.name, command);
  }
  text += ".SH EXIT STATUS\n";
  text += entry("0", "done");
  text += entry("2", "bad input or usage: one line on standard error says where and how to mend it");
  text += entry("3", "the run failed, does not fit the memory, or not all that was printed could be");
  text += entry("75", "stopped by a signal, with a checkpoint on disk: run again to go on");
  return text;
}

}  // namespace gsrgnn::cli
