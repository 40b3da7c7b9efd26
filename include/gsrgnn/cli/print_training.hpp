#pragma once

#include <gsrgnn/training/trainer.hpp>

namespace gsrgnn::cli {

void print_model_line(const Deck& deck);
void print_scores(const char* which, const std::vector<Scores>& scores);
/// The last lines of a training: scores, seconds, and where it was written.
void print_trained(const TrainedRun& run, const std::string& output);

}  // namespace gsrgnn::cli
