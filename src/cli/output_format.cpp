#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <gsrgnn/cli/output_format.hpp>
#include <gsrgnn/util/error.hpp>

namespace gsrgnn::cli {

OutputFormat output_format(const std::string& path, const std::vector<OutputFormat>& possible) {
  constexpr std::array kEnds = {".h5", ".csv", ".png", ".tcl"};  // by OutputFormat
  const std::string end = std::filesystem::path(path).extension().string();
  std::vector<std::string> ends;
  for (const OutputFormat format : possible) {
    ends.emplace_back(kEnds[static_cast<std::size_t>(format)]);
    if (end == ends.back()) return format;
  }
  throw InputError(path, end.empty() ? "the name of the file does not say what to write" : "is of an unknown kind",
                   fmt::format("let its name end in {}", fmt::join(ends, " or ")));
}

}  // namespace gsrgnn::cli
