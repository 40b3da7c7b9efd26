#pragma once

/// What a run file tells of its run, all but the cells and the model.

#include <gsrgnn/training/run_parameters.hpp>
#include <gsrgnn/training/trainer.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

constexpr double kUndefined = Scores::kUndefined;

/// Of a circuit's counts those that files tell.
struct CountField {
  const char* name;
  std::int64_t CircuitCounts::*value;
};
constexpr CountField kCountFields[] = {{"cells", &CircuitCounts::cells},
                                       {"nets", &CircuitCounts::nets},
                                       {"pins", &CircuitCounts::pins},
                                       {"edges", &CircuitCounts::edges}};

/// The run file's arrays of numbers that are not of cells.
struct RunLists {
  std::vector<double> loss, validation_loss, validation_pearson;  ///< element e: after e epochs (TrainingHistory)
  EpochSeconds seconds;                                           ///< of each epoch
  std::vector<double> test, validation;                           ///< labels x 4 scores (kScoreFields) at best_epoch
};

/// Calls visit(array in the run file, list) for each.
template <class Lists, class Visit>
void for_each_list(Lists& lists, const Visit& visit) {
  visit(std::string("curves/loss"), lists.loss);
  visit(std::string("curves/validation_loss"), lists.validation_loss);
  visit(std::string("curves/validation_pearson"), lists.validation_pearson);
  visit(std::string("scores/test"), lists.test);
  visit(std::string("scores/validation"), lists.validation);
  for_each_part([&](const std::string& part, auto& list) { visit("measured/" + part, list); }, lists.seconds);
}

/// kCountFields of a run's circuit, scores of the test cells at best_epoch, and this.
struct RunDescription : CircuitCounts, Scores {
  std::string circuit;
  std::string circuit_file;          ///< circuit_of_deck()
  std::string source;                ///< what the circuit was made of, as its file says
  std::string content_hash;          ///< of the circuit; empty in runs of programs that wrote none
  std::string model_hash, ancestor;  ///< likewise of the model, and of what it started from, if it did
  std::string label, label_unit;     ///< names, joined by "+"
  std::string deck;
  RunParameters parameters;
  std::string program_version, revision, kokkos_version, execution_space;
  std::int64_t threads = 0, trained_parameters = 0;
  std::int64_t best_epoch = 0;
  std::int64_t memory_planned = 0, memory_allocated = 0, process_peak = 0;  ///< bytes
  Worth worth;           ///< of the test cells; of older runs the baselines are undefined
  std::string best_map;  ///< empty in older runs
  RunLists lists;
  // What the lists say:
  std::int64_t epochs = 0;
  double loss = kUndefined;                ///< the last
  double validation_pearson = kUndefined;  ///< at best_epoch
  EpochParts<double> seconds;              ///< of an epoch: the medians of the run
  // Of a joint training:
  std::int64_t ranks = 0;             ///< 0: it is none
  std::vector<DesignResult> designs;  ///< in the deck's order

  bool joint() const { return ranks > 0; }
};

/// Calls visit(name, score) for each of a worth but those of the model over cells.
template <class SomeWorth, class Visit>
void for_each_comparison(SomeWorth& worth, const Visit& visit) {
  for (const ScoreField& field : kScoreFields) {
    visit(std::string("gcells_") + field.name, worth.gcells.*field.value);
    for (std::size_t b = 0; b < kBaselines; ++b) {
      visit(fmt::format("{}_{}", kBaselineFields[b].name, field.name), worth.baseline[b].*field.value);
    }
  }
  for (const FieldScoreField& field : kFieldScoreFields) {
    visit(std::string("field_") + field.name, worth.field.*field.value);
  }
}

/// Calls visit(name, value) for each single value that a run file holds, by which others follow from it and from the
/// lists; value: std::int64_t, double or std::string.
template <class Description, class Visit>
void for_each_fact(Description& run, const Visit& visit) {
  visit("circuit", run.circuit);
  for (const CountField& field : kCountFields) visit(field.name, run.*field.value);
  visit("circuit_file", run.circuit_file);
  visit("content_hash", run.content_hash);
  visit("label", run.label);
  for_each_parameter(run.parameters, visit);
  visit("trained_parameters", run.trained_parameters);
  for (const ScoreField& field : kScoreFields) visit(field.name, run.*field.value);
  visit("best_epoch", run.best_epoch);
  for_each_comparison(run.worth, visit);
  visit("map", run.best_map);
  visit("memory_planned", run.memory_planned);
  visit("memory_allocated", run.memory_allocated);
  visit("process_peak", run.process_peak);
  visit("ranks", run.ranks);
  visit("execution_space", run.execution_space);
  visit("threads", run.threads);
  visit("program_version", run.program_version);
  visit("revision", run.revision);
  visit("kokkos_version", run.kokkos_version);
  visit("source", run.source);
  visit("label_unit", run.label_unit);
  visit("model_hash", run.model_hash);
  visit("ancestor", run.ancestor);
  visit("deck", run.deck);
}

}  // namespace gsrgnn
