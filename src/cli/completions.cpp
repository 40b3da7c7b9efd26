#include <algorithm>
#include <gsrgnn/campaign/sweep_deck.hpp>
#include <gsrgnn/cli/command_table.hpp>
#include <gsrgnn/training/deck_completion.hpp>

namespace gsrgnn::cli {
namespace {

const CommandTable* find_command(const CommandTable& command, const std::string& name) {
  const auto found = std::find_if(command.commands.begin(), command.commands.end(),
                                  [&](const CommandTable& one) { return one.name == name; });
  return found == command.commands.end() ? nullptr : &*found;
}

const OptionTable* find_option(const CommandTable& command, const std::string& name) {
  const auto found = std::find_if(command.options.begin(), command.options.end(), [&](const OptionTable& one) {
    return std::find(one.names.begin(), one.names.end(), name) != one.names.end();
  });
  return found == command.options.end() ? nullptr : &*found;
}

/// What is known by its place, after `before` others of the kind; the last can be given more often.
const OptionTable* at_place(const CommandTable& command, std::size_t before) {
  const OptionTable* at = nullptr;
  for (const OptionTable& option : command.options) {
    if (!option.by_place()) continue;
    at = &option;
    if (before-- == 0) return at;
  }
  return at != nullptr && at->repeated ? at : nullptr;
}

/// Names and values of keys one after the other: first the name.
std::vector<std::string> keys_and_values(const std::string& begun) {
  std::vector<std::string> all;
  const bool named = begun.find('=') != std::string::npos;
  for (const std::string& one : key_values()) {
    if ((one.back() == '=') != named) all.push_back(one);
  }
  return all;
}

}  // namespace

std::vector<std::string> completions(const CommandTable& program, const std::vector<std::string>& words) {
  const std::string& begun = words.back();
  const CommandTable* command = &program;
  const OptionTable* awaits_value = nullptr;
  std::size_t places = 0;
  for (auto word = words.begin(); word != words.end() - 1; ++word) {
    if (awaits_value != nullptr) {
      awaits_value = nullptr;
    } else if (const OptionTable* option = find_option(*command, *word)) {
      if (!option->value.empty() && !option->by_place()) awaits_value = option;
    } else if (const CommandTable* next = find_command(*command, *word)) {
      command = next;
    } else if (word->rfind('-', 0) != 0) {
      ++places;
    }
  }
  std::vector<std::string> all;
  if (awaits_value != nullptr) {
    all = awaits_value->choices;
  } else if (!begun.empty() && begun.front() == '-') {
    for (const OptionTable& option : command->options) {
      if (!option.by_place()) all.insert(all.end(), option.names.begin(), option.names.end());
    }
  } else if (!command->commands.empty()) {
    for (const CommandTable& one : command->commands) all.push_back(one.name);
  } else if (const OptionTable* place = at_place(*command, places); place != nullptr) {
    if (place->names.front() == "KEY=VALUE") {
      const bool of_sweep = begun.rfind("sweep.", 0) == 0 && (command->name == "sweep" || command->name == "plan");
      all = of_sweep ? sweep_key_values() : keys_and_values(begun);
    }
  }
  all.erase(std::remove_if(all.begin(), all.end(),
                           [&](const std::string& one) { return one.compare(0, begun.size(), begun) != 0; }),
            all.end());
  return all;
}

}  // namespace gsrgnn::cli
