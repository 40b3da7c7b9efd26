#include <fmt/format.h>

#include <filesystem>
#include <gsrgnn/results/report.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <gsrgnn/util/write_file.hpp>
#include <set>

namespace gsrgnn {
namespace {

std::vector<ReportTable> all_tables(const Comparison& comparison) {
  return {scores_table(comparison), seconds_table(comparison), speedup_table(comparison),
          memory_table(comparison), saving_table(comparison),  gsr_against_rev_table(comparison),
          depth_table(comparison),  worth_table(comparison),   failed_table(comparison)};
}

}  // namespace

std::string report_text(const Comparison& comparison) {
  std::size_t runs = 0;
  std::set<std::string> circuits;
  for (const Configuration& c : comparison.configurations) {
    runs += c.runs.size();
    circuits.insert(c.circuit);
  }
  std::string text =
      fmt::format("{} of {} on {}", plural(runs, "run"), plural(comparison.configurations.size(), "configuration"),
                  plural(circuits.size(), "circuit"));
  if (!comparison.failed.empty()) text += fmt::format("; {} failed", plural(comparison.failed.size(), "run"));
  if (comparison.repeated > 0) {
    text += fmt::format("; {} left out, with the parameters and seed of another", plural(comparison.repeated, "run"));
  }
  text += "\n";
  std::string missing;
  for (const ReportTable& table : all_tables(comparison)) {
    if (table.rows.empty()) {
      missing += fmt::format("No table '{}': {}.\n", table.name, table.missing);
    } else {
      text += "\n" + to_text(table);
    }
  }
  return text + (missing.empty() ? "" : "\n" + missing);
}

std::vector<std::string> write_report(const Comparison& comparison, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!std::filesystem::is_directory(folder, error)) {
    throw InputError(folder, "cannot make the folder", "check that the place is writable and no file has that name");
  }
  std::vector<std::string> names;
  const auto write = [&](const std::string& name, const std::string& text) {
    names.push_back((std::filesystem::path(folder) / name).string());
    write_file(names.back(), text);
  };
  write("report.txt", printable(report_text(comparison)));  // which is shown on terminals
  for (const ReportTable& table : all_tables(comparison)) {
    if (!table.rows.empty()) write(table.name + ".csv", to_csv(table));
  }
  return names;
}

}  // namespace gsrgnn
