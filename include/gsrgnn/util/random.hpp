#pragma once

/// Random numbers that are the same on every machine and with every compiler: integers, comparisons and exact
/// conversions only, never a std:: distribution (whose results are the library's choice) nor a function of libm.

#include <Kokkos_Macros.hpp>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace gsrgnn {

/// The finaliser of splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): a
/// bijection of 64-bit words whose every output bit depends on every input bit.
KOKKOS_FORCEINLINE_FUNCTION constexpr std::uint64_t mix_bits(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// A word that depends on all of its arguments and on nothing else: a random number that can be asked for again by
/// name (a seed, what it is for, an index) instead of by its place in a sequence.
KOKKOS_FORCEINLINE_FUNCTION constexpr std::uint64_t hash_words(std::uint64_t a, std::uint64_t b, std::uint64_t c = 0) {
  constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15ULL;
  return mix_bits(mix_bits(mix_bits(a + kStep) + b + kStep) + c + kStep);
}

/// A sequence of random numbers: splitmix64. Sequences of different (seed, stream) are unrelated, so that one purpose
/// can draw more or fewer numbers without a change in what another gets.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : state_(hash_words(seed, stream)) {}

  /// 64 random bits.
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    return mix_bits(state_);
  }

  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  /// Uniform in {0, ..., n - 1}; n >= 1. Exactly uniform (Lemire's multiplication with rejection).
  std::uint64_t below(std::uint64_t n) {
    auto drawn = product(next(), n);
    if (drawn.low < n) {
      const std::uint64_t threshold = (0 - n) % n;
      while (drawn.low < threshold) drawn = product(next(), n);
    }
    return drawn.high;
  }

  /// Whether something of probability numerator / denominator happens.
  bool chance(std::uint64_t numerator, std::uint64_t denominator) { return below(denominator) < numerator; }

  /// Standard normal. Karney's algorithm N ("Sampling exactly from the normal distribution", ACM TOMS 42, 2016): it
  /// compares uniform numbers instead of computing logarithms, whose last bit differs between machines.
  double normal() {
    for (;;) {
      int k = 0;
      while (exp_minus(0.5)) ++k;
      bool accepted = true;
      for (int i = 0; accepted && i < k * (k - 1); ++i) accepted = exp_minus(0.5);
      if (!accepted) continue;
      const double x = uniform();
      for (int i = 0; accepted && i <= k; ++i) accepted = exp_minus(x * (2 * k + x) / (2 * k + 2));
      if (accepted) return (next() >> 63) != 0 ? k + x : -(k + x);
    }
  }

  /// Puts [first, last) into a random order, every order equally likely (Fisher and Yates).
  template <class Iterator>
  void shuffle(Iterator first, Iterator last) {
    for (auto left = last - first; left > 1; --left) {
      const auto other = static_cast<decltype(left)>(below(static_cast<std::uint64_t>(left)));
      std::swap(first[left - 1], first[other]);
    }
  }

  /// 0, ..., n - 1 in a random order.
  template <class Index = std::int32_t>
  std::vector<Index> permutation(std::size_t n) {
    std::vector<Index> order(n);
    std::iota(order.begin(), order.end(), Index{0});
    shuffle(order.begin(), order.end());
    return order;
  }

 private:
  struct Wide {
    std::uint64_t high, low;
  };

  /// The 128-bit product of two words; ISO C++ has no integer wide enough.
  static Wide product(std::uint64_t a, std::uint64_t b) {
    constexpr std::uint64_t kLow = 0xffffffffULL;
    const std::uint64_t low = (a & kLow) * (b & kLow);
    const std::uint64_t middle = (a >> 32) * (b & kLow) + (low >> 32);
    const std::uint64_t other = (a & kLow) * (b >> 32) + (middle & kLow);
    return {(a >> 32) * (b >> 32) + (middle >> 32) + (other >> 32), a * b};
  }

  /// True with probability exp(-p), 0 <= p <= 1 (von Neumann): the length of the first run p > u1 > u2 > ... is even.
  bool exp_minus(double p) {
    bool even = true;
    for (double last = p, u = uniform(); u < last; u = uniform()) {
      last = u;
      even = !even;
    }
    return even;
  }

  std::uint64_t state_;
};

}  // namespace gsrgnn
