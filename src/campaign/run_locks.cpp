#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <gsrgnn/campaign/run_locks.hpp>
#include <gsrgnn/util/error.hpp>
#include <limits>

namespace gsrgnn {
namespace {

/// The run's byte. Locks may lie far behind the end of a file.
struct flock byte_of(std::uint64_t hash, short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(hash % static_cast<std::uint64_t>(std::numeric_limits<off_t>::max()));
  lock.l_len = 1;
  return lock;
}

}  // namespace

RunLocks::RunLocks(const std::string& folder) {
  const std::string path = (std::filesystem::path(folder) / "sweep.lock").string();
  for (int tries = 0; file_ < 0 && tries < 20; ++tries) {  // another sweep may remove a folder that it only tried
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  }
  if (file_ < 0) throw InputError(path, "cannot be opened", "check that the folder is writable and the disk not full");
}

RunLocks::~RunLocks() {
  ::close(file_);
}

bool RunLocks::claim(std::uint64_t hash) {
  struct flock lock = byte_of(hash, F_WRLCK);
  int code = 0;
  do {
    code = ::fcntl(file_, F_SETLK, &lock);
  } while (code != 0 && errno == EINTR);
  if (code == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  supported_ = false;
  return true;
}

void RunLocks::release(std::uint64_t hash) {
  struct flock lock = byte_of(hash, F_UNLCK);
  ::fcntl(file_, F_SETLK, &lock);
}

}  // namespace gsrgnn
