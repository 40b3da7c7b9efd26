#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/cli/json.hpp>
#include <gsrgnn/cli/say.hpp>
#include <gsrgnn/util/text.hpp>
#include <iterator>
#include <nlohmann/json.hpp>

namespace gsrgnn::cli {
namespace {

using Json = nlohmann::ordered_json;

Json scores_of(const Scores& scores) {
  Json j;
  for (const ScoreField& field : kScoreFields) j[field.name] = scores.*field.value;
  return j;
}

Json scores_of(const FieldScores& scores) {
  Json j;
  for (const FieldScoreField& field : kFieldScoreFields) j[field.name] = scores.*field.value;
  return j;
}

Json json_of(const RunParameters& parameters) {
  Json j;
  for_each_parameter(parameters, [&](const char* name, const auto& value) { j[name] = value; });
  return j;
}

void add_counts(Json& j, const CircuitCounts& counts) {
  for (const CountField& field : kCountFields) j[field.name] = counts.*field.value;
}

Json json_of(const CircuitDescription& circuit) {
  Json j;
  j["kind"] = "circuit";
  j["name"] = circuit.name;
  j["source"] = circuit.source;
  add_counts(j, circuit.counts);
  j["largest_net"] = circuit.counts.largest_net;
  j["max_degree"] = circuit.counts.max_degree;
  j["types"] = circuit.types;
  j["features"] = circuit.feature_name;
  j["label_names"] = circuit.label_name;
  j["label_unit"] = circuit.label_unit;
  if (!circuit.label_name.empty()) {
    j["label_min"] = circuit.label_min;
    j["label_max"] = circuit.label_max;
    j["labels"] = circuit.label_values;
  }
  for (const auto& [from, to, nets, edges] : circuit.net_sizes) {
    j["net_sizes"].push_back({{"pins", {from, to}}, {"nets", nets}, {"edges", edges}});
  }
  const auto& [min, p10, median, p90, p99, max, mean] = circuit.degrees;
  j["degrees"] = {{"min", min}, {"p10", p10}, {"median", median}, {"p90", p90},
                  {"p99", p99}, {"max", max}, {"mean", mean}};
  for (std::size_t label = 0; label < circuit.label_name.size(); ++label) {
    const auto& [from, to, counts] = circuit.label_histogram[label];
    j["label_histogram"][circuit.label_name[label]] = {{"from", from}, {"to", to}, {"counts", counts}};
  }
  return j;
}

void add_worth(Json& j, const Worth& worth) {
  j["gcell_scores"] = scores_of(worth.gcells);
  const auto unknown = [&](const FieldScoreField& one) { return std::isnan(worth.field.*one.value); };
  // Runs of older programs have none of them.
  if (!std::all_of(std::begin(kFieldScoreFields), std::end(kFieldScoreFields), unknown))
    j["field_scores"] = scores_of(worth.field);
  for (std::size_t b = 0; b < kBaselines; ++b) j[kBaselineFields[b].name] = scores_of(worth.baseline[b]);
}

Json json_of(const DesignResult& design) {
  Json j;
  j["name"] = design.name;
  j["path"] = design.path;
  j["part"] = kPartNames[static_cast<std::size_t>(design.part)];
  add_counts(j, design.counts);
  if (design.part != Part::training) {
    j["scores"] = scores_of(design.scores);
    add_worth(j, design);
  }
  return j;
}

Json json_of(const RunDescription& run) {
  Json j;
  j["kind"] = "run";
  j["circuit"] = run.circuit;
  add_counts(j, run);
  j["content_hash"] = run.content_hash;
  j["deck"] = run.deck;
  j["parameters"] = json_of(run.parameters);
  j["revision"] = run.revision;
  j["kokkos_version"] = run.kokkos_version;
  j["execution_space"] = run.execution_space;
  j["threads"] = run.threads;
  j["trained_parameters"] = run.trained_parameters;
  if (!run.model_hash.empty()) j["model_hash"] = run.model_hash;
  if (!run.ancestor.empty()) j["ancestor"] = run.ancestor;
  j["scores"] = scores_of(run);
  add_worth(j, run.worth);
  j["map"] = run.best_map;
  j["best_epoch"] = run.best_epoch;
  j["epochs"] = run.epochs;
  j["loss"] = run.loss;
  for_each_part([&](const char* part, double seconds) { j["seconds_per_epoch"][part] = seconds; }, run.seconds);
  j["memory"] = {
      {"planned", run.memory_planned}, {"allocated", run.memory_allocated}, {"process_peak", run.process_peak}};
  if (!run.joint()) return j;
  j["ranks"] = run.ranks;
  j["designs"] = Json::array();
  for (const DesignResult& design : run.designs) j["designs"].push_back(json_of(design));
  return j;
}

Json json_of(const CheckpointDescription& c) {
  return {{"kind", "checkpoint"},
          {"circuit", c.circuit},
          {"epoch", c.epoch},
          {"epochs", c.epochs},
          {"best_epoch", c.best_epoch},
          {"validation_pearson", c.validation_pearson},
          {"loss", c.loss},
          {"seconds", c.seconds},
          {"seed", c.seed},
          {"deck_hash", c.deck_hash},
          {"program_version", c.program_version},
          {"revision", c.revision},
          {"execution_space", c.execution_space},
          {"deck", c.deck}};
}

Json json_of(const PredictionDescription& p) {
  Json j = {{"kind", "prediction"},
            {"circuit", p.circuit},
            {"model", p.model},
            {"cells", p.cells},
            {"unknown_types", p.unknown_types},
            {"unknown_cells", p.unknown_cells},
            {"warnings", p.foreign}};
  if (p.scores) {
    j["scores"] = scores_of(*p.scores);
    j["field_scores"] = scores_of(p.field);
  }
  return j;
}

Json json_of(const std::vector<RunSummary>& results) {
  Json j;
  j["kind"] = "results";
  j["runs"] = Json::array();
  for (const RunSummary& row : results) {
    Json run;
    run["name"] = row.name;
    run["status"] = row.status;
    if (row.done()) {
      run.update(json_of(static_cast<const RunDescription&>(row)));
    } else {
      run["reason"] = row.reason;
      run["circuit"] = row.circuit;
      run["parameters"] = json_of(row.parameters);
    }
    j["runs"].push_back(std::move(run));
  }
  return j;
}

void print_object(const Json& object, const std::string& prefix = "") {
  for (const auto& [key, value] : object.items()) {
    const std::string name = prefix + key;
    if (value.is_object()) {
      print_object(value, name + ".");
    } else if (value.is_array()) {
      std::vector<std::string> parts;
      for (const auto& part : value) parts.push_back(part.is_string() ? part.get<std::string>() : part.dump());
      say("{:<28}{}\n", name, fmt::join(parts, ", "));
    } else if (value.is_number_integer()) {
      say("{:<28}{}\n", name, with_commas(value.get<std::int64_t>()));
    } else if (value.is_string() && value.get<std::string>().find('\n') != std::string::npos) {
      say("{}\n", name);
      const auto text = value.get<std::string>();
      for (std::size_t start = 0, end; start < text.size(); start = end + 1) {
        end = std::min(text.find('\n', start), text.size());
        say("    {}\n", text.substr(start, end - start));
      }
    } else {
      say("{:<28}{}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
}

Json json_of(const Description& description) {
  return std::visit([](const auto& of_kind) { return json_of(of_kind); }, description);
}

}  // namespace

std::string to_json(const Description& description) {
  return json_of(description).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void print_lines(const Description& description) {
  Json plain = json_of(description);
  for (const char* table : {"net_sizes", "label_histogram", "designs"}) plain.erase(table);
  print_object(plain);
}

}  // namespace gsrgnn::cli
