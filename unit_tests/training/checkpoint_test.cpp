// A training that goes on from a checkpoint ends as if it had never stopped, and a checkpoint is used when it is whole
// and of the same training, and only then.

#include <gtest/gtest.h>

#include <gsrgnn/training/checkpoint.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/version.hpp>

#include "support/changed_file.hpp"
#include "support/files.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class Checkpoint : public ::testing::Test {
 protected:
  Checkpoint() : circuit_(small_circuit(200)), deck_(small_deck()) {
    deck_.train.epochs = 12;
    deck_.output = folder_.path("run.h5");
  }

  /// The state before the epoch, as a training has it.
  TrainingState state_before(std::int64_t wanted) const {
    TrainingState found;
    train_one(deck_, circuit_, ReportProgress(), nullptr, [&](std::int64_t epoch, const auto& state) {
      if (epoch != wanted) return;
      found = state();
      for (StateArray* array : {&found.parameters, &found.moment1, &found.moment2, &found.best_parameters}) {
        *array = held(*array);
      }
    });
    return found;
  }
  static std::vector<float> held(const StateArray& array) {
    std::vector<float> all;
    array.for_each_part([&](std::size_t, const auto& part) { all.insert(all.end(), part.begin(), part.end()); });
    return all;
  }
  /// The run file of a training, but for what was measured.
  std::string bytes_of(TrainedRun run) const {
    for (auto* seconds :
         {&run.seconds.total, &run.seconds.forward, &run.seconds.backward, &run.seconds.update, &run.seconds.copy}) {
      EXPECT_EQ(seconds->size(), static_cast<std::size_t>(deck_.train.epochs));
      std::fill(seconds->begin(), seconds->end(), 1.0);
    }
    run.memory.process_peak = 1;
    const std::string path = folder_.path("bytes.h5");
    write_one(path, deck_, circuit_, run);
    return read_bytes(path);
  }
  std::string read_note(std::int64_t expected_epoch) const {
    std::string note;
    const auto state = Checkpoints(deck_, circuit_).read(note);
    EXPECT_EQ(state ? state->epoch : -1, expected_epoch) << note;
    return note;
  }
  std::string newest() const { return checkpoint_path(deck_.output); }
  std::string previous() const { return previous_checkpoint_path(deck_.output); }

  TestFolder folder_;
  Circuit circuit_;
  Deck deck_;
};

TEST_F(Checkpoint, GoesOnToTheSameBitsWhateverIsKept) {
  for (const Residual residual : {Residual::sparse, Residual::dense}) {
    deck_.model.residual = residual;
    deck_.keep = Keep::none;
    const TrainedRun undisturbed = train_one(deck_, circuit_);
    const TrainingState state = state_before(5);
    deck_.keep = Keep::all;
    for (const TrainedRun& run : {train_one(deck_, circuit_), train_one(deck_, circuit_, ReportProgress(), &state)}) {
      EXPECT_GT(run.memory.planned, undisturbed.memory.planned);
      EXPECT_EQ(run.loss, undisturbed.loss);
      EXPECT_EQ(run.prediction, undisturbed.prediction);
      EXPECT_EQ(run.model.parameters, undisturbed.model.parameters);
    }
  }
}

TEST_F(Checkpoint, EveryModelGoesOnToTheSameBits) {
  for (const ModelKind kind : {ModelKind::gsr, ModelKind::rev, ModelKind::sage}) {
    deck_.model.kind = kind;
    deck_.model.groups = kind == ModelKind::sage ? 1 : 2;
    deck_.model.dropout = kind == ModelKind::rev ? 0.3 : 0;
    const std::string undisturbed = bytes_of(train_one(deck_, circuit_));
    const Checkpoints checkpoints(deck_, circuit_);
    for (const std::int64_t epoch : {0, 1, 2, 7, 12}) {
      checkpoints.write(state_before(epoch));
      std::string note;
      const auto state = checkpoints.read(note);
      ASSERT_TRUE(state) << note;
      ASSERT_EQ(state->epoch, epoch);
      EXPECT_TRUE(bytes_of(train_one(deck_, circuit_, ReportProgress(), &*state)) == undisturbed)
          << name_of(kind) << " from " << epoch;
    }
  }
}

TEST_F(Checkpoint, ThereAreTwoGenerations) {
  const Checkpoints checkpoints(deck_, circuit_);
  EXPECT_EQ(read_note(-1), "");
  checkpoints.write(state_before(3));
  EXPECT_EQ(read_note(3), "");
  EXPECT_FALSE(std::filesystem::exists(previous()));
  checkpoints.write(state_before(5));
  checkpoints.write(state_before(6));
  EXPECT_EQ(read_note(6), "");
  EXPECT_EQ(folder_.listing(), (std::vector<std::string>{"run.h5.checkpoint", "run.h5.checkpoint.previous"}));
  std::filesystem::remove(newest());  // as by a death between the two renames
  EXPECT_EQ(read_note(5), "");
  checkpoints.write(state_before(7));
  folder_.write("run.h5.checkpoint.123.partial", "of a process that died");
  folder_.write("run.h5.123.partial", "of another");
  folder_.write("run2.h5.123.partial", "of another run");
  remove_checkpoints(deck_.output);
  remove_unfinished(deck_.output);
  EXPECT_EQ(folder_.listing(), std::vector<std::string>{"run2.h5.123.partial"});
}

TEST_F(Checkpoint, ADamagedOneIsPassedOver) {
  const Checkpoints checkpoints(deck_, circuit_);
  checkpoints.write(state_before(3));
  checkpoints.write(state_before(5));
  const std::string whole = read_bytes(newest());
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    write_bytes(newest(), whole.substr(0, size));
    EXPECT_NE(read_note(3).find("run.h5.checkpoint"), std::string::npos) << size;
  }
  // A turned bit is noticed wherever it is.
  for (std::size_t at = 11; at < whole.size(); at += whole.size() / 150) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    write_bytes(newest(), bytes);
    std::string note;
    std::optional<TrainingState> state;
    try {
      state = checkpoints.read(note);
    } catch (const InputError&) {
      ADD_FAILURE() << "byte " << at << " makes it look like that of another run";
    }
    ASSERT_TRUE(state) << at;
    EXPECT_EQ(state->epoch, 3) << at;
    EXPECT_NE(note.find("checksum"), std::string::npos) << at << note;
  }
  write_bytes(previous(), "nothing");
  write_bytes(newest(), "nothing");
  const std::string note = read_note(-1);
  EXPECT_NE(note.find(newest()), std::string::npos);
  EXPECT_NE(note.find(previous()), std::string::npos);
}

TEST_F(Checkpoint, OneOfAnotherTrainingIsRefused) {
  Checkpoints(deck_, circuit_).write(state_before(3));
  std::string note;
  Deck other = deck_;
  other.train.seed = 1;
  expect_message(input_error([&] { Checkpoints(other, circuit_).read(note); }), newest(),
                 {"another deck", "train.seed is 0 there and 1 here", "--resume"});
  other = deck_;
  other.checkpoint.epochs = 5;  // has no influence on results
  EXPECT_TRUE(Checkpoints(other, circuit_).read(note));
  Circuit changed = circuit_;
  changed.label[17] += 1;
  expect_message(input_error([&] { Checkpoints(deck_, changed).read(note); }), newest(),
                 {"its circuit has changed since"});

  // The same content by another revision of the program.
  change_attribute(newest(), "revision", "0123456789ab");
  expect_message(input_error([&] { Checkpoints(deck_, circuit_).read(note); }), newest(),
                 {"another revision of the program", "0123456789ab", program_revision()});
}

TEST_F(Checkpoint, AStateThatDoesNotFitIsAnError) {
  const TrainingState good = state_before(3);
  const auto expect_refused = [&](TrainingState state) {
    EXPECT_THROW(train_one(deck_, circuit_, ReportProgress(), &state), RunError);
  };
  TrainingState bad = good;
  auto short_of_one = held(good.moment2);
  short_of_one.pop_back();
  bad.moment2 = short_of_one;
  expect_refused(bad);
  bad = good;
  bad.epoch = 4;
  expect_refused(bad);
  bad = good;
  bad.best_epoch = 3;
  expect_refused(bad);
  bad = good;
  bad.best_output.clear();
  expect_refused(bad);
}

TEST_F(Checkpoint, AreWrittenAsTheDeckAsks) {
  std::vector<std::string> said;
  std::int64_t epoch = 0;
  CheckpointOptions options;
  options.say = [&](const std::string& words) { said.push_back(words); };
  deck_.checkpoint = {5, 0};
  // The state is kept before the epoch whose progress is reported next.
  std::vector<std::int64_t> kept;
  const auto report = [&](const TrainingProgress& progress) {
    epoch = progress.epoch;
    if (!std::filesystem::exists(newest())) return;
    std::string note;
    const auto state = Checkpoints(deck_, circuit_).read(note);
    if (state && (kept.empty() || kept.back() != state->epoch)) kept.push_back(state->epoch);
  };
  train_with_checkpoints(Mpi::alone(), deck_, one_circuit(deck_, circuit_, "test"), report, options);
  EXPECT_EQ(kept, (std::vector<std::int64_t>{5, 10}));
  EXPECT_TRUE(said.empty());

  remove_checkpoints(deck_.output);
  deck_.checkpoint = {0, 1e-9};  // after each epoch
  kept.clear();
  train_with_checkpoints(Mpi::alone(), deck_, one_circuit(deck_, circuit_, "test"), report, options);
  EXPECT_EQ(kept.size(), 11U);

  remove_checkpoints(deck_.output);
  deck_.checkpoint = {0, 0};
  train_with_checkpoints(Mpi::alone(), deck_, one_circuit(deck_, circuit_, "test"), report, options);
  EXPECT_EQ(folder_.listing(), std::vector<std::string>{});

  // One that cannot be written is no reason to stop, unless to stop is what was asked for.
  deck_.checkpoint = {5, 0};
  deck_.output = "/proc/nowhere/run.h5";
  train_with_checkpoints(Mpi::alone(), deck_, one_circuit(deck_, circuit_, "test"), report, options);
  ASSERT_EQ(said.size(), 2U);
  EXPECT_NE(said[1].find("no checkpoint after 10 epochs: /proc/nowhere/run.h5.checkpoint"), std::string::npos);
  options.stop = [&] { return std::string(epoch == 7 ? "SIGTERM" : ""); };
  EXPECT_THROW(train_with_checkpoints(Mpi::alone(), deck_, one_circuit(deck_, circuit_, "test"), report, options),
               RunError);
}

TEST_F(Checkpoint, StopsWhenAskedAndGoesOn) {
  const std::string undisturbed = bytes_of(train_one(deck_, circuit_));
  std::vector<std::string> said;
  std::int64_t epoch = 0, first = -1;
  CheckpointOptions options;
  options.resume = true;
  options.say = [&](const std::string& words) { said.push_back(words); };
  const auto report = [&](const TrainingProgress& progress) {
    epoch = progress.epoch;
    if (first < 0) first = epoch;
  };
  std::string message;
  options.stop = [&] { return std::string(epoch == 4 ? "SIGTERM" : ""); };
  try {
    train_with_checkpoints(Mpi::alone(), deck_, one_circuit(deck_, circuit_, "test"), report, options);
  } catch (const Stopped& stopped) {
    message = stopped.what();
  }
  EXPECT_EQ(message, fmt::format("stopped (SIGTERM) after 5 of 12 epochs, with the checkpoint {}", newest()));
  EXPECT_TRUE(said.empty());

  options.stop = nullptr;
  first = -1;
  EXPECT_TRUE(bytes_of(train_with_checkpoints(Mpi::alone(), deck_, one_circuit(deck_, circuit_, "test"), report,
                                              options)) == undisturbed);
  EXPECT_EQ(first, 5);
  EXPECT_EQ(said, std::vector<std::string>{"goes on after 5 of 12 epochs"});
  write_bytes(newest(), "nothing");
  said.clear();
  first = -1;
  EXPECT_TRUE(bytes_of(train_with_checkpoints(Mpi::alone(), deck_, one_circuit(deck_, circuit_, "test"), report,
                                              options)) == undisturbed);
  EXPECT_EQ(first, 0);
  ASSERT_EQ(said.size(), 2U);
  EXPECT_EQ(said[1], "starts from the beginning");

  // Of another deck: refused, or passed over.
  Deck other = deck_;
  other.train.seed = 3;
  Checkpoints(other, circuit_).write(state_before(2));
  EXPECT_THROW(train_with_checkpoints(Mpi::alone(), deck_, one_circuit(deck_, circuit_, "test"), report, options),
               InputError);
  options.restart_when_refused = true;
  EXPECT_TRUE(bytes_of(train_with_checkpoints(Mpi::alone(), deck_, one_circuit(deck_, circuit_, "test"), report,
                                              options)) == undisturbed);
}

TEST_F(Checkpoint, IsDescribed) {
  const TrainingState state = state_before(8);
  Checkpoints(deck_, circuit_).write(state);
  const CheckpointDescription described = describe_checkpoint(Hdf5Reader(newest()));
  EXPECT_EQ(described.epoch, 8);
  EXPECT_EQ(described.epochs, 12);
  EXPECT_EQ(described.loss, state.loss.back());
  EXPECT_EQ(described.best_epoch, state.best_epoch);
  EXPECT_EQ(described.validation_pearson, state.validation_pearson[static_cast<std::size_t>(state.best_epoch)]);
  EXPECT_EQ(deck_identity(described.deck, "deck"), deck_identity(deck_));
  EXPECT_EQ(described.revision, program_revision());
}

}  // namespace
}  // namespace gsrgnn
