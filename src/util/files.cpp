#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>
#include <gsrgnn/util/machine.hpp>
#include <random>

namespace gsrgnn {

std::string temporary_path(const std::string& path) {
  static const std::string process = [] {
    std::string host = host_name().substr(0, 16);
    std::replace(host.begin(), host.end(), '.', '_');
    return fmt::format("{}-{}-{:08x}", host, ::getpid(), std::random_device()());
  }();
  return fmt::format("{}.{}.partial", path, process);
}

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

bool write_text_file(const std::string& path, std::string_view text) {
  const std::string temporary = temporary_path(path);
  std::ofstream file(temporary, std::ios::binary);
  file << text;
  file.close();
  if (file && std::rename(temporary.c_str(), path.c_str()) == 0) return true;
  std::remove(temporary.c_str());
  return false;
}

void write_whole_file(const std::string& path, std::string_view bytes) {
  std::error_code told_by_what_follows;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), told_by_what_follows);
  if (!write_text_file(path, bytes)) throw InputError(path, "cannot be written", "check the folder and its space");
}

bool sync_to_disk(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool good = ::fsync(file) == 0 || errno == EINVAL;  // EINVAL: there is no disk behind it
  ::close(file);
  return good;
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
