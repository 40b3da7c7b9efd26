// The run file and the prediction file hold what run_file.hpp says, and `info` says of them what design.md asks for.

#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/cli/json.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/training/split.hpp>

#include "support/circuit_parts.hpp"
#include "support/files.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class RunFile : public ::testing::Test {
 protected:
  RunFile() : circuit_(small_circuit_with_two_labels()), deck_(small_deck()) {
    deck_.train.epochs = 4;
    deck_.model.layers = 1;
    deck_.circuit = "some.h5";
    order_by_placement(circuit_);
    run_ = train_one(deck_, circuit_);
    path_ = folder_.path("run.h5");
  }

  TestFolder folder_;
  Circuit circuit_;
  Deck deck_;
  TrainedRun run_;
  std::string path_;
};

std::vector<double> rows(const std::vector<Scores>& scores) {
  std::vector<double> values;
  for (const Scores& s : scores) values.insert(values.end(), {s.pearson, s.spearman, s.kendall, s.r2});
  return values;
}

std::vector<double> flat(const std::vector<std::array<double, 2>>& points) {
  std::vector<double> values;
  for (const auto& point : points) values.insert(values.end(), point.begin(), point.end());
  return values;
}

TEST_F(RunFile, HoldsTheRun) {
  write_one(path_, deck_, circuit_, run_);
  EXPECT_EQ(folder_.listing(), std::vector<std::string>{"run.h5"});
  const Hdf5Reader file(path_);
  EXPECT_EQ(file.members("/"),
            (std::vector<std::string>{"baselines", "circuit", "curves", "deck", "kokkos_configuration", "measured",
                                      "memory", "model", "predictions", "scores"}));
  EXPECT_EQ(file.attribute_string("/", "kind"), "gsrgnn run");
  EXPECT_EQ(file.attribute_int("/", "version"), 1);
  for (const char* name : {"program_version", "revision", "kokkos_version", "execution_space"}) {
    EXPECT_FALSE(file.attribute_string("/", name).empty()) << name;
  }
  EXPECT_GE(file.attribute_int("/", "threads"), 1);
  EXPECT_EQ(file.string("deck"), to_yaml(deck_));
  EXPECT_FALSE(file.string("kokkos_configuration").empty());
  EXPECT_EQ(file.attribute_string("circuit", "name"), circuit_.name);
  EXPECT_EQ(file.attribute_string("circuit", "source"), "generated");
  EXPECT_EQ(file.attribute_int("circuit", "cells"), run_.counts.cells);
  EXPECT_EQ(file.attribute_int("circuit", "nets"), run_.counts.nets);
  EXPECT_EQ(file.attribute_int("circuit", "pins"), run_.counts.pins);
  EXPECT_EQ(file.attribute_int("circuit", "edges"), run_.counts.edges);
  EXPECT_EQ(file.array<double>("curves/loss"), run_.loss);
  EXPECT_EQ(file.array<double>("curves/validation_loss"), run_.validation_loss);
  EXPECT_EQ(file.array<double>("curves/validation_pearson"), run_.validation_pearson);
  EXPECT_EQ(file.shape("scores/test"), (Shape{2, 4}));
  EXPECT_EQ(file.array<double>("scores/test"), rows(run_.test));
  EXPECT_EQ(file.array<double>("scores/validation"), rows(run_.validation));
  const Scores mean = mean_scores(run_.test);
  EXPECT_EQ(file.attribute_double("scores", "pearson"), mean.pearson);
  EXPECT_EQ(file.attribute_double("scores", "spearman"), mean.spearman);
  EXPECT_EQ(file.attribute_double("scores", "kendall"), mean.kendall);
  EXPECT_EQ(file.attribute_double("scores", "r2"), mean.r2);
  EXPECT_EQ(file.attribute_int("scores", "best_epoch"), run_.best_epoch);
  EXPECT_EQ(file.shape("predictions/value"), (Shape{400, 2}));
  // Rows stand in the order of the source.
  const Circuit source = small_circuit_with_two_labels();
  ASSERT_NE(source.label, circuit_.label);
  EXPECT_EQ(file.array<float>("predictions/value"), in_original_order(circuit_, run_.prediction, 2));
  EXPECT_EQ(file.shape("predictions/label"), (Shape{400, 2}));
  EXPECT_EQ(file.array<float>("predictions/label"), source.label);
  EXPECT_EQ(file.shape("predictions/position"), (Shape{400, 2}));
  EXPECT_EQ(file.array<double>("predictions/position"), flat(source.position));
  EXPECT_EQ(file.array<std::uint8_t>("predictions/split"), split_cells(400, deck_.train.split, 0));
  EXPECT_EQ(read_model(file).parameters, run_.model.parameters);
  EXPECT_EQ(file.attribute_int("model", "trained_parameters"), run_.trained_parameters);
  EXPECT_EQ(file.attribute_int("memory", "planned"), run_.memory.planned);
  EXPECT_EQ(file.attribute_int("memory", "allocated"), run_.memory.allocated);
  EXPECT_EQ(file.array<double>("measured/total"), run_.seconds.total);
  EXPECT_EQ(file.array<double>("measured/forward"), run_.seconds.forward);
  EXPECT_EQ(file.array<double>("measured/backward"), run_.seconds.backward);
  EXPECT_EQ(file.array<double>("measured/update"), run_.seconds.update);
  EXPECT_EQ(file.array<double>("measured/copy"), run_.seconds.copy);
  EXPECT_EQ(file.attribute_int("measured", "process_peak"), run_.memory.process_peak);
}

TEST_F(RunFile, TheSameRunGivesTheSameBytes) {
  write_one(path_, deck_, circuit_, run_);
  write_one(folder_.path("again.h5"), deck_, circuit_, run_);
  EXPECT_TRUE(read_bytes(path_) == read_bytes(folder_.path("again.h5")));
}

TEST_F(RunFile, IsDescribed) {
  run_.seconds.total = {4, 1, 3, 100, 2};
  run_.test = {{0.5, 0.25, 0.75, -1}, {0.25, 0.75, 0.25, -2}};
  write_one(path_, deck_, circuit_, run_);
  const RunDescription run = describe_run(Hdf5Reader(path_));
  EXPECT_EQ(run.circuit, circuit_.name);
  EXPECT_EQ(run.cells, 400);
  EXPECT_EQ(run.edges, run_.counts.edges);
  EXPECT_EQ(run.deck, to_yaml(deck_));
  const RunParameters& parameters = run.parameters;
  EXPECT_EQ(parameters.text("kind"), "gsr");
  EXPECT_EQ(parameters.whole("layers"), deck_.model.layers);
  EXPECT_EQ(parameters.whole("hidden"), deck_.model.hidden);
  EXPECT_EQ(parameters.whole("groups"), 2);
  EXPECT_EQ(parameters.whole("k"), deck_.model.k);
  EXPECT_EQ(parameters.text("residual"), "sparse");
  EXPECT_EQ(parameters.text("adjacency"), "nets");
  EXPECT_EQ(parameters.whole("epochs"), 4);
  EXPECT_EQ(parameters.real("learning_rate"), deck_.train.learning_rate);
  EXPECT_EQ(parameters.whole("seed"), 0);
  EXPECT_EQ(run.pearson, 0.375);
  EXPECT_EQ(run.spearman, 0.5);
  EXPECT_EQ(run.kendall, 0.5);
  EXPECT_EQ(run.r2, -1.5);
  EXPECT_EQ(run.best_epoch, run_.best_epoch);
  EXPECT_EQ(run.epochs, 4);
  EXPECT_EQ(run.loss, run_.loss.back());
  EXPECT_EQ(run.seconds.total, 3);  // the median
  EXPECT_EQ(run.memory_planned, run_.memory.planned);
  EXPECT_EQ(run.memory_allocated, run_.memory.allocated);
  EXPECT_EQ(run.process_peak, run_.memory.process_peak);
  EXPECT_EQ(run.trained_parameters, run_.trained_parameters);
  EXPECT_FALSE(run.joint());

  run_.test = {{std::nan(""), 0, 0, 0}, {std::nan(""), 0, 0, 0}};
  run_.seconds.total = {5, 1};
  write_one(path_, deck_, circuit_, run_);
  const RunDescription undefined = describe_run(Hdf5Reader(path_));
  EXPECT_TRUE(std::isnan(undefined.pearson));
  EXPECT_NE(cli::to_json(undefined).find(R"("pearson":null)"), std::string::npos);  // JSON has no NaN
  EXPECT_EQ(undefined.seconds.total, 3);
}

TEST_F(RunFile, ADamagedOneIsRefused) {
  write_parts({{"@kind", text_attribute("/", kRunKind)}}, path_);
  expect_message(input_error([&] { describe_run(Hdf5Reader(path_)); }), path_ + ":/", {"missing"});
  run_.loss.clear();
  write_one(path_, deck_, circuit_, run_);
  expect_message(input_error([&] { describe_run(Hdf5Reader(path_)); }), path_ + ":/curves/loss: ", {});
}

TEST_F(RunFile, APredictionFileHoldsThePrediction) {
  Prediction prediction = predict(run_.model, circuit_, "test");
  prediction.unknown_types = 3;
  prediction.unknown_cells = 77;
  prediction.foreign = {"of another kind"};
  const auto scores = scores_of(run_.model, circuit_, prediction);
  write_prediction(path_, run_.model, "model.h5", circuit_, prediction, scores);
  ASSERT_EQ(scores.size(), 2U);
  const Hdf5Reader file(path_);
  EXPECT_EQ(file.attribute_string("/", "kind"), "gsrgnn prediction");
  EXPECT_EQ(file.attribute_string("/", "model"), "model.h5");
  EXPECT_EQ(file.attribute_string("/", "circuit"), circuit_.name);
  EXPECT_EQ(file.attribute_string("/", "label_unit"), circuit_.label_unit);
  EXPECT_EQ(file.attribute_int("/", "unknown_types"), 3);
  EXPECT_EQ(file.attribute_int("/", "unknown_cells"), 77);
  EXPECT_EQ(file.strings("label_name"), circuit_.label_name);
  EXPECT_EQ(file.shape("value"), (Shape{400, 2}));
  const Circuit source = small_circuit_with_two_labels();
  EXPECT_EQ(file.array<float>("value"), in_original_order(circuit_, prediction.value, 2));
  EXPECT_EQ(file.shape("position"), (Shape{400, 2}));
  EXPECT_EQ(file.array<double>("position"), flat(source.position));
  EXPECT_EQ(file.array<float>("label"), source.label);
  const PlacementMaps rudy = rudy_maps(circuit_, circuit_.placement.technology);
  EXPECT_EQ(file.array<double>("grid_x"), rudy.grid.border[0]);
  EXPECT_EQ(file.array<double>("grid_y"), rudy.grid.border[1]);
  for (const PlacementMap& map : rudy.map) EXPECT_EQ(file.array<double>("map/" + map.name), map.value) << map.name;
  EXPECT_EQ(file.array<double>("scores/all"), rows(scores));
  for (std::size_t o = 0; o < 2; ++o) {
    std::vector<double> value, label;
    for (std::size_t i = o; i < 800; i += 2) {
      value.push_back(prediction.value[i]);
      label.push_back(circuit_.label[i]);
    }
    EXPECT_EQ(scores[o].pearson, pearson(value, label));
    EXPECT_EQ(scores[o].r2, r2(value, label));
  }
  const PredictionDescription described = describe_prediction(file);
  EXPECT_EQ(described.circuit, circuit_.name);
  EXPECT_EQ(described.model, "model.h5");
  EXPECT_EQ(described.cells, 400U);
  EXPECT_EQ(described.unknown_types, 3);
  EXPECT_EQ(described.unknown_cells, 77);
  EXPECT_EQ(described.foreign, prediction.foreign);
  EXPECT_EQ(described.scores.value().pearson, mean_scores(scores).pearson);
}

TEST_F(RunFile, APredictionWithoutTheModelsLabelsHasNoScores) {
  const Prediction prediction = predict(run_.model, circuit_, "test");
  Circuit renamed = circuit_, unlabelled = circuit_;
  renamed.label_name[1] = "other";
  unlabelled.label_name.clear();
  unlabelled.label.clear();
  for (const Circuit& circuit : {renamed, unlabelled}) {
    EXPECT_TRUE(scores_of(run_.model, circuit, prediction).empty());
    write_prediction(path_, run_.model, "model.h5", circuit, prediction, {});
    const Hdf5Reader file(path_);
    EXPECT_EQ(file.array<float>("value"), in_original_order(circuit_, prediction.value, 2));
    EXPECT_FALSE(file.has("label"));
    EXPECT_FALSE(describe_prediction(file).scores);
  }
}

}  // namespace
}  // namespace gsrgnn
