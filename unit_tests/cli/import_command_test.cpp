// What can be imported beside routed DEFs: guides, maps and reports of other tools, and designs of other formats.

#include "circuit/def_text.hpp"
#include "support/program.hpp"

namespace gsrgnn {
namespace {

using namespace testing;
using Json = nlohmann::json;

class ImportCommand : public ProgramTest {
 protected:
  void write_bookshelf() {
    write("big.aux", "RowBasedPlacement : big.nodes big.nets big.pl\n");
    std::string nodes = "UCLA nodes 1.0\nNumNodes : 100\n", nets = "UCLA nets 1.0\nNumNets : 99\n",
                places = "UCLA pl 1.0\n";
    for (int i = 0; i < 100; ++i) {
      nodes += fmt::format("o{} {} 10\n", i, 4 + i % 3);
      places += fmt::format("o{} {} {} : N\n", i, i % 10 * 8, i / 10 * 10);
      if (i > 0) nets += fmt::format("NetDegree : 2\no{} O : 0 0\no{} I : 1 1\n", i - 1, i * 7 % 100);
    }
    write("big.nodes", nodes);
    write("big.nets", nets);
    write("big.pl", places);
  }
};

TEST_F(ImportCommand, SaysWhatTheLabelIs) {
  write("tiny.def", def_text::kTiny);
  write("route.guide", "n1\n(\n0 0 300 100 metal3\n)\n");
  const auto unit_of = [&](const std::string& options) {
    succeed("import def tiny.def " + options + " -o out.h5");
    return info("out.h5")["label_unit"].get<std::string>();
  };
  EXPECT_EQ(unit_of(""), "routed length / track capacity");
  EXPECT_EQ(unit_of("--label wire"), "routed length / track capacity");
  EXPECT_EQ(unit_of("--label overflow"), "routed length / track capacity that power, blockages and macros leave");
  EXPECT_EQ(unit_of("--guide route.guide"), "guided length / track capacity");
  EXPECT_EQ(unit_of("--label rudy"), "RUDY's wire length / track capacity");
  // What the program writes it reads too.
  succeed("maps tiny.def -o pins.csv --map pins");
  EXPECT_EQ(unit_of("--label pins.csv --feature density=pins.csv --gcell 0.5"), "pins");
  EXPECT_EQ(info("out.h5")["features"].back(), "density");
  EXPECT_EQ(info("out.h5")["label_max"], 2);
}

TEST_F(ImportCommand, KeepsWhatItReads) {
  write("tiny.def", def_text::kTiny);
  write("route.guide", "n1\n(\n0 0 300 100 metal3\n)\n");
  write("map.csv", "x0,y0,x1,y1,v\n0,0,3,2,1\n");
  for (const char* file : {"route.guide", "map.csv", "tiny.def"}) {
    expect_refused(fmt::format("import def tiny.def --guide route.guide --label map.csv -o {}", file),
                   {file, "overwritten"});
    expect_refused(fmt::format("import def tiny.def --guide route.guide --feature v=map.csv -o {}", file),
                   {file, "overwritten"});
  }
}

TEST_F(ImportCommand, ABookshelfDesignIsImportedTrainedOnAndPredicted) {
  write_bookshelf();
  EXPECT_NE(succeed("import bookshelf big.aux -o bare.h5").find("no label"), std::string::npos);
  succeed("import bookshelf big.aux --label rudy --gcell 20 -o big.h5");
  EXPECT_EQ(info("big.h5")["label_names"], Json{"rudy"});
  EXPECT_EQ(info("big.aux")["cells"], 100);
  write("deck.yaml", "circuit: big.h5\nmodel: {layers: 1, hidden: 8, k: 2}\ntrain: {epochs: 2}\noutput: run.h5\n");
  succeed("train deck.yaml");
  succeed("predict --model run.h5 --circuit big.aux -o p.h5");
  EXPECT_EQ(info("p.h5")["cells"], 100);
  expect_refused("import bookshelf big.pl -o x.h5", {"big.pl:1", "'pl' is no file of a design"});
  expect_refused("import bookshelf big.aux --lef a.lef -o x.h5", {"--lef"});
}

}  // namespace
}  // namespace gsrgnn
