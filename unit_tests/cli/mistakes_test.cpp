// What the program refuses and what fails: exit codes, one line on standard error, and files that appear whole or not
// at all.

#include <gsrgnn/circuit/circuit_file.hpp>
#include <limits>

#include "circuit/def_text.hpp"
#include "support/circuit_parts.hpp"
#include "support/program.hpp"
#include "support/small_circuits.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class Mistakes : public ProgramTest {};

TEST_F(Mistakes, MissingAndUnreadableFiles) {
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

TEST_F(Mistakes, DamagedDefs) {
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

TEST_F(Mistakes, DamagedCircuitFiles) {
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

TEST_F(Mistakes, CircuitsThatDoNotFitTheDeckOrTheModel) {
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

TEST_F(Mistakes, DecksWithMistakes) {
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

TEST_F(Mistakes, UsageMistakes) {
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
  expect_refused("import def a.def --combine both -o c.h5",
                 {"--combine", "both", "average", "see gsrgnn import def --help"});
  expect_refused("import def a.def --label separate -o c.h5", {"separate: ", "no such label", "overflow"});
  expect_refused("import def a.def --gcell 0 -o c.h5", {"--gcell", "more than 0"});
  expect_refused("import def a.def --feature x -o c.h5", {"--feature x", "NAME=MAP"});
  expect_refused("generate --cells 100 --graph foo -o c.h5", {"--graph", "foo", "netlist"});
}

TEST_F(Mistakes, OutputsThatCannotBeWritten) {
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
TEST_F(Mistakes, InputsAreNotOverwritten) {
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
TEST_F(Mistakes, ADiskThatFillsUp) {
  const std::string small_disk = "ulimit -f 64;";  // 32 or 64 kB
  write("c.h5", "what was there");
  expect_refused("generate --cells 5000 -o c.h5", {"c.h5: ", "cannot write", "disk"}, 2, small_disk);
  write("deck.yaml", kDeck);
  const Outcome outcome = run("train deck.yaml model.hidden=256 output=c.h5", small_disk);
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("c.h5: cannot write"), std::string::npos) << outcome.err;
  EXPECT_EQ(read_bytes(work_.path("c.h5")), "what was there");
  EXPECT_EQ(work_.listing(), (std::vector<std::string>{"c.h5", "c.h5.log.csv", "deck.yaml"}));  // the log was written
}

TEST_F(Mistakes, ATrainingThatDivergesFails) {
  write("deck.yaml", kDeck);
  const Outcome outcome = run("train deck.yaml train.learning_rate=1000 train.epochs=50");
  EXPECT_EQ(outcome.code, 3);
  EXPECT_NE(outcome.err.find("diverged"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("train.learning_rate"), std::string::npos) << outcome.err;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1);
  EXPECT_EQ(work_.listing(), (std::vector<std::string>{"deck.yaml", "run.h5.log.csv"}));  // the log, to see how
}

TEST_F(Mistakes, ATrainingThatDoesNotFitFails) {
  write("deck.yaml", kDeck);
  for (const char* validate : {"", "--validate "}) {
    expect_refused(fmt::format("train {}deck.yaml model.layers=20000 model.hidden=65536 output=new/run.h5", validate),
                   {"bytes", "do not fit", "; "}, 3);
  }
}

}  // namespace
}  // namespace gsrgnn
