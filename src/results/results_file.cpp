#include <algorithm>
#include <gsrgnn/results/results_file.hpp>
#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/util/error.hpp>
#include <set>

namespace gsrgnn {
namespace {

constexpr std::int64_t kVersion = 1;

/// Columns that files of older programs lack: they are empty then.
bool came_later(const std::string& name) {
  const auto is_later = [&](const DeckKey& key) { return key.before != nullptr && name == key.name; };
  for (const BaselineField& baseline : kBaselineFields) {
    if (name == baseline_column(baseline)) return true;
  }
  return name == "circuit_file" || name == "content_hash" || name == "label" || name == "split" ||
         std::any_of(parameter_keys().begin(), parameter_keys().end(), is_later);
}

std::string group_of(const std::string& name) {
  return "run/" + name;
}

void copy_run(Hdf5Writer& results, const Hdf5Reader& file, const std::string& name) {
  const std::string group = group_of(name);
  for (const char* object : {"circuit", "curves", "deck", "measured", "memory", "predictions", "scores"}) {
    results.copy(file, object, group + "/" + object);
  }
  for (const char* object : {"baselines", "designs"}) {  // not by older programs; of joint trainings only
    if (file.has(object)) results.copy(file, object, group + "/" + object);
  }
  for (const char* attribute : {"program_version", "revision", "kokkos_version", "execution_space"}) {
    results.attribute(group, attribute, file.attribute_string("/", attribute));
  }
  results.attribute(group, "threads", file.attribute_int("/", "threads"));
  results.group(group + "/model");
  results.attribute(group + "/model", "trained_parameters", file.attribute_int("model", "trained_parameters"));
  results.attribute(group + "/model", "label_unit", file.attribute_string("model", "label_unit"));
  results.strings(group + "/model/label_name", file.strings("model/label_name"));
}

/// The rows as columns.
std::vector<Hdf5Column> columns_of(const std::vector<RunSummary>& rows) {
  std::vector<Hdf5Column> columns;
  const RunSummary none;
  for_each_field(none, [&](const std::string& name, const auto& value) {
    columns.push_back({name, std::vector<std::decay_t<decltype(value)>>()});
  });
  for (const RunSummary& row : rows) {
    std::size_t column = 0;
    for_each_field(row, [&](const auto&, const auto& value) {
      std::get<std::vector<std::decay_t<decltype(value)>>>(columns[column++].values).push_back(value);
    });
  }
  return columns;
}

}  // namespace

RunTable collect_runs(const std::string& folder, const std::string& path) {
  Hdf5Writer results(path);
  results.attribute("/", "kind", kResultsKind);
  results.attribute("/", "version", kVersion);
  results.group("run");
  // A run's group has the run's name: what lies in a folder of that name, a.h5 beside a/b.h5, would lie in the group.
  std::set<std::string> names;
  const auto within = [&](const std::string& name) {
    for (std::size_t end = name.find('/'); end != std::string::npos; end = name.find('/', end + 1)) {
      if (names.count(name.substr(0, end)) > 0) return true;
    }
    return false;
  };
  RunTable table = read_run_folder(folder, [&](const Hdf5Reader& file, const RunSummary& row) {
    if (within(row.name)) return;
    copy_run(results, file, row.name);
    names.insert(row.name);
  });
  const auto inner = std::stable_partition(table.rows.begin(), table.rows.end(),
                                           [&](const RunSummary& row) { return !within(row.name); });
  for (auto row = inner; row != table.rows.end(); ++row) {
    table.left_out.push_back({row->name, row->name + ": lies in a folder named like another run; rename one of them"});
  }
  table.rows.erase(inner, table.rows.end());
  if (table.rows.empty()) {
    throw InputError(folder, table.left_out.empty() ? "holds no run file" : "holds no whole run file",
                     table.left_out.empty() ? "give the folder that a sweep or trainings write to"
                                            : "the damaged ones are those of: " + table.left_out.front().reason);
  }
  results.table("runs", columns_of(table.rows));
  results.commit();
  return table;
}

std::vector<RunSummary> read_results(const Hdf5Reader& file) {
  const auto columns = file.table("runs");
  std::size_t count = 0;
  for (const Hdf5Column& column : columns) {
    count = std::visit([](const auto& values) { return values.size(); }, column.values);
  }
  std::vector<RunSummary> rows(count);
  const RunSummary none;
  for_each_field(none, [&](const std::string& name, const auto& value) {
    using Values = std::vector<std::decay_t<decltype(value)>>;
    const auto found =
        std::find_if(columns.begin(), columns.end(), [&](const Hdf5Column& column) { return column.name == name; });
    if (found == columns.end() && came_later(name)) return;
    if (found == columns.end()) file.fail("runs", fmt::format("has no column '{}'", name));
    if (!std::holds_alternative<Values>(found->values)) {
      file.fail("runs", fmt::format("has a column '{}' of another type than expected", name));
    }
    for (std::size_t r = 0; r < count; ++r) {
      for_each_field(rows[r], [&](const std::string& field, auto& slot) {
        if constexpr (std::is_same_v<Values, std::vector<std::decay_t<decltype(slot)>>>) {
          if (field == name) slot = std::get<Values>(found->values)[r];
        }
      });
    }
  });
  return rows;
}

std::vector<RunSummary> describe_results(const Hdf5Reader& file) {
  auto rows = read_results(file);
  for (RunSummary& row : rows) {
    if (row.done()) static_cast<RunDescription&>(row) = describe_run(file, group_of(row.name));
  }
  return rows;
}

}  // namespace gsrgnn
