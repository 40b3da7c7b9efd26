#include <algorithm>
#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/training/prediction_files.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <gsrgnn/util/write_file.hpp>

namespace gsrgnn {
namespace {

/// OpenROAD splits the list itself and keeps backslashes, so that a name stands there as the DEF has it; what groups
/// words of a list cannot stand in one.
std::string tcl_word(const std::string& name, const std::string& place) {
  if (name.find_first_of("{}\" \t\r\n") != std::string::npos || name.back() == '\\') {
    throw InputError(place, fmt::format("the name of cell {} cannot stand in a list of Tcl", in_quotes(name)),
                     "leave --padding out, or rename the cell");
  }
  return name;
}

}  // namespace

void write_prediction_csv(const std::string& path, const SavedModel& model, const Circuit& circuit,
                          const Prediction& prediction) {
  const std::size_t labels = model.label_name.size();
  std::string text = "instance,x,y";
  const auto add_heading = [&](const std::string& what) {
    for (const std::string& name : model.label_name) text += "," + what + (labels > 1 ? "_" + name : "");
  };
  add_heading("prediction");
  if (!prediction.spread.empty()) add_heading("spread");
  const bool labelled = predicts_labels_of(model, circuit);
  if (labelled) add_heading("label");
  text += '\n';
  const auto name = in_original_order(circuit, circuit.cell_name, 1);
  const auto position = in_original_order(circuit, circuit.position, 1);
  const auto value = in_original_order(circuit, prediction.value, labels);
  const auto spread = in_original_order(circuit, prediction.spread, labels);
  const auto label = in_original_order(circuit, circuit.label, circuit.label_name.size());
  for (std::size_t i = 0; i < position.size(); ++i) {
    text += name.empty() ? fmt::format("{}", i) : csv_field(name[i]);
    text += fmt::format(",{},{}", position[i][0], position[i][1]);
    for (std::size_t o = 0; o < labels; ++o) text += fmt::format(",{}", value[i * labels + o]);
    for (std::size_t o = 0; !spread.empty() && o < labels; ++o) text += fmt::format(",{}", spread[i * labels + o]);
    for (std::size_t o = 0; labelled && o < labels; ++o) text += fmt::format(",{}", label[i * labels + o]);
    text += '\n';
  }
  write_file(path, text);
}

std::vector<PaddingRule> padding_of_the_hottest(const GcellValues& map) {
  return {{threshold_of_share(map, 0.1), 1}, {threshold_of_share(map, 0.02), 2}};
}

std::vector<std::int64_t> write_padding(const std::string& path, const Circuit& circuit, const GcellValues& map,
                                        const std::vector<PaddingRule>& rules, const std::string& place) {
  if (circuit.cell_name.empty()) {
    throw InputError(place, "its cells have no names, which padding needs", "give a DEF, or import it again");
  }
  std::vector<std::vector<std::string>> padded(rules.size());
  for (std::size_t i = 0; i < circuit.cell_name.size(); ++i) {
    const double value = map.value[map.grid.at(circuit.position[i][0], circuit.position[i][1])];
    std::size_t chosen = rules.size();
    for (std::size_t r = 0; r < rules.size(); ++r) {
      if (value >= rules[r].least && (chosen == rules.size() || rules[r].sites > rules[chosen].sites)) chosen = r;
    }
    if (chosen < rules.size()) padded[chosen].push_back(tcl_word(circuit.cell_name[i], place));
  }
  std::string text = fmt::format("# Padding of {} by its predicted congestion.\n", circuit.name);
  text += "# In OpenROAD, before detailed_placement: source this file.\n";
  std::vector<std::int64_t> cells;
  for (std::size_t r = 0; r < rules.size(); ++r) {
    cells.push_back(static_cast<std::int64_t>(padded[r].size()));
    std::sort(padded[r].begin(), padded[r].end());
    if (padded[r].empty()) continue;
    text += fmt::format("# {}, predicted {:.4g} or more\n", plural(cells.back(), "cell"), rules[r].least);
    text += "set_placement_padding -instances {\n";
    for (const std::string& name : padded[r]) text += name + '\n';
    text += fmt::format("}} -left {0} -right {0}\n", rules[r].sites);
  }
  write_file(path, text);
  return cells;
}

}  // namespace gsrgnn
