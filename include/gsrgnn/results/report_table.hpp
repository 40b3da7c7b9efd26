#pragma once

/// A table of a report, as aligned text for people and as CSV for programs.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace gsrgnn {

/// An undefined number and an empty text stand for "nothing": "-" in text, an empty field in CSV.
using ReportCell = std::variant<std::string, std::int64_t, double>;

struct ReportColumn {
  std::string name;     ///< in CSV; unique
  std::string heading;  ///< in text
  int digits = 0;       ///< of a floating-point number in text; CSV has them all
  bool sign = false;    ///< show a plus in text
};

struct ReportTable {
  std::string name;   ///< of the CSV file
  std::string title;  ///< one line
  std::vector<std::string> notes;
  std::string missing;  ///< said instead of a table without rows
  std::vector<ReportColumn> columns{};
  std::vector<std::vector<ReportCell>> rows{};
};

/// Title, headings and rows; texts aligned to the left, numbers to the right; the notes below.
std::string to_text(const ReportTable& table);
/// RFC 4180 but for line ends, which are \n: a line of names, then the rows.
std::string to_csv(const ReportTable& table);

}  // namespace gsrgnn
