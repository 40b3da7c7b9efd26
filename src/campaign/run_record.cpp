#include <filesystem>
#include <gsrgnn/campaign/run_record.hpp>
#include <gsrgnn/training/failure_record.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/hash.hpp>
#include <gsrgnn/util/version.hpp>
#include <map>

namespace gsrgnn {
namespace {

namespace fs = std::filesystem;

std::string hash_text(const SweepRun& run) {
  return fmt::format("{:016x}", identity_hash(run.identity));
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

void clean_sweep_folder(const std::string& folder, const std::vector<SweepRun>& runs, RunLocks& locks) {
  std::map<std::string, const SweepRun*> by_name;
  for (const SweepRun& run : runs) by_name[run.name] = &run;
  std::vector<fs::path> left;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".partial" || extension == ".checkpoint" || extension == ".previous") left.push_back(entry.path());
  }
  for (const fs::path& path : left) {
    // Names of temporary_path() for NAME.h5, NAME.failed and NAME.h5.checkpoint; NAME.h5.checkpoint(.previous)
    const bool partial = path.extension() == ".partial";
    fs::path name = partial ? path.stem().stem() : path.extension() == ".previous" ? path.stem() : path.filename();
    if (name.extension() == ".checkpoint") name = name.stem();
    const auto run = by_name.find(name.stem().string());
    if (run == by_name.end()) continue;
    const RunClaim claim(locks, identity_hash(run->second->identity));
    if (!claim.held() || !locks.supported()) continue;
    // A checkpoint is of use until the run is done.
    std::string why;
    if (partial || run_state(folder, *run->second, why) == RunState::complete) fs::remove(path, error);
  }
}

}  // namespace gsrgnn
