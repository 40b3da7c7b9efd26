#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>

namespace gsrgnn {

std::optional<std::string> read_text_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::error_code unknown;
  const std::uintmax_t size = std::filesystem::file_size(path, unknown);
  if (!unknown) text.reserve(size);
  std::array<char, 1 << 16> part{};
  while (file.read(part.data(), part.size()), file.gcount() > 0) {
    text.append(part.data(), static_cast<std::size_t>(file.gcount()));
  }
  return file.eof() && !file.bad() ? std::optional(std::move(text)) : std::nullopt;
}

std::string read_whole_file(const std::string& path, std::uint64_t most) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw InputError(path, "there is no such file", "check the path");
  if (!fs::is_regular_file(status)) throw InputError(path, "this is not a plain file", "check the path");
  const std::uintmax_t size = fs::file_size(path, error);
  if (!error && size > most) {
    throw InputError(path, fmt::format("the file has {} bytes", size), fmt::format("at most {} are read", most));
  }
  auto bytes = read_text_file(path);
  if (error || !bytes) throw InputError(path, "the file cannot be read", "check its permissions");
  return std::move(*bytes);
}

void refuse_overwrite(const std::string& output, const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    std::error_code absent;
    if (std::filesystem::equivalent(output, input, absent)) {
      throw InputError(output, "is read by this command, and would be overwritten", "give the output another name");
    }
  }
}

}  // namespace gsrgnn
