#pragma once

/// Plain values and arrays of them as texts, for ranks of one program to tell each other: put() appends one, get()
/// reads what the same put() wrote at `at`, which it moves on.

#include <cstring>
#include <gsrgnn/training/state_array.hpp>
#include <string>
#include <type_traits>
#include <vector>

namespace gsrgnn {

template <class T>
void put(std::string& text, const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  text.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
void put(std::string& text, const std::vector<T>& values) {
  put(text, values.size());
  text.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

inline void put(std::string& text, const StateArray& values) {
  put(text, values.size());
  values.for_each_part([&](std::size_t, const std::vector<float>& part) {
    text.append(reinterpret_cast<const char*>(part.data()), part.size() * sizeof(float));
  });
}

template <class T>
void get(const std::string& text, std::size_t& at, T& value) {
  std::memcpy(&value, text.data() + at, sizeof value);
  at += sizeof value;
}

template <class T>
void get(const std::string& text, std::size_t& at, std::vector<T>& values) {
  std::size_t count = 0;
  get(text, at, count);
  values.resize(count);
  if (count > 0) std::memcpy(values.data(), text.data() + at, count * sizeof(T));
  at += count * sizeof(T);
}

inline void get(const std::string& text, std::size_t& at, StateArray& values) {
  std::vector<float> held;
  get(text, at, held);
  values = StateArray(std::move(held));
}

}  // namespace gsrgnn
