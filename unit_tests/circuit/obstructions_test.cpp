// The label as a router sees it: shares of the capacity that power, blockages and macros leave.

#include <gtest/gtest.h>

#include <gsrgnn/circuit/import_def.hpp>
#include <gsrgnn/circuit/obstructions.hpp>

#include "def_text.hpp"

namespace gsrgnn {
namespace {

using namespace def_text;

using Map = std::vector<double>;
using Obstruction = DefDesign::Obstruction;

// 3 x 2 GCells of 100 x 100 units; ten tracks a GCell, at 5, 15, ..., on layer 0 at y and on layer 1 at x.
DefDesign tracks_only() {
  DefDesign design;
  design.path = "tracks.def";
  design.layer = {"m0", "m1"};
  design.tracks[1] = {{0, 5, 20, 10}};
  design.tracks[0] = {{1, 5, 30, 10}};
  return design;
}
const std::array<std::vector<std::int32_t>, 2> kBorder = {std::vector<std::int32_t>{0, 100, 200, 300},
                                                          std::vector<std::int32_t>{0, 100, 200}};

TEST(Obstructions, TracksUnderABoxAreCovered) {
  const DefDesign design = tracks_only();
  // Tracks at 15, 25 and 35, along 50 to 250; on the other layer nothing.
  const std::vector<Obstruction> box = {{0, {50, 10, 250, 35}}};
  EXPECT_EQ(covered_tracks(design, 0, 1, kBorder, box), (Map{150, 300, 150, 0, 0, 0}));
  EXPECT_EQ(covered_tracks(design, 1, 0, kBorder, box), Map(6, 0));
  // Vertical ones at 95 and 105, along 50 to 200.
  EXPECT_EQ(covered_tracks(design, 1, 0, kBorder, {{1, {90, 50, 110, 300}}}), (Map{50, 50, 0, 100, 100, 0}));
}

TEST(Obstructions, WhatIsCoveredTwiceCountsOnce) {
  const DefDesign design = tracks_only();
  const std::vector<Obstruction> boxes = {{0, {0, 0, 60, 10}},   {0, {40, 0, 100, 20}},    {0, {40, 0, 100, 20}},
                                          {0, {150, 3, 160, 8}}, {0, {-50, 190, 20, 500}}, {0, {250, 6, 400, 14}}};
  EXPECT_EQ(covered_tracks(design, 0, 1, kBorder, boxes), (Map{100 + 60, 10, 0, 20, 0, 0}));
  // The same by a loop over tracks and units of length.
  Map slow(6, 0);
  for (int y = 5; y < 200; y += 10) {
    for (int x = 0; x < 300; ++x) {
      const bool under = std::any_of(boxes.begin(), boxes.end(), [&](const Obstruction& some) {
        return x >= some.box[0] && x < some.box[2] && y >= some.box[1] && y <= some.box[3];
      });
      if (under) slow[y / 100 * 3 + x / 100] += 1;
    }
  }
  EXPECT_EQ(covered_tracks(design, 0, 1, kBorder, boxes), slow);
}

TEST(Obstructions, ManyRandomBoxesAgreeWithAPlainLoop) {
  const DefDesign design = tracks_only();
  std::uint32_t state = 1;
  const auto below = [&](std::uint32_t end) {
    state = state * 1664525 + 1013904223;
    return static_cast<std::int32_t>((state >> 8) % end);
  };
  for (int round = 0; round < 50; ++round) {
    std::vector<Obstruction> boxes;
    for (int i = 0; i < 20; ++i) {
      const std::int32_t x = below(320) - 10, y = below(220) - 10;
      boxes.push_back({1, {x, y, x + below(60), y + below(60)}});
    }
    Map slow(6, 0);
    for (int x = 5; x < 300; x += 10) {
      for (int y = 0; y < 200; ++y) {
        const bool under = std::any_of(boxes.begin(), boxes.end(), [&](const Obstruction& some) {
          return y >= some.box[1] && y < some.box[3] && x >= some.box[0] && x <= some.box[2];
        });
        if (under) slow[y / 100 * 3 + x / 100] += 1;
      }
    }
    EXPECT_EQ(covered_tracks(design, 1, 0, kBorder, boxes), slow) << "round " << round;
  }
}

TEST(Obstructions, MoreTracksThanCanBeLookedAtAreRefused) {
  DefDesign design = tracks_only();
  design.tracks[1] = {{0, 0, 2000000000, 1}};
  const std::array<std::vector<std::int32_t>, 2> border = {std::vector<std::int32_t>{0, 100},
                                                           std::vector<std::int32_t>{0, 2000000000}};
  expect_message(input_error([&] { covered_tracks(design, 0, 1, border, {}); }), "tracks.def", {"m0", "overflow"});
}

TEST(Obstructions, MacrosStandInTheWayAsTheyArePlaced) {
  DefDesign design = tracks_only();
  design.units_per_micron = 100;
  design.master = {"ram", "unknown"};
  design.component = {{"a", 0, 10, 20, Orientation::N}, {"b", 0, 10, 20, Orientation::W}, {"c", 1, 0, 0}};
  design.obstruction = {{1, {1, 2, 3, 4}}};
  LefTechnology lef;
  lef.macro = {{"ram", 2, 1, {}, {{"m0", 0, 0, 0.5, 0.25}, {"cut", 0, 0, 2, 1}}}};
  const std::vector<Obstruction> all = all_obstructions(design, &lef);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].box, (std::array<std::int32_t, 4>{1, 2, 3, 4}));
  EXPECT_EQ(all[1].box, (std::array<std::int32_t, 4>{10, 20, 60, 45}));
  EXPECT_EQ(all[1].layer, 0);
  // Turned to the left, its corner is at the lower right of a box of 1 x 2.
  EXPECT_EQ(all[2].box, (std::array<std::int32_t, 4>{85, 20, 110, 70}));
  EXPECT_EQ(all_obstructions(design, nullptr).size(), 1U);
}

Circuit import_overflow(const TextFolder& folder, const std::string& text, const std::vector<std::string>& lef = {}) {
  ImportOptions options{folder.write("blocked.def", text), lef, CongestionLabel::separate};
  options.label = {"overflow"};
  return import_def(options);
}

TEST(OverflowLabel, IsTheShareOfWhatIsLeft) {
  const TextFolder folder;
  const Circuit circuit = import_overflow(folder, kBlocked);
  EXPECT_EQ(circuit.label_unit, "routed length / track capacity that power, blockages and macros leave");
  // Of metal3's ten tracks the blockage takes 5, 15, 25 and 35, all along the first GCell and half the second; of
  // metal2's, the strap takes those at 245 and 255.
  const std::vector<float> expected = {50.0F / 600, 0, 100.0F / 800, 0, 0, 50.0F / 800};
  ASSERT_EQ(circuit.label.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_FLOAT_EQ(circuit.label[i], expected[i]) << i;
  // The other label is what it was.
  const Circuit by_wire = import_def({folder.path("blocked.def"), {}, CongestionLabel::separate});
  EXPECT_EQ(by_wire.label, (std::vector<float>{0.05F, 0, 0.1F, 0, 0, 0.05F}));
}

TEST(OverflowLabel, WiresWhereNothingIsLeftStandOut) {
  const TextFolder folder;
  const Circuit circuit =
      import_overflow(folder, with(kBlocked, "RECT ( 0 0 ) ( 150 35 )", "RECT ( 0 0 ) ( 300 200 )"));
  EXPECT_FLOAT_EQ(circuit.label[0], 0.5F);  // 50 of a track of 100
}

TEST(OverflowLabel, MacrosTakeRoomAndSeeTheMeanOverTheirBox) {
  const TextFolder folder;
  const std::vector<std::string> lef = {folder.write("macro.lef", kMacroLef)};
  const Circuit circuit = import_overflow(folder, kTiny, lef);
  // BUF_X1 lies at (150, 50), 250 x 50, upside down: its power pin from y = 90 to 100 and x = 150 to 200 takes the
  // track at 95; its OBS from x = 350 on takes none. It is wider than two GCells, and sees the second and the third.
  const double second = 100.0 / (1000 - 50), third = 50.0 / 1000;
  EXPECT_FLOAT_EQ(circuit.label[0], 0.05F);
  EXPECT_FLOAT_EQ(circuit.label[2], static_cast<float>((second + third) / 2));
  EXPECT_FLOAT_EQ(circuit.label[3], 0.025F);
}

}  // namespace
}  // namespace gsrgnn
