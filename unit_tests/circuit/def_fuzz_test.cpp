#include <gtest/gtest.h>

#include <gsrgnn/circuit/import_def.hpp>

#include "damage.hpp"
#include "def_text.hpp"
#include "support/fuzz_seeds.hpp"

namespace gsrgnn {
namespace {

using namespace def_text;

// A damaged file is read or refused with an InputError; nothing else may happen. Run under the sanitizers, this is the
// proof that no byte of a file can crash the reader.

TEST(DefFuzz, DamagedFilesAreReadOrRefused) {
  const TextFolder folder;
  const std::string def = with(
      with(kTiny, "- n3 ;",
           "- n3 ( u1 B ) + ROUTED metal3 TAPER STYLE 1 ( 50 50 7 ) MASK 1 ( 250 * 0 ) RECT ( -5 -5 5 5 ) via2_3 FS\n"
           "      ( * 150 ) VIRTUAL ( 200 * ) ( 200 160 ) NEW metal2 TAPERRULE wide ( 10 10 ) via2_5 ( 90 * )\n"
           "      + FIXED metal3 ( 0 10 ) ( 20 * ) + SHIELDNET VDD + USE CLOCK ;"),
      "SPECIALNETS 1 ;",
      "BLOCKAGES 2 ;\n- LAYER metal3 + SPACING 5 RECT ( 0 0 ) ( 150 35 ) POLYGON ( 0 100 ) ( 20 * ) ( * 200 ) ;\n"
      "- PLACEMENT RECT ( 0 0 ) ( 9 9 ) ;\nEND BLOCKAGES\nSPECIALNETS 1 ;");
  const std::string lef =
      with(kTinyLef, "MACRO INV_X1",
           "MACRO INV_X1\n  SIZE 1 BY 2 ;\n  OBS\n    LAYER metal2 ;\n    RECT 0 0 0.5 0.25 ;\n  END");
  const std::string good_lef = folder.write("good.lef", lef);
  int read = 0, refused = 0;
  for (testing::FuzzSeeds seeds(4000); seeds.more();) {
    const auto seed = static_cast<std::uint32_t>(seeds.next());
    testing::Damage damage(seed);
    const std::string def_path = folder.write("damaged.def", seed % 4 == 3 ? def : damage(def));
    const std::string lef_path = seed % 4 == 3 ? folder.write("damaged.lef", damage(lef)) : good_lef;
    try {
      ImportOptions options{def_path, {lef_path}, CongestionLabel::separate};
      if (seed % 2 == 0) options.label = {"overflow"};
      const Circuit circuit = import_def(options);
      EXPECT_EQ(circuit.pins(), circuit.net_offset.back()) << "seed " << seed;
      ++read;
    } catch (const InputError&) {
      ++refused;
    } catch (const std::exception& error) {
      ADD_FAILURE() << "seed " << seed << ": " << error.what();
    }
  }
  // Both outcomes occur often, or the damage is of the wrong size.
  EXPECT_GT(read, 500);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace gsrgnn
