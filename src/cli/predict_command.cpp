#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <gsrgnn/circuit/maps_file.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/output_format.hpp>
#include <gsrgnn/cli/print_circuit.hpp>
#include <gsrgnn/cli/print_hot_spots.hpp>
#include <gsrgnn/cli/print_training.hpp>
#include <gsrgnn/cli/say.hpp>
#include <gsrgnn/training/ensemble.hpp>
#include <gsrgnn/training/prediction_files.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>
#include <gsrgnn/util/text.hpp>
#include <gsrgnn/util/write_file.hpp>
#include <memory>
#include <optional>

namespace gsrgnn::cli {
namespace {

struct PredictOptions {
  std::vector<std::string> models;  ///< run files
  std::string map, padding;
  std::vector<std::string> thresholds;
  std::vector<PaddingRule> rules;  ///< of the thresholds
  std::int64_t top = 0;
  bool strict = false;
};

/// "VALUE=SITES"
std::optional<PaddingRule> padding_rule(const std::string& text) {
  PaddingRule rule{};
  const char* const end = text.data() + text.size();
  const auto value = std::from_chars(text.data(), end, rule.least);
  if (value.ec != std::errc() || value.ptr == end || *value.ptr != '=') return std::nullopt;
  const auto sites = std::from_chars(value.ptr + 1, end, rule.sites);
  if (sites.ec != std::errc() || sites.ptr != end || rule.sites < 1) return std::nullopt;
  return rule;
}

/// What is wrong with the options; empty: nothing.
std::string mistake_of(const Arguments& a, PredictOptions& o) {
  const std::vector<std::string> outputs = {a.output, o.map, o.padding};
  if (std::count(outputs.begin(), outputs.end(), "") == 3 && o.top == 0) {
    return "nothing to do: give --output, --map, --padding or --top";
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].empty() && std::count(outputs.begin(), outputs.end(), outputs[i]) > 1) {
      return outputs[i] + " would be written twice";
    }
  }
  if (o.top < 0) return "--top is a number of GCells";
  if (o.padding.empty() && !o.thresholds.empty()) return "--threshold is of --padding";
  for (const std::string& text : o.thresholds) {
    const auto rule = padding_rule(text);
    if (!rule) return "--threshold " + text + ": write it as VALUE=SITES, e.g. 0.8=2";
    o.rules.push_back(*rule);
  }
  return "";
}

/// Refuses outputs of unknown kinds, that are inputs, or that cannot be written, before anything is.
void check_outputs(const Arguments& a, const PredictOptions& o) {
  std::vector<std::string> inputs = a.lef;
  inputs.insert(inputs.end(), o.models.begin(), o.models.end());
  inputs.push_back(a.circuit);
  const auto check = [&](const std::string& path, const std::vector<OutputFormat>& possible) {
    if (path.empty()) return;
    output_format(path, possible);
    refuse_overwrite(path, inputs);
    check_writable(path);
  };
  check(a.output, {OutputFormat::hdf5, OutputFormat::csv});
  check(o.map, {OutputFormat::csv, OutputFormat::png});
  check(o.padding, {OutputFormat::tcl});
}

/// What the passes are whose mean is predicted.
std::string passes_text(std::size_t models, std::size_t passes) {
  if (models == 1) return plural(passes, "flip") + " of the die";
  return plural(models, "model") + (passes > models ? " and their flips of the die" : "");
}

void write_map(const std::string& path, const Circuit& circuit, const Prediction& prediction, const GcellValues& map,
               const std::vector<std::string>& labels) {
  if (output_format(path, {OutputFormat::csv, OutputFormat::png}) == OutputFormat::png) {
    write_map_png(path, map.grid, map.value);
    return;
  }
  const std::string of = fmt::format("({})", fmt::join(labels, " or "));
  const std::vector<double> spread = gcell_spread(circuit, prediction.passes, labels.size());
  std::vector<MapColumn> columns = {{"value " + of, map.value}};
  if (!spread.empty()) columns.push_back({"spread " + of, spread});
  write_map_csv(path, map.grid, columns);
}

void predict_and_write(const Arguments& a, const PredictOptions& o) {
  check_outputs(a, o);
  std::vector<std::pair<std::string, SavedModel>> models;
  for (const std::string& path : o.models) models.emplace_back(path, read_model(Hdf5Reader(path)));
  const SavedModel& model = models.front().second;
  const Circuit circuit = open_circuit(a.circuit, a.lef);
  print_circuit_line(circuit);
  for (const std::string& note : circuit.note) say("note: {}\n", note);
  const Prediction prediction = predict(models, circuit, a.circuit);
  if (!prediction.spread.empty()) {
    double sum = 0;
    for (const float spread : prediction.spread) sum += static_cast<double>(spread);
    say("the mean of {}, which differ by {:.4g} (standard deviation, mean over the cells)\n",
        passes_text(models.size(), prediction.passes.size()), sum / static_cast<double>(prediction.spread.size()));
  }
  if (prediction.unknown_types > 0) {
    say("unknown to the model: {} ({})\n", plural(prediction.unknown_types, "cell type"),
        plural(prediction.unknown_cells, "cell"));
  }
  if (o.strict && !prediction.foreign.empty()) {
    throw InputError(a.circuit, fmt::format("is foreign to the model: {}", fmt::join(prediction.foreign, "; ")),
                     "train on designs like it, or leave --strict out");
  }
  for (const std::string& foreign : prediction.foreign) say("WARNING: foreign to the model: {}\n", foreign);
  const std::size_t labels = model.label_name.size();
  const GcellValues map = gcell_map(circuit, prediction, labels);
  if (!o.padding.empty()) {  // first, for a name that it cannot write must leave nothing
    const std::vector<PaddingRule> rules = o.rules.empty() ? padding_of_the_hottest(map) : o.rules;
    const auto padded = write_padding(o.padding, circuit, map, rules, a.circuit);
    for (std::size_t r = 0; r < rules.size(); ++r) {
      say("padding: {} in GCells of {:.4g} or more: {} on either side\n", plural(padded[r], "cell"), rules[r].least,
          plural(rules[r].sites, "site"));
    }
  }
  if (!o.map.empty()) write_map(o.map, circuit, prediction, map, model.label_name);
  const auto scores = scores_of(model, circuit, prediction);
  if (!scores.empty()) {
    print_scores("scores against the circuit's own labels", scores);
    print_field_scores("over GCells", field_scores_of(model, circuit, prediction));
  }
  if (!a.output.empty()) {
    if (output_format(a.output, {OutputFormat::hdf5, OutputFormat::csv}) == OutputFormat::csv) {
      write_prediction_csv(a.output, model, circuit, prediction);
    } else {
      write_prediction(a.output, model, fmt::format("{}", fmt::join(o.models, ", ")), circuit, prediction, scores);
    }
  }
  if (o.top > 0) {
    std::optional<GcellValues> label;
    if (!scores.empty()) label = gcell_values(circuit, circuit.label, labels);
    print_hot_spots(circuit, map, label ? &*label : nullptr, static_cast<std::size_t>(o.top));
  }
  for (const std::string& path : {a.output, o.map, o.padding}) {
    if (!path.empty()) say("written to {}\n", path);
  }
}

}  // namespace

void add_predict(const Command& program, Arguments& a) {
  const auto o = std::make_shared<PredictOptions>();
  const Command command = program.add("predict", "Apply a trained model to a circuit");
  command.required("--model", &o->models,
                   "The run file of a training; of several the mean is predicted, and with flips: their spread");
  command.required("--circuit", &a.circuit, "A circuit file or a design (DEF, Bookshelf .aux)");
  command.option("--lef", &a.lef, "A LEF of the DEF: of the technology or of cells");
  command.option("-o,--output", &a.output, "The prediction of each cell: .h5, or .csv (instance,x,y,prediction)");
  command.option("--map", &o->map,
                 "The prediction over GCells: .csv (x0,y0,x1,y1,value and spread), or .png, a picture");
  command.option("--padding", &o->padding, "A .tcl for OpenROAD: set_placement_padding of the cells in hot GCells");
  command.option("--threshold", &o->thresholds,
                 "VALUE=SITES of padding where VALUE or more is predicted; else the hottest tenth gets 1, the hottest "
                 "fiftieth 2");
  command.option("--top", &o->top, "Name so many of the hottest GCells, and with labels of those missed");
  command.footer(
      "Trained models of sky130 and NanGate45 are in inputs/models; installed, in share/gsrgnn/inputs/models.");
  command.option("--strict", &o->strict, "Refuse a design that is foreign to the model");
  command.action([o, &a] { predict_and_write(a, *o); }, [o, &a] { return mistake_of(a, *o); });
}

}  // namespace gsrgnn::cli
