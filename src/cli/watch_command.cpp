#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/say.hpp>
#include <gsrgnn/training/epoch_log.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <thread>

namespace gsrgnn::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEnd = ".log.csv";

bool is_log(const std::string& name) {
  const std::string end = kEnd;
  return name.size() > end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
}

std::string without_end(const std::string& log) {
  return log.substr(0, log.size() - std::string(kEnd).size());
}

/// A training as its log tells of it.
struct Watched {
  std::string run;  ///< its output, without the folder that is watched
  EpochLine last;
  std::int64_t best_epoch = 0;
  double epoch_seconds = 0, silent_seconds = 0;
  bool done = false;

  /// Between two lines there is an epoch, and now and then a checkpoint.
  bool under_way() const { return !done && silent_seconds < 30 + 5 * epoch_seconds; }
};

double age_of(const fs::path& path) {
  std::error_code gone;
  const auto written = fs::last_write_time(path, gone);
  return gone ? 0 : std::chrono::duration<double>(fs::file_time_type::clock::now() - written).count();
}

Watched watched(const fs::path& log, const std::string& name) {
  Watched w;
  w.run = name;
  const auto lines = read_epoch_log(log.string());
  w.silent_seconds = age_of(log);
  if (lines.empty()) return w;
  w.last = lines.back();
  double best = -2;  // below any Pearson
  for (const EpochLine& line : lines) {
    if (line.epoch == 0 || !(line.validation_pearson > best)) continue;
    best = line.validation_pearson;
    w.best_epoch = line.epoch;
  }
  const EpochLine& earlier = lines[lines.size() > 20 ? lines.size() - 20 : 0];
  const auto epochs = static_cast<double>(w.last.epoch - earlier.epoch);
  if (epochs > 0) w.epoch_seconds = (w.last.seconds - earlier.seconds) / epochs;
  // A run file that is younger than its log is that of this training; one that ended by its patience has no other sign.
  const std::string output = without_end(log.string());
  std::error_code absent;
  w.done = fs::exists(output, absent) && age_of(output) <= w.silent_seconds;
  return w;
}

std::string state_of(const Watched& w) {
  if (w.done) return "done";
  if (!w.under_way()) return fmt::format("silent for {}", duration(w.silent_seconds));
  if (w.epoch_seconds == 0) return "under way";
  return fmt::format("{} left", duration(w.epoch_seconds * static_cast<double>(w.last.epochs - w.last.epoch)));
}

struct Watch {
  std::vector<Watched> trainings;
  std::size_t files = 0, failed = 0;  ///< of a folder: run files, and records of failures
};

Watch look(const std::string& path) {
  Watch watch;
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    const std::string log = is_log(path) ? path : log_path(path);
    if (!fs::exists(log, error)) {
      throw InputError(path, fmt::format("there is no log of a training, {}", log),
                       "give the output of a training that has begun, or a folder of such");
    }
    watch.trainings.push_back(watched(log, without_end(fs::path(log).filename().string())));
    return watch;
  }
  for (fs::recursive_directory_iterator entry(path, fs::directory_options::skip_permission_denied, error), end;
       !error && entry != end; entry.increment(error)) {
    const fs::path& file = entry->path();
    watch.files += file.extension() == ".h5" ? 1 : 0;
    watch.failed += file.extension() == ".failed" ? 1 : 0;
    if (!is_log(file.filename().string())) continue;
    try {
      watch.trainings.push_back(watched(file, without_end(fs::relative(file, path, error).string())));
    } catch (const InputError&) {  // gone since, or none of ours
    }
  }
  std::sort(watch.trainings.begin(), watch.trainings.end(), [](const auto& a, const auto& b) { return a.run < b.run; });
  return watch;
}

void print(const Watch& watch, bool folder) {
  std::size_t longest = 3;
  for (const Watched& w : watch.trainings) longest = std::max(longest, w.run.size());
  say("{:<{}}{:>15}{:>12}{:>20}{:>9}{:>10}  {}\n", "run", longest, "epoch", "loss", "validation Pearson", "best at",
      "trained", "");
  for (const Watched& w : watch.trainings) {
    say("{:<{}}{:>15}{:>12.4f}{:>20.4f}{:>9}{:>10}  {}\n", w.run, longest,
        fmt::format("{}/{}", w.last.epoch, w.last.epochs), w.last.loss, w.last.validation_pearson, w.best_epoch,
        duration(w.last.seconds), state_of(w));
  }
  if (!folder) return;
  const auto under_way =
      std::count_if(watch.trainings.begin(), watch.trainings.end(), [](const Watched& w) { return w.under_way(); });
  say("{}, {} failed, {} under way\n", plural(static_cast<std::int64_t>(watch.files), "run file"), watch.failed,
      under_way);
}

void watch_it(const std::string& path) {
  const bool terminal = ::isatty(STDOUT_FILENO) != 0;
  std::error_code error;
  const bool folder = fs::is_directory(path, error);
  for (;;) {
    const Watch watch = look(path);
    if (terminal) write_output("\x1b[H\x1b[J");
    print(watch, folder);
    flush_output();
    const bool ends =
        std::none_of(watch.trainings.begin(), watch.trainings.end(), [](const Watched& w) { return w.under_way(); });
    if (!terminal || ends) return;
    std::this_thread::sleep_for(std::chrono::seconds(2));
  }
}

}  // namespace

void add_watch(const Command& program, Arguments& a) {
  const Command command = program.add("watch", "Show how far trainings and sweeps are, by their logs");
  command.required("RUN.h5|FOLDER", &a.path, "The output of a training, or a folder of such, e.g. of a sweep");
  command.footer("On a terminal until nothing is under way any more, or Ctrl-C; else once. Nothing is written.");
  command.action([&a] { watch_it(a.path); });
}

}  // namespace gsrgnn::cli
