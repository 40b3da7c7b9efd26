#include <fmt/format.h>

#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/print_circuit.hpp>
#include <gsrgnn/cli/print_training.hpp>
#include <gsrgnn/cli/say.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/files.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn::cli {
namespace {

void write_predictions(const std::string& model_path, const std::string& circuit_path,
                       const std::vector<std::string>& lef, const std::string& output) {
  std::vector<std::string> inputs = lef;
  inputs.insert(inputs.end(), {model_path, circuit_path});
  refuse_overwrite(output, inputs);
  const Hdf5Reader file(model_path);
  const SavedModel model = read_model(file);
  const Circuit circuit = open_circuit(circuit_path, lef);
  print_circuit_line(circuit);
  for (const std::string& note : circuit.note) say("note: {}\n", note);
  const Prediction prediction = predict(model, circuit, circuit_path);
  const auto scores = write_prediction(output, model, model_path, circuit, prediction);
  if (prediction.unknown_types > 0) {
    say("unknown to the model: {} ({})\n", plural(prediction.unknown_types, "cell type"),
        plural(prediction.unknown_cells, "cell"));
  }
  if (!scores.empty()) print_scores("scores against the circuit's own labels", scores);
  say("written to {}\n", output);
}

}  // namespace

void add_predict(const Command& program, Arguments& a) {
  const Command command = program.add("predict", "Apply a trained model to a circuit");
  command.required("--model", &a.path, "The run file of a training");
  command.required("--circuit", &a.circuit, "A circuit file or a DEF");
  command.option("--lef", &a.lef, "A LEF of the DEF: of the technology or of cells");
  command.required("-o,--output", &a.output, "The prediction file to write");
  command.action([&a] { write_predictions(a.path, a.circuit, a.lef, a.output); });
}

}  // namespace gsrgnn::cli
