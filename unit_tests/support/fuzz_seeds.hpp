#pragma once

/// The seeds of a fuzz test.

#include <chrono>
#include <cstdint>
#include <cstdlib>

namespace gsrgnn::testing {

/// Always the seeds 0 .. kept - 1; then further ones until as many seconds have passed as the environment variable
/// GSRGNN_FUZZ_SECONDS gives a reader (none, if it is not set), of which a test of one of its `formats` takes its
/// share. A failure names its seed: to keep it, raise `kept` beyond it.
///
///   for (FuzzSeeds seeds(4000); seeds.more();) try_one(seeds.next());
class FuzzSeeds {
 public:
  explicit FuzzSeeds(std::uint64_t kept, int formats = 1) : kept_(kept) {
    const char* seconds = std::getenv("GSRGNN_FUZZ_SECONDS");
    if (seconds != nullptr) until_ += std::chrono::seconds(std::strtol(seconds, nullptr, 10) / formats);
  }
  bool more() const { return next_ < kept_ || std::chrono::steady_clock::now() < until_; }
  std::uint64_t next() { return next_++; }

 private:
  std::uint64_t kept_, next_ = 0;
  std::chrono::steady_clock::time_point until_ = std::chrono::steady_clock::now();
};

}  // namespace gsrgnn::testing
