#include <algorithm>
#include <filesystem>
#include <gsrgnn/results/results.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>
#include <map>
#include <nlohmann/json.hpp>

namespace gsrgnn {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

/// Reads what a results file takes over, so that a copy of it can fail for want of disk only.
void check_collected(const Hdf5Reader& file) {
  const auto value = file.shape("predictions/value");
  if (value.size() != 2) file.fail("predictions/value", "is not a matrix");
  const std::map<std::string, Shape> expected = {
      {"predictions/value", value},      {"predictions/label", value},   {"predictions/position", {value[0], 2}},
      {"predictions/split", {value[0]}}, {"scores/test", {value[1], 4}}, {"scores/validation", {value[1], 4}}};
  for (const auto& [name, shape] : expected) {
    if (file.shape(name) != shape) file.fail(name, "has another shape than the predictions ask for");
  }
  for (const char* name : {"value", "label", "position"}) file.array<float>(std::string("predictions/") + name);
  file.array<std::uint8_t>("predictions/split");
  for (const char* name : {"scores/test", "scores/validation", "curves/validation_loss"}) file.array<double>(name);
  file.attribute_string("/", "program_version");
  file.attribute_string("circuit", "source");
  file.attribute_string("model", "label_unit");
  file.strings("model/label_name");
}

/// The kind that a file of this program says it is; empty when it says none.
std::string kind_of(const Hdf5Reader& file) {
  return file.has_attribute("/", "kind") ? file.attribute_string("/", "kind") : "";
}

/// The name of the run that a file stands for: its path below the folder, without the given endings.
std::string run_name(const fs::path& path, const fs::path& folder, const std::vector<std::string>& endings) {
  std::string name = path.lexically_relative(folder).generic_string();
  for (const std::string& ending : endings) {
    if (name.size() > ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0) {
      name.resize(name.size() - ending.size());
    }
  }
  return name;
}

/// A text of a record; empty when it has none.
std::string text_of(const Json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_string() ? found->get<std::string>() : "";
}

/// The row of a run that failed, from its record. A record that cannot be made out still is that of a failure.
RunSummary read_failure(const std::string& path, const std::string& name) {
  RunSummary row;
  row.name = name;
  row.status = "failed";
  const Json record = Json::parse(read_text_file(path).value_or(""), nullptr, false);
  if (!record.is_object()) {
    row.reason = "unknown: its record cannot be read";
    return row;
  }
  row.reason = text_of(record, "reason");
  row.revision = text_of(record, "revision");
  const std::string deck = text_of(record, "deck");
  row.circuit = row.circuit_file = circuit_of_deck(deck);
  try {
    row.parameters = read_run_parameters(deck, path);
  } catch (const InputError&) {  // a deck that could not be read may be why it failed
    return row;
  }
  return row;
}

}  // namespace

RunSummary summarise_run(const Hdf5Reader& file, const std::string& name) {
  if (kind_of(file) != kRunKind) {
    throw InputError(file.path(), "is not a run file", "runs are written by 'gsrgnn train' and 'gsrgnn sweep'");
  }
  const auto j = describe_run(file);
  check_collected(file);
  RunSummary row;
  row.name = name;
  row.circuit = j["circuit"];
  row.cells = j["cells"];
  row.nets = j["nets"];
  row.pins = j["pins"];
  row.edges = j["edges"];
  row.circuit_file = circuit_of_deck(j["deck"]);
  row.content_hash = j["content_hash"];
  row.label = fmt::format("{}", fmt::join(file.strings("model/label_name"), "+"));
  const Json& parameters = j["parameters"];
  for_each_parameter(row.parameters, [&](const char* key, auto& value) { parameters.at(key).get_to(value); });
  row.trained_parameters = j["trained_parameters"];
  row.pearson = file.attribute_double("scores", "pearson");
  row.spearman = file.attribute_double("scores", "spearman");
  row.kendall = file.attribute_double("scores", "kendall");
  row.r2 = file.attribute_double("scores", "r2");
  row.best_epoch = j["best_epoch"];
  const auto validation = file.array<double>("curves/validation_pearson");
  if (row.best_epoch < 0 || static_cast<std::size_t>(row.best_epoch) >= validation.size()) {
    file.fail("scores@best_epoch", "is not an epoch of the curves");
  }
  row.validation_pearson = validation[static_cast<std::size_t>(row.best_epoch)];
  if (j.contains("linear_fit") && j["linear_fit"]["pearson"].is_number()) {
    row.linear_fit_pearson = j["linear_fit"]["pearson"];
  }
  const auto& seconds = j["seconds_per_epoch"];
  row.seconds_total = seconds["total"];
  row.seconds_forward = seconds["forward"];
  row.seconds_backward = seconds["backward"];
  row.seconds_update = seconds["update"];
  row.seconds_copy = seconds["copy"];
  row.memory_planned = j["memory"]["planned"];
  row.memory_allocated = j["memory"]["allocated"];
  row.process_peak = j["memory"]["process_peak"];
  row.execution_space = j["execution_space"];
  row.threads = j["threads"];
  row.revision = j["revision"];
  row.status = "done";
  return row;
}

RunTable read_run_folder(const std::string& folder, const VisitRun& visit) {
  std::error_code error;
  if (!fs::exists(folder, error)) throw InputError(folder, "no such folder", "check the path");
  if (!fs::is_directory(folder, error)) throw InputError(folder, "is not a folder", "give the folder of the run files");
  std::map<std::string, std::string> files, failures;  // by name
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error);
  if (error) throw InputError(folder, "cannot be read (" + error.message() + ")", "check its permissions");
  for (; entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (error) throw InputError(folder, "cannot be read (" + error.message() + ")", "check its permissions");
    std::error_code vanished;
    if (!entry->is_regular_file(vanished)) continue;
    const fs::path& path = entry->path();
    if (path.extension() == ".h5") files[run_name(path, folder, {".h5"})] = path.string();
    if (path.extension() == ".failed") failures[run_name(path, folder, {".failed", ".h5"})] = path.string();
  }

  RunTable table;
  for (const auto& [name, path] : files) {
    RunSummary row;
    try {
      const Hdf5Reader file(path);
      const std::string kind = kind_of(file);
      if (kind != kRunKind && kind.rfind("gsrgnn ", 0) == 0) continue;
      row = summarise_run(file, name);
      // Not in the reach of the catch below: what it throws is no fault of the run.
      failures.erase(name);
      table.rows.push_back(row);
      if (visit) visit(file, row);
    } catch (const InputError& damage) {
      if (row.done()) throw;
      if (!fs::exists(path, error)) continue;  // a checkpoint, say, that its run has done with
      table.left_out.push_back({path, damage.what()});
    }
  }
  for (const auto& [name, path] : failures) table.rows.push_back(read_failure(path, name));
  std::sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return table;
}

}  // namespace gsrgnn
