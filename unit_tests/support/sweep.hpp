#pragma once

/// gsrgnn sweep in a folder of its own, by any number of ranks, in the background too.

#include <gsrgnn/util/hdf5_file.hpp>
#include <map>

#include "support/child_process.hpp"
#include "support/program.hpp"

namespace gsrgnn::testing {

// Eight runs of some milliseconds.
inline const std::string kSweepDeck = R"(circuit:
  generate: {cells: 200, seed: 1}
model: {hidden: 16, k: 4, layers: 2}
train: {epochs: 5, split: [0.6, 0.2, 0.2]}
sweep:
  layers: [1, 2]
  k: [2, 4]
  seed: [0, 1]
output: out
)";

// Of some tenths of a second.
constexpr int kEpochs = kSanitized ? 150 : 1500;

class SweepTest : public ::testing::Test {
 protected:
  SweepTest() { work_.write("deck.yaml", kSweepDeck); }
  std::string command(const std::string& arguments, int ranks, const std::string& before = "") const {
    const std::string mpirun = fmt::format("'{}' -n {}", GSRGNN_MPIRUN, ranks);
    return fmt::format(
        "cd '{}' && export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
        "OMPI_MCA_rmaps_base_oversubscribe=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1; {} exec {} '{}' sweep {}",
        work_.path(), before, ranks > 0 ? mpirun : "", GSRGNN_PROGRAM, arguments);
  }
  /// Runs "gsrgnn sweep ARGUMENTS" in the work folder; by 0 ranks: without mpirun.
  Outcome sweep(const std::string& arguments, int ranks = 0, const std::string& before = "") const {
    const std::string out = texts_.path("out"), err = texts_.path("err");
    const int status =
        std::system(fmt::format("({}) >'{}' 2>'{}' </dev/null", command(arguments, ranks, before), out, err).c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_bytes(out), read_bytes(err)};
  }
  void expect_said(const Outcome& outcome, int code, const std::string& words) const {
    EXPECT_EQ(outcome.code, code) << outcome.out << outcome.err;
    EXPECT_NE(outcome.out.find(words), std::string::npos) << words << " in:\n" << outcome.out << outcome.err;
  }

  /// Starts it in the background, standard output into the file.
  pid_t start(const std::string& arguments, int ranks, const std::string& out) const {
    return start_shell(command(arguments, ranks), out);
  }
  static int wait_for(pid_t child) { return wait_for_exit(child); }

  /// Lets the sweep into "out" stand still while it has a run under way, as its locks tell.
  bool stop_under_way(pid_t sweep) const {
    const std::string locks = work_.path("out/sweep.lock");
    const bool locked = wait_until(sweep, [&] {
      const int file = ::open(locks.c_str(), O_RDWR);
      struct flock all {};
      all.l_type = F_WRLCK;
      const bool held = file >= 0 && ::fcntl(file, F_GETLK, &all) == 0 && all.l_type != F_UNLCK;
      if (file >= 0) ::close(file);
      return held;
    });
    ::kill(sweep, SIGSTOP);
    return locked;
  }

  std::vector<std::string> files(const std::string& folder, const std::string& extension) const {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(work_.path(folder), error)) {
      if (entry.path().extension() == extension) names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  /// All that a run computed, by the run's name.
  std::map<std::string, std::vector<double>> results(const std::string& folder) const {
    std::map<std::string, std::vector<double>> all;
    for (const std::string& name : files(folder, ".h5")) {
      const Hdf5Reader file(work_.path(folder + "/" + name));
      auto& of_run = all[name] = file.array<double>("curves/loss");
      for (const double score : file.array<double>("scores/test")) of_run.push_back(score);
      for (const float value : file.array<float>("predictions/value")) of_run.push_back(value);
    }
    return all;
  }
  /// When the file was last written.
  std::filesystem::file_time_type written(const std::string& name) const {
    return std::filesystem::last_write_time(work_.path(name));
  }

  TestFolder work_{"_work"}, texts_{"_texts"};
};

/// The processes of a sweep, from the lines that tell what each rank has.
inline std::vector<pid_t> rank_processes(const std::string& out) {
  std::vector<pid_t> pids;
  for (auto at = out.find(" pid "); at != std::string::npos; at = out.find(" pid ", at + 1)) {
    pids.push_back(static_cast<pid_t>(std::stol(out.substr(at + 5))));
  }
  return pids;
}

}  // namespace gsrgnn::testing
