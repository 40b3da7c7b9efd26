// The program as a script sees it: commands, exit codes, one line on standard error, and files that appear whole or not
// at all. Codes and fields are a contract.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <functional>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "circuit/def_text.hpp"
#include "support/circuit_parts.hpp"
#include "support/files.hpp"
#include "support/small_circuits.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;
using Json = nlohmann::json;

const std::string kDeck = R"(circuit:
  generate: {cells: 200, seed: 1}
model:
  layers: 2
  hidden: 16
  k: 4
train:
  epochs: 5
  split: [0.6, 0.2, 0.2]
output: run.h5
)";

/// The text without a sanitizer's lines on allocations that it refused: they are not the program's.
std::string without_sanitizer(const std::string& text) {
  std::string kept;
  for (std::size_t start = 0, end; start < text.size(); start = end) {
    end = std::min(text.find('\n', start), text.size() - 1) + 1;
    const std::string line = text.substr(start, end - start);
    if (line.find("WARNING: AddressSanitizer failed to allocate") == std::string::npos) kept += line;
  }
  return kept;
}

/// What the program left behind: exit code and text.
struct Outcome {
  int code;
  std::string out, err;
};

class Program : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(std::filesystem::exists(GSRGNN_PROGRAM)) << GSRGNN_PROGRAM << " is not built"; }

  /// Runs "gsrgnn ARGUMENTS" in the work folder. `before` is shell text in front of it, e.g. a variable.
  Outcome run(const std::string& arguments, const std::string& before = "") const {
    const std::string out = texts_.path("out"), err = texts_.path("err");
    const std::string command = fmt::format("cd '{}' && {} '{}' {} >'{}' 2>'{}' </dev/null", work_.path(), before,
                                            GSRGNN_PROGRAM, arguments, out, err);
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_bytes(out), without_sanitizer(read_bytes(err))};
  }

  /// Runs it and expects success without a word on standard error.
  std::string succeed(const std::string& arguments, const std::string& before = "") const {
    SCOPED_TRACE(arguments);
    const Outcome outcome = run(arguments, before);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.err, "");
    return outcome.out;
  }

  Json info(const std::string& file) const {
    const std::string text = succeed("info --json " + file);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
    const Json json = Json::parse(text, nullptr, false);
    EXPECT_TRUE(json.is_object()) << text;
    return json;
  }

  /// Names and contents of all files in the work folder.
  std::map<std::string, std::string> snapshot() const {
    std::map<std::string, std::string> contents;
    for (const std::string& name : work_.listing()) {
      const bool folder = std::filesystem::is_directory(work_.path(name));
      contents[name] = folder ? "(folder)" : read_bytes(work_.path(name));
    }
    return contents;
  }

  /// Expects the exit code, exactly one line on standard error with all the words, and a folder as it was.
  void expect_refused(const std::string& arguments, const std::vector<std::string>& words, int code = 2,
                      const std::string& before = "") const {
    SCOPED_TRACE(arguments);
    const auto was = snapshot();
    const Outcome outcome = run(arguments, before);
    EXPECT_EQ(outcome.code, code) << outcome.err;
    const std::string& line = outcome.err;
    EXPECT_TRUE(std::count(line.begin(), line.end(), '\n') == 1 && line.back() == '\n' && line.size() < 600 &&
                line.rfind("gsrgnn: ", 0) == 0)
        << "not one short line: " << line;
    const auto missing = std::find_if(words.begin(), words.end(),
                                      [&](const std::string& word) { return line.find(word) == std::string::npos; });
    EXPECT_TRUE(missing == words.end()) << "no '" << *missing << "' in: " << line;
    const auto is = snapshot();
    for (const auto& [name, content] : is) EXPECT_EQ(was.count(name), 1U) << name << " was left behind";
    EXPECT_TRUE(was == is);
  }

  std::string write(const std::string& name, const std::string& text) const { return work_.write(name, text); }

  TestFolder work_{"_work"}, texts_{"_texts"};
};

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
                                                       "runs", "runs/a", "runs/a/run.h5"}));
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
  succeed("import def tiny.def --lef tiny.lef --label separate -o two.h5");
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
  EXPECT_EQ(run["cells"], 526);
  EXPECT_EQ(run["nets"], 596);
  EXPECT_EQ(run["pins"], 1615);
  EXPECT_GT(run["scores"]["pearson"].get<double>(), 0.2);
}

TEST_F(Program, TellsWhatItCanDo) {
  const std::string help = succeed("--help");
  for (const char* command : {"import", "generate", "info", "train", "sweep", "predict"}) {
    EXPECT_NE(help.find(command), std::string::npos) << command;
    const std::string of_command = succeed(std::string(command) + " --help");
    EXPECT_GT(of_command.size(), 100U);
  }
  EXPECT_EQ(succeed("--version").rfind("gsrgnn ", 0), 0U);
  EXPECT_TRUE(work_.listing().empty());
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
    // Whatever content() does not know: bytes differ in /measured only, five numbers an epoch and the peak.
    const std::string a = read_bytes(names[0]), b = read_bytes(other);
    ASSERT_EQ(a.size(), b.size());
    int differences = 0;
    for (std::size_t i = 0; i < a.size(); ++i) differences += a[i] != b[i] ? 1 : 0;
    EXPECT_LE(differences, 8 * (5 * 5 + 1));
  }
  for (const char* name : {"curves/loss", "predictions/value", "predictions/split", "deck",
                           "model/parameters/layer_0001/block_1/self_weight"}) {
    EXPECT_NE(first.at(name), reseeded.at(name)) << name;
  }
}

TEST_F(Program, MissingAndUnreadableFiles) {
  write("deck.yaml", kDeck);
  expect_refused("train none.yaml", {"none.yaml: ", "no such file", "path"});
  expect_refused("train .", {"is a folder"});
  expect_refused("train deck.yaml circuit=none.h5", {"none.h5: ", "no such file"});
  expect_refused("train deck.yaml circuit=none.def", {"none.def: ", "no such file"});
  expect_refused("train deck.yaml circuit=deck.yaml", {"deck.yaml: ", "neither a circuit file nor a .def"});
  expect_refused("import def none.def -o c.h5", {"none.def: ", "no such file"});
  write("tiny.def", def_text::kTiny);
  expect_refused("import def tiny.def --lef none.lef -o c.h5", {"none.lef: ", "no such file"});
  expect_refused("info none.h5", {"none.h5: ", "no such file"});
  expect_refused("info --json none.h5", {"none.h5: ", "no such file"});
  succeed("generate --cells 100 -o c.h5");
  expect_refused("train c.h5", {"c.h5:", "; "});
  expect_refused("predict --model none.h5 --circuit c.h5 -o p.h5", {"none.h5: ", "no such file"});
  expect_refused("predict --model c.h5 --circuit c.h5 -o p.h5", {"c.h5: ", "no model", "gsrgnn train"});
  succeed("train deck.yaml");
  expect_refused("predict --model run.h5 --circuit none.h5 -o p.h5", {"none.h5: ", "no such file"});
  expect_refused("predict --model run.h5 --circuit run.h5 -o p.h5", {"run.h5: ", "not a circuit file"});
  expect_refused("train deck.yaml circuit=run.h5 output=other.h5", {"run.h5: ", "not a circuit file"});
}

TEST_F(Program, DamagedDefs) {
  using def_text::kTiny;
  write("deck.yaml", kDeck);
  const std::string cut = kTiny.substr(0, kTiny.find("u3 A"));
  const std::string unknown = def_text::with(kTiny, "( u3 A )", "( u7 A )");
  write("cut.def", cut);
  write("unknown.def", unknown);
  write("empty.def", "");
  write("other.def", "module tiny ;\n");
  const std::string cut_place = fmt::format("cut.def:{}: ", std::count(cut.begin(), cut.end(), '\n') + 1);
  const std::string unknown_place = fmt::format("unknown.def:{}: ", def_text::line_of(unknown, "u7"));
  succeed("train deck.yaml");
  for (const char* command : {"import def {} -o c.h5", "train deck.yaml circuit={} output=new/other.h5", "info {}",
                              "predict --model run.h5 --circuit {} -o p.h5"}) {
    expect_refused(fmt::format(command, "cut.def"), {cut_place, "; "});
    expect_refused(fmt::format(command, "unknown.def"), {unknown_place, "u7", "; "});
    expect_refused(fmt::format(command, "empty.def"), {"empty.def: ", "empty", "; "});
    expect_refused(fmt::format(command, "other.def"), {"other.def:1: ", "not a DEF", "; "});
  }
}

TEST_F(Program, DamagedCircuitFiles) {
  const Circuit circuit = awkward_circuit();
  const FileParts whole = circuit_parts(circuit);
  FileParts parts = whole;
  auto net_cell = circuit.net_cell;
  net_cell[2] = 12345;
  parts["nets/cell"] = array_part(net_cell);
  write_parts(parts, work_.path("index.h5"));
  parts = whole;
  auto feature = circuit.feature;
  feature[5] = std::numeric_limits<float>::quiet_NaN();
  parts["cells/feature"] = array_part(feature, {9, 2});
  write_parts(parts, work_.path("nan.h5"));
  parts = whole;
  parts.erase("cells/type");
  write_parts(parts, work_.path("part.h5"));
  write_parts({{"data", array_part(std::vector<float>{1, 2})}}, work_.path("other.h5"));
  write_parts(whole, work_.path("whole.h5"));
  const std::string bytes = read_bytes(work_.path("whole.h5"));
  write("cut.h5", bytes.substr(0, bytes.size() / 2));
  write("text.h5", "this is not HDF5\n");
  write("deck.yaml", kDeck);
  succeed("train deck.yaml");
  for (const char* command : {"train deck.yaml circuit={} output=new/other.h5", "info {}", "info --json {}",
                              "predict --model run.h5 --circuit {} -o new/p.h5"}) {
    expect_refused(fmt::format(command, "index.h5"), {"index.h5: ", "pin 2", "12345", "9 cells", "; "});
    expect_refused(fmt::format(command, "nan.h5"), {"nan.h5: ", "'b'", "cell 2", "nan", "; "});
    expect_refused(fmt::format(command, "part.h5"), {"part.h5:/cells/type: ", "missing", "; "});
    expect_refused(fmt::format(command, "other.h5"), {"other.h5: ", "not a circuit file", "; "});
    expect_refused(fmt::format(command, "cut.h5"), {"cut.h5: ", "truncated", "; "});
    expect_refused(fmt::format(command, "text.h5"), {"text.h5: ", "; "});
  }
}

TEST_F(Program, CircuitsThatDoNotFitTheDeckOrTheModel) {
  write("deck.yaml", kDeck);
  Circuit circuit = small_circuit(200);
  circuit.label.assign(200, 0.5F);
  write_circuit(circuit, work_.path("constant.h5"));
  circuit.label.clear();
  circuit.label_name.clear();
  write_circuit(circuit, work_.path("unlabelled.h5"));
  circuit.feature_name[0] = "strange";
  write_circuit(circuit, work_.path("strange.h5"));
  succeed("train deck.yaml");
  for (const char* validate : {"", "--validate "}) {
    const std::string train = std::string("train ") + validate + "deck.yaml output=new/other.h5 ";
    expect_refused(train + "circuit=constant.h5", {"constant.h5: ", "'congestion'", "0.5", "; "});
    expect_refused(train + "circuit=unlabelled.h5", {"unlabelled.h5: ", "no label", "; "});
    expect_refused(train + "circuit.generate.cells=7", {"train.split: ", "7 cells", "; "});
    expect_refused(train + "circuit.generate.edges=100", {"100 edges", "; "});
  }
  expect_refused("predict --model run.h5 --circuit strange.h5 -o p.h5", {"strange.h5: ", "no feature 'x'", "; "});
}

TEST_F(Program, DecksWithMistakes) {
  const auto with = [&](const std::string& from, const std::string& to) {
    write("deck.yaml", def_text::with(kDeck, from, to));
    return "train deck.yaml";
  };
  expect_refused(with("layers: 2", "layer: 2"), {"deck.yaml:4: ", "'model.layer'", "did you mean 'layers'"});
  expect_refused(with("k: 4", "k: 9"), {"deck.yaml:6: ", "model.k (9)", "at most 8"});
  expect_refused(with("hidden: 16", "hidden: 17"), {"deck.yaml:5: ", "17", "not divisible", "16 or 18"});
  expect_refused(with("hidden: 16", "hidden: 16\n  groups: 3"), {"deck.yaml:6: ", "groups", "2"});
  expect_refused(with("epochs: 5", "epochs: five"), {"deck.yaml:8: ", "'five'", "whole number"});
  expect_refused(with("model:", "model: ["), {"deck.yaml:", "not valid YAML"});
  expect_refused(with("seed: 1", "seed: 1, seed: 2"), {"deck.yaml:2: ", "twice"});
  write("deck.yaml", kDeck);
  expect_refused("train deck.yaml model.k=100", {"model.k=100: ", "model.k (100)", "at most 8"});
  // A key of a section at the top.
  expect_refused("train deck.yaml k=2", {"k=2: ", "did you mean 'model.k'"});
  expect_refused("train deck.yaml epochs=2", {"epochs=2: ", "did you mean 'train.epochs'"});
  expect_refused("train deck.yaml circuit.generate.like=356-R", {"like", "circuit='{generate: {like: 356-R}}'"});
  expect_refused("train deck.yaml modle.k=1", {"modle.k=1: ", "'modle'", "'model'"});
  expect_refused("train deck.yaml model.k", {"model.k: ", "key=value"});
  expect_refused("train deck.yaml --validate model.k=100", {"model.k=100: "});
}

TEST_F(Program, UsageMistakes) {
  expect_refused("", {"subcommand", "--help"});
  expect_refused("trian deck.yaml", {"trian"});
  expect_refused("--verbose", {"--verbose"});
  expect_refused("import", {"subcommand"});
  expect_refused("import verilog a.v", {"verilog"});
  expect_refused("train", {"DECK.yaml"});
  expect_refused("generate --cells 100", {"--output"});
  expect_refused("generate -o c.h5", {"--cells"});
  expect_refused("generate --cells many -o c.h5", {"--cells", "many"});
  expect_refused("generate --cells 1 -o c.h5", {"1 cells", "; "});
  expect_refused("generate --cells 10 --edges 5 -o c.h5", {"5 edges", "; "});
  expect_refused("generate --cells 99999999999999999999 -o c.h5", {"cells"});
  expect_refused("predict --model run.h5 -o p.h5", {"--circuit"});
  expect_refused("predict --circuit run.h5 -o p.h5", {"--model"});
  expect_refused("info", {"FILE.h5"});
  expect_refused("info a.h5 --yaml", {"--yaml"});
  expect_refused("import def a.def --label both -o c.h5",
                 {"--label", "both", "average", "see gsrgnn import def --help"});
  expect_refused("import def a.def --label 1 -o c.h5", {"--label", "1"});
  expect_refused("generate --cells 100 --graph foo -o c.h5", {"--graph", "foo", "netlist"});
}

TEST_F(Program, OutputsThatCannotBeWritten) {
  write("deck.yaml", kDeck);
  write("file", "a file, not a folder");
  write("tiny.def", def_text::kTiny);
  succeed("train deck.yaml");
  for (const char* where : {"file/c.h5", "/proc/c.h5"}) {
    const std::string output = where;
    expect_refused("generate --cells 100 -o " + output, {output + ": ", "cannot write", "; "});
    expect_refused("import def tiny.def -o " + output, {output + ": ", "cannot write", "; "});
    expect_refused("train deck.yaml output=" + output, {output + ": ", "cannot write", "; "});
    expect_refused("train deck.yaml --validate output=" + output, {output + ": ", "cannot write", "; "});
    expect_refused("predict --model run.h5 --circuit tiny.def -o " + output, {output + ": ", "cannot write", "; "});
  }
  expect_refused("generate --cells 100 -o .", {"is a folder"});
  expect_refused("train deck.yaml output=.", {"is a folder"});
  expect_refused("train deck.yaml output=run", {"output=run: ", "run.h5"});
}

// A slip in a name does not cost a file that the command reads, by whatever path it is named.
TEST_F(Program, InputsAreNotOverwritten) {
  write("deck.yaml", kDeck);
  write("tiny.def", def_text::kTiny);
  write("tiny.lef", def_text::kTinyLef);
  succeed("train deck.yaml");
  succeed("generate --cells 100 -o c.h5");
  const std::vector<std::string> words = {"is read by this command", "; give the output another name"};
  expect_refused("import def tiny.def -o ./tiny.def", words);
  expect_refused("import def tiny.def --lef tiny.lef -o tiny.lef", words);
  expect_refused("train deck.yaml circuit=c.h5 output=./c.h5", words);
  expect_refused("train --validate deck.yaml circuit=c.h5 output=c.h5", words);
  expect_refused("predict --model run.h5 --circuit c.h5 -o run.h5", words);
  expect_refused("predict --model run.h5 --circuit c.h5 -o ../$(basename $PWD)/c.h5", words);
  write("joint.yaml", "mode: joint\ncircuits: {training: [a.h5], test: [c.h5]}\noutput: c.h5\n");
  expect_refused("train joint.yaml", words);
  expect_refused("collect . -o run.h5", {"run.h5: ", "no results file", "-o"});
  expect_refused("collect . -o c.h5", {"c.h5: ", "no results file"});
  succeed("collect . -o results.h5");
  succeed("collect . -o results.h5");  // its own
}

// The disk is full half-way: an error, and what was there before stays.
TEST_F(Program, ADiskThatFillsUp) {
  const std::string small_disk = "trap '' XFSZ; ulimit -f 64;";  // 32 or 64 kB
  write("c.h5", "what was there");
  expect_refused("generate --cells 5000 -o c.h5", {"c.h5: ", "cannot write", "disk"}, 2, small_disk);
  write("deck.yaml", kDeck);
  expect_refused("train deck.yaml model.hidden=256 output=c.h5", {"c.h5: ", "cannot write", "disk"}, 2, small_disk);
}

TEST_F(Program, ATrainingThatDivergesFails) {
  write("deck.yaml", kDeck);
  expect_refused("train deck.yaml train.learning_rate=1000 train.epochs=50", {"diverged", "train.learning_rate"}, 3);
}

TEST_F(Program, ATrainingThatDoesNotFitFails) {
  write("deck.yaml", kDeck);
  for (const char* validate : {"", "--validate "}) {
    expect_refused(fmt::format("train {}deck.yaml model.layers=20000 model.hidden=65536 output=new/run.h5", validate),
                   {"bytes", "do not fit", "; "}, 3);
  }
}

}  // namespace
}  // namespace gsrgnn
