// A model goes to disk and back bit by bit, applies to other circuits by name, and is checked before it is believed.

#include <gtest/gtest.h>

#include <cmath>
#include <gsrgnn/models/model_shape.hpp>
#include <gsrgnn/training/saved_model.hpp>
#include <limits>

#include "support/circuit_parts.hpp"
#include "support/files.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Trained for a few epochs, so that biases and norms are not what they start as.
SavedModel small_model(const Circuit& circuit, Residual residual = Residual::sparse,
                       Adjacency adjacency = Adjacency::nets) {
  Deck deck = small_deck();
  deck.model.layers = 2;
  deck.model.hidden = 20;  // not a multiple of any tile: there is padding
  deck.train.epochs = 3;
  deck.model.residual = residual;
  deck.model.adjacency = adjacency;
  return train_one(deck, circuit).model;
}

SavedModel small_model_of(ModelKind kind, const Circuit& circuit) {
  Deck deck = small_deck();
  deck.model.kind = kind;
  deck.model.layers = 2;
  deck.model.hidden = 20;
  deck.model.groups = kind == ModelKind::rev ? 4 : 1;
  deck.model.k = Deck().model.k;
  deck.train.epochs = 3;
  return train_one(deck, circuit).model;
}

/// The file of a model piece by piece, as saved_model.hpp describes it.
FileParts model_parts(const SavedModel& model) {
  FileParts parts;
  parts["model/feature_name"] = strings_part(model.feature_name);
  parts["model/type_name"] = strings_part(model.type_name);
  parts["model/label_name"] = strings_part(model.label_name);
  parts["model/feature_mean"] = array_part(model.feature.mean);
  parts["model/feature_scale"] = array_part(model.feature.scale);
  parts["model/label_mean"] = array_part(model.label.mean);
  parts["model/label_scale"] = array_part(model.label.scale);
  const auto text = [&](const char* name, const char* value) {
    parts[std::string("model@") + name] = text_attribute("model", value);
  };
  const auto number = [&](const char* name, int value) {
    parts[std::string("model@") + name] = number_attribute("model", value);
  };
  text("kind", name_of(model.shape.kind).c_str());
  text("adjacency", model.shape.adjacency == Adjacency::nets ? "nets" : "expanded");
  text("label_unit", model.label_unit.c_str());
  number("layers", model.shape.layers);
  number("hidden", model.shape.hidden);
  number("groups", model.shape.groups);
  if (model.shape.kind == ModelKind::gsr) {
    text("residual", model.shape.residual == Residual::sparse ? "sparse" : "dense");
    number("k", model.shape.k);
  }
  for (const auto& array : ModelParameters(model.shape).table.arrays) {
    std::vector<float> values;
    for (int r = 0; r < array.rows; ++r) {
      for (int c = 0; c < array.columns; ++c) values.push_back(model.parameters[array.at(r, c)]);
    }
    parts["model/parameters/" + array.name] =
        array_part(values, {static_cast<std::uint64_t>(array.rows), static_cast<std::uint64_t>(array.columns)});
  }
  return parts;
}

void expect_equal(const SavedModel& a, const SavedModel& b) {
  EXPECT_EQ(a.shape.kind, b.shape.kind);
  EXPECT_EQ(a.shape.groups, b.shape.groups);
  EXPECT_EQ(a.shape.features, b.shape.features);
  EXPECT_EQ(a.shape.types, b.shape.types);
  EXPECT_EQ(a.shape.outputs, b.shape.outputs);
  EXPECT_EQ(a.shape.layers, b.shape.layers);
  EXPECT_EQ(a.shape.hidden, b.shape.hidden);
  EXPECT_EQ(a.shape.k, b.shape.k);
  EXPECT_EQ(a.shape.residual, b.shape.residual);
  EXPECT_EQ(a.shape.adjacency, b.shape.adjacency);
  EXPECT_EQ(a.feature_name, b.feature_name);
  EXPECT_EQ(a.type_name, b.type_name);
  EXPECT_EQ(a.label_name, b.label_name);
  EXPECT_EQ(a.label_unit, b.label_unit);
  EXPECT_EQ(a.feature.mean, b.feature.mean);
  EXPECT_EQ(a.feature.scale, b.feature.scale);
  EXPECT_EQ(a.label.mean, b.label.mean);
  EXPECT_EQ(a.label.scale, b.label.scale);
  EXPECT_EQ(a.parameters, b.parameters);  // the padding too
}

TEST(SavedModel, ComesBackBitByBit) {
  const TestFolder folder;
  const Circuit one = small_circuit(), two = small_circuit_with_two_labels();
  for (const SavedModel& model : {small_model(one), small_model(one, Residual::dense, Adjacency::expanded),
                                  small_model(two), small_model_of(ModelKind::gcn, one),
                                  small_model_of(ModelKind::sage, two), small_model_of(ModelKind::rev, one)}) {
    const Circuit& circuit = model.label_name.size() == 2 ? two : one;
    {
      Hdf5Writer file(folder.path("a.h5"));
      write_model(file, model);
      file.commit();
    }
    const SavedModel back = read_model(Hdf5Reader(folder.path("a.h5")));
    expect_equal(model, back);
    EXPECT_EQ(predict(back, circuit, "test").value, predict(model, circuit, "test").value);
    write_parts(model_parts(model), folder.path("parts.h5"));
    expect_equal(read_model(Hdf5Reader(folder.path("parts.h5"))), model);
  }
}

TEST(SavedModel, EveryPartIsNeeded) {
  const TestFolder folder;
  const std::string path = folder.path("a.h5");
  without_each_part(model_parts(small_model(small_circuit(200))), path, [&](const std::string& name) {
    expect_message(input_error([&] { read_model(Hdf5Reader(path)); }), path + ":/" + name + ": ", {"missing"});
  });
  write_parts({{"other", array_part(std::vector<float>{1})}}, path);
  expect_message(input_error([&] { read_model(Hdf5Reader(path)); }), path + ": ", {"no model", "gsrgnn train"});
}

TEST(SavedModel, NamesTheWrongThing) {
  const SavedModel model = small_model(small_circuit(200));
  const std::vector<double> five(5, 1.0);
  const auto with = [](std::vector<double> values, double value) {
    values[1] = value;
    return array_part(values);
  };
  struct Wrong {
    std::string name;
    FileParts::mapped_type write;
    std::vector<std::string> words;
  };
  const std::string weight = "model/parameters/layer_0001/block_1/self_weight";
  std::vector<float> not_finite(100, 0.0F);
  not_finite[7] = std::numeric_limits<float>::infinity();
  const std::vector<Wrong> wrongs = {
      {"model@kind", text_attribute("model", "gat"), {"'gat'"}},
      {"model@kind", text_attribute("model", "gcn"), {"groups", "is 2"}},
      {"model@kind", text_attribute("model", "rev"), {"layer_0001/block_1/norm_bias", "missing"}},
      {"model@residual", text_attribute("model", "some"), {"'some'"}},
      {"model@adjacency", text_attribute("model", ""), {"''"}},
      {"model@layers", number_attribute("model", -1), {"-1"}},
      {"model@layers", number_attribute("model", 3), {"layer_0003", "missing"}},
      {"model@layers", number_attribute("model", std::int64_t{1} << 40U), {"1099511627776"}},
      {"model@hidden", number_attribute("model", 21), {"2 groups"}},
      {"model@hidden", number_attribute("model", 24), {"feature_weight"}},
      {"model@hidden", number_attribute("model", 0), {"is 0"}},
      {"model@groups", number_attribute("model", 4), {"groups", "is 4"}},
      {"model@k", number_attribute("model", 0), {"is 0", "1 to 10"}},
      {"model@k", number_attribute("model", 11), {"is 11", "1 to 10"}},
      {"model@k", text_attribute("model", "4"), {"type"}},
      {"model/label_name", strings_part({}), {"1 or 2 labels"}},
      {"model/label_name", strings_part({"a", "b", "c"}), {"1 or 2 labels"}},
      {"model/label_name", strings_part({"a", "b"}), {"label_mean", "2 columns"}},
      {"model/feature_name", strings_part({"x"}), {"feature_mean", "1 columns"}},
      {"model/type_name", strings_part({"INV"}), {"type_weight"}},
      {"model/feature_mean", array_part(five), {"columns"}},
      {"model/feature_scale", array_part(five), {"columns"}},
      {"model/feature_scale", with(model.feature.scale, 0), {"not positive"}},
      {"model/feature_scale", with(model.feature.scale, kNan), {"not positive"}},
      {"model/label_scale", array_part(std::vector<double>{-1}), {"not positive"}},
      {"model/label_scale", array_part(std::vector<double>{HUGE_VAL}), {"model/label_scale"}},
      {"model/feature_mean", with(model.feature.mean, kNan), {"model/feature_mean"}},
      {"model/label_mean", array_part(std::vector<double>{kNan}), {"model/label_mean"}},
      {weight, array_part(std::vector<float>(100), {100}), {weight, "10 x 10"}},
      {weight, array_part(std::vector<float>(100), {20, 5}), {weight, "10 x 10"}},
      {weight, array_part(std::vector<std::int32_t>(100), {10, 10}), {weight, "floating-point"}},
      {weight, array_part(not_finite, {10, 10}), {weight}},
  };
  const TestFolder folder;
  const std::string path = folder.path("a.h5");
  for (const Wrong& wrong : wrongs) {
    SCOPED_TRACE(wrong.name + " " + wrong.words[0]);
    FileParts parts = model_parts(model);
    parts[wrong.name] = wrong.write;
    write_parts(parts, path);
    expect_message(input_error([&] { read_model(Hdf5Reader(path)); }), path + ":/model", wrong.words);
  }
}

TEST(Predict, AppliesToAnotherCircuit) {
  const Circuit circuit = small_circuit();
  Deck deck = small_deck();
  deck.train.epochs = 60;
  const SavedModel model = train_one(deck, circuit).model;
  const Circuit other = small_circuit(700, 9);
  const Prediction prediction = predict(model, other, "test");
  ASSERT_EQ(prediction.value.size(), 700U);
  const std::vector<double> value(prediction.value.begin(), prediction.value.end());
  const std::vector<double> label(other.label.begin(), other.label.end());
  EXPECT_GT(pearson(value, label), 0.3);
  EXPECT_EQ(predict(model, other, "test").value, prediction.value);
}

TEST(Predict, MatchesFeaturesAndTypesByName) {
  const Circuit circuit = small_circuit();
  for (const Adjacency adjacency : {Adjacency::nets, Adjacency::expanded}) {
    const SavedModel model = small_model(circuit, Residual::sparse, adjacency);
    const auto expected = predict(model, circuit, "test").value;

    // Columns in reverse order, with one in between that the model does not know.
    Circuit shuffled = circuit;
    const std::size_t features = circuit.feature_name.size();
    shuffled.feature_name.assign(circuit.feature_name.rbegin(), circuit.feature_name.rend());
    shuffled.feature_name.insert(shuffled.feature_name.begin() + 1, "unused");
    shuffled.feature.clear();
    for (std::int64_t i = 0; i < circuit.cells(); ++i) {
      for (std::size_t f = features; f-- > 0;) {
        shuffled.feature.push_back(circuit.feature[i * features + f]);
        if (f == features - 1) shuffled.feature.push_back(1e6F);
      }
    }
    // Types in reverse order, with one that no cell has.
    shuffled.type_name.assign(circuit.type_name.rbegin(), circuit.type_name.rend());
    shuffled.type_name.emplace_back("of no cell");
    for (auto& type : shuffled.cell_type) type = static_cast<std::int32_t>(circuit.type_name.size()) - 1 - type;
    validate(shuffled, "shuffled");
    const Prediction prediction = predict(model, shuffled, "test");
    EXPECT_EQ(prediction.value, expected);
    EXPECT_EQ(prediction.unknown_types, 0);
    EXPECT_EQ(prediction.unknown_cells, 0);
  }
}

TEST(Predict, DoesNotNeedLabels) {
  Circuit circuit = small_circuit();
  const SavedModel model = small_model(circuit);
  const auto expected = predict(model, circuit, "test").value;
  circuit.label.clear();
  circuit.label_name.clear();
  EXPECT_EQ(predict(model, circuit, "test").value, expected);
}

TEST(Predict, NamesAMissingFeature) {
  Circuit circuit = small_circuit();
  const SavedModel model = small_model(circuit);
  circuit.feature_name[2] = "log_pinz";
  expect_message(input_error([&] { predict(model, circuit, "some.h5"); }),
                 "some.h5: ", {"'" + model.feature_name[2] + "'", "log_pinz"});
}

TEST(Predict, UnknownTypesAreCountedAndContributeNothing) {
  Circuit circuit = small_circuit();
  SavedModel model = small_model(circuit);
  // The two most frequent types get other names.
  std::vector<std::int64_t> cells_of(circuit.type_name.size(), 0);
  for (const std::int32_t type : circuit.cell_type) ++cells_of[type];
  std::vector<std::size_t> renamed;
  for (int i = 0; i < 2; ++i) {
    const auto most = std::max_element(cells_of.begin(), cells_of.end());
    renamed.push_back(static_cast<std::size_t>(most - cells_of.begin()));
    *most = -*most;
  }
  for (const std::size_t type : renamed) circuit.type_name[type] += "_of_another_library";
  const Prediction prediction = predict(model, circuit, "test");
  EXPECT_EQ(prediction.unknown_types, 2);
  EXPECT_EQ(prediction.unknown_cells, -cells_of[renamed[0]] - cells_of[renamed[1]]);
  EXPECT_GT(prediction.unknown_cells, 0);

  const ModelParameters parameters(model.shape);
  const auto& table = parameters.table.arrays[parameters.type_weight];
  for (const std::size_t type : renamed) {
    for (int c = 0; c < table.columns; ++c) model.parameters[table.at(static_cast<int>(type), c)] = 0;
  }
  for (const std::size_t type : renamed) circuit.type_name[type] = model.type_name[type];
  EXPECT_EQ(predict(model, circuit, "test").value, prediction.value);
}

TEST(Predict, WhatIsNotFiniteIsARunError) {
  const Circuit circuit = small_circuit();
  SavedModel model = small_model(circuit);
  const ModelParameters parameters(model.shape);
  model.parameters[parameters.table.arrays[parameters.readout_bias].at(0, 0)] = std::numeric_limits<float>::infinity();
  EXPECT_THROW(predict(model, circuit, "test"), RunError);
}

}  // namespace
}  // namespace gsrgnn
