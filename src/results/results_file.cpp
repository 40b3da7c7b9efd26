#include <algorithm>
#include <gsrgnn/results/results_file.hpp>
#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/write_file.hpp>

#include "results/run_arrays.hpp"

namespace gsrgnn {
namespace {

constexpr std::int64_t kVersion = 2;

/// Keys of decks that came later than the program that wrote a file: their columns are empty then.
bool came_later(const std::string& name) {
  return std::any_of(parameter_keys().begin(), parameter_keys().end(),
                     [&](const DeckKey& key) { return key.before != nullptr && name == key.name; });
}

/// A circuit of a joint training as a row of a table.
struct DesignRow {
  std::int64_t run = 0;   ///< in the table of runs
  std::int64_t part = 0;  ///< Part
  DesignResult design;
};

// The tables, by the lists of their columns: each(row, visit).
constexpr auto kRunFields = [](auto& run, const auto& visit) { for_each_field(run, visit); };
constexpr auto kDesignFields = [](auto& row, const auto& visit) {
  visit("run", row.run);
  visit("name", row.design.name);
  visit("path", row.design.path);
  visit("part", row.part);
  for (const CountField& field : kCountFields) visit(field.name, row.design.counts.*field.value);
  for (const ScoreField& field : kScoreFields) visit(field.name, row.design.scores.*field.value);
  for_each_comparison(row.design, visit);
};

/// The rows as columns.
template <class Row, class Each>
std::vector<Hdf5Column> columns_of(const std::vector<Row>& rows, const Each& each) {
  std::vector<Hdf5Column> columns;
  const Row none;
  each(none, [&](const std::string& name, const auto& value) {
    columns.push_back({name, std::vector<std::decay_t<decltype(value)>>()});
  });
  for (const Row& row : rows) {
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

/// The rows of a table. Throws InputError when a column is missing or of another type.
template <class Row, class Each>
std::vector<Row> read_rows(const Hdf5Reader& file, const std::string& table, const Each& each) {
  const auto columns = file.table(table);
  std::vector<Row> rows(columns.empty() ? 0 : rows_of(columns.front()));
  std::vector<const Hdf5Column*> in_order;  // null: not in this file
  const Row none;
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
  return rows;
}

std::vector<DesignRow> designs_of(const std::vector<RunSummary>& rows) {
  std::vector<DesignRow> designs;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (const DesignResult& design : rows[r].designs) {
      designs.push_back({static_cast<std::int64_t>(r), static_cast<std::int64_t>(design.part), design});
    }
  }
  return designs;
}

}  // namespace

RunTable collect_runs(const std::string& folder, const std::string& path) {
  check_writable(path);  // known before the runs are read
  RunArrays arrays;
  const RunTable table =
      read_run_folder(folder, [&](const Hdf5Reader& file, const RunSummary& row) { arrays.add(file, row); });
  if (table.rows.empty()) {
    throw InputError(folder, table.left_out.empty() ? "holds no run file" : "holds no whole run file",
                     table.left_out.empty() ? "give the folder that a sweep or trainings write to"
                                            : "what was left out: " + table.left_out.front().reason);
  }
  Hdf5Writer results(path);
  results.attribute("/", "kind", kResultsKind);
  results.attribute("/", "version", kVersion);
  results.table("runs", columns_of(table.rows, kRunFields));
  if (const auto designs = designs_of(table.rows); !designs.empty()) {
    results.table("designs", columns_of(designs, kDesignFields));
  }
  arrays.write(results, table.rows);
  results.commit();
  return table;
}

std::vector<RunSummary> read_results(const Hdf5Reader& file) {
  if (const std::int64_t version = file.attribute_int("/", "version"); version != kVersion) {
    file.refuse("", fmt::format("is a results file of version {}, and those of {} are read", version, kVersion),
                "collect its runs again");
  }
  auto rows = read_rows<RunSummary>(file, "runs", kRunFields);
  if (!file.has("designs")) return rows;
  for (DesignRow& row : read_rows<DesignRow>(file, "designs", kDesignFields)) {
    if (row.run < 0 || static_cast<std::size_t>(row.run) >= rows.size()) {
      file.fail("designs", "names a run that is not in 'runs'");
    }
    if (row.part < 0 || row.part > static_cast<std::int64_t>(Part::test)) {
      file.fail("designs", "holds a part that is none");
    }
    row.design.part = static_cast<Part>(row.part);
    rows[static_cast<std::size_t>(row.run)].designs.push_back(std::move(row.design));
  }
  return rows;
}

}  // namespace gsrgnn
