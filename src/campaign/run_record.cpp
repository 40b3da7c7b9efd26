#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gsrgnn/campaign/run_record.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/version.hpp>
#include <map>
#include <nlohmann/json.hpp>

namespace gsrgnn {
namespace {

using Json = nlohmann::ordered_json;
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
  try {
    const Hdf5Reader file(path);
    describe_run(file);  // reads everything but the predictions and the model
    if (file.shape("predictions/value").size() != 2 || !file.has("model")) {
      file.fail("predictions", "is incomplete");
    }
    if (deck_identity(file.string("deck"), path + ":/deck") == run.identity) return RunState::complete;
    why = path + ": holds the run of another deck";
  } catch (const std::exception& exception) {
    why = exception.what();
  }
  return RunState::damaged;
}

bool write_failure(const std::string& folder, const SweepRun& run, const Failure& failure) {
  const Json record = {{"name", run.name},       {"reason", failure.reason},       {"exit_code", failure.exit_code},
                       {"final", failure.final}, {"revision", program_revision()}, {"deck_hash", hash_text(run)},
                       {"deck", run.identity}};
  const std::string path = failure_path(folder, run), temporary = fmt::format("{}.{}.partial", path, ::getpid());
  std::ofstream file(temporary, std::ios::binary);
  file << record.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  file.close();
  if (file && std::rename(temporary.c_str(), path.c_str()) == 0) return true;
  std::remove(temporary.c_str());
  return false;
}

bool read_final_failure(const std::string& folder, const SweepRun& run, Failure& failure) {
  std::ifstream file(failure_path(folder, run), std::ios::binary);
  if (!file) return false;
  const Json record = Json::parse(file, nullptr, false);
  try {
    failure = {record.at("reason"), record.at("exit_code"), record.at("final")};
    return failure.final && record.at("deck_hash") == hash_text(run) && record.at("revision") == program_revision();
  } catch (const Json::exception&) {
    return false;  // damaged: as if there were none
  }
}

void remove_leftovers(const std::string& folder, const std::vector<SweepRun>& runs, RunLocks& locks) {
  std::map<std::string, std::uint64_t> hash;
  for (const SweepRun& run : runs) hash[run.name] = identity_hash(run.identity);
  std::vector<fs::path> left;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".partial") left.push_back(entry.path());
  }
  for (const fs::path& path : left) {  // NAME.h5.PID.partial, NAME.failed.PID.partial
    const auto run = hash.find(path.stem().stem().stem().string());
    if (run == hash.end()) continue;
    const RunClaim claim(locks, run->second);
    if (claim.held() && locks.supported()) fs::remove(path, error);
  }
}

}  // namespace gsrgnn
