#pragma once

/// Hashes that are the same on every machine: names for content, no protection against an adversary.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <gsrgnn/util/random.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace gsrgnn {

/// 64 bits of an identity, a text by which runs are told apart: files are named and locked by them.
inline std::uint64_t identity_hash(std::string_view identity) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char c : identity) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash ^ (hash >> 32U);
}

/// Tells equal from unequal content, by accident unequal; HDF5 has no checksums over the values of an array.
class Fingerprint {
 public:
  void add_word(std::uint64_t word) { hash_ = mix_bits(hash_ + 0x9e3779b97f4a7c15ULL) ^ word; }
  /// Bytes whose number is added as a word before the first of them.
  void add_words(const void* data, std::size_t bytes) {
    const char* const from = static_cast<const char*>(data);
    for (std::size_t at = 0; at < bytes; at += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, from + at, std::min(sizeof word, bytes - at));
      add_word(word);
    }
  }
  void add(std::string_view text) { add(text.data(), text.size()); }
  template <class T>
  void add(const std::vector<T>& values) {
    add(values.data(), values.size() * sizeof(T));
  }
  void add(const std::vector<std::string>& texts) {
    add_word(texts.size());
    for (const auto& text : texts) add(text);
  }
  std::string text() const { return fmt::format("{:016x}", mix_bits(hash_)); }  ///< 16 hexadecimal digits

 private:
  void add(const void* data, std::size_t bytes) {
    add_word(bytes);
    add_words(data, bytes);
  }

  std::uint64_t hash_ = 0;
};

/// Of all the values, one after the other.
template <class... Values>
std::string fingerprint(const Values&... values) {
  Fingerprint print;
  (print.add(values), ...);
  return print.text();
}

}  // namespace gsrgnn
