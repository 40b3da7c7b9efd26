// The seeds of fuzzing, and what it has found, with an ordinary compiler: each is read or refused, soon.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "fuzz/readers.hpp"
#include "support/files.hpp"

namespace gsrgnn::fuzz {

/// For the names of the tests, which would have an address that changes with every start.
void PrintTo(const Reader& reader, std::ostream* out) {
  *out << reader.name;
}

namespace {

class Replay : public ::testing::TestWithParam<Reader> {};

TEST_P(Replay, SeedsAreReadOrRefused) {
  const Reader reader = GetParam();
  std::vector<std::string> seeds = reader.seeds();
  EXPECT_FALSE(seeds.empty());
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(GSRGNN_SEEDS) + "/" + reader.name, absent)) {
    seeds.push_back(testing::read_bytes(entry.path().string()));
  }
  // Fuzzing that begins with what is refused at once reaches nothing.
  EXPECT_TRUE(std::any_of(seeds.begin(), seeds.end(), reader.read));
  for (const std::string& seed : seeds) {
    // Cut anywhere, too: no reader may look behind the end.
    for (const std::size_t end : {seed.size(), seed.size() / 2, seed.size() / 3, std::size_t{0}}) {
      const auto start = std::chrono::steady_clock::now();
      EXPECT_NO_THROW(reader.read(std::string_view(seed).substr(0, end))) << ::testing::PrintToString(seed);
      EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(testing::kSanitized ? 20 : 2));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Readers, Replay,
                         ::testing::Values(kDef, kLef, kGuide, kCsv, kReport, kBookshelf, kNpy, kNpz, kPickle, kDeck,
                                           kSweep, kCircuit, kRun, kResults, kCheckpoint),
                         [](const auto& of) { return of.param.name; });

}  // namespace
}  // namespace gsrgnn::fuzz
