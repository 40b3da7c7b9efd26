#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <gsrgnn/campaign/run_record.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/hash.hpp>
#include <gsrgnn/util/version.hpp>
#include <gsrgnn/util/write_file.hpp>
#include <limits>
#include <map>

namespace gsrgnn {
namespace {

namespace fs = std::filesystem;

std::string hash_text(const SweepRun& run) {
  return fmt::format("{:016x}", identity_hash(run.identity));
}

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

std::string run_path(const std::string& folder, const SweepRun& run) {
  return (fs::path(folder) / (run.name + ".h5")).string();
}

std::string failure_path(const std::string& folder, const SweepRun& run) {
  return (fs::path(folder) / (run.name + ".failed")).string();
}

RunState run_state(const std::string& folder, const SweepRun& run, std::string& why) {
  const std::string path = run_path(folder, run);
  std::error_code error;
  if (!fs::exists(path, error)) return RunState::none;
  return holds_run(path, run.identity, why) ? RunState::complete : RunState::damaged;
}

bool write_failure(const std::string& folder, const SweepRun& run, const Failure& failure) {
  return write_failure_record(failure_path(folder, run),
                              {failure, run.name, program_revision(), hash_text(run), run.identity});
}

bool read_final_failure(const std::string& folder, const SweepRun& run, Failure& failure) {
  const auto record = read_failure_record(failure_path(folder, run));
  if (!record) return false;
  failure = *record;
  return failure.final && record->deck_hash == hash_text(run) && record->revision == program_revision();
}

RunLocks::RunLocks(const std::string& folder) {
  const std::string path = (fs::path(folder) / "sweep.lock").string();
  for (int tries = 0; file_ < 0 && tries < 20; ++tries) {  // another sweep may remove a folder that it only tried
    std::error_code error;
    fs::create_directories(folder, error);
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

void clean_sweep_folder(const std::string& folder, const std::vector<SweepRun>& runs, RunLocks& locks) {
  std::map<std::string, const SweepRun*> by_name;
  for (const SweepRun& run : runs) by_name[run.name] = &run;
  std::vector<fs::path> left;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string extension = entry.path().extension().string();
    const bool log = extension == ".csv" && entry.path().stem().extension() == ".log";
    if (extension == ".partial" || extension == ".checkpoint" || extension == ".previous" || log) {
      left.push_back(entry.path());
    }
  }
  for (const fs::path& path : left) {
    // Names of temporary_path() for NAME.h5, NAME.failed and NAME.h5.checkpoint; NAME.h5.checkpoint(.previous),
    // NAME.h5.log.csv
    const bool partial = path.extension() == ".partial";
    fs::path name = partial                                                         ? path.stem().stem()
                    : path.extension() == ".previous" || path.extension() == ".csv" ? path.stem()
                                                                                    : path.filename();
    if (name.extension() == ".checkpoint" || name.extension() == ".log") name = name.stem();
    const auto run = by_name.find(name.stem().string());
    if (run == by_name.end()) continue;
    const RunClaim claim(locks, identity_hash(run->second->identity));
    if (!claim.held() || !locks.supported()) continue;
    // Checkpoint and log are of use until the run is done.
    std::string why;
    if (partial) {
      remove_abandoned(path.string());
    } else if (run_state(folder, *run->second, why) == RunState::complete) {
      fs::remove(path, error);
    }
  }
}

}  // namespace gsrgnn
