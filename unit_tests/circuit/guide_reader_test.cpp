#include <gtest/gtest.h>

#include <gsrgnn/circuit/import_def.hpp>

#include "damage.hpp"
#include "def_text.hpp"
#include "map_text.hpp"
#include "support/fuzz_seeds.hpp"

namespace gsrgnn {
namespace {

using namespace def_text;
using namespace map_text;
using testing::write_bytes;

Circuit import_guided(const std::string& def, const std::string& guide) {
  ImportOptions options{def, {}, CongestionLabel::separate};
  options.guide = guide;
  return import_def(options);
}

TEST(RouteGuide, IsALabelAsOfTheWiresThatItStandsFor) {
  const TextFolder folder;
  const std::string def = folder.write("tiny.def", kTiny);
  const Circuit by_wires = import_def({def, {}, CongestionLabel::separate});
  const Circuit by_guide = import_guided(def, folder.write("tiny.guide", kGuide));
  EXPECT_EQ(by_guide.label_name, by_wires.label_name);
  EXPECT_EQ(by_guide.label, by_wires.label);
  EXPECT_EQ(by_guide.label_unit, "guided length / track capacity");
  // Of a placed design too, and gzipped.
  std::string placed = with(kTiny, "+ ROUTED metal3 ( 50 50 ) ( 250 * )", "");
  placed = with(placed, "NEW metal2 ( 250 50 ) ( * 150 )", "");
  const Circuit of_placed =
      import_guided(folder.write("placed.def", placed), folder.write("tiny.guide.gz", gzipped(kGuide)));
  EXPECT_EQ(of_placed.label, by_wires.label);
}

TEST(RouteGuide, AWideBoxIsOneWireAlongItsLongerSide) {
  const TextFolder folder;
  const std::string def = folder.write("tiny.def", kTiny);
  // Three columns and two rows: the lower of them; from the middle of the first column to that of the last.
  const Circuit circuit = import_guided(def, folder.write("wide.guide", "n1\n(\n0 0 300 200 metal3\n)\n"));
  EXPECT_EQ(circuit.label, (std::vector<float>{0.05F, 0, 0.1F, 0, 0, 0}));
}

TEST(RouteGuide, MayReachBeyondTheOutermostGcells) {
  const TextFolder folder;
  const std::string def = folder.write("tiny.def", kTiny);
  const Circuit circuit = import_guided(def, folder.write("far.guide", "n1\n(\n-30 0 310 100 metal3\n)\n"));
  EXPECT_EQ(circuit.label[2], 0.1F);
}

TEST(RouteGuide, NotesNetsThatTheDesignHasNot) {
  const TextFolder folder;
  std::string nets, guide;
  for (int n = 0; n < 20; ++n) {
    nets += fmt::format("- extra{} ( u1 A{} ) ;\n", n, n);
    guide += fmt::format("extra{}\n(\n0 0 100 100 metal2\n)\n", n);
  }
  const std::string def = folder.write("more.def", with(kTiny, "    - n3 ;", "    - n3 ;\n" + nets));
  const Circuit circuit = import_guided(def, folder.write("more.guide", kGuide + guide + "gone\n(\n)\n"));
  EXPECT_NE(std::find(circuit.note.begin(), circuit.note.end(), "1 of 23 nets of the guide are unknown"),
            circuit.note.end());
}

TEST(RouteGuide, RefusesWhatIsDamagedOrOfAnotherDesign) {
  const TextFolder folder;
  const std::string def = folder.write("tiny.def", kTiny), path = folder.path("bad.guide");
  const auto expect_refused = [&](const std::string& guide, const std::string& place,
                                  const std::vector<std::string>& words) {
    write_bytes(path, guide);
    expect_message(input_error([&] { import_guided(def, path); }), path + place, words);
  };
  expect_refused("", ":", {"no nets"});
  expect_refused("n1\n", ":1", {"cut off"});
  expect_refused("n1\n(\n0 0 300 100 metal3\n", ":3", {"')'", "cut off"});
  expect_refused("n1 (\n0 0 300 100 metal3\n)\n", ":1", {"name of a net alone", "'n1'"});
  expect_refused("(\n)\n", ":1", {"name of a net alone"});
  expect_refused("n1\n0 0 300 100 metal3\n)\n", ":2", {"'('"});
  expect_refused(kGuide + kGuide, ":12", {"'n1'", "second guide"});
  expect_refused("n1\n(\n0 0 300 100\n)\n", ":3", {"layer"});
  expect_refused("n1\n(\n0 0 300\n)\n", ":3", {"a side of the box", "missing"});
  expect_refused("n1\n(\n0 0 x 100 metal3\n)\n", ":3", {"a side of the box", "'x'"});
  expect_refused("n1\n(\n0 0 99999999999 100 metal3\n)\n", ":3", {"'99999999999'"});
  expect_refused("n1\n(\n300 0 0 100 metal3\n)\n", ":3", {"empty"});
  expect_refused("n1\n(\n0 0 300 100 metal9\n)\n", ":3", {"'metal9'", "guide of this design"});
  expect_refused("n1\n(\n0 0 150 100 metal3\n)\n", ":3", {"x = 150", "--gcell"});
  expect_refused("n1\n(\n400 0 500 100 metal3\n)\n", ":3", {"outside"});
  expect_refused("a\n(\n)\nn1\n(\n)\n", ":", {"1 of its 2 nets", "tiny.def"});
  expect_message(input_error([&] { import_guided(def, folder.path("none")); }), folder.path("none"), {"no such file"});
}

TEST(RouteGuide, OfOpenRoadGivesALabelToAPlacedDesign) {
  const std::string folder = std::string(GSRGNN_SHARED_DATA) + "/sky130/";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no real designs in " << folder;
  const Circuit circuit = import_guided(folder + "gcd_sky130hd.def", folder + "gcd_sky130hd.guide");
  ASSERT_EQ(circuit.labels(), 2);
  EXPECT_EQ(circuit.placement.grid.columns(), 43);
  EXPECT_GT(*std::max_element(circuit.label.begin(), circuit.label.end()), 0.05F);
  // The guide's boxes show which way layers run.
  const auto layers = [](const std::string& note) { return note.find("met1 horizontal (by its wires)") != 0; };
  EXPECT_TRUE(std::any_of(circuit.note.begin(), circuit.note.end(), layers));
}

TEST(RouteGuideFuzz, DamagedGuidesAreReadOrRefused) {
  const TextFolder folder;
  const std::string def = folder.write("tiny.def", kTiny);
  int read = 0, refused = 0;
  for (testing::FuzzSeeds seeds(2000, 4); seeds.more();) {
    const auto seed = static_cast<std::uint32_t>(seeds.next());
    const std::string guide = folder.write("damaged.guide", testing::Damage(seed)(kGuide));
    try {
      EXPECT_EQ(import_guided(def, guide).cells(), 3) << "seed " << seed;
      ++read;
    } catch (const InputError&) {
      ++refused;
    } catch (const std::exception& error) {
      ADD_FAILURE() << "seed " << seed << ": " << error.what();
    }
  }
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace gsrgnn
