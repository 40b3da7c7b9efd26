#include <chrono>
#include <filesystem>
#include <gsrgnn/training/checkpoint.hpp>
#include <gsrgnn/training/deck_difference.hpp>
#include <gsrgnn/training/epoch_log.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/exchange.hpp>
#include <gsrgnn/util/hash.hpp>
#include <gsrgnn/util/version.hpp>
#include <gsrgnn/util/write_file.hpp>
#include <limits>

namespace gsrgnn {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kCheckpointVersion = 1;

std::string hash_of(const Deck& deck) {
  return fmt::format("{:016x}", identity_hash(deck_identity(deck)));
}

template <class T>
void write_array(Hdf5Writer& file, const std::string& name, const std::vector<T>& values) {
  file.array(name, values);
}
void write_array(Hdf5Writer& file, const std::string& name, const StateArray& values) {
  file.array(name, values.size(), [&](std::uint64_t first) { return values.part(first); });
}

using Shared = std::shared_ptr<const Hdf5Reader>;

template <class T>
void read_array(const Shared& file, const std::string& name, std::vector<T>& values) {
  values = file->array<T>(name);
}
void read_array(const Shared& file, const std::string& name, StateArray& values) {
  const Shape shape = file->shape(name);
  if (shape.size() != 1) file->fail(name, "is not a list");
  values = StateArray(shape[0],
                      [file, name](std::size_t first, std::size_t count) { return file->part(name, first, count); });
  values.part(0);  // known to be numbers now, and not in the middle
}

/// Why a training cannot go on with another number of epochs alone.
std::string on_which_the_rate_depends(const Deck& there, const Deck& here) {
  const auto differ = differences(there, here);
  const bool epochs = differ.size() == 1 && differ.front().key == "train.epochs";
  return epochs && here.train.schedule != Schedule::constant ? ", on which the rate of train.schedule depends" : "";
}

/// Refuses a checkpoint that is whole and not of this run.
void expect_equal(const Hdf5Reader& file, const char* name, const std::string& expected, const char* what,
                  const std::string& hint) {
  const auto found = file.attribute_string("/", name);
  if (found == expected) return;
  throw InputError(file.path(), fmt::format("is a checkpoint of another {} ({}, not {})", what, found, expected), hint);
}

}  // namespace

std::string checkpoint_path(const std::string& output) {
  return output + ".checkpoint";
}

std::string previous_checkpoint_path(const std::string& output) {
  return output + ".checkpoint.previous";
}

Checkpoints::Checkpoints(const Deck& deck, std::string circuit, std::string hash, std::string ancestor)
    : deck_(deck),
      circuit_name_(std::move(circuit)),
      circuit_hash_(std::move(hash)),
      ancestor_hash_(std::move(ancestor)) {}

void Checkpoints::write(const TrainingState& state) const {
  Hdf5Writer file(checkpoint_path(deck_.output));
  file.attribute("/", "kind", kCheckpointKind);
  file.attribute("/", "version", kCheckpointVersion);
  file.attribute("/", "program_version", program_version());
  file.attribute("/", "revision", program_revision());
  file.attribute("/", "execution_space", execution_space());
  file.attribute("/", "deck_hash", hash_of(deck_));
  file.attribute("/", "circuit", circuit_name_);
  file.attribute("/", "circuit_hash", circuit_hash_);
  if (!ancestor_hash_.empty()) file.attribute("/", "ancestor_hash", ancestor_hash_);
  file.attribute("/", "seed", static_cast<std::int64_t>(deck_.train.seed));
  file.attribute("/", "epoch", state.epoch);
  file.attribute("/", "epochs", std::int64_t{deck_.train.epochs});
  file.attribute("/", "best_epoch", state.best_epoch);
  file.string("deck", to_yaml(deck_));
  for_each_array(state,
                 [&](const std::string& name, const auto& values) { write_array(file, "state/" + name, values); });
  file.commit(previous_checkpoint_path(deck_.output));
}

std::optional<TrainingState> Checkpoints::read_one(const std::string& path, std::string& note) const {
  std::error_code error;
  if (!fs::exists(path, error)) return std::nullopt;
  TrainingState state;
  Shared file;
  std::string deck;
  try {
    file = std::make_shared<const Hdf5Reader>(path);
    if (file->attribute_string("/", "kind") != kCheckpointKind ||
        file->attribute_int("/", "version") != kCheckpointVersion) {
      file->fail("@kind", "is not that of a checkpoint which this program knows");
    }
    state.epoch = file->attribute_int("/", "epoch");
    state.best_epoch = file->attribute_int("/", "best_epoch");
    for_each_array(state, [&](const std::string& name, auto& values) { read_array(file, "state/" + name, values); });
    for (const char* name : {"circuit_hash", "revision", "execution_space"}) file->attribute_string("/", name);
    deck = file->string("deck");
  } catch (const std::exception& exception) {  // damage can look like any size, and so be a lack of memory too
    note += (note.empty() ? "" : "; ") + std::string(exception.what());
    return std::nullopt;
  }
  const std::string anew = "use that one, or start without --resume";
  const std::string other = "give another output, or start without --resume";
  expect_equal(*file, "revision", program_revision(), "revision of the program", anew);
  const Deck there = parse_deck(deck, path + ":/deck");
  if (!goes_on(there, deck_, state.epoch)) {
    throw InputError(path,
                     fmt::format("is a checkpoint of another deck, after {} epochs: {}{}", state.epoch,
                                 differences_text(differences(there, deck_)), on_which_the_rate_depends(there, deck_)),
                     other);
  }
  const std::string ancestor =
      file->has_attribute("/", "ancestor_hash") ? file->attribute_string("/", "ancestor_hash") : "";
  const bool same_circuit = file->attribute_string("/", "circuit_hash") == circuit_hash_;
  if (!same_circuit || ancestor != ancestor_hash_) {
    throw InputError(path,
                     fmt::format("is a checkpoint of this deck, but {} has changed since",
                                 same_circuit ? "the model that it starts from" : "its circuit"),
                     other);
  }
  expect_equal(*file, "execution_space", execution_space(), "execution space", anew);
  return state;
}

std::optional<TrainingState> Checkpoints::read(std::string& note) const {
  note.clear();
  auto state = read_one(checkpoint_path(deck_.output), note);
  if (!state) state = read_one(previous_checkpoint_path(deck_.output), note);
  return state;
}

void remove_checkpoints(const std::string& output) {
  std::error_code ignored;
  if (!fs::exists(checkpoint_path(output), ignored) && !fs::exists(previous_checkpoint_path(output), ignored)) return;
  // They are needed until the name of the run file is sure.
  const std::string folder = fs::path(output).parent_path().string();
  if (fs::exists(output, ignored) && !sync_to_disk(folder.empty() ? "." : folder)) return;
  // The older first: whatever is left at any moment is the newest.
  fs::remove(previous_checkpoint_path(output), ignored);
  fs::remove(checkpoint_path(output), ignored);
}

void remove_unfinished(const std::string& output) {
  const fs::path path = output;
  const std::string prefix = path.filename().string() + ".";
  std::vector<fs::path> left;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path.has_parent_path() ? path.parent_path() : ".", error)) {
    if (entry.path().extension() == ".partial" && entry.path().filename().string().rfind(prefix, 0) == 0) {
      left.push_back(entry.path());
    }
  }
  for (const fs::path& file : left) remove_abandoned(file.string());
}

namespace {

/// Goes on from a checkpoint, and writes them between epochs, on one rank.
class Keeper {
 public:
  Keeper(const Deck& deck, const Checkpoints& checkpoints, const CheckpointOptions& options)
      : deck_(deck), checkpoints_(checkpoints), options_(options) {}

  /// Where to go on from, if the options ask for it and there is something. To be called before the training.
  std::optional<TrainingState> resume() {
    if (!options_.resume) return std::nullopt;
    std::optional<TrainingState> from;
    std::string note;
    try {
      from = checkpoints_.read(note);
    } catch (const InputError& error) {
      if (!options_.restart_when_refused) throw;
      note = error.what();
    }
    if (!note.empty()) options_.say(note);
    if (from) options_.say(fmt::format("goes on after {} of {} epochs", from->epoch, deck_.train.epochs));
    if (!from && !note.empty()) options_.say("starts from the beginning");
    first_ = from ? from->epoch : 0;
    return from;
  }

  /// Between epochs. Throws Stopped when it is to stop and wrote a checkpoint, RunError when it could not.
  void operator()(std::int64_t epoch, const std::string& why_stop, const std::function<TrainingState()>& state) {
    const bool last = epoch == deck_.train.epochs;  // only scores are left to do
    if (last && !deck_.checkpoint.keep) return;
    if (!last && why_stop.empty() && !due(epoch)) return;
    written_ = Clock::now();
    try {
      checkpoints_.write(state());
    } catch (const InputError& error) {
      if (!why_stop.empty() && !last) {
        throw RunError(
            fmt::format("stopped ({}) after {} epochs, without a checkpoint: {}", why_stop, epoch, error.what()));
      }
      // A disk that is full now may not be when the training ends, and what was there before is still there.
      options_.say(fmt::format("no checkpoint after {} epochs: {}", epoch, error.what()));
    }
    if (why_stop.empty() || last) return;
    throw Stopped(fmt::format("stopped ({}) after {} of {} epochs, with the checkpoint {}", why_stop, epoch,
                              deck_.train.epochs, checkpoint_path(deck_.output)));
  }

 private:
  using Clock = std::chrono::steady_clock;  // which does not jump when the clock is set

  bool due(std::int64_t epoch) const {
    if (epoch == first_) return false;
    const Deck::Checkpoint& every = deck_.checkpoint;
    const std::chrono::duration<double, std::ratio<60>> minutes = Clock::now() - written_;
    return (every.epochs > 0 && epoch % every.epochs == 0) || (every.minutes > 0 && minutes.count() >= every.minutes);
  }

  const Deck& deck_;
  const Checkpoints& checkpoints_;
  const CheckpointOptions& options_;
  std::int64_t first_ = 0;
  Clock::time_point written_ = Clock::now();
};

}  // namespace

TrainedRun train_with_checkpoints(const Mpi& mpi, const Deck& deck, const TrainingCircuits& circuits,
                                  const ReportProgress& report, const CheckpointOptions& options) {
  const Checkpoints checkpoints(deck, circuits.name, circuits.hash, circuits.ancestor);
  Keeper keeper(deck, checkpoints, options);
  std::optional<TrainingState> from;
  mpi.together([&] {
    if (mpi.rank() == 0) from = keeper.resume();
  });
  from = broadcast(mpi, std::move(from));
  std::optional<EpochLog> log;
  bool logs = options.log;
  const auto log_and_report = [&](const TrainingProgress& progress) {
    if (logs && !log) log.emplace(deck, circuits.batches, from ? &*from : nullptr);
    if (logs) log->add(progress);
    if (logs && !log->complete()) {
      logs = false;
      options.say(fmt::format("{}: cannot be written, and goes no further", log_path(deck.output)));
    }
    if (report) report(progress);
  };
  return train(mpi, deck, circuits, log_and_report, from ? &*from : nullptr,
               [&](std::int64_t epoch, const auto& state) {
                 std::string why_stop;  // the first reason that any rank has
                 for (const std::string& why : gather_to_all(mpi, options.stop ? options.stop() : std::string())) {
                   if (why_stop.empty()) why_stop = why;
                 }
                 mpi.together([&] {
                   if (mpi.rank() == 0) keeper(epoch, why_stop, state);
                 });
               });
}

CheckpointDescription describe_checkpoint(const Hdf5Reader& file) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  CheckpointDescription d;
  d.circuit = file.attribute_string("/", "circuit");
  d.epoch = file.attribute_int("/", "epoch");
  d.epochs = file.attribute_int("/", "epochs");
  d.best_epoch = file.attribute_int("/", "best_epoch");
  const auto pearson = file.array<double>("state/validation_pearson"), loss = file.array<double>("state/loss");
  const auto best = static_cast<std::size_t>(d.best_epoch);
  d.validation_pearson = best > 0 && best < pearson.size() ? pearson[best] : kNone;
  d.loss = loss.empty() ? kNone : loss.back();
  for (const double of_epoch : file.array<double>("state/seconds_total")) d.seconds += of_epoch;
  d.seed = file.attribute_int("/", "seed");
  d.deck_hash = file.attribute_string("/", "deck_hash");
  d.program_version = file.attribute_string("/", "program_version");
  d.revision = file.attribute_string("/", "revision");
  d.execution_space = file.attribute_string("/", "execution_space");
  d.deck = file.string("deck");
  return d;
}

}  // namespace gsrgnn
