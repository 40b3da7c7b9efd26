#include <algorithm>
#include <filesystem>
#include <gsrgnn/results/results.hpp>
#include <gsrgnn/training/failure_record.hpp>
#include <gsrgnn/util/error.hpp>
#include <map>

namespace gsrgnn {
namespace {

namespace fs = std::filesystem;

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

/// The row of a run that failed, from its record. A record that cannot be made out still is that of a failure.
RunSummary read_failure(const std::string& path, const std::string& name) {
  RunSummary row;
  row.name = name;
  row.status = "failed";
  const auto record = read_failure_record(path);
  if (!record) {
    row.reason = "unknown: its record cannot be read";
    return row;
  }
  row.reason = record->reason;
  row.revision = record->revision;
  row.circuit = row.circuit_file = circuit_of_deck(record->deck);
  try {
    row.parameters = read_run_parameters(record->deck, path);
  } catch (const InputError&) {  // a deck that could not be read may be why it failed
    return row;
  }
  return row;
}

}  // namespace

std::string kind_of(const Hdf5Reader& file) {
  return file.has_attribute("/", "kind") ? file.attribute_string("/", "kind") : "";
}

RunSummary summarise_run(const Hdf5Reader& file, const std::string& name) {
  if (kind_of(file) != kRunKind) {
    throw InputError(file.path(), "is not a run file", "runs are written by 'gsrgnn train' and 'gsrgnn sweep'");
  }
  RunSummary row;
  static_cast<RunDescription&>(row) = describe_run(file);
  row.name = name;
  if (row.best_epoch < 0 || static_cast<std::size_t>(row.best_epoch) >= row.lists.validation_pearson.size()) {
    file.fail("scores@best_epoch", "is not an epoch of the curves");
  }
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
    try {
      const Hdf5Reader file(path);
      const std::string kind = kind_of(file);
      if (kind != kRunKind && kind.rfind("gsrgnn ", 0) == 0) continue;
      RunSummary row = summarise_run(file, name);
      if (visit) visit(file, row);
      failures.erase(name);
      table.rows.push_back(std::move(row));
    } catch (const InputError& damage) {
      if (!fs::exists(path, error)) continue;  // a checkpoint, say, that its run has done with
      table.left_out.push_back({path, damage.what()});
    }
  }
  for (const auto& [name, path] : failures) table.rows.push_back(read_failure(path, name));
  std::sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return table;
}

}  // namespace gsrgnn
