#include "util/checksum.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/hash.hpp>
#include <vector>

namespace gsrgnn {
namespace {

constexpr std::string_view kMark = "gsrgnn checksum ";
constexpr std::size_t kNumber = 16, kLine = kMark.size() + kNumber + 1 + kNumber + 1;

std::string number_text(std::uint64_t number) {
  return fmt::format("{:016x}", number);
}

std::string line_of(std::uint64_t bytes, const Fingerprint& print) {
  return fmt::format("{}{} {}\n", kMark, number_text(bytes), print.text());
}

std::uint64_t size_of(int file, const std::string& path) {
  struct stat status {};
  if (::fstat(file, &status) != 0) throw InputError(path, "cannot be read", "check the disk");
  return static_cast<std::uint64_t>(status.st_size);
}

/// The bytes of the file from `first` on, as many as there is room for.
void read_at(int file, std::uint64_t first, char* to, std::size_t count, const std::string& path) {
  while (count > 0) {
    const ssize_t read = ::pread(file, to, count, static_cast<off_t>(first));
    if (read < 0 && errno == EINTR) continue;
    if (read <= 0) {
      throw InputError(path, fmt::format("cannot be read ({})", read < 0 ? std::strerror(errno) : "it became shorter"),
                       "check the disk");
    }
    to += read;
    first += static_cast<std::uint64_t>(read);
    count -= static_cast<std::size_t>(read);
  }
}

[[noreturn]] void fail(const std::string& path) {
  throw InputError(path, "is damaged: its bytes do not fit its checksum",
                   "copy it again from where it is whole, or write it again");
}

}  // namespace

std::string checksum_line(std::string_view bytes) {
  Fingerprint print;
  print.add_words(bytes.data(), bytes.size());
  return line_of(bytes.size(), print);
}

bool has_right_checksum(int file, const std::string& path) {
  const std::uint64_t size = size_of(file, path);
  if (size < kLine) return false;
  const std::uint64_t end = size - kLine;
  std::string line(kLine, '\0');
  read_at(file, end, line.data(), kLine, path);
  // One of the two is enough: the line itself may be what is damaged.
  if (line.compare(0, kMark.size(), kMark) != 0 && line.compare(kMark.size(), kNumber, number_text(end)) != 0) {
    return false;
  }
  Fingerprint print;
  std::vector<char> part(std::min<std::uint64_t>(end, std::uint64_t{1} << 20U));  // of whole words
  for (std::uint64_t first = 0; first < end; first += part.size()) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(part.size(), end - first));
    read_at(file, first, part.data(), count, path);
    print.add_words(part.data(), count);
  }
  if (line != line_of(end, print)) fail(path);
  return true;
}

void refuse_broken_checksum(int file, std::uint64_t end, const std::string& path) {
  const std::uint64_t size = size_of(file, path);
  if (size <= end) return;
  std::string rest(static_cast<std::size_t>(std::min<std::uint64_t>(size - end, kMark.size())), '\0');
  read_at(file, end, rest.data(), rest.size(), path);
  if (size - end <= kLine || rest == kMark) fail(path);
}

}  // namespace gsrgnn
