#pragma once

/// The log of a training while it runs: OUTPUT.log.csv, with a line for each time that the model is judged, for people,
/// spreadsheets and `gsrgnn watch`. A line is written in one piece. A training that goes on begins by writing those of
/// the epochs that it has in its state, so that there are none twice and none of a future that did not come.

#include <fstream>
#include <gsrgnn/training/trainer.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

/// A line; the columns have the members' names.
struct EpochLine {
  std::int64_t epoch = 0, epochs = 0;  ///< updates made of each batch, and to be made at most
  double loss = 0, validation_loss = 0, validation_pearson = 0;
  double learning_rate = 0;  ///< of the last update
  double seconds = 0;        ///< of the training until then, whatever processes it was by

  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit("epoch", self.epoch);
    visit("epochs", self.epochs);
    visit("loss", self.loss);
    visit("validation_loss", self.validation_loss);
    visit("validation_pearson", self.validation_pearson);
    visit("learning_rate", self.learning_rate);
    visit("seconds", self.seconds);
  }
};

std::string log_path(const std::string& output);  ///< OUTPUT.log.csv

class EpochLog {
 public:
  /// Begins the log of a training with updates from so many batches an epoch, with the lines of `so_far`, if there are.
  EpochLog(const Deck& deck, int batches, const TrainingHistory* so_far);
  void add(const TrainingProgress& progress);
  /// Whether all of it could be written; a training does not end for want of a log.
  bool complete() const { return file_.good(); }

 private:
  std::string line(EpochLine values) const;

  const Deck& deck_;
  int batches_;
  std::ofstream file_;
};

/// The lines of a log, but for one that is not complete. Throws InputError when it is none.
std::vector<EpochLine> read_epoch_log(const std::string& path);

}  // namespace gsrgnn
