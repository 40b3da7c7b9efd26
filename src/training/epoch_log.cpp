#include <filesystem>
#include <gsrgnn/training/epoch_log.hpp>
#include <gsrgnn/training/learning_rate.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn {
namespace {

std::string heading() {
  std::vector<const char*> names;
  EpochLine any;
  EpochLine::members(any, [&](const char* name, const auto&) { names.push_back(name); });
  return fmt::format("{}\n", fmt::join(names, ","));
}

bool parse_line(std::string_view text, EpochLine& line) {
  bool good = true;
  EpochLine::members(line, [&](const char*, auto& value) {
    const auto end = std::min(text.find(','), text.size());
    good = good && parse_decimal(text.substr(0, end), value);
    text.remove_prefix(std::min(end + 1, text.size()));
  });
  return good && text.empty();
}

}  // namespace

std::string log_path(const std::string& output) {
  return output + ".log.csv";
}

EpochLog::EpochLog(const Deck& deck, int batches, const TrainingHistory* so_far) : deck_(deck), batches_(batches) {
  const std::filesystem::path path = log_path(deck.output);
  std::error_code ignored;  // a folder that there is not is one that cannot be written to
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
  file_.open(path, std::ios::binary);
  std::string text = heading();
  double seconds = 0;
  for (std::size_t e = 0; so_far != nullptr && e < so_far->loss.size(); ++e) {
    text += line({static_cast<std::int64_t>(e), 0, so_far->loss[e], so_far->validation_loss[e],
                  so_far->validation_pearson[e], 0, seconds});
    seconds += so_far->seconds.total[e];
  }
  file_ << text << std::flush;
}

void EpochLog::add(const TrainingProgress& p) {
  file_ << line({p.epoch, 0, p.loss, p.validation_loss, p.validation_pearson, 0, p.seconds}) << std::flush;
}

std::string EpochLog::line(EpochLine values) const {
  values.epochs = deck_.train.epochs;
  values.learning_rate = values.epoch == 0 ? 0 : learning_rate(deck_, values.epoch * batches_, batches_);
  std::vector<std::string> texts;
  EpochLine::members(values, [&](const char*, const auto& value) { texts.push_back(fmt::format("{}", value)); });
  return fmt::format("{}\n", fmt::join(texts, ","));
}

std::vector<EpochLine> read_epoch_log(const std::string& path) {
  const auto text = read_text_file(path);
  if (!text) throw InputError(path, "cannot be read", "check the path");
  const std::string first = heading();
  if (text->compare(0, first.size(), first) != 0) {
    throw InputError(path, "is no log of a training", "give a run, its .log.csv, or a folder of them");
  }
  std::vector<EpochLine> lines;
  for (std::size_t start = first.size(), end = 0; (end = text->find('\n', start)) != std::string::npos;
       start = end + 1) {
    EpochLine line;
    if (parse_line(std::string_view(*text).substr(start, end - start), line)) lines.push_back(line);
  }
  return lines;
}

}  // namespace gsrgnn
