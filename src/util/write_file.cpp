#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/machine.hpp>
#include <gsrgnn/util/write_file.hpp>
#include <random>
#include <thread>
#include <utility>

namespace gsrgnn {
namespace {

namespace fs = std::filesystem;

/// The result of a system call that no signal interrupted.
template <class Call>
auto uninterrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

bool sync(int file) {
  return uninterrupted([&] { return ::fsync(file); }) == 0 || errno == EINVAL;  // EINVAL: there is no disk behind it
}

bool rename(const std::string& from, const std::string& to) {
  return uninterrupted([&] { return std::rename(from.c_str(), to.c_str()); }) == 0;
}

void expect_plain_file(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status) || fs::is_regular_file(status)) return;
  throw InputError(path, fs::is_directory(status) ? "is a folder" : "is a pipe or device",
                   "give the name of the file to write");
}

/// A file being written, which goes again unless it is published.
class Temporary {
 public:
  explicit Temporary(const std::string& path) : path_(path), name_(temporary_path(path)) {
    expect_plain_file(path_);
    const fs::path folder = fs::path(path_).parent_path();
    std::error_code error;
    for (fs::path parent = folder; !parent.empty() && !fs::exists(parent, error); parent = parent.parent_path()) {
      made_folder_ = parent.string();
    }
    // Again, for another writer that only tried the place may remove its folder at any moment, and who cleans up may
    // have got hold of the new file before it was locked, and be about to remove it.
    int why = ENOENT;
    for (int tries = 0; file_ < 0 && tries < 100 && (why == ENOENT || why == EINTR || why == EEXIST); ++tries) {
      if (why == EEXIST) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (!folder.empty()) fs::create_directories(folder, error);
      file_ = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (file_ < 0) why = error ? error.value() : errno;
      if (file_ >= 0 && !lock()) ::close(std::exchange(file_, -1));
    }
    if (file_ >= 0) return;
    discard();
    fail(why);
  }
  ~Temporary() {
    if (file_ < 0) return;
    ::close(file_);
    discard();
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = uninterrupted([&] { return ::write(file_, bytes.data(), bytes.size()); });
      if (written <= 0) fail(written == 0 ? ENOSPC : errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void publish(const std::string& keep_as) {
    if (!sync(file_)) fail(errno);
    const bool keeps = !keep_as.empty() && rename(path_, keep_as);
    if (!keep_as.empty() && !keeps && errno != ENOENT) fail(errno);
    if (!rename(name_, path_)) {
      const int why = errno;
      if (keeps) rename(keep_as, path_);
      fail(why);
    }
    // From here on the file is whole and has its name: what fails now takes nothing of that away.
    ::close(std::exchange(file_, -1));
    const fs::path folder = fs::path(path_).parent_path();
    sync_to_disk(folder.empty() ? "." : folder.string());
  }

 private:
  [[noreturn]] void fail(int why) const {
    throw InputError(path_, fmt::format("cannot write the file ({})", std::strerror(why)),
                     "check that the folder is writable and the disk not full");
  }

  /// False when somebody who cleans up took the new file for one that a dead process left, and removed it. Where there
  /// are no locks nobody does.
  bool lock() const {
    const int code = uninterrupted([&] { return ::flock(file_, LOCK_EX | LOCK_NB); });
    struct stat status {};
    return (code == 0 || errno != EWOULDBLOCK) && ::fstat(file_, &status) == 0 && status.st_nlink > 0;
  }

  /// Removes the file and the folders made for it, as far as they are empty.
  void discard() const {
    std::error_code error;
    fs::remove(name_, error);
    for (fs::path folder = fs::path(path_).parent_path();
         !made_folder_.empty() && fs::remove(folder, error) && folder != made_folder_; folder = folder.parent_path()) {
    }
  }

  std::string path_, name_, made_folder_;  // the outermost folder that had to be made; empty: none
  int file_ = -1;
};

}  // namespace

void write_file(const std::string& path, std::string_view bytes) {
  write_file(path, std::vector<std::string_view>{bytes});
}

void write_file(const std::string& path, const std::vector<std::string_view>& pieces, const std::string& keep_as) {
  Temporary file(path);
  for (const std::string_view piece : pieces) file.write(piece);
  file.publish(keep_as);
}

void check_writable(const std::string& path) {
  const Temporary never_published(path);
}

std::string temporary_path(const std::string& path) {
  static const std::string process = [] {
    std::string host = host_name().substr(0, 16);
    std::replace(host.begin(), host.end(), '.', '_');
    return fmt::format("{}-{}-{:08x}", host, ::getpid(), std::random_device()());
  }();
  static std::atomic<unsigned> number = 0;
  return fmt::format("{}.{}-{}.partial", path, process, number++);
}

void remove_abandoned(const std::string& temporary) {
  const int file = ::open(temporary.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return;
  std::error_code error;
  if (uninterrupted([&] { return ::flock(file, LOCK_EX | LOCK_NB); }) == 0) fs::remove(temporary, error);
  ::close(file);
}

bool sync_to_disk(const std::string& path) {
  const int file = uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); });
  if (file < 0) return false;
  const bool good = sync(file);
  ::close(file);
  return good;
}

}  // namespace gsrgnn
