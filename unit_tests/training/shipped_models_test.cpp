// The models that come with the program (inputs/models): this program reads them and predicts with them what the one
// that made them did, and they tell nothing of the machine that they were made on.

#include <gtest/gtest.h>

#include <filesystem>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/training/run_file.hpp>

#include "circuit/def_text.hpp"
#include "support/small_training.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

struct Shipped {
  const char* technology;
  const char* held_out;         ///< in the folder of real designs; its model has never seen it
  double mean_of_generated;     ///< of its predictions for a generated circuit
  double pearson_of_generated;  ///< at least, with that circuit's own label
};

class ShippedModels : public ::testing::TestWithParam<Shipped> {
 protected:
  std::string path(const std::string& ending) const {
    return fmt::format("{}/models/{}{}", GSRGNN_INPUTS, GetParam().technology, ending);
  }
  SavedModel model() const { return read_model(Hdf5Reader(path(".h5"))); }
};

TEST_P(ShippedModels, AreOfTheDeckBesideThemAndOfNoMachine) {
  const RunDescription run = describe_run(Hdf5Reader(path(".h5")));
  EXPECT_EQ(deck_identity(run.deck, path(".h5")), deck_identity(read_deck(path(".yaml"), {})));
  ASSERT_EQ(run.designs.back().part, Part::test);
  EXPECT_NE(std::string(GetParam().held_out).find(run.designs.back().path.substr(8)), std::string::npos);
  const std::string bytes = read_bytes(path(".h5"));
  EXPECT_LT(bytes.size(), 2000000U);
  for (const char* place : {"/home/", "/root/", "/tmp/", "/usr/"}) {
    EXPECT_EQ(bytes.find(place), std::string::npos) << place;
  }
}

// Foreign to both, but theirs to predict on any machine: beyond another order of sums, what they say stays.
TEST_P(ShippedModels, PredictAGeneratedCircuitAsEver) {
  const Circuit circuit = small_circuit(2000, 5);
  const Prediction prediction = predict(model(), circuit, "generated");
  std::vector<double> predicted(prediction.value.begin(), prediction.value.end());
  double sum = 0;
  for (const double value : predicted) sum += value;
  const double mean = sum / static_cast<double>(predicted.size());
  EXPECT_NEAR(mean, GetParam().mean_of_generated, 0.01 * GetParam().mean_of_generated);
  EXPECT_GT(pearson(predicted, {circuit.label.begin(), circuit.label.end()}), GetParam().pearson_of_generated);
}

TEST_P(ShippedModels, PredictTheDesignThatTheyNeverSaw) {
  const std::string design = std::string(GSRGNN_SHARED_DATA) + "/" + GetParam().held_out;
  if (!std::filesystem::exists(design)) GTEST_SKIP() << "no real designs in " << GSRGNN_SHARED_DATA;
  const Circuit circuit = open_circuit(design);
  const Prediction prediction = predict(model(), circuit, design);
  EXPECT_TRUE(prediction.foreign.empty());
  const Scores found = scores_of(model(), circuit, prediction).at(0);
  const Scores then = describe_run(Hdf5Reader(path(".h5"))).worth.scores;
  EXPECT_GT(found.pearson, 0.9);
  EXPECT_NEAR(found.pearson, then.pearson, 0.002);
  EXPECT_NEAR(found.r2, then.r2, 0.005);
}

INSTANTIATE_TEST_SUITE_P(Technologies, ShippedModels,
                         ::testing::Values(Shipped{"nangate45", "def/uart_route.def", 10.25, 0.77},
                                           Shipped{"sky130", "sky130/wb_host.def.gz", 6.293, 0.75}),
                         [](const auto& test) { return std::string(test.param.technology); });

// Each warns of the other's designs.
TEST(ShippedModelsOfTwoTechnologies, TellTheirOwnFromAnother) {
  const std::string design = def_text::real_def("uart_route.def");
  if (design.empty()) GTEST_SKIP() << "no real designs in " << GSRGNN_SHARED_DATA;
  const SavedModel model = read_model(Hdf5Reader(std::string(GSRGNN_INPUTS) + "/models/sky130.h5"));
  const auto foreign = predict(model, open_circuit(design), design).foreign;
  ASSERT_FALSE(foreign.empty());
  EXPECT_NE(foreign.front().find("100.0 % of the cells are of types"), std::string::npos) << foreign.front();
}

// What a user has is placed, not routed.
TEST(ShippedModelOfNangate45, PredictsTheSameWithoutTheRoutes) {
  const std::string routed = def_text::real_def("uart_route.def");
  if (routed.empty()) GTEST_SKIP() << "no real designs in " << GSRGNN_SHARED_DATA;
  std::string placed = read_bytes(routed);
  for (auto at = placed.find("+ ROUTED", placed.find("\nNETS ")); at != std::string::npos;
       at = placed.find("+ ROUTED", at)) {
    placed.erase(at, placed.find(" ;\n", at) - at);
  }
  TestFolder folder;
  const SavedModel model = read_model(Hdf5Reader(std::string(GSRGNN_INPUTS) + "/models/nangate45.h5"));
  const auto predicted = [&](const std::string& path) {
    const Circuit circuit = open_circuit(path);
    return std::make_pair(circuit.label_name.size(), predict(model, circuit, path).value);
  };
  const auto with = predicted(routed), without = predicted(folder.write("placed.def", placed));
  EXPECT_EQ(with.first, 1U);
  EXPECT_EQ(without.first, 0U);
  EXPECT_EQ(with.second, without.second);
}

}  // namespace
}  // namespace gsrgnn
