#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/circuit/circuit_report.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/joint_command.hpp>
#include <gsrgnn/cli/keep_training.hpp>
#include <gsrgnn/cli/print_runs.hpp>
#include <gsrgnn/cli/print_training.hpp>
#include <gsrgnn/cli/progress.hpp>
#include <gsrgnn/results/results_file.hpp>
#include <gsrgnn/training/checkpoint.hpp>
#include <gsrgnn/training/deck_circuit.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>
#include <gsrgnn/util/mpi.hpp>
#include <gsrgnn/util/signals.hpp>
#include <gsrgnn/util/text.hpp>
#include <gsrgnn/util/version.hpp>
#include <nlohmann/json.hpp>

namespace gsrgnn::cli {
namespace {

using Json = nlohmann::ordered_json;

/// A JSON object as lines of "key  value", nested keys joined by dots.
void print_lines(const Json& object, const std::string& prefix = "") {
  for (const auto& [key, value] : object.items()) {
    const std::string name = prefix + key;
    if (value.is_object()) {
      print_lines(value, name + ".");
    } else if (value.is_array()) {
      std::vector<std::string> parts;
      for (const auto& part : value) parts.push_back(part.is_string() ? part.get<std::string>() : part.dump());
      fmt::print("{:<28}{}\n", name, fmt::join(parts, ", "));
    } else if (value.is_number_integer()) {
      fmt::print("{:<28}{}\n", name, with_commas(value.get<std::int64_t>()));
    } else if (value.is_string() && value.get<std::string>().find('\n') != std::string::npos) {
      fmt::print("{}\n", name);
      std::string text = value.get<std::string>();
      for (std::size_t start = 0, end; start < text.size(); start = end + 1) {
        end = std::min(text.find('\n', start), text.size());
        fmt::print("    {}\n", text.substr(start, end - start));
      }
    } else {
      fmt::print("{:<28}{}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
}

/// A bar of up to 40 signs.
std::string bar(double share) {
  return std::string(static_cast<std::size_t>(std::lround(share * 40)), '#');
}

/// The distributions of a circuit's description, as tables.
void print_distributions(const Json& circuit) {
  double all_edges = 0, all_nets = 0;
  for (const auto& row : circuit["net_sizes"]) {
    all_edges += row["edges"].get<double>();
    all_nets += row["nets"].get<double>();
  }
  fmt::print("\n{:>12}{:>12}{:>10}{:>10}\n", "pins a net", "nets", "of nets", "of edges");
  for (const auto& row : circuit["net_sizes"]) {
    const auto from = row["pins"][0].get<std::int64_t>(), to = row["pins"][1].get<std::int64_t>();
    fmt::print("{:>12}{:>12}{:>9.1f}%{:>9.1f}%\n", from == to ? std::to_string(from) : fmt::format("{}-{}", from, to),
               with_commas(row["nets"].get<std::int64_t>()), 100 * row["nets"].get<double>() / std::max(all_nets, 1.0),
               100 * row["edges"].get<double>() / std::max(all_edges, 1.0));
  }
  if (!circuit.contains("label_histogram")) return;
  for (const auto& [name, histogram] : circuit["label_histogram"].items()) {
    fmt::print("\n{:>22}{:>12}\n", name, "cells");
    const auto counts = histogram["counts"].get<std::vector<std::int64_t>>();
    const double from = histogram["from"], step = (histogram["to"].get<double>() - from) / double(counts.size());
    const auto most = static_cast<double>(*std::max_element(counts.begin(), counts.end()));
    for (std::size_t b = 0; b < counts.size(); ++b) {
      fmt::print("{:>10.4f} .. {:<8.4f}{:>12}  {}\n", from + step * double(b), from + step * double(b + 1),
                 with_commas(counts[b]), bar(static_cast<double>(counts[b]) / most));
    }
  }
}

void print_circuit_line(const Circuit& circuit) {
  const CircuitCounts counts = count(circuit);
  fmt::print("circuit {}: {} cells, {} nets, {} pins, {} edges\n", circuit.name, with_commas(counts.cells),
             with_commas(counts.nets), with_commas(counts.pins), with_commas(counts.edges));
}

void print_label_line(const Circuit& circuit) {
  if (circuit.labels() == 0) {
    fmt::print("no label: for prediction only\n");
  } else {
    fmt::print("label {} ({})\n", fmt::join(circuit.label_name, ", "), circuit.label_unit);
  }
}

}  // namespace

void import_def_command(const DefImportOptions& options, const std::string& output) {
  refuse_overwrite(output, {options.def, options.lef});
  Circuit circuit = import_def(options);
  order_by_placement(circuit);
  write_circuit(circuit, output);
  print_circuit_line(circuit);
  print_label_line(circuit);
  fmt::print("written to {}\n", output);
}

namespace {

/// The rows of all ranks, by design.
std::vector<CircuitNetRow> gather_rows(const Mpi& mpi, const std::vector<CircuitNetRow>& own) {
  Json rows = Json::array();
  for (const CircuitNetRow& row : own) {
    rows.push_back({row.design, row.skipped, row.counts.cells, row.counts.nets, row.counts.pins, row.counts.edges});
  }
  std::vector<CircuitNetRow> all;
  for (const std::string& text : mpi.gather(rows.dump(-1, ' ', false, Json::error_handler_t::replace))) {
    for (const auto& row : Json::parse(text)) {
      all.push_back({row[0], row[1], {row[2], row[3], row[4], row[5], 0, 0}});
    }
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.design < b.design; });
  return all;
}

/// Work that all ranks end by the same error, of which rank 0 tells.
void telling_once(const Mpi& mpi, const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    // The others end after rank 0 has told of it: mpirun ends all ranks with the first that fails.
    if (mpi.rank() == 0) tell(error);
    mpi.agree(0);
    throw Told{exit_code_of(error)};
  }
}

void import_circuitnet_folder(const CircuitNetOptions& options, const std::string& folder) {
  const Mpi mpi;
  // One list for all: ranks take designs by their place in it.
  std::vector<std::string> designs;
  telling_once(mpi, [&] {
    mpi.together([&] {
      if (mpi.rank() == 0) designs = list_circuitnet_designs(options.root);
    });
  });
  designs = Json::parse(mpi.broadcast(Json(designs).dump(-1, ' ', false, Json::error_handler_t::replace)))
                .get<std::vector<std::string>>();
  // A rank that cannot write must still come to the table: the others wait for it there.
  std::vector<CircuitNetRow> own;
  std::string trouble;
  try {
    own = import_circuitnet_dataset(options, designs, folder, static_cast<std::size_t>(mpi.rank()),
                                    static_cast<std::size_t>(mpi.size()));
  } catch (const std::exception& error) {
    trouble = error.what();
  }
  const auto rows = gather_rows(mpi, own);
  const auto troubles = mpi.gather(trouble);
  if (mpi.rank() == 0) {
    std::size_t imported = 0;
    fmt::print("{:<44}{:>9}{:>9}{:>10}{:>13}\n", "design", "cells", "nets", "pins", "edges");
    for (const CircuitNetRow& row : rows) {
      if (!row.skipped.empty()) {
        fmt::print("{:<44}skipped: {}\n", row.design, row.skipped);
        continue;
      }
      ++imported;
      fmt::print("{:<44}{:>9}{:>9}{:>10}{:>13}\n", row.design, with_commas(row.counts.cells),
                 with_commas(row.counts.nets), with_commas(row.counts.pins), with_commas(row.counts.edges));
    }
    fmt::print("{} of {} designs imported into {} by {} rank{}\n", imported, designs.size(), folder, mpi.size(),
               mpi.size() == 1 ? "" : "s");
    std::fflush(stdout);
    for (const std::string& text : troubles) {
      if (!text.empty()) throw RunError(text);
    }
    if (imported == 0) throw InputError(options.root, "no design could be imported", "see the reasons in the table");
  }
}

}  // namespace

void import_circuitnet_command(const CircuitNetOptions& options, const std::string& output) {
  if (options.design.empty()) return import_circuitnet_folder(options, output);
  Circuit circuit = import_circuitnet(options);
  order_by_placement(circuit);
  write_circuit(circuit, output);
  print_circuit_line(circuit);
  print_label_line(circuit);
  fmt::print("written to {}\n", output);
}

void generate_command(const GeneratorSpec& spec, const std::string& output) {
  const Circuit circuit = generate_ordered(spec);
  write_circuit(circuit, output);
  print_circuit_line(circuit);
  fmt::print("written to {}\n", output);
}

void info_command(const std::string& path, bool json) {
  Json description;
  if (is_hdf5(path)) {
    const Hdf5Reader file(path);
    const std::string kind = file.has_attribute("/", "kind") ? file.attribute_string("/", "kind") : "";
    if (kind == kRunKind) description = describe_run(file);
    if (kind == kCheckpointKind) description = describe_checkpoint(file);
    if (kind == kPredictionKind) description = describe_prediction(file);
    if (kind == kResultsKind) description = describe_results(file);
  }
  if (description.is_null()) description = describe_circuit(open_circuit(path));
  if (json) {
    fmt::print("{}\n", description.dump(-1, ' ', false, Json::error_handler_t::replace));
    return;
  }
  if (description.contains("runs")) return print_runs(description);
  Json plain = description;
  plain.erase("net_sizes");
  plain.erase("label_histogram");
  plain.erase("designs");
  print_lines(plain);
  if (description.contains("net_sizes")) print_distributions(description);
  if (description.contains("designs")) print_designs(description["designs"]);
}

namespace {

/// A name under which the run will be found, and nothing that is there already and not its own.
void check_output(const Deck& deck, const std::string& deck_path) {
  std::error_code absent;
  if (std::filesystem::path(deck.output).extension() != ".h5" && !std::filesystem::is_directory(deck.output, absent)) {
    throw InputError("output=" + deck.output, "is no name of a run file, by which collect and report look for runs",
                     fmt::format("end it in .h5, e.g. {}.h5", deck.output));
  }
  std::vector<std::string> inputs = {deck_path, deck.circuit};
  for (const auto* list : {&deck.circuits.training, &deck.circuits.validation, &deck.circuits.test}) {
    inputs.insert(inputs.end(), list->begin(), list->end());
  }
  refuse_overwrite(deck.output, inputs);
}

void train_deck(const Mpi& mpi, const std::string& deck_path, const std::vector<std::string>& overrides,
                const TrainOptions& options) {
  Deck deck;
  mpi.together([&] {
    deck = read_deck(deck_path, overrides);
    check_output(deck, deck_path);
  });
  if (deck.mode == Mode::joint) return train_jointly_command(mpi, deck, options);
  if (mpi.size() > 1) {
    throw InputError(deck_path,
                     fmt::format("one model of one circuit is trained by one rank, and here are {}", mpi.size()),
                     "start it without mpirun; several ranks share a sweep, or a deck with mode: joint");
  }
  const std::string place = circuit_place(deck);
  const Circuit circuit = open_circuit(deck);
  if (options.resume && complete_already(deck, content_hash(circuit))) return;
  print_circuit_line(circuit);
  print_model_line(deck);
  std::fflush(stdout);
  require_fit(MemoryPlan(deck.model, size_for_training(circuit, place)), deck,
              memory_limit(mpi, deck));  // before anything is written
  const TrainingCircuits circuits = one_circuit(deck, circuit, place);
  if (options.validate) {
    const MemoryUse memory = validate_training(mpi, deck, circuits);
    check_writable(deck.output);
    fmt::print("valid: {:.1f} MB planned and allocated; the run would be written to {}\n",
               static_cast<double>(memory.planned) * 1e-6, deck.output);
    return;
  }
  check_writable(deck.output);  // known before the first epoch, not after the last
  keep_training(deck, options.resume, true, [&](const CheckpointOptions& checkpoints) {
    const TrainedRun run = train_with_checkpoints(mpi, deck, circuits, Progress(), checkpoints);
    write_run(deck.output, deck, circuits, run);
    remove_leftovers(deck.output);
    print_trained(run, deck.output);
  });
}

}  // namespace

void train_command(const std::string& deck_path, const std::vector<std::string>& overrides,
                   const TrainOptions& options) {
  std::optional<StopSignals> signals;
  if (!options.validate) signals.emplace();
  const Mpi mpi;
  telling_once(mpi, [&] { train_deck(mpi, deck_path, overrides, options); });
}

void predict_command(const std::string& model_path, const std::string& circuit_path, const std::string& output) {
  refuse_overwrite(output, {model_path, circuit_path});
  const Hdf5Reader file(model_path);
  const SavedModel model = read_model(file);
  const Circuit circuit = open_circuit(circuit_path);
  print_circuit_line(circuit);
  const Prediction prediction = predict(model, circuit, circuit_path);
  const auto scores = write_prediction(output, model, model_path, circuit, prediction);
  if (prediction.unknown_types > 0) {
    fmt::print("unknown to the model: {} ({})\n", plural(prediction.unknown_types, "cell type"),
               plural(prediction.unknown_cells, "cell"));
  }
  if (!scores.empty()) print_scores("scores against the circuit's own labels", scores);
  fmt::print("written to {}\n", output);
}

}  // namespace gsrgnn::cli
