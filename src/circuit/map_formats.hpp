#pragma once

/// The formats of maps: a reader each, and a row in map_reader.cpp.

#include <gsrgnn/circuit/design_text.hpp>
#include <gsrgnn/circuit/map_reader.hpp>

namespace gsrgnn {

// More boxes a map than any design has GCells.
constexpr std::int64_t kMostMapBoxes = 1 << 24;

// What stands between their words, beside white space.
constexpr std::string_view kMapSeparators = ",():";

/// Both begin at the file's first line, which `lines` has read.
MapFile read_csv_map(const std::string& path, TextLines& lines, const Circuit& circuit);
MapFile read_congestion_report(const std::string& path, TextLines& lines, const Circuit& circuit);

}  // namespace gsrgnn
