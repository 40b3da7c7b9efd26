// The program as a script sees it: commands, exit codes and fields, which are a contract.

#include <functional>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/machine.hpp>
#include <gsrgnn/util/version.hpp>

#include "circuit/def_text.hpp"
#include "support/program.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class Program : public ProgramTest {};

// Who has one core of many is told, unless it was asked for or there are no more.
TEST_F(Program, SaysThatCoresAreIdle) {
  write("deck.yaml", kDeck);
  write("sweep.yaml", kDeck + "sweep: {layers: [1]}\n");
  const auto said = [&](const std::string& command, const std::string& before) {
    const std::string text = succeed(command, "unset OMP_NUM_THREADS SLURM_NTASKS; " + before);
    const auto start = text.find("uses 1 of ");
    return start == std::string::npos ? "" : text.substr(start, text.find('\n', start) - start);
  };
  const std::string train = "train --validate deck.yaml", sweep = "sweep --validate sweep.yaml output=runs";
  for (const std::string& command : {train, sweep}) {
    EXPECT_EQ(said(command, "export OMP_NUM_THREADS=1; "), "");
    EXPECT_EQ(said(command, "taskset -c 0"), "");
  }
  if (usable_cores() == 1 || execution_space() != "Serial") GTEST_SKIP() << "no core that is idle";
  const std::string cores = std::to_string(usable_cores());
  EXPECT_EQ(said(train, ""),
            "uses 1 of " + cores + " cores, for this Kokkos is Serial; all: a Kokkos with threads (scripts/kokkos.sh)");
  EXPECT_EQ(said(sweep, ""), "uses 1 of " + cores + " cores, for this Kokkos is Serial; all: mpirun -n " + cores +
                                 ", or a Kokkos with threads (scripts/kokkos.sh)");
}

TEST_F(Program, GoesTheWholeWay) {
  const std::string said = succeed("generate --cells 300 --edges 6000 --seed 5 -o made/c.h5");
  EXPECT_NE(said.find("300 cells"), std::string::npos) << said;
  const Circuit circuit = read_circuit(work_.path("made/c.h5"));
  EXPECT_EQ(circuit.cells(), 300);

  const Json of_circuit = info("made/c.h5");
  const CircuitCounts counts = count(circuit);
  EXPECT_EQ(of_circuit["name"], circuit.name);
  EXPECT_EQ(of_circuit["cells"], 300);
  EXPECT_EQ(of_circuit["nets"], counts.nets);
  EXPECT_EQ(of_circuit["pins"], counts.pins);
  EXPECT_EQ(of_circuit["edges"], counts.edges);
  EXPECT_EQ(counts.edges, 6000);
  EXPECT_EQ(of_circuit["largest_net"], counts.largest_net);
  EXPECT_EQ(of_circuit["max_degree"], counts.max_degree);
  EXPECT_EQ(of_circuit["label_names"], Json{"congestion"});
  const auto [least, most] = std::minmax_element(circuit.label.begin(), circuit.label.end());
  EXPECT_FLOAT_EQ(of_circuit["label_min"].get<float>(), *least);
  EXPECT_FLOAT_EQ(of_circuit["label_max"].get<float>(), *most);
  std::vector<float> sorted = circuit.label;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(of_circuit["labels"], std::unique(sorted.begin(), sorted.end()) - sorted.begin());

  write("deck.yaml", kDeck);
  const std::string trained = succeed("train deck.yaml circuit=made/c.h5 output=runs/a/run.h5");
  for (const char* word : {"300 cells", "epoch 5/5", "loss", "Pearson", "runs/a/run.h5"}) {
    EXPECT_NE(trained.find(word), std::string::npos) << word << " in " << trained;
  }
  const Json of_run = info("runs/a/run.h5");
  EXPECT_EQ(of_run["circuit"], circuit.name);
  EXPECT_EQ(of_run["cells"], 300);
  EXPECT_EQ(of_run["edges"], 6000);
  for (const char* name : {"pearson", "spearman", "kendall", "r2"}) {
    ASSERT_TRUE(of_run["scores"][name].is_number()) << name;
    EXPECT_LE(of_run["scores"][name].get<double>(), 1);
  }
  EXPECT_GE(of_run["best_epoch"].get<int>(), 1);
  EXPECT_LE(of_run["best_epoch"].get<int>(), 5);
  for (const char* name : {"total", "forward", "backward", "update", "copy"}) {
    ASSERT_TRUE(of_run["seconds_per_epoch"][name].is_number()) << name;
    EXPECT_GE(of_run["seconds_per_epoch"][name].get<double>(), 0);
  }
  EXPECT_GT(of_run["memory"]["planned"].get<std::int64_t>(), 0);
  EXPECT_EQ(of_run["memory"]["allocated"], of_run["memory"]["planned"]);
  EXPECT_GT(of_run["memory"]["process_peak"].get<std::int64_t>(), of_run["memory"]["allocated"].get<std::int64_t>());

  succeed("predict --model runs/a/run.h5 --circuit made/c.h5 -o predicted/p.h5");
  const Hdf5Reader run_file(work_.path("runs/a/run.h5")), prediction(work_.path("predicted/p.h5"));
  const auto expected = run_file.array<float>("predictions/value"), value = prediction.array<float>("value");
  ASSERT_EQ(value.size(), 300U);
  for (std::size_t i = 0; i < 300; ++i) EXPECT_NEAR(value[i], expected[i], 1e-5F) << i;
  // Both files have the rows of the source, whatever order the circuit file has them in.
  GeneratorSpec spec;
  spec.cells = 300;
  spec.edges = 6000;
  spec.seed = 5;
  const Circuit source = generate(spec);
  EXPECT_EQ(run_file.array<float>("predictions/label"), source.label);
  EXPECT_EQ(prediction.array<float>("label"), source.label);
  EXPECT_EQ(prediction.array<double>("position")[2 * 77], source.position[77][0]);
  const Json of_prediction = info("predicted/p.h5");
  EXPECT_EQ(of_prediction["cells"], 300);
  EXPECT_EQ(of_prediction["unknown_types"], 0);
  EXPECT_TRUE(of_prediction["scores"]["pearson"].is_number());
  EXPECT_EQ(work_.listing(), (std::vector<std::string>{"deck.yaml", "made", "made/c.h5", "predicted", "predicted/p.h5",
                                                       "runs", "runs/a", "runs/a/run.h5", "runs/a/run.h5.log.csv"}));
}

TEST_F(Program, ImportsADefAndPredictsForOne) {
  write("tiny.def", def_text::kTiny);
  write("tiny.lef", def_text::kTinyLef);
  succeed("import def tiny.def -o tiny.h5");
  const Json tiny = info("tiny.h5");
  EXPECT_EQ(tiny["name"], "tiny");
  EXPECT_EQ(tiny["cells"], 3);
  EXPECT_EQ(tiny["nets"], 3);
  EXPECT_EQ(tiny["pins"], 4);
  EXPECT_EQ(tiny["edges"], 5);  // u1 and u[2] both ways, and three loops
  EXPECT_FLOAT_EQ(tiny["label_min"].get<float>(), 0.025F);
  EXPECT_FLOAT_EQ(tiny["label_max"].get<float>(), 0.05F);
  EXPECT_EQ(tiny["labels"], 2);
  EXPECT_EQ(info("tiny.def"), tiny);
  succeed("import def tiny.def --lef tiny.lef --combine separate -o two.h5");
  EXPECT_EQ(info("two.h5")["label_names"], (Json{"congestion_horizontal", "congestion_vertical"}));

  // A type that the generated circuit lacks: the program says so.
  write("other.def", def_text::with(def_text::kTiny, "BUF_X1", "STRANGE_X1"));
  write("deck.yaml", kDeck);
  succeed("train deck.yaml");
  const std::string said = succeed("predict --model run.h5 --circuit other.def -o p.h5");
  EXPECT_NE(said.find("unknown to the model: 1 cell type (1 cell)\n"), std::string::npos) << said;
  const Json prediction = info("p.h5");
  EXPECT_EQ(prediction["cells"], 3);
  EXPECT_EQ(prediction["unknown_types"], 1);
  EXPECT_EQ(prediction["unknown_cells"], 1);
}

TEST_F(Program, TrainsOnARealDesign) {
  const std::string def = def_text::real_def("uart_route.def");
  if (def.empty()) GTEST_SKIP() << "no real designs in " << GSRGNN_SHARED_DATA;
  write("deck.yaml", kDeck);
  succeed(fmt::format("train deck.yaml 'circuit={}' train.epochs=60 train.learning_rate=5e-3", def));
  const Json run = info("run.h5");
  EXPECT_EQ(run["cells"], 462);  // of 526 components, those that have a net
  EXPECT_EQ(run["nets"], 596);
  EXPECT_EQ(run["pins"], 1615);
  EXPECT_GT(run["scores"]["pearson"].get<double>(), 0.7);  // of tiles held out
  EXPECT_GT(run["best_map"]["pearson"].get<double>(), 0.7);
}

TEST_F(Program, TellsWhatItCanDo) {
  const std::string help = succeed("--help");
  for (const char* command : {"import", "generate", "info", "train", "sweep", "predict"}) {
    EXPECT_NE(help.find(command), std::string::npos) << command;
    const std::string of_command = succeed(std::string(command) + " --help");
    EXPECT_GT(of_command.size(), 100U);
  }
  for (const char* nothing : {"", "help"}) EXPECT_EQ(succeed(nothing), help);
  EXPECT_EQ(succeed("help train"), succeed("train --help"));
  const std::string version = succeed("--version");
  EXPECT_EQ(version.rfind("gsrgnn " + program_version() + " (", 0), 0U) << version;
  for (const std::string& part : {"Kokkos " + kokkos_version(), execution_space(), vector_instructions()}) {
    EXPECT_NE(version.find(part), std::string::npos) << part << " in " << version;
  }
  EXPECT_EQ(std::count(version.begin(), version.end(), '\n'), 3) << version;
  EXPECT_TRUE(work_.listing().empty());
}

// The deck of a joint training says how its designs are made; here they are smaller, and trained for less.
TEST_F(Program, TheJointDeckComesWithItsDesigns) {
  const std::string deck = read_bytes(std::string(GSRGNN_INPUTS) + "/joint.yaml");
  std::string commands = fmt::format("set -e\ngsrgnn() {{ '{}' \"$@\"; }}\n", GSRGNN_PROGRAM);
  std::istringstream lines(deck);
  for (std::string line; std::getline(lines, line) && line[0] == '#';) {
    if (line.rfind("#   ", 0) == 0) commands += line.substr(4) + "\n";
  }
  const auto replace = [&](const std::string& from, const std::string& to) {
    ASSERT_NE(commands.find(from), std::string::npos) << commands;
    commands.replace(commands.find(from), from.size(), to);
  };
  replace("--cells 3000", "--cells 200");
  replace("train inputs/joint.yaml", "train joint.yaml train.epochs=2 model.layers=1 model.hidden=16");
  write("joint.yaml", deck);
  write("commands.sh", commands);
  EXPECT_EQ(std::system(fmt::format("cd '{}' && sh commands.sh >said 2>&1", work_.path()).c_str()), 0)
      << read_bytes(work_.path("said"));
  EXPECT_TRUE(std::filesystem::exists(work_.path("prediction.h5")));
}

TEST_F(Program, HelpOfTheComparisonInstallsNothing) {
  const std::string peers = std::string(GSRGNN_SCRIPTS) + "/../perf_tests/peers/compare.sh";
  const std::string environment = std::string(GSRGNN_SCRIPTS) + "/../build/peers-venv";
  const bool before = std::filesystem::exists(environment);
  EXPECT_EQ(std::system(fmt::format("bash '{}' --help >'{}' 2>&1", peers, texts_.path("said")).c_str()), 0);
  EXPECT_EQ(read_bytes(texts_.path("said")).rfind("usage: ", 0), 0U);
  EXPECT_EQ(std::filesystem::exists(environment), before);
}

TEST_F(Program, InfoIsReadableToo) {
  succeed("generate --cells 300 --edges 6000 -o c.h5");
  const std::string text = succeed("info c.h5");
  for (const char* word : {"name", "cells", "300", "6,000", "congestion"}) {
    EXPECT_NE(text.find(word), std::string::npos) << word << " in " << text;
  }
  write("deck.yaml", kDeck);
  succeed("train deck.yaml");
  EXPECT_NE(succeed("info run.h5").find("scores.pearson"), std::string::npos);
}

TEST_F(Program, ValidationLeavesNothing) {
  write("deck.yaml", kDeck);
  const auto before = work_.listing();
  EXPECT_NE(succeed("train deck.yaml --validate").find("planned"), std::string::npos);
  EXPECT_EQ(work_.listing(), before);
  succeed("train --validate deck.yaml output=new/folder/run.h5");
  EXPECT_EQ(work_.listing(), before);
}

TEST_F(Program, OverridesReachTheRun) {
  write("deck.yaml", kDeck);
  succeed(
      "train deck.yaml model.k=2 model.layers=1 train.epochs=3 circuit.generate.cells=100 output=b.h5 "
      "train.seed=4 model.residual=dense model.adjacency=expanded");
  const Json run = info("b.h5");
  EXPECT_EQ(run["cells"], 100);
  EXPECT_EQ(run["epochs"], 3);
  const std::string path = write("resolved.yaml", run["deck"]);
  const Deck deck = read_deck(path, {});
  EXPECT_EQ(deck.model.k, 2);
  EXPECT_EQ(deck.model.layers, 1);
  EXPECT_EQ(deck.model.hidden, 16);
  EXPECT_EQ(deck.train.epochs, 3);
  EXPECT_EQ(deck.train.seed, 4U);
  EXPECT_EQ(deck.model.residual, Residual::dense);
  EXPECT_EQ(deck.model.adjacency, Adjacency::expanded);
  EXPECT_EQ(deck.generate.cells, 100);
  EXPECT_EQ(deck.generate.seed, 1U);
  EXPECT_EQ(deck.output, "b.h5");
  const SavedModel model = read_model(Hdf5Reader(work_.path("b.h5")));
  EXPECT_EQ(model.shape.k, 2);
  EXPECT_EQ(model.shape.layers, 1);
  EXPECT_EQ(model.shape.residual, Residual::dense);
  EXPECT_EQ(model.shape.adjacency, Adjacency::expanded);
}

/// Every object of a run file as text, by name.
std::map<std::string, std::string> content(const std::string& path) {
  const Hdf5Reader file(path);
  std::map<std::string, std::string> text;
  const std::function<void(const std::string&)> visit = [&](const std::string& name) {
    std::vector<std::string> members;
    try {
      members = file.members(name);
    } catch (const InputError&) {  // an array
      const auto shape = fmt::format("[{}] ", fmt::join(file.shape(name), " "));
      try {
        text[name] = shape + fmt::format("{}", fmt::join(file.array<double>(name), " "));
      } catch (const InputError&) {
        try {
          text[name] = shape + fmt::format("{}", fmt::join(file.array<std::int64_t>(name), " "));
        } catch (const InputError&) {
          text[name] = shape + fmt::format("{}", fmt::join(file.strings(name), "\n"));
        }
      }
    }
    for (const std::string& member : members) visit(name == "/" ? member : name + "/" + member);
  };
  visit("/");
  const std::map<std::string, std::vector<std::string>> attributes = {
      {"/", {"kind", "version", "program_version", "revision", "kokkos_version", "execution_space", "threads"}},
      {"circuit", {"name", "source", "cells", "nets", "pins", "edges"}},
      {"scores", {"pearson", "spearman", "kendall", "r2", "best_epoch"}},
      {"model",
       {"kind", "layers", "hidden", "groups", "k", "residual", "adjacency", "label_unit", "trained_parameters"}},
      {"memory", {"planned", "allocated"}}};
  for (const auto& [object, names] : attributes) {
    for (const std::string& name : names) {
      const std::string key = object + "@" + name;
      try {
        text[key] = file.attribute_string(object, name);
      } catch (const InputError&) {
        try {
          text[key] = std::to_string(file.attribute_int(object, name));
        } catch (const InputError&) {
          text[key] = fmt::format("{}", file.attribute_double(object, name));
        }
      }
    }
  }
  return text;
}

TEST_F(Program, OneDeckGivesOneRunWhateverTheThreadsOfTheLibrary) {
  write("deck.yaml", kDeck);
  const std::string arguments = "train deck.yaml circuit.generate.cells=1500 model.hidden=64 model.k=8";
  std::vector<std::string> names;
  for (const char* threads : {"1", "1", "2"}) {
    succeed(arguments, fmt::format("OPENBLAS_NUM_THREADS={}", threads));
    names.push_back(work_.path(fmt::format("run{}.h5", names.size())));
    std::filesystem::rename(work_.path("run.h5"), names.back());
  }
  succeed(arguments + " train.seed=1");
  const auto first = content(names[0]), reseeded = content(work_.path("run.h5"));
  EXPECT_GT(first.size(), 60U);
  for (const std::string& other : {names[1], names[2]}) {
    SCOPED_TRACE(other);
    const auto second = content(other);
    ASSERT_EQ(first.size(), second.size());
    for (const auto& [name, text] : first) {
      if (name.rfind("measured", 0) == 0) continue;
      EXPECT_TRUE(second.at(name) == text) << name << " differs";
    }
    // Whatever content() does not know: bytes differ in /measured only, five numbers an epoch and the peak, as such and
    // in the summary (the peak in decimal), and in the checksum of it all.
    const std::string a = read_bytes(names[0]), b = read_bytes(other);
    ASSERT_EQ(a.size(), b.size());
    int differences = 0;
    for (std::size_t i = 0; i < a.size(); ++i) differences += a[i] != b[i] ? 1 : 0;
    EXPECT_LE(differences, 2 * 8 * 5 * 5 + 8 + 20 + 32);
  }
  for (const char* name : {"curves/loss", "predictions/value", "predictions/split", "deck",
                           "model/parameters/layer_0001/block_1/self_weight"}) {
    EXPECT_NE(first.at(name), reseeded.at(name)) << name;
  }
}

}  // namespace
}  // namespace gsrgnn
