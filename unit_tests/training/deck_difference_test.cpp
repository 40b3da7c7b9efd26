#include <gtest/gtest.h>

#include <gsrgnn/training/deck_difference.hpp>

namespace gsrgnn {
namespace {

TEST(DeckDifference, NamesTheKeyAndBothValues) {
  const Deck there;
  Deck here;
  EXPECT_TRUE(differences(there, here).empty());
  here.checkpoint.epochs = 7;  // without influence on the result
  here.memory_limit = 1000;
  here.output = "elsewhere.h5";
  EXPECT_TRUE(differences(there, here).empty());
  here.train.seed = 3;
  EXPECT_EQ(differences_text(differences(there, here)), "train.seed is 0 there and 3 here");
  here.train.from = "a.h5";
  here.circuit = "fir.def";
  EXPECT_EQ(differences_text(differences(there, here)),
            "train.from is not given there and a.h5 here, train.seed is 0 there and 3 here, "
            "circuit is {generate: {cells: 2000, edges: 0, seed: 0, graph: netlist}} there and fir.def here");
  here.model.k = 4;
  EXPECT_NE(differences_text(differences(there, here)).find("and 1 more"), std::string::npos);
}

// Whatever makes two runs different is among them.
TEST(DeckDifference, IsNoneExactlyWhenTheIdentityIsTheSame) {
  const Deck usual;
  std::vector<Deck> decks(11);
  decks[1].lef = {"a.lef"};
  decks[2].generate.seed = 1;
  decks[3].generate.like = "356-R";
  decks[4].mode = Mode::joint;
  decks[4].circuits = {{"a.h5"}, {}, {"b.h5"}};
  decks[5] = decks[4];
  decks[5].circuits.validation = {"c.h5"};
  decks[6].train.split[0] = 0.7;
  decks[6].train.split[1] = 0.2;
  decks[7].generate.graph = GeneratedGraph::barabasi_albert;
  decks[8] = decks[5];  // in which whole circuits are split
  decks[8].train.split[0] = 0.7;
  decks[9].model.kind = decks[10].model.kind = ModelKind::sage;  // which has no k
  decks[10].model.k = 3;
  for (const Deck& a : decks) {
    for (const Deck& b : decks) EXPECT_EQ(differences(a, b).empty(), deck_identity(a) == deck_identity(b));
  }
}

TEST(DeckDifference, MoreEpochsGoOnUnlessTheRateDependsOnThem) {
  Deck there, here;
  there.train.epochs = 10;
  here.train.epochs = 20;
  EXPECT_TRUE(goes_on(there, here, 10));
  EXPECT_FALSE(goes_on(here, there, 11));  // more are done than are to be
  there.train.warm_up = here.train.warm_up = 5;
  EXPECT_TRUE(goes_on(there, here, 3));
  there.train.schedule = here.train.schedule = Schedule::cosine;
  EXPECT_FALSE(goes_on(there, here, 3));
  there = here;
  EXPECT_TRUE(goes_on(there, here, 3));
  here.train.weight_decay = 0.1;
  EXPECT_FALSE(goes_on(there, here, 3));
}

}  // namespace
}  // namespace gsrgnn
