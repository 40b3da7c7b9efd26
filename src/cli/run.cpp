#include <CLI/CLI.hpp>
#include <Kokkos_Core.hpp>
#include <cstdio>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/util/blas_threads.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/version.hpp>

namespace gsrgnn::cli {
namespace {

/// One line, whatever the message holds.
ExitCode fail(const std::string& message, ExitCode code) {
  std::string line = message;
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  fmt::print(stderr, "gsrgnn: {}\n", line);
  return code;
}

/// An option whose value is one of some names.
template <class Enum>
void add_choice(CLI::App& app, const std::string& name, Enum& value, const std::map<std::string, Enum>& choices,
                const std::string& description) {
  std::vector<std::string> names;
  std::string given;
  for (const auto& [choice, meaning] : choices) {
    names.push_back(choice);
    if (meaning == value) given = choice;
  }
  app.add_option_function<std::string>(
         name, [&value, choices](const std::string& choice) { value = choices.at(choice); }, description)
      ->check(CLI::IsMember(names))
      ->default_str(given);
}

/// The command that was being read: the end of the chain of subcommands.
const CLI::App& innermost(const CLI::App& app) {
  const CLI::App* last = &app;
  while (!last->get_subcommands().empty()) last = last->get_subcommands().front();
  return *last;
}

/// "gsrgnn import def"
std::string command_line(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name() : command_line(*app.get_parent()) + " " + app.get_name();
}

}  // namespace

ExitCode exit_code_of(const std::exception& error) {
  if (dynamic_cast<const InputError*>(&error) != nullptr) return kBadInput;
  if (dynamic_cast<const Stopped*>(&error) != nullptr) return kStopped;
  return kRunFailed;
}

ExitCode tell(const std::exception& error) {
  const bool memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
  return fail(memory ? "out of memory" : error.what(), exit_code_of(error));
}

int run(int argc, char** argv) {
  CLI::App app("Trains deep graph neural networks on circuit graphs to predict routing congestion.", "gsrgnn");
  app.require_subcommand(1);
  app.set_version_flag("--version", fmt::format("gsrgnn {} ({})", program_version(), program_revision()));
  std::function<void()> command;

  auto* import_app = app.add_subcommand("import", "Make a circuit file from a design");
  import_app->require_subcommand(1);
  DefImportOptions def;
  std::string output;
  auto* import_def_app = import_app->add_subcommand("def", "From a DEF; a routed one gives labels too");
  import_def_app->add_option("FILE.def", def.def, "The design")->required();
  import_def_app->add_option("--lef", def.lef, "Technology LEF, for the layers' directions");
  const std::map<std::string, CongestionLabel> labels = {{"average", CongestionLabel::average},
                                                         {"separate", CongestionLabel::separate}};
  add_choice(*import_def_app, "--label", def.label, labels, "Of horizontal and vertical, their average or both");
  import_def_app->add_option("-o,--output", output, "The circuit file to write")->required();
  import_def_app->callback([&] { command = [&] { import_def_command(def, output); }; });

  CircuitNetOptions net;
  std::vector<std::string> feature_maps;
  auto* import_net_app = import_app->add_subcommand("circuitnet", "From CircuitNet as downloaded, one design or all");
  import_net_app->add_option("--root", net.root, "Folder of the dataset")->required();
  import_net_app->add_option("--design", net.design, "A placement's name; without it, all (mpirun shares them)");
  import_net_app
      ->add_option("--label", net.label,
                   "One map or two (horizontal, vertical; .npy, .npz, or folders of a map a design), or rudy")
      ->expected(1, 2)
      ->type_name("MAP [MAP]");
  add_choice(*import_net_app, "--combine", net.combine, labels, "Two maps: their average, or separate labels");
  const std::map<std::string, BoxRule> rules = {
      {"max", BoxRule::max}, {"mean", BoxRule::mean}, {"center", BoxRule::center}};
  add_choice(*import_net_app, "--rule", net.rule, rules, "What a cell takes of a map over its box");
  import_net_app->add_option("--feature", feature_maps, "NAME=MAP: a further feature, sampled like the label");
  import_net_app->add_option("-o,--output", output, "The circuit file to write, or the folder for all")->required();
  import_net_app->callback([&] {
    for (const std::string& text : feature_maps) {
      const auto equals = text.find('=');
      if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
        throw CLI::ValidationError("--feature " + text + ": write it as NAME=MAP");
      }
      net.feature_maps.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    command = [&] { import_circuitnet_command(net, output); };
  });

  GeneratorSpec spec;
  auto* generate_app = app.add_subcommand("generate", "Make a placed circuit with a congestion label out of nothing");
  auto* like = generate_app->add_option("--like", spec.like, "A graph of the paper's Table 1, e.g. 356-R");
  auto* cells = generate_app->add_option("--cells", spec.cells, "Cells")->excludes(like);
  generate_app->add_option("--edges", spec.edges, "Edges of the clique graph, self loops included; 0: the usual number")
      ->excludes(like);
  const std::map<std::string, GeneratedGraph> graphs = {{"netlist", GeneratedGraph::netlist},
                                                        {"barabasi_albert", GeneratedGraph::barabasi_albert}};
  add_choice(*generate_app, "--graph", spec.graph, graphs, "barabasi_albert: an edge list, to compare with");
  generate_app->add_option("--seed", spec.seed, "Seed");
  generate_app->add_option("-o,--output", output, "The circuit file to write")->required();
  generate_app->callback([&, like, cells] {
    if (like->count() + cells->count() == 0) throw CLI::RequiredError("--like or --cells");
    command = [&] { generate_command(spec, output); };
  });

  std::string path;
  bool json = false;
  auto* info_app = app.add_subcommand(
      "info", "Say what is in a file of this program: circuit, run, checkpoint, prediction or results");
  info_app->add_option("FILE.h5", path, "The file; a DEF is read too")->required();
  info_app->add_flag("--json", json, "As one JSON object");
  info_app->callback([&] { command = [&] { info_command(path, json); }; });

  std::vector<std::string> overrides;
  auto* plan_app = app.add_subcommand("plan", "Say what memory the training of a deck, or each of a sweep, will take");
  plan_app->add_option("DECK.yaml", path, "The deck, also one of a sweep")->required();
  plan_app->add_option("KEY=VALUE", overrides, "Keys of the deck to replace, e.g. model.k=16 memory_limit=2GB");
  plan_app->add_flag("--json", json, "As one JSON object");
  plan_app->callback([&] { command = [&] { plan_command(path, overrides, json); }; });

  auto* train_app = app.add_subcommand("train", "Train the model of a deck and write its run file");
  train_app->add_option("DECK.yaml", path, "The deck")->required();
  train_app->add_option("KEY=VALUE", overrides, "Keys of the deck to replace, e.g. model.k=16");
  TrainOptions train;
  auto* only = train_app->add_flag("--validate", train.validate,
                                   "Build everything, say how much memory it takes and stop before the first epoch");
  train_app->add_flag("--resume", train.resume, "Go on from the checkpoint of a training that was stopped or killed")
      ->excludes(only);
  train_app->callback([&] { command = [&] { train_command(path, overrides, train); }; });

  auto* sweep_app = app.add_subcommand("sweep", "Train all runs of a sweep deck (mpirun or srun shares them)");
  sweep_app->add_option("DECK.yaml", path, "The deck, with a sweep: section")->required();
  sweep_app->add_option("KEY=VALUE", overrides, "Keys of the deck to replace, e.g. sweep.k=[4,8]");
  SweepOptions sweep;
  auto* only_list =
      sweep_app->add_flag("--validate", sweep.validate, "List the runs with their predicted cost and memory, and stop");
  sweep_app
      ->add_flag("--leave", sweep.leave,
                 "End when all that is left is under way elsewhere and another such process waits for it")
      ->excludes(only_list);
  sweep_app->callback([&] { command = [&] { sweep_command(path, overrides, sweep); }; });

  std::string circuit;
  auto* predict_app = app.add_subcommand("predict", "Apply a trained model to a circuit");
  predict_app->add_option("--model", path, "The run file of a training")->required();
  predict_app->add_option("--circuit", circuit, "A circuit file or a DEF")->required();
  predict_app->add_option("-o,--output", output, "The prediction file to write")->required();
  predict_app->callback([&] { command = [&] { predict_command(path, circuit, output); }; });

  auto* collect_app = app.add_subcommand("collect", "Gather the run files of a folder into one results file");
  collect_app->add_option("RUNS_DIR", path, "The folder; those in it are searched too. Or the deck of a sweep")
      ->required();
  collect_app->add_option("KEY=VALUE", overrides, "Keys of the deck to replace, e.g. output=runs/depth");
  collect_app->add_option("-o,--output", output, "The results file to write; RUNS_DIR.h5 if none is named");
  collect_app->callback([&] { command = [&] { collect_command(path, overrides, output); }; });

  std::vector<std::string> sources;
  auto* report_app = app.add_subcommand("report", "The paper's tables of many runs, as text and CSV");
  report_app->add_option("RESULTS.h5", sources, "Results files, run files or folders of run files")->required();
  report_app->add_option("-o,--output", output, "A folder for report.txt and a CSV file a table");
  report_app->callback([&] { command = [&] { report_command(sources, output); }; });

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    const CLI::App& last = innermost(app);
    std::string what = error.what();
    if (const auto unknown = last.remaining();
        !unknown.empty() && dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
      what = fmt::format("'{}' is not a command or option of {}", unknown.front(), last.get_name());
    }
    return fail(fmt::format("{}; see {} --help", what, command_line(last)), kBadInput);
  }
  try {
    int no_arguments = 0;
    const Kokkos::ScopeGuard kokkos(no_arguments, argv);
    set_blas_threads(Kokkos::DefaultHostExecutionSpace().concurrency());
    command();
    return kDone;
  } catch (const std::exception& error) {
    return tell(error);
  } catch (const Told& told) {
    return told.code;
  }
}

}  // namespace gsrgnn::cli
