#include <gtest/gtest.h>

#include <gsrgnn/circuit/import_def.hpp>
#include <random>

#include "def_text.hpp"
#include "support/fuzz_seeds.hpp"

namespace gsrgnn {
namespace {

using namespace def_text;

// A damaged file is read or refused with an InputError; nothing else may happen. Run under the sanitizers, this is the
// proof that no byte of a file can crash the reader.

// Plain remainders: the distributions of the standard library differ from one implementation to another.
class Damage {
 public:
  explicit Damage(std::uint32_t seed) : random_(seed) {}

  std::string operator()(std::string text) {
    for (std::size_t change = 1 + below(4); change > 0 && !text.empty(); --change) {
      switch (below(3)) {
        case 0:
          damage_bytes(text);
          break;
        case 1:
          damage_piece(text, "\n");
          break;
        default:
          damage_piece(text, " \n");
      }
    }
    return text;
  }

 private:
  std::size_t below(std::size_t end) { return random_() % end; }

  void damage_bytes(std::string& text) {
    const std::size_t at = below(text.size());
    switch (below(5)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(at, 1 + below(20));
        break;
      case 2:
        text.insert(at, text.substr(below(text.size()), below(200)));
        break;
      case 3:
        text.insert(at, 1, " \n\t;()+-*#\"\\09\0"[below(16)]);
        break;
      default:
        if (below(8) == 0) text.resize(at);
    }
  }

  // A line or a word: deleted, doubled, exchanged for another one, or replaced by an extreme number.
  void damage_piece(std::string& text, const char* separators) {
    const auto [begin, length] = piece(text, separators);
    const auto [other, other_length] = piece(text, separators);
    const std::string copy = text.substr(other, other_length);
    static const std::vector<std::string> extremes = {
        "0",   "-1", "1", "65536", "2147483647", "-2147483648", "2147483648", "-99999999999999999999",
        "1e9", "*",  "",  "END",   "NEW",        "VIRTUAL",     "RECT"};
    switch (below(4)) {
      case 0:
        text.erase(begin, length);
        break;
      case 1:
        text.insert(begin, text.substr(begin, length) + separators[0]);
        break;
      case 2:
        text.replace(begin, length, copy);
        break;
      default:
        text.replace(begin, length, extremes[below(extremes.size())]);
    }
  }

  std::pair<std::size_t, std::size_t> piece(const std::string& text, const char* separators) {
    if (text.empty()) return {0, 0};
    const std::size_t at = below(text.size());
    const std::size_t before = text.find_last_of(separators, at);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    return {begin, end - begin};
  }

  std::mt19937 random_;
};

TEST(DefFuzz, DamagedFilesAreReadOrRefused) {
  const TextFolder folder;
  const std::string def =
      with(kTiny, "- n3 ;",
           "- n3 ( u1 B ) + ROUTED metal3 TAPER STYLE 1 ( 50 50 7 ) MASK 1 ( 250 * 0 ) RECT ( -5 -5 5 5 ) via2_3 FS\n"
           "      ( * 150 ) VIRTUAL ( 200 * ) ( 200 160 ) NEW metal2 TAPERRULE wide ( 10 10 ) via2_5 ( 90 * )\n"
           "      + FIXED metal3 ( 0 10 ) ( 20 * ) + SHIELDNET VDD + USE CLOCK ;");
  const std::string good_lef = folder.write("good.lef", kTinyLef);
  int read = 0, refused = 0;
  for (testing::FuzzSeeds seeds(4000); seeds.more();) {
    const auto seed = static_cast<std::uint32_t>(seeds.next());
    Damage damage(seed);
    const std::string def_path = folder.write("damaged.def", seed % 4 == 3 ? def : damage(def));
    const std::string lef_path = seed % 4 == 3 ? folder.write("damaged.lef", damage(kTinyLef)) : good_lef;
    try {
      const Circuit circuit = import_def({def_path, {lef_path}, CongestionLabel::separate});
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
