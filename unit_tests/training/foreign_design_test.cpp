// A model says of which designs it knows nothing.

#include <gtest/gtest.h>

#include <gsrgnn/training/foreign_design.hpp>

#include "support/files.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class ForeignDesign : public ::testing::Test {
 protected:
  void SetUp() override {
    circuit_ = small_circuit();
    Deck deck = small_deck();
    deck.train.epochs = 1;
    model_ = train_one(deck, circuit_).model;
  }
  std::vector<std::string> foreign(const Circuit& circuit) const {
    const ModelNodes nodes(Nodes::cells, {std::shared_ptr<const void>(), &circuit}, model_.technology);
    return what_is_foreign(model_, circuit, match(model_, circuit, nodes, model_.technology, "test"));
  }

  Circuit circuit_;
  SavedModel model_;
};

void expect_words(const std::vector<std::string>& sentences, const std::vector<std::string>& words) {
  ASSERT_EQ(sentences.size(), 1U);
  for (const std::string& word : words) EXPECT_NE(sentences[0].find(word), std::string::npos) << word << sentences[0];
}

TEST_F(ForeignDesign, OneLikeTheTrainingIsNot) {
  EXPECT_TRUE(foreign(circuit_).empty());
  EXPECT_TRUE(foreign(small_circuit(600, 2)).empty());
}

TEST_F(ForeignDesign, ManyCellsOfUnknownTypesAreToldOf) {
  Circuit other = circuit_;
  std::vector<std::size_t> cells(other.type_name.size(), 0);
  for (const std::int32_t type : other.cell_type) ++cells[type];
  const auto most = static_cast<std::size_t>(std::max_element(cells.begin(), cells.end()) - cells.begin());
  std::size_t least = most;  // of those that occur
  for (std::size_t type = 0; type < cells.size(); ++type) {
    if (cells[type] > 0 && cells[type] < cells[least]) least = type;
  }
  ASSERT_LT(cells[least], 40U);  // of 400
  other.type_name[least] += "_new";
  EXPECT_TRUE(foreign(other).empty());
  other.type_name[most] += "_new";
  const double share = static_cast<double>(cells[most] + cells[least]) / 4;
  expect_words(foreign(other),
               {fmt::format("{:.1f} % of the cells", share), fmt::format("(2 of {} types)", other.type_name.size())});
}

// It has no table of types, but has seen cells of its technology.
TEST_F(ForeignDesign, AModelOfGcellsKnowsTheTypesOfItsTechnology) {
  model_.shape.nodes = Nodes::gcells;
  model_.type_name.clear();
  const auto told = [&] { return what_is_foreign(model_, circuit_, ModelInputs()); };
  EXPECT_TRUE(told().empty());  // of none it can say nothing
  for (const std::string& name : circuit_.type_name) model_.technology.type.push_back({name, {}, 0, 0, {}});
  std::sort(model_.technology.type.begin(), model_.technology.type.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  EXPECT_TRUE(told().empty());
  for (std::string& name : circuit_.type_name) name += "_of_another_library";
  expect_words(told(), {"100.0 % of the cells", fmt::format("({0} of {0} types)", circuit_.type_name.size())});
}

TEST_F(ForeignDesign, FeaturesBeyondTheTrainingAreNamedWithHowFar) {
  Circuit other = circuit_;
  const std::size_t features = other.feature_name.size();
  const double most = model_.feature.most[1], scale = model_.feature.scale[1];
  for (std::size_t i = 0; i < 100; ++i) other.feature[i * features + 1] = static_cast<float>(most + 8 * scale);
  expect_words(foreign(other), {"1 of", other.feature_name[1] + " of 25.0 % of the cells", "8.0 deviations"});
  for (std::size_t i = 20; i < 100; ++i) other.feature[i * features + 1] = circuit_.feature[i * features + 1];
  EXPECT_TRUE(foreign(other).empty());  // a twentieth is nothing strange
  for (std::size_t i = 0; i < 400; ++i) other.feature[i * features + 1] = static_cast<float>(most + 0.9 * scale);
  EXPECT_TRUE(foreign(other).empty());  // and neither is a little
}

TEST_F(ForeignDesign, OfAModelWithoutRangesFeaturesAreNotKnown) {
  model_.feature.least.clear();
  model_.feature.most.clear();
  Circuit other = circuit_;
  for (float& value : other.feature) value += 1000;
  EXPECT_TRUE(foreign(other).empty());
}

TEST_F(ForeignDesign, LabelsOfAnotherKindOrUnitAreNotCompared) {
  Circuit other = circuit_;
  other.label_unit = "furlongs";
  expect_words(foreign(other), {"furlongs", "not compared"});
  EXPECT_FALSE(predicts_labels_of(model_, other));
  other = circuit_;
  other.label_name = {"overflow"};
  expect_words(foreign(other), {"overflow", circuit_.label_name[0]});
  other.label_name.clear();
  other.label.clear();
  EXPECT_TRUE(foreign(other).empty());
}

TEST_F(ForeignDesign, RangesGoWithTheModel) {
  const TestFolder folder;
  {
    Hdf5Writer file(folder.path("m.h5"));
    write_model(file, model_);
    file.commit();
  }
  const SavedModel back = read_model(Hdf5Reader(folder.path("m.h5")));
  EXPECT_EQ(back.feature.least, model_.feature.least);
  EXPECT_EQ(back.feature.most, model_.feature.most);
  for (std::size_t i = 0; i < circuit_.feature.size(); ++i) {
    const std::size_t f = i % circuit_.feature_name.size();
    ASSERT_GE(static_cast<double>(circuit_.feature[i]), back.feature.least[f]);
    ASSERT_LE(static_cast<double>(circuit_.feature[i]), back.feature.most[f]);
  }
}

}  // namespace
}  // namespace gsrgnn
