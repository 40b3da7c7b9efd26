#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <Kokkos_Core.hpp>
#include <gsrgnn/cli/command_table.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/tell.hpp>
#include <gsrgnn/util/blas.hpp>
#include <gsrgnn/util/signals.hpp>
#include <gsrgnn/util/standard_streams.hpp>
#include <gsrgnn/util/version.hpp>
#include <sstream>

namespace gsrgnn::cli {

bool given(Option option) {
  return option->count() > 0;
}

Command Command::add(const std::string& name, const std::string& description) const {
  app_.require_subcommand(1);
  return {*app_.add_subcommand(name, description), chosen_};
}

Option Command::option(const std::string& name, Value value, const std::string& description, Option excluded) const {
  const Option added = std::visit(
      [&](auto* into) {
        if constexpr (std::is_same_v<decltype(into), bool*>) return app_.add_flag(name, *into, description);
        const Option valued = app_.add_option(name, *into, description);
        // One value each time that it is given, so that it takes nothing of what follows.
        if (name.front() == '-') valued->allow_extra_args(false);
        return valued;
      },
      value);
  return excluded == nullptr ? added : added->excludes(excluded);
}

void Command::required(const std::string& name, Value value, const std::string& description) const {
  option(name, value, description)->required();
}

void Command::one_or_two(const std::string& name, Value values, const std::string& type,
                         const std::string& description) const {
  option(name, values, description)->allow_extra_args()->expected(1, 2)->type_name(type);
}

void Command::footer(const std::string& text) const {
  app_.footer(text);
}

void Command::action(const std::function<void()>& act, const std::function<std::string()>& mistake) const {
  app_.callback([act, mistake, &chosen = chosen_] {
    if (const std::string what = mistake(); !what.empty()) throw CLI::ValidationError(what);
    chosen = act;
  });
}

void Command::choice_of(const std::string& name, const std::vector<std::string>& names, const std::string& preset,
                        const std::function<void(const std::string&)>& choose, const std::string& description) const {
  app_.add_option_function<std::string>(name, choose, description)->check(CLI::IsMember(names))->default_str(preset);
}

/// Done, unless what was printed has been lost.
static ExitCode end_of_output() {
  const std::string why = lost_output();
  if (why.empty()) return kDone;
  return tell(
      fmt::format("standard output: not all of it could be written ({}); files that were to be written are", why),
      kRunFailed);
}

static OptionTable table_of(const CLI::Option& option) {
  OptionTable table;
  for (const std::string& name : option.get_snames()) table.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) table.names.push_back("--" + name);
  if (option.get_positional()) table.names = {option.get_name(true)};
  table.description = option.get_description();
  table.required = option.get_required();
  if (option.get_expected_max() == 0) return table;
  table.preset = option.get_default_str();
  table.repeated = option.get_expected_max() > 1;
  table.value = option.get_type_name();
  if (const std::size_t names = table.value.find(":{"); names != std::string::npos) {  // CLI::IsMember's
    table.choices = CLI::detail::split(table.value.substr(names + 2, table.value.size() - names - 3), ',');
    table.value.resize(names);
  }
  return table;
}

static CommandTable table_of(const CLI::App& app) {
  CommandTable table{app.get_name(), app.get_description(), app.get_footer(), {}, {}};
  for (const CLI::Option* option : app.get_options()) table.options.push_back(table_of(*option));
  for (const CLI::App* one : app.get_subcommands([](const CLI::App*) { return true; })) {
    table.commands.push_back(table_of(*one));
  }
  return table;
}

/// What the program says of its own tables: "help --man", and "complete WORD...", which shells ask
/// (scripts/completion). Nothing when it is asked something else.
static std::string told_of_tables(const CLI::App& app, int argc, char** argv) {
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  std::string text;
  if (words == std::vector<std::string>{"help", "--man"}) return manual_page(table_of(app));
  if (words.size() < 2 || words.front() != "complete") return text;
  for (const std::string& one : completions(table_of(app), {words.begin() + 1, words.end()})) text += one + "\n";
  return text.empty() ? "\n" : text;
}

/// What was typed, with --help for what means that: nothing at all, or "help", or "help COMMAND".
static std::vector<const char*> asked_for_help(int argc, char** argv) {
  std::vector<const char*> arguments(argv, argv + argc);
  const bool says_help = argc > 1 && std::string_view(argv[1]) == "help";
  if (says_help) arguments.erase(arguments.begin() + 1);
  if (says_help || argc < 2) arguments.push_back("--help");
  return arguments;
}

int run(int argc, char** argv) {
  open_standard_streams();
  fail_at_file_limit();
  CLI::App app("Trains deep graph neural networks on circuit graphs to predict routing congestion.", "gsrgnn");
  app.set_version_flag("--version", build_description, "Print version, revision and what it was built with, and exit");
  std::function<void()> act;
  const Command program(app, act);
  Arguments given;
  for (const auto add : {add_import, add_generate, add_info, add_maps, add_plan, add_train, add_sweep, add_watch,
                         add_predict, add_collect, add_report}) {
    add(program, given);
  }
  // Commands would have it too if it were said before they are added.
  app.footer("gsrgnn help COMMAND says more; gsrgnn help --man all of it, as a manual page.");
  if (const std::string text = told_of_tables(app, argc, argv); !text.empty()) {
    write_output(text);
    return end_of_output();
  }
  try {
    const std::vector<const char*> arguments = asked_for_help(argc, argv);
    app.parse(static_cast<int>(arguments.size()), arguments.data());
    int no_arguments = 0;
    const Kokkos::ScopeGuard kokkos(no_arguments, argv);
    set_blas_threads(Kokkos::DefaultHostExecutionSpace().concurrency());
    act();
    return end_of_output();
  } catch (const CLI::Success& success) {
    std::ostringstream help;
    app.exit(success, help);
    write_output(help.str());
    return end_of_output();
  } catch (const CLI::ParseError& error) {
    const CLI::App* last = &app;  // the command that was being read
    std::string command = app.get_name();
    while (!last->get_subcommands().empty()) {
      last = last->get_subcommands().front();
      command += " " + last->get_name();
    }
    std::string what = error.what();
    if (const auto unknown = last->remaining();
        !unknown.empty() && dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
      what = fmt::format("'{}' is not a command or option of {}", unknown.front(), last->get_name());
    }
    return tell(fmt::format("{}; see {} --help", what, command), kBadInput);
  } catch (const std::exception& error) {
    return tell(error);
  } catch (const Told& told) {
    return told.code;
  }
}

}  // namespace gsrgnn::cli
