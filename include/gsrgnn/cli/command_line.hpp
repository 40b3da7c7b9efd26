#pragma once

/// The command line as the commands see it. It is read by CLI11, whose header takes as long to compile as half the
/// program, and so is known to command_line.cpp only.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace gsrgnn::cli {

using Option = CLI::Option*;
bool given(Option option);

/// A command, to which its options are added. What they are read into must live until the command is carried out.
class Command {
 public:
  using Value = std::variant<std::string*, std::vector<std::string>*, std::int64_t*, std::uint64_t*, double*, bool*>;

  Command(CLI::App& app, std::function<void()>& chosen) : app_(app), chosen_(chosen) {}
  /// A command of this one, one of which has to be named.
  Command add(const std::string& name, const std::string& description) const;
  /// Not to be given beside `excluded`.
  Option option(const std::string& name, Value value, const std::string& description, Option excluded = nullptr) const;
  void required(const std::string& name, Value value, const std::string& description) const;
  /// One value or two; `type` says so in the help.
  void one_or_two(const std::string& name, Value values, const std::string& type, const std::string& description) const;
  /// A value that is one of some names.
  template <class Enum>
  void choice(const std::string& name, Enum& value, const std::map<std::string, Enum>& choices,
              const std::string& description) const {
    std::vector<std::string> names;
    std::string preset;
    for (const auto& [choice, meaning] : choices) {
      names.push_back(choice);
      if (meaning == value) preset = choice;
    }
    choice_of(
        name, names, preset, [&value, choices](const auto& choice) { value = choices.at(choice); }, description);
  }
  /// A paragraph at the end of the help.
  void footer(const std::string& text) const;
  /// What the command does, when all has been read and `mistake` finds none.
  void action(
      const std::function<void()>& act,
      const std::function<std::string()>& mistake = [] { return std::string(); }) const;

 private:
  void choice_of(const std::string& name, const std::vector<std::string>& names, const std::string& preset,
                 const std::function<void(const std::string&)>& choose, const std::string& description) const;

  CLI::App& app_;
  std::function<void()>& chosen_;
};

}  // namespace gsrgnn::cli
