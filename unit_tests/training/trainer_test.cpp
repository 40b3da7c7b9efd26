// Training from end to end on a circuit small enough to take part of a second.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/training/split.hpp>
#include <gsrgnn/training/trainer.hpp>

#include "support/files.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using testing::expect_message;
using testing::input_error;
using testing::small_circuit;
using testing::small_circuit_with_two_labels;
using testing::small_deck;
using testing::train_one;
using testing::validate_one;

/// What has to hold of every training.
void expect_consistent(const Deck& deck, const Circuit& circuit, const TrainedRun& run) {
  const auto cells = static_cast<std::size_t>(circuit.cells()), labels = circuit.label_name.size();
  const auto evaluations = static_cast<std::size_t>(deck.train.epochs) + 1;
  ASSERT_EQ(run.loss.size(), evaluations);
  ASSERT_EQ(run.validation_loss.size(), evaluations);
  ASSERT_EQ(run.validation_pearson.size(), evaluations);
  ASSERT_EQ(run.prediction.size(), cells * labels);
  ASSERT_EQ(run.test.size(), labels);
  ASSERT_EQ(run.validation.size(), labels);
  EXPECT_EQ(in_original_order(circuit, run.part, 1), split_cells(circuit.cells(), deck.train.split, deck.train.seed));
  EXPECT_EQ(run.counts.edges, count(circuit).edges);
  EXPECT_EQ(run.counts.pins, circuit.pins());

  // The best epoch is the first with the largest validation Pearson, the untrained model apart.
  const auto best = std::max_element(run.validation_pearson.begin() + 1, run.validation_pearson.end());
  EXPECT_EQ(run.best_epoch, best - run.validation_pearson.begin());

  // Scores and losses follow from the predictions, which are in the label's unit.
  double pearson_sum = 0, losses[2] = {0, 0}, counts[2] = {0, 0};
  for (std::size_t o = 0; o < labels; ++o) {
    const auto of = [&](Part part) {
      return score(select(run.prediction, labels, o, run.part, part), select(circuit.label, labels, o, run.part, part));
    };
    const Scores test = of(Part::test), validation = of(Part::validation);
    EXPECT_NEAR(run.test[o].pearson, test.pearson, 1e-4);
    EXPECT_NEAR(run.test[o].spearman, test.spearman, 1e-3);
    EXPECT_NEAR(run.test[o].kendall, test.kendall, 1e-3);
    EXPECT_NEAR(run.test[o].r2, test.r2, 1e-4);
    EXPECT_NEAR(run.validation[o].pearson, validation.pearson, 1e-4);
    pearson_sum += run.validation[o].pearson;
    const double scale = run.model.label.scale[o];
    for (std::size_t i = 0; i < cells; ++i) {
      if (run.part[i] > 1) continue;
      const double error = static_cast<double>(run.prediction[i * labels + o]) - circuit.label[i * labels + o];
      losses[run.part[i]] += error * error / (scale * scale);
      counts[run.part[i]] += 1;
    }
  }
  EXPECT_NEAR(run.validation_pearson[run.best_epoch], pearson_sum / static_cast<double>(labels), 1e-12);
  EXPECT_NEAR(losses[0] / counts[0], run.loss[run.best_epoch], 1e-4);
  EXPECT_NEAR(losses[1] / counts[1], run.validation_loss[run.best_epoch], 1e-4);

  // The model that is kept is the one that made them.
  const Prediction again = predict(run.model, circuit, "test");
  EXPECT_EQ(again.unknown_types, 0);
  EXPECT_EQ(again.unknown_cells, 0);
  ASSERT_EQ(again.value.size(), run.prediction.size());
  for (std::size_t i = 0; i < again.value.size(); ++i) {
    ASSERT_NEAR(again.value[i], run.prediction[i], 1e-5 * (1 + std::abs(run.prediction[i]))) << i;
  }

  EXPECT_GT(run.memory.planned, 0);
  EXPECT_EQ(run.memory.allocated, run.memory.planned);
  EXPECT_GE(run.memory.process_peak, run.memory.allocated);
  const auto epochs = static_cast<std::size_t>(deck.train.epochs);
  for (const auto* seconds :
       {&run.seconds.total, &run.seconds.forward, &run.seconds.backward, &run.seconds.update, &run.seconds.copy}) {
    ASSERT_EQ(seconds->size(), epochs);
    for (const double s : *seconds) EXPECT_TRUE(s >= 0 && s < 60) << s;
  }
  for (std::size_t e = 0; e < epochs; ++e) {
    EXPECT_GE(run.seconds.total[e],
              0.999 * (run.seconds.forward[e] + run.seconds.backward[e] + run.seconds.update[e] + run.seconds.copy[e]));
  }
}

double smallest(const std::vector<double>& values) {
  return *std::min_element(values.begin(), values.end());
}

void expect_same(const TrainedRun& a, const TrainedRun& b) {
  EXPECT_EQ(a.loss, b.loss);
  EXPECT_EQ(a.validation_loss, b.validation_loss);
  EXPECT_EQ(a.validation_pearson, b.validation_pearson);
  EXPECT_EQ(a.best_epoch, b.best_epoch);
  EXPECT_EQ(a.part, b.part);
  EXPECT_EQ(a.prediction, b.prediction);
  EXPECT_EQ(a.model.parameters, b.model.parameters);
}

// Numbers of this program, not of another source: they change when the mathematics, the initial values, the split or
// the generator does. Rounding (another compiler, the expanded graph) moves them by less than the tolerance.
TEST(Trainer, Golden) {
  const Circuit circuit = small_circuit();
  Deck deck = small_deck();
  for (const Adjacency adjacency : {Adjacency::nets, Adjacency::expanded}) {
    SCOPED_TRACE(adjacency == Adjacency::nets ? "nets" : "expanded");
    deck.model.adjacency = adjacency;
    const TrainedRun run = train_one(deck, circuit);
    expect_consistent(deck, circuit, run);
    const auto expect_near = [](const char* what, double value, double expected) {
      EXPECT_NEAR(value, expected, 1e-3 * std::abs(expected)) << fmt::format("{} is {:.8f}", what, value);
    };
    expect_near("loss 0", run.loss[0], 1.22831812);
    expect_near("loss 1", run.loss[1], 0.97404752);
    expect_near("loss 2", run.loss[2], 0.84337089);
    expect_near("loss 10", run.loss[10], 0.59862356);
    expect_near("loss 30", run.loss[30], 0.27777389);
    expect_near("validation loss 0", run.validation_loss[0], 2.60560950);
    expect_near("validation loss 30", run.validation_loss[30], 0.95853198);
    expect_near("validation Pearson 30", run.validation_pearson[30], 0.71219769);
    expect_near("Pearson", run.test[0].pearson, 0.68394036);
    expect_near("Spearman", run.test[0].spearman, 0.64217594);
    expect_near("Kendall", run.test[0].kendall, 0.46076354);
    expect_near("R2", run.test[0].r2, 0.42706918);
    EXPECT_EQ(run.best_epoch, 24);
    // Of 4 features and N types, 3 layers of 2 blocks of width 16, one output.
    const int types = static_cast<int>(circuit.type_name.size());
    EXPECT_EQ(run.trained_parameters, (4 + types + 1) * 32 + 3 * 2 * (2 * 16 * 16 + 2 * 16) + (2 * 32 + 32 + 1));
  }
}

TEST(Trainer, TheLossDescends) {
  const Circuit circuit = small_circuit();
  Deck deck = small_deck();
  deck.train.epochs = 100;
  const TrainedRun run = train_one(deck, circuit);
  for (int e = 20; e <= 100; e += 20) EXPECT_LT(run.loss[e], 0.99 * run.loss[e - 20]) << e;
  EXPECT_LT(run.loss[100], 0.3);
  EXPECT_GT(run.test[0].pearson, 0.5);
  EXPECT_GT(run.test[0].r2, 0.2);
}

TEST(Trainer, OneSeedGivesTheSameBitsAndAnotherDoesNot) {
  const Circuit circuit = small_circuit();
  Deck deck = small_deck();
  deck.train.epochs = 10;
  const TrainedRun run = train_one(deck, circuit);
  expect_same(run, train_one(deck, circuit));
  deck.train.seed = 1;
  const TrainedRun other = train_one(deck, circuit);
  EXPECT_NE(run.part, other.part);
  EXPECT_NE(run.loss[0], other.loss[0]);
  EXPECT_NE(run.model.parameters, other.model.parameters);
}

TEST(Trainer, EveryFormOfTheModelTrains) {
  const Circuit circuit = small_circuit();
  const Deck usual = small_deck();
  const double usual_loss = train_one(usual, circuit).loss.back();
  Deck dense = usual, expanded = usual, both = usual, wide = usual, shallow = usual, deep = usual, all_kept = usual;
  dense.model.residual = both.model.residual = Residual::dense;
  expanded.model.adjacency = both.model.adjacency = Adjacency::expanded;
  wide.model.hidden = 520;  // indices of 16 bits
  wide.train.epochs = 3;
  wide.model.layers = 1;
  shallow.model.layers = 0;
  deep.model.layers = 30;
  all_kept.model.k = 16;
  for (const auto& [name, deck] : {std::pair{"dense", dense},
                                   {"expanded", expanded},
                                   {"both", both},
                                   {"wide", wide},
                                   {"shallow", shallow},
                                   {"deep", deep},
                                   {"all kept", all_kept}}) {
    SCOPED_TRACE(name);
    const TrainedRun run = train_one(deck, circuit);
    expect_consistent(deck, circuit, run);
    EXPECT_LT(smallest(run.loss), 0.95 * run.loss[0]);
    if (std::string(name) != "expanded") {
      EXPECT_NE(run.loss.back(), usual_loss) << "the deck's choice did not reach the model";
    }
  }
}

// The same sums in another order.
TEST(Trainer, NetsAndExpandedEdgesAgreeToRounding) {
  const Circuit circuit = small_circuit();
  for (const Residual residual : {Residual::sparse, Residual::dense}) {
    Deck deck = small_deck();
    deck.train.epochs = 8;
    deck.model.residual = residual;
    const TrainedRun nets = train_one(deck, circuit);
    deck.model.adjacency = Adjacency::expanded;
    const TrainedRun expanded = train_one(deck, circuit);
    for (std::size_t e = 0; e <= 8; ++e) {
      EXPECT_NEAR(nets.loss[e], expanded.loss[e], 2e-5 * nets.loss[e]) << e;
      EXPECT_NEAR(nets.validation_loss[e], expanded.validation_loss[e], 2e-5 * nets.validation_loss[e]) << e;
      EXPECT_NEAR(nets.validation_pearson[e], expanded.validation_pearson[e], 1e-4) << e;
    }
  }
}

// Neither split nor numbers depend on the order that cells and nets are held in, but for rounding.
TEST(Trainer, TheOrderOfTheCellsDoesNotMatter) {
  const Circuit circuit = small_circuit_with_two_labels();
  Circuit ordered = circuit;
  order_by_placement(ordered);
  ASSERT_NE(ordered.cell_type, circuit.cell_type);
  Deck deck = small_deck();
  deck.train.epochs = 8;
  const TrainedRun run = train_one(deck, circuit), other = train_one(deck, ordered);
  expect_consistent(deck, ordered, other);
  EXPECT_EQ(in_original_order(ordered, other.part, 1), run.part);
  for (std::size_t e = 0; e <= 8; ++e) {
    EXPECT_NEAR(other.loss[e], run.loss[e], 2e-5 * run.loss[e]) << e;
    EXPECT_NEAR(other.validation_loss[e], run.validation_loss[e], 2e-5 * run.validation_loss[e]) << e;
  }
  ASSERT_EQ(other.best_epoch, run.best_epoch);
  const auto prediction = in_original_order(ordered, other.prediction, 2);
  for (std::size_t i = 0; i < prediction.size(); ++i) {
    ASSERT_NEAR(prediction[i], run.prediction[i], 1e-3 * run.model.label.scale[i % 2]) << i;
  }
}

TEST(Trainer, LearnsTwoLabels) {
  const Circuit circuit = small_circuit_with_two_labels();
  Deck deck = small_deck();
  deck.train.epochs = 60;
  const TrainedRun run = train_one(deck, circuit);
  expect_consistent(deck, circuit, run);
  EXPECT_EQ(run.model.label_name, (std::vector<std::string>{"first", "second"}));
  EXPECT_GT(run.test[0].pearson, 0.4);
  EXPECT_GT(run.test[1].pearson, 0.9);  // a sum of two features
  EXPECT_NEAR(run.model.label.mean[1], 100, 60);
}

// Where a label does not vary it has no Pearson: the epoch is chosen by what does.
TEST(Trainer, ALabelThatIsConstantInAPartDoesNotDecide) {
  const auto make_constant = [](Circuit& circuit, const std::vector<std::uint8_t>& part, std::size_t label) {
    const std::size_t labels = circuit.label_name.size();
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (part[i] != static_cast<std::uint8_t>(Part::training)) circuit.label[i * labels + label] = 1;
    }
  };
  Circuit circuit = small_circuit_with_two_labels();
  const Deck deck = small_deck();
  const auto part = split_cells(circuit.cells(), deck.train.split, deck.train.seed);
  make_constant(circuit, part, 1);
  const TrainedRun run = train_one(deck, circuit);
  EXPECT_GT(run.best_epoch, 1);
  EXPECT_NEAR(run.validation_pearson[static_cast<std::size_t>(run.best_epoch)], run.validation[0].pearson, 1e-6);
  EXPECT_NEAR(mean_scores(run.test).pearson, run.test[0].pearson, 1e-12);

  // None varies: by the loss.
  make_constant(circuit, part, 0);
  const TrainedRun blind = train_one(deck, circuit);
  const auto least = std::min_element(blind.validation_loss.begin() + 1, blind.validation_loss.end());
  EXPECT_EQ(blind.best_epoch, least - blind.validation_loss.begin());
  EXPECT_TRUE(std::isnan(mean_scores(blind.test).pearson));
}

TEST(Trainer, KeepsWhatTheModelNeedsElsewhere) {
  Circuit circuit = small_circuit();
  circuit.label_unit = "some unit";
  Deck deck = small_deck();
  deck.train.epochs = 1;
  deck.model.residual = Residual::dense;
  deck.model.adjacency = Adjacency::expanded;
  const SavedModel model = train_one(deck, circuit).model;
  EXPECT_EQ(model.feature_name, circuit.feature_name);
  EXPECT_EQ(model.type_name, circuit.type_name);
  EXPECT_EQ(model.label_name, circuit.label_name);
  EXPECT_EQ(model.label_unit, "some unit");
  EXPECT_EQ(model.shape.features, circuit.features());
  EXPECT_EQ(model.shape.types, static_cast<int>(circuit.type_name.size()));
  EXPECT_EQ(model.shape.outputs, 1);
  EXPECT_EQ(model.shape.layers, 3);
  EXPECT_EQ(model.shape.hidden, 32);
  EXPECT_EQ(model.shape.k, 4);
  EXPECT_EQ(model.shape.residual, Residual::dense);
  EXPECT_EQ(model.shape.adjacency, Adjacency::expanded);
  const auto feature = Standardisation::fit(circuit.feature, circuit.feature_name.size());
  EXPECT_EQ(model.feature.mean, feature.mean);
  EXPECT_EQ(model.feature.scale, feature.scale);
}

// What validation and test cells are labelled must not reach the training but through the choice of the best epoch.
TEST(Trainer, DoesNotLearnFromTestLabels) {
  const Circuit circuit = small_circuit();
  Deck deck = small_deck();
  deck.train.epochs = 5;
  const TrainedRun run = train_one(deck, circuit);
  Circuit other = circuit;
  for (std::size_t i = 0; i < run.part.size(); ++i) {
    if (run.part[i] == static_cast<std::uint8_t>(Part::test)) other.label[i] += 100 + static_cast<float>(i);
  }
  expect_same(run, train_one(deck, other));
  other = circuit;
  for (std::size_t i = 0; i < run.part.size(); ++i) {
    if (run.part[i] == static_cast<std::uint8_t>(Part::validation)) other.label[i] += 100;
  }
  EXPECT_EQ(train_one(deck, other).loss, run.loss);
}

TEST(Trainer, ReportsEveryEvaluation) {
  const Circuit circuit = small_circuit(200);
  Deck deck = small_deck();
  deck.train.epochs = 4;
  std::vector<TrainingProgress> reports;
  const TrainedRun run = train_one(deck, circuit, [&](const TrainingProgress& p) { reports.push_back(p); });
  ASSERT_EQ(reports.size(), 5U);
  for (std::size_t e = 0; e < 5; ++e) {
    EXPECT_EQ(reports[e].epoch, static_cast<std::int64_t>(e));
    EXPECT_EQ(reports[e].epochs, 4);
    EXPECT_EQ(reports[e].loss, run.loss[e]);
    EXPECT_EQ(reports[e].validation_pearson, run.validation_pearson[e]);
    EXPECT_LE(reports[e].best_epoch, reports[e].epoch);
  }
  EXPECT_EQ(reports.back().best_epoch, run.best_epoch);
}

TEST(Trainer, ValidationPlansWhatTrainingTakes) {
  const Circuit circuit = small_circuit(200);
  Deck deck = small_deck();
  deck.train.epochs = 1;
  const MemoryUse planned = validate_one(deck, circuit);
  const MemoryUse used = train_one(deck, circuit).memory;
  EXPECT_EQ(planned.planned, used.planned);
  EXPECT_EQ(planned.allocated, used.allocated);
  deck.model.layers = 6;
  EXPECT_GT(validate_one(deck, circuit).planned, planned.planned);
}

TEST(Trainer, NamesCircuitsThatCannotBeLearned) {
  const Deck deck = small_deck();
  const auto expect_refused = [&](const Circuit& circuit, const std::string& place,
                                  const std::vector<std::string>& words) {
    expect_message(
        input_error([&] { train(Mpi::alone(), deck, one_circuit(deck, circuit, "some.h5"), ReportProgress()); }), place,
        words);
    expect_message(input_error([&] { validate_one(deck, circuit, "some.h5"); }), place, words);
  };
  Circuit no_label = small_circuit();
  no_label.label_name.clear();
  no_label.label.clear();
  expect_refused(no_label, "some.h5: ", {"no label"});
  Circuit constant = small_circuit();
  constant.label.assign(constant.label.size(), 0.3F);
  expect_refused(constant, "some.h5: ", {"'congestion'", "0.3", "nothing to learn"});
  Circuit constant_second = small_circuit_with_two_labels();
  for (std::size_t i = 1; i < constant_second.label.size(); i += 2) constant_second.label[i] = 0;
  expect_refused(constant_second, "some.h5: ", {"'second'", "is 0 in"});
  expect_refused(small_circuit(6), "train.split: ", {"6 cells", "at least 2"});
}

TEST(Trainer, DivergenceIsARunErrorThatNamesTheRate) {
  const Circuit circuit = small_circuit(200);
  Deck deck = small_deck();
  deck.train.learning_rate = 1e30;
  const std::string message = testing::error_of<RunError>([&] { train_one(deck, circuit); });
  for (const char* word : {"diverged after", "learning_rate", "1e+30"}) {
    EXPECT_NE(message.find(word), std::string::npos) << message;
  }
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

TEST(Trainer, WhatDoesNotFitIsARunErrorThatSaysHowMuch) {
  const Circuit circuit = small_circuit(200);
  Deck deck = small_deck();
  deck.model.layers = 20000;
  deck.model.hidden = 65536;
  const std::string message = testing::error_of<RunError>([&] { validate_one(deck, circuit); });
  for (const char* word : {"bytes", "do not fit what the device has free", "; "}) {
    EXPECT_NE(message.find(word), std::string::npos) << message;
  }
}

/// A deck of another kind of model.
Deck baseline_deck(ModelKind kind) {
  Deck deck = small_deck();
  deck.model.kind = kind;
  deck.model.groups = kind == ModelKind::rev ? 4 : 1;
  return deck;
}

TEST(Trainer, EveryBaselineLearnsOnEitherFormOfTheGraph) {
  const Circuit circuit = small_circuit();
  for (const ModelKind kind : {ModelKind::gcn, ModelKind::sage, ModelKind::rev, ModelKind::res}) {
    SCOPED_TRACE(name_of(kind));
    Deck deck = baseline_deck(kind);
    const TrainedRun nets = train_one(deck, circuit);
    expect_consistent(deck, circuit, nets);
    EXPECT_LT(smallest(nets.loss), 0.8 * nets.loss[0]);
    EXPECT_GT(nets.test[0].pearson, 0.3);
    expect_same(nets, train_one(deck, circuit));
    deck.model.adjacency = Adjacency::expanded;
    const TrainedRun edges = train_one(deck, circuit);
    for (int e = 0; e < 3; ++e) EXPECT_NEAR(edges.loss[e], nets.loss[e], 1e-3 * nets.loss[e]) << e;
  }
}

// The losses are those of the whole model, without dropout; what is trained differs from update to update.
TEST(Trainer, DropoutDropsWhenTrainingOnly) {
  const Circuit circuit = small_circuit();
  Deck deck = baseline_deck(ModelKind::rev);
  const TrainedRun plain = train_one(deck, circuit);
  deck.model.dropout = 0.3;
  const TrainedRun dropped = train_one(deck, circuit);
  expect_consistent(deck, circuit, dropped);
  expect_same(dropped, train_one(deck, circuit));
  EXPECT_EQ(dropped.loss[0], plain.loss[0]);
  EXPECT_NE(dropped.loss[1], plain.loss[1]);
  EXPECT_LT(smallest(dropped.loss), 0.9 * dropped.loss[0]);
  // A mask that is never drawn is all zero, and one that stays the same would train a narrower model.
  deck.model.dropout = 0.9;
  EXPECT_NE(train_one(deck, circuit).loss.back(), dropped.loss.back());
}

// A deck without it is what it was before there was the key.
TEST(Trainer, WeightsDecayWhenTheDeckSaysSo) {
  const Circuit circuit = small_circuit();
  Deck deck = small_deck();
  deck.train.epochs = 5;
  const auto norm = [&](double decay) {
    deck.train.weight_decay = decay;
    double sum = 0;
    for (const float value : train_one(deck, circuit).model.parameters) sum += static_cast<double>(value) * value;
    return sum;
  };
  const double without = norm(0), with = norm(10);
  EXPECT_LT(with, 0.8 * without);
  EXPECT_NE(to_yaml(deck).find("weight_decay: 10\n"), std::string::npos);
  deck.train.weight_decay = 0;
  EXPECT_EQ(to_yaml(deck).find("weight_decay"), std::string::npos);
}

}  // namespace
}  // namespace gsrgnn
