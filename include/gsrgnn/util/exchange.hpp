#pragma once

/// Typed values between the ranks of one program: encoded as bytes, sent as a text, and decoded again.
///
/// What can be sent: arithmetic types and enumerations, std::string, std::vector, std::optional of what can be sent,
/// and structs that list their members once,
///
///   template <class Self, class Visit>
///   static void members(Self& self, const Visit& visit) { visit(self.first, self.second); }
///
/// by which both sides go, so that no field can be written without being read. Ranks run the same program, so bytes
/// need no common order.

#include <cstring>
#include <gsrgnn/util/mpi.hpp>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <type_traits>

namespace gsrgnn {

class Encoder {
 public:
  template <class T>
  void operator()(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      text_.append(reinterpret_cast<const char*>(&value), sizeof value);
    } else {
      T::members(value, [this](const auto&... member) { ((*this)(member), ...); });
    }
  }
  void operator()(const std::string& value) {
    (*this)(value.size());
    text_ += value;
  }
  template <class T>
  void operator()(const std::vector<T>& values) {
    (*this)(values.size());
    if constexpr (std::is_arithmetic_v<T>) {
      text_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    } else {
      for (const T& value : values) (*this)(value);
    }
  }
  template <class T>
  void operator()(const std::optional<T>& value) {
    (*this)(value.has_value());
    if (value) (*this)(*value);
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Reads what an Encoder made. Throws std::logic_error when the text holds less than is asked for.
class Decoder {
 public:
  explicit Decoder(const std::string& text) : text_(text) {}

  template <class T>
  void operator()(T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      std::memcpy(&value, next(sizeof value), sizeof value);
    } else {
      T::members(value, [this](auto&... member) { ((*this)(member), ...); });
    }
  }
  void operator()(std::string& value) {
    const auto size = read<std::size_t>();
    value.assign(next(size), size);
  }
  template <class T>
  void operator()(std::vector<T>& values) {
    const auto size = read<std::size_t>();
    expect(size);  // a value takes a byte at least
    values.resize(size);
    if constexpr (std::is_arithmetic_v<T>) {
      const std::size_t bytes = values.size() * sizeof(T);
      if (bytes > 0) std::memcpy(values.data(), next(bytes), bytes);
    } else {
      for (T& value : values) (*this)(value);
    }
  }
  template <class T>
  void operator()(std::optional<T>& value) {
    value.reset();
    if (read<bool>()) (*this)(value.emplace());
  }

  bool done() const { return at_ == text_.size(); }

 private:
  template <class T>
  T read() {
    T value{};
    (*this)(value);
    return value;
  }
  void expect(std::size_t bytes) const {
    if (bytes > text_.size() - at_) throw std::logic_error("gsrgnn: a message between ranks ends early");
  }
  const char* next(std::size_t bytes) {
    expect(bytes);
    at_ += bytes;
    return text_.data() + at_ - bytes;
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

template <class T>
std::string encode(const T& value) {
  Encoder encoder;
  encoder(value);
  return encoder.text();
}

template <class T>
T decode(const std::string& text) {
  T value{};
  Decoder decoder(text);
  decoder(value);
  if (!decoder.done()) throw std::logic_error("gsrgnn: a message between ranks is of another type");
  return value;
}

/// Rank 0's value, on all ranks. All ranks must call it.
template <class T>
T broadcast(const Mpi& mpi, T value) {
  if (mpi.size() == 1) return value;
  const std::string text = mpi.broadcast(mpi.rank() == 0 ? encode(value) : std::string());
  return mpi.rank() == 0 ? std::move(value) : decode<T>(text);
}

/// Every rank's value, by rank, on rank 0; nothing on the others. All ranks must call it.
template <class T>
std::vector<T> gather(const Mpi& mpi, const T& value) {
  std::vector<T> values;
  for (const std::string& text : mpi.gather(encode(value))) values.push_back(decode<T>(text));
  return values;
}

/// The same on all ranks.
template <class T>
std::vector<T> gather_to_all(const Mpi& mpi, const T& value) {
  return broadcast(mpi, gather(mpi, value));
}

/// The ranks' lists, one after the other, on all ranks.
template <class T>
std::vector<T> join_all(const Mpi& mpi, const std::vector<T>& own) {
  std::vector<T> joined;
  for (auto& of_rank : gather_to_all(mpi, own)) {
    joined.insert(joined.end(), std::make_move_iterator(of_rank.begin()), std::make_move_iterator(of_rank.end()));
  }
  return joined;
}

}  // namespace gsrgnn
