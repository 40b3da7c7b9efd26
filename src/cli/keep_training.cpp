#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <gsrgnn/cli/keep_training.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/signals.hpp>

namespace gsrgnn::cli {

bool complete_already(const Deck& deck, const std::string& content_hash) {
  if (std::string why; !holds_run(deck.output, deck_identity(deck), why)) return false;
  const Hdf5Reader file(deck.output);
  const bool hashed = file.has_attribute("circuit", "content_hash");  // not by older programs
  if (hashed && file.attribute_string("circuit", "content_hash") != content_hash) {
    throw InputError(deck.output, "is the run of this deck on a circuit that has changed since",
                     "remove it, or give the output another name");
  }
  remove_superseded(deck.output);
  fmt::print("results: {}, complete already\n", deck.output);
  return true;
}

void keep_training(const Deck& deck, bool resume, bool speaks,
                   const std::function<void(const CheckpointOptions&)>& train) {
  CheckpointOptions options;
  options.resume = resume;
  options.stop = stop_signal;
  options.say = [](const std::string& words) {
    fmt::print("{}\n", words);
    std::fflush(stdout);
  };
  const std::string checkpoint = checkpoint_path(deck.output);
  if (std::error_code error; speaks && !resume && std::filesystem::exists(checkpoint, error)) {
    options.say(fmt::format("{} is there; --resume would go on from it", checkpoint));
  }
  try {
    train(options);
  } catch (const Stopped& stopped) {
    throw Stopped(fmt::format("{}; gsrgnn train --resume goes on", stopped.what()));
  }
}

void remove_superseded(const std::string& output) {
  remove_checkpoints(output);
  remove_unfinished(output);
}

}  // namespace gsrgnn::cli
