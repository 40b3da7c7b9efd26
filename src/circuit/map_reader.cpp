#include <gsrgnn/circuit/map_reader.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>

#include "circuit/map_formats.hpp"

namespace gsrgnn {
namespace {

struct Format {
  std::string_view first;  // word of the file
  MapFile (*read)(const std::string& path, TextLines& lines, const Circuit& circuit);
};
constexpr Format kFormats[] = {{"x0", read_csv_map}, {"violation", read_congestion_report}};

}  // namespace

MapFile read_map_file(const std::string& path, const Circuit& circuit) {
  TextLines lines(path, "map", kMapSeparators);
  constexpr std::string_view kGiveMap =
      "give a CSV of x0,y0,x1,y1,value, as gui::dump_heatmap writes, or a congestion report of global_route";
  if (!lines.next()) throw InputError(path, "the file is empty", kGiveMap);
  for (const Format& format : kFormats) {
    if (lines[0] == format.first) return format.read(path, lines, circuit);
  }
  lines.fail(fmt::format("this is no map, it begins with {}", in_quotes(lines[0])), kGiveMap);
}

}  // namespace gsrgnn
