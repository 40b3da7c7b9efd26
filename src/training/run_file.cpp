#include <fmt/ranges.h>

#include <algorithm>
#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/circuit/content_hash.hpp>
#include <gsrgnn/circuit/maps_file.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/version.hpp>

#include "training/run_summary.hpp"

namespace gsrgnn {
namespace {

constexpr std::int64_t kRunVersion = 1;

std::vector<double> rows_of(const std::vector<Scores>& scores) {
  std::vector<double> rows;
  for (const Scores& s : scores) {
    for (const ScoreField& field : kScoreFields) rows.push_back(s.*field.value);
  }
  return rows;
}

void write_scores(Hdf5Writer& file, const std::string& name, const std::vector<Scores>& scores) {
  file.array(name, rows_of(scores).data(), {scores.size(), kScores});
}

void write_mean_scores(Hdf5Writer& file, const std::string& object, const std::vector<Scores>& scores) {
  const Scores mean = mean_scores(scores);
  for (const ScoreField& field : kScoreFields) file.attribute(object, field.name, mean.*field.value);
}

void write_field_scores(Hdf5Writer& file, const std::string& name, const std::vector<FieldScores>& scores) {
  std::vector<double> rows;
  for (const FieldScores& s : scores) {
    for (const FieldScoreField& field : kFieldScoreFields) rows.push_back(s.*field.value);
  }
  file.array(name, rows.data(), {scores.size(), kFieldScores});
}

Scores read_mean_scores(const Hdf5Reader& file, const std::string& object) {
  Scores mean;
  for (const ScoreField& field : kScoreFields) mean.*field.value = file.attribute_double(object, field.name);
  return mean;
}

std::string label_of(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, "+"));
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return (values[values.size() / 2] + values[(values.size() - 1) / 2]) / 2;
}

/// `group`: where it does not depend on the number of ranks, "memory", or else "measured".
void write_memory(Hdf5Writer& file, const std::string& group, const MemoryUse& memory) {
  file.attribute(group, "planned", memory.planned);
  file.attribute(group, "allocated", memory.allocated);
}

/// What the lists say.
void derive(RunDescription& run) {
  const RunLists& lists = run.lists;
  run.epochs = static_cast<std::int64_t>(lists.loss.size()) - 1;
  if (!lists.loss.empty()) run.loss = lists.loss.back();
  const auto best = static_cast<std::size_t>(run.best_epoch);
  if (best < lists.validation_pearson.size()) run.validation_pearson = lists.validation_pearson[best];
  for_each_part([](const char*, double& of_run, const auto& list) { of_run = median(list); }, run.seconds,
                lists.seconds);
}

RunDescription description_of(const Deck& deck, const TrainingCircuits& circuits, const std::string& source,
                              const TrainedRun& run) {
  RunDescription about;
  static_cast<CircuitCounts&>(about) = run.counts;
  static_cast<Scores&>(about) = mean_scores(run.test);
  about.circuit = run.name;
  about.source = source;
  about.content_hash = run.content_hash;
  about.model_hash = content_hash(run.model);
  about.ancestor = circuits.ancestor;
  about.label = label_of(run.model.label_name);
  about.label_unit = run.model.label_unit;
  about.deck = to_yaml(deck);
  about.circuit_file = circuit_of_deck(about.deck);
  about.parameters = read_run_parameters(about.deck, "deck");
  about.program_version = program_version();
  about.revision = program_revision();
  about.kokkos_version = kokkos_version();
  about.execution_space = execution_space();
  about.threads = execution_concurrency();
  about.trained_parameters = run.trained_parameters;
  about.best_epoch = run.best_epoch;
  about.memory_planned = run.memory.planned;
  about.memory_allocated = run.memory.allocated;
  about.process_peak = run.memory.process_peak;
  about.worth = run.worth;
  about.worth.scores = about;
  about.best_map = fmt::format("{}", fmt::join(run.best_map, ", "));
  about.lists = {run.loss,    run.validation_loss, run.validation_pearson,
                 run.seconds, rows_of(run.test),   rows_of(run.validation)};
  if (circuits.rule == UpdateRule::exact) about.ranks = run.ranks;
  return about;
}

/// All but the predictions, the memory, and what is of joint trainings only.
void write_common(Hdf5Writer& file, const RunDescription& about, const TrainedRun& run) {
  file.attribute("/", "kind", kRunKind);
  file.attribute("/", "version", kRunVersion);
  file.attribute("/", "program_version", about.program_version);
  file.attribute("/", "revision", about.revision);
  file.attribute("/", "kokkos_version", about.kokkos_version);
  file.attribute("/", "execution_space", about.execution_space);
  file.attribute("/", "threads", about.threads);
  file.string("deck", about.deck);
  file.string("kokkos_configuration", kokkos_configuration());

  file.group("circuit");
  file.attribute("circuit", "name", about.circuit);
  file.attribute("circuit", "source", about.source);
  file.attribute("circuit", "content_hash", about.content_hash);
  for (const CountField& field : kCountFields) file.attribute("circuit", field.name, about.*field.value);

  file.array("curves/loss", run.loss);
  file.array("curves/validation_loss", run.validation_loss);
  file.array("curves/validation_pearson", run.validation_pearson);

  write_scores(file, "scores/test", run.test);
  write_scores(file, "scores/validation", run.validation);
  write_mean_scores(file, "scores", run.test);
  file.attribute("scores", "best_epoch", run.best_epoch);
  write_scores(file, "scores/gcells", {run.worth.gcells});
  write_field_scores(file, "scores/field", {run.worth.field});
  for (std::size_t b = 0; b < kBaselines; ++b) {
    write_scores(file, std::string("baselines/") + kBaselineFields[b].name, {run.worth.baseline[b]});
  }
  file.attribute("baselines", "map", about.best_map);

  write_model(file, run.model);
  file.attribute("model", "trained_parameters", run.trained_parameters);
  file.attribute("model", "content_hash", about.model_hash);
  if (!about.ancestor.empty()) file.attribute("model", "ancestor", about.ancestor);

  for_each_part([&](const std::string& part, const auto& list) { file.array("measured/" + part, list); }, run.seconds);
  file.attribute("measured", "process_peak", run.memory.process_peak);
  write_summary(file, about);
}

void write_designs(Hdf5Writer& file, const std::vector<DesignResult>& designs) {
  const auto column = [&](const auto& of) {
    std::vector<decltype(of(designs.front()))> values;
    for (const DesignResult& design : designs) values.push_back(of(design));
    return values;
  };
  file.strings("designs/name", column([](const auto& design) { return design.name; }));
  file.strings("designs/path", column([](const auto& design) { return design.path; }));
  file.array("designs/part", column([](const auto& design) { return static_cast<std::uint8_t>(design.part); }));
  for (const CountField& field : kCountFields) {
    file.array(std::string("designs/") + field.name,
               column([&](const auto& design) { return design.counts.*field.value; }));
  }
  write_scores(file, "designs/scores", column([](const auto& design) { return design.scores; }));
  write_scores(file, "designs/gcells", column([](const auto& design) { return design.gcells; }));
  write_field_scores(file, "designs/field", column([](const auto& design) { return design.field; }));
  for (std::size_t b = 0; b < kBaselines; ++b) {
    write_scores(file, std::string("designs/") + kBaselineFields[b].name,
                 column([&](const auto& design) { return design.baseline[b]; }));
  }
}

/// So many rows; of older files, which lack them, undefined.
std::vector<Scores> read_scores(const Hdf5Reader& file, const std::string& name, std::size_t rows) {
  std::vector<Scores> scores(rows);
  if (!file.has(name)) return scores;
  const auto values = file.array<double>(name);
  if (values.size() != kScores * rows) file.fail(name, fmt::format("has not {} x {} values", rows, kScores));
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t s = 0; s < kScores; ++s) scores[r].*kScoreFields[s].value = values[kScores * r + s];
  }
  return scores;
}

std::vector<FieldScores> read_field_scores(const Hdf5Reader& file, const std::string& name, std::size_t rows) {
  std::vector<FieldScores> scores(rows);
  if (!file.has(name)) return scores;
  const auto values = file.array<double>(name);
  if (values.size() != kFieldScores * rows) file.fail(name, fmt::format("has not {} x {} values", rows, kFieldScores));
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t s = 0; s < kFieldScores; ++s) scores[r].*kFieldScoreFields[s].value = values[kFieldScores * r + s];
  }
  return scores;
}

std::vector<DesignResult> read_designs(const Hdf5Reader& file) {
  const std::string group = "designs";
  const auto names = file.strings(group + "/name"), paths = file.strings(group + "/path");
  const auto part = file.array<std::uint8_t>(group + "/part");
  const std::size_t count = names.size();
  const auto scores = read_scores(file, group + "/scores", count), gcells = read_scores(file, group + "/gcells", count);
  const auto of_field = read_field_scores(file, group + "/field", count);
  std::vector<std::vector<Scores>> baselines;
  for (const BaselineField& field : kBaselineFields) {
    baselines.push_back(read_scores(file, group + "/" + field.name, count));
  }
  std::vector<std::vector<std::int64_t>> counts;
  for (const char* key : {"/cells", "/nets", "/pins", "/edges"})
    counts.push_back(file.array<std::int64_t>(group + key));
  if (paths.size() != count || part.size() != count ||
      std::any_of(counts.begin(), counts.end(), [&](const auto& of_key) { return of_key.size() != count; })) {
    file.fail(group, "has arrays of different lengths");
  }
  std::vector<DesignResult> designs;
  for (std::size_t d = 0; d < count; ++d) {
    if (part[d] > static_cast<std::uint8_t>(Part::test)) file.fail(group + "/part", "holds a part that is none");
    Worth worth{scores[d], gcells[d], {}, of_field[d]};
    for (std::size_t b = 0; b < kBaselines; ++b) worth.baseline[b] = baselines[b][d];
    designs.push_back({worth,
                       names[d],
                       paths[d],
                       static_cast<Part>(part[d]),
                       {counts[0][d], counts[1][d], counts[2][d], counts[3][d], 0, 0, 0, 0}});
  }
  return designs;
}

/// A run file's facts and lists, of one of an older program, which has no summary.
RunDescription read_parts(const Hdf5Reader& file) {
  RunDescription run;
  run.circuit = file.attribute_string("circuit", "name");
  run.source = file.attribute_string("circuit", "source");
  for (const CountField& field : kCountFields) run.*field.value = file.attribute_int("circuit", field.name);
  const auto text_if_there = [&](const std::string& object, const std::string& name) {
    return file.has_attribute(object, name) ? file.attribute_string(object, name) : "";
  };
  run.content_hash = text_if_there("circuit", "content_hash");
  run.model_hash = text_if_there("model", "content_hash");
  run.ancestor = text_if_there("model", "ancestor");
  run.label = label_of(file.strings("model/label_name"));
  run.label_unit = file.attribute_string("model", "label_unit");
  run.deck = file.string("deck");
  run.circuit_file = circuit_of_deck(run.deck);
  run.parameters = read_run_parameters(run.deck, file.path() + ":/deck");
  run.program_version = file.attribute_string("/", "program_version");
  run.revision = file.attribute_string("/", "revision");
  run.kokkos_version = file.attribute_string("/", "kokkos_version");
  run.execution_space = file.attribute_string("/", "execution_space");
  run.threads = file.attribute_int("/", "threads");
  run.trained_parameters = file.attribute_int("model", "trained_parameters");
  static_cast<Scores&>(run) = read_mean_scores(file, "scores");
  run.best_epoch = file.attribute_int("scores", "best_epoch");
  if (file.has("baselines")) {
    run.worth.gcells = read_scores(file, "scores/gcells", 1).front();
    run.worth.field = read_field_scores(file, "scores/field", 1).front();
    for (std::size_t b = 0; b < kBaselines; ++b) {
      run.worth.baseline[b] = read_scores(file, std::string("baselines/") + kBaselineFields[b].name, 1).front();
    }
    run.best_map = file.attribute_string("baselines", "map");
  }
  for_each_list(run.lists, [&](const std::string& name, auto& list) { list = file.array<double>(name); });
  const std::string memory = file.has("memory") ? "memory" : "measured";
  run.memory_planned = file.attribute_int(memory, "planned");
  run.memory_allocated = file.attribute_int(memory, "allocated");
  run.process_peak = file.attribute_int("measured", "process_peak");
  if (file.has("designs")) run.ranks = file.attribute_int("measured", "ranks");
  return run;
}

}  // namespace

void write_run(const std::string& path, const Deck& deck, const TrainingCircuits& circuits, const TrainedRun& run) {
  Hdf5Writer file(path);
  const std::uint64_t labels = run.test.size();
  const auto predictions = [&](const HeldOutCells& cells) {
    const std::uint64_t count = cells.split.size();
    file.array("predictions/value", cells.value.data(), {count, labels});
    file.array("predictions/label", cells.label.data(), {count, labels});
    file.array("predictions/position", cells.position.data(), {count, 2});
    file.array("predictions/split", cells.split);
    const auto& names = cells.name;
    if (std::any_of(names.begin(), names.end(), [](const std::string& name) { return !name.empty(); })) {
      file.names("predictions/name", names);
    }
  };
  if (circuits.rule == UpdateRule::exact) {
    write_common(file, description_of(deck, circuits, "several circuits", run), run);
    predictions(run.held_out);
    file.array("predictions/design", run.held_out.design);
    write_designs(file, run.designs);
    file.attribute("measured", "ranks", std::int64_t{run.ranks});
    write_memory(file, "measured", run.memory);
  } else {
    const Circuit& circuit = *circuits.held.front().circuit;
    write_common(file, description_of(deck, circuits, circuit.source, run), run);
    HeldOutCells cells;
    cells.value = in_original_order(circuit, run.prediction, labels);
    cells.label = in_original_order(circuit, circuit.label, labels);
    for (const auto& point : in_original_order(circuit, circuit.position, 1)) {
      cells.position.insert(cells.position.end(), point.begin(), point.end());
    }
    cells.split = in_original_order(circuit, run.part, 1);
    cells.name = in_original_order(circuit, circuit.cell_name, 1);
    predictions(cells);
    file.group("memory");
    write_memory(file, "memory", run.memory);
  }
  file.commit();
}

std::vector<Scores> scores_of(const SavedModel& model, const Circuit& circuit, const Prediction& prediction) {
  std::vector<Scores> scores;
  if (!predicts_labels_of(model, circuit)) return scores;
  const std::size_t labels = model.label_name.size();
  const std::vector<std::uint8_t> all(static_cast<std::size_t>(circuit.cells()), static_cast<std::uint8_t>(Part::test));
  for (std::size_t o = 0; o < labels; ++o) {
    scores.push_back(
        score(select(prediction.value, labels, o, all, Part::test), select(circuit.label, labels, o, all, Part::test)));
  }
  return scores;
}

FieldScores field_scores_of(const SavedModel& model, const Circuit& circuit, const Prediction& prediction) {
  if (!predicts_labels_of(model, circuit)) return {};
  return field_scores(circuit, model.label_name.size(), prediction.value, circuit.label,
                      std::vector<bool>(static_cast<std::size_t>(circuit.cells()), true));
}

void write_prediction(const std::string& path, const SavedModel& model, const std::string& model_path,
                      const Circuit& circuit, const Prediction& prediction, const std::vector<Scores>& scores) {
  const auto cells = static_cast<std::uint64_t>(circuit.cells());
  const std::size_t labels = model.label_name.size();
  Hdf5Writer file(path);
  file.attribute("/", "kind", kPredictionKind);
  file.attribute("/", "version", kRunVersion);
  file.attribute("/", "program_version", program_version());
  file.attribute("/", "revision", program_revision());
  file.attribute("/", "model", model_path);
  file.attribute("/", "circuit", circuit.name);
  file.attribute("/", "source", circuit.source);
  file.attribute("/", "label_unit", model.label_unit);
  file.attribute("/", "unknown_types", prediction.unknown_types);
  file.attribute("/", "unknown_cells", prediction.unknown_cells);
  file.strings("label_name", model.label_name);
  file.array("value", in_original_order(circuit, prediction.value, labels).data(), {cells, labels});
  if (!prediction.spread.empty()) {
    file.array("spread", in_original_order(circuit, prediction.spread, labels).data(), {cells, labels});
  }
  file.array("position", in_original_order(circuit, circuit.position, 1).front().data(), {cells, 2});
  if (!circuit.cell_name.empty()) file.names("name", in_original_order(circuit, circuit.cell_name, 1));
  write_placement_maps(file, rudy_maps(circuit, circuit.placement.technology));  // what there is without a model
  const GcellValues map = gcell_map(circuit, prediction, labels);
  const Shape gcells = {static_cast<std::uint64_t>(map.grid.rows()), static_cast<std::uint64_t>(map.grid.columns())};
  file.array("map/value", map.value.data(), gcells);
  if (!prediction.spread.empty()) {
    file.array("map/spread", gcell_spread(circuit, prediction.passes, labels).data(), gcells);
  }
  if (!prediction.foreign.empty()) file.strings("warning", prediction.foreign);
  if (!scores.empty()) {
    file.array("label", in_original_order(circuit, circuit.label, labels).data(), {cells, labels});
    write_scores(file, "scores/all", scores);
    write_mean_scores(file, "scores", scores);
    write_field_scores(file, "scores/field", {field_scores_of(model, circuit, prediction)});
  }
  file.commit();
}

RunDescription describe_run(const Hdf5Reader& file) {
  RunDescription run;
  // What another tool has changed is not what the summary was made of.
  if (!file.has_checksum() || !read_summary(file, run)) run = read_parts(file);
  if (run.lists.loss.empty()) file.fail("curves/loss", "is empty");
  derive(run);
  run.worth.scores = run;
  if (!run.joint()) return run;
  run.designs = read_designs(file);
  run.worth = mean_worth(run.designs);
  return run;
}

std::optional<RunDescription> whole_run(const std::string& path, std::string& why) {
  try {
    const Hdf5Reader file(path);
    RunDescription run = describe_run(file);  // reads everything but the predictions and the model
    if (file.shape("predictions/value").size() != 2 || !file.has("model")) {
      file.fail("predictions", "is incomplete");
    }
    return run;
  } catch (const std::exception& exception) {
    why = exception.what();
  }
  return std::nullopt;
}

bool holds_run(const std::string& path, const std::string& identity, std::string& why) {
  const auto run = whole_run(path, why);
  if (!run) return false;
  try {
    if (deck_identity(run->deck, path + ":/deck") == identity) return true;
    why = path + ": holds the run of another deck";
  } catch (const InputError& error) {
    why = error.what();
  }
  return false;
}

PredictionDescription describe_prediction(const Hdf5Reader& file) {
  PredictionDescription prediction;
  prediction.circuit = file.attribute_string("/", "circuit");
  prediction.model = file.attribute_string("/", "model");
  const auto shape = file.shape("value");
  prediction.cells = shape.empty() ? 0 : shape[0];
  prediction.unknown_types = file.attribute_int("/", "unknown_types");
  prediction.unknown_cells = file.attribute_int("/", "unknown_cells");
  if (file.has("warning")) prediction.foreign = file.strings("warning");
  if (!file.has("scores")) return prediction;
  prediction.scores = read_mean_scores(file, "scores");
  prediction.field = read_field_scores(file, "scores/field", 1).front();
  return prediction;
}

}  // namespace gsrgnn
