#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/results/report.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn {
namespace {

std::string text_cell(const ReportCell& cell, const ReportColumn& column) {
  if (const auto* text = std::get_if<std::string>(&cell)) return text->empty() ? "-" : *text;
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return std::to_string(*whole);
  const double value = std::get<double>(cell);
  if (!std::isfinite(value)) return "-";
  return column.sign ? fmt::format("{:+.{}f}", value, column.digits) : fmt::format("{:.{}f}", value, column.digits);
}

std::string csv_cell(const ReportCell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return std::to_string(*whole);
  if (const auto* value = std::get_if<double>(&cell)) return std::isfinite(*value) ? fmt::format("{}", *value) : "";
  return csv_field(std::get<std::string>(cell));
}

/// Signs as a terminal shows them: the bytes that begin one in UTF-8.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::string to_text(const ReportTable& table) {
  std::vector<std::vector<std::string>> lines(1);
  std::vector<std::size_t> widths;
  std::vector<bool> left(table.columns.size(), true);  // no number in the column
  for (const ReportColumn& column : table.columns) {
    lines[0].push_back(column.heading);
    widths.push_back(width(column.heading));
  }
  for (const auto& row : table.rows) {
    std::vector<std::string> line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      std::string text = text_cell(row[c], table.columns[c]);
      std::replace_if(
          text.begin(), text.end(), [](char sign) { return sign == '\n' || sign == '\r'; }, ' ');
      widths[c] = std::max(widths[c], width(text));
      const auto* own = std::get_if<std::string>(&row[c]);
      left[c] = left[c] && own != nullptr;
      line.push_back(std::move(text));
    }
    lines.push_back(std::move(line));
  }
  std::string text = table.title + "\n\n";
  for (const auto& line : lines) {
    std::string joined;
    for (std::size_t c = 0; c < line.size(); ++c) {
      const std::string gap(widths[c] - width(line[c]), ' ');
      joined += "  " + (left[c] ? line[c] + gap : gap + line[c]);
    }
    joined.erase(joined.find_last_not_of(' ') + 1);
    text += joined + "\n";
  }
  if (!table.notes.empty()) text += "\n";
  for (const std::string& note : table.notes) text += "  " + note + "\n";
  return text;
}

std::string to_csv(const ReportTable& table) {
  std::string text;
  for (std::size_t c = 0; c < table.columns.size(); ++c) text += (c == 0 ? "" : ",") + csv_cell(table.columns[c].name);
  text += "\n";
  for (const auto& row : table.rows) {
    for (std::size_t c = 0; c < row.size(); ++c) text += (c == 0 ? "" : ",") + csv_cell(row[c]);
    text += "\n";
  }
  return text;
}

}  // namespace gsrgnn
