#include <algorithm>
#include <gsrgnn/results/results_file.hpp>
#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/write_file.hpp>
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
  for (const char* object : kCollected) {
    if (file.has(object)) results.copy(file, object, group + "/" + object);
  }
  for (const char* attribute : {"program_version", "revision", "kokkos_version", "execution_space"}) {
    results.attribute(group, attribute, file.attribute_string("/", attribute));
  }
  results.attribute(group, "threads", file.attribute_int("/", "threads"));
  results.group(group + "/model");
  results.attribute(group + "/model", "trained_parameters", file.attribute_int("model", "trained_parameters"));
  results.attribute(group + "/model", "label_unit", file.attribute_string("model", "label_unit"));
  for (const char* const hash : {"content_hash", "ancestor"}) {  // not of all runs
    if (file.has_attribute("model", hash)) {
      results.attribute(group + "/model", hash, file.attribute_string("model", hash));
    }
  }
  results.strings(group + "/model/label_name", file.strings("model/label_name"));
}

// A table of runs, by one of the two lists of its columns: each(run, visit).
constexpr auto kFields = [](auto& run, const auto& visit) { for_each_field(run, visit); };
constexpr auto kDetails = [](auto& run, const auto& visit) { for_each_detail(run, visit); };

/// The rows as columns.
template <class Each>
std::vector<Hdf5Column> columns_of(const std::vector<RunSummary>& rows, const Each& each) {
  std::vector<Hdf5Column> columns;
  const RunSummary none;
  each(none, [&](const std::string& name, const auto& value) {
    columns.push_back({name, std::vector<std::decay_t<decltype(value)>>()});
  });
  for (const RunSummary& row : rows) {
    std::size_t column = 0;
    each(row, [&](const auto&, const auto& value) {
      std::get<std::vector<std::decay_t<decltype(value)>>>(columns[column++].values).push_back(value);
    });
  }
  return columns;
}

std::size_t rows_of(const Hdf5Column& column) {
  return std::visit([](const auto& values) { return values.size(); }, column.values);
}

/// Sets the rows' members from the columns of a table. Throws InputError when one is missing or of another type.
template <class Each>
void read_columns(const Hdf5Reader& file, const std::string& table, const std::vector<Hdf5Column>& columns,
                  const Each& each, std::vector<RunSummary>& rows) {
  std::vector<const Hdf5Column*> in_order;  // null: not in this file
  const RunSummary none;
  each(none, [&](const std::string& name, const auto& value) {
    using Values = std::vector<std::decay_t<decltype(value)>>;
    const auto found =
        std::find_if(columns.begin(), columns.end(), [&](const Hdf5Column& column) { return column.name == name; });
    in_order.push_back(found == columns.end() ? nullptr : &*found);
    if (found == columns.end() && came_later(name)) return;
    if (found == columns.end()) file.fail(table, fmt::format("has no column '{}'", name));
    if (!std::holds_alternative<Values>(found->values)) {
      file.fail(table, fmt::format("has a column '{}' of another type than expected", name));
    }
  });
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::size_t column = 0;
    each(rows[r], [&](const auto&, auto& slot) {
      const Hdf5Column* const from = in_order[column++];
      if (from != nullptr) slot = std::get<std::vector<std::decay_t<decltype(slot)>>>(from->values)[r];
    });
  }
}

}  // namespace

RunTable collect_runs(const std::string& folder, const std::string& path) {
  check_writable(path);  // known before the runs are read
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
                                            : "what was left out: " + table.left_out.front().reason);
  }
  results.table("runs", columns_of(table.rows, kFields));
  results.table("details", columns_of(table.rows, kDetails));
  results.commit();
  return table;
}

std::vector<RunSummary> read_results(const Hdf5Reader& file) {
  const auto columns = file.table("runs");
  std::vector<RunSummary> rows(columns.empty() ? 0 : rows_of(columns.front()));
  read_columns(file, "runs", columns, kFields, rows);
  return rows;
}

std::vector<RunSummary> describe_results(const Hdf5Reader& file) {
  auto rows = read_results(file);
  const bool detailed = file.has("details");  // not by older programs
  if (detailed) {
    const auto columns = file.table("details");
    if (columns.empty() || rows_of(columns.front()) != rows.size()) file.fail("details", "has other rows than 'runs'");
    read_columns(file, "details", columns, kDetails, rows);
  }
  for (RunSummary& row : rows) {
    const bool joint = row.parameters.text("mode") == "joint";  // which has designs besides
    if (row.done() && (joint || !detailed)) {
      static_cast<RunDescription&>(row) = describe_run(file, group_of(row.name));
    }
  }
  return rows;
}

}  // namespace gsrgnn
