// A damaged circuit file gives a valid circuit or an InputError that names the file; nothing else may happen. Run under
// the sanitizers, this is the proof that no byte of a file can crash the reader.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <gsrgnn/circuit/circuit_file.hpp>

#include "support/files.hpp"
#include "support/fuzz_seeds.hpp"
#include "support/small_circuits.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class CircuitFuzz : public ::testing::Test {
 protected:
  CircuitFuzz() {
    write_circuit(awkward_circuit(), folder_.path("whole.h5"));
    whole_ = without_checksum(read_bytes(folder_.path("whole.h5")));
  }

  void try_reading(const std::string& bytes, const std::string& damage) {
    const std::string path = folder_.write("damaged.h5", bytes);
    try {
      const Circuit circuit = read_circuit(path);
      validate(circuit, path);
      EXPECT_LT(circuit.cells() + circuit.pins() + circuit.nets(), static_cast<std::int64_t>(bytes.size())) << damage;
      ++read_;
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).rfind(path, 0), 0U) << damage << ": " << error.what();
      ++refused_;
    } catch (const std::exception& error) {
      ADD_FAILURE() << damage << ": " << error.what();
    }
  }

  static std::int64_t peak_kilobytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  }

  TestFolder folder_;
  std::string whole_;
  int read_ = 0, refused_ = 0;
  std::int64_t peak_ = peak_kilobytes();
};

TEST_F(CircuitFuzz, CutFiles) {
  for (std::size_t length = 0; length < whole_.size(); length += 1 + length / 50) {
    try_reading(whole_.substr(0, length), "cut at " + std::to_string(length));
  }
  EXPECT_EQ(read_, 0);
  EXPECT_GT(refused_, 100);
}

TEST_F(CircuitFuzz, ChangedBytes) {
  constexpr int kFormats = 2;  // that are read by Hdf5Reader: circuits, runs
  for (testing::FuzzSeeds seeds(1500, kFormats); seeds.more();) {
    const std::uint64_t seed = seeds.next();
    Random random(seed, 1);
    std::string bytes = whole_;
    for (auto changes = 1 + random.below(4); changes > 0; --changes) {
      const auto at = random.below(bytes.size());
      switch (random.below(3)) {
        case 0:
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
          break;
        case 1:
          bytes[at] = static_cast<char>(random.below(256));
          break;
        default:
          bytes[at] = random.chance(1, 2) ? '\xff' : '\0';
      }
    }
    try_reading(bytes, "seed " + std::to_string(seed));
  }
  // Both outcomes occur often, or the damage is of the wrong size.
  EXPECT_GT(read_, 100);
  EXPECT_GT(refused_, 300);
  EXPECT_LT(peak_kilobytes() - peak_, 200000) << "a damaged size was believed";
}

// Sizes, offsets and lengths of the format lie in whole words; extreme ones are the likeliest to be believed.
TEST_F(CircuitFuzz, ExtremeWords) {
  Random random(2);
  for (std::size_t at = 0; at + 8 <= whole_.size(); at += 8) {
    for (const std::uint64_t word :
         {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{1} << 40U, std::uint64_t{whole_.size() - 1}}) {
      if (!random.chance(1, 4)) continue;
      std::string bytes = whole_;
      for (int byte = 0; byte < 8; ++byte) bytes[at + byte] = static_cast<char>(word >> (8 * byte));
      try_reading(bytes, "word at " + std::to_string(at) + " = " + std::to_string(word));
    }
  }
  EXPECT_GT(read_, 100);
  EXPECT_GT(refused_, 100);
  EXPECT_LT(peak_kilobytes() - peak_, 200000) << "a damaged size was believed";
}

// Blocks moved, doubled and exchanged: structure that is sound in itself, in the wrong place.
TEST_F(CircuitFuzz, MovedBlocks) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed, 3);
    std::string bytes = whole_;
    const auto length = std::size_t{8} << random.below(6);
    const auto from = random.below(bytes.size() / 8) * 8, to = random.below(bytes.size() / 8) * 8;
    const std::string block = bytes.substr(from, length);
    if (random.chance(1, 3)) {
      bytes.insert(to, block);
    } else {
      bytes.replace(to, block.size(), block);
    }
    try_reading(bytes, "seed " + std::to_string(seed));
  }
  EXPECT_GT(read_, 20);
  EXPECT_GT(refused_, 50);
}

}  // namespace
}  // namespace gsrgnn
