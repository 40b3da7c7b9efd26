#include <fmt/ranges.h>

#include <algorithm>
#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/circuit/maps_file.hpp>
#include <gsrgnn/circuit/content_hash.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/version.hpp>

namespace gsrgnn {
namespace {

constexpr std::int64_t kRunVersion = 1;

void write_scores(Hdf5Writer& file, const std::string& name, const std::vector<Scores>& scores) {
  std::vector<double> rows;
  for (const Scores& s : scores) {
    for (const ScoreField& field : kScoreFields) rows.push_back(s.*field.value);
  }
  file.array(name, rows.data(), {scores.size(), kScores});
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

/// All but the predictions, the memory, and what is of joint trainings only.
void write_common(Hdf5Writer& file, const Deck& deck, const std::string& source, const TrainedRun& run) {
  file.attribute("/", "kind", kRunKind);
  file.attribute("/", "version", kRunVersion);
  file.attribute("/", "program_version", program_version());
  file.attribute("/", "revision", program_revision());
  file.attribute("/", "kokkos_version", kokkos_version());
  file.attribute("/", "execution_space", execution_space());
  file.attribute("/", "threads", std::int64_t{execution_concurrency()});
  file.string("deck", to_yaml(deck));
  file.string("kokkos_configuration", kokkos_configuration());

  file.group("circuit");
  file.attribute("circuit", "name", run.name);
  file.attribute("circuit", "source", source);
  file.attribute("circuit", "content_hash", run.content_hash);
  for (const CountField& field : kCountFields) file.attribute("circuit", field.name, run.counts.*field.value);

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
  file.attribute("baselines", "map", fmt::format("{}", fmt::join(run.best_map, ", ")));

  write_model(file, run.model);
  file.attribute("model", "trained_parameters", run.trained_parameters);
  file.attribute("model", "content_hash", content_hash(run.model));

  for_each_part([&](const std::string& part, const auto& list) { file.array("measured/" + part, list); }, run.seconds);
  file.attribute("measured", "process_peak", run.memory.process_peak);
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

std::vector<DesignResult> read_designs(const Hdf5Reader& file, const std::string& group) {
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
    write_common(file, deck, "several circuits", run);
    predictions(run.held_out);
    file.array("predictions/design", run.held_out.design);
    write_designs(file, run.designs);
    file.attribute("measured", "ranks", std::int64_t{run.ranks});
    write_memory(file, "measured", run.memory);
  } else {
    const Circuit& circuit = *circuits.held.front().circuit;
    write_common(file, deck, circuit.source, run);
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
  if (!circuits.ancestor.empty()) file.attribute("model", "ancestor", circuits.ancestor);
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
  if (!prediction.foreign.empty()) file.strings("warning", prediction.foreign);
  if (!scores.empty()) {
    file.array("label", in_original_order(circuit, circuit.label, labels).data(), {cells, labels});
    write_scores(file, "scores/all", scores);
    write_mean_scores(file, "scores", scores);
    write_field_scores(file, "scores/field", {field_scores_of(model, circuit, prediction)});
  }
  file.commit();
}

RunDescription describe_run(const Hdf5Reader& file, const std::string& group) {
  const std::string root = group.empty() ? "/" : group;
  const auto in = [&](const std::string& name) { return group.empty() ? name : group + "/" + name; };
  RunDescription run;
  run.circuit = file.attribute_string(in("circuit"), "name");
  for (const CountField& field : kCountFields) run.*field.value = file.attribute_int(in("circuit"), field.name);
  const bool hashed = file.has_attribute(in("circuit"), "content_hash");  // not by older programs
  if (hashed) run.content_hash = file.attribute_string(in("circuit"), "content_hash");
  run.deck = file.string(in("deck"));
  run.parameters = read_run_parameters(run.deck, fmt::format("{}:/{}", file.path(), in("deck")));
  run.revision = file.attribute_string(root, "revision");
  run.kokkos_version = file.attribute_string(root, "kokkos_version");
  run.execution_space = file.attribute_string(root, "execution_space");
  run.threads = file.attribute_int(root, "threads");
  run.trained_parameters = file.attribute_int(in("model"), "trained_parameters");
  for (const auto& [name, value] : {std::pair("content_hash", &run.model_hash), std::pair("ancestor", &run.ancestor)}) {
    if (file.has_attribute(in("model"), name)) *value = file.attribute_string(in("model"), name);
  }
  static_cast<Scores&>(run) = read_mean_scores(file, in("scores"));
  run.best_epoch = file.attribute_int(in("scores"), "best_epoch");
  if (file.has(in("baselines"))) {  // not by older programs
    run.worth = {run, read_scores(file, in("scores/gcells"), 1).front(), {}, {}};
    run.worth.field = read_field_scores(file, in("scores/field"), 1).front();
    for (std::size_t b = 0; b < kBaselines; ++b) {
      run.worth.baseline[b] = read_scores(file, in("baselines/") + kBaselineFields[b].name, 1).front();
    }
    run.best_map = file.attribute_string(in("baselines"), "map");
  }
  const auto loss = file.array<double>(in("curves/loss"));
  if (loss.empty()) file.fail(in("curves/loss"), "is empty");
  run.epochs = static_cast<std::int64_t>(loss.size()) - 1;
  run.loss = loss.back();
  for_each_part(
      [&](const std::string& part, double& of_run) { of_run = median(file.array<double>(in("measured/" + part))); },
      run.seconds);
  const std::string memory = in(file.has(in("memory")) ? "memory" : "measured");
  run.memory_planned = file.attribute_int(memory, "planned");
  run.memory_allocated = file.attribute_int(memory, "allocated");
  run.process_peak = file.attribute_int(in("measured"), "process_peak");
  if (file.has(in("designs"))) {
    const std::int64_t ranks = file.attribute_int(in("measured"), "ranks");
    auto designs = read_designs(file, in("designs"));
    run.worth = mean_worth(designs);
    run.joint = {ranks, std::move(designs)};
  }
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
